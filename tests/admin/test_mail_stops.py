"""Volunteers find a stopped address by typing it, and let mail go there again with a reason."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from reports.models import MailStop, StopReason
from reports.notifications import stops
from tests.admin.conftest import volunteer

pytestmark = pytest.mark.django_db
LIST = "/admin/reports/mailstop/"


@pytest.fixture
def stopped() -> MailStop:
    stops.stop("rosa@example.org", StopReason.BOUNCED, "550 5.1.1 no such user")
    stops.stop("ana@example.org", StopReason.COMPLAINED, "Feedback-Type: abuse")
    return stops.of("rosa@example.org").get()


def test_an_address_is_found_by_typing_it_whole(staff: Client, stopped: MailStop) -> None:
    page = staff.get(f"{LIST}?q=%20Rosa@Example.org").content.decode()
    assert "no such user" in page
    assert "Feedback-Type" not in page
    assert "no such user" not in staff.get(f"{LIST}?q=rosa").content.decode()
    assert staff.get(f"{LIST}?q={'x' * 10_000}").status_code == 200
    assert "Feedback-Type" in staff.get(LIST).content.decode()


def test_it_is_found_after_a_change_of_the_secret(stopped: MailStop, settings: Any) -> None:
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another"
    client = volunteer("view_mailstop")  # sessions of the former key would do, too
    assert "no such user" in client.get(f"{LIST}?q=rosa@example.org").content.decode()


def test_lifted_with_a_reason_that_is_kept(staff: Client, stopped: MailStop) -> None:
    assert "Let mail go there again" in staff.get(f"{LIST}{stopped.pk}/change/").content.decode()
    page = f"{LIST}{stopped.pk}/lift/"
    assert staff.get(page).status_code == 200
    assert stops.is_stopped("rosa@example.org")
    assert staff.post(page, {"why": " "}).status_code == 200
    assert stops.is_stopped("rosa@example.org")
    assert staff.post(page, {"why": "She telephoned: the mailbox works again."}).status_code == 302
    assert not stops.is_stopped("rosa@example.org")
    assert stops.is_stopped("ana@example.org")
    assert "She telephoned" in LogEntry.objects.get().change_message
    assert staff.post(page, {"why": "Twice"}).status_code == 302
    assert LogEntry.objects.count() == 1


def test_only_who_may_lift_may(stopped: MailStop) -> None:
    page = f"{LIST}{stopped.pk}/lift/"
    onlooker = volunteer("view_mailstop")
    assert "Let mail go there again" not in onlooker.get(f"{LIST}{stopped.pk}/change/").content.decode()
    for client in (onlooker, volunteer()):
        assert client.get(page).status_code == 403
        assert client.post(page, {"why": "I want to"}).status_code == 403
    assert volunteer("view_mailstop", "delete_mailstop").get(page).status_code == 200
    assert stops.is_stopped("rosa@example.org")


def test_nobody_adds_changes_or_deletes_one_without_saying_why(staff: Client, stopped: MailStop) -> None:
    assert staff.get(f"{LIST}add/").status_code == 403
    assert staff.post(f"{LIST}{stopped.pk}/delete/", {"post": "yes"}).status_code == 403
    staff.post(LIST, {"action": "delete_selected", "_selected_action": stopped.pk, "post": "yes"})
    assert MailStop.objects.count() == 2


@pytest.mark.parametrize("key", ["999999", "x", "%00", "9" * 30])
def test_one_that_is_not_there(staff: Client, stopped: MailStop, key: str) -> None:
    assert staff.post(f"{LIST}{key}/lift/", {"why": "x"}).status_code in (302, 404)
    assert MailStop.objects.count() == 2
