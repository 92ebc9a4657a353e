"""The cases: what goes wrong, and how the harness makes it so. README of the delivery shows what came of each."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from reports import tasks
from reports.models import Submission
from reports.sandbox.server import SandboxServer
from tests.faults.points import POINTS
from tests.faults.run import CITIES, Run
from tests.faults.stack import IMPATIENT, STACKS
from tests.processes import free_port

SQLITE, REDIS, RABBITMQ = STACKS
DAY = 86400
HOUR = 3600


@dataclass(frozen=True)
class Case:
    """`play` files the requests and makes trouble. Where `certain`, every answer says whether the report was taken, so
    that none may be left to a volunteer. `short` names the stacks on which the suite plays it too."""

    name: str
    play: Callable[[Run], None]
    certain: bool = False
    short: tuple[str, ...] = ()
    numbers_may_differ: bool = False


def _at_post(kind: str, **more: Any) -> Callable[[Run], None]:
    """A fault of the city at the first filings."""

    def play(run: Run) -> None:
        run.start()
        run.fault(kind, **more)
        run.file()
        run.quiet("accepted")
        if run.unused_faults():
            run.notes.append("the fault did not strike as often as it was to")

    return play


def refused(run: Run) -> None:
    """The port is closed, and a server listens there later."""
    run.start()
    port = free_port()
    with run.pointed_to(f"http://127.0.0.1:{port}"):
        run.file()
    with SandboxServer("127.0.0.1", port, run.server.sandbox):
        run.quiet("accepted")


def unresolved(run: Run) -> None:
    run.start()
    with run.pointed_to("http://city.invalid"):
        run.file()
    run.quiet("accepted")


def no_tls(run: Run) -> None:
    """https is spoken to a port that answers in plain HTTP."""
    run.start()
    with run.pointed_to(run.server.url.replace("http:", "https:")):
        run.file()
    run.quiet("accepted")


def _tokens(run: Run) -> None:
    run.start()
    run.file(words="SANDBOX-TOKEN-LATE")
    run.quiet()
    waiting = Submission.objects.filter(state="accepted").count()
    if waiting != run.count // len(CITIES):
        run.notes.append(f"{waiting} have a token, and all of one city should")


def token_late(run: Run) -> None:
    """A day passes here and there."""
    _tokens(run)
    run.control("advance", seconds=DAY + 100)
    run.jump(DAY + 100)
    run.quiet("accepted")
    if Submission.objects.filter(state="delivered").count() != run.count:
        run.notes.append("a token that came late did not lead to its number")


def token_never(run: Run) -> None:
    """Our patience is over; the city's day never comes."""
    _tokens(run)
    run.jump(15 * DAY)
    run.quiet("accepted")
    if Submission.objects.filter(state="needs_attention").count() != run.count // len(CITIES):
        run.notes.append("a token without a number was not left to a volunteer")


def other_id(run: Run) -> None:
    """What the city says first, to a filing or a token, is not the number that it has in its list."""
    run.start()
    run.fault("other-id", "post")
    run.fault("other-id", "token", count=2)
    run.file()
    run.quiet("accepted")


def worker_killed(point: str) -> Callable[[Run], None]:
    """The worker dies three times at this point, and is started again each time."""

    def play(run: Run) -> None:
        times = 3 if run.count >= 50 else 1
        run.start("--die-at", point, "--times", str(times), "--deaths", str(run.deaths_file))
        run.file()
        run.until(lambda: run.deaths() == times, f"the worker died {times} times", run.patience)
        run.quiet("accepted")

    return play


def broker_restarted(run: Run) -> None:
    run.start()
    run.file(run.count // 2)
    run.stack.broker.restart()
    run.file()
    run.quiet("accepted")


def broker_wiped(run: Run) -> None:
    """Wake-ups are lost again and again while reports are filed and sent."""
    run.start()
    lost = 0
    for part in range(4):
        run.file(run.count // 4 if part < 3 else None)
        lost += run.stack.broker.wipe()
    run.stop()  # what is filed now, nobody takes before it is lost
    for endpoint in run.endpoints.values():
        tasks.deliver.delay(endpoint.pk)
    lost += run.stack.broker.wipe()
    if not lost:
        run.notes.append("no message was there to be wiped")
    run.start()
    run.quiet("accepted")


def database_cut(run: Run) -> None:
    run.start(*(("--patience", str(IMPATIENT)) if connection.vendor == "sqlite" else ()))
    run.file(run.count // 2)
    run.stack.database.cut()
    run.file(run.count // 4)
    run.stack.database.cut()
    run.file()
    run.quiet("accepted")


def two_of_each(run: Run) -> None:
    """Two workers and two beats, over one and the same schedule file."""
    run.start(count=2)
    run.file()
    run.quiet("accepted")


def clock_jumps(run: Run) -> None:
    """An hour forward while answers are under way, and back again."""
    run.start()
    run.control("timing", slow=0.8)
    run.fault("slow", count=run.each * 2)
    run.file(run.count // 2)
    run.jump(HOUR)
    run.file()
    time.sleep(1.5)
    run.jump(0)
    unsent = Submission.objects.filter(state__in=("pending", "retry", "sending"))
    run.until(lambda: not unsent.exists(), "all is sent although the clock went back", run.patience)
    run.control("advance", seconds=HOUR)
    run.jump(HOUR)  # what looks at a city's list waits for its hour
    run.quiet("accepted")


CASES: tuple[Case, ...] = (
    Case("connection refused", refused, certain=True, short=(RABBITMQ,)),
    Case("DNS failure", unresolved, certain=True),
    Case("TLS failure", no_tls, certain=True),
    Case("time-out, the city has nothing", _at_post("hang")),
    Case("time-out, the city has stored it", _at_post("lost-answer"), short=(SQLITE,)),
    Case("time-out in the middle of the answer", _at_post("stalled")),
    Case("reset after the city has stored it", _at_post("stored-reset")),
    Case("500, nothing stored", _at_post("500")),
    Case("500, stored", _at_post("stored-500")),
    Case("502", _at_post("502")),
    Case("503", _at_post("503", retry_after=1)),
    Case("504, stored", _at_post("504")),
    Case("429, seconds", _at_post("429", retry_after=1), certain=True, short=(REDIS,)),
    Case("429, date", _at_post("429-date", retry_after=2), certain=True),
    Case("HTML with 200", _at_post("html")),
    Case("truncated answer", _at_post("truncated")),
    Case("slow drip", _at_post("drip")),
    Case("token never ready", token_never),
    Case("token late by a day", token_late, certain=True),
    Case("id differs from an earlier one", other_id, numbers_may_differ=True),
    *(
        Case(f"kill -9: {point}", worker_killed(point), short=(SQLITE,) * (point == "sent, no answer read"))
        for point in POINTS
    ),
    Case("broker restarted", broker_restarted, certain=True, short=(REDIS, RABBITMQ)),
    Case("broker's messages wiped", broker_wiped, certain=True),
    Case("database connection cut", database_cut, short=(SQLITE, RABBITMQ)),
    Case("two workers, two beats", two_of_each, certain=True, short=(REDIS,)),
    Case("clock jumps an hour, and back", clock_jumps),
)
