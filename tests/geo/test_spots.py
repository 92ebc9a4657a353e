"""A draft's place: across a border, and in words alone."""

import pytest

from reports.geo import routing, spots
from reports.geo.spots import Spot
from tests.factories import LAT, LONG, make_endpoint, make_jurisdiction, make_service, square

pytestmark = pytest.mark.django_db
BORDER = LONG + 0.0499


def names(spot: Spot) -> list[str]:
    return [service.service_name for service in spots.offer(spot).services]


@pytest.fixture
def towns():
    west, east = make_jurisdiction("West"), make_jurisdiction("East", boundary=square(LAT, LONG + 0.1))
    make_service(make_endpoint(west), service_name="Pothole")
    make_service(make_endpoint(east), service_name="Bench")
    return west, east


def test_the_side_orders_bodies_and_services(towns) -> None:
    _west, east = towns
    assert names(Spot(LAT, BORDER)) == ["Pothole", "Bench"]
    assert names(Spot(LAT, BORDER, side=east.pk)) == ["Bench", "Pothole"]
    assert [body.name for body in spots.answering(Spot(LAT, BORDER, side=east.pk))] == ["East", "West"]
    assert [near.jurisdiction.name for near in spots.across(Spot(LAT, BORDER))] == ["East"]
    assert spots.across(Spot(LAT, BORDER, side=east.pk)) == []
    assert names(Spot(LAT, LONG)) == ["Pothole"]


def test_a_side_that_is_no_neighbour_changes_nothing(towns) -> None:
    _west, east = towns
    far = make_jurisdiction("Far", boundary=square(10, 10))
    for spot in (Spot(LAT, BORDER, side=far.pk), Spot(LAT, LONG, side=east.pk), Spot(LAT, BORDER, side=999_999)):
        assert [body.name for body in spots.answering(spot)] == ["West"]


def test_in_words_only_systems_that_take_words(towns) -> None:
    west, _east = towns
    make_service(make_endpoint(west, dialect="chicago"), service_name="Rats")
    make_service(make_endpoint(west, options={"required": ["lat_long"]}), service_name="Trees")
    make_service(make_endpoint(west, dialect="unknown"), service_name="Nothing")
    offer = spots.offer(Spot(LAT, LONG, body=west.pk))
    assert [service.service_name for service in offer.services] == ["Pothole"]
    assert offer.want_a_point == 3


def test_a_body_that_is_gone_answers_nowhere(towns) -> None:
    west, _east = towns
    west.active = False
    west.save()
    assert spots.answering(Spot(LAT, LONG, body=west.pk)) == []
    assert names(Spot(LAT, LONG, body=west.pk)) == []
    assert routing.point_inside(west) is None
    assert routing.bounds(west) is None


def test_the_point_inside_lies_inside_whatever_the_shape() -> None:
    corners = [[0, 0], [4, 0], [4, 4], [0, 4], [0, 3], [3, 3], [3, 1], [0, 1], [0, 0]]  # a hook round its own middle
    hook = make_jurisdiction("Hook", boundary={"type": "MultiPolygon", "coordinates": [[corners]]})
    point = routing.point_inside(hook)
    assert point is not None
    assert routing.covered(*point)
    assert not routing.covered(2, 1)
    assert routing.bounds(hook) == (0, 0, 4, 4)
    assert routing.point_inside(hook) == point
