"""When a body first answered and since when a request is over: kept as the history grows, filled for what was there."""

from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports import clock
from reports.delivery import history, refresh, replies, silence, submit, taken_away
from reports.dialects.messages import Note, RequestStatus, Stage, Status
from reports.models import Endpoint, PublicStatus, ServiceRequest, Submission
from tests.delivery.talkative import Script, make_delivered
from tests.factories import make_service_request, make_status_update, make_submission

pytestmark = pytest.mark.django_db
NOW = clock.now().replace(microsecond=0)
HOURS, DAYS = timedelta(hours=1), timedelta(days=1)
Facts = tuple[datetime | None, datetime | None]


@pytest.fixture
def submission(script: Script) -> Submission:
    return make_delivered()


def facts(of: Submission | ServiceRequest) -> Facts:
    """(first answer, end), as the database has them."""
    pk = of.request_id if isinstance(of, Submission) else of.pk
    return ServiceRequest.objects.values_list("first_answer_at", "ended_at").get(pk=pk)


def says(submission: Submission, status: Status, when: datetime, **more: Any) -> Facts:
    row = RequestStatus("T-1", status, updated_datetime=when, **more)
    refresh.apply(submission.request, row, submission.sent_at)
    return facts(submission)


def test_a_receipt_is_no_answer_and_words_are(submission: Submission) -> None:
    assert says(submission, Status.OPEN, NOW - 40 * HOURS) == (None, None)
    told = says(submission, Status.OPEN, NOW - 30 * HOURS, status_notes="A crew comes on Monday.")
    assert told == (NOW - 30 * HOURS, None)
    assert says(submission, Status.CLOSED, NOW - 20 * HOURS) == (NOW - 30 * HOURS, NOW - 20 * HOURS)


def test_an_acknowledgement_is_a_receipt_until_it_has_words(submission: Submission) -> None:
    assert says(submission, Status.OPEN, NOW - 40 * HOURS, stage=Stage.ACKNOWLEDGED) == (None, None)
    told = says(submission, Status.OPEN, NOW - 30 * HOURS, stage=Stage.ACKNOWLEDGED, status_notes="We know it.")
    assert told == (NOW - 30 * HOURS, None)


def test_an_older_line_moves_the_answer_back_and_a_newer_one_never_on(submission: Submission) -> None:
    says(submission, Status.OPEN, NOW - 10 * HOURS, stage=Stage.IN_PROGRESS)
    says(submission, Status.OPEN, NOW - 5 * HOURS, status_notes="Still on it.")
    assert facts(submission)[0] == NOW - 10 * HOURS
    older = Note("Looked at it.", NOW - 20 * HOURS, id="1", by_body=True)
    assert says(submission, Status.OPEN, NOW - 5 * HOURS, notes=(older,))[0] == NOW - 20 * HOURS


@pytest.mark.parametrize(
    "note",
    [
        Note("Me too.", NOW - HOURS, id="1", by_body=False),
        Note("Call the foreman.", NOW - HOURS, id="1", by_body=True, private=True),
        Note("Case created: a deep hole.", NOW - HOURS, id="1", by_body=True, type="opened"),
    ],
)
def test_what_is_no_answer_of_the_body(submission: Submission, note: Note) -> None:
    refresh.apply(submission.request, RequestStatus("T-1", Status.OPEN, notes=(note,)), submission.sent_at)
    assert facts(submission) == (None, None)


def test_opened_again_it_is_not_over_and_its_next_end_counts(submission: Submission) -> None:
    says(submission, Status.CLOSED, NOW - 40 * HOURS)
    assert says(submission, Status.OPEN, NOW - 30 * HOURS) == (NOW - 40 * HOURS, None)
    assert says(submission, Status.CLOSED, NOW - 20 * HOURS) == (NOW - 40 * HOURS, NOW - 20 * HOURS)


def test_another_kind_of_end_does_not_end_it_anew(submission: Submission) -> None:
    says(submission, Status.CLOSED, NOW - 40 * HOURS)
    again = says(submission, Status.CLOSED, NOW - 20 * HOURS, stage=Stage.NOT_RESPONSIBLE)
    assert again == (NOW - 40 * HOURS, NOW - 40 * HOURS)


