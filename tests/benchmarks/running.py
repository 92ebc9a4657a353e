"""The fake cities and a Celery worker, each in a process of its own, as on a server."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from kombu import Connection

from tests.processes import database_url

ROOT: Final = Path(os.environ.get("BENCH_ROOT") or Path(__file__).parents[2])
REDIS: Final = os.environ.get("TEST_REDIS_URL") or "redis://127.0.0.1:6379/9"
PATIENCE: Final = 60.0
TICKS: Final = os.sysconf("SC_CLK_TCK")
PAGE: Final = os.sysconf("SC_PAGE_SIZE")


class Cities:
    """The sandbox on a socket, in another process."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        line = process.stdout.readline() if process.stdout else ""
        self.url = line.partition("Sandbox: ")[2].strip().rstrip("/")
        if not self.url:
            raise RuntimeError(f"the sandbox did not start: {line!r}")

    def control(self, call: str, **arguments: Any) -> dict[str, Any]:
        """One call of the control panel."""
        data = urlencode(arguments).encode() if arguments else None
        with urllib.request.urlopen(f"{self.url}/_control/{call}", data=data, timeout=PATIENCE) as answer:
            said: dict[str, Any] = json.load(answer)
        return said

    def descriptions(self) -> list[str]:
        """The texts of all that the cities hold."""
        cities = self.control("received.json")["cities"].values()
        return [row["description"] for city in cities for row in city["requests"]]


@contextmanager
def cities(*options: str) -> Iterator[Cities]:
    """Fake cities of one's own; `options` are those of `manage.py sandbox`."""
    command = [sys.executable, "-m", "reports.sandbox.server", "--port", "0", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Cities(process)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


class Worker:
    """`celery worker` on this test's database, with a queue and a folder of its own."""

    def __init__(self, folder: Path, threads: int, **environment: str) -> None:
        self.log = folder / "worker.log"
        self.threads = threads
        self.queue = f"bench-{uuid.uuid4().hex}"
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "civic.settings",
            "DATABASE_URL": database_url(),
            "DATA_DIR": str(folder),
            "CELERY_BROKER_URL": REDIS,
            "CELERY_QUEUE": self.queue,
            "HTTP_ALLOWED_PRIVATE": "127.0.0.1",
            "LOG_LEVEL": "INFO",
            **environment,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it takes messages."""
        command = [sys.executable, "-m", "celery", "-A", "civic", "worker", "-B"]
        command += ["--pool", "threads", "--concurrency", str(self.threads), "--loglevel", "INFO"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        deadline = time.monotonic() + PATIENCE
        while "ready." not in (said := self.log.read_text(errors="replace")):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the worker did not start\n{said[-3000:]}")
            time.sleep(0.1)

    def wake(self, task: Any, *arguments: int) -> None:
        """Send the worker one message."""
        with Connection(REDIS) as broker:
            task.apply_async(arguments, connection=broker, queue=self.queue)

    @property
    def cpu(self) -> float:
        """Seconds of processor time that it has used."""
        facts = Path(f"/proc/{self._pid}/stat").read_text().rpartition(")")[2].split()
        return (int(facts[11]) + int(facts[12])) / TICKS

    @property
    def memory(self) -> int:
        """Bytes that it holds in memory."""
        return int(Path(f"/proc/{self._pid}/statm").read_text().split()[1]) * PAGE

    @property
    def _pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def end(self) -> None:
        """End it, and delete its queue."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(15)
        with Connection(REDIS) as broker:
            broker.default_channel.queue_delete(self.queue)


@contextmanager
def worker(folder: Path, threads: int = 16, **environment: str) -> Iterator[Worker]:
    """A worker that takes messages."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Worker(folder, threads, **environment)
    try:
        made.start()
        yield made
    finally:
        made.end()
