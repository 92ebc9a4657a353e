"""The lines between a claim and its record at which a worker is killed, wrapped from outside: production has no hooks.

A point is a function and a side of it. The worker dies there by SIGKILL, as if the machine had lost power.
"""

import http.client
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reports.delivery import endpoints, gate, outbox, submit
from reports.http import Client
from reports.models import Attempt

AFTER_CALLS = 4  # so that some were sent before the worker dies, and others are under way in its other threads


@dataclass(frozen=True)
class Point:
    """Before or after `owner.name`; `only` says which calls count, from their arguments. With `given`, only those
    that gave something."""

    owner: Any
    name: str
    after: bool
    given: bool = False
    only: Callable[..., bool] = lambda *_arguments, **_named: True


def _new_row(attempt: Attempt, *_arguments: Any, **_named: Any) -> bool:
    return attempt.operation == "post_service_request" and attempt.finished_at is None


def _posting(_client: Any, *arguments: Any, **_named: Any) -> bool:
    return "POST" in arguments[:2]  # Client._exchange(method, …), Client._send(call, method, …)


def _waits_for_post(connection: Any) -> bool:
    return bool(connection._method == "POST")


POINTS: dict[str, Point] = {
    "inside the claim's transaction": Point(Attempt, "save", after=True, only=_new_row),
    "claimed": Point(outbox, "claim_next", after=True, given=True),
    "the filing built": Point(submit, "filing_for", after=True),
    "about to call": Point(Client, "_exchange", after=False, only=_posting),
    "about to connect": Point(Client, "_send", after=False, only=_posting),
    "sent, no answer read": Point(http.client.HTTPConnection, "getresponse", after=False, only=_waits_for_post),
    "the answer read": Point(Client, "_exchange", after=True, only=_posting),
    "about to record": Point(submit, "record_receipt", after=False),
    "inside the record's transaction": Point(submit, "record_receipt", after=True),
    "recorded": Point(submit, "_keep_receipt", after=True),
    "about to leave the gate": Point(endpoints, "left", after=False),
    "left the gate": Point(gate, "leave", after=True),
}


def install(name: str, times: int, deaths: Path) -> None:
    """Let this process die at the point `name`, unless `deaths` has that many lines already. KeyError for no point."""
    point = POINTS[name]
    original = getattr(point.owner, point.name)
    lock, calls = threading.Lock(), [0]

    def reached(arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
        if not point.only(*arguments, **named):
            return
        with lock:
            calls[0] += 1
            if calls[0] >= AFTER_CALLS and _deaths(deaths) < times:
                _die(name, deaths)

    def wrapper(*arguments: Any, **named: Any) -> Any:
        if not point.after:
            reached(arguments, named)
        result = original(*arguments, **named)
        if point.after and not (point.given and result is None):
            reached(arguments, named)
        return result

    setattr(point.owner, point.name, wrapper)


def _deaths(path: Path) -> int:
    return len(path.read_text().splitlines()) if path.exists() else 0


def _die(name: str, deaths: Path) -> None:
    with deaths.open("a") as file:
        file.write(f"{name}\n")
        file.flush()
        os.fsync(file.fileno())
    os.kill(os.getpid(), signal.SIGKILL)
