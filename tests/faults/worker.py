"""A worker in which something is wrong: it dies at a named point, its clock jumps, its database has no patience.

python -m tests.faults.worker [--die-at POINT --times N --deaths FILE] [--clock FILE] [--patience SECONDS] worker ...
"""

import argparse
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, Self


def shift_clock(path: Path) -> None:
    """From now on this process's wall clock is off by the seconds that the file holds; 0 without one.

    What tells the time here: our own clock, Celery's (beat's schedule, the expiry of messages as they are sent) and
    the worker's look at that expiry. Time-outs count on the monotonic clock, which does not jump.
    """
    from celery import Celery
    from celery.worker import request

    from reports import clock

    def offset() -> timedelta:
        try:
            return timedelta(seconds=float(path.read_text() or 0))
        except FileNotFoundError:
            return timedelta(0)

    def shifted(original: Callable[..., datetime]) -> Callable[..., datetime]:
        def now(*arguments: Any) -> datetime:
            return original(*arguments) + offset()

        return now

    class Shifted(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            moment = datetime.now(tz) + offset()
            return cls.fromtimestamp(moment.timestamp(), tz)

    clock.now = shifted(clock.now)
    Celery.now = shifted(Celery.now)  # type: ignore[method-assign]  # that is what a shifted clock is
    request.datetime = Shifted


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.worker")
    parser.add_argument("--die-at", default="")
    parser.add_argument("--times", type=int, default=0)
    parser.add_argument("--deaths", type=Path)
    parser.add_argument("--clock", type=Path)
    parser.add_argument("--patience", type=float)
    options, celery = parser.parse_known_args()
    if options.clock:
        shift_clock(options.clock)  # before any model takes the clock for its defaults
    import django

    from civic.celery import app

    django.setup()
    if options.patience is not None:
        from django.db import connections

        connections.databases["default"].setdefault("OPTIONS", {})["timeout"] = options.patience
    if options.die_at:
        from tests.faults import points

        points.install(options.die_at, options.times, options.deaths)
    app.worker_main(celery)


if __name__ == "__main__":
    main()
