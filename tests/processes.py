"""Processes that tests start: a Celery worker with beat inside, ended as a power cut or a service manager would."""

import os
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from django.db import connection
from kombu import Connection

ROOT = Path(__file__).parents[1]
CELERY = ("-m", "celery", "-A", "civic")


def free_port() -> int:
    """A port of this machine on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def queue_name() -> str:
    """A queue that nobody else has."""
    return f"test-{uuid.uuid4().hex}"


def delete_queue(url: str, name: str) -> None:
    """Delete a queue at a broker that is a server; the folder of the other one goes with the test's."""
    if not url.startswith("filesystem:"):
        with Connection(url) as broker:
            broker.default_channel.queue_delete(name)


class Worker:
    """`celery worker` in threads, with beat inside, in the environment given; `program` is what runs it."""

    def __init__(
        self,
        environment: Mapping[str, str],
        log: Path,
        *,
        program: Sequence[str] = CELERY,
        concurrency: int = 4,
        options: Sequence[str] = (),
    ) -> None:
        self.log = log
        self.environment = {**os.environ, **environment}
        threads = ("worker", "-B", "--pool", "threads", "--concurrency", str(concurrency))
        self.command = [sys.executable, *program, *threads, *options]
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )

    def end(self, how: signal.Signals) -> None:
        """Send a signal to the worker, or with SIGKILL to all that it has started, and wait for its end."""
        if self.process is None or self.process.poll() is not None:
            return
        if how == signal.SIGKILL:
            os.killpg(self.process.pid, how)
        else:
            self.process.send_signal(how)
        self.process.wait(30)

    def clear_rest(self) -> None:
        """End what a worker that died has left behind, such as its beat."""
        if self.process is not None and self.process.poll() is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                return

    def tail(self, characters: int = 3000) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-characters:] if self.log.exists() else ""


def database_url() -> str:
    """The test's database, for another process."""
    facts = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{facts['NAME']}"
    return f"postgres://{facts['USER']}:{facts['PASSWORD']}@{facts['HOST']}:{facts['PORT']}/{facts['NAME']}"
