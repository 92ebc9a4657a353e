"""The fake cities as one WSGI application."""

from collections.abc import Callable, Collection, Iterable, Mapping
from http import HTTPStatus
from pathlib import Path
from time import sleep
from typing import Any

from reports.sandbox import nominatim
from reports.sandbox.clock import SandboxClock
from reports.sandbox.control import Control
from reports.sandbox.faults import Fault, Timing, fault_after, fault_instead
from reports.sandbox.mail.city import ADDRESSES, AT_GREETING, EmailCity, addressed_to
from reports.sandbox.mail.clerk import Clerk
from reports.sandbox.state import Store
from reports.sandbox.system import System
from reports.sandbox.systems import CITIES, open_systems
from reports.sandbox.wire import HTML, Answer, Ending, Request, json_answer, read_request

StartResponse = Callable[[str, list[tuple[str, str]]], object]


class BrokenConnectionError(Exception):
    """Raised through a plain WSGI server where the connection was to break; ours and the adapter do it properly."""


class Sandbox:
    """Callable as WSGI; `answer` is the same without WSGI, and also tells how the connection ends."""

    def __init__(self, store: Store, timing: Timing, clerk_hosts: Collection[str] = ()) -> None:
        self.state = store
        self.timing = timing
        self.cities = {city.key: city for city in CITIES}
        self.systems = open_systems(store, timing)
        self.mailboxes = [system for system in self.systems if isinstance(system, EmailCity)]
        self.clerk = Clerk(self.mailboxes[0].city, store, clerk_hosts)
        self.control = Control(self.cities, store, timing, self.set_timing)

    @property
    def clock(self) -> SandboxClock:
        return self.state.clock

    def set_timing(self, timing: Timing) -> None:
        self.timing = timing
        for system in self.systems:
            system.timing = timing

    def receive_mail(self, raw: bytes) -> Answer:
        """A message as it would come over SMTP. `status` and `body` are the reply: 250 where it was taken, 550 where it
        is addressed to nobody here. Faults of the operation `post` act as they do on the socket; one that refuses at
        the greeting is a 421, one that refuses the recipient a 550."""
        mailbox = self.mailboxes[0]
        fault = mailbox.take_fault()
        if fault and fault.kind in AT_GREETING:
            return Answer(421, b"4.3.2 sandbox: come back later")
        if fault and fault.kind == "wrong-key":
            return Answer(550, b"5.7.1 Not allowed to send here")
        if not ADDRESSES.keys() & set(addressed_to(raw)):
            return Answer(550, b"5.1.1 No such mailbox")
        return mailbox.receive(raw, fault)

    def __call__(self, environ: Mapping[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        answer = self.answer(read_request(environ))
        if answer.ending not in (Ending.WHOLE, Ending.DRIP):
            raise BrokenConnectionError(answer.ending.value)
        sleep(answer.delay)
        start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", answer.header_list())
        return [] if environ.get("REQUEST_METHOD") == "HEAD" else [answer.body]

    def answer(self, request: Request) -> Answer:
        answer = self._route(request)
        if request.segments[:1] != ("_control",):
            self.state.exchanges.append(
                {
                    "at": self.clock.now().isoformat(),
                    "method": request.method,
                    "path": request.path,
                    "status": answer.status,
                    "ending": answer.ending.value,
                }
            )
        return answer

    def _route(self, request: Request) -> Answer:
        first, rest = request.segments[:1], request.segments[1:]
        if first == ("_control",):
            return self.control.answer(request, rest)
        if first == ("nominatim",):
            operation = rest[0] if rest else "none"
            return self._with_faults("nominatim", operation, lambda _: nominatim.answer(request, rest))
        for system in self.systems:
            below = system.below(request.segments)
            if below is not None:
                return self._city(system, request, below)
        return self._index() if not first else json_answer({"error": f"no city at {request.path}"}, 404)

    def _city(self, system: System, request: Request, below: tuple[str, ...]) -> Answer:
        return self._with_faults(
            system.city.key,
            system.operation(request.method, below),
            lambda fault: system.answer(request, below, key_revoked=bool(fault and fault.kind == "wrong-key")),
        )

    def _with_faults(self, place: str, operation: str, work: Callable[[Fault | None], Answer]) -> Answer:
        fault = self.state.take_fault(place, operation)
        if fault is None:
            return work(None)
        instead = fault_instead(fault, self.timing)
        if instead:
            return instead
        answer = work(fault)
        return answer if fault.kind == "wrong-key" else fault_after(fault, answer, self.timing)

    def _index(self) -> Answer:
        rows = "".join(f"<li>{city.name}: <code>/{city.base}/</code></li>" for city in CITIES)
        page = (
            '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Fake cities</title></head><body>'
            f"<h1>Fake cities</h1><ul>{rows}</ul>"
            '<p><a href="/_control/">Control panel</a></p></body></html>\n'
        )
        return Answer(200, page.encode(), HTML)


def make_app(
    state: Path | str | None = None,
    *,
    slow_seconds: float = 5.0,
    hold_seconds: float = 60.0,
    pace: float | None = None,
    clock: str | None = None,
    clerk_hosts: Collection[str] = (),
) -> Sandbox:
    """A sandbox of its own, with state in memory or in the file `state`.

    `slow_seconds` and `hold_seconds` are real time: how long a slow answer takes, how long a lost one keeps the
    connection. `pace` (seconds from filing to close) and `clock` (ISO 8601 with a zone) override what the file
    says. The clerk of the city that takes mail opens addresses on this machine and on `clerk_hosts`. Raises
    ValueError for a file that is not a state file or cannot be written, and for a clock or pace that cannot be used.
    """
    store = Store([city.key for city in CITIES], SandboxClock(), Path(state) if state else None)
    try:
        store.save()
    except OSError as problem:
        raise ValueError(f"the state file cannot be written: {problem}") from problem
    if pace is not None:
        if not 1 <= pace < float("inf"):
            raise ValueError("the pace is a number of seconds, 1 or more")
        store.set_pace(pace)
    if clock is not None:
        store.move_clock(lambda sandbox_clock: sandbox_clock.set(clock))
    return Sandbox(store, Timing(slow_seconds, hold_seconds), clerk_hosts)
