"""Comments on their way to the body: once each, whatever it answers; and back again, without being doubled."""

import uuid
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from reports import clock
from reports.delivery import comments, refresh
from reports.dialects.base import Connection
from reports.dialects.errors import (
    BadRequest,
    ConfigurationError,
    NoAnswer,
    RateLimited,
    Unavailable,
    Unreachable,
    Unsupported,
)
from reports.dialects.messages import CommentReceipt, Note, RequestStatus, Status
from reports.models import Comment, CommentState, Contact, Endpoint, Submission, SubmissionState, Traffic
from tests.delivery import talkative
from tests.delivery.talkative import Script, make_delivered
from tests.factories import make_submission
from tests.together import at_once

pytestmark = pytest.mark.django_db
State = CommentState
WORDS = "It has become twice as large since Monday."


@pytest.fixture
def submission(script: Script) -> Submission:
    return make_delivered()


def add(submission: Submission, text: str = WORDS, **fields: Any) -> Comment:
    comment = comments.add(submission.request, submission, uuid.uuid4(), text)
    assert comment is not None
    Comment.objects.filter(pk=comment.pk).update(**fields)
    return comment


def step(comment: Comment, after: timedelta = timedelta(0)) -> Comment:
    """Its next step, so long from now."""
    with clock.at(clock.now() + after):
        comments.send(comment.pk)
    comment.refresh_from_db()
    return comment


def test_a_comment_goes_to_the_body_once(script: Script, submission: Submission) -> None:
    comment = add(submission)
    for _time in range(3):
        step(comment)
    assert (comment.state, comment.comment_id, comment.due_at) == (State.SENT, "C-1", None)
    [(number, sent)] = script.sent
    assert (number, sent.text, sent.key) == ("T-1", WORDS, str(comment.key))
    assert sent.status is Status.OPEN
    assert (sent.email, sent.first_name, sent.last_name) == ("", "", "")
    attempt = submission.attempts.get()
    assert (attempt.operation, attempt.outcome) == ("comment", "receipt")


def test_one_that_is_held_for_moderation_is_said_to_be(script: Script, submission: Submission) -> None:
    script.comment_answers = [CommentReceipt(held=True)]
    assert step(add(submission)).state == State.HELD


@pytest.mark.parametrize("error", [Unreachable("no"), Unavailable("no"), RateLimited("no", retry_after=5)])
def test_what_did_not_arrive_is_sent_again_after_a_pause(
    script: Script, submission: Submission, error: Exception
) -> None:
    script.comment_answers = [error]
    comment = step(add(submission))
    assert (comment.state, comment.sent_at) == (State.PENDING, None)
    assert comment.due_at is not None
    assert comment.due_at > clock.now()
    assert step(comment).state == State.PENDING
    assert step(comment, timedelta(hours=2)).state == State.SENT
    assert len(script.sent) == 2


def test_after_many_tries_a_volunteer_decides(
    script: Script, submission: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comments, "TRIES", 2)
    script.comment_answers = [Unavailable("away")] * 2
    comment = step(add(submission))
    step(comment, timedelta(days=1))
    assert (comment.state, comment.due_at, comment.reason) == (State.PENDING, None, "away")
    step(comment, timedelta(days=2))
    assert len(script.sent) == 2
    assert comments.send_again(comment)
    assert step(comment).state == State.SENT


@pytest.mark.parametrize("shown", [True, False])
def test_a_lost_answer_is_looked_for_and_never_sent_again_by_itself(
    script: Script, submission: Submission, shown: bool
) -> None:
    script.comment_answers, script.keeps = [NoAnswer("time-out")], shown
    comment = step(add(submission))
    assert comment.state == State.UNCERTAIN
    step(comment)
    assert comment.state == State.UNCERTAIN  # the body may still be at work
    for days in (1, 2, 3):
        step(comment, timedelta(days=days))
    assert len(script.sent) == 1
    assert comment.due_at is None
    assert (comment.state, comment.comment_id) == ((State.SENT, "C-1") if shown else (State.UNCERTAIN, ""))


