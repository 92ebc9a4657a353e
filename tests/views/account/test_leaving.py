"""The copy and the end of an account: each asks once more who it is, and nothing happens before that."""

import io
import zipfile
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from reports.models import ServiceRequest, Submission, SubmissionState, User
from tests.factories import make_service_request, make_submission, make_user
from tests.views.account.conftest import ADDRESS

pytestmark = pytest.mark.django_db

DOWNLOAD, DELETE, AGAIN = "/account/copy/download/", "/account/delete/", "/accounts/reauthenticate/"
PASSWORD = "correct horse"


def show_who(client: Client, then: str) -> Any:
    return client.post(f"{AGAIN}?next={then}", {"password": PASSWORD, "next": then})


# --- the copy ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_copy_asks_for_the_password_first(signed_in: Client, method: str) -> None:
    response = getattr(signed_in, method)(DOWNLOAD)
    assert response["Location"] == f"{AGAIN}?next=%2Faccount%2Fcopy%2Fdownload%2F"


def test_after_the_password_a_button_gives_it(signed_in: Client) -> None:
    assert f'href="{DOWNLOAD}"' in signed_in.get("/account/copy/").content.decode()
    signed_in.get(DOWNLOAD)
    assert show_who(signed_in, DOWNLOAD)["Location"] == DOWNLOAD
    assert "Download the copy" in signed_in.get(DOWNLOAD).content.decode()
    response = signed_in.post(DOWNLOAD)
    assert response.streaming
    assert response["Content-Type"] == "application/zip"
    assert response["Content-Disposition"].startswith('attachment; filename="account-')
    assert "no-store" in response["Cache-Control"]
    archive = zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))
    assert ADDRESS in archive.read("account.json").decode()


def test_a_wrong_password_gives_nothing(signed_in: Client) -> None:
    page = signed_in.post(f"{AGAIN}?next={DOWNLOAD}", {"password": "wrong", "next": DOWNLOAD})
    assert page.status_code == 200
    assert signed_in.get(DOWNLOAD).status_code == 302


# --- the end -------------------------------------------------------------------------------------------------------


def test_the_page_says_what_happens_and_opening_it_does_nothing(signed_in: Client, rosa: User) -> None:
    make_service_request(account=rosa)
    page = signed_in.get(DELETE).content.decode()
    assert "This cannot be undone" in page
    assert page.count('name="reports"') == 2
    assert " checked" not in page, "nothing is chosen for anybody"
    assert User.objects.filter(pk=rosa.pk).exists()


def test_the_password_is_asked_for_after_the_button_and_then_it_is_done(signed_in: Client, rosa: User) -> None:
    request = make_service_request(account=rosa)
    response = signed_in.post(DELETE, {"reports": "keep"})
    assert response["Location"].startswith(AGAIN)
    assert User.objects.filter(pk=rosa.pk).exists()
    response = show_who(signed_in, DELETE)
    assert response["Location"] == "/account/deleted/"
    assert not User.objects.filter(pk=rosa.pk).exists()
    request.refresh_from_db()
    assert request.account is None
    assert request.taken_away_at is None
    assert "The account is deleted" in signed_in.get("/account/deleted/").content.decode()
    assert signed_in.get("/account/").status_code == 302, "nobody is signed in any more"
    assert [each.to for each in mail.outbox] == [[ADDRESS]]
    assert "Your reports stay" in mail.outbox[0].body


def test_taking_all_away(signed_in: Client, rosa: User) -> None:
    request = make_service_request(account=rosa)
    show_who(signed_in, DELETE)
    assert signed_in.post(DELETE, {"reports": "take_away"})["Location"] == "/account/deleted/"
    assert ServiceRequest.objects.get(pk=request.pk).taken_away_at is not None
    assert "taken away" in mail.outbox[-1].body


def test_twice_is_once(signed_in: Client) -> None:
    show_who(signed_in, DELETE)
    signed_in.post(DELETE)
    assert signed_in.post(DELETE)["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("given", [{}, {"reports": "nonsense"}, {"reports": "\x00"}, {"reports": "x" * 10_000}])
def test_what_becomes_of_the_reports_has_to_be_said(signed_in: Client, rosa: User, given: dict[str, str]) -> None:
    make_service_request(account=rosa)
    show_who(signed_in, DELETE)
    page = signed_in.post(DELETE, given).content.decode()
    assert "Choose what should become of your reports." in page
    assert User.objects.filter(pk=rosa.pk).exists()


@pytest.mark.parametrize(
    ("lease", "words"), [(180, "Wait 3 minutes,"), (60, "Wait 1 minute,"), (200, "Wait 4 minutes,")]
)
def test_how_long_to_wait_is_as_long_as_a_call_may_take(
    signed_in: Client, rosa: User, settings: Any, lease: int, words: str
) -> None:
    settings.SUBMISSION_LEASE = lease
    make_submission(make_service_request(account=rosa), state=SubmissionState.SENDING)
    show_who(signed_in, DELETE)
    assert words in signed_in.post(DELETE, {"reports": "take_away"}).content.decode()


def test_while_a_report_is_being_sent(signed_in: Client, rosa: User) -> None:
    make_submission(make_service_request(account=rosa), state=SubmissionState.SENDING)
    show_who(signed_in, DELETE)
    response = signed_in.post(DELETE, {"reports": "take_away"})
    assert response.status_code == 409
    assert "1 report is being sent" in response.content.decode()
    assert User.objects.filter(pk=rosa.pk).exists()
    Submission.objects.update(state=SubmissionState.DELIVERED)
    assert signed_in.post(DELETE, {"reports": "take_away"}).status_code == 302


def test_the_last_superuser_is_told_why_not(signed_in: Client, rosa: User) -> None:
    User.objects.filter(pk=rosa.pk).update(is_superuser=True, is_staff=True)
    show_who(signed_in, DELETE)
    assert "only account that can give" in signed_in.get(DELETE).content.decode()
    assert signed_in.post(DELETE).status_code == 409
    assert User.objects.filter(pk=rosa.pk).exists()
    assert not mail.outbox


def test_a_mail_server_that_is_away_undoes_nothing(signed_in: Client, rosa: User, settings) -> None:
    show_who(signed_in, DELETE)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert signed_in.post(DELETE).status_code == 302
    assert not User.objects.filter(pk=rosa.pk).exists()


@pytest.mark.parametrize("url", [DELETE, DOWNLOAD])
def test_a_post_without_its_token_is_refused(url: str) -> None:
    account = make_user()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(account)
    assert strict.post(url).status_code == 403
    assert User.objects.filter(pk=account.pk).exists()


def test_an_account_made_before_its_address_was_confirmed_gets_no_mail(client: Client) -> None:
    client.force_login(make_user())
    show_who(client, DELETE)
    assert client.post(DELETE).status_code == 302
    assert not mail.outbox
