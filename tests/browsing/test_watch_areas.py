"""Areas as shapes, zones and words, whatever is new in them."""

import json
import math
from collections.abc import Iterator

import numpy as np
import pytest
import shapely

from reports.browsing import watch_areas, watching
from reports.browsing.filters import Circle
from reports.geo import boundaries
from tests.factories import LAT, LONG, make_jurisdiction, make_service_request, square
from tests.watched import make_area, make_watch

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _looked_before() -> Iterator[None]:
    watching.notice()
    yield
    watch_areas._current = None


def test_zones() -> None:
    make_jurisdiction(time_zone="America/Chicago")
    other = make_jurisdiction(boundary=square(10, 10), time_zone="Europe/Madrid")
    area, of_body, nowhere = make_area(), make_area(lat=50, body=other), make_area(lat=-50)
    zones = [str(watch_areas.zone_of(each)) for each in (area, of_body, nowhere)]
    assert zones == ["America/Chicago", "Europe/Madrid", "UTC"]
    for each in (area, of_body, nowhere):
        make_watch(each)
    index = watch_areas.index()
    assert [str(index.zone(each.pk)) for each in (area, of_body, nowhere)] == zones
    assert str(index.zone(0)) == "UTC"


def test_a_hundred_thousand_points() -> None:
    turns = np.linspace(0, math.tau, 100_000, endpoint=False)
    ring = np.column_stack((LONG + 0.02 * np.cos(turns), LAT + 0.02 * np.sin(turns))).tolist()
    cleaned = boundaries.clean({"type": "Polygon", "coordinates": [[*ring, ring[0]]]})
    area = make_watch(make_area(shape=cleaned.multipolygon)).area
    make_service_request()
    make_service_request(lat=LAT + 0.021)
    assert watching.notice() == 1
    assert len(json.dumps(watch_areas.outline(area))) < 20_000


@pytest.mark.parametrize("circle", [Circle(0, 0, 100), Circle(89.9, 10, 20_000), Circle(-89.99, 180, 20_000),
                                    Circle(10, 180, 100), Circle(10, -180, 20_000)])  # fmt: skip
def test_rings_are_shapes_that_can_be_stored(circle: Circle) -> None:
    shape = watch_areas.ring_of(circle)
    assert shape["type"] == "MultiPolygon"
    parsed = shapely.from_geojson(json.dumps(shape))
    assert parsed.is_valid
    assert parsed.area > 0
    assert np.abs(shapely.get_coordinates(parsed)[:, 0]).max() <= 180


def test_places_in_words() -> None:
    body = make_jurisdiction("Springfield")
    assert watch_areas.described(make_area(metres=1500)).startswith("Within 1.5 km of 39.78")
    assert watch_areas.described(make_area(shape=square(half_side=0.01), body=body)) == "Springfield"
    assert "km²" in watch_areas.described(make_area(shape=square(half_side=0.01)))
