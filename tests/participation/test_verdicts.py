"""Whether it is really fixed: each person once for each closing, and what the answers make of the report."""

from datetime import timedelta
from typing import Any

import pytest

from reports import clock
from reports.delivery import applying, closings, history
from reports.dialects.messages import Note, RequestStatus, Status
from reports.models import (
    Mark,
    Notification,
    PublicStatus,
    ServiceRequest,
    StatusUpdate,
    Subscription,
    Verdict,
    VerdictAnswer,
    person_mark,
)
from reports.participation import verdicts
from reports.participation.verdicts import Counts, record
from tests.factories import make_service_request, make_status_update
from tests.together import at_once

pytestmark = pytest.mark.django_db
FILED = clock.now() - timedelta(days=9)


@pytest.fixture
def request_() -> ServiceRequest:
    """Closed by its body four days ago."""
    request = make_service_request(status="closed", requested_datetime=FILED, body_updated_datetime=day(5))
    make_status_update(request, status="accepted", by_body=True, datetime=day(1))
    make_status_update(request, status="closed", by_body=True, datetime=day(5), status_notes="Filled.")
    return request


def day(number: int):
    """So many days after the filing."""
    return FILED + timedelta(days=number)


def someone(number: int) -> Mark:
    return person_mark("email", f"person{number}@example.org")


def verdict_of(request: ServiceRequest) -> str:
    request.refresh_from_db()
    return request.verdict


def lines(request: ServiceRequest) -> list[str]:
    """The lines of history that people's answers made."""
    kept = StatusUpdate.objects.filter(service_request=request, status__in=["confirmed", "disputed"], by_body=False)
    return list(kept.values_list("status", flat=True))


@pytest.mark.parametrize("by_reporter", [False, True])
def test_a_person_is_one_also_after_a_change_of_the_secret(
    request_: ServiceRequest, settings: Any, by_reporter: bool
) -> None:
    assert record(request_, someone(1), "yes", by_reporter=by_reporter)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another"
    assert record(request_, someone(1), "no", by_reporter=by_reporter)
    assert verdicts.counts(request_) == Counts(no=1)
    assert verdict_of(request_) == ("disputed" if by_reporter else "")
    assert record(request_, someone(1), "no", by_reporter=by_reporter)
    settings.SECRET_KEY_FALLBACKS = []
    assert record(request_, someone(1), "unsure", by_reporter=by_reporter)
    assert verdicts.counts(request_) == Counts(unsure=1), "written with the new key"


def test_one_other_person_decides_nothing_and_two_do(request_: ServiceRequest) -> None:
    assert record(request_, someone(1), "yes")
    assert verdict_of(request_) == ""
    assert record(request_, someone(2), "yes")
    assert verdict_of(request_) == "confirmed"
    assert request_.status == PublicStatus.CLOSED
    assert request_.shown_status is PublicStatus.CONFIRMED
    assert lines(request_) == ["confirmed"]
    assert verdicts.counts(request_) == Counts(yes=2)


def test_the_simple_majority_counts_and_a_tie_says_nothing(request_: ServiceRequest) -> None:
    for number, answer in enumerate(["yes", "no", "no"]):
        record(request_, someone(number), answer)
    assert verdict_of(request_) == "disputed"
    record(request_, someone(9), "yes")
    assert verdict_of(request_) == ""
    record(request_, someone(10), "unsure")
    assert verdict_of(request_) == ""
    assert verdicts.counts(request_) == Counts(yes=2, no=2, unsure=1)
    assert lines(request_) == ["disputed"]


def test_whoever_filed_it_decides_alone_and_may_change_their_mind(request_: ServiceRequest) -> None:
    for number in range(3):
        record(request_, someone(number), "no")
    record(request_, someone(7), "yes", by_reporter=True)
    assert verdict_of(request_) == "confirmed"
    record(request_, person_mark("account", "4"), "no", by_reporter=True)  # the same person by another way
    assert verdict_of(request_) == "disputed"
    assert Verdict.objects.filter(by_reporter=True).count() == 1
    record(request_, someone(7), "unsure", by_reporter=True)  # then the others decide
    assert verdict_of(request_) == "disputed"
    assert lines(request_) == ["disputed", "confirmed", "disputed"]


def test_whoever_answered_as_anybody_and_then_as_the_reporter_counts_once(request_: ServiceRequest) -> None:
    record(request_, someone(1), "no")
    record(request_, someone(1), "yes", by_reporter=True)
    assert verdicts.counts(request_) == Counts(yes=1)


def test_the_last_answer_of_a_person_counts(request_: ServiceRequest) -> None:
    for answer in ("yes", "no", "no"):
        record(request_, someone(1), answer)
    assert verdicts.counts(request_) == Counts(no=1)
    assert verdict_of(request_) == ""


