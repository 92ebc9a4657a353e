"""The control panel's calls: what the cities hold, clock, pace, faults, a clerk's hand. README.md lists them."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from reports.sandbox import work
from reports.sandbox.cities import City
from reports.sandbox.faults import KINDS, OPERATIONS, Fault, Timing
from reports.sandbox.panel import panel_page
from reports.sandbox.state import CLERK, Store, StoredRequest
from reports.sandbox.wire import HTML, Answer, Request, json_answer

MAX_COUNT = 1_000_000


class ControlError(ValueError):
    """The call's arguments cannot be used; the message says which and why."""


class Control:
    """Answers below /_control/. `set_timing` is called with new slow and hold times."""

    def __init__(
        self, cities: dict[str, City], store: Store, timing: Timing, set_timing: Callable[[Timing], None]
    ) -> None:
        self.cities = cities
        self.store = store
        self.timing = timing
        self.set_timing = set_timing
        self._reads: dict[str, Callable[[], Any]] = {
            "received.json": self.received,
            "faults.json": self.faults,
            "log.json": lambda: list(store.exchanges),
        }
        self._acts: dict[str, Callable[[Request], Any]] = {
            "advance": self._advance,
            "clock": self._clock,
            "pace": self._pace,
            "timing": self._timing,
            "fault": self._fault,
            "set_status": self._set_status,
            "set_plan": self._set_plan,
            "comment": self._comment,
            "reset": self._reset,
        }

    def answer(self, request: Request, rest: tuple[str, ...]) -> Answer:
        name = "/".join(rest)
        if not name and request.method in ("GET", "HEAD"):
            return Answer(200, panel_page(self.received(), self.faults()), HTML)
        if name in self._reads and request.method in ("GET", "HEAD"):
            return json_answer(self._reads[name]())
        if name not in self._acts:
            return json_answer({"error": f"no such control: {name or request.method}"}, 404)
        if request.method != "POST" and name != "advance":
            return json_answer({"error": f"{name} takes POST"}, 405)
        try:
            done = self._acts[name](request)
        except ValueError as problem:
            return json_answer({"error": str(problem)}, 400)
        if request.arg("panel"):
            return Answer(303, headers=(("Location", "/_control/"),))
        return json_answer({"ok": True, "clock": self.store.clock.now().isoformat(), "pace": self.store.pace, **done})

    def received(self) -> dict[str, Any]:
        """Everything that the cities hold, personal details included: this page is the sandbox's own."""
        now = self.store.clock.now()
        cities = {
            key: {
                "posts": self.store.holdings[key].posts,
                "requests": [self._shown(city, stored) for stored in self.store.requests(key)],
            }
            for key, city in self.cities.items()
        }
        return {"clock": now.isoformat(), "pace": self.store.pace, "cities": cities}

    def faults(self) -> list[dict[str, Any]]:
        return [
            {"kind": f.kind, "city": f.city, "operation": f.operation, "left": f.left} for f in list(self.store.faults)
        ]

    def _shown(self, city: City, stored: StoredRequest) -> dict[str, Any]:
        now = self.store.clock.now()
        done = work.progress(city.key, city.services[stored.service_code].kind, stored, now)
        fields = (
            "service_request_id", "token", "service_code", "description", "lat", "long", "address_string", "address_id",
            "attributes", "email", "first_name", "last_name", "phone", "media_url", "account_id", "device_id",
            "received_at", "plan", "comments", "photos", "more",
        )  # fmt: skip
        return {name: getattr(stored, name) for name in fields} | {
            "number_given": work.token_ready(stored, now),
            "status": done.status,
            "status_notes": done.notes,
            "posts": self.store.tries(city.key, stored.fingerprint),
        }

    def _advance(self, request: Request) -> dict[str, Any]:
        seconds = _seconds(request, "seconds", least=0)
        self.store.move_clock(lambda clock: clock.advance(seconds))
        return {}

    def _clock(self, request: Request) -> dict[str, Any]:
        if not request.arg("at"):
            raise ControlError("at is missing: an ISO 8601 moment with a zone")
        self.store.move_clock(lambda clock: clock.set(request.arg("at")))
        return {}

    def _pace(self, request: Request) -> dict[str, Any]:
        self.store.set_pace(_seconds(request, "seconds", least=1))
        return {}

    def _timing(self, request: Request) -> dict[str, Any]:
        if not (request.arg("slow") or request.arg("hold")):
            raise ControlError("give slow, hold or both, in seconds")
        for name in ("slow", "hold"):
            if request.arg(name):
                seconds = _seconds(request, name, least=0)
                if seconds > 3600:
                    raise ControlError(f"{name} is at most 3600 seconds")
                self.timing = replace(self.timing, **{name: seconds})
        self.set_timing(self.timing)
        return {"slow": self.timing.slow, "hold": self.timing.hold}

    def _fault(self, request: Request) -> dict[str, Any]:
        if request.arg("clear"):
            self.store.clear_faults()
            return {"faults": []}
        kind, city, operation = request.arg("kind"), request.arg("city") or "any", request.arg("operation") or "any"
        _one_of("kind", kind, KINDS)
        _one_of("city", city, ("any", "nominatim", *self.cities))
        _one_of("operation", operation, OPERATIONS)
        count = _count(request) if request.arg("count") else None
        retry_after = int(_seconds(request, "retry_after", least=0)) if request.arg("retry_after") else 2
        self.store.set_fault(Fault(kind, city, operation, count, retry_after))
        return {"faults": self.faults()}

    def _set_status(self, request: Request) -> dict[str, Any]:
        _one_of("status", request.arg("status"), ("open", "closed"))
        return self._with_held(request, self.store.write_status, request.arg("status"), request.arg("status_notes"))

    def _set_plan(self, request: Request) -> dict[str, Any]:
        _one_of("plan", request.arg("plan"), tuple(work.TIMELINES))
        return self._with_held(request, self.store.set_plan, request.arg("plan"))

    def _comment(self, request: Request) -> dict[str, Any]:
        if not request.arg("text"):
            raise ControlError("text is missing: what the clerk says")
        return self._with_held(request, self.store.add_comment, request.arg("text"), CLERK)

    def _with_held(self, request: Request, act: Callable[..., object], *words: str) -> dict[str, Any]:
        city, request_id = request.arg("city"), request.arg("service_request_id")
        _one_of("city", city, tuple(self.cities))
        try:
            act(city, request_id, *words)
        except KeyError:
            raise ControlError(f"{city} holds no service_request_id or token {request_id!r}") from None
        return {}

    def _reset(self, request: Request) -> dict[str, Any]:
        self.store.reset()
        return {}


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ControlError(f"{name} is {value!r}; it must be one of: {', '.join(allowed)}")


def _seconds(request: Request, name: str, *, least: float) -> float:
    try:
        seconds = float(request.arg(name))
    except ValueError:
        raise ControlError(f"{name} is {request.arg(name)!r}; it must be a number of seconds") from None
    if not math.isfinite(seconds) or seconds < least:
        raise ControlError(f"{name} must be {least} or more")
    return seconds


def _count(request: Request) -> int:
    text = request.arg("count")
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MAX_COUNT):
        raise ControlError(f"count is {text!r}; it must be a whole number from 1 to {MAX_COUNT}")
    return int(text)
