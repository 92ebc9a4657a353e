"""What is not fetched again: answers that have not changed, and definitions of which discovery says the same."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from reports import clock, http
from reports.delivery import catalogue
from reports.models import Endpoint, Service
from tests.delivery.by_place import Tagging, definition, listed
from tests.dialects.canned import BASE
from tests.factories import make_endpoint

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> Iterator[Tagging]:
    city = Tagging()
    city.answers = {
        "services.json": listed("a", "b", metadata=True),
        "a.json": definition("a", "colour"),
        "b.json": definition("b", "size"),
    }
    http.mount("http://canned.test/", city)
    yield city
    http.unmount("http://canned.test/")


@pytest.fixture
def endpoint(settings) -> Endpoint:
    settings.DEFINITIONS_AT_ONCE = 1
    return make_endpoint(base_url=BASE, options={"formats": ["json"]})


def discovery(changeset: str) -> bytes:
    row = {"specification": "GeoReport_v2", "url": BASE, "type": "production", "formats": [], "changeset": changeset}
    return json.dumps({"changeset": "another", "endpoints": [row]}).encode()


def test_a_second_round_asks_on_condition_and_keeps_what_is_stored(city: Tagging, endpoint: Endpoint) -> None:
    catalogue.sync_services(endpoint)
    assert city.asked() == ["services.json", "a.json", "b.json"]
    before = Service.objects.get(service_code="a")
    with clock.at(clock.now() + timedelta(hours=1)):
        assert catalogue.sync_services(endpoint) == catalogue.Difference()
    assert city.asked() == ["services.json*", "a.json*", "b.json*"]
    after = Service.objects.get(service_code="a")
    assert (after.definition, after.definition_hash) == (before.definition, before.definition_hash)
    assert after.definition_fetched_at > before.definition_fetched_at


def test_a_changed_definition_under_an_unchanged_list_is_stored(city: Tagging, endpoint: Endpoint) -> None:
    catalogue.sync_services(endpoint)
    city.answers["b.json"] = definition("b", "size", "depth")
    assert catalogue.sync_services(endpoint).changed == ["b"]
    assert [row["code"] for row in Service.objects.get(service_code="b").definition] == ["size", "depth"]


def test_an_unchanged_list_goes_on_missing_what_it_missed(city: Tagging, endpoint: Endpoint) -> None:
    catalogue.sync_services(endpoint)
    city.answers["services.json"] = listed("a", metadata=True)
    assert catalogue.sync_services(endpoint).missing == ["b"]
    assert catalogue.sync_services(endpoint).suspended == ["b"]
    assert "services.json*" in city.asked()


def test_a_short_list_is_asked_for_whole_the_next_time(city: Tagging, endpoint: Endpoint) -> None:
    city.answers["services.json"] = listed("a", "b", "c")
    catalogue.sync_services(endpoint)
    city.answers["services.json"] = listed("a")
    assert catalogue.sync_services(endpoint).list_was_short
    city.asked()
    catalogue.sync_services(endpoint)
    assert city.asked() == ["services.json"]


def test_what_was_remembered_is_not_trusted_for_more_than_a_day(city: Tagging, endpoint: Endpoint) -> None:
    catalogue.sync_services(endpoint)
    for hours, stars in ((20, 3), (25, 0), (26, 3)):
        city.asked()
        with clock.at(clock.now() + timedelta(hours=hours)):
            catalogue.sync_services(endpoint)
        assert "".join(city.asked()).count("*") == stars, hours


def test_other_settings_read_everything_again(city: Tagging, endpoint: Endpoint) -> None:
    catalogue.sync_services(endpoint)
    endpoint.options = {"formats": ["json"], "private_attributes": ["colour"]}
    endpoint.save()
    city.asked()
    assert catalogue.sync_services(endpoint).changed == ["a"]
    assert city.asked() == ["services.json", "a.json", "b.json"]
    assert Service.objects.get(service_code="a").definition[0]["private"] is True


def test_rows_that_were_deleted_come_back_although_nothing_changed(city: Tagging, endpoint: Endpoint) -> None:
    catalogue.sync_services(endpoint)
    Service.objects.filter(service_code="b").delete()
    city.answers["services.json"] = listed("b", "a", metadata=True)
    assert catalogue.sync_services(endpoint).added == ["b"]
    Service.objects.all().delete()
    assert catalogue.sync_services(endpoint).added == ["b", "a"]
    assert Service.objects.get(service_code="b").definition


def test_nothing_remembered_holds_a_key(city: Tagging, endpoint: Endpoint) -> None:
    endpoint.options = {"formats": ["json"], "key_on_reads": True}
    endpoint.api_key = "S3cret-key"
    endpoint.save()
    catalogue.sync_services(endpoint)
    endpoint.refresh_from_db()
    assert len(endpoint.validators) == 4
    assert "S3cret" not in json.dumps(endpoint.validators)


def test_the_same_changeset_spares_the_definitions(city: Tagging, endpoint: Endpoint) -> None:
    Endpoint.objects.update(discovery_url=f"{BASE}discovery.json")
    endpoint.refresh_from_db()
    city.answers["discovery.json"] = discovery("2026-01")
    catalogue.sync_services(endpoint)
    assert endpoint.changeset == "2026-01"
    city.asked()
    catalogue.sync_services(endpoint)
    assert city.asked() == ["services.json*", "discovery.json"]
    city.answers["services.json"] = listed("a", "b", "c", metadata=True)
    city.answers["c.json"] = definition("c")
    catalogue.sync_services(endpoint)
    assert city.asked() == ["services.json*", "discovery.json", "c.json"]
    city.answers["discovery.json"] = discovery("2026-02")
    catalogue.sync_services(endpoint)
    assert len(city.asked()) == 5


def test_a_changeset_is_not_trusted_for_more_than_a_day(city: Tagging, endpoint: Endpoint) -> None:
    Endpoint.objects.update(discovery_url=f"{BASE}discovery.json")
    endpoint.refresh_from_db()
    city.answers["discovery.json"] = discovery("2026-01")
    catalogue.sync_services(endpoint)
    city.asked()
    city.answers["a.json"] = definition("a", "colour", "forgotten in the changeset")
    with clock.at(clock.now() + timedelta(hours=25)):
        assert catalogue.sync_services(endpoint).changed == ["a"]


def test_a_changeset_whose_definitions_were_not_had_is_not_kept(city: Tagging, endpoint: Endpoint) -> None:
    Endpoint.objects.update(discovery_url=f"{BASE}discovery.json")
    endpoint.refresh_from_db()
    city.answers["discovery.json"] = discovery("2026-01")
    del city.answers["b.json"]
    assert catalogue.sync_services(endpoint).without_definition == ["b"]
    assert endpoint.changeset == ""


def test_without_a_discovery_document_the_sync_goes_on(city: Tagging, endpoint: Endpoint) -> None:
    Endpoint.objects.update(discovery_url=f"{BASE}discovery.json")
    endpoint.refresh_from_db()
    assert catalogue.sync_services(endpoint).added == ["a", "b"]
