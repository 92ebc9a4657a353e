"""The question pages where what is offered depends on the place, on rules, or on questions that are not there yet."""

from typing import Any

import pytest

from reports import http
from reports.delivery import gate
from reports.dialects.georeport_v2 import GeoReportV2
from reports.dialects.messages import ServiceDefinition
from reports.models import Draft, Endpoint, RoutingRule, Service, ServiceRequest
from reports.sandbox import Sandbox
from reports.views import protection
from tests.conftest import SANDBOX
from tests.delivery.by_place import definition, listed, make_by_place
from tests.dialects.canned import BASE, canned
from tests.factories import LAT, LONG, make_endpoint, make_jurisdiction, make_service, square
from tests.resident import Resident

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reporting")]
NEW_HAVEN = (41.3083, -72.9279)


def at(lat: float, long: float) -> Resident:
    """A resident who has given the place."""
    return Resident().open("/report/").fill_in(lat=str(lat), long=str(long))


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Endpoint:
    return make_by_place(monkeypatch)


def test_services_are_asked_for_at_the_place_and_offered(endpoint: Endpoint) -> None:
    with canned(listed("pothole", "graffiti")) as city:
        resident = at(LAT, LONG)
        assert "Pothole" in resident.text
        assert "Graffiti" in resident.text
        assert len(city.calls) == 1, "the place page has asked already"


def test_a_system_that_is_away_leaves_a_page_that_says_so(endpoint: Endpoint) -> None:
    with canned((503, b"")):
        resident = at(LAT, LONG)
        assert resident.heading == "What is the problem?"
        assert "could not be asked just now what it takes at this place" in resident.text
        assert "Ask" in resident.text
    other = make_endpoint(endpoint.jurisdiction)
    make_service(other, service_name="Fallen tree")
    with canned((503, b"")):
        assert "Fallen tree" in at(LAT, LONG).text


def test_a_failure_between_the_pages_loses_nothing(endpoint: Endpoint) -> None:
    with canned(listed("pothole")):
        resident = at(LAT, LONG)
    with canned((503, b"")):
        resident.fill_in(service=str(Service.objects.get().pk))
        resident.fill_in(description="Deep.")
        resident.fill_in().fill_in()
        assert resident.heading == "Check your answers"
        resident.fill_in()
    assert ServiceRequest.objects.get().service_name == "Pothole"


