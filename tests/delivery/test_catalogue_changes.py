"""Services renamed, recoded or switched off by their city, the limits of a round, and what volunteers are told."""

import json
import threading
import time
from datetime import timedelta
from typing import Any

import pytest

from reports import clock
from reports.delivery import catalogue, catalogue_changes
from reports.delivery.definitions import as_row
from reports.dialects import messages
from reports.dialects.georeport_v2 import GeoReportV2
from reports.models import CatalogueChange, Draft, Endpoint, Service, ServiceOverride
from tests.delivery.by_place import definition, listed
from tests.dialects.canned import BASE, Canned, canned
from tests.factories import make_endpoint, make_service_request

pytestmark = pytest.mark.django_db


@pytest.fixture
def endpoint(settings) -> Endpoint:
    settings.DEFINITIONS_AT_ONCE = 1
    return make_endpoint(base_url=BASE, options={"formats": ["json"]})


def sync(endpoint: Endpoint, services: bytes, **by_path: Any) -> catalogue.Difference:
    with canned(
        (404, b""), by_path={f"{name}.json": reply for name, reply in {"services": services, **by_path}.items()}
    ):
        return catalogue.sync_services(endpoint)


def rows(*pairs: tuple[str, str], **fields: Any) -> bytes:
    """A list of (code, name)."""
    common = {"metadata": False, "type": "realtime", "keywords": "", "description": "", "group": "Streets"} | fields
    return json.dumps([{"service_code": code, "service_name": name} | common for code, name in pairs]).encode()


def test_a_recoded_service_is_the_same_row(endpoint: Endpoint) -> None:
    sync(endpoint, rows(("1", "Pothole"), ("2", "Graffiti"), ("3", "Signs")))
    service = Service.objects.get(service_code="1")
    ServiceOverride.objects.create(service=service, service_name="Hole in the road")
    request = make_service_request(service)
    difference = sync(endpoint, rows(("9", "Pothole"), ("2", "Graffiti"), ("3", "Signs")))
    assert difference == catalogue.Difference(recoded=["9"])
    service = Service.objects.select_related("override").get(pk=service.pk)
    assert (service.service_code, service.former_codes, service.shown_name) == ("9", ["1"], "Hole in the road")
    request.refresh_from_db()
    assert (request.service_id, request.service_code) == (service.pk, "1")
    assert Service.objects.count() == 3
    sync(endpoint, rows(("1", "Pothole"), ("2", "Graffiti"), ("3", "Signs")))
    service.refresh_from_db()
    assert (service.service_code, service.former_codes) == ("1", ["9"])


def test_a_city_that_gives_every_service_a_new_code_loses_none(endpoint: Endpoint) -> None:
    sync(endpoint, rows(("1", "Pothole"), ("2", "Graffiti")))
    keys = set(Service.objects.values_list("pk", flat=True))
    difference = sync(endpoint, rows(("a", "Pothole"), ("b", "Graffiti")))
    assert sorted(difference.recoded) == ["a", "b"]
    assert not difference.list_was_short
    assert set(Service.objects.values_list("pk", flat=True)) == keys


@pytest.mark.parametrize(
    "after",
    [
        [("9", "Another"), ("2", "Graffiti"), ("3", "Signs")],
        [("9", "Pothole"), ("8", "Pothole"), ("2", "Graffiti"), ("3", "Signs")],
        [("1", "Pothole"), ("9", "Pothole"), ("2", "Graffiti"), ("3", "Signs")],
    ],
)
def test_what_is_not_plainly_the_same_is_another_service(endpoint: Endpoint, after: list[tuple[str, str]]) -> None:
    sync(endpoint, rows(("1", "Pothole"), ("2", "Graffiti"), ("3", "Signs")))
    difference = sync(endpoint, rows(*after))
    assert difference.recoded == []
    assert "9" in difference.added
    assert Service.objects.get(service_code="1").former_codes == []


def test_the_same_name_in_another_group_is_another_service(endpoint: Endpoint) -> None:
    sync(endpoint, rows(("1", "Pothole")))
    assert sync(endpoint, rows(("9", "Pothole"), group="Alleys")).added == ["9"]


def test_a_renamed_service_is_changed_and_keeps_its_override(endpoint: Endpoint) -> None:
    sync(endpoint, rows(("1", "Pothole"), ("2", "Graffiti")))
    ServiceOverride.objects.create(service=Service.objects.get(service_code="1"), notice="Not for alleys.")
    assert sync(endpoint, rows(("1", "Hole"), ("2", "Graffiti"))).changed == ["1"]
    service = Service.objects.select_related("override").get(service_code="1")
    assert (service.service_name, service.notice) == ("Hole", "Not for alleys.")


