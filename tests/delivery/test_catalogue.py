"""Services fetched and kept: what a city's bad day must not do to them."""

from typing import Any

import pytest

from reports.delivery import catalogue
from reports.dialects.errors import DialectError
from reports.http import Client
from reports.models import Endpoint, Service, ServiceOverride
from reports.sandbox import Sandbox
from tests.cities import make_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def evanston(sandbox: Sandbox) -> Endpoint:
    return make_city(sandbox, "evanston")


def fault(kind: str, operation: str, count: int = 1) -> None:
    query = f"city=evanston&kind={kind}&operation={operation}&count={count}"
    assert Client("test").post(f"http://sandbox.test/_control/fault?{query}").status == 200


def forget(sandbox: Sandbox, *codes: str) -> None:
    """Let the city's list leave these out from now on."""
    city = sandbox.cities["evanston"]
    kept = {code: service for code, service in city.services.items() if code not in codes}
    city.services.clear()
    city.services.update(kept)


@pytest.fixture(autouse=True)
def _whole_city(sandbox: Sandbox) -> Any:
    city = sandbox.cities["evanston"]
    whole = dict(city.services)
    yield
    city.services.clear()
    city.services.update(whole)


@pytest.mark.parametrize("key", ["chicago", "cook", "evanston", "bloomington", "oak-park"])
def test_services_and_definitions_arrive_whole(sandbox: Sandbox, key: str) -> None:
    endpoint = make_city(sandbox, key)
    offered = sandbox.cities[key].services
    stored = {service.service_code: service for service in endpoint.services.all()}
    assert set(stored) == set(offered)
    assert len(stored) >= 15
    for code, service in stored.items():
        assert {attribute["code"] for attribute in service.definition} == {
            attribute["code"] for attribute in offered[code].definition
        }
        assert bool(service.definition_hash) == bool(service.definition)
    kinds = {attribute["datatype"] for service in stored.values() for attribute in service.definition}
    assert kinds == {"string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"}


def test_a_second_sync_finds_no_difference(evanston: Endpoint) -> None:
    assert catalogue.sync_services(evanston) == catalogue.Difference()


@pytest.mark.parametrize("kind", ["500", "503", "html", "empty", "malformed", "truncated", "429", "hang", "reset"])
def test_a_list_that_cannot_be_had_changes_nothing(evanston: Endpoint, kind: str) -> None:
    before = list(Service.objects.values())
    fault(kind, "services", count=2)
    with pytest.raises(DialectError):
        catalogue.sync_services(evanston)
    assert list(Service.objects.values()) == before
    evanston.refresh_from_db()
    assert evanston.last_failure


def test_a_definition_that_cannot_be_had_leaves_the_old_one(evanston: Endpoint) -> None:
    before = dict(Service.objects.values_list("service_code", "definition_hash"))
    fault("503", "definition", count=1)
    difference = catalogue.sync_services(evanston)
    assert len(difference.without_definition) == 1
    assert dict(Service.objects.values_list("service_code", "definition_hash")) == before


def test_a_service_missing_twice_is_suspended_and_comes_back_by_itself(sandbox: Sandbox, evanston: Endpoint) -> None:
    whole = dict(sandbox.cities["evanston"].services)
    forget(sandbox, "001")
    assert catalogue.sync_services(evanston).missing == ["001"]
    assert not Service.objects.get(service_code="001").suspended
    assert catalogue.sync_services(evanston).suspended == ["001"]
    assert Service.objects.get(service_code="001").suspended
    sandbox.cities["evanston"].services.update(whole)
    assert catalogue.sync_services(evanston).returned == ["001"]
    assert not Service.objects.get(service_code="001").suspended


def test_a_short_list_suspends_nothing(sandbox: Sandbox, evanston: Endpoint) -> None:
    codes = list(Service.objects.values_list("service_code", flat=True))
    forget(sandbox, *codes[2:])
    for _sync in range(3):
        assert catalogue.sync_services(evanston).list_was_short
    assert not Service.objects.filter(suspended=True).exists()


def test_what_volunteers_wrote_survives(evanston: Endpoint) -> None:
    service = Service.objects.get(service_code="001")
    ServiceOverride.objects.create(service=service, service_name="Hole in the road", notice="Not for alleys.")
    Service.objects.filter(pk=service.pk).update(service_name="An older name")
    assert catalogue.sync_services(evanston).changed == ["001"]
    service = Service.objects.select_related("override").get(pk=service.pk)
    assert (service.shown_name, service.service_name, service.notice) == (
        "Hole in the road",
        "Pothole",
        "Not for alleys.",
    )
