"""What bodies say, in whatever order, shape and number of times, taken over once and never backwards."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from reports import clock
from reports.delivery import news, refresh
from reports.dialects.errors import Unchanged
from reports.dialects.messages import Note, RequestStatus, Stage, Status
from reports.models import Notification, PublicStatus, ServiceRequest, Subscription
from tests.cities import history
from tests.delivery.talkative import Script, Talkative, make_delivered
from tests.delivery.test_refresh import OPEN, at, request_
from tests.factories import make_service_request, make_submission

__all__ = ["request_"]
pytestmark = pytest.mark.django_db

CLOSED = replace(OPEN, status=Status.CLOSED, status_word="closed")
SILENT = replace(OPEN, status_known=False)


def status_of(request: ServiceRequest) -> str:
    request.refresh_from_db()
    return request.status


def test_an_older_answer_moves_nothing_back(request_: ServiceRequest) -> None:
    refresh.apply(request_, replace(CLOSED, status_notes="Done", agency_responsible="Streets", updated_datetime=at(2)))
    older = replace(OPEN, status_notes="On it", agency_responsible="Parks", updated_datetime=at(5))
    assert refresh.apply(request_, older)  # its words are news all the same
    assert not refresh.apply(request_, older)
    assert status_of(request_) == PublicStatus.CLOSED
    assert (request_.status_notes, request_.agency_responsible) == ("Done", "Streets")
    assert history(request_) == [("in_progress", "On it"), ("closed", "Done")]
    assert abs(request_.updated_datetime - at(2)) < timedelta(minutes=1)


def test_an_older_answer_without_words_leaves_no_line(request_: ServiceRequest) -> None:
    refresh.apply(request_, replace(CLOSED, updated_datetime=at(2)))
    assert not refresh.apply(request_, replace(OPEN, updated_datetime=at(5)))
    assert [status for status, _notes in history(request_)] == ["closed"]


def test_an_answer_as_it_was_filed_is_older_than_any_change(request_: ServiceRequest) -> None:
    filed = request_.requested_datetime
    refresh.apply(request_, replace(CLOSED, requested_datetime=filed, updated_datetime=at(2)))
    refresh.apply(request_, replace(OPEN, requested_datetime=filed, updated_datetime=filed))
    assert status_of(request_) == PublicStatus.CLOSED


def test_a_newer_answer_reopens(request_: ServiceRequest) -> None:
    refresh.apply(request_, replace(CLOSED, updated_datetime=at(5)))
    refresh.apply(request_, replace(OPEN, status_notes="Not yet", updated_datetime=at(2)))
    assert status_of(request_) == PublicStatus.IN_PROGRESS


def test_without_dates_the_last_answer_counts(request_: ServiceRequest) -> None:
    for row, expected in [(CLOSED, "closed"), (OPEN, "accepted"), (CLOSED, "closed")]:
        refresh.apply(request_, row)
        assert status_of(request_) == expected


def test_a_date_in_the_future_does_not_make_what_follows_old(request_: ServiceRequest) -> None:
    refresh.apply(request_, replace(OPEN, status_notes="On it", updated_datetime=clock.now() + timedelta(days=9)))
    with clock.at(clock.now() + timedelta(days=1)):
        refresh.apply(request_, replace(CLOSED, updated_datetime=clock.now() - timedelta(hours=1)))
    assert status_of(request_) == PublicStatus.CLOSED


def test_a_bare_open_does_not_take_back_in_progress(request_: ServiceRequest) -> None:
    refresh.apply(request_, replace(OPEN, stage=Stage.SCHEDULED))
    assert not refresh.apply(request_, OPEN)
    assert status_of(request_) == PublicStatus.IN_PROGRESS


@pytest.mark.parametrize("stage", [Stage.DUPLICATE, Stage.REJECTED, Stage.NOT_RESPONSIBLE])
def test_a_bare_closed_does_not_take_back_why(request_: ServiceRequest, stage: Stage) -> None:
    when = at(5)
    refresh.apply(request_, replace(CLOSED, stage=stage, updated_datetime=when))
    assert not refresh.apply(request_, replace(CLOSED, updated_datetime=when))
    assert status_of(request_) == stage.value
    refresh.apply(request_, replace(CLOSED, status_notes="Mended after all", updated_datetime=at(2)))
    assert status_of(request_) == PublicStatus.CLOSED


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        (Note("Crew on the way", at(5), id="u1", status=Status.OPEN), "in_progress"),
        (Note("", at(5), id="u1", status=Status.OPEN, stage=Stage.IN_PROGRESS), "in_progress"),
        (Note("Mended", at(5), id="u1", status=Status.CLOSED), "closed"),
        (Note("", at(5), id="u1", status=Status.CLOSED), "closed"),
        (Note("No", at(5), id="u1", status=Status.CLOSED, stage=Stage.REJECTED), "rejected"),
        (Note("The State's", at(5), id="u1", status=Status.CLOSED, stage=Stage.NOT_RESPONSIBLE), "not_responsible"),
        (Note("We had a look", at(5), id="u1"), "accepted"),
        (Note("Fixed it myself", at(5), id="u1", by_body=False, status=Status.CLOSED), "accepted"),
        (Note("Between us", at(5), id="u1", private=True, status=Status.CLOSED), "accepted"),
    ],
)
def test_an_entry_speaks_where_the_row_says_nothing(request_: ServiceRequest, note: Note, expected: str) -> None:
    row = replace(SILENT, notes=(note,))
    assert refresh.apply(request_, row)
    assert not refresh.apply(request_, row)
    assert status_of(request_) == expected
    assert len(history(request_)) == 1


def test_the_newest_entry_speaks_whatever_the_order(request_: ServiceRequest) -> None:
    notes = (Note("Done", at(2), status=Status.CLOSED), Note("On it", at(5), status=Status.OPEN))
    refresh.apply(request_, replace(SILENT, notes=notes))
    assert history(request_) == [("in_progress", "On it"), ("closed", "Done")]
    assert status_of(request_) == PublicStatus.CLOSED
    refresh.apply(request_, replace(SILENT, notes=(Note("Seen", at(4), status=Status.OPEN, stage=Stage.ACKNOWLEDGED),)))
    assert status_of(request_) == PublicStatus.CLOSED


@pytest.mark.parametrize("number", ["", "n-7"])
def test_an_entry_is_one_line_however_often_it_comes(request_: ServiceRequest, number: str) -> None:
    when = at(5)
    row = replace(OPEN, notes=(Note("Inspected", when, id=number),))
    assert refresh.apply(request_, row)
    assert not refresh.apply(request_, row)
    refresh.apply(request_, replace(row, notes=(Note("Inspected", when, id="another number"),)))
    assert [notes for _status, notes in history(request_) if notes] == ["Inspected"]


def test_entries_of_one_moment_with_other_words_are_two(request_: ServiceRequest) -> None:
    when = at(5)
    refresh.apply(request_, replace(OPEN, notes=(Note("Inspected", when), Note("Measured", when))))
    assert {notes for _status, notes in history(request_) if notes} == {"Inspected", "Measured"}


def test_somebody_else_s_comment_is_no_work(request_: ServiceRequest) -> None:
    refresh.apply(request_, replace(OPEN, notes=(Note("Still there", at(5), by_body=False),)))
    assert status_of(request_) == PublicStatus.ACCEPTED
    line = request_.status_updates.get()
    assert (line.is_comment, line.private) == (True, False)


def test_a_private_entry_is_kept_for_volunteers_and_mailed_to_nobody(request_: ServiceRequest) -> None:
    Subscription.objects.create(service_request=request_, email="rosa@example.org")
    refresh.apply(request_, replace(OPEN, notes=(Note("Complainer again", at(5), private=True),)))
    assert status_of(request_) == PublicStatus.ACCEPTED
    assert request_.status_updates.get().private
    assert not Notification.objects.exists()
    refresh.apply(request_, replace(OPEN, notes=(Note("Inspected", at(4)),)))
    assert Notification.objects.count() >= 1


def test_what_a_body_keeps_private_stays_private_until_a_volunteer_says_otherwise(request_: ServiceRequest) -> None:
    refresh.apply(request_, replace(OPEN, private=True))
    refresh.apply(request_, OPEN)
    request_.refresh_from_db()
    assert request_.private


def test_a_duplicate_leads_to_the_first_one_here(request_: ServiceRequest) -> None:
    first = make_submission(
        make_service_request(request_.service), state="delivered", service_request_id="24-9", endpoint=request_.endpoint
    ).request
    other_body = make_submission(state="delivered", service_request_id="24-9").request
    refresh.apply(request_, replace(CLOSED, duplicate_of="24-9"))
    request_.refresh_from_db()
    assert (request_.status, request_.duplicate_of) == (PublicStatus.DUPLICATE, "24-9")
    assert request_.original() == first != other_body
    for flag in ("hidden", "private"):
        ServiceRequest.objects.filter(pk=first.pk).update(**{flag: True})
        assert request_.original() is None
        ServiceRequest.objects.filter(pk=first.pk).update(**{flag: False})


def test_who_cannot_be_asked_by_number_is_not_asked(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Talkative, "follows_by_id", False)
    submission = make_delivered()
    script.rows = [replace(CLOSED, service_request_id="T-1")]
    assert refresh.refresh(submission.endpoint) == 0
    submission.refresh_from_db()
    assert submission.due_at is not None
    assert submission.due_at > clock.now()
    assert not submission.request.status_updates.exists()


def test_not_modified_is_an_answer_without_news(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    def unchanged(*args: object) -> None:
        raise Unchanged("304")

    monkeypatch.setattr(Talkative, "service_requests", unchanged)
    submission = make_delivered()
    assert refresh.refresh(submission.endpoint) == 0
    submission.endpoint.refresh_from_db()
    assert not submission.endpoint.last_failure
    submission.refresh_from_db()
    assert submission.due_at is not None
    assert submission.due_at > clock.now()


def test_comments_are_asked_for_when_a_request_changed(script: Script) -> None:
    submission = make_delivered()
    row = RequestStatus("T-1", Status.OPEN, updated_datetime=at(5))
    script.rows, script.said = (
        [row],
        (Note("Still there", at(6), id="7", by_body=False), Note("We know", at(5), id="8")),
    )
    refresh.refresh(submission.endpoint)
    assert {(line.status_notes, line.is_comment) for line in submission.request.status_updates.all()} == {
        ("Still there", True),
        ("We know", False),
    }
    assert status_of(submission.request) == PublicStatus.ACCEPTED  # what it shows of the status is the row's to say
    for updated, calls in [(at(5), 1), (clock.now(), 2)]:
        script.rows = [replace(row, updated_datetime=_exactly(submission.request, updated, calls))]
        type(submission).objects.update(due_at=clock.now())
        refresh.refresh(submission.endpoint)
        assert len(script.comments_asked) == calls
    assert submission.request.status_updates.count() == 2


def _exactly(request: ServiceRequest, otherwise: object, calls: int) -> datetime:
    """The very date that was taken over, the first time."""
    request.refresh_from_db()
    found = request.body_updated_datetime if calls == 1 else otherwise
    assert isinstance(found, datetime)
    return found


def test_comments_are_asked_for_a_few_at_a_time_and_the_others_the_next(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refresh, "COMMENTS_AT_ONCE", 2)
    first = make_delivered("T-1")
    for number in ("T-2", "T-3"):
        make_submission(
            make_service_request(first.request.service), state="delivered", service_request_id=number,
            endpoint=first.endpoint,
        )  # fmt: skip
    script.rows = [RequestStatus(number, Status.OPEN, updated_datetime=at(5)) for number in ("T-1", "T-2", "T-3")]
    refresh.refresh(first.endpoint)
    assert len(script.comments_asked) == 2
    type(first).objects.update(due_at=clock.now())
    refresh.refresh(first.endpoint)
    assert sorted(script.comments_asked) == ["T-1", "T-2", "T-3"]


def test_the_news_of_a_span_may_have_several_rows_of_one_request(script: Script) -> None:
    submission = make_delivered()
    script.rows = [
        replace(CLOSED, service_request_id="T-1", status_notes="Done", updated_datetime=at(1)),
        replace(OPEN, service_request_id="T-1", status_notes="On it", updated_datetime=at(3)),
        replace(CLOSED, service_request_id="SOMEBODY-ELSE'S", updated_datetime=at(2)),
    ]
    assert news.fetch_news(submission.endpoint) == 1
    assert history(submission.request) == [("in_progress", "On it"), ("closed", "Done")]
