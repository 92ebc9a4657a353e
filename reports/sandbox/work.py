"""The work plan: what a city does with a request after it was filed.

Everything follows from the city's key, the request's serial number and the pace at filing, so that two runs with
the same filings tell the same story. Nothing happens in the background: a status is worked out when it is read.

Plans, with their steps as fractions of the pace (serial 1 of each city is always "ordinary"):

    ordinary    0 opened  0.15 assigned  0.45 scheduled  1.0 closed
    delayed     0 opened  0.15 assigned  0.45 scheduled  1.0 delayed  2.5 closed
    lingering   0 opened  0.15 assigned  0.6 inspected, on the list   15.0 closed
    duplicate   0 opened  0.25 closed as a duplicate
    cancelled   0 opened  0.15 assigned  0.6 closed, cancelled or no action needed
    reopened    0 opened  0.15 assigned  0.45 scheduled  0.8 closed  1.2 open again  2.0 closed
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from hashlib import blake2b
from importlib.resources import files

from reports.sandbox.clock import parse_moment
from reports.sandbox.state import StoredRequest

# Shares out of a hundred. The order decides which serial gets which.
SHARES = (
    ("ordinary", 56),
    ("delayed", 8),
    ("lingering", 12),
    ("duplicate", 8),
    ("cancelled", 8),
    ("reopened", 8),
)
TIMELINES: dict[str, tuple[tuple[float, str], ...]] = {
    "ordinary": ((0, "opened"), (0.15, "assigned"), (0.45, "scheduled"), (1, "closed")),
    "delayed": ((0, "opened"), (0.15, "assigned"), (0.45, "scheduled"), (1, "delayed"), (2.5, "closed")),
    "lingering": ((0, "opened"), (0.15, "assigned"), (0.6, "inspected"), (15, "closed")),
    "duplicate": ((0, "opened"), (0.25, "duplicate")),
    "cancelled": ((0, "opened"), (0.15, "assigned"), (0.6, "cancelled")),
    "reopened": (
        (0, "opened"), (0.15, "assigned"), (0.45, "scheduled"), (0.8, "closed"), (1.2, "reopened"), (2, "closed"),
    ),
}  # fmt: skip
CLOSING = frozenset({"closed", "duplicate", "cancelled"})
EXPECTED_SHARE = 50  # out of a hundred requests carry an expected_datetime, 1.25 times the pace after filing

TOKEN_SECONDS = 20.0
TOKEN_LATE_SECONDS = 24 * 3600.0
TOKEN_PACE_SHARE = 0.05  # at a quick pace a token does not take longer than this share of it


@dataclass(frozen=True)
class Step:
    """One entry in a request's history. `status` is open or closed; `event` is a key of the notes file or "clerk"."""

    at: datetime
    event: str
    status: str
    note: str


@dataclass(frozen=True)
class Progress:
    """How far a request has come. `expected` is None where the city promises nothing."""

    status: str
    notes: str
    updated: datetime
    expected: datetime | None
    history: tuple[Step, ...]


def draw(*parts: object) -> int:
    """0 to 99, the same for the same parts in every run."""
    digest = blake2b(repr(parts).encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") % 100


def choose_plan(city_key: str, serial: int, words: list[str]) -> str:
    for word in words:
        if word.startswith("SANDBOX-PLAN-"):
            return word.removeprefix("SANDBOX-PLAN-").lower()
    if serial == 1:
        return "ordinary"
    left = draw(city_key, serial, "plan")
    for plan, share in SHARES:
        if left < share:
            return plan
        left -= share
    raise AssertionError("the shares do not add up to a hundred")


def choose_token_delay(city_key: str, serial: int, pace: float, words: list[str]) -> float:
    """Seconds until a token resolves: 15 to 25, less at a quick pace, a day with SANDBOX-TOKEN-LATE."""
    if "SANDBOX-TOKEN-LATE" in words:
        return TOKEN_LATE_SECONDS
    usual = TOKEN_SECONDS * (0.75 + draw(city_key, serial, "token") / 200)
    return min(usual, pace * TOKEN_PACE_SHARE)


def received(stored: StoredRequest) -> datetime:
    return parse_moment(stored.received_at)


def token_ready(stored: StoredRequest, now: datetime) -> bool:
    """Whether the city has given the request its number. Also true from the start where there are no tokens."""
    return now >= received(stored) + timedelta(seconds=stored.token_delay)


def progress(city_key: str, kind: str, stored: StoredRequest, now: datetime) -> Progress:
    """The request's state at `now`. Once a clerk has written, the plan's later steps no longer happen."""
    steps = _planned(city_key, kind, stored)
    by_hand = [
        Step(parse_moment(entry["at"]), "clerk", entry["status"], entry["status_notes"]) for entry in stored.clerk
    ]
    if by_hand:
        steps = [step for step in steps if step.at <= by_hand[0].at] + by_hand
    history = tuple(step for step in steps if step.at <= now) or tuple(steps[:1])
    last = history[-1]
    expected = None
    if draw(city_key, stored.serial, "expected") < EXPECTED_SHARE:
        expected = received(stored) + timedelta(seconds=1.25 * stored.pace)
    return Progress(last.status, last.note, last.at, expected, history)


def agency(kind: str, serial: int = 0) -> str:
    """The department that answers for this kind of service."""
    agencies = _notes()[kind]["agency"]
    return agencies[serial % len(agencies)]


def _planned(city_key: str, kind: str, stored: StoredRequest) -> list[Step]:
    start = received(stored)
    return [
        Step(
            start + timedelta(seconds=fraction * stored.pace),
            event,
            "closed" if event in CLOSING else "open",
            _note(city_key, kind, stored, event),
        )
        for fraction, event in TIMELINES[stored.plan]
    ]


def _note(city_key: str, kind: str, stored: StoredRequest, event: str) -> str:
    choices = _notes()[kind].get(event) or _notes()["any"][event]
    note = choices[draw(city_key, stored.serial, event) % len(choices)]
    return note.format(agency=agency(kind), other=f"request {stored.duplicate_of}")


@cache
def _notes() -> dict[str, dict[str, list[str]]]:
    text = files("reports.sandbox").joinpath("data/work_notes.json").read_text(encoding="utf-8")
    notes: dict[str, dict[str, list[str]]] = json.loads(text)
    return notes
