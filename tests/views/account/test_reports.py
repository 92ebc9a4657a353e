"""Which reports the account lists: those filed with it, and those filed from its confirmed addresses."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from reports import clock
from reports.delivery import taken_away
from reports.models import Contact, PublicStatus, ServiceRequest, Subscription, User
from tests.factories import make_service_request, make_user
from tests.views.account.conftest import ADDRESS

pytestmark = pytest.mark.django_db

PAGES = [
    "account",
    "account_following",
    "account_drafts",
    "account_contact",
    "account_mails",
    "account_copy",
    "account_download",
    "account_delete",
]


def filed_from(address: str, **fields: Any) -> ServiceRequest:
    """A report filed without an account from this address."""
    request = make_service_request(**fields)
    Contact.objects.create(service_request=request, email=address)
    return request


@pytest.mark.parametrize("name", PAGES)
def test_it_asks_for_a_login_first_and_comes_back(client: Client, name: str) -> None:
    for method in (client.get, client.post):
        response = method(reverse(name))
        if response.status_code != 405:
            assert response["Location"] == f"/accounts/login/?next={reverse(name)}"


def test_it_lists_what_was_filed_with_the_account_and_from_its_address(signed_in: Client, rosa: User) -> None:
    mine = make_service_request(account=rosa)
    hidden = make_service_request(account=rosa, hidden=True)
    held = make_service_request(account=rosa, held_at=clock.now())
    from_mine = filed_from("Rosa@Example.org")
    strangers = filed_from("other@example.org")
    page = signed_in.get("/account/").content.decode()
    for request in (mine, hidden, held, from_mine):
        assert request.reference in page
    assert strangers.reference not in page
    assert "Filed without the account, from Rosa@Example.org" in page
    assert f'href="{hidden.get_absolute_url()}"' not in page, "its page is gone for everybody"
    assert "Volunteers have hidden it" in page
    assert "A volunteer looks at it before" in page


def test_newest_first(signed_in: Client, rosa: User) -> None:
    first, second = make_service_request(account=rosa), filed_from(ADDRESS)
    page = signed_in.get("/account/").content.decode()
    assert page.index(second.reference) < page.index(first.reference)


def test_a_report_whose_contact_is_forgotten_is_still_found_by_who_is_told_of_it(signed_in: Client) -> None:
    told, follows = make_service_request(), make_service_request()
    Subscription.objects.create(service_request=told, email="ROSA@example.org", by_reporter=True)
    Subscription.objects.create(service_request=follows, email=ADDRESS)
    page = signed_in.get("/account/").content.decode()
    assert told.reference in page
    assert follows.reference not in page, "somebody else filed it"


def test_an_address_that_is_not_confirmed_shows_nothing_of_others(client: Client) -> None:
    liar = make_user("liar@example.org")
    EmailAddress.objects.create(user=liar, email="liar@example.org", verified=True, primary=True)
    EmailAddress.objects.create(user=liar, email=ADDRESS, verified=False)
    request = filed_from(ADDRESS)
    Subscription.objects.create(service_request=request, email=ADDRESS, by_reporter=True)
    client.force_login(liar)
    page = client.get("/account/").content.decode()
    assert request.reference not in page
    assert f"Confirm {ADDRESS} to find here" in page
    assert request.reference not in client.get("/account/following/").content.decode()


def test_what_another_account_filed_with_this_address_is_theirs(signed_in: Client) -> None:
    request = filed_from(ADDRESS, account=make_user())
    assert request.reference not in signed_in.get("/account/").content.decode()


def test_what_was_taken_away_is_not_listed(signed_in: Client) -> None:
    request = filed_from(ADDRESS)
    taken_away.take_away(request)
    assert request.reference not in signed_in.get("/account/").content.decode()


def test_whether_mails_come_is_said_and_can_be_changed(signed_in: Client, rosa: User) -> None:
    request, over = make_service_request(account=rosa), make_service_request(account=rosa)
    told = Subscription.objects.create(service_request=request, email=ADDRESS, by_reporter=True)
    ServiceRequest.objects.filter(pk=over.pk).update(status=PublicStatus.CANCELLED)
    page = signed_in.get("/account/").content.decode()
    assert f"Mails go to {ADDRESS}" in page
    assert reverse("account_subscription", args=[told.pk]) in page
    assert reverse("service_requests:follow", args=[over.reference]) not in page, "nothing more comes of it"


def test_nothing_filed_yet_says_what_would_be_here(signed_in: Client) -> None:
    assert "Nothing has been filed with this account yet" in signed_in.get("/account/").content.decode()


@pytest.mark.parametrize("page", ["9", "nonsense", "%00", "-1", "1" * 40])
@pytest.mark.parametrize("name", ["account", "account_following", "account_drafts"])
def test_a_page_that_is_not_there(signed_in: Client, name: str, page: str) -> None:
    response = signed_in.get(f"{reverse(name)}?page={page}")
    assert response.status_code == 404
    assert "no page" in response.content.decode()


def test_pages_of_a_long_list(signed_in: Client, rosa: User, django_assert_max_num_queries: Callable[..., Any]) -> None:
    first = make_service_request(account=rosa)
    for _number in range(25):
        request = make_service_request(first.service, account=rosa)
        Subscription.objects.create(service_request=request, email=ADDRESS, by_reporter=True)
    with django_assert_max_num_queries(16):
        page = signed_in.get("/account/").content.decode()
    assert first.reference not in page
    assert "Page 1 of 2" in page
    assert first.reference in signed_in.get("/account/?page=2").content.decode()


@pytest.mark.parametrize("name", PAGES[:-2])
def test_it_is_kept_by_no_cache_and_shows_the_menu(signed_in: Client, name: str) -> None:
    response = signed_in.get(reverse(name))
    assert "no-store" in response["Cache-Control"]
    page = response.content.decode()
    for other in (*PAGES[:6], "account_delete", "account_email", "account_change_password", "mfa_index"):
        assert f'href="{reverse(other)}"' in page
    assert f'href="{reverse(name)}" aria-current="page"' in page
