"""Questions fetched at the moment when somebody needs them."""

from datetime import timedelta

import pytest

from reports import clock
from reports.delivery import catalogue
from reports.dialects.errors import DialectError
from reports.dialects.georeport_v2 import GeoReportV2
from reports.dialects.messages import ServiceDefinition
from reports.models import Service
from tests.delivery.by_place import definition
from tests.dialects.canned import BASE, canned
from tests.factories import make_endpoint, make_service

pytestmark = pytest.mark.django_db


@pytest.fixture
def service() -> Service:
    endpoint = make_endpoint(base_url=BASE, options={"formats": ["json"]})
    return make_service(endpoint, service_code="a", metadata=True)


def test_questions_that_were_never_had_are_fetched_and_stored(service: Service) -> None:
    with canned(definition("a", "size")) as city:
        assert [row["code"] for row in catalogue.with_definition(service).definition] == ["size"]
        stored = Service.objects.get()
        assert stored.definition_hash == catalogue.definition_hash(stored.definition) != ""
        catalogue.with_definition(stored)
        assert len(city.calls) == 1


def test_old_questions_are_fetched_again_and_serve_while_the_city_is_away(service: Service) -> None:
    with canned(definition("a", "size"), definition("a", "depth"), (503, b"")) as city:
        catalogue.with_definition(service)
        with clock.at(clock.now() + timedelta(hours=25)):
            catalogue.with_definition(service, newest=False)
            assert len(city.calls) == 1
            assert catalogue.with_definition(service).definition[0]["code"] == "depth"
        with clock.at(clock.now() + timedelta(hours=60)):
            assert catalogue.with_definition(service).definition[0]["code"] == "depth"
            assert len(city.calls) == 3
    service.endpoint.refresh_from_db()
    assert "503" in service.endpoint.last_failure


def test_questions_that_cannot_be_had_are_an_error_and_change_nothing(service: Service) -> None:
    with canned((503, b"")), pytest.raises(DialectError):
        catalogue.with_definition(service)
    assert Service.objects.get().definition_fetched_at is None


def test_a_service_without_questions_is_not_asked_about(service: Service) -> None:
    Service.objects.update(metadata=False)
    with canned((503, b"")) as city:
        catalogue.with_definition(Service.objects.get())
        assert city.calls == []


def test_a_definition_may_say_that_nothing_is_taken_now(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = ServiceDefinition("a", (), notice="Not in winter.", active=False)
    monkeypatch.setattr(GeoReportV2, "service_definition", lambda self, code: closed)
    catalogue.with_definition(service)
    stored = Service.objects.get()
    assert (stored.active, stored.notice) == (False, "Not in winter.")
