"""What the cities hold: their requests, how often each was posted, and the faults that are set.

With a path, every change is written to a JSON file before it is answered (a temporary file beside it, then a
rename), so that a process killed at any line goes on where it stopped.
"""

import json
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import RLock
from typing import Any

from reports.sandbox.clock import SandboxClock
from reports.sandbox.faults import Fault

DEFAULT_PACE = 6 * 24 * 3600.0  # seconds from filing to close for an ordinary request
VERSION = 1
CLERK = "clerk"  # who a comment is by when the body's own hand wrote it


@dataclass
class StoredRequest:
    """A request as a city keeps it. `received_at` is ISO 8601 in UTC; `pace` and `token_delay` are seconds, fixed at
    filing."""

    serial: int
    service_request_id: str
    token: str
    received_at: str
    pace: float
    plan: str
    token_delay: float
    fingerprint: str
    service_code: str
    description: str = ""
    lat: float | None = None
    long: float | None = None
    address_string: str = ""
    address_id: str = ""
    attributes: dict[str, list[str]] = field(default_factory=dict)
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    phone: str = ""
    media_url: str = ""
    account_id: str = ""
    device_id: str = ""
    duplicate_of: str = ""
    words: list[str] = field(default_factory=list)
    clerk: list[dict[str, str]] = field(default_factory=list)  # at, status, status_notes
    comments: list[dict[str, str]] = field(default_factory=list)  # id, at, text, by
    photos: list[dict[str, Any]] = field(default_factory=list)  # field, filename, content_type, bytes: uploaded ones
    more: dict[str, Any] = field(default_factory=dict)  # what only this family keeps


@dataclass
class Holdings:
    """One city's records. `tries` counts POSTs by fingerprint, refused ones included."""

    posts: int = 0
    requests: list[StoredRequest] = field(default_factory=list)
    tries: dict[str, int] = field(default_factory=dict)