def test_the_map_asks_no_more_than_look_ups_are_allowed(
    endpoint: Endpoint, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    resident = Resident()
    with canned(listed("pothole")) as city:
        answer = resident.client.get("/places/here", {"lat": LAT, "long": LONG}).json()
        assert answer["services"] == 1
        monkeypatch.setattr(protection, "refuse_lookup", lambda request: protection.Refusal("Slower.", 429, 5))
        assert resident.client.get("/places/here", {"lat": LAT + 0.01, "long": LONG}).json()["services"] == 0
        assert len(city.calls) == 1


@pytest.mark.parametrize("point", [("x", "1"), ("91", "0"), ("nan", "nan"), ("", "")])
def test_no_place_is_no_place(endpoint: Endpoint, point: tuple[str, str]) -> None:
    with canned(listed("pothole")) as city:
        response = Resident().client.get("/places/here", {"lat": point[0], "long": point[1]})
        assert response.status_code == 400
        assert city.calls == []


def test_a_place_where_the_aggregate_takes_nothing_is_outside(endpoint: Endpoint) -> None:
    with canned(b"[]"):
        resident = Resident().open("/report/").fill_in(lat=str(LAT), long=str(LONG))
    assert "Nobody answers for this place here" in resident.text
    assert "0 m" not in resident.text


def test_why_another_body_deals_with_it_stands_beside_the_service() -> None:
    city, state = make_jurisdiction("City"), make_jurisdiction("State", boundary=square(10, 10))
    make_service(make_endpoint(city), service_name="Signal")
    theirs = make_service(make_endpoint(state), service_name="Signal out")
    RoutingRule.objects.create(jurisdiction=city, to=state, words="signal", reason="The State runs these signals.")
    resident = at(LAT, LONG)
    assert "Handled by State. The State runs these signals." in resident.text
    resident.fill_in(service=str(theirs.pk)).fill_in(description="Dark.").fill_in().fill_in().fill_in()
    assert ServiceRequest.objects.get().jurisdiction == state


# --- questions that are not there yet -------------------------------------------------------------------------------


@pytest.fixture
def asking() -> Service:
    """A service that has questions, which were never fetched."""
    endpoint = make_endpoint(base_url=BASE, options={"formats": ["json"]})
    return make_service(endpoint, service_code="a", service_name="Pothole", metadata=True)


def test_questions_are_fetched_when_the_service_is_chosen(asking: Service) -> None:
    with canned(definition("a", "How deep")) as city:
        resident = at(LAT, LONG).fill_in(service=str(asking.pk))
        assert "How deep" in resident.text
        resident.fill_in(attribute_How_20_deep="A foot", description="Deep.")
        assert len(city.calls) == 1
    resident.fill_in().fill_in()
    assert "A foot" in resident.text
    resident.fill_in()
    assert ServiceRequest.objects.get().attributes[0]["values"][0]["key"] == "A foot"


def test_questions_that_cannot_be_had_are_said_and_nothing_is_lost(asking: Service) -> None:
    with canned((503, b"")):
        resident = at(LAT, LONG).fill_in(service=str(asking.pk), status=503)
        assert "questions cannot be had just now" in resident.heading
        url = resident.url
        response = resident.client.post(url, {"description": "Typed blindly"})
        assert response.status_code == 503
    with canned(definition("a", "How deep")):
        resident.follow("Try again")
    assert "How deep" in resident.text
    assert Draft.objects.get().answers["service"]["service"] == asking.pk


def test_a_service_that_is_switched_off_meanwhile_is_asked_about_again(
    asking: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = ServiceDefinition("a", (), active=False)
    monkeypatch.setattr(GeoReportV2, "service_definition", lambda self, code: closed)
    resident = at(LAT, LONG).fill_in(service=str(asking.pk))
    assert resident.heading == "What is the problem?"
    assert "“Pothole” cannot be reported at this place now." in resident.text


def test_an_inactive_service_is_not_offered_and_a_draft_of_it_is_asked_again() -> None:
    service = make_service(service_name="Pothole")
    resident = at(LAT, LONG).fill_in(service=str(service.pk)).fill_in(description="Deep.").fill_in().fill_in()
    Service.objects.update(active=False)
    resident.fill_in()
    assert not ServiceRequest.objects.exists()
    assert "cannot be reported at this place now" in resident.text


def test_a_recoded_service_is_found_by_a_link_with_its_old_code() -> None:
    service = make_service(service_code="new", former_codes=["old"], service_name="Pothole")
    resident = at(LAT, LONG)
    resident.open(f"{resident.url}?service=old")
    assert resident.form_data()["service"] == [str(service.pk)]


# --- the fake SeeClickFix -------------------------------------------------------------------------------------------


def test_the_fake_aggregate_from_place_to_check(sandbox: Sandbox) -> None:
    city = sandbox.cities["scf-aggregate"]
    body = make_jurisdiction(city.name, boundary=square(*NEW_HAVEN, half_side=2))
    endpoint = make_endpoint(body, dialect=city.speaks, base_url=f"{SANDBOX}/{city.base}/")
    resident = at(*NEW_HAVEN)
    assert resident.heading == "What is the problem?"
    light = Service.objects.get(endpoint=endpoint, service_name="Streetlight out")
    fault = f"{SANDBOX}/_control/fault?city=scf-aggregate&kind=503&operation=definition&count=1"
    assert http.Client("test").post(fault).status == 200
    resident.fill_in(service=str(light.pk), status=503)
    gate.reset(endpoint.pk)  # the pause that it asked for is over
    resident.follow("Try again")
    assert "Pole number" in resident.text
    assert "private land" in resident.text
    resident.fill_in(description="Dark at night.").fill_in().fill_in()
    assert resident.heading == "Check your answers"
