"""Reports gathered for a map: nothing lost, nothing on top of another, however many and wherever on Earth."""

import math
from typing import Any

import numpy as np
import pytest

from reports.browsing.clusters import APART, DEEPEST, MANY, MOST, Cluster, clusters
from reports.browsing.filters import Box, Filter, matching
from reports.browsing.index import _COLUMNS, STATUSES, Columns, Index, Names

WORLD = Box(-180, -90, 180, 90)
OPEN, CLOSED = STATUSES.index("sent"), STATUSES.index("closed")


def index_of(lat: Any, long: Any, *, closed: int = 0) -> Index:
    """Public reports at these points, the first ones closed; their keys are 1, 2, 3 and so on."""
    columns = {name: np.zeros(len(lat), kind) for name, kind in _COLUMNS.items()}
    columns |= {"lat": np.array(lat, float), "long": np.array(long, float), "pk": np.arange(len(lat)) + 1}
    columns["status"][:] = OPEN
    columns["status"][:closed] = CLOSED
    columns["public"][:] = columns["pointed"][:] = True
    return Index(Columns(columns), Names(), Names())


def shown(index: Index, box: Box, zoom: int) -> list[Cluster]:
    return clusters(matching(Filter(box=box), index), box, zoom)


def scattered(count: int) -> Index:
    """Reports round a dozen towns, many in few of them, some all over the world."""
    random = np.random.default_rng(7)
    towns = random.uniform((-60, -180), (70, 180), (12, 2))
    at = towns[np.minimum(random.geometric(0.3, count) - 1, 11)] + random.normal(0, 0.2, (count, 2))
    at[::10] = random.uniform((-90, -180), (90, 180), (len(at[::10]), 2))
    return index_of(np.clip(at[:, 0], -90, 90), np.clip(at[:, 1], -180, 180), closed=count // 3)


def pixels(cluster: Cluster, zoom: int) -> tuple[float, float]:
    world = 256 * 2**zoom
    lat = math.radians(max(min(cluster.lat, 85.0511), -85.0511))
    return (cluster.long + 180) / 360 * world, (1 - math.asinh(math.tan(lat)) / math.pi) / 2 * world


def test_one_alone_keeps_its_key_and_place() -> None:
    [one] = shown(index_of([41.5], [-87.25]), Box(-88, 41, -87, 42), 10)
    assert (one.key, one.count, one.open, one.lat, one.long, one.listed) == (1, 1, 1, 41.5, -87.25, False)
    assert one.box == Box(-87.25, 41.5, -87.25, 41.5)


def test_what_is_near_is_together_and_says_how_many_are_open() -> None:
    index = index_of([41.5, 41.501, 41.9], [-87.5, -87.501, -87.1], closed=1)
    far, near = shown(index, Box(-88, 41, -87, 42), 10)
    assert (far.key, far.count) == (3, 1)
    assert (near.key, near.count, near.open, near.listed) == (None, 2, 1, False)
    assert near.box == Box(-87.501, 41.5, -87.5, 41.501)
    assert near.lat == pytest.approx(41.5005)


def test_the_edge_of_a_square_does_not_part_neighbours() -> None:
    """The squares of zoom 10 meet at 0° 0°; markers to both sides of that would lie on top of each other."""
    [all_] = shown(index_of([0.001, -0.001, 0.001], [0.001, 0.001, -0.001]), Box(-1, -1, 1, 1), 10)
    assert all_.count == 3
    assert all_.box == Box(-0.001, -0.001, 0.001, 0.001)


@pytest.mark.parametrize("zoom", range(0, DEEPEST + 1, 2))
def test_nothing_is_lost_and_no_marker_overlaps_another(zoom: int) -> None:
    index = scattered(5000)
    found = shown(index, WORLD, zoom)
    assert len(found) <= MOST
    assert sum(each.count for each in found) == 5000
    assert sum(each.open for each in found) == 5000 - 5000 // 3
    drawn = int(found[0].name.split("-")[0])
    assert drawn <= zoom
    at = np.array([pixels(each, drawn) for each in found])
    apart = np.abs(at[:, None] - at[None, :]).max(axis=2) + np.eye(len(at)) * APART
    assert apart.min() >= APART


def test_each_box_holds_what_it_counts_and_keys_are_the_lone_ones() -> None:
    index = scattered(3000)
    for each in shown(index, WORLD, 3):
        inside = each.box.holds(index.lat, index.long)
        assert inside.sum() >= each.count
        if each.key is not None:
            assert (index.lat[each.key - 1], index.long[each.key - 1]) == (each.lat, each.long)
    assert shown(index, WORLD, 3) == shown(index, WORLD, 3)


def test_so_many_that_it_would_take_long_have_their_square_for_a_box() -> None:
    random = np.random.default_rng(3)
    lat, long = random.uniform(41.90, 41.91, MANY + 1), random.uniform(-87.91, -87.90, MANY + 1)
    [one] = shown(index_of(lat, long), Box(-88, 41, -87, 42), 8)
    assert one.count == MANY + 1
    assert one.box.holds(lat, long).all()
    assert one.box.east - one.box.west == pytest.approx(360 / 1024)


def test_more_than_the_steps_of_latitude_fall_into_the_same_squares() -> None:
    few = scattered(20_000)
    many = index_of(np.tile(few.lat, 3), np.tile(few.long, 3))
    once, thrice = (shown(each, WORLD, 2) for each in (few, many))
    assert sum(each.count for each in thrice) == 60_000
    assert abs(len(once) - len(thrice)) <= 2


@pytest.mark.parametrize("zoom", [3, 12])
def test_across_the_180th_meridian(zoom: int) -> None:
    index = index_of([-17.0, -17.0, -17.0], [179.9999, -179.9999, -178.0])
    east, *others = sorted(shown(index, Box(179, -20, -177, -10), zoom), key=lambda each: -each.count)
    assert east.count + sum(each.count for each in others) == 3
    if zoom == 12:
        assert east.count == 2
        assert east.box.west == 179.9999
        assert east.box.east == pytest.approx(-179.9999)
        assert abs(east.long) > 179.99


@pytest.mark.parametrize("box", [Box(5, 5, 5, 5), Box(-180, 5, 180, 5), Box(5, -90, 5, 90)])
@pytest.mark.parametrize("zoom", [-3, 0, 19, 99])
def test_a_box_without_a_size(box: Box, zoom: int) -> None:
    [one] = shown(index_of([5.0, 6.0], [5.0, 6.0]), box, zoom)
    assert one.key == 1


def test_the_poles_and_the_edges_of_the_world() -> None:
    found = shown(index_of([90.0, -90.0, 0.0, 0.0], [0.0, 0.0, 180.0, -180.0]), WORLD, 4)
    assert sorted(each.key or 0 for each in found) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("apart", "zoom", "listed"),
    [(0.0, 3, True), (0.00002, 3, True), (0.01, 3, False), (0.0002, 16, False), (0.0002, 17, True)],
)
def test_many_at_one_point_are_listed(apart: float, zoom: int, listed: bool) -> None:
    [one] = shown(index_of([41.5, 41.5], [-87.5, -87.5 + apart]), Box(-87.51, 41.499, -87.48, 41.501), zoom)
    assert (one.count, one.listed) == (2, listed)


def test_going_nearer_takes_everything_apart_or_lists_it() -> None:
    index, box, zoom = scattered(5000), WORLD, 2
    while True:
        biggest = max(shown(index, box, zoom), key=lambda each: each.count)
        if biggest.count == 1 or biggest.listed:
            break
        box, zoom = biggest.box, zoom + 1
    assert zoom <= 19


def test_nothing_in_view_is_no_cluster() -> None:
    assert shown(index_of([1.0], [1.0]), Box(5, 5, 6, 6), 5) == []
    assert shown(index_of([], []), WORLD, 5) == []