def test_one_of_several_groups_is_the_group(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    row = messages.Service("1", "Pothole", groups=("Roads", "Holes"), notice="Slow now.", active=False)
    monkeypatch.setattr(GeoReportV2, "services", lambda self, place=None: (row,))
    catalogue.sync_services(endpoint)
    service = Service.objects.get()
    assert (service.group, service.notice, service.active) == ("Roads", "Slow now.", False)
    monkeypatch.setattr(GeoReportV2, "services", lambda self, place=None: (messages.Service("1", "Pothole"),))
    assert catalogue.sync_services(endpoint).changed == ["1"]
    service.refresh_from_db()
    assert (service.active, service.city_notice) == (True, "")


def test_automated_attributes_keep_their_word_and_others_their_hash() -> None:
    assert as_row(messages.Attribute("easting", automated="server_set"))["automated"] == "server_set"
    assert "automated" not in as_row(messages.Attribute("size"))


# --- the limits of a round ------------------------------------------------------------------------------------------


def asked(city: Canned) -> list[str]:
    calls, city.calls = city.calls, []
    return [call.path.rpartition("/")[2].removesuffix(".json") for call in calls if "services/" in call.path]


def test_a_limit_ends_the_round_and_the_next_begins_with_the_oldest(endpoint: Endpoint) -> None:
    codes = [*"abcdef"]
    by_path = {"services.json": listed(*codes, metadata=True)}
    by_path |= {f"{code}.json": definition(code, "size") for code in codes}
    limited = by_path | {"c.json": (429, b"[]", {"Retry-After": "60"})}
    with canned(by_path=limited) as city:
        difference = catalogue.sync_services(endpoint)
        assert asked(city) == ["a", "b", "c"]
    assert (difference.without_definition, difference.postponed) == (["c"], ["d", "e", "f"])
    assert not difference.list_was_short
    with clock.at(clock.now() + timedelta(hours=1)), canned(by_path=by_path) as city:
        assert catalogue.sync_services(endpoint).postponed == []
        assert asked(city) == ["c", "d", "e", "f", "a", "b"]
    assert not Service.objects.filter(definition_hash="").exists()


def test_an_endpoint_with_a_limit_a_minute_is_asked_no_more_than_that(endpoint: Endpoint) -> None:
    Endpoint.objects.update(requests_per_minute=5)
    endpoint.refresh_from_db()
    codes = [*"abcde"]
    by_path = {"services.json": listed(*codes, metadata=True)}
    by_path |= {f"{code}.json": definition(code, "size") for code in codes}
    with canned(by_path=by_path) as city:
        assert catalogue.sync_services(endpoint).postponed == ["d", "e"]
        assert asked(city) == ["a", "b", "c"]
        with clock.at(clock.now() + timedelta(hours=1)):
            assert catalogue.sync_services(endpoint).postponed == ["b", "c"]
        assert asked(city) == ["d", "e", "a"]


def test_definitions_are_fetched_side_by_side_but_not_more_than_set(
    endpoint: Endpoint, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, most, lock = [0], [0], threading.Lock()

    def slow(self: GeoReportV2, code: str) -> messages.ServiceDefinition:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        time.sleep(0.02)
        with lock:
            now[0] -= 1
        return messages.ServiceDefinition(code, ())

    monkeypatch.setattr(GeoReportV2, "service_definition", slow)
    for at_once, concurrency, expected in ((3, 8, 3), (8, 2, 2), (1, 8, 1)):
        settings.DEFINITIONS_AT_ONCE, most[0] = at_once, 0
        endpoint.max_concurrency = concurrency
        sync(endpoint, listed(*"abcdefgh", metadata=True))
        assert most[0] == expected


# --- what volunteers are told ---------------------------------------------------------------------------------------


def test_a_change_is_kept_once_and_the_first_fetch_is_none(endpoint: Endpoint) -> None:
    sync(endpoint, rows(("1", "Pothole"), ("2", "Graffiti")))
    sync(endpoint, rows(("1", "Pothole"), ("2", "Graffiti")))
    assert not CatalogueChange.objects.exists()
    sync(endpoint, rows(("1", "Hole"), ("2", "Graffiti")))
    change = CatalogueChange.objects.get()
    assert change.difference["changed"] == ["1"]
    for _round in range(3):
        sync(endpoint, rows(("1", "Hole")))
    found = [each.difference for each in CatalogueChange.objects.all()]
    assert [each["suspended"] for each in found] == [["2"], [], []]


def test_a_bad_day_is_told_once(endpoint: Endpoint) -> None:
    sync(endpoint, rows(("1", "Pothole"), ("2", "Graffiti"), ("3", "Signs")))
    for _round in range(4):
        sync(endpoint, rows(("1", "Pothole")))
    assert [each.difference["list_was_short"] for each in CatalogueChange.objects.all()] == [True]


def test_what_a_change_touches(endpoint: Endpoint) -> None:
    sync(endpoint, rows(("1", "Pothole"), ("2", "Graffiti"), ("3", "Signs")))
    pothole, graffiti, signs = Service.objects.order_by("service_code")
    ServiceOverride.objects.create(service=pothole, service_name="Hole in the road")
    ServiceOverride.objects.create(service=signs, service_name="Road signs")
    filed = make_service_request(pothole)
    for service, request in ((pothole, None), (pothole, filed), (graffiti, None)):
        Draft.objects.create(answers={"service": {"service": service.pk}}, service_request=request)
    sync(endpoint, rows(("1", "Hole"), ("2", "Graffiti"), ("3", "Signs")))
    touched = catalogue_changes.touched(CatalogueChange.objects.get())
    assert [each.shown_name for each in touched.overrides] == ["Hole in the road"]
    assert touched.drafts == 1
