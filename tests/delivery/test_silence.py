"""No news for long: said once, moved on from by any news, and never in the way of the next look."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from reports import clock, tasks
from reports.delivery import refresh, replies, silence
from reports.dialects.messages import Note, RequestStatus, Stage, Status
from reports.models import Endpoint, Notification, PublicStatus, ServiceRequest, Submission, Subscription
from tests.cities import history
from tests.delivery.talkative import Script, make_delivered
from tests.factories import make_status_update

pytestmark = pytest.mark.django_db
DAYS = timedelta(days=1)
OPEN = RequestStatus("T-1", Status.OPEN, status_word="open")


@pytest.fixture
def submission(script: Script) -> Submission:
    return make_quiet()


def make_quiet(number: str = "T-1", days: float = 40, **fields: Any) -> Submission:
    """A report of which nothing was heard for so many days, at a system that answers."""
    submission = make_delivered(number, **fields)
    since = clock.now() - days * DAYS
    ServiceRequest.objects.filter(pk=submission.request_id).update(updated_datetime=since, requested_datetime=since)
    Endpoint.objects.update(last_success_at=clock.now())
    Submission.objects.filter(pk=submission.pk).update(looked_at=clock.now())
    submission.request.refresh_from_db()
    submission.endpoint.refresh_from_db()
    return submission


def status_of(submission: Submission) -> str:
    return ServiceRequest.objects.get(pk=submission.request_id).status


def test_it_is_said_once_told_to_followers_and_leaves_the_dates_alone(submission: Submission) -> None:
    Subscription.objects.create(service_request=submission.request, email="rosa@example.org")
    before = submission.request.updated_datetime
    tasks.note_silence()
    assert silence.note_silence() == 0
    submission.request.refresh_from_db()
    assert submission.request.status == PublicStatus.SILENT
    assert submission.request.updated_datetime == before
    assert history(submission.request) == [("silent", "")]
    assert Notification.objects.count() == 1


@pytest.mark.parametrize("status", ["sent", "accepted", "in_progress"])
def test_what_is_open_with_its_body_can_be_silent(script: Script, status: str) -> None:
    submission = make_quiet()
    ServiceRequest.objects.update(status=status)
    assert silence.note_silence() == 1
    assert status_of(submission) == PublicStatus.SILENT


@pytest.mark.parametrize("status", ["received", "closed", "duplicate", "rejected", "undelivered", "cancelled"])
def test_nothing_else_can(script: Script, status: str) -> None:
    make_quiet()
    ServiceRequest.objects.update(status=status)
    assert silence.note_silence() == 0


def test_the_days_are_a_setting(submission: Submission, settings: Any) -> None:
    settings.SILENT_DAYS = 41
    assert silence.note_silence() == 0
    settings.SILENT_DAYS = 39
    assert silence.note_silence() == 1


def test_what_the_body_said_lately_is_news_without_a_change_of_status(submission: Submission) -> None:
    make_status_update(submission.request, by_body=True, status="accepted", recorded_at=clock.now() - 5 * DAYS)
    assert silence.note_silence() == 0


@pytest.mark.parametrize("fields", [{"private": True}, {"is_comment": True}, {"by_body": False}])
def test_what_others_said_or_nobody_may_read_is_none(submission: Submission, fields: dict[str, bool]) -> None:
    said = {"by_body": True, "status": "accepted", "recorded_at": clock.now() - 5 * DAYS}
    make_status_update(submission.request, **(said | fields))
    assert silence.note_silence() == 1


@pytest.mark.parametrize("asked", [None, 4 * DAYS])
def test_a_system_that_could_not_be_asked_is_not_called_silent(submission: Submission, asked: timedelta | None) -> None:
    Endpoint.objects.update(last_success_at=asked and clock.now() - asked)
    assert silence.note_silence() == 0


def test_a_body_without_numbers_is_silent_by_nature_and_one_written_to_may_answer(script: Script) -> None:
    make_quiet(number="")
    assert silence.note_silence() == 0
    Endpoint.objects.update(base_url="mailto:clerk@example.org", last_success_at=None)
    assert silence.note_silence() == 1


def test_a_clerk_s_answer_ends_it(script: Script) -> None:
    submission = make_quiet(number="")
    Endpoint.objects.update(base_url="mailto:clerk@example.org")
    silence.note_silence()
    assert replies.take(submission, PublicStatus.IN_PROGRESS, note="It is on the list for May.")
    assert status_of(submission) == PublicStatus.IN_PROGRESS


def test_that_it_is_still_open_is_no_news(submission: Submission) -> None:
    silence.note_silence()
    assert not refresh.apply(submission.request, OPEN)
    assert not refresh.apply(submission.request, replace(OPEN, agency_responsible="Streets"))
    assert status_of(submission) == PublicStatus.SILENT
    assert len(history(submission.request)) == 1


def test_a_later_date_of_the_body_s_is_news_even_where_it_is_still_open(submission: Submission) -> None:
    row = replace(OPEN, updated_datetime=clock.now() - 38 * DAYS)
    refresh.apply(submission.request, row)
    ServiceRequest.objects.update(updated_datetime=clock.now() - 38 * DAYS)
    silence.note_silence()
    assert not refresh.apply(submission.request, row)
    assert status_of(submission) == PublicStatus.SILENT
    touched = clock.now() - timedelta(hours=1)
    assert refresh.apply(submission.request, replace(row, updated_datetime=touched))
    assert not refresh.apply(submission.request, replace(row, updated_datetime=touched))
    submission.request.refresh_from_db()
    assert (submission.request.status, submission.request.updated_datetime) == (PublicStatus.ACCEPTED, touched)
    assert [status for status, _words in history(submission.request)][-2:] == ["accepted", "silent"] or [
        status for status, _words in history(submission.request)
    ][-2:] == ["silent", "accepted"]


@pytest.mark.parametrize(
    ("row", "status"),
    [
        (replace(OPEN, status_notes="Delayed by frost"), "in_progress"),
        (replace(OPEN, stage=Stage.SCHEDULED), "in_progress"),
        (replace(OPEN, status=Status.CLOSED), "closed"),
        (replace(OPEN, notes=(Note("We had a look"),), status_known=False), "accepted"),
    ],
)
def test_news_moves_on_to_what_the_body_says(submission: Submission, row: RequestStatus, status: str) -> None:
    silence.note_silence()
    assert refresh.apply(submission.request, row)
    assert status_of(submission) == status
    assert silence.note_silence() == 0


def test_an_internal_entry_ends_no_silence(submission: Submission) -> None:
    silence.note_silence()
    refresh.apply(submission.request, replace(OPEN, status_known=False, notes=(Note("Between us", private=True),)))
    assert status_of(submission) == PublicStatus.SILENT


def test_words_among_the_comments_end_it(script: Script, submission: Submission) -> None:
    silence.note_silence()
    script.rows = [replace(OPEN, agency_responsible="Streets")]
    script.said = (Note("We have not forgotten it.", clock.now(), id="9"),)
    refresh.refresh(submission.endpoint)
    assert status_of(submission) == PublicStatus.ACCEPTED


def test_it_can_fall_silent_again(submission: Submission) -> None:
    silence.note_silence()
    refresh.apply(submission.request, replace(OPEN, status_notes="On it", updated_datetime=clock.now()))
    with clock.at(clock.now() + 31 * DAYS):
        Endpoint.objects.update(last_success_at=clock.now())
        Submission.objects.update(looked_at=clock.now())
        assert silence.note_silence() == 1
        assert silence.note_silence() == 0
    assert [status for status, _words in history(submission.request)].count("silent") == 2


def test_its_looks_go_on_as_before(script: Script, submission: Submission) -> None:
    silence.note_silence()
    script.rows = [OPEN]
    refresh.refresh(submission.endpoint)
    submission.refresh_from_db()
    assert submission.due_at is not None
    assert submission.due_at > timezone.now() + timedelta(hours=12)


def test_many_are_gone_through_in_parts(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silence, "AT_ONCE", 2)
    for number in range(5):
        make_quiet(f"T-{number}")
    assert silence.note_silence() == 5


def test_the_page_of_a_silent_one_says_what_happens_next(submission: Submission, client: Any) -> None:
    silence.note_silence()
    page = client.get(submission.request.get_absolute_url()).content.decode()
    assert "No news for 30 days" in page
    assert "We go on looking" in page
