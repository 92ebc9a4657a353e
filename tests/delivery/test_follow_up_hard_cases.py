"""Following up at its worst: rows that cannot be stored, endpoints changed on the way, entries that turn private."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import OperationalError
from django.test import Client

from reports import clock
from reports.delivery import applying, duplicates, news, refresh
from reports.dialects.errors import ConfigurationError
from reports.dialects.messages import Completeness, Note, RequestStatus, RequestStatuses, Status
from reports.models import ServiceRequest, Submission, SubmissionState
from tests.cities import history
from tests.delivery.talkative import Script, Talkative, make_delivered
from tests.delivery.test_duplicates import make_refused, there
from tests.factories import make_service_request, make_submission

pytestmark = pytest.mark.django_db
# No dialect gives such a date or such a text; they stand for whatever a database may not take.
UNSTORABLE = RequestStatus(
    "T-1",
    Status.CLOSED,
    agency_responsible="\0",  # for PostgreSQL
    expected_datetime=datetime.max.replace(tzinfo=timezone(-timedelta(hours=12))),  # for SQLite
)


def make_two(script: Script) -> tuple[Submission, Submission]:
    first = make_delivered("T-1")
    request = make_service_request(first.request.service, status="accepted")
    filed = clock.now() - timedelta(days=3)
    fields = {"state": SubmissionState.DELIVERED, "service_request_id": "T-2", "sent_at": filed, "delivered_at": filed}
    return first, make_submission(request, **fields)


def status(submission: Submission) -> str:
    return ServiceRequest.objects.get(pk=submission.request_id).status


def test_a_row_that_cannot_be_stored_costs_no_other_its_news(script: Script) -> None:
    first, second = make_two(script)
    script.rows = [UNSTORABLE, RequestStatus("T-2", Status.CLOSED)]
    assert refresh.refresh(first.endpoint) == 1
    assert (status(first), status(second)) == ("accepted", "closed")


def test_a_row_that_cannot_be_stored_does_not_stop_the_news_of_all(script: Script) -> None:
    first, second = make_two(script)
    rows = (UNSTORABLE, RequestStatus("T-2", Status.CLOSED))
    script.window_answers = [RequestStatuses(rows, Completeness.COMPLETE)]
    assert news.fetch_news(first.endpoint) == 1
    assert (status(first), status(second)) == ("accepted", "closed")
    first.endpoint.refresh_from_db()
    assert first.endpoint.news_until is not None


def test_a_database_that_is_away_moves_no_mark(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: object) -> bool:
        raise OperationalError("deadlock detected")

    first, _second = make_two(script)
    script.window_answers = [RequestStatuses((RequestStatus("T-1", Status.CLOSED),), Completeness.COMPLETE)]
    monkeypatch.setattr(applying, "apply", away)
    with pytest.raises(OperationalError):
        news.fetch_news(first.endpoint)
    first.endpoint.refresh_from_db()
    assert first.endpoint.news_until is None


def test_an_endpoint_that_could_not_be_asked_for_a_while_is_asked_again(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = make_delivered()
    with monkeypatch.context() as patch:
        patch.setattr(Talkative, "follows_by_id", False)
        refresh.refresh(submission.endpoint)
    script.rows = [RequestStatus("T-1", Status.CLOSED)]
    with clock.at(clock.now() + timedelta(days=3)):
        assert refresh.refresh(submission.endpoint) == 1


def test_what_is_said_after_the_end_has_the_status_of_the_end(script: Script) -> None:
    submission = make_delivered()
    now = clock.now()
    closed = now - timedelta(hours=2)
    script.rows = [RequestStatus("T-1", Status.CLOSED, updated_datetime=closed)]
    script.said = (
        Note("A crew is on its way.", closed - timedelta(hours=1), id="1"),
        Note("Thank you for telling us.", closed + timedelta(hours=1), id="2"),
    )
    refresh.refresh(submission.endpoint)
    found = {words: line for line, words in history(submission.request)}
    assert found["A crew is on its way."] == "accepted"
    assert found["Thank you for telling us."] == "closed"


@pytest.mark.parametrize("number", ["7", ""])
def test_an_entry_that_turns_private_is_hidden(script: Script, number: str) -> None:
    submission = make_delivered()
    said = Note("The tenant of 12 Main Street complains often.", clock.now() - timedelta(hours=1), id=number)
    row = RequestStatus("T-1", Status.OPEN, notes=(said,))
    refresh.apply(submission.request, row)
    line = submission.request.status_updates.get(status_notes=said.text)
    assert (line.private, line.hidden) == (False, False)
    for _time in range(2):
        refresh.apply(submission.request, replace(row, notes=(replace(said, private=True),)))
    assert not submission.request.status_updates.filter(private=False, hidden=False, status_notes=said.text)


def test_a_duplicate_is_found_under_the_code_that_its_service_had(script: Script) -> None:
    submission = make_refused()
    script.rows = [there("A-1", submission)]
    service = submission.request.service
    assert service is not None
    service.former_codes, service.service_code = [service.service_code], "NEW"
    service.save()
    duplicates.resolve(submission.pk)
    submission.refresh_from_db()
    assert (submission.state, submission.service_request_id) == (SubmissionState.DELIVERED, "A-1")


@pytest.mark.parametrize("error", [ConfigurationError, ZeroDivisionError])
def test_a_duplicate_that_cannot_be_looked_for_is_put_before_volunteers(
    script: Script, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def broken(*args: object) -> None:
        raise error("The key cannot be read.")

    submission = make_refused()
    monkeypatch.setattr(Talkative, "find", broken)
    with pytest.raises(error):
        duplicates.resolve(submission.pk)
    submission.refresh_from_db()
    assert (submission.state, submission.due_at) == (SubmissionState.NEEDS_ATTENTION, None)
    attempt = submission.attempts.get()
    assert (attempt.outcome, attempt.finished_at is None) == (error.__name__, False)
    with clock.at(datetime.now(UTC) + timedelta(days=1)):
        duplicates.resolve(submission.pk)
    assert submission.attempts.count() == 1


def test_a_text_without_end_is_cut_once_and_is_one_line(script: Script, client: Client) -> None:
    submission = make_delivered()
    endless = "All work and no play. " * 50_000
    when = clock.now() - timedelta(hours=1)
    row = RequestStatus("T-1", Status.OPEN, status_notes=endless, service_notice=endless)
    noted = replace(row, notes=(Note(endless, when, id="1"), Note(f"Two. {endless}", when, id="2", by_body=False)))
    for each in (row, row, noted, noted):
        refresh.apply(submission.request, each)
    script.said = (Note(f"Three. {endless}", when, id="3", by_body=False),)
    script.rows = [replace(row, updated_datetime=clock.now())]
    refresh.refresh(submission.endpoint)
    lines = list(submission.request.status_updates.values_list("status_notes", flat=True))
    assert len(lines) == 4  # the status, two entries of the row, one of the list
    assert {len(line) for line in lines} == {10_000}
    assert all(line.endswith("…") for line in lines)
    assert len(client.get(submission.request.get_absolute_url()).content) < 200_000
