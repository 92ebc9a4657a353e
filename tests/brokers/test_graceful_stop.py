"""A worker that is told to end: what is on the wire comes to its end and is written down, and nothing more begins."""

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from reports.models import Attempt, Heartbeat, Submission, SubmissionState
from reports.sandbox import make_app
from reports.sandbox.server import SandboxServer
from tests.brokers import broker_url
from tests.brokers.test_worker import Worker, held, wait_for
from tests.cities import file_report, make_city

pytestmark = [pytest.mark.broker, pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("brokers")]
State = SubmissionState
GRACE = 30.0  # seconds, well over what is on the wire here


@pytest.fixture
def cities() -> Iterator[SandboxServer]:
    with SandboxServer("127.0.0.1", 0, make_app(slow_seconds=2.5, hold_seconds=120)) as server:
        yield server


@pytest.fixture(params=["filesystem", "redis"])
def worker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Worker]:
    worker = Worker(broker_url(request.param), tmp_path)
    worker.environment |= {"HTTP_READ_TIMEOUT": "5", "LOG_FORMAT": "json", "LOG_LEVEL": "INFO"}
    yield worker
    worker.clear_away()


def ends(worker: Worker) -> int:
    assert worker.process
    worker.process.send_signal(signal.SIGTERM)
    try:
        return worker.process.wait(GRACE)
    except subprocess.TimeoutExpired:
        pytest.fail(f"it did not end\n{worker.log.read_text(errors='replace')[-3000:]}")


def test_what_is_on_the_wire_is_finished_and_no_more_begun(cities: SandboxServer, worker: Worker) -> None:
    endpoints = [
        make_city(cities.sandbox, key, at=cities.url, max_concurrency=1) for key in ("evanston", "bloomington")
    ]
    first = [file_report(endpoint, "A hole. SANDBOX-SLOW") for endpoint in endpoints]
    waiting = [file_report(endpoint, "A hole. SANDBOX-SLOW") for endpoint in endpoints for _each in range(2)]
    worker.start()
    for submission in first:
        wait_for(submission, State.SENDING, worker=worker)
    assert Heartbeat.objects.filter(name__startswith="worker").exists()
    assert ends(worker) == 0
    for submission in first:
        submission.refresh_from_db()
        assert submission.state == State.DELIVERED
    assert {row.state for row in Submission.objects.filter(pk__in=[each.pk for each in waiting])} == {State.PENDING}
    assert not Attempt.objects.filter(finished_at=None)
    assert [held(cities, key)["posts"] for key in ("evanston", "bloomington")] == [1, 1]
    assert not Heartbeat.objects.filter(name__startswith="worker").exists()
    worker.start()
    for submission in waiting:
        wait_for(submission, State.DELIVERED, worker=worker)
    assert [held(cities, key)["posts"] for key in ("evanston", "bloomington")] == [3, 3]


def test_a_city_that_never_answers_holds_it_no_longer_than_a_call_may_take(
    cities: SandboxServer, worker: Worker
) -> None:
    submission = file_report(make_city(cities.sandbox, "evanston", at=cities.url), "A hole. SANDBOX-LOST-ANSWER")
    worker.start()
    wait_for(submission, State.SENDING, worker=worker)
    assert ends(worker) == 0
    submission.refresh_from_db()
    assert submission.state in (State.UNCERTAIN, State.NEEDS_ATTENTION)
    assert submission.attempts.get().finished_at is not None
    assert held(cities, "evanston")["posts"] == 1


def test_one_that_has_nothing_to_do_ends_at_once(cities: SandboxServer, worker: Worker) -> None:
    submission = file_report(make_city(cities.sandbox, "evanston", at=cities.url))
    worker.start()
    wait_for(submission, State.DELIVERED, worker=worker)
    assert ends(worker) == 0
