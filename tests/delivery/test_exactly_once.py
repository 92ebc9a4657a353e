"""Chance against one city: faults, deaths of workers, workers that are held up, time and volunteers in any order.

Whatever happens, when nothing is on its way any more each report is once in its city under the number that we have, or
with a volunteer, who has a reason, and at most once in its city.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from reports import clock, http
from reports.delivery import disclosures, drain, duplicates, history, outbox, probes, reconcile, submit, tokens
from reports.models import Attempt, Endpoint, Submission, SubmissionState, Traffic
from reports.sandbox import Sandbox, make_app
from reports.sandbox.transport import SandboxAdapter
from tests.cities import file_report, make_city
from tests.conftest import SANDBOX
from tests.run import EVERYTHING

pytestmark = pytest.mark.django_db
State = SubmissionState

QUIET = frozenset({State.ACCEPTED, State.DELIVERED, State.NEEDS_ATTENTION, State.CANCELLED})
FAULTS = (
    "500", "502", "503", "504", "429", "html", "empty", "truncated", "reset", "wrong-key", "lost-answer",
    "stored-500", "stored-reset",
)  # fmt: skip
# Where a worker may die, on its way in and on its way out.
POINTS: tuple[tuple[Any, str], ...] = (
    (outbox, "claim_next"), (submit, "filing_for"), (http.Client, "post"), (http.Client, "get"),
    (submit, "record_receipt"), (submit, "_finish"), (disclosures, "note"), (history, "append_all"), (outbox, "move"),
    (outbox, "take_look"), (reconcile, "_note"),
)  # fmt: skip
ROUNDS = 120  # of ten minutes and longer, until which everything has to be quiet


class WorkerDied(BaseException):
    """What a `kill -9` looks like from inside: no handler of ours sees it."""


@dataclass
class World:
    """One city, its reports, and what is to strike next."""

    sandbox: Sandbox
    endpoint: Endpoint
    times: ExitStack
    death: tuple[int, bool, int] | None = None  # the point, whether on its way out, and how often it is passed before
    hold: tuple[float, bool] | None = None  # seconds for which the next filing is held up, and whether after the wire
    filed: list[Submission] = field(default_factory=list)

    def let_pass(self, seconds: float) -> None:
        """Both clocks go on."""
        self.sandbox.clock.advance(seconds)
        self.times.enter_context(clock.at(self.sandbox.clock.now()))

    def file(self, _: object = None) -> None:
        """In another process, which lives."""
        death, self.death = self.death, None
        self.filed.append(file_report(self.endpoint, f"Hole number {len(self.filed)}."))
        self.death = death

    def fault(self, what: tuple[str, str, int]) -> None:
        kind, operation, count = what
        query = f"city={self.endpoint.jurisdiction.slug}&kind={kind}&operation={operation}&count={count}"
        http.Client("test").post(f"{SANDBOX}/_control/fault?{query}")

    def cancel(self, number: int) -> None:
        """A volunteer takes one out of the queue."""
        submission = Submission.objects.get(pk=self.filed[number % len(self.filed)].pk)
        if submission.state != State.CANCELLED:
            with suppress(WorkerDied):
                submit.cancel(submission, "phoned in")

    def work(self, seconds: float) -> None:
        """Some time later the sweep comes by, and wakes what is due; each may die of it."""
        self.let_pass(seconds)
        now = clock.now()
        outbox.catch_up_with_clock(now)
        submit.give_up_on_dead_workers()
        submit.give_up_on_the_unreachable(now)
        refused = duplicates.unresolved().filter(due_at__lte=now)
        for work in (
            lambda: [probes.probe(self.endpoint) for _pk in probes.due(now)],
            lambda: drain.deliver(self.endpoint.pk),
            lambda: reconcile.reconcile(self.endpoint),
            lambda: tokens.look_up_tokens(self.endpoint),
            lambda: [duplicates.resolve(pk) for pk in refused.values_list("pk", flat=True)],
        ):
            with suppress(WorkerDied):
                work()

    def strike(self, point: int, *, out: bool) -> None:
        if self.death is None or self.death[:2] != (point, out):
            return
        left = self.death[2]
        self.death = (point, out, left - 1) if left else None
        if not left:
            raise WorkerDied

    def hold_up(self, *, out: bool) -> None:
        """Others come by in the middle of a call."""
        if self.hold is None or self.hold[1] is not out:
            return
        seconds, self.hold = self.hold[0], None
        self.work(seconds)
        self.work(1000)


@contextmanager
def world(monkeypatch: pytest.MonkeyPatch, key: str) -> Iterator[World]:
    """A fresh city and an empty database, of which nothing stays."""
    cache.clear()
    with transaction.atomic(), ExitStack() as times, monkeypatch.context() as patch:
        app = make_app(slow_seconds=0.01, hold_seconds=0.01)
        http.mount(SANDBOX, SandboxAdapter(app))
        try:
            new = World(app, make_city(app, key), times)
            for number, (owner, name) in enumerate(POINTS):
                patch.setattr(owner, name, _fragile(new, number, getattr(owner, name)))
            yield new
        finally:
            http.unmount(SANDBOX)
            transaction.set_rollback(True)


def _fragile(new: World, point: int, whole: Callable[..., Any]) -> Callable[..., Any]:
    filing = POINTS[point] == (http.Client, "post")

    def step(*args: Any, **kwargs: Any) -> Any:
        ours = not filing or "/_control/" not in args[1]
        if ours:
            new.strike(point, out=False)
        if filing and ours:
            new.hold_up(out=False)
        answer = whole(*args, **kwargs)
        if filing and ours:
            new.hold_up(out=True)
        if ours:
            new.strike(point, out=True)
        return answer

    return step


SECONDS = st.sampled_from([1.0, 31.0, 61.0, 200.0, 950.0, 4000.0])
EVENTS = st.one_of(
    st.tuples(st.just("work"), SECONDS),
    st.tuples(st.just("file"), st.none()),
    st.tuples(
        st.just("fault"),
        st.tuples(st.sampled_from(FAULTS), st.sampled_from(["post", "requests", "any"]), st.integers(1, 3)),
    ),
    st.tuples(st.just("death"), st.tuples(st.integers(0, len(POINTS) - 1), st.booleans(), st.integers(0, 2))),
    # Before the wire for no longer than a call may take; afterwards for any time.
    st.tuples(st.just("hold"), st.one_of(st.tuples(st.just(150.0), st.just(False)), st.tuples(SECONDS, st.just(True)))),
    st.tuples(st.just("cancel"), st.integers(0, 5)),
)


def play(new: World, events: list[tuple[str, Any]]) -> None:
    for name, value in events:
        if name in {"death", "hold"}:
            setattr(new, name, value)
        else:
            getattr(new, name)(value)


def rest(new: World) -> None:
    """No more faults: go on until nothing is on its way, and then a day longer, in which nothing may happen."""
    new.death = new.hold = None
    http.Client("test").post(f"{SANDBOX}/_control/fault?clear=1")
    for _round in range(ROUNDS):
        new.work(630)
        if not Submission.objects.exclude(state__in=QUIET).exists():
            break
    sent = posts(new)
    for _time in range(3):
        new.work(8 * 3600)
    assert posts(new) == sent


def posts(new: World) -> int:
    return int(new.sandbox.control.received()["cities"][new.endpoint.jurisdiction.slug]["posts"])


def check(new: World) -> None:
    there = new.sandbox.control.received()["cities"][new.endpoint.jurisdiction.slug]["requests"]
    for each in Submission.objects.filter(pk__in=[row.pk for row in new.filed]).select_related("request"):
        rows = [row for row in there if f"[{each.request.reference}]" in row["description"]]
        assert each.state in QUIET, (each.state, each.reason, each.evidence)
        assert len(rows) <= 1, (each.state, each.reason, each.evidence)
        if each.state in {State.DELIVERED, State.ACCEPTED}:
            [row] = rows
            assert each.service_request_id in {"", str(row["service_request_id"])}
            assert each.token in {"", row["token"]}
            assert each.service_request_id or each.token
        else:
            assert each.reason
    assert not Attempt.objects.filter(finished_at=None).exists()
    assert all(row.calls == {} for row in Traffic.objects.all())


@settings(
    max_examples=45 if EVERYTHING else 15,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.sampled_from(["evanston", "oak-park", "chicago"]), st.lists(EVENTS, min_size=6, max_size=16))
def test_each_report_is_once_in_its_city_or_with_a_volunteer(
    monkeypatch: pytest.MonkeyPatch, key: str, events: list[tuple[str, Any]]
) -> None:
    with world(monkeypatch, key) as new:
        new.file()
        play(new, events)
        rest(new)
        check(new)
