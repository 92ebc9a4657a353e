"""Contact details go some time after a report has ended; who received them stays written down."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from reports import clock
from reports.delivery import history, retention
from reports.models import Attempt, Contact, Disclosure, Notification, PublicStatus, ServiceRequest, Subscription
from tests.factories import make_service_request, make_submission
from tests.together import at_once

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
Status = PublicStatus


@pytest.fixture(autouse=True)
def _days(settings: Any) -> None:
    settings.CONTACT_DAYS, settings.CONTACT_DAYS_OPEN = 90, 730


def filed(days_ago: float = 400) -> ServiceRequest:
    """A report with contact details, a follower, and a line that says so."""
    with clock.at(clock.now() - days_ago * DAY):
        request = make_service_request()
        Contact.objects.create(service_request=request, email="rosa@example.org")
        Subscription.objects.create(service_request=request, email="rosa@example.org")
        Disclosure.objects.create(service_request=request, endpoint=request.endpoint, fields=["email"])
        say(request, Status.RECEIVED)
    return request


def say(request: ServiceRequest, status: PublicStatus, days_ago: float = 0, dated: datetime | None = None) -> None:
    """A line of history that came so many days ago, and moves the report."""
    with clock.at(clock.now() - days_ago * DAY):
        count = request.status_updates.count()
        history.append(request, status, mark=f"m{count}", when=dated)
        history.set_status(request, status, dated)


def kept() -> int:
    return Contact.objects.count()


@pytest.mark.parametrize("status", sorted(retention.OVER))
def test_details_go_ninety_days_after_every_kind_of_end(status: PublicStatus) -> None:
    request = filed()
    say(request, status, days_ago=90.01)
    assert retention.forget() == 1
    for model in (Contact, Subscription, Notification):
        assert not model.objects.exists()
    assert Disclosure.objects.get().fields == ["email"]
    assert ServiceRequest.objects.filter(pk=request.pk).exists()


@pytest.mark.parametrize("status", sorted(set(Status) - retention.OVER))
def test_an_open_report_keeps_them_until_two_years_are_over(status: PublicStatus) -> None:
    request = filed(days_ago=729.9)
    say(request, status, days_ago=700)
    assert retention.forget() == 0
    with clock.at(clock.now() + 0.2 * DAY):
        assert retention.forget() == 1
    assert kept() == 0


def test_not_a_day_before() -> None:
    say(filed(), Status.CLOSED, days_ago=89.9)
    assert retention.forget() == 0
    assert kept() == 1


def test_a_reopened_report_keeps_them_and_its_next_end_counts() -> None:
    request = filed()
    say(request, Status.CLOSED, days_ago=200)
    say(request, Status.IN_PROGRESS, days_ago=150)
    assert retention.forget() == 0
    say(request, Status.CLOSED, days_ago=30)
    assert retention.forget() == 0
    with clock.at(clock.now() + 61 * DAY):
        assert retention.forget() == 1


def test_a_closing_that_a_body_dates_long_ago_counts_from_when_it_came() -> None:
    request = filed()
    say(request, Status.CLOSED, dated=clock.now() - 300 * DAY)
    assert retention.forget() == 0
    assert kept() == 1


def test_so_does_one_that_is_dated_before_our_own_line() -> None:
    request = filed()
    say(request, Status.SILENT, days_ago=10)
    say(request, Status.CLOSED, days_ago=5, dated=clock.now() - 200 * DAY)
    assert retention.forget() == 0
    with clock.at(clock.now() + 86 * DAY):
        assert retention.forget() == 1


def test_further_words_on_a_closed_report_do_not_put_it_off() -> None:
    request = filed()
    say(request, Status.CLOSED, days_ago=91)
    with clock.at(clock.now() - 5 * DAY):
        history.append(request, Status.CLOSED, mark="more", status_notes="Thank you.", by_body=True)
        history.append(request, Status.IN_PROGRESS, mark="comment", is_comment=True)
        history.append(request, Status.IN_PROGRESS, mark="private", private=True)
    assert retention.forget() == 1


def test_an_end_without_a_line_counts_from_the_last_change() -> None:
    request = filed()
    ServiceRequest.objects.filter(pk=request.pk).update(status=Status.CLOSED, updated_datetime=clock.now() - 91 * DAY)
    assert retention.forget() == 1


def test_a_follower_alone_is_forgotten_too() -> None:
    request = filed()
    Contact.objects.all().delete()
    say(request, Status.CLOSED, days_ago=91)
    assert retention.forget() == 1
    assert not Subscription.objects.exists()


def test_it_works_in_batches_and_stops_at_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for _number in range(5):
        say(filed(), Status.CLOSED, days_ago=91)
    assert retention.forget(limit=3) == 3
    assert kept() == 2
    assert retention.forget() == 2
    assert retention.forget() == 0


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_count_each_report_once() -> None:
    for _number in range(3):
        say(filed(), Status.CLOSED, days_ago=91)
    counts: list[int] = []
    at_once(lambda: counts.append(retention.forget()), 2)
    assert sum(counts) == 3
    assert kept() == 0


def test_only_counts_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    say(filed(), Status.CLOSED, days_ago=91)
    with caplog.at_level("INFO", logger="reports"):
        retention.forget()
    assert "contact details of 1 reports deleted" in caplog.text
    assert "rosa" not in caplog.text


def test_letters_lose_their_text_and_calls_keep_theirs() -> None:
    request = filed()
    submission = make_submission(request)
    letter = {"method": "MAIL", "request_body": "Name: Bo", "status": None}
    call = {"method": "POST", "request_body": "email=[removed]", "status": 201}
    Attempt.objects.create(submission=submission, operation="post_service_request", exchanges=[letter, call])
    say(request, Status.CLOSED, days_ago=91)
    retention.forget()
    assert Attempt.objects.get().exchanges == [letter | {"request_body": "[removed]"}, call]


def test_the_date_that_is_shown_is_the_date_on_which_they_go() -> None:
    request = filed(days_ago=10)
    assert retention.contact_until(request) == request.requested_datetime + 730 * DAY
    say(request, Status.CLOSED)
    closed = request.status_updates.get(status=Status.CLOSED).recorded_at
    assert retention.contact_until(request) == closed + 90 * DAY
    with clock.at(closed + 90 * DAY):
        assert retention.forget() == 0
    with clock.at(closed + 90 * DAY + timedelta(seconds=1)):
        assert retention.forget() == 1
    assert retention.contact_until(request) is None


@pytest.mark.parametrize("verdict", [Status.CONFIRMED, Status.DISPUTED])
def test_what_people_say_of_an_end_is_no_other_end_and_does_not_put_it_off(verdict: PublicStatus) -> None:
    request = filed()
    say(request, Status.CLOSED, days_ago=100)
    with clock.at(clock.now() - 50 * DAY):
        history.append(request, Status.CLOSED, mark="words", by_body=True, status_notes="Thank you.")
        history.append(request, verdict, mark="verdict")
    assert retention.forget() == 1
