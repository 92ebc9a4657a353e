"""A real worker and beat over each broker, and fake cities on a real socket: filed here, delivered over there."""

import signal
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from reports import clock
from reports.delivery import submit
from reports.models import Submission, SubmissionState
from reports.sandbox import make_app
from reports.sandbox.server import SandboxServer
from tests import processes
from tests.brokers import broker_url
from tests.cities import file_report, make_city
from tests.processes import database_url

pytestmark = [pytest.mark.broker, pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("brokers")]
State = SubmissionState
PATIENCE = 45.0


@pytest.fixture
def cities() -> Iterator[SandboxServer]:
    with SandboxServer("127.0.0.1", 0, make_app(slow_seconds=8, hold_seconds=0.2, pace=20)) as server:
        yield server


@pytest.fixture(params=["filesystem", "redis", "rabbitmq"])
def broker(request: pytest.FixtureRequest) -> str:
    return broker_url(request.param)


class Worker(processes.Worker):
    """One on the test's own database, queue and data folder."""

    def __init__(self, broker: str, folder: Path) -> None:
        environment = {
            "DJANGO_SETTINGS_MODULE": "civic.settings",
            "DATABASE_URL": database_url(),
            "DATA_DIR": str(folder),
            "CELERY_BROKER_URL": broker,
            "CELERY_QUEUE": processes.queue_name(),
            "SWEEP_SECONDS": "1",
            "TOKEN_FIRST": "0.5",
            "REFRESH_FIRST": "1",
            "MAIL_GATHER": "0",
            "HTTP_ALLOWED_PRIVATE": "127.0.0.1",
        }
        super().__init__(environment, folder / "worker.log")

    def clear_away(self) -> None:
        """End the worker and delete its queue."""
        self.end(signal.SIGTERM)
        processes.delete_queue(self.environment["CELERY_BROKER_URL"], self.environment["CELERY_QUEUE"])


@pytest.fixture
def worker(broker: str, tmp_path: Path) -> Iterator[Worker]:
    worker = Worker(broker, tmp_path)
    yield worker
    worker.clear_away()


def wait_for(submission: Submission, *states: State, worker: Worker) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        submission.refresh_from_db()
        if submission.state in states:
            return
        if worker.process and worker.process.poll() is not None:
            break
        time.sleep(0.1)
    pytest.fail(f"still {submission.state}\n{worker.log.read_text(errors='replace')[-3000:]}")


def held(cities: SandboxServer, key: str) -> dict[str, Any]:
    found: dict[str, Any] = cities.sandbox.control.received()["cities"][key]
    return found


def test_reports_reach_their_cities(cities: SandboxServer, worker: Worker) -> None:
    submissions = [
        file_report(make_city(cities.sandbox, key, at=cities.url)) for key in ("evanston", "chicago", "cook")
    ]
    worker.start()
    for submission in submissions:
        wait_for(submission, State.DELIVERED, worker=worker)
    assert [bool(each.service_request_id) for each in submissions] == [True, True, False]
    assert [bool(each.token) for each in submissions] == [False, True, False]
    for key in ("evanston", "chicago", "cook"):
        assert (held(cities, key)["posts"], len(held(cities, key)["requests"])) == (1, 1)


def test_a_worker_killed_on_the_wire_and_a_new_one_file_once(cities: SandboxServer, worker: Worker) -> None:
    endpoint = make_city(cities.sandbox, "evanston", at=cities.url)
    submission = file_report(endpoint, "A hole. SANDBOX-SLOW")
    worker.start()
    wait_for(submission, State.SENDING, worker=worker)
    worker.end(signal.SIGKILL)
    other = file_report(endpoint, "Another hole.")
    worker.start()
    wait_for(other, State.DELIVERED, worker=worker)
    submission.refresh_from_db()
    assert submission.state == State.SENDING  # its lease holds: nobody touches it
    with clock.at(clock.now() + timedelta(hours=1)):
        submit.give_up_on_dead_workers()
    submission.refresh_from_db()
    assert submission.state == State.UNCERTAIN
    Submission.objects.filter(pk=submission.pk).update(due_at=clock.now())  # the worker looks for it in the list
    deadline = time.monotonic() + PATIENCE
    while not submission.evidence and time.monotonic() < deadline:
        time.sleep(0.1)
        submission.refresh_from_db()
    time.sleep(2.5)  # two more sweeps
    texts = [row["description"] for row in held(cities, "evanston")["requests"]]
    arrived = sum("SANDBOX-SLOW" in text for text in texts)
    assert arrived <= 1
    submission.refresh_from_db()
    assert submission.state == (State.DELIVERED if arrived else State.UNCERTAIN)
    assert held(cities, "evanston")["posts"] <= 2