def test_everybody_who_follows_is_told_once(request_: ServiceRequest) -> None:
    Subscription.objects.create(service_request=request_, email="rosa@example.org")
    for number in (1, 2, 3):
        record(request_, someone(number), "yes")
    assert [row.status_update.status for row in Notification.objects.all()] == ["confirmed"]


@pytest.mark.parametrize("status", ["received", "accepted", "in_progress", "rejected", "duplicate", "cancelled"])
def test_what_is_not_closed_has_nothing_to_confirm(status: str) -> None:
    request = make_service_request(status=status)
    make_status_update(request, status=status, by_body=True)
    assert not record(request, someone(1), "yes")
    assert verdicts.counts(request) == Counts()
    assert not Verdict.objects.exists()


@pytest.mark.parametrize("gone", [{"hidden": True}, {"taken_away_at": clock.now()}])
def test_what_is_gone_is_not_answered(request_: ServiceRequest, gone: dict[str, object]) -> None:
    ServiceRequest.objects.filter(pk=request_.pk).update(**gone)
    assert not record(request_, someone(1), "yes", by_reporter=True)
    assert not Verdict.objects.exists()


@pytest.mark.parametrize("answer", ["", "maybe", "YES", "\x00"])
def test_another_answer_is_none(request_: ServiceRequest, answer: str) -> None:
    with pytest.raises(ValueError, match="no answer"):
        record(request_, someone(1), answer)


def test_a_closing_without_any_line_has_nobody_to_ask() -> None:
    request = make_service_request(status="closed")
    assert closings.closing_of(request) is None
    assert not record(request, someone(1), "yes")


def test_words_that_the_body_adds_are_no_new_closing(request_: ServiceRequest) -> None:
    record(request_, someone(1), "yes", by_reporter=True)
    row = RequestStatus(
        "7", Status.CLOSED, updated_datetime=day(6), status_notes="Filled.",
        notes=(Note("Thank you for telling us.", day(6), id="n1", status=Status.CLOSED),),
    )  # fmt: skip
    assert applying.apply(request_, row)
    assert verdict_of(request_) == "confirmed"


def test_a_reopening_ends_the_verdict_and_a_new_closing_asks_anew(request_: ServiceRequest) -> None:
    record(request_, someone(1), "no", by_reporter=True)
    assert verdict_of(request_) == "disputed"
    assert applying.apply(request_, RequestStatus("7", Status.OPEN, status_notes="Again", updated_datetime=day(6)))
    assert verdict_of(request_) == ""
    assert request_.shown_status is PublicStatus.IN_PROGRESS
    assert applying.apply(request_, RequestStatus("7", Status.CLOSED, status_notes="Twice", updated_datetime=day(7)))
    request_.refresh_from_db()
    assert (request_.status, request_.verdict) == ("closed", "")
    assert verdicts.counts(request_) == Counts()
    record(request_, someone(1), "yes", by_reporter=True)
    assert verdict_of(request_) == "confirmed"
    assert Verdict.objects.count() == 2


def test_opened_and_closed_again_in_between_asks_anew(request_: ServiceRequest) -> None:
    """Both come in one answer: the status of the report has not moved, and yet it is another closing."""
    record(request_, someone(1), "yes", by_reporter=True)
    row = RequestStatus(
        "7", Status.CLOSED, status_notes="Twice", updated_datetime=day(7),
        notes=(
            Note("Opened again.", day(6), id="n1", status=Status.OPEN),
            Note("Twice", day(7), id="n2", status=Status.CLOSED),
        ),
    )  # fmt: skip
    assert applying.apply(request_, row)
    request_.refresh_from_db()
    assert (request_.status, request_.verdict) == ("closed", "")


@pytest.mark.parametrize("status", [PublicStatus.ACCEPTED, PublicStatus.CANCELLED])
def test_every_move_away_from_a_closing_ends_the_verdict(request_: ServiceRequest, status: PublicStatus) -> None:
    record(request_, someone(1), "yes", by_reporter=True)
    request_.refresh_from_db()
    history.set_status(request_, status)
    assert verdict_of(request_) == ""


@pytest.mark.django_db(transaction=True)
def test_two_at_once_are_both_counted(request_: ServiceRequest) -> None:
    numbers = iter((1, 2))
    at_once(lambda: record(request_, someone(next(numbers)), VerdictAnswer.YES), 2)
    assert verdicts.counts(request_) == Counts(yes=2)
    assert verdict_of(request_) == "confirmed"
    assert lines(request_) == ["confirmed"]
