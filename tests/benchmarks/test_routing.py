"""How much routing a point costs beside a bare R-tree query of the same shapes, both timed in one run.

Not part of the suite (`norecursedirs`): `make bench` names this file. Two country-sized sets are made here, so
that nothing has to be downloaded: 33,000 bodies in a grid with counties over them, each outline of 60 positions.
"""

import math
import random
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import shapely

from reports.geo import freshness, routing
from reports.geo.spatial_index import Body, SpatialIndex
from reports.models import Jurisdiction

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


def test_a_point_costs_at_most_three_bare_tree_queries() -> None:
    shapes, points = _country(), _points()
    bare = shapely.STRtree(shapes.copy())
    index = SpatialIndex([Body(i, f"Body {i}", f"body-{i}", 1.0 + i) for i in range(len(shapes))], shapes)
    assert [sorted(index.covering(*point)) for point in points[:200]] == [
        sorted(bare.query(shapely.Point(long, lat), predicate="intersects").tolist()) for lat, long in points[:200]
    ]
    bare_cost = _microseconds(lambda lat, long: bare.query(shapely.Point(long, lat), predicate="intersects"), points)
    cost = _microseconds(index.covering, points)
    print(f"\n{len(shapes)} bodies: bare query {bare_cost:.1f} us, routing {cost:.1f} us, {cost / bare_cost:.2f} times")
    assert cost <= TIMES_A_BARE_QUERY * bare_cost


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
