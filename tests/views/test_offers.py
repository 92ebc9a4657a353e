"""Everything that may be reported at a point in one answer, and questions fetched before anybody chooses."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from kombu.exceptions import OperationalError

from reports import clock, tasks
from reports.delivery import definitions
from reports.models import Endpoint, Service, ServiceOverride
from reports.sandbox import Sandbox
from reports.views import foresight
from tests.cities import make_city
from tests.factories import LAT, LONG, make_endpoint, make_jurisdiction, make_service, square
from tests.forms.definitions import row, values
from tests.views.progressing import begun, open_page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reporting")]
HOLE = {"all": [{"code": "KIND", "is": ["hole"]}]}


def get(lat: Any = LAT, long: Any = LONG, **headers: str) -> Any:
    return Client(headers=headers).get("/places/offers", {"lat": lat, "long": long})


def test_all_services_with_their_questions_and_nothing_secret(service: Service) -> None:
    service.endpoint.api_key = "secret-key"
    service.endpoint.save()
    asked = [
        row("KIND", "singlevaluelist", values=values("hole")),
        row("SIZE", "number", private=True, shown_if=HOLE, description="How <b>wide</b>?"),
        row("ours", automated="server_set"),
    ]
    other = make_service(service.endpoint, service_name="Light", definition=asked, definition_hash="two")
    unknown = make_service(service.endpoint, service_name="Tree", metadata=True)
    ServiceOverride.objects.create(service=other, stop_message="Call 911.")
    response = get()
    answer = response.json()
    assert answer["covered"]
    assert [body["name"] for body in answer["bodies"]] == ["Springfield"]
    found = {each["id"]: each for each in answer["services"]}
    assert set(found) == {service.pk, other.pk, unknown.pk}
    assert [each["code"] for each in found[other.pk]["questions"]] == ["KIND", "SIZE"]
    assert found[other.pk]["questions"][1]["shown_if"] == HOLE
    assert found[other.pk]["questions"][1]["description"] == "How wide?"
    assert found[other.pk]["stop_message"] == "Call 911."
    assert found[unknown.pk]["questions"] is None
    assert b"secret-key" not in response.content
    assert service.endpoint.base_url.encode() not in response.content
    assert not response.cookies


def test_every_body_that_a_service_names_is_there(service: Service) -> None:
    east = make_jurisdiction("East", boundary=square(LAT, LONG + 0.1))
    make_service(make_endpoint(east), service_name="Bench")
    answer = get(LAT, LONG + 0.0499).json()
    assert [(body["name"], body["answers"]) for body in answer["bodies"]] == [("Springfield", True), ("East", False)]
    assert {each["body"] for each in answer["services"]} == {body["slug"] for body in answer["bodies"]}


def test_the_same_answer_is_not_sent_twice(service: Service) -> None:
    etag = get()["ETag"]
    assert get(if_none_match=etag).status_code == 304
    make_service(service.endpoint, service_name="Light")
    again = get(if_none_match=etag)
    assert (again.status_code, again["ETag"] != etag) == (200, True)


def test_where_nobody_answers_there_is_nothing(service: Service) -> None:
    answer = get(10, 10).json()
    assert (answer["covered"], answer["services"], answer["bodies"]) == (False, [], [])


@pytest.mark.parametrize(
    ("lat", "long"), [("", ""), ("x", "1"), ("nan", "1"), ("91", "0"), ("1e400", "0"), ("\0", "0"), ("1" * 10_240, "0")]
)
def test_coordinates_that_are_none(service: Service, lat: str, long: str) -> None:
    response = get(lat, long)
    assert response.status_code == 400
    assert response.json()["error"]


def test_it_is_read_only_and_limited(service: Service, settings: Any) -> None:
    assert Client().post("/places/offers", {"lat": LAT, "long": LONG}).status_code == 405
    settings.STEPS_PER_MINUTE = 2
    assert [get().status_code for _each in range(3)] == [200, 200, 429]
    assert int(get()["Retry-After"]) > 0


# --- questions fetched ahead ---------------------------------------------------------------------------------------


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, list[int]]]:
    found: list[tuple[int, list[int]]] = []
    monkeypatch.setattr(tasks.fetch_definitions, "apply_async", lambda arguments, **_options: found.append(arguments))
    return found


def test_the_list_wakes_what_is_not_known_once(service: Service, woken: list[Any]) -> None:
    unknown = make_service(service.endpoint, service_name="Tree", metadata=True)
    open_page(begun(), "service")
    open_page(begun(), "service")
    assert woken == [(service.endpoint_id, [unknown.pk])]


def test_without_a_broker_the_list_is_there_all_the_same(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_arguments: Any, **_options: Any) -> None:
        raise OperationalError("no broker")

    monkeypatch.setattr(tasks.fetch_definitions, "apply_async", away)
    make_service(service.endpoint, service_name="Tree", metadata=True)
    assert "Tree" in open_page(begun(), "service").text


def test_what_was_fetched_ahead_can_be_filed_while_the_system_is_away(sandbox: Sandbox) -> None:
    endpoint = make_city(sandbox, "evanston")
    service = Service.objects.get(endpoint=endpoint, service_name="Rats")
    Service.objects.update(definition=[], definition_hash="", definition_fetched_at=None)
    tasks.fetch_definitions(endpoint.pk, [service.pk])
    service.refresh_from_db()
    assert [each["code"] for each in service.definition] == ["SIGNS", "DOG", "BAITOK"]
    assert Service.objects.filter(metadata=True, definition_fetched_at=None).exists()  # the others were not asked for
    Endpoint.objects.update(base_url="http://127.0.0.1:9/gone/")
    service = Service.objects.select_related("endpoint__jurisdiction").get(pk=service.pk)
    with clock.at(clock.now() + timedelta(days=2)):
        assert definitions.with_definition(service).definition


@pytest.mark.parametrize("keys", [[], [0, -1, 10**12], list(range(1, 500))])
def test_odd_wake_ups_ask_nothing(sandbox: Sandbox, keys: list[int]) -> None:
    endpoint = make_city(sandbox, "evanston")
    calls = len(sandbox.control.received()["calls"]) if "calls" in sandbox.control.received() else 0
    tasks.fetch_definitions(endpoint.pk, keys)
    tasks.fetch_definitions(10**9, keys)
    Endpoint.objects.update(active=False)
    tasks.fetch_definitions(endpoint.pk, keys)
    after = sandbox.control.received()
    assert (len(after["calls"]) if "calls" in after else 0) == calls


def test_a_service_of_another_endpoint_is_not_asked_for(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(definitions, "fetch", lambda *arguments: asked.append(arguments))
    other = make_service(make_endpoint(), metadata=True)
    definitions.fetch_ahead(service.endpoint, [other.pk])
    assert not asked


def test_foresight_is_bounded(service: Service, woken: list[Any]) -> None:
    many = [make_service(service.endpoint, metadata=True) for _each in range(definitions.AT_A_PLACE_MOST + 5)]
    foresight.fetch_questions(many)
    assert [len(keys) for _endpoint, keys in woken] == [definitions.AT_A_PLACE_MOST]
