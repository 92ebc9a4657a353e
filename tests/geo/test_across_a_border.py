"""Near a border the systems of both sides are asked what they take, and those that take nothing are not named."""

import pytest

from reports.delivery import catalogue
from reports.geo import routing, spots
from reports.geo.spots import Spot
from reports.models import Endpoint
from reports.views.whereabouts import look
from tests.delivery.by_place import listed, make_by_place
from tests.dialects.canned import canned
from tests.factories import LAT, LONG, make_endpoint, make_jurisdiction, make_service, square

pytestmark = pytest.mark.django_db
BORDER = LONG + 0.0499


@pytest.fixture
def east(monkeypatch: pytest.MonkeyPatch) -> Endpoint:
    """A body across the border, whose services depend on the place."""
    return make_by_place(monkeypatch, jurisdiction=make_jurisdiction("East", boundary=square(LAT, LONG + 0.1)))


def test_what_depends_on_the_place_is_asked_for_across_the_border_too(east: Endpoint) -> None:
    make_service(make_endpoint(make_jurisdiction("West")), service_name="Pothole")
    with canned(listed("bench")):
        found = look(LAT, BORDER)
    assert [service.service_name for service in found.services] == ["Pothole", "Bench"]
    assert [body.name for body in found.sides] == ["West", "East"]


def test_a_side_chosen_from_outside_has_its_services(east: Endpoint) -> None:
    with canned(listed("bench")):
        found = look(LAT, BORDER, side=east.jurisdiction_id)
    assert found.covered
    assert [service.service_name for service in found.services] == ["Bench"]


def test_a_body_that_takes_nothing_here_is_no_side(east: Endpoint) -> None:
    make_service(make_endpoint(make_jurisdiction("West")), service_name="Pothole")
    with canned(listed()) as city:
        found = look(LAT, BORDER)
        assert len(city.calls) == 1
    assert found.near_border == ()
    assert found.sides == ()
    assert [body.name for body in spots.answering(Spot(LAT, BORDER, side=east.jurisdiction_id))] == ["West"]
    assert routing.endpoints_by_place(LAT, BORDER) == [east], "it is asked again when its answer is old"
    assert [listing.fresh for listing in catalogue.ask_around(LAT, BORDER)] == [True]
