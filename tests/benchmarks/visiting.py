"""How long the pages of a filled database take: `python -m tests.benchmarks.visiting` prints what it measured as JSON.

Whole requests through every middleware, brotli included, in one process whose index is there; the time of the networks
and of gunicorn is not in it. The present is the end of the made-up years, so that a database that is kept stays as new.
"""

import gc
import json
import math
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Final

from tqdm import tqdm

from tests.benchmarks.million import END

CALLS: Final = int(os.environ.get("BENCH_CALLS", "60"))
COUNTED: Final = 6  # calls of which the queries are counted
VIEW: Final = (1280, 720)  # pixels of the map
ZOOMS: Final = range(3, 20)
BUSY: Final = 20  # bodies, and in each its busiest spot


@dataclass(frozen=True, slots=True)
class Page:
    """What is asked for, again and again: addresses, or work that is no page. `map` marks the views of the map."""

    name: str
    asks: list[Any]
    headers: dict[str, str] = field(default_factory=dict)
    call: Callable[[Any], Any] | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """What one page took: milliseconds of half and of 95 in 100 calls, those of this process's processor
    in half of them, queries of the worst of some, its status.

    A page that answers with an error is not measured any further.
    """

    p50: float
    p95: float
    cpu: float
    queries: int
    status: int
    size: int


def main() -> None:
    """Measure, and print."""
    import django

    django.setup()
    from reports import clock
    from reports.browsing import index

    before, began = _memory(), time.perf_counter()
    built = index.current()
    took, after = time.perf_counter() - began, _memory()
    with clock.at(END + timedelta(minutes=10)):
        wanted = sys.argv[1:]
        chosen = [page for page in _pages(built) if not wanted or any(page.name.startswith(each) for each in wanted)]
        pages = {page.name: asdict(_visit(page)) for page in tqdm(chosen, unit=" pages")}
    facts = {"seconds": took, "bytes": after - before, "process": _memory(), "rows": len(built)}
    print(json.dumps({"index": facts, "pages": pages}))


