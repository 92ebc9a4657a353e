"""Catalogues at their worst: codes that change hands, servers that say "not modified" to all, words that stick."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from reports import clock, http
from reports.delivery import catalogue, catalogue_changes, listings
from reports.dialects import messages
from reports.dialects.errors import DialectError
from reports.dialects.georeport_v2 import GeoReportV2
from reports.dialects.messages import Place
from reports.models import CatalogueChange, Endpoint, PlaceListing, Service, ServiceOverride
from tests.delivery.by_place import Tagging, definition, listed
from tests.delivery.test_catalogue_changes import rows, sync
from tests.dialects.canned import BASE, canned
from tests.factories import LAT, LONG, make_endpoint, make_service

pytestmark = pytest.mark.django_db
THREE = (("1", "Pothole"), ("2", "Graffiti"), ("3", "Signs"))


@pytest.fixture
def endpoint(settings) -> Endpoint:
    settings.DEFINITIONS_AT_ONCE = 1
    return make_endpoint(base_url=BASE, options={"formats": ["json"]})


@pytest.fixture
def city() -> Iterator[Tagging]:
    city = Tagging()
    http.mount("http://canned.test/", city)
    yield city
    http.unmount("http://canned.test/")


def discovery(changeset: str) -> bytes:
    row = {"specification": "GeoReport_v2", "url": BASE, "type": "production", "formats": [], "changeset": changeset}
    return json.dumps({"changeset": changeset, "endpoints": [row]}).encode()


def by_name() -> dict[str, tuple[int, str]]:
    return {row.service_name: (row.pk, row.service_code) for row in Service.objects.all()}


@pytest.mark.parametrize(
    ("after", "recoded"),
    [
        ((("2", "Pothole"), ("1", "Graffiti"), ("3", "Signs")), ["1", "2"]),
        ((("2", "Pothole"), ("3", "Graffiti"), ("1", "Signs")), ["1", "2", "3"]),
        ((("2", "Pothole"), ("3", "Graffiti"), ("4", "Signs")), ["2", "3", "4"]),
        ((("9", "Pothole"), ("2", "Graffiti"), ("3", "Signs"), ("1", "Trees")), ["9"]),
    ],
)
def test_codes_that_change_hands_take_the_rows_with_them(
    endpoint: Endpoint, after: tuple[tuple[str, str], ...], recoded: list[str]
) -> None:
    sync(endpoint, rows(*THREE))
    before = by_name()
    ServiceOverride.objects.create(service_id=before["Pothole"][0], stop_message="Call the road crew.")
    assert sorted(sync(endpoint, rows(*after)).recoded) == recoded
    found = by_name()
    assert {name: code for name, (_pk, code) in found.items()} == {name: code for code, name in after}
    assert all(found[name][0] == before[name][0] for name in before)
    assert ServiceOverride.objects.get().service.service_name == "Pothole"
    assert sync(endpoint, rows(*after)) == catalogue.Difference()


def test_a_code_that_another_service_keeps_is_not_taken_from_it(endpoint: Endpoint) -> None:
    sync(endpoint, rows(*THREE))
    before = by_name()
    difference = sync(endpoint, rows(("2", "Pothole"), ("3", "Signs"), ("1", "Trees")))
    assert difference.recoded == []
    found = by_name()
    assert found["Signs"] == before["Signs"]
    assert {name: code for name, (_pk, code) in found.items()} == {"Trees": "1", "Pothole": "2", "Signs": "3"}


def test_services_of_one_name_keep_their_codes_whatever_the_order(endpoint: Endpoint) -> None:
    sync(endpoint, rows(("1", "Other"), ("2", "Other"), ("3", "Signs")))
    before = dict(Service.objects.values_list("service_code", "pk"))
    for after in ((("2", "Other"), ("1", "Other"), ("3", "Signs")), (("2", "Other"), ("3", "Signs"), ("1", "Others"))):
        sync(endpoint, rows(*after))
        assert dict(Service.objects.values_list("service_code", "pk")) == before


def test_questions_follow_a_code_that_changed_hands(city: Tagging, endpoint: Endpoint) -> None:
    endpoint.discovery_url = "http://canned.test/discovery.json"
    city.answers = {
        "services.json": listed("a", "b", metadata=True),
        "discovery.json": discovery("1"),
        "a.json": definition("a", "colour"),
        "b.json": definition("b", "size"),
    }
    catalogue.sync_services(endpoint)
    swapped = json.loads(listed("a", "b", metadata=True))
    swapped[0]["service_name"], swapped[1]["service_name"] = "B", "A"
    city.answers["services.json"] = json.dumps(swapped).encode()
    city.answers["a.json"], city.answers["b.json"] = definition("a", "size"), definition("b", "colour")
    for _round in range(2):
        catalogue.sync_services(endpoint)
    asked = {row.service_name: (row.service_code, [each["code"] for each in row.definition])
             for row in Service.objects.all()}  # fmt: skip
    assert asked == {"A": ("b", ["colour"]), "B": ("a", ["size"])}


@pytest.mark.parametrize("changeset", [False, True])
def test_questions_come_back_with_a_service_that_asked_none_for_a_while(
    city: Tagging, endpoint: Endpoint, changeset: bool
) -> None:
    city.answers = {"services.json": listed("a", metadata=True), "a.json": definition("a", "colour")}
    if changeset:
        city.answers["discovery.json"] = discovery("1")
        endpoint.discovery_url = "http://canned.test/discovery.json"
    catalogue.sync_services(endpoint)
    city.answers["services.json"] = listed("a", metadata=False)
    catalogue.sync_services(endpoint)
    assert Service.objects.get().definition == []
    city.answers["services.json"] = listed("a", metadata=True)
    catalogue.sync_services(endpoint)
    assert [row["code"] for row in Service.objects.get().definition] == ["colour"]


def test_questions_that_came_back_and_failed_are_fetched_when_somebody_asks(city: Tagging, endpoint: Endpoint) -> None:
    city.answers = {"services.json": listed("a", metadata=False)}
    catalogue.sync_services(endpoint)
    city.answers["services.json"] = listed("a", metadata=True)
    assert catalogue.sync_services(endpoint).without_definition == ["a"]
    city.answers["a.json"] = definition("a", "colour")
    service = catalogue.with_definition(Service.objects.get(), newest=False)
    assert [row["code"] for row in service.definition] == ["colour"]


def test_another_key_reads_everything_again(city: Tagging, endpoint: Endpoint) -> None:
    city.answers = {"services.json": listed("a")}
    catalogue.sync_services(endpoint)
    endpoint.api_key = "another"
    endpoint.save()
    city.asked()
    catalogue.sync_services(endpoint)
    assert city.asked() == ["services.json"]


def test_a_server_that_says_not_modified_to_everything_is_not_believed(endpoint: Endpoint) -> None:
    sync(endpoint, rows(*THREE))
    before = Endpoint.objects.get().services_synced_at
    with canned((304, b"")), pytest.raises(DialectError):
        catalogue.sync_services(endpoint)
    assert Endpoint.objects.get().services_synced_at == before
    assert not Service.objects.exclude(missed_syncs=0).exists()


def test_a_definition_not_modified_that_nobody_has_is_a_failure(endpoint: Endpoint) -> None:
    assert sync(endpoint, listed("a", metadata=True), a=(304, b"")).without_definition == ["a"]


def test_a_service_without_questions_to_fetch_takes_reports_again(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = GeoReportV2.services
    says = {"active": False}

    def services(self: GeoReportV2, place: Place | None = None) -> tuple[messages.Service, ...]:
        return tuple(replace(each, active=says["active"]) for each in read(self, place))

    monkeypatch.setattr(GeoReportV2, "services", services)
    sync(endpoint, listed("a", metadata=True))
    assert not Service.objects.get().active
    says["active"] = True
    sync(endpoint, listed("a", metadata=True))
    assert Service.objects.get().active


def test_the_same_service_changed_twice_is_told_twice(endpoint: Endpoint) -> None:
    sync(endpoint, rows(("1", "Pothole"), ("2", "Graffiti")))
    sync(endpoint, rows(("1", "Hole"), ("2", "Graffiti")))
    sync(endpoint, rows(("1", "Hole in the road"), ("2", "Graffiti")))
    assert [each.difference["changed"] for each in CatalogueChange.objects.all()] == [["1"], ["1"]]


def test_changes_are_not_kept_for_ever(endpoint: Endpoint) -> None:
    sync(endpoint, rows(("1", "Pothole"), ("2", "Graffiti")))
    sync(endpoint, rows(("1", "Hole"), ("2", "Graffiti")))
    with clock.at(clock.now() + catalogue_changes.KEPT + timedelta(days=1)):
        sync(endpoint, rows(("1", "Pothole"), ("2", "Graffiti")))
    assert CatalogueChange.objects.count() == 1


def test_definitions_that_always_fail_do_not_keep_the_others_from_their_turn(endpoint: Endpoint) -> None:
    endpoint.requests_per_minute = 4  # two definitions a round
    endpoint.save()
    services = listed("x", "y", "a", "b", metadata=True)
    good = {"a": definition("a", "colour"), "b": definition("b", "size")}
    for round in range(2):
        with clock.at(clock.now() + timedelta(hours=round)):
            sync(endpoint, services, **good)
    had = Service.objects.exclude(definition_fetched_at=None).values_list("service_code", flat=True)
    assert sorted(had) == ["a", "b"]


def test_a_code_that_cannot_be_stored_costs_that_service_alone(endpoint: Endpoint) -> None:
    sync(endpoint, rows(("1", "Pothole"), ("9" * 201, "Endless")))
    assert Service.objects.get().service_name == "Pothole"


def test_old_listings_go_also_where_the_place_matters_no_more(endpoint: Endpoint) -> None:
    old = clock.now() - listings.KEPT - timedelta(days=1)
    PlaceListing.objects.create(endpoint=endpoint, cell=PlaceListing.cell_at(LAT, LONG), fetched_at=old)
    sync(endpoint, rows(*THREE))
    assert not PlaceListing.objects.exists()


def test_not_more_places_are_remembered_than_a_limit(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listings, "MOST", 2)
    for minutes in range(4):
        at = clock.now() - timedelta(minutes=minutes)
        PlaceListing.objects.create(endpoint=endpoint, cell=f"{minutes},0", fetched_at=at)
    sync(endpoint, rows(*THREE))
    assert sorted(PlaceListing.objects.values_list("cell", flat=True)) == ["0,0", "1,0"]


def test_the_key_does_not_go_to_the_host_of_the_discovery_document() -> None:
    endpoint = make_endpoint(
        base_url=BASE,
        discovery_url="http://elsewhere.test/discovery.json",
        options={"formats": ["json"], "key_on_reads": True, "headers": {"X-Pass": "let-me-in"}},
    )
    endpoint.api_key = "very-secret"
    endpoint.save()
    elsewhere = Tagging(answers={"discovery.json": discovery("1")})
    http.mount("http://elsewhere.test/", elsewhere)
    try:
        sync(endpoint, rows(*THREE))
    finally:
        http.unmount("http://elsewhere.test/")
    assert len(elsewhere.calls) == 1
    assert "very-secret" not in str(elsewhere.calls)
    assert "let-me-in" not in str(elsewhere.calls)
    assert Endpoint.objects.get().changeset == "1"


def test_a_city_that_is_away_is_not_waited_for_by_one_resident_after_the_other(endpoint: Endpoint) -> None:
    service = make_service(endpoint, service_code="a", metadata=True, definition_fetched_at=clock.now())
    with canned((503, b"")) as city, clock.at(clock.now() + timedelta(days=2)):
        for _resident in range(3):
            assert catalogue.with_definition(service) is service
    assert len(city.calls) == 1
