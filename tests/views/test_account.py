"""The account's page, and that allauth's pages stand in the look of the site."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import make_service_request, make_user

pytestmark = pytest.mark.django_db


def test_it_asks_for_a_login_first(client: Client) -> None:
    response = client.get("/account/")
    assert response.status_code == 302
    assert response["Location"] == "/accounts/login/?next=/account/"


def test_it_lists_my_reports_and_nobody_else_s(client: Client) -> None:
    me = make_user()
    mine = make_service_request(account=me)
    hidden = make_service_request(account=me, hidden=True)
    other = make_service_request(account=make_user())
    client.force_login(me)
    page = client.get("/account/").content.decode()
    assert mine.reference in page
    assert hidden.reference in page
    assert other.reference not in page
    for name in ("account_email", "account_change_password", "mfa_index", "account_logout"):
        assert f'href="{reverse(name)}"' in page


def test_nothing_filed_yet_says_what_would_be_here(client: Client) -> None:
    client.force_login(make_user())
    assert "Nothing has been filed with this account yet" in client.get("/account/").content.decode()


def test_a_page_that_is_not_there(client: Client) -> None:
    client.force_login(make_user())
    response = client.get("/account/?page=9")
    assert response.status_code == 404
    assert "no page “9”" in response.content.decode()


def test_it_is_kept_by_no_cache(client: Client) -> None:
    client.force_login(make_user())
    assert "no-store" in client.get("/account/")["Cache-Control"]


@pytest.mark.parametrize("name", ["account_login", "account_signup", "account_reset_password"])
def test_the_ways_in_have_the_look_of_the_site(client: Client, name: str) -> None:
    page = client.get(reverse(name)).content.decode()
    assert 'class="site-header"' in page
    assert 'class="field__label"' in page
    assert 'class="input"' in page


@pytest.mark.parametrize("name", ["account_email", "account_change_password", "mfa_index", "account_logout"])
def test_the_pages_of_the_account_lead_back_to_it(client: Client, name: str) -> None:
    client.force_login(make_user())
    page = client.get(reverse(name)).content.decode()
    assert 'class="back-link" href="/account/"' in page
    assert "<h1>" in page


def test_a_wrong_password_is_named_and_linked_and_keeps_the_address(client: Client) -> None:
    make_user("ann@example.org")
    response = client.post(reverse("account_login"), {"login": "ann@example.org", "password": "wrong"})
    page = response.content.decode()
    assert 'class="error-summary"' in page
    assert 'value="ann@example.org"' in page


def test_an_empty_login_links_each_error_to_its_field(client: Client) -> None:
    page = client.post(reverse("account_login"), {}).content.decode()
    assert '<a href="#id_login">Email: This field is required.</a>' in page
    assert 'id="id_login_error"' in page
    assert 'aria-describedby="id_login_error"' in page
