"""What one worker process of 16 threads delivers to five cities that take 200 ms for each filing.

The limit is 16 / 0.2 s = 80 a second: more calls cannot be under way. Every run ends with a comparison of what the
cities hold with what the database says: each report once. The processor time that the worker spends on one submission
is said beside the ratio; on a machine that does other things as well it is the steadier figure.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import Max, Min, QuerySet

from reports import clock, tasks
from reports.models import Attempt, Endpoint, Submission
from reports.sandbox import make_app
from tests.benchmarks.figures import say
from tests.benchmarks.running import Cities, Worker, cities, worker
from tests.cities import PLACES, file_report, make_city

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]
THREADS, CALL = 16, 0.2
LIMIT = THREADS / CALL
EACH = 200
WARM = 10  # reports for each city before the time is taken: a worker that runs has its connections and modules
AT_LEAST, AT_LEAST_BESIDE = 0.75, 0.9
RARE_SWEEPS = {"SWEEP_SECONDS": "3600"}
UNSENT = ("pending", "retry", "sending")


@dataclass(frozen=True)
class Run:
    """`rate` in submissions a second, `cpu` in seconds of the worker's processor time for each."""

    rate: float
    cpu: float
    count: int


@pytest.fixture
def sandbox() -> Iterator[Cities]:
    with cities() as found:
        found.control("timing", slow=CALL, hold=60)
        yield found


def _make(sandbox: Cities, keys: list[str]) -> list[Endpoint]:
    """The cities' endpoints with EACH reports for each one waiting, and WARM more."""
    known = make_app()
    endpoints = [make_city(known, key, at=sandbox.url, max_concurrency=8) for key in keys]
    for number in range(EACH + WARM):
        for endpoint in endpoints:
            file_report(endpoint, f"A deep hole. {endpoint.jurisdiction.slug} {number}", email="a@example.org")
    return endpoints


def _deliver(process: Worker, endpoints: list[Endpoint], counted: list[Endpoint]) -> Run:
    """Wake all of `endpoints`, wait until `counted` have everything, and say how fast these got it, once warm."""
    everything = Submission.objects.filter(endpoint__in=endpoints)
    first_ones = [
        pk for each in endpoints for pk in everything.filter(endpoint=each).values_list("pk", flat=True)[:WARM]
    ]
    later = everything.exclude(pk__in=first_ones)
    later.update(due_at=clock.now() + timedelta(hours=0.9))  # less than what the sweep takes for a clock put back
    _wait_for(process, endpoints, Submission.objects.filter(pk__in=first_ones, endpoint__in=counted))
    later.update(due_at=clock.now())
    before = process.cpu
    _wait_for(process, endpoints, Submission.objects.filter(endpoint__in=counted))
    done = Attempt.objects.filter(submission__endpoint__in=counted).exclude(submission__in=first_ones)
    span = done.aggregate(first=Min("started_at"), last=Max("finished_at"))
    first: datetime | None = span["first"]
    last: datetime | None = span["last"]
    assert first
    assert last
    count = len(counted) * EACH
    return Run(count / (last - first).total_seconds(), (process.cpu - before) / count, count)


def _wait_for(process: Worker, endpoints: list[Endpoint], ours: "QuerySet[Submission]") -> None:
    for endpoint in endpoints:
        process.wake(tasks.deliver, endpoint.pk)
    deadline = time.monotonic() + 300
    while ours.filter(state__in=UNSENT).exists():
        if time.monotonic() > deadline:
            left = list(ours.values_list("state", flat=True))
            pytest.fail(f"{ {each: left.count(each) for each in set(left)} }\n{process.log.read_text()[-3000:]}")
        time.sleep(0.25)


def _assert_exactly_once(sandbox: Cities, endpoints: list[Endpoint]) -> None:
    """Each report is once in its city, and the database knows it there."""
    keys = {endpoint.jurisdiction.slug for endpoint in endpoints}
    held = [row for key, city in sandbox.control("received.json")["cities"].items() if key in keys
            for row in city["requests"]]  # fmt: skip
    ours = Submission.objects.filter(endpoint__in=endpoints).select_related("request")
    assert sorted(row["description"].rpartition("[")[2].rstrip("]") for row in held) == sorted(
        each.request.reference for each in ours
    )
    assert {each.state for each in ours} <= {"accepted", "delivered"}
    assert {each.posts for each in ours} == {1}


def test_delivery_is_near_to_the_limit(sandbox: Cities, tmp_path: Path) -> None:
    endpoints = _make(sandbox, list(PLACES))
    sandbox.control("fault", kind="slow", operation="post")
    with worker(tmp_path, THREADS, **RARE_SWEEPS) as process:
        run = _deliver(process, endpoints, endpoints)
    _assert_exactly_once(sandbox, endpoints)
    ratio = run.rate / LIMIT
    say(
        "delivery of 1,000 submissions beside the limit of 16 threads and 200 ms",
        ratio,
        f"at least {AT_LEAST}",
        f"{run.rate:.1f} a second of {LIMIT:.0f}, {run.cpu * 1e3:.1f} ms of the worker's processor time each, "
        f"{run.count} in the cities once each",
        "test_delivery.py",
        "near_to_the_limit",
        connection.vendor,
    )
    assert ratio >= AT_LEAST


def test_one_hanging_city_slows_no_other(sandbox: Cities, tmp_path: Path) -> None:
    rates = {}
    for hanging in (False, True):
        sandbox.control("reset", everything=1)  # a POST
        sandbox.control("timing", slow=CALL, hold=60)
        others = _make(sandbox, [key for key in PLACES if key != "evanston"])
        hung = _make(sandbox, ["evanston"]) if hanging else []
        if hanging:
            sandbox.control("fault", kind="hang", operation="post", city="evanston")
        sandbox.control("fault", kind="slow", operation="post")
        with worker(tmp_path / str(hanging), THREADS, **RARE_SWEEPS) as process:
            rates[hanging] = _deliver(process, [*hung, *others], others)
        _assert_exactly_once(sandbox, others)
        _forget()
    ratio = rates[True].rate / rates[False].rate
    say(
        "delivery to four cities while a fifth hangs, beside the same without it",
        ratio,
        f"at least {AT_LEAST_BESIDE}",
        f"{rates[True].rate:.1f} and {rates[False].rate:.1f} a second, "
        f"{rates[True].cpu * 1e3:.1f} and {rates[False].cpu * 1e3:.1f} ms of the worker's processor time each",
        "test_delivery.py",
        "hanging_city",
        connection.vendor,
    )
    assert ratio >= AT_LEAST_BESIDE


def _forget() -> None:
    """Begin the next run with empty tables."""
    from django.core.management import call_command

    call_command("flush", interactive=False, verbosity=0)