class Store:
    """Thread-safe. Raises ValueError at construction when the state file cannot be read as one."""

    def __init__(self, city_keys: Iterable[str], clock: SandboxClock, path: Path | None = None) -> None:
        self.clock = clock
        self.path = path
        self.pace = DEFAULT_PACE
        self.holdings = {key: Holdings() for key in city_keys}
        self.faults: list[Fault] = []
        self.exchanges: deque[dict[str, object]] = deque(maxlen=500)  # not kept over a restart
        self.calls: dict[str, list[datetime]] = {}  # counted ones, by whom they count for; not kept either
        self._lock = RLock()
        if path and path.exists():
            self._load(path)

    def note_post(self, city_key: str, fingerprint: str) -> int:
        """Count a POST; gives back how many with this fingerprint have come, this one included."""
        with self._lock:
            held = self.holdings[city_key]
            held.posts += 1
            held.tries[fingerprint] = held.tries.get(fingerprint, 0) + 1
            self.save()
            return held.tries[fingerprint]

    def note_call(self, counted_for: str, most: int, window: float) -> float:
        """Count a call of the last `window` seconds of the sandbox's clock; gives back how many seconds to wait where
        more than `most` have come, else 0. A refused call does not count."""
        with self._lock:
            now = self.clock.now()
            since = now - timedelta(seconds=window)
            calls = [at for at in self.calls.get(counted_for, []) if since < at <= now]
            self.calls[counted_for] = calls
            if len(calls) >= most:
                return max(1.0, (calls[0] - since).total_seconds())
            calls.append(now)
            return 0.0

    def add(self, city_key: str, make: Callable[[int], StoredRequest]) -> StoredRequest:
        """Store what `make` builds from the next serial number (1 first)."""
        with self._lock:
            held = self.holdings[city_key].requests
            stored = make(len(held) + 1)
            held.append(stored)
            self.save()
            return stored

    def begin(self, city_key: str, fill: Callable[[], None]) -> None:
        """Let `fill` add a city's oldest requests where it has none yet."""
        with self._lock:
            if not self.holdings[city_key].requests:
                fill()

    def requests(self, city_key: str) -> list[StoredRequest]:
        with self._lock:
            return list(self.holdings[city_key].requests)

    def tries(self, city_key: str, fingerprint: str) -> int:
        with self._lock:
            return self.holdings[city_key].tries.get(fingerprint, 0)

    def write_status(self, city_key: str, request_id: str, status: str, notes: str) -> StoredRequest:
        """A clerk's entry, at the clock's present. Raises KeyError when the city holds no such id or token."""
        with self._lock:
            stored = self._held(city_key, request_id)
            at = self.clock.now().isoformat()
            stored.clerk.append({"at": at, "status": status, "status_notes": notes})
            self.save()
            return stored

    def add_comment(self, city_key: str, request_id: str, text: str, by: str) -> dict[str, str]:
        """A comment, at the clock's present; gives back its id, at, text and by. KeyError as for `write_status`."""
        with self._lock:
            stored = self._held(city_key, request_id)
            number = sum(len(held.comments) for held in self.holdings[city_key].requests) + 1
            comment = {"id": str(number), "at": self.clock.now().isoformat(), "text": text, "by": by}
            stored.comments.append(comment)
            self.save()
            return comment

    def change(self, city_key: str, request_id: str, **more: Any) -> StoredRequest:
        """Note further facts of a request in its `more`. KeyError as for `write_status`."""
        with self._lock:
            stored = self._held(city_key, request_id)
            stored.more |= more
            self.save()
            return stored

    def set_plan(self, city_key: str, request_id: str, plan: str) -> StoredRequest:
        """Another work plan for a request. Raises KeyError when the city holds no such id or token."""
        with self._lock:
            stored = self._held(city_key, request_id)
            stored.plan = plan
            self.save()
            return stored

    def _held(self, city_key: str, request_id: str) -> StoredRequest:
        for stored in self.holdings[city_key].requests:
            if request_id in (stored.service_request_id, stored.token):
                return stored
        raise KeyError(request_id)

    def set_fault(self, fault: Fault) -> None:
        with self._lock:
            self.faults.append(fault)
            self.save()

    def clear_faults(self) -> None:
        with self._lock:
            self.faults.clear()
            self.save()

    def take_fault(self, place: str, operation: str) -> Fault | None:
        """The first fault that is set for this call, counted down, or None."""
        with self._lock:
            for fault in self.faults:
                if fault.meets(place, operation):
                    if fault.left is not None:
                        fault.left -= 1
                        self.faults[:] = [f for f in self.faults if f.left != 0]
                        self.save()
                    return fault
        return None

    def set_pace(self, seconds: float) -> None:
        with self._lock:
            self.pace = seconds
            self.save()

    def move_clock(self, move: Callable[[SandboxClock], object]) -> None:
        with self._lock:
            move(self.clock)
            self.save()

    def reset(self) -> None:
        """Forget everything: requests, counts, faults, pace; the clock goes back to real time."""
        with self._lock:
            self.holdings = {key: Holdings() for key in self.holdings}
            self.faults.clear()
            self.exchanges.clear()
            self.calls.clear()
            self.pace = DEFAULT_PACE
            self.clock.reset()
            self.save()

    def save(self) -> None:
        """Write the file, where there is one. No fsync: it has to outlive the process, not the power."""
        if self.path is None:
            return
        with self._lock:
            temporary = self.path.with_name(self.path.name + ".new")
            temporary.write_text(json.dumps(self._dump(), ensure_ascii=False), encoding="utf-8")
            temporary.replace(self.path)

    def _dump(self) -> dict[str, Any]:
        return {
            "version": VERSION,
            "clock": self.clock.dump(),
            "pace": self.pace,
            "faults": [asdict(fault) for fault in self.faults],
            "cities": {key: asdict(held) for key, held in self.holdings.items()},
        }

    def _load(self, path: Path) -> None:
        try:
            saved = json.loads(path.read_text(encoding="utf-8"))
            if saved["version"] != VERSION:
                raise ValueError(f"version {saved['version']}")
            self.clock.load(saved["clock"])
            self.pace = float(saved["pace"])
            self.faults = [Fault(**fault) for fault in saved["faults"]]
            for key, held in saved["cities"].items():
                requests = [StoredRequest(**request) for request in held["requests"]]
                self.holdings[key] = Holdings(held["posts"], requests, held["tries"])
        except (ValueError, KeyError, TypeError, AttributeError, OSError) as problem:
            raise ValueError(f"{path} is not a sandbox state file: {problem!r}") from problem