def test_opened_and_closed_between_two_looks(submission: Submission) -> None:
    says(submission, Status.CLOSED, NOW - 40 * HOURS)
    reopened = Note("Opened again.", NOW - 20 * HOURS, id="1", by_body=True, status=Status.OPEN)
    told = says(submission, Status.CLOSED, NOW - 10 * HOURS, status_notes="Mended now.", notes=(reopened,))
    assert told == (NOW - 40 * HOURS, NOW - 10 * HOURS)


def test_every_other_way_to_an_end() -> None:
    waiting = make_submission()
    submit.cancel(waiting, "by telephone")
    gone = make_service_request()
    taken_away.take_away(gone)
    for each in (waiting, gone):
        answered, ended = facts(each)
        assert answered is None
        assert ended is not None
        assert abs(clock.now() - ended) < timedelta(minutes=5)


def test_a_clerk_s_reply_is_an_answer(script: Script) -> None:
    submission = make_delivered("", dialect="email")
    replies.take(submission, PublicStatus.NOT_RESPONSIBLE, note="Ask the county.")
    answered, ended = facts(submission)
    assert answered == ended is not None


def test_silence_is_neither(submission: Submission) -> None:
    since = NOW - 40 * DAYS
    ServiceRequest.objects.update(updated_datetime=since, requested_datetime=since)
    Endpoint.objects.update(last_success_at=clock.now())
    Submission.objects.update(looked_at=clock.now())
    assert silence.note_silence() == 1
    assert facts(submission) == (None, None)


def test_only_a_line_that_answers_costs_a_statement() -> None:
    request = make_service_request()

    def statements(status: PublicStatus, mark: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            history.append(request, status, mark=mark, by_body=True)
        return len(queries)

    receipt = statements(PublicStatus.ACCEPTED, "a")
    assert statements(PublicStatus.IN_PROGRESS, "b") == receipt + 1
    assert statements(PublicStatus.CLOSED, "c") == receipt


def test_a_line_that_is_there_already_changes_nothing() -> None:
    request = make_service_request()
    for _each in range(2):
        history.append(request, PublicStatus.CLOSED, mark="same", by_body=True)
    before = facts(request)
    history.append(request, PublicStatus.CLOSED, mark="same", by_body=True, when=NOW - DAYS)
    assert facts(request) == before != (None, None)


class TestMigration:
    """0009 says the same of rows from before it."""

    migration = import_module("reports.migrations.0009_fill_answers_and_ends")

    def fill(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(self.migration, "BATCH", 4)  # several batches
        self.migration.fill(apps, None)

    def test_what_was_there_is_filled_as_it_would_have_been(
        self, submission: Submission, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for _each in range(5):
            make_service_request()
        says(submission, Status.OPEN, NOW - 40 * HOURS)
        says(submission, Status.OPEN, NOW - 30 * HOURS, status_notes="A crew comes.")
        says(submission, Status.CLOSED, NOW - 20 * HOURS)
        make_status_update(submission.request, status="disputed", datetime=NOW - HOURS)
        kept = facts(submission)
        assert kept == (NOW - 30 * HOURS, NOW - 20 * HOURS)
        ServiceRequest.objects.update(first_answer_at=None, ended_at=None)
        self.fill(monkeypatch)
        self.fill(monkeypatch)  # doing it again does no harm
        assert facts(submission) == kept
        assert ServiceRequest.objects.filter(first_answer_at=None, ended_at=None).count() == 5

    def test_an_end_without_a_line_has_the_date_of_the_last_change(self, monkeypatch: pytest.MonkeyPatch) -> None:
        request = make_service_request(status="rejected", updated_datetime=NOW - DAYS)
        make_status_update(request, status="closed", by_body=True, private=True, datetime=NOW)
        self.fill(monkeypatch)
        assert facts(request) == (None, NOW - DAYS)

    def test_one_that_is_open_again_has_no_end(self, monkeypatch: pytest.MonkeyPatch) -> None:
        request = make_service_request(status="accepted")
        make_status_update(request, status="closed", by_body=True, datetime=NOW - DAYS)
        make_status_update(request, status="accepted", by_body=True, datetime=NOW)
        self.fill(monkeypatch)
        assert facts(request) == (NOW - DAYS, None)

    def test_an_empty_table_is_filled(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.fill(monkeypatch)
        assert not ServiceRequest.objects.exists()
