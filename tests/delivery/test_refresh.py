"""Following a request: the body's words, once each, in order, to the end."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reports import clock
from reports.delivery import refresh, submit
from reports.dialects.messages import Note, RequestStatus, Stage, Status
from reports.http import Client
from reports.models import PublicStatus, ServiceRequest, Submission
from reports.sandbox import Sandbox
from tests.cities import file_report, history, make_city, pass_time
from tests.factories import make_service_request

pytestmark = pytest.mark.django_db


def at(hours: float) -> object:
    return clock.now() - timedelta(hours=hours)


@pytest.fixture
def request_() -> ServiceRequest:
    filed = clock.now() - timedelta(days=3)
    return make_service_request(status=PublicStatus.ACCEPTED, requested_datetime=filed, updated_datetime=filed)


OPEN = RequestStatus("24-1", Status.OPEN, status_word="open")


@pytest.mark.parametrize(("key", "days"), [("evanston", 8), ("chicago", 8), ("bloomington", 8), ("oak-park", 8)])
def test_a_report_is_followed_to_its_end(sandbox: Sandbox, key: str, days: int) -> None:
    endpoint = make_city(sandbox, key)
    submission = file_report(endpoint, "A hole. SANDBOX-PLAN-ORDINARY")
    submit.submit(submission.pk)
    for _step in range(days * 4):
        pass_time(sandbox, endpoint, 6 * 3600)
    submission.request.refresh_from_db()
    assert submission.request.status == PublicStatus.CLOSED
    lines = history(submission.request)
    statuses = [status for status, _notes in lines]
    assert statuses[:2] == ["received", "sent"]
    assert statuses[-1] == "closed"
    assert "in_progress" in statuses
    words = [notes for _status, notes in lines if notes]
    assert len(words) == len(set(words)) >= 3


def test_a_reopened_report_is_open_again(sandbox: Sandbox) -> None:
    endpoint = make_city(sandbox, "evanston")
    submission = file_report(endpoint, "A hole. SANDBOX-PLAN-REOPENED")
    submit.submit(submission.pk)
    for _step in range(60):
        pass_time(sandbox, endpoint, 6 * 3600)
    statuses = [status for status, _notes in history(submission.request)]
    first_end = statuses.index("closed")
    assert "in_progress" in statuses[first_end:]
    assert statuses[-1] == "closed"


def test_a_chicago_duplicate_is_called_one(sandbox: Sandbox) -> None:
    endpoint = make_city(sandbox, "chicago")
    submission = file_report(endpoint, "A hole. SANDBOX-PLAN-DUPLICATE")
    submit.submit(submission.pk)
    for _step in range(12):
        pass_time(sandbox, endpoint, 6 * 3600)
    submission.request.refresh_from_db()
    assert submission.request.status == PublicStatus.DUPLICATE


def test_the_same_answer_twice_is_one_line(request_: ServiceRequest) -> None:
    row = replace(OPEN, status_notes="Crew scheduled", updated_datetime=at(5))
    assert refresh.apply(request_, row)
    assert not refresh.apply(request_, row)
    assert history(request_) == [("in_progress", "Crew scheduled")]


def test_a_note_that_repeats_the_status_notes_is_one_line(request_: ServiceRequest) -> None:
    notes = (Note("Inspected", at(9)), Note("Crew scheduled", at(5)))
    row = replace(OPEN, status_notes="Crew scheduled", notes=notes, updated_datetime=at(5))
    assert refresh.apply(request_, row)
    assert not refresh.apply(request_, row)
    assert history(request_) == [("accepted", "Inspected"), ("in_progress", "Crew scheduled")]
    request_.refresh_from_db()
    assert request_.status == PublicStatus.IN_PROGRESS


def test_the_same_words_again_after_a_reopening_are_news(request_: ServiceRequest) -> None:
    for hours, status, notes in [(9, Status.OPEN, "On it"), (6, Status.CLOSED, "Done"), (3, Status.OPEN, "On it")]:
        assert refresh.apply(request_, replace(OPEN, status=status, status_notes=notes, updated_datetime=at(hours)))
    assert [status for status, _notes in history(request_)] == ["in_progress", "closed", "in_progress"]


def test_a_city_without_dates_of_change_is_dated_by_when_we_saw_it(request_: ServiceRequest) -> None:
    filed = request_.requested_datetime
    for status, notes in [(Status.CLOSED, "Done"), (Status.OPEN, "On it"), (Status.CLOSED, "Done")]:
        row = replace(OPEN, status=status, status_notes=notes, requested_datetime=filed, updated_datetime=filed)
        before = clock.now()
        assert refresh.apply(request_, row)
        assert request_.status_updates.last().datetime >= before
    assert [status for status, _notes in history(request_)] == ["closed", "in_progress", "closed"]
    request_.refresh_from_db()
    assert request_.updated_datetime >= before


def test_a_note_after_the_change_has_the_new_status(request_: ServiceRequest) -> None:
    notes = (Note("Crew scheduled", at(9)), Note("Work completed", at(5)))
    row = replace(OPEN, status=Status.CLOSED, status_notes="Closed.", notes=notes, updated_datetime=at(6))
    refresh.apply(request_, row)
    assert [status for status, _notes in history(request_)] == ["accepted", "closed", "closed"]


def test_a_status_that_its_note_has_told_needs_no_line_of_its_own(request_: ServiceRequest) -> None:
    row = replace(OPEN, status=Status.CLOSED, status_word="Closed", updated_datetime=at(5))
    assert refresh.apply(request_, replace(row, notes=(Note("Crew scheduled", at(9)), Note("Mended", at(5)))))
    assert history(request_) == [("accepted", "Crew scheduled"), ("closed", "Mended")]
    other = make_service_request(status=PublicStatus.ACCEPTED)
    assert refresh.apply(other, replace(row, notes=(Note("Crew scheduled", at(9)),)))
    assert [status for status, _notes in history(other)] == ["accepted", "closed"]


@pytest.mark.parametrize("kind", ["opened", "submitted", "Submitted"])
def test_that_it_was_opened_is_no_work_on_it(request_: ServiceRequest, kind: str) -> None:
    note = Note("Request opened", at(9), type=kind, status=Status.OPEN)
    row = replace(OPEN, notes=(note,), updated_datetime=at(9))
    refresh.apply(request_, row)
    request_.refresh_from_db()
    assert request_.status == PublicStatus.ACCEPTED
    assert history(request_) == [("accepted", "Request opened")]
    refresh.apply(request_, replace(row, notes=(note, Note("Crew on its way", at(5), type="activity"))))
    request_.refresh_from_db()
    assert request_.status == PublicStatus.IN_PROGRESS


def test_words_that_come_back_are_news(request_: ServiceRequest) -> None:
    for hours, notes in [(9, "Scheduled"), (6, "Delayed"), (3, "Scheduled")]:
        refresh.apply(request_, replace(OPEN, status_notes=notes, updated_datetime=at(hours)))
    assert [notes for _status, notes in history(request_)] == ["Scheduled", "Delayed", "Scheduled"]


def test_times_are_clamped_to_sense(request_: ServiceRequest) -> None:
    future, ancient = clock.now() + timedelta(days=4), request_.requested_datetime - timedelta(days=400)
    notes = (Note("From before it was filed", ancient), Note("From the future", future))
    refresh.apply(request_, replace(OPEN, notes=notes, updated_datetime=future))
    times = [update.datetime for update in request_.status_updates.all()]
    assert min(times) >= request_.requested_datetime
    assert max(times) <= clock.now()


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (OPEN, PublicStatus.ACCEPTED),
        (replace(OPEN, status_notes="  "), PublicStatus.ACCEPTED),
        (replace(OPEN, status_notes="On it"), PublicStatus.IN_PROGRESS),
        (replace(OPEN, stage=Stage.ACKNOWLEDGED), PublicStatus.ACCEPTED),
        (replace(OPEN, stage=Stage.SCHEDULED), PublicStatus.IN_PROGRESS),
        (replace(OPEN, status=Status.CLOSED), PublicStatus.CLOSED),
        (replace(OPEN, status=Status.CLOSED, stage=Stage.NOT_RESPONSIBLE), PublicStatus.NOT_RESPONSIBLE),
        (replace(OPEN, status=Status.CLOSED, duplicate_of="24-9"), PublicStatus.DUPLICATE),
        (replace(OPEN, duplicate_of="24-9"), PublicStatus.ACCEPTED),
    ],
)
def test_our_word_for_what_a_body_shows(row: RequestStatus, expected: PublicStatus) -> None:
    assert refresh.public_status(row) == expected


def test_an_empty_field_does_not_wipe_what_the_body_said_before(request_: ServiceRequest) -> None:
    expected = clock.now() + timedelta(days=2)
    refresh.apply(request_, replace(OPEN, agency_responsible="Streets", expected_datetime=expected))
    refresh.apply(request_, OPEN)
    request_.refresh_from_db()
    assert (request_.agency_responsible, request_.expected_datetime) == ("Streets", expected)


def test_history_cannot_be_rewritten(request_: ServiceRequest) -> None:
    refresh.apply(request_, replace(OPEN, status_notes="On it"))
    line = request_.status_updates.get()
    line.status_notes = "Never mind"
    with pytest.raises(TypeError, match="never edited"):
        line.save()
    with pytest.raises(TypeError, match="never edited"):
        type(line).objects.update(status_notes="Never mind")


@pytest.mark.parametrize("kind", ["503", "html", "empty", "malformed", "billion-laughs", "429"])
def test_an_answer_that_cannot_be_read_changes_nothing_and_is_asked_for_later(sandbox: Sandbox, kind: str) -> None:
    endpoint = make_city(sandbox, "oak-park")
    submission = file_report(endpoint)
    submit.submit(submission.pk)
    before = history(submission.request)
    Client("test").post(f"http://sandbox.test/_control/fault?city=oak-park&kind={kind}&operation=requests&count=1")
    with clock.at(sandbox.clock.now() + timedelta(hours=8)):
        assert refresh.refresh(endpoint) == 0
    assert history(submission.request) == before
    submission.refresh_from_db()
    assert submission.due_at is not None
    assert submission.due_at > sandbox.clock.now() + timedelta(hours=8)
    endpoint.refresh_from_db()
    assert endpoint.last_failure


def test_a_request_that_the_body_leaves_out_is_looked_at_again(sandbox: Sandbox) -> None:
    endpoint = make_city(sandbox, "evanston")
    submission = file_report(endpoint)
    submit.submit(submission.pk)
    Submission.objects.filter(pk=submission.pk).update(service_request_id="EVN-999999")
    pass_time(sandbox, endpoint, 8 * 3600)
    submission.refresh_from_db()
    assert (submission.state, submission.looks) == ("delivered", 1)
    assert submission.due_at is not None


def test_a_closed_request_is_watched_for_thirty_days_and_then_left(sandbox: Sandbox) -> None:
    endpoint = make_city(sandbox, "evanston")
    submission = file_report(endpoint, "A hole. SANDBOX-PLAN-ORDINARY")
    submit.submit(submission.pk)
    pass_time(sandbox, endpoint, 10 * 24 * 3600)
    submission.refresh_from_db()
    assert submission.due_at is not None
    pass_time(sandbox, endpoint, 31 * 24 * 3600)
    submission.refresh_from_db()
    assert submission.due_at is None


def test_a_city_that_is_asked_one_by_one_gets_no_more_in_a_round_than_it_allows(sandbox: Sandbox) -> None:
    endpoint = make_city(sandbox, "evanston")
    endpoint.options = {"formats": ["json"], "id_list": False, "single_calls": 2}
    endpoint.save()
    for number in range(3):
        submit.submit(file_report(endpoint, f"Number {number}").pk)
    Submission.objects.update(due_at=clock.now() - timedelta(minutes=1))
    refresh.refresh(endpoint)
    assert Submission.objects.filter(looked_at=None).count() == 1
    refresh.refresh(endpoint)
    assert not Submission.objects.filter(looked_at=None).exists()
