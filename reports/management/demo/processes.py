"""Several processes kept going together, as systemd would: one that dies is started again, Ctrl-C ends all."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

GRACE = 10.0  # seconds that a process has to finish what it is doing


@dataclass
class Process:
    """One of them. Its output goes to `<name>.log` in the log folder."""

    name: str
    command: Sequence[str]
    running: subprocess.Popen[bytes] | None = None


@dataclass
class Family:
    """The processes of a demo. Ended in the reverse of the order in which they were started."""

    logs: Path
    members: list[Process] = field(default_factory=list)

    def start(self, name: str, *command: str) -> Process:
        """Start a process of this project's own Python."""
        process = Process(name, [sys.executable, *command])
        self.members.append(process)
        self._run(process)
        return process

    def mend(self) -> list[str]:
        """Start again whatever has died; returns the names."""
        dead = [process for process in self.members if process.running is None or process.running.poll() is not None]
        for process in dead:
            self._run(process)
        return [process.name for process in dead]

    def stop(self) -> None:
        """Ask every process to end, wait for the grace time, then insist."""
        for process in reversed(self.members):
            if process.running and process.running.poll() is None:
                process.running.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        for process in reversed(self.members):
            if process.running:
                try:
                    process.running.wait(max(0.1, deadline - time.monotonic()))
                except subprocess.TimeoutExpired:
                    process.running.kill()
                    process.running.wait()

    def tail(self, name: str, lines: int = 20) -> str:
        """The end of a process's log, for an error message."""
        path = self.logs / f"{name}.log"
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else ""

    def _run(self, process: Process) -> None:
        self.logs.mkdir(parents=True, exist_ok=True)
        with (self.logs / f"{process.name}.log").open("ab") as log:
            # A session of its own: Ctrl-C reaches this program alone, which then ends the others in order.
            process.running = subprocess.Popen(  # noqa: S603 (our own command lines)
                process.command,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                env=os.environ,
            )
