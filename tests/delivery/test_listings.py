"""Services that depend on the place: asked for there, remembered by cell, and what serves while a system is away."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache

from reports import clock, http
from reports.delivery import catalogue, listings
from reports.dialects.messages import Place
from reports.geo import routing
from reports.models import Breaker, Endpoint, PlaceListing, Service, ServiceOverride, Traffic
from reports.sandbox import Sandbox
from tests.conftest import SANDBOX
from tests.delivery.by_place import ByPlace, listed, make_by_place
from tests.dialects.canned import Canned, canned
from tests.factories import LAT, LONG, make_endpoint, make_jurisdiction, make_service, square

pytestmark = pytest.mark.django_db
NEW_HAVEN = (41.3083, -72.9279)
PLACES = {"new-haven": NEW_HAVEN, "scf-aggregate": NEW_HAVEN, "cambridge": (42.3736, -71.1097)}


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Endpoint:
    return make_by_place(monkeypatch)


@pytest.fixture
def city() -> Iterator[Canned]:
    with canned(listed("a", "b")) as city:
        yield city


def offered(lat: float = LAT, long: float = LONG) -> list[str]:
    return [service.service_code for service in routing.services_at(lat, long)]


def test_only_what_is_listed_at_the_place_is_offered(endpoint: Endpoint, city: Canned) -> None:
    make_service(endpoint, service_code="elsewhere")
    assert offered() == []
    listing = catalogue.listing_at(endpoint, LAT, LONG)
    assert (listing.service_codes, listing.fresh) == (("a", "b"), True)
    assert offered() == ["a", "b"]
    assert city.calls[0].query["lat"] == str(LAT)
    assert Service.objects.get(service_code="elsewhere").missed_syncs == 0
    assert offered(LAT + 0.001) == []


def test_a_cell_is_about_eleven_metres_and_fresh_for_an_hour(endpoint: Endpoint, city: Canned) -> None:
    catalogue.listing_at(endpoint, LAT, LONG)
    catalogue.listing_at(endpoint, LAT + 0.00004, LONG - 0.00004)
    assert len(city.calls) == 1
    catalogue.listing_at(endpoint, LAT + 0.00006, LONG)
    assert len(city.calls) == 2
    with clock.at(clock.now() + timedelta(minutes=59)):
        catalogue.listing_at(endpoint, LAT, LONG)
    assert len(city.calls) == 2
    with clock.at(clock.now() + timedelta(minutes=61)):
        catalogue.listing_at(endpoint, LAT, LONG)
    assert len(city.calls) == 3
    assert PlaceListing.cell_at(-0.00001, 0) == "0.0000,0.0000"


def test_an_old_listing_serves_while_the_system_is_away(endpoint: Endpoint) -> None:
    with canned(listed("a")):
        catalogue.listing_at(endpoint, LAT, LONG)
    with canned((503, b"")) as city, clock.at(clock.now() + timedelta(days=2)):
        listing = catalogue.listing_at(endpoint, LAT, LONG)
        assert (listing.service_codes, listing.fresh, listing.known) == (("a",), False, True)
        assert offered() == ["a"]
        catalogue.listing_at(endpoint, LAT, LONG)
        assert len(city.calls) == 1, "nobody waits for it twice in a quarter of a minute"
    endpoint.refresh_from_db()
    assert "503" in endpoint.last_failure
    with canned(listed("b")), clock.at(clock.now() + timedelta(days=2)):
        cache.clear()
        assert catalogue.listing_at(endpoint, LAT, LONG).service_codes == ("b",)
    assert offered() == ["b"]


@pytest.mark.parametrize("reply", [(503, b""), (429, b"[]"), b"<html>", ConnectionError(), (404, b"")])
def test_where_it_never_answered_nothing_is_known(endpoint: Endpoint, reply: Any) -> None:
    with canned(reply):
        listing = catalogue.listing_at(endpoint, LAT, LONG)
    assert (listing.service_codes, listing.fresh, listing.known) == ((), False, False)
    assert not PlaceListing.objects.exists()


def test_what_is_slow_is_not_waited_for(endpoint: Endpoint, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PLACE_SERVICES_TIMEOUT = 0.1
    said_on = threading.Event()
    monkeypatch.setattr(listings, "_ask_one", lambda endpoint, place: said_on.wait(9) or ())
    assert not catalogue.listing_at(endpoint, LAT, LONG).fresh
    assert not said_on.is_set()
    said_on.set()


def test_several_systems_are_asked_side_by_side(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    others = [make_by_place(monkeypatch) for _number in range(3)]
    together = threading.Barrier(4)  # none goes on before all have been asked
    monkeypatch.setattr(listings, "_ask_one", lambda endpoint, place: ()[: together.wait(9)])
    found = catalogue.ask_around(LAT, LONG)
    assert [each.endpoint for each in found] == [endpoint, *others]
    assert all(each.fresh for each in found)


def test_only_endpoints_in_use_at_the_place_are_asked(endpoint: Endpoint, city: Canned) -> None:
    assert catalogue.ask_around(LAT + 5, LONG) == []
    Endpoint.objects.update(active=False)
    make_endpoint()
    assert catalogue.ask_around(LAT, LONG) == []
    assert city.calls == []


def test_services_keep_what_volunteers_wrote_and_come_back(endpoint: Endpoint, city: Canned) -> None:
    service = make_service(endpoint, service_code="a", service_name="Old name", suspended=True, missed_syncs=2)
    ServiceOverride.objects.create(service=service, service_name="Ours")
    catalogue.listing_at(endpoint, LAT, LONG)
    service = Service.objects.select_related("override").get(pk=service.pk)
    assert (service.service_name, service.shown_name, service.suspended) == ("A", "Ours", False)


def test_a_body_whose_system_takes_nothing_there_does_not_answer(endpoint: Endpoint) -> None:
    assert len(routing.jurisdictions_at(LAT, LONG)) == 1
    with canned(b"[]"):
        catalogue.listing_at(endpoint, LAT, LONG)
    assert routing.jurisdictions_at(LAT, LONG) == []
    assert len(routing.jurisdictions_at(LAT + 0.01, LONG)) == 1
    other = make_endpoint(endpoint.jurisdiction)
    assert len(routing.jurisdictions_at(LAT, LONG)) == 1, "it has another system"
    Endpoint.objects.filter(pk=other.pk).update(active=False)
    Endpoint.objects.filter(pk=endpoint.pk).update(dialect="georeport_v2")
    assert len(routing.jurisdictions_at(LAT, LONG)) == 1, "what is no listing by place any more says nothing"


def test_the_hourly_sync_asks_nothing_and_forgets_old_listings(endpoint: Endpoint, city: Canned) -> None:
    catalogue.listing_at(endpoint, LAT, LONG)
    city.calls.clear()
    assert catalogue.sync_services(endpoint) == catalogue.Difference()
    with clock.at(clock.now() + timedelta(days=29)):
        catalogue.sync_services(endpoint)
    assert PlaceListing.objects.count() == 1
    with clock.at(clock.now() + timedelta(days=31)):
        catalogue.sync_services(endpoint)
    assert not PlaceListing.objects.exists()
    assert city.calls == []
    assert not Service.objects.filter(missed_syncs__gt=0).exists()


@pytest.mark.parametrize("point", [(float("nan"), 0), (91, 0), ("x", 0)])
def test_what_is_no_place_is_refused(endpoint: Endpoint, point: tuple[Any, Any]) -> None:
    with pytest.raises(ValueError, match=r"[Ll]atitude"):
        catalogue.listing_at(endpoint, *point)


# --- against the fake SeeClickFix -----------------------------------------------------------------------------------


def fake(sandbox: Sandbox, key: str, **fields: Any) -> Endpoint:
    city = sandbox.cities[key]
    body = make_jurisdiction(city.name, boundary=square(*PLACES[key], half_side=2))
    endpoint = make_endpoint(body, dialect=city.speaks, base_url=f"{SANDBOX}/{city.base}/", **fields)
    endpoint.api_key = "sandbox-key"
    endpoint.save()
    return endpoint


def fault(city: str, kind: str, operation: str = "services", count: int = 5) -> None:
    query = f"city={city}&kind={kind}&operation={operation}&count={count}"
    assert http.Client("test").post(f"{SANDBOX}/_control/fault?{query}").status == 200


@pytest.mark.parametrize("key", ["new-haven", "scf-aggregate", "cambridge"])
def test_the_fake_seeclickfix_is_asked_by_place(sandbox: Sandbox, key: str) -> None:
    endpoint = fake(sandbox, key)
    place = PLACES[key]
    listing = catalogue.listing_at(endpoint, *place)
    assert listing.fresh
    assert len(listing.service_codes) >= 5
    assert set(offered(*place)) == set(listing.service_codes)
    asking = Service.objects.filter(metadata=True, endpoint=endpoint)
    assert any(catalogue.with_definition(each).definition for each in asking)


def test_the_aggregate_answers_only_where_somebody_takes_reports(sandbox: Sandbox) -> None:
    endpoint = fake(sandbox, "scf-aggregate")
    catalogue.ask_around(*NEW_HAVEN)
    assert [each.jurisdiction for each in routing.jurisdictions_at(*NEW_HAVEN)] == [endpoint.jurisdiction]
    far = (NEW_HAVEN[0] + 1.5, NEW_HAVEN[1])
    assert catalogue.ask_around(*far)[0].service_codes == ()
    assert routing.jurisdictions_at(*far) == []


@pytest.mark.parametrize("kind", ["500", "503", "html", "429", "reset", "hang"])
def test_the_fake_aggregate_away_leaves_what_it_said_before(sandbox: Sandbox, kind: str) -> None:
    endpoint = fake(sandbox, "scf-aggregate")
    before = catalogue.listing_at(endpoint, *NEW_HAVEN).service_codes
    fault("scf-aggregate", kind)
    with clock.at(clock.now() + timedelta(hours=2)):
        listing = catalogue.listing_at(endpoint, *NEW_HAVEN)
    assert (listing.service_codes, listing.fresh) == (before, False)


def test_what_nobody_foresaw_in_one_system_keeps_nobody_from_the_others(
    endpoint: Endpoint, city: Canned, monkeypatch: pytest.MonkeyPatch
) -> None:
    def services(self: ByPlace, place: Place | None = None) -> tuple[Service, ...]:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr(ByPlace, "services", services)
    [listing] = catalogue.ask_around(LAT, LONG)
    assert (listing.fresh, listing.known) == (False, False)
    endpoint.refresh_from_db()
    assert "services" in endpoint.last_failure


def test_what_is_remembered_is_offered_while_the_breaker_is_open_and_nobody_is_asked(endpoint: Endpoint) -> None:
    with canned(listed("a")):
        catalogue.listing_at(endpoint, LAT, LONG)
    now = clock.now() + timedelta(days=2)
    Traffic.objects.filter(pk=endpoint.pk).update(breaker=Breaker.OPEN, probe_at=now + timedelta(minutes=1))
    with canned(listed("b")) as city, clock.at(now):
        listing = catalogue.listing_at(endpoint, LAT, LONG)
        assert (listing.service_codes, listing.fresh, listing.known) == (("a",), False, True)
        assert offered() == ["a"]
        assert catalogue.listing_at(endpoint, LAT + 0.001, LONG).known is False
        assert city.calls == []
    Traffic.objects.filter(pk=endpoint.pk).update(breaker=Breaker.CLOSED)
    with canned(listed("b")), clock.at(now):
        assert catalogue.listing_at(endpoint, LAT, LONG).service_codes == ("b",)


def test_one_endpoint_that_cannot_be_opened_keeps_no_place_of_any(
    endpoint: Endpoint, city: Canned, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_endpoint(dialect=endpoint.dialect, base_url=endpoint.base_url, options=endpoint.options)
    real = listings.endpoints.dialect_for

    def unforeseen(one: Endpoint, **options: Any) -> Any:
        if one.pk == other.pk:
            raise RuntimeError("not foreseen")
        return real(one, **options)

    monkeypatch.setattr(listings.endpoints, "dialect_for", unforeseen)
    by_pk = {each.endpoint.pk: each.known for each in catalogue.ask_around(LAT, LONG)}
    assert by_pk == {endpoint.pk: True, other.pk: False}
    assert not any(row.calls for row in Traffic.objects.all())
