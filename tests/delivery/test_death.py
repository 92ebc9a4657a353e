"""A worker that dies between any two steps loses nothing and files nothing twice."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from reports import clock, http
from reports.delivery import outbox, submit
from reports.models import Attempt, Submission, SubmissionState
from reports.sandbox import Sandbox
from tests.cities import do_what_is_due, file_report, make_city
from tests.delivery.test_submit import held

pytestmark = pytest.mark.django_db(transaction=True)
State = SubmissionState


class WorkerDied(BaseException):
    """What a `kill -9` looks like from inside: no handler of ours sees it."""


def die(*args: Any, **kwargs: Any) -> Any:
    raise WorkerDied


def die_after(step: Callable[..., Any]) -> Callable[..., Any]:
    def done_then_dead(*args: Any, **kwargs: Any) -> Any:
        step(*args, **kwargs)
        raise WorkerDied

    return done_then_dead


# Where the worker dies, and whether the city has the report by then.
STEPS: dict[str, tuple[Any, str, Callable[[Any], Any], bool]] = {
    "before the claim": (outbox, "due_for_sending", lambda step: die, False),
    "inside the claim's transaction": (Attempt, "objects.create", lambda step: die, False),
    "after the claim": (outbox, "claim", die_after, False),
    "while preparing": (submit, "filing_for", lambda step: die, False),
    "before the wire": (http.Client, "post", lambda step: die, False),
    "after the wire": (http.Client, "post", die_after, True),
    "before the record": (submit, "record_receipt", lambda step: die, True),
    "inside the record's transaction": (submit, "record_receipt", die_after, True),
    "while noting the news": (submit.history, "append_all", lambda step: die, True),
}


@pytest.mark.parametrize("key", ["evanston", "chicago"])
@pytest.mark.parametrize("step", STEPS)
def test_death_at_any_step(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, step: str, key: str) -> None:
    endpoint = make_city(sandbox, key)
    submission = file_report(endpoint)
    owner, name, fatal, arrived = STEPS[step]
    with monkeypatch.context() as patch:
        *managers, name = name.split(".")
        for manager in managers:  # looked up now: a test that makes models anew gives all others new managers
            owner = getattr(owner, manager)
        patch.setattr(owner, name, fatal(getattr(owner, name)))
        with pytest.raises(WorkerDied):
            submit.submit(submission.pk)
    assert len(held(sandbox, key)) == int(arrived)
    for hour in range(1, 12):  # other workers come by, again and again, for longer than it is looked for
        with clock.at(clock.now() + timedelta(hours=hour)):
            submit.give_up_on_dead_workers()
            do_what_is_due(endpoint)
    submission = Submission.objects.get(pk=submission.pk)
    claimed = not step.startswith(("before the claim", "inside the claim"))
    if claimed and not arrived and key == "chicago":  # in batches: that it is not in the list proves nothing
        assert (submission.state, held(sandbox, key)) == (State.NEEDS_ATTENTION, [])
        assert submission.reason.startswith(submit.DIED)
        assert "over 6 hours" in submission.reason
    else:
        assert submission.state in (State.DELIVERED, State.ACCEPTED)
        assert len(held(sandbox, key)) == 1
        assert submission.posts == (1 if arrived or not claimed else 2)
    assert not Attempt.objects.filter(finished_at=None).exists()