def _memory() -> int:
    """Bytes that this process holds."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _visit(page: Page) -> Visit:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(raise_request_exception=False)
    headers = {"Accept-Encoding": "br"} | page.headers

    def ask(what: Any) -> tuple[int, int]:
        if page.call:
            return 200, len(page.call(what))
        answer = client.get(what, headers=headers)
        return answer.status_code, len(answer.getvalue())

    if page.headers.get("If-None-Match"):
        headers["If-None-Match"] = client.get(page.asks[0], headers={"Accept-Encoding": "br"}).headers.get("ETag", "")
    queries, statuses, sizes = [], set(), []
    for what in islice(cycle(page.asks), COUNTED):
        with CaptureQueriesContext(connection) as captured:
            status, size = ask(what)
        queries.append(len(captured))
        statuses.add(status)
        sizes.append(size)
        if status >= 400:
            return Visit(0, 0, 0, len(captured), status, size)
    gc.collect()
    spans, busy = [], []
    for what in islice(cycle(page.asks), CALLS):
        began, worked = time.perf_counter(), time.process_time()
        ask(what)
        spans.append((time.perf_counter() - began) * 1e3)
        busy.append((time.process_time() - worked) * 1e3)
    p50, p95 = statistics.median(spans), statistics.quantiles(spans, n=20)[18]
    return Visit(p50, p95, statistics.median(busy), max(queries), max(statuses), max(sizes))


def _pages(index: Any) -> Iterator[Page]:
    """Every page, at places and with words that both a small and a large database have."""
    bodies = _bodies(index)
    spots = _spots(index, [pk for pk, _slug in bodies])
    slugs = [slug for _pk, slug in bodies]
    yield from _map(spots, slugs)
    yield from _lists(slugs)
    yield from _searches(slugs)
    yield from _single(slugs)
    yield from _feeds(slugs)
    yield Page("nearest duplicates", _places(spots), call=_candidates)


def _bodies(index: Any) -> list[tuple[int, str]]:
    """The bodies with the most reports."""
    import numpy as np

    from reports.models import Jurisdiction

    counts = np.bincount(index.body)
    largest = [int(pk) for pk in np.argsort(-counts, kind="stable")[:BUSY]]
    slugs = dict(Jurisdiction.objects.filter(pk__in=largest).values_list("pk", "slug"))
    return [(pk, slugs[pk]) for pk in largest]


def _spots(index: Any, bodies: list[int]) -> list[tuple[float, float]]:
    """In each body the square of some 500 m with the most reports: lat and long of its middle."""
    import numpy as np

    found = []
    for pk in bodies:
        here = index.pointed & (index.body == pk)
        cells, counts = np.unique(
            np.round(np.column_stack((index.lat[here], index.long[here])) * 200), axis=0, return_counts=True
        )
        lat, long = cells[np.argmax(counts)] / 200
        found.append((float(lat), float(long)))
    return found


def _view(spot: tuple[float, float], zoom: int, step: int) -> str:
    """A part of the map round a spot, a little off it: `bbox` and `zoom`."""
    degrees = 360 / (256 * 2**zoom)
    lat, long = spot[0] + (step - 1) * 97 * degrees, spot[1] + (step - 1) * 131 * degrees
    wide, high = VIEW[0] / 2 * degrees, VIEW[1] / 2 * degrees * math.cos(math.radians(lat))
    box = (max(long - wide, -180), max(lat - high, -85), min(long + wide, 180), min(lat + high, 85))
    return f"bbox={','.join(f'{side:.6f}' for side in box)}&zoom={zoom}"


def _filters(slugs: list[str]) -> list[str]:
    """Each filter alone, and some together."""
    return [
        f"body={slugs[0]}", f"body={slugs[12]}", "status=open", "status=closed&ended=all", "service=Pothole",
        "group=Streets", "since=2026-06-01", "since=2024-01-01&until=2024-12-31&ended=all", "q=aldham", "q=hole",
        f"body={slugs[1]}&status=open&service=Graffiti", "q=broken+light&status=open", "ended=all",
    ]  # fmt: skip


def _map(spots: list[tuple[float, float]], slugs: list[str]) -> Iterator[Page]:
    filters = _filters(slugs)
    for zoom in ZOOMS:
        views = [_view(spot, zoom, step) for step in range(3) for spot in spots]
        yield Page(f"map, zoom {zoom}", [f"/requests/map.geojson?{view}" for view in views])
        filtered = [f"/requests/map.geojson?{view}&{each}" for view, each in zip(views, cycle(filters), strict=False)]
        yield Page(f"map, zoom {zoom}, filtered", filtered)
    yield Page("map page", ["/requests/map/", *(f"/requests/map/?{each}" for each in filters)])


def _lists(slugs: list[str]) -> Iterator[Page]:
    yield Page("list, first page", ["/requests/"])
    yield Page("list, deep page", [f"/requests/?page={number}" for number in range(300, 360)])
    yield Page("list, filtered", [f"/requests/?{each}" for each in _filters(slugs)])
    yield Page("list, mirrored", ["/requests/mirrored/"])


def _searches(slugs: list[str]) -> Iterator[Page]:
    kinds = {
        "rare word": ("zelucci", "everinho", "cransnen", "delsdahl", "brookstrand"),
        "middling word": ("aldbury", "playground", "mattresses", "raccoon", "semaforo"),
        "very common word": ("the", "pothole", "street", "hole", "avenue"),
        "one letter": ("a", "s", "b", "p", "t"),
        "two words": ("broken+light", "pothole+school", "street+soon", "the+bury", "a+b"),
    }
    for name, words in kinds.items():
        yield Page(f"search, {name}", [f"/requests/?q={each}" for each in words])
    yield Page("search, with a body", [f"/requests/?q=hole&body={slug}" for slug in slugs])


def _single(slugs: list[str]) -> Iterator[Page]:
    from reports.models import ServiceRequest, Submission

    count = ServiceRequest.objects.order_by("-pk").values_list("pk", flat=True)[0]
    some = [count * number // 61 for number in range(1, 61)]
    shown = ServiceRequest.objects.filter(pk__in=some, hidden=False, taken_away_at=None)
    references = list(shown.values_list("reference", flat=True))
    numbers = Submission.objects.filter(request__in=some).exclude(service_request_id="")
    yield Page("request", [f"/requests/{each}/" for each in references])
    yield Page("find by number", [
        f"/requests/find/?number={each}" for each in numbers.values_list("service_request_id", flat=True)
    ])  # fmt: skip
    yield Page("home", ["/"])
    yield Page("bodies", ["/bodies/"])
    yield Page("body, the largest", [f"/bodies/{slugs[0]}/"])
    yield Page("body, the twentieth", [f"/bodies/{slugs[19]}/"])
    yield Page("coverage", ["/coverage/"])


def _feeds(slugs: list[str]) -> Iterator[Page]:
    filters = ["", *(f"?{each}" for each in _filters(slugs) if "ended" not in each)]
    for kind in ("atom", "rss", "geojson", "kml", "csv", "ics"):
        yield Page(f"feed, {kind}", [f"/requests/feed.{kind}{each}" for each in filters])
    yield Page("feed, not changed", ["/requests/feed.atom"], {"If-None-Match": "known"})


def _places(spots: list[tuple[float, float]]) -> list[Any]:
    from reports.models import Jurisdiction, Service

    chosen = Service.objects.filter(service_name="Pothole", endpoint__jurisdiction__in=Jurisdiction.objects.all())
    service = chosen.select_related("override", "endpoint").order_by("pk")[0]
    return [({"lat": lat, "long": long, "place_meant": "point"}, service) for lat, long in spots]


def _candidates(asked: Any) -> Any:
    from reports.delivery import nearby

    return nearby.candidates(*asked)


if __name__ == "__main__":
    main()
