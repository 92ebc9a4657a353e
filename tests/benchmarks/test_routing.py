"""How much routing a point costs beside a bare R-tree query of the same shapes, both timed in one run.

Not part of the suite (`norecursedirs`): `make bench` names this file. Where CENSUS_DATA names the folder of the Census
Bureau's 29,678 places and 3,231 counties, these are taken. Else two country-sized sets are made here, so that nothing
has to be downloaded: 33,000 bodies in a grid with counties over them, each outline of 60 positions.
"""

import json
import math
import os
import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from reports.geo import freshness, routing
from reports.geo.spatial_index import Body, SpatialIndex
from reports.models import Jurisdiction
from tests.benchmarks import country
from tests.benchmarks.figures import say

PLACES_ACROSS, PLACES_UP = 210, 140
COUNTIES_EVERY = 3
TIMES_A_BARE_QUERY = 3.0
POINTS = 4000


def _blob(x: float, y: float, radius: float) -> Any:
    turns = [2 * math.pi * step / 60 for step in range(60)]
    return shapely.Polygon([(x + radius * math.cos(turn), y + radius * math.sin(turn)) for turn in turns])


def _country() -> Any:
    places = [_blob(-124 + 0.27 * i, 25 + 0.16 * j, 0.1) for i in range(PLACES_ACROSS) for j in range(PLACES_UP)]
    counties = [
        shapely.box(-124 + 0.27 * i - 0.1, 25 + 0.16 * j - 0.1, -124 + 0.27 * (i + 3) - 0.1, 25 + 0.16 * (j + 3) - 0.1)
        for i in range(0, PLACES_ACROSS, COUNTIES_EVERY)
        for j in range(0, PLACES_UP, COUNTIES_EVERY)
    ]
    return np.array(places + counties)


def _points() -> list[tuple[float, float]]:
    chosen = random.Random(311)
    return [(chosen.uniform(25, 47), chosen.uniform(-124, -67)) for _ in range(POINTS)]


def _microseconds(ask: Callable[[float, float], object], points: list[tuple[float, float]]) -> float:
    """The median of five rounds, per point."""
    rounds = []
    for _ in range(5):
        start = time.perf_counter()
        for lat, long in points:
            ask(lat, long)
        rounds.append((time.perf_counter() - start) / len(points) * 1e6)
    return statistics.median(rounds)


def _real() -> Any:
    """The Census Bureau's places and counties where CENSUS_DATA names their folder, else None."""
    rows = [json.dumps(feature["geometry"]) for feature in country.census()]
    return shapely.make_valid(shapely.from_geojson(rows)) if rows else None


def _spans(ask: Callable[[float, float], object], points: list[tuple[float, float]]) -> list[float]:
    """The microseconds of each point, measured alone."""
    spans = []
    for lat, long in points:
        start = time.perf_counter()
        ask(lat, long)
        spans.append((time.perf_counter() - start) * 1e6)
    return spans


def _percentiles(spans: list[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(spans, n=100)
    return cuts[49], cuts[98]


def test_a_point_costs_at_most_three_bare_tree_queries() -> None:
    real, points = _real(), _points()
    shapes = _country() if real is None else real
    before = _memory()
    start = time.perf_counter()
    bare = shapely.STRtree(shapes.copy())
    bare_build, bare_memory = time.perf_counter() - start, _memory() - before
    start, before = time.perf_counter(), _memory()
    index = SpatialIndex([Body(i, f"Body {i}", f"body-{i}", 1.0 + i) for i in range(len(shapes))], shapes)
    build, memory = time.perf_counter() - start, _memory() - before
    assert [sorted(index.covering(*point)) for point in points[:200]] == [
        sorted(bare.query(shapely.Point(long, lat), predicate="intersects").tolist()) for lat, long in points[:200]
    ]
    ours: list[float] = []
    theirs: list[float] = []
    for part in range(0, len(points), 400):  # by turns
        some = points[part : part + 400]
        theirs += _spans(lambda lat, long: bare.query(shapely.Point(long, lat), predicate="intersects"), some)
        ours += _spans(index.covering, some)
    (bare50, bare99), (p50, p99) = _percentiles(theirs), _percentiles(ours)
    kind = "made" if real is None else "real"
    say(
        f"routing a point among {len(shapes)} {kind} bodies, p50 beside a bare tree's",
        p50 / bare50,
        f"at most {TIMES_A_BARE_QUERY}",
        f"p50 {p50:.1f} and {bare50:.1f} us; p99 {p99:.1f} and {bare99:.1f} us ({p99 / bare99:.2f} times); built in "
        f"{build:.2f} and {bare_build:.2f} s; memory {memory / 2**20:.0f} and {bare_memory / 2**20:.0f} MiB",
        "test_routing.py",
        "tree_queries",
    )
    assert p50 <= TIMES_A_BARE_QUERY * bare50
    assert p99 <= TIMES_A_BARE_QUERY * bare99


def _memory() -> int:
    """Bytes that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.django_db(transaction=True)
def test_what_asking_for_changes_costs() -> None:
    shapes, points = _country(), _points()[:200]
    rows = [
        Jurisdiction(
            name=f"Body {i}",
            slug=f"body-{i}",
            area=1.0 + i,
            boundary={"type": "MultiPolygon", "coordinates": [[shapely.get_coordinates(shape).tolist()]]},
        )
        for i, shape in enumerate(shapes)
    ]
    Jurisdiction.objects.bulk_create(rows, batch_size=500)
    start = time.perf_counter()
    freshness.index()
    build = time.perf_counter() - start
    quiet = _microseconds(lambda *_point: freshness.stamp(), points)
    after_a_write = _microseconds(lambda *_point: freshness._ask(), points[:5])
    whole = _microseconds(routing.jurisdictions_at, points)
    print(
        f"\n{len(shapes)} bodies: built in {build:.2f} s; change asked for in {quiet:.0f} us, after a write in "
        f"{after_a_write:.0f} us; jurisdictions_at with its rows {whole:.0f} us"
    )
    assert quiet <= after_a_write * 1.5
    assert build < 30
