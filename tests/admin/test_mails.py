"""Volunteers read the mails that the site sends, and send themselves one."""

import pytest
from django.core import mail
from django.test import Client

from reports.models import StopReason
from reports.notifications import previews, stops
from tests.admin.conftest import volunteer
from tests.everything import counted
from tests.factories import make_user
from tests.notifications.away import AWAY

pytestmark = pytest.mark.django_db
PAGE = "/admin/mails/status-closed/es/"


def test_the_list_names_each_mail_in_each_language(staff: Client) -> None:
    page = staff.get("/admin/mails/").content.decode()
    for name in previews.every():
        for language in ("en", "es"):
            assert f'href="/admin/mails/{name}/{language}/"' in page
    assert "/admin/mails/" in staff.get("/admin/").content.decode()


def test_one_mail_with_subject_text_and_headers(staff: Client) -> None:
    before = counted()
    page = staff.get(PAGE).content.decode()
    for words in (
        "City of Springfield dice que está hecho",
        "Sí, está arreglado",
        "List-Unsubscribe-Post",
        'lang="es"',
    ):
        assert words in page
    assert (mail.outbox, counted()) == ([], before)


def test_its_html_is_a_page_that_fetches_and_runs_nothing(staff: Client) -> None:
    response = staff.get(f"{PAGE}html/")
    assert response.content.decode().count("<html") == 1
    policy = dict(part.strip().partition(" ")[::2] for part in response["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["style-src"] == "'unsafe-inline'"
    assert policy["img-src"] == "'self' data:"
    assert "script-src" not in policy
    assert response["X-Frame-Options"] == "DENY"


def test_sent_to_whoever_asks_and_to_nobody_else(staff: Client) -> None:
    response = staff.post(f"{PAGE}send/", follow=True)
    assert "Sent to chief@example.org" in response.content.decode()
    (message,) = mail.outbox
    assert message.recipients() == ["chief@example.org"]
    assert "dice que está hecho" in message.subject


def test_a_volunteer_whose_mail_came_back_is_told_so(staff: Client) -> None:
    stops.stop("chief@example.org", StopReason.BOUNCED)
    assert "came back before" in staff.post(f"{PAGE}send/", follow=True).content.decode()
    assert mail.outbox == []
    assert "1 volunteer came back" in staff.get("/admin/").content.decode()
    assert "chief@example.org" in staff.get("/admin/mails/").content.decode()
    assert "chief@example.org" not in volunteer().get("/admin/mails/").content.decode()


def test_a_mail_server_that_is_away_is_named(staff: Client, settings) -> None:
    settings.EMAIL_BACKEND = AWAY
    assert "did not take it" in staff.post(f"{PAGE}send/", follow=True).content.decode()


@pytest.mark.parametrize(("path", "method", "status"), [
    ("send/", "get", 405), ("", "post", 405), ("html/", "post", 405),
    ("../xx/", "get", 404), ("../../nothing/es/", "get", 404), ("../../nothing/es/html/", "get", 404),
    ("../../nothing/es/send/", "post", 404), ("../../%00/es/", "get", 404),
])  # fmt: skip
def test_what_is_not_there(staff: Client, path: str, method: str, status: int) -> None:
    from urllib.parse import urljoin

    assert getattr(staff, method)(urljoin(PAGE, path)).status_code == status


@pytest.mark.parametrize("path", ["/admin/mails/", PAGE, f"{PAGE}html/"])
def test_only_for_volunteers(path: str) -> None:
    resident = Client()
    resident.force_login(make_user())
    for client in (Client(), resident):
        assert client.get(path).status_code == 302
        assert client.post(f"{PAGE}send/").status_code == 302
    assert volunteer().get(path).status_code == 200
    assert mail.outbox == []


def test_another_site_cannot_have_one_sent() -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(make_user(is_staff=True))
    assert strict.post(f"{PAGE}send/").status_code == 403
    assert mail.outbox == []