def test_words_of_long_before_are_not_taken_for_the_lost_ones(script: Script, submission: Submission) -> None:
    script.comment_answers, script.keeps = [NoAnswer("time-out")], False
    script.said = (Note(WORDS, clock.now() - timedelta(days=9), id="old"), Note("Other words", clock.now(), id="x"))
    comment = step(add(submission))
    assert step(comment, timedelta(hours=1)).state == State.UNCERTAIN


def test_a_look_that_fails_is_taken_again(
    script: Script, submission: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    script.comment_answers = [NoAnswer("time-out")]
    comment = step(add(submission))
    with monkeypatch.context() as patch:
        patch.setattr(talkative.Talkative, "comments", _raises(Unreachable("away")))
        step(comment, timedelta(hours=1))
    assert (comment.state, comment.due_at is None) == (State.UNCERTAIN, False)
    assert step(comment, timedelta(hours=4)).state == State.SENT


def test_where_comments_cannot_be_read_a_volunteer_looks(
    script: Script, submission: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(talkative.Talkative, "comments", _raises(Unsupported("none")))
    script.comment_answers = [NoAnswer("time-out")]
    comment = step(step(add(submission)), timedelta(hours=1))
    assert (comment.state, comment.due_at) == (State.UNCERTAIN, None)
    assert "look there" in comment.reason
    assert comments.leave(comment)
    assert not comments.leave(comment)
    comment.refresh_from_db()
    assert comment.state == State.KEPT


def _raises(error: Exception) -> Any:
    def call(*args: object) -> None:
        raise error

    return call


@pytest.mark.parametrize(
    ("error", "state"),
    [(BadRequest("x", messages=("Too long.",)), State.REFUSED), (Unsupported("not here"), State.KEPT)],
)
def test_a_no_is_final(script: Script, submission: Submission, error: Exception, state: CommentState) -> None:
    script.comment_answers = [error]
    comment = step(add(submission))
    assert (comment.state, comment.due_at) == (state, None)
    assert comment.reason
    step(comment, timedelta(days=1))
    assert len(script.sent) == 1


def test_what_nobody_foresaw_is_raised_and_taken_for_sent(script: Script, submission: Submission) -> None:
    script.comment_answers = [ZeroDivisionError("?")]
    comment = add(submission)
    with pytest.raises(ZeroDivisionError):
        comments.send(comment.pk)
    comment.refresh_from_db()
    assert comment.state == State.UNCERTAIN


def test_an_endpoint_that_cannot_work_sends_nothing(
    script: Script, submission: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: object, connection: Connection) -> None:
        raise ConfigurationError("The key cannot be read.")

    comment = add(submission)
    monkeypatch.setattr(talkative.Talkative, "__init__", broken)
    with pytest.raises(ConfigurationError):
        comments.send(comment.pk)
    comment.refresh_from_db()
    assert (comment.state, comment.due_at) == (State.PENDING, None)
    assert "key cannot be read" in comment.reason


def test_it_waits_until_the_report_has_a_number(script: Script, submission: Submission) -> None:
    Submission.objects.update(state=SubmissionState.ACCEPTED, service_request_id="", token="t")
    submission.refresh_from_db()
    comment = add(submission)
    assert step(comment, timedelta(hours=1)).state == State.PENDING
    assert (comment.tries, script.sent) == (0, [])
    Submission.objects.update(state=SubmissionState.DELIVERED, service_request_id="T-9")
    assert step(comment, timedelta(hours=1)).state == State.SENT
    assert script.sent[0][0] == "T-9"


@pytest.mark.parametrize("state", ["delivered", "cancelled"])
def test_where_no_number_will_come_it_is_kept(script: Script, submission: Submission, state: str) -> None:
    comment = add(submission)
    assert comments.keep_what_cannot_go() == 0
    Submission.objects.update(state=state, service_request_id="")
    assert comments.keep_what_cannot_go() == 1
    comment.refresh_from_db()
    assert (comment.state, comment.due_at) == (State.KEPT, None)


def test_a_paused_endpoint_and_a_hidden_comment_wait(script: Script, submission: Submission) -> None:
    hidden, other = add(submission, hidden=True), add(submission, "Another one, with other words.")
    Endpoint.objects.update(active=False)
    assert step(other).state == State.PENDING
    Endpoint.objects.update(active=True)
    assert step(other).state == State.SENT
    assert step(hidden).state == State.PENDING


def test_a_body_that_takes_none_is_not_asked(script: Script) -> None:
    assert add(make_delivered(dialect="reticent")).state == State.KEPT
    assert comments.add(make_submission().request, None, uuid.uuid4(), "x").state == State.KEPT  # type: ignore[union-attr]  # new key
    assert not comments.goes_to_body(make_delivered(dialect="no such dialect"))


@pytest.mark.parametrize(
    ("dialect", "options", "goes"),
    [
        ("seeclickfix_v01", {}, False),
        ("seeclickfix_v01", {"comment_email": ""}, False),
        ("seeclickfix_v01", {"comment_email": "desk@example.org"}, True),
        ("klarschiff", {}, False),
        ("klarschiff", {"comment_author": "desk@example.org"}, True),
        ("fixmystreet", {}, True),
        ("fixmystreet", {"updates": False}, False),
        ("seeclickfix_v2", {}, True),
    ],
)
def test_it_goes_only_where_the_endpoint_is_set_up_for_it(dialect: str, options: dict[str, Any], goes: bool) -> None:
    submission = make_delivered(dialect=dialect)
    submission.endpoint.options = options
    assert comments.goes_to_body(submission) is goes
    assert add(submission).state == (State.PENDING if goes else State.KEPT)


@pytest.mark.parametrize("error", [ConfigurationError("The key cannot be read."), ZeroDivisionError("?")])
def test_a_look_that_cannot_work_is_left_to_a_volunteer(
    script: Script, submission: Submission, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    script.comment_answers = [NoAnswer("time-out")]
    comment = step(add(submission))
    monkeypatch.setattr(talkative.Talkative, "comments", _raises(error))
    with pytest.raises(type(error)):
        step(comment, timedelta(hours=1))
    comment.refresh_from_db()
    assert (comment.state, comment.due_at) == (State.UNCERTAIN, None)
    assert comments.send_again(comment)


@pytest.mark.parametrize(
    ("status", "said"),
    [("accepted", Status.OPEN), ("in_progress", Status.OPEN), ("closed", Status.CLOSED), ("duplicate", Status.CLOSED),
     ("rejected", Status.CLOSED)],
)  # fmt: skip
def test_it_goes_with_the_status_that_the_report_has_when_it_leaves(
    script: Script, submission: Submission, status: str, said: Status
) -> None:
    comment = add(submission)
    type(submission.request).objects.update(status=status)
    step(comment)
    assert script.sent[0][1].status is said


def test_one_form_is_one_comment(script: Script, submission: Submission) -> None:
    key = uuid.uuid4()
    first = comments.add(submission.request, submission, key, WORDS)
    assert comments.add(submission.request, submission, key, WORDS) == first
    assert comments.add(submission.request, submission, key, "Other words") is None
    assert comments.add(make_delivered().request, submission, key, WORDS) is None
    assert Comment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_form_sent_twice_at_once_is_one_comment(script: Script, submission: Submission) -> None:
    key = uuid.uuid4()
    kept: list[Comment | None] = []
    at_once(lambda: kept.append(comments.add(submission.request, submission, key, WORDS)), 3)
    assert len(kept) == 3
    assert {comment.pk for comment in kept if comment} == {Comment.objects.get().pk}


def test_a_dead_workers_comment_is_looked_for(script: Script, submission: Submission) -> None:
    gone = clock.now() - timedelta(seconds=1)
    comment = add(submission, state=State.SENDING, lease_until=gone, sent_at=gone, claim=uuid.uuid4())
    attempt = submission.attempts.create(operation="comment", started_at=gone - timedelta(hours=1))
    script.said = (Note(WORDS, gone, id="77", by_body=False),)
    assert comments.give_up_on_dead_workers() == 1
    assert comments.give_up_on_dead_workers() == 0
    attempt.refresh_from_db()
    assert attempt.outcome == "worker died"
    step(comment, timedelta(seconds=1))
    assert (comment.state, comment.comment_id, script.sent) == (State.SENT, "77", [])


def test_a_receipt_that_comes_after_the_lease_counts(script: Script, submission: Submission) -> None:
    comment = add(submission)
    script.on_comment = lambda: Comment.objects.update(state=State.UNCERTAIN, claim=None, due_at=clock.now())
    assert step(comment).state == State.SENT


@pytest.mark.parametrize("number", ["C-1", ""])
def test_a_comment_of_ours_that_comes_back_is_not_shown_twice(
    script: Script, submission: Submission, number: str
) -> None:
    step(add(submission))
    notes = (
        Note(f"{WORDS}\n\nSent through our partner.", clock.now(), id=number, by_body=False),
        Note("Another voice", clock.now(), id="9", by_body=False),
    )
    refresh.apply(submission.request, RequestStatus("T-1", Status.OPEN, notes=notes))
    assert [line.status_notes for line in submission.request.status_updates.all()] == ["Another voice"]


def test_one_whose_answer_was_lost_has_arrived_when_it_comes_back(script: Script, submission: Submission) -> None:
    script.comment_answers, script.keeps = [NoAnswer("time-out")], False
    comment = step(add(submission))
    note = Note(WORDS.upper(), clock.now(), id="9", by_body=False)
    refresh.apply(submission.request, RequestStatus("T-1", Status.OPEN, notes=(note,)))
    comment.refresh_from_db()
    assert (comment.state, comment.comment_id, comment.due_at) == (State.SENT, "9", None)
    assert not submission.request.status_updates.exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_one_comment_once(script: Script, submission: Submission) -> None:
    comment = add(submission)
    at_once(lambda: comments.send(comment.pk), 3)
    assert len(script.sent) == 1
    comment.refresh_from_db()
    assert comment.state == State.SENT


@pytest.mark.parametrize("pk", [0, 987654321])
def test_a_comment_that_is_not_there_is_nobodys(script: Script, pk: int) -> None:
    comments.send(pk)
    assert script.sent == []


def test_while_the_endpoint_is_left_alone_no_try_is_counted_and_no_call_is_noted(
    script: Script, submission: Submission
) -> None:
    script.comment_answers = [NoAnswer("time-out")]
    waiting, lost = add(submission), step(add(submission))
    tries, calls = lost.tries, submission.attempts.count()
    probe_at = clock.now() + timedelta(minutes=10)
    Traffic.objects.update_or_create(endpoint=submission.endpoint, defaults={"breaker": "open", "probe_at": probe_at})
    for hour in range(1, comments.TRIES + 5):
        for comment in (waiting, lost):
            Comment.objects.filter(pk=comment.pk).update(due_at=clock.now())
            step(comment, timedelta(minutes=1 if hour % 2 else 2))
            assert comment.due_at is not None
    assert (waiting.state, waiting.tries) == (State.PENDING, 0)
    assert (lost.state, lost.tries) == (State.UNCERTAIN, tries)
    assert submission.attempts.count() == calls
    Traffic.objects.all().delete()
    assert step(lost, timedelta(hours=1)).state == State.SENT


def test_what_nobody_foresaw_may_quote_the_resident_and_is_kept_without(script: Script, submission: Submission) -> None:
    Contact.objects.create(service_request=submission.request, email="rosa@example.org")
    script.comment_answers = [ValueError("not a header: rosa@example.org")]
    comment = add(submission)
    with pytest.raises(ValueError, match="not a header"):
        comments.send(comment.pk)
    comment.refresh_from_db()
    assert comment.state == State.UNCERTAIN
    assert comment.reason.startswith("not a header: ")
    assert "rosa" not in comment.reason


def test_an_exception_gives_the_place_at_the_endpoint_back(script: Script, submission: Submission) -> None:
    for problem in (ZeroDivisionError("?"), NoAnswer("time-out"), Unreachable("away")):
        script.comment_answers = [problem]
        comment = add(submission)
        with suppress(ZeroDivisionError):
            comments.send(comment.pk)
        assert Traffic.objects.get(endpoint=submission.endpoint).calls == {}
