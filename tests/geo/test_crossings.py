"""Outlines that cross all the time are refused before anything is computed of them, and none that occur in life."""

import math
import random
from typing import Any

import pytest
import shapely

from reports.geo import crossings
from reports.geo.boundaries import BoundaryError, clean


def star(corners: int) -> list[list[float]]:
    """A ring from one chance point to the next."""
    chance = random.Random(1)
    ring = [[chance.uniform(-90, -89), chance.uniform(39, 40)] for _corner in range(corners)]
    return [*ring, ring[0]]


def jagged(corners: int) -> list[list[float]]:
    """A coast: it never crosses itself."""
    chance = random.Random(1)
    turns = [(math.tau * each / corners, 0.2 + 0.00001 * chance.random()) for each in range(corners)]
    ring = [[-89.65 + far * math.cos(turn), 39.78 + far * math.sin(turn)] for turn, far in turns]
    return [*ring, ring[0]]


def strips(count: int) -> list[list[list[list[float]]]]:
    """As many strips from west to east as from south to north, all across each other."""
    boxes: list[tuple[float, ...]] = [(-90, 39 + each / count, -89, 39 + (each + 0.5) / count) for each in range(count)]
    boxes += [(-90 + each / count, 39, -90 + (each + 0.5) / count, 40) for each in range(count)]
    return [
        [[[west, south], [east, south], [east, north], [west, north], [west, south]]]
        for west, south, east, north in boxes
    ]


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Polygon", "coordinates": [star(2_000)]},
        {"type": "Polygon", "coordinates": [star(50_000)]},
        {"type": "MultiPolygon", "coordinates": strips(1_000)},
        {"type": "MultiPolygon", "coordinates": strips(1)[:1] * 5_000},
    ],
    ids=["star", "large star", "grid", "one upon another"],
)
def test_what_would_take_minutes_and_gigabytes_is_refused(geometry: dict[str, Any]) -> None:
    with pytest.raises(BoundaryError):
        clean(geometry)


def test_a_few_crossings_and_many_positions_are_no_trouble() -> None:
    coast = jagged(20_000)
    long, lat = coast[5]
    coast[5:6] = [[long, lat], [long + 0.001, lat + 0.001], [long + 0.001, lat], [long, lat + 0.001]]  # a loop
    assert not crossings.are_too_many([shapely.Polygon(coast), shapely.Polygon(coast)])
    assert "crossing outlines repaired" in clean({"type": "Polygon", "coordinates": [coast]}).repairs
    assert clean({"type": "MultiPolygon", "coordinates": strips(5)}).area > 1


def test_a_bow_is_counted_once() -> None:
    bow = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    assert not crossings.are_too_many([bow])
