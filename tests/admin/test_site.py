"""Who gets in, and what meets them."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.test import Client

from reports.admin import admin_site
from reports.models import User
from tests.factories import make_endpoint, make_jurisdiction, make_submission, make_user

pytestmark = pytest.mark.django_db


def test_strangers_are_sent_to_the_site_s_own_sign_in(client: Client) -> None:
    response = client.get("/admin/reports/submission/", follow=True)
    assert response.redirect_chain[-1][0] == "/accounts/login/?next=%2Fadmin%2Freports%2Fsubmission%2F"


def test_django_s_own_sign_in_form_is_not_read(client: Client) -> None:
    make_user("v@example.org", is_staff=True)
    response = client.post("/admin/login/", {"username": "v@example.org", "password": "correct horse"})
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/accounts/login/")
    assert "_auth_user_id" not in client.session


def test_the_sign_in_leads_back_to_the_page_that_was_wanted(client: Client) -> None:
    user = make_user("v@example.org", is_staff=True, is_superuser=True)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    response = client.post(
        "/accounts/login/?next=/admin/reports/endpoint/", {"login": "v@example.org", "password": "correct horse"}
    )
    assert response.headers["Location"] == "/admin/reports/endpoint/"


def test_an_ordinary_account_is_refused(client: Client) -> None:
    client.force_login(make_user())
    assert client.get("/admin/", follow=True).status_code == 403


def test_a_signed_in_volunteer_is_not_led_to_another_site(staff: Client) -> None:
    assert staff.get("/admin/login/?next=https://evil.example/").headers["Location"] == "/admin/"
    assert staff.get("/admin/login/?next=/admin/reports/draft/").headers["Location"] == "/admin/reports/draft/"


def test_a_volunteer_in_another_s_browser_cannot_sign_in_past_the_second_factor(staff: Client, superuser: User) -> None:
    other = make_user("other@example.org", is_staff=True, is_superuser=True)
    staff.post("/admin/login/", {"username": other.email, "password": "correct horse", "next": "/admin/"})
    assert staff.session["_auth_user_id"] == str(superuser.pk)


@pytest.mark.parametrize("path", ["/admin/", "/admin/reports/submission/", "/admin/reports/jurisdiction/add/"])
def test_without_a_second_factor_nothing_opens_where_it_is_asked_for(staff: Client, settings, path: str) -> None:
    settings.STAFF_NEED_MFA = True
    response = staff.get(path, follow=True)
    assert response.redirect_chain[-1][0] == "/accounts/2fa/"


def test_with_a_second_factor_the_admin_opens(staff: Client, superuser: User, settings) -> None:
    settings.STAFF_NEED_MFA = True
    Authenticator.objects.create(user=superuser, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert staff.get("/admin/").status_code == 200


def test_passwords_are_changed_on_the_account_pages(staff: Client) -> None:
    assert staff.get("/admin/password_change/").headers["Location"] == "/accounts/password/change/"


def test_the_first_page_says_how_many_reports_wait(staff: Client) -> None:
    make_submission(state="needs_attention")
    assert "1 report needs a volunteer." in staff.get("/admin/").content.decode()


def test_the_first_page_of_an_empty_site_says_where_to_begin(staff: Client) -> None:
    assert "There is no jurisdiction yet." in staff.get("/admin/").content.decode()
    make_endpoint(make_jurisdiction(), active=False)
    assert "No endpoint is active" in staff.get("/admin/").content.decode()


def test_every_model_of_the_record_is_there() -> None:
    from django.apps import apps

    missing = {model for model in apps.get_app_config("reports").get_models() if not admin_site.is_registered(model)}
    on_another_page = {"ServiceOverride"}  # its service's
    for_programs = {"ChangeReader", "ListingChange", "WatchItem"}  # rows by the thousand, of which each says little
    assert {model.__name__ for model in missing} == on_another_page | for_programs
