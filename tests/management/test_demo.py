"""`make demo` as a person starts it: from nothing to a site that takes a report, twice."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from reports.http import Client

pytestmark = [pytest.mark.slow, pytest.mark.broker, pytest.mark.xdist_group("brokers")]
ROOT = Path(__file__).parents[2]
PATIENCE = 150.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Demo:
    """`manage.py demo` with its own folder and ports, and none of this run's settings."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.port, self.folder = free_port(), folder
        self.output = folder.parent / f"{folder.name}.out"
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        ports = {"PORT": str(self.port), "SANDBOX_PORT": str(free_port()), "SANDBOX_SMTP_PORT": str(free_port())}
        self.environment = kept | {"DEMO_DIR": str(folder)} | ports | variables
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def said(self) -> str:
        """What it has printed since it was started."""
        return self.output.read_text()

    def start(self) -> None:
        command = [sys.executable, "manage.py", "demo"]
        with self.output.open("w") as out:
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=out, stderr=out)

    def wait_for(self, word: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while word not in self.said:
            if self.process is None or self.process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"“{word}” was not said:\n{self.said}")
            time.sleep(0.1)

    def end(self, how: signal.Signals | None = signal.SIGINT) -> int:
        """Ask it to end, or only wait for it to."""
        assert self.process is not None
        if how and self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(60)

    def page(self, path: str) -> str:
        answer = Client("test").get(f"http://127.0.0.1:{self.port}{path}")
        assert answer.status == 200
        return answer.body.decode()


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    demo = Demo(tmp_path / "demo")
    yield demo
    if demo.process:
        demo.end()


@pytest.mark.timeout(300)
def test_from_nothing_to_a_site_with_a_past_and_again(demo: Demo) -> None:
    demo.start()
    demo.wait_for(f"Ready: http://127.0.0.1:{demo.port}/")
    demo.wait_for("admin@example.org")
    listed = demo.page("/requests/")
    for word in ("Done, says the city", "In progress", "Accepted", "Pothole in Street"):
        assert word in listed
    assert "Could not be delivered" in demo.page("/requests/?status=undelivered")
    demo.page("/requests/?q=/reply/12.s1gnature-x/")  # as the keys of links stand in an access log
    assert list((demo.folder / "mail").iterdir())
    assert demo.end() == 0
    logged = (demo.folder / "logs" / "web.log").read_text()
    assert "/requests/?q=/reply/[removed]/" in logged
    assert "s1gnature" not in logged
    assert "Stopping" in demo.said

    demo.start()
    demo.wait_for("Ready:")
    assert "Filling in a past" not in demo.said
    assert demo.page("/requests/").count("<li") == listed.count("<li")
    assert demo.end() == 0


@pytest.mark.parametrize(
    ("variables", "complaint"),
    [
        ({"PORT": "eighty"}, "PORT has to be a port number, not 'eighty'"),
        ({"SANDBOX_PORT": "70000"}, "SANDBOX_PORT has to be a port number"),
        ({"FRESH": "1"}, "holds no demo, so FRESH=1 leaves it alone"),
    ],
)
def test_what_cannot_be_done_is_said(tmp_path: Path, variables: dict[str, str], complaint: str) -> None:
    (tmp_path / "precious.txt").write_text("not a demo's")
    demo = Demo(tmp_path, **variables)
    demo.start()
    assert demo.end(None) != 0
    assert complaint in demo.said
    assert (tmp_path / "precious.txt").exists()


@pytest.mark.parametrize("name", ["PORT", "SANDBOX_PORT", "SANDBOX_SMTP_PORT"])
def test_a_port_that_is_taken_is_named_before_anything_is_made(tmp_path: Path, name: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        demo = Demo(tmp_path, **{name: str(taken.getsockname()[1])})
        demo.start()
        assert demo.end(None) != 0
        assert f"is taken. Name another one: make demo {name}=" in demo.said
        assert not (tmp_path / "db.sqlite3").exists()
