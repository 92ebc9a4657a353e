"""What a digest run costs: `python -m tests.benchmarks.digesting AREAS NEW...` on a copy of a filled database.

Makes so many watch areas, circles and a body's areas as people draw them, each with a follower; then, for each NEW,
files so many reports, and does what beat does once a day: notices what is new, owes the digests and sends some. Prints
JSON.
"""

import gc
import json
import os
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np

from tests.benchmarks.million import END, SEED

COPIED: Final = (
    "jurisdiction_id", "endpoint_id", "service_id", "service_code", "service_name", "group", "lat", "long",
    "address_string", "description",
)  # fmt: skip
SENT: Final = 100  # digests of each run that are sent, to say what one costs
Draw = np.random.Generator


@dataclass(frozen=True, slots=True)
class Run:
    """One day's: seconds to notice, to owe, and to send one; the queries of the first two; what came of it."""

    new: int
    notice: float
    owe: float
    send: float
    queries: int
    items: int
    digests: int
    exact_tests: int
    process: int


def main(areas: int, news: list[int]) -> None:
    """Make the areas, then measure."""
    import django

    django.setup()
    from reports import clock
    from reports.browsing import watch_areas

    draw = np.random.default_rng([SEED, areas])
    with clock.at(END):
        _make_areas(areas, draw)
    began = time.perf_counter()
    built = watch_areas.index()
    took = time.perf_counter() - began
    assert len(built.areas) == areas
    day(END + timedelta(hours=1), 0, draw)  # the first one says where to begin, and fills what processes remember
    runs = [day(END + timedelta(days=1 + number), new, draw) for number, new in enumerate(news)]
    print(json.dumps({"areas": areas, "index_seconds": took, "runs": [asdict(run) for run in runs]}))


def day(now: Any, new: int, draw: Draw) -> Run:
    """File, notice, owe, send."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from reports import clock
    from reports.browsing import watch_areas, watching
    from reports.models import Digest, NotificationState, WatchItem
    from reports.notifications import digest_mails, digests

    with clock.at(now):
        _file(new, draw)
        before, held = watch_areas.index().exact_tests, WatchItem.objects.count()
        owed = Digest.objects.count()
        with CaptureQueriesContext(connection) as captured:
            notice, _found = _seconds(watching.notice)
            owe, _queued = _seconds(lambda: digests.queue_due(at_once=False))
        sending, sent = _seconds(lambda: digest_mails.send_due(limit=SENT))
        # The others go too before the next day: one that waits would be written anew with what is new then.
        Digest.objects.filter(state=NotificationState.QUEUED).update(state=NotificationState.SENT)
        return Run(
            new=new, notice=notice, owe=owe, send=sending / sent if sent else 0.0, queries=len(captured),
            items=WatchItem.objects.count() - held, digests=Digest.objects.count() - owed,
            exact_tests=watch_areas.index().exact_tests - before, process=_memory(),
        )  # fmt: skip


def _seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    done = work()
    return time.perf_counter() - began, done


def _memory() -> int:
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _make_areas(count: int, draw: Draw) -> None:
    """Nine in ten are circles of 300 m to 3 km round where something was reported, the others a whole body's area."""
    from reports import clock
    from reports.browsing.filters import Circle
    from reports.browsing.watch_areas import ring_of
    from reports.models import Jurisdiction, ServiceRequest, WatchArea, WatchSubscription

    last = ServiceRequest.objects.order_by("-pk").values_list("pk", flat=True)[0]
    somewhere = draw.integers(1, last, count).tolist()
    places = {pk: place for pk, *place in _in_batches(ServiceRequest, somewhere, "pk", "lat", "long")}
    all_bodies = list(Jurisdiction.objects.order_by("pk").values_list("pk", "boundary")[:200])
    bodies = all_bodies[100:] or all_bodies  # the small ones, where there are so many
    areas = []
    for number, pk in enumerate(somewhere):
        if number % 10 == 0:
            body, shape = bodies[number // 10 % len(bodies)]
            areas.append(WatchArea(name="A city", shape=shape, body_id=body))
            continue
        lat, long = places[pk]
        circle = {"lat": lat, "long": long, "metres": float(draw.integers(300, 3000))}
        services = ["Pothole", "Graffiti"] if number % 5 == 0 else []
        words = "school" if number % 7 == 0 else ""
        areas.append(
            WatchArea(name="Here", shape=ring_of(Circle(**circle)), circle=circle, services=services, words=words)
        )
    WatchArea.objects.bulk_create(areas, batch_size=500)
    now = clock.now()
    WatchSubscription.objects.bulk_create(
        (
            WatchSubscription(area=area, email=f"p{number}@example.org", confirmed_at=now, due_at=now, created_at=now)
            for number, area in enumerate(areas)
        ),
        batch_size=500,
    )


def _in_batches(model: Any, keys: list[int], *names: str) -> list[Any]:
    rows: list[Any] = []
    for start in range(0, len(keys), 500):
        rows += model.objects.filter(pk__in=keys[start : start + 500]).values_list(*names)
    return rows


def _file(count: int, draw: Draw) -> None:
    """Reports as there were, filed anew: the same places, services and words."""
    from reports import clock
    from reports.models import ServiceRequest

    last = ServiceRequest.objects.order_by("-pk").values_list("pk", flat=True)[0]
    now = clock.now()
    rows = _in_batches(ServiceRequest, draw.choice(min(last, 10_000), count, replace=False).tolist(), *COPIED)
    for start in range(0, len(rows), 500):
        ServiceRequest.objects.bulk_create(
            ServiceRequest(
                **dict(zip(COPIED, row, strict=True)), submit_key=uuid.uuid4(), status="sent",
                requested_datetime=now, updated_datetime=now,
            )
            for row in rows[start : start + 500]
        )  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]), [int(each) for each in sys.argv[2:]])
