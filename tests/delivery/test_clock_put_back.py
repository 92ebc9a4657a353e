"""Reports that were put off by a clock that was ahead, once it has been put back."""

from datetime import timedelta

import pytest
from django.conf import settings

from reports import clock, tasks
from reports.delivery import outbox
from reports.models import Submission, SubmissionState
from tests.factories import make_submission

pytestmark = pytest.mark.django_db
State = SubmissionState
HOUR = 3600.0


def put_off(state: State, seconds: float) -> Submission:
    return make_submission(state=state, due_at=clock.now() + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("state", "seconds", "due"),
    [
        (State.PENDING, HOUR, True),
        (State.PENDING, 60.0, True),
        (State.RETRY, 2 * HOUR, True),
        (State.RETRY, 60.0, False),
        (State.UNCERTAIN, 2 * HOUR, False),
        (State.DELIVERED, 2 * HOUR, False),
    ],
)
def test_what_is_due_again(state: State, seconds: float, due: bool) -> None:
    submission, now = put_off(state, seconds), clock.now()
    assert outbox.catch_up_with_clock(now) == int(due)
    submission.refresh_from_db()
    assert (submission.due_at == now) is due


def test_the_longest_pause_is_no_mistake() -> None:
    submission = put_off(State.RETRY, settings.RETRY_LONGEST - 1)
    assert outbox.catch_up_with_clock(clock.now()) == 0
    assert not outbox.due_for_sending(clock.now()).filter(pk=submission.pk).exists()


def test_the_sweep_does_it() -> None:
    submission = put_off(State.PENDING, HOUR)
    tasks.sweep()
    assert outbox.due_for_sending(clock.now()).filter(pk=submission.pk).exists()
