"""One stack's run: fake cities, a worker under a supervisor, reports filed, and quiet waited for."""

import json
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from django.core.management.color import no_style
from django.db import connection
from django.db.models import Exists, OuterRef

from reports.models import Attempt, Endpoint, Submission, SubmissionState
from reports.sandbox import make_app
from reports.sandbox.server import SandboxServer
from tests.cities import PLACES, file_report, make_city
from tests.faults.oracle import SENT, Filed, judge
from tests.faults.stack import CLOCK, Stack
from tests.processes import Worker

CITIES = tuple(PLACES)
PACE = 20  # a token resolves within a twentieth of it
SLOW, HOLD = 2.6, 2.6  # seconds, longer than a call may take
BUSY = frozenset({"pending", "sending", "retry", "uncertain", "refused"})
SETTLED = 1.3  # seconds, longer than one sweep: time for a POST that should not come
STABLE = 8.0  # seconds, longer than two looks with RECONCILE_SETTLE before and between them take
HOURS = 7  # more than RECONCILE_GIVE_UP_HOURS


@dataclass
class Result:
    """What came of one case."""

    case: str
    stack: str
    requests: int
    states: dict[str, int] = field(default_factory=dict)
    sent_again: int = 0
    found_again: int = 0
    in_city_and_with_volunteer: int = 0
    deaths: int = 0
    hours_passed: int = 0
    wrong: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class Run:
    """Plays cases on one stack. `count` requests are filed in each."""

    def __init__(self, stack: Stack, count: int) -> None:
        self.stack, self.count = stack, count
        self.server = SandboxServer("127.0.0.1", 0, make_app(slow_seconds=SLOW, hold_seconds=HOLD, pace=PACE)).start()
        self.deaths_file = stack.folder / "deaths"
        self.clock_file = stack.folder / CLOCK
        self.log = stack.folder / "worker.log"
        self.workers: list[Worker] = []
        self.kind: tuple[str, ...] = ()
        self.endpoints: dict[str, Endpoint] = {}
        self.filed = 0
        self.notes: list[str] = []
        self.restarts = 0
        self.hours_passed = 0  # how many were still looked for when hours passed
        self.offset = 0.0

    @property
    def each(self) -> int:
        """How many requests of each city a fault strikes: enough to trip a breaker where there are many."""
        return max(2, self.count // len(CITIES) // 5)

    @property
    def patience(self) -> float:
        return 45 + self.count * 0.4

    # --- the site ------------------------------------------------------------------------------------------------

    def clear(self) -> None:
        """Empty database and cities; the clocks run as they should. The last case's workers are gone."""
        self.kill()
        for name in (self.deaths_file, self.clock_file):
            name.unlink(missing_ok=True)
        tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
        tables = [name for name in tables if name.startswith("reports_")]
        statements = connection.ops.sql_flush(no_style(), tables, allow_cascade=connection.vendor == "postgresql")
        connection.ops.execute_sql_flush(statements)
        self.control("reset")
        self.control("pace", seconds=PACE)
        self.control("timing", slow=SLOW, hold=HOLD)
        self.endpoints = {key: make_city(self.server.sandbox, key, at=self.server.url) for key in CITIES}
        self.filed, self.notes, self.restarts, self.hours_passed, self.offset = 0, [], 0, 0, 0.0

    def start(self, *options: str, count: int = 1) -> None:
        """Let `count` workers run, with these options of `tests.faults.worker`. Those that run already go on."""
        kind = (str(count), *options)
        if kind == self.kind and all(worker.running for worker in self.workers):
            return
        self.stop()
        program = ("-m", "tests.faults.worker", "--clock", str(self.clock_file), *options)
        environment = {"DATABASE_URL": self.stack.database.url, "LOG_LEVEL": "INFO"}
        self.workers = [Worker(environment, self.log, program=program, concurrency=6) for _each in range(count)]
        self.kind = kind
        for worker in self.workers:
            worker.start()

    def supervise(self) -> None:
        """Start again what died, as a service manager would."""
        for worker in self.workers:
            if worker.process is not None and not worker.running:
                worker.clear_rest()
                worker.start()
                self.restarts += 1

    def stop(self) -> None:
        for worker in self.workers:
            worker.end(signal.SIGTERM)
            worker.clear_rest()
        self.workers, self.kind = [], ()

    def kill(self) -> None:
        for worker in self.workers:
            worker.end(signal.SIGKILL)
            worker.clear_rest()
        self.workers, self.kind = [], ()

    def close(self) -> None:
        self.kill()
        self.server.stop()
        connection.close()

    # --- what cases do -------------------------------------------------------------------------------------------

    def file(self, count: int | None = None, words: str = "") -> None:
        """File so many requests, city by city; all that are left without a number. A worker that dies is restarted."""
        for _each in range(self.count - self.filed if count is None else count):
            key = CITIES[self.filed % len(CITIES)]
            file_report(self.endpoints[key], f"Number {self.filed} in {key}. {words}".strip())
            self.filed += 1
            if self.filed % 20 == 0:
                self.supervise()

    def control(self, call: str, **fields: Any) -> Any:
        data = urlencode(fields).encode() or b"x=1"
        with urlopen(Request(f"{self.server.url}/_control/{call}", data=data), timeout=20) as answer:
            return json.load(answer)

    def received(self) -> dict[str, Any]:
        with urlopen(f"{self.server.url}/_control/received.json", timeout=60) as answer:
            cities: dict[str, Any] = json.load(answer)["cities"]
        return cities

    def fault(self, kind: str, operation: str = "post", count: int | None = None, **more: Any) -> None:
        """Set a fault at each city, for so many calls."""
        for key in CITIES:
            self.control("fault", kind=kind, city=key, operation=operation, count=count or self.each, **more)

    def unused_faults(self) -> int:
        return len(self.server.sandbox.control.faults())

    @contextmanager
    def pointed_to(self, base: str) -> Iterator[None]:
        """Within, the endpoints have this scheme, host and port; at the end each has been tried in vain."""
        before = dict(Endpoint.objects.values_list("pk", "base_url"))
        for pk, url in before.items():
            Endpoint.objects.filter(pk=pk).update(base_url=url.replace(self.server.url, base))
        yield
        in_vain = Attempt.objects.filter(outcome="Unreachable").values("submission__endpoint")
        self.until(lambda: in_vain.distinct().count() == len(before), "every city was tried in vain")
        for pk, url in before.items():
            Endpoint.objects.filter(pk=pk).update(base_url=url)

    def jump(self, seconds: float) -> None:
        """Put the wall clock of the site so far off the true time."""
        self.offset = seconds
        half = self.clock_file.with_suffix(".new")
        half.write_text(str(seconds))
        half.replace(self.clock_file)

    def deaths(self) -> int:
        return len(self.deaths_file.read_text().splitlines()) if self.deaths_file.exists() else 0

    def until(self, condition: Callable[[], bool], what: str, patience: float = 30) -> bool:
        """Wait for a condition, with the supervisor at work; a note where it did not come about."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            self.supervise()
            if condition():
                return True
            time.sleep(0.2)
        self.notes.append(f"not so within {patience:g} s: {what}")
        return False

    def busy(self, *more: str) -> int:
        return Submission.objects.filter(state__in=BUSY.union(more)).count()

    def quiet(self, *more: str) -> bool:
        """Wait until no submission is on its way, nor in one of the states `more`.

        What is looked for in a list in which it need not be is given to volunteers after hours: when nothing else has
        been left for a while, hours pass on all clocks.
        """
        last, since, passed = -1, time.monotonic(), False

        def settled() -> bool:
            nonlocal last, since, passed
            busy, uncertain = self.busy(*more), Submission.objects.filter(state="uncertain").count()
            if busy != uncertain or uncertain != last:
                last, since = uncertain, time.monotonic()
            elif busy and not passed and time.monotonic() - since > STABLE:
                passed = True
                self.hours_passed = busy
                self.control("advance", seconds=HOURS * 3600)
                self.jump(self.offset + HOURS * 3600)
            return not busy

        return self.until(settled, "nothing is on its way", self.patience)

    # --- what came of it -----------------------------------------------------------------------------------------

    def result(self, case: str, *, numbers_may_differ: bool) -> Result:
        """Judge what the database and the cities hold, once no more POST comes."""
        posts = self._posts()
        time.sleep(SETTLED)
        result = Result(case, self.stack.name, self.filed, deaths=self.deaths(), hours_passed=self.hours_passed)
        rows = Submission.objects.select_related("request", "endpoint__jurisdiction")
        filed = [
            Filed(
                reference=row.request.reference,
                city=row.endpoint.jurisdiction.slug,
                state=row.state,
                service_request_id=row.service_request_id,
                token=row.token,
                reason=row.reason,
                gives_number=row.endpoint.jurisdiction.slug != "cook",
            )
            for row in rows
        ]
        verdict = judge(filed, self.received(), numbers_may_differ=numbers_may_differ)
        result.wrong = [*self.notes, *verdict.wrong]
        if self._posts() != posts:
            result.wrong.append("something was sent after all was quiet")
        if len(filed) != self.filed:
            result.wrong.append(f"{self.filed} were filed, and {len(filed)} are in the outbox")
        result.states = dict(verdict.states)
        result.in_city_and_with_volunteer = verdict.in_city_and_with_volunteer
        result.sent_again = Submission.objects.filter(posts__gt=1).count()
        answered = Attempt.objects.filter(submission=OuterRef("pk"), outcome="receipt")
        result.found_again = Submission.objects.filter(~Exists(answered), state__in=SENT).count()
        return result

    def _posts(self) -> int:
        return sum(city["posts"] for city in self.received().values())

    def dump(self) -> str:
        """The rows that are not where they should be, and the last lines of the log."""
        rows = Submission.objects.exclude(state=SubmissionState.DELIVERED).select_related("endpoint__jurisdiction")
        lines = [
            f"{row.pk} {row.endpoint.jurisdiction.slug} {row.state} due {row.due_at} posts {row.posts}: "
            f"{row.reason[:90]}"
            for row in rows[:40]
        ]
        reasons = Counter(Submission.objects.filter(state="needs_attention").values_list("reason", flat=True))
        lines += [f"{count} x {reason[:160]}" for reason, count in reasons.most_common(5)]
        tail = self.log.read_text(errors="replace")[-4000:] if self.log.exists() else ""
        return "\n".join([*lines, tail])
