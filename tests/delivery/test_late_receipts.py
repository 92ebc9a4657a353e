"""Receipts that come late, twice, or can hardly be written down, and workers that are held up or die."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DataError, OperationalError

from reports import clock
from reports.admin import decisions
from reports.delivery import outbox, submit
from reports.dialects.messages import Receipt
from reports.models import Attempt, Submission, SubmissionState
from reports.sandbox import Sandbox
from tests.cities import file_report, make_city, pass_time
from tests.delivery.test_submit import posts

pytestmark = pytest.mark.django_db
State = SubmissionState


def test_a_late_receipt_after_a_volunteer_sent_it_again_still_counts(sandbox: Sandbox) -> None:
    submission = file_report(make_city(sandbox, "evanston"))
    claimed = outbox.claim(submission.pk)
    assert claimed is not None
    with clock.at(clock.now() + timedelta(hours=1)):
        submit.give_up_on_dead_workers()
        submit.needs_attention(Submission.objects.get(pk=submission.pk), "nothing was found")
        decisions.send_again(Submission.objects.get(pk=submission.pk))
        submit.record_receipt(claimed.submission, Receipt(service_request_id="EVN-7"))
        submit.submit(submission.pk)
    submission.refresh_from_db()
    assert (submission.state, submission.service_request_id) == (State.DELIVERED, "EVN-7")
    assert posts(sandbox, "evanston") == 0


def test_a_second_receipt_is_told_to_volunteers_and_takes_nothing_away(sandbox: Sandbox) -> None:
    submission = file_report(make_city(sandbox, "evanston"))
    claimed = outbox.claim(submission.pk)
    assert claimed is not None
    submit.record_receipt(claimed.submission, Receipt(service_request_id="EVN-7"))
    submit.record_receipt(claimed.submission, Receipt(service_request_id="EVN-8"))
    submission.refresh_from_db()
    assert submission.service_request_id == "EVN-7"
    assert "EVN-8" in submission.reason


def test_a_receipt_is_written_down_when_the_database_comes_back(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = file_report(make_city(sandbox, "evanston"))
    record, troubles = submit.record_receipt, [OperationalError("database is locked")] * 2
    monkeypatch.setattr(submit, "RECORD_PAUSES", (0.0, 0.0, 0.0))

    def record_later(*args: Any) -> None:
        if troubles:
            raise troubles.pop()
        record(*args)

    monkeypatch.setattr(submit, "record_receipt", record_later)
    submit.submit(submission.pk)
    submission.refresh_from_db()
    assert submission.state == State.DELIVERED
    assert posts(sandbox, "evanston") == 1


def test_a_receipt_that_cannot_be_stored_goes_to_volunteers_with_its_number(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = file_report(make_city(sandbox, "evanston"))

    def refuse(*args: Any) -> None:
        raise DataError("value too long")

    monkeypatch.setattr(submit, "record_receipt", refuse)
    with pytest.raises(DataError):
        submit.submit(submission.pk)
    submission.refresh_from_db()
    assert submission.state == State.NEEDS_ATTENTION
    assert "EVN-" in submission.reason
    assert Attempt.objects.get().exchanges


def test_a_mute_answer_where_a_number_is_due_is_uncertain(sandbox: Sandbox) -> None:
    submission = file_report(make_city(sandbox, "evanston"))
    claimed = outbox.claim(submission.pk)
    assert claimed is not None
    submit.record_receipt(claimed.submission, Receipt())
    submission.refresh_from_db()
    assert submission.state == State.UNCERTAIN
    assert submission.reason == submit.MUTE


def test_a_dead_workers_submission_is_looked_for_and_then_sent_again(sandbox: Sandbox) -> None:
    endpoint = make_city(sandbox, "evanston")
    submission = file_report(endpoint)
    assert outbox.claim(submission.pk) is not None  # and here the worker dies
    assert submit.give_up_on_dead_workers() == 0
    with clock.at(clock.now() + timedelta(hours=1)):
        assert submit.give_up_on_dead_workers() == 1
        assert submit.give_up_on_dead_workers() == 0
    submission.refresh_from_db()
    assert (submission.state, submission.reason) == (State.UNCERTAIN, submit.DIED)
    assert Attempt.objects.get().outcome == "worker died"
    pass_time(sandbox, endpoint, 2 * 3600)
    assert posts(sandbox, "evanston") == 0  # one look proves nothing
    for _hour in range(2):
        pass_time(sandbox, endpoint, 3600)
    submission.refresh_from_db()
    assert (submission.state, posts(sandbox, "evanston")) == (State.DELIVERED, 1)


def test_a_worker_that_was_held_up_past_its_lease_sends_nothing(sandbox: Sandbox) -> None:
    submission = file_report(make_city(sandbox, "evanston"))
    claimed = outbox.claim(submission.pk)
    assert claimed is not None
    with clock.at(clock.now() + timedelta(hours=1)):
        submit.give_up_on_dead_workers()
        submit.send(claimed)
    submission.refresh_from_db()
    assert (submission.state, posts(sandbox, "evanston")) == (State.UNCERTAIN, 0)


def test_a_worker_that_was_held_up_and_not_missed_puts_it_back(sandbox: Sandbox) -> None:
    submission = file_report(make_city(sandbox, "evanston"))
    claimed = outbox.claim(submission.pk)
    assert claimed is not None
    with clock.at(clock.now() + timedelta(hours=1)):
        submit.send(claimed)
    submission.refresh_from_db()
    assert (submission.state, submission.posts, posts(sandbox, "evanston")) == (State.RETRY, 0, 0)
    assert Attempt.objects.get().outcome == "HeldBack"


def test_a_late_receipt_counts_while_somebody_else_sends_it_again(sandbox: Sandbox) -> None:
    submission = file_report(make_city(sandbox, "evanston"))
    first = outbox.claim(submission.pk)
    assert first is not None
    with clock.at(clock.now() + timedelta(hours=1)):
        submit.give_up_on_dead_workers()
        Submission.objects.update(state=State.RETRY, due_at=clock.now())
        second = outbox.claim(submission.pk)
        assert second is not None
        submit.record_receipt(first.submission, Receipt(service_request_id="EVN-7"))
        submission.refresh_from_db()
        assert (submission.state, submission.service_request_id) == (State.DELIVERED, "EVN-7")
        submit.send(second)
    submission.refresh_from_db()
    assert submission.service_request_id == "EVN-7"
    assert "gave a second receipt: EVN-" in submission.reason


@pytest.mark.parametrize("state", [State.UNCERTAIN, State.RETRY, State.REFUSED, State.NEEDS_ATTENTION])
def test_a_late_receipt_counts_in_every_state(sandbox: Sandbox, state: State) -> None:
    submission = file_report(make_city(sandbox, "evanston"))
    claimed = outbox.claim(submission.pk)
    assert claimed is not None
    Submission.objects.update(state=state, claim=None, lease_until=None, attention_at=clock.now())
    submit.record_receipt(claimed.submission, Receipt(token="t-7"))
    submission.refresh_from_db()
    assert (submission.state, submission.token) == (State.ACCEPTED, "t-7")
    if state is State.NEEDS_ATTENTION:
        assert submission.attention_at is None


def test_a_late_receipt_completes_what_looking_has_found(sandbox: Sandbox) -> None:
    submission = file_report(make_city(sandbox, "evanston"))
    claimed = outbox.claim(submission.pk)
    assert claimed is not None
    submit.record_receipt(claimed.submission, Receipt(token="t-7"))
    submit.record_receipt(claimed.submission, Receipt(service_request_id="EVN-7"))
    submission.refresh_from_db()
    assert (submission.state, submission.token, submission.service_request_id) == (State.DELIVERED, "t-7", "EVN-7")
    assert submission.reason == ""


def test_a_receipt_after_the_lease_ran_out_still_counts(sandbox: Sandbox) -> None:
    submission = file_report(make_city(sandbox, "evanston"))
    claimed = outbox.claim(submission.pk)
    assert claimed is not None
    with clock.at(clock.now() + timedelta(hours=1)):
        submit.give_up_on_dead_workers()
    submit.record_receipt(claimed.submission, Receipt(service_request_id="EVN-7"))
    submission.refresh_from_db()
    assert (submission.state, submission.service_request_id) == (State.DELIVERED, "EVN-7")


def test_a_receipt_for_what_was_cancelled_meanwhile_is_kept(sandbox: Sandbox) -> None:
    submission = file_report(make_city(sandbox, "evanston"))
    claimed = outbox.claim(submission.pk)
    assert claimed is not None
    assert submit.cancel(Submission.objects.get(pk=submission.pk), "phoned in")
    submit.record_receipt(claimed.submission, Receipt(token="t-1"))
    submission.refresh_from_db()
    assert (submission.state, submission.token) == (State.CANCELLED, "t-1")
