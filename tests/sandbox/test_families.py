"""What holds for every city of the families that speak GeoReport v2 with departures, whatever it departs in."""

import re
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from reports.sandbox import make_app
from reports.sandbox.systems import CITIES
from reports.sandbox.transport import SandboxAdapter
from reports.sandbox.work import TIMELINES
from tests.sandbox.city import City
from tests.sandbox.conftest import HOST, Caller

DATATYPES = {"string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"}
KEY = {"api_key": "sandbox-key"}


@dataclass(frozen=True)
class Facts:
    """A city that takes filings: a plain service of its own, and what a call to it has to carry."""

    service_code: str
    always: dict[str, str] = field(default_factory=dict)
    more: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    format: str = "json"


FACTS = {
    "austin": Facts("GRAFFITI"),
    "boston": Facts("Public Works Department:Street Cleaning:Requests for Street Cleaning"),
    "washington": Facts("S0261", {"jurisdiction_id": "dc.gov"}, format="xml"),
    "toronto": Facts("CSROWC-05", {"jurisdiction_id": "toronto.ca"}),
    "peoria": Facts("36"),
    "cologne": Facts("3.2", query=KEY),
    "helsinki": Facts("171"),
    "rostock": Facts("11", more={"email": "ada@example.org"}),
    "merton": Facts("GR"),
    "libre": Facts("5", {"jurisdiction_id": "stlma"}, {"g_recaptcha_response": "r"}),
    "philadelphia": Facts("SR-PR01"),
}
BY_KEY = {city.key: city for city in CITIES}


def city_of(key: str) -> tuple[City, dict[str, Any]]:
    facts = FACTS[key]
    filing = {"service_code": facts.service_code, "lat": "50.0", "long": "8.0", "description": "Etwas ist kaputt"}
    base = f"/{BY_KEY[key].base}/"
    return City(base, filing | facts.more, facts.always, facts.format), {"query": facts.query}


def file(cities: Caller, key: str, text: str = "", **fields: Any) -> requests.Response:
    city, more = city_of(key)
    return city.post(cities, text, **more, **fields)


@pytest.mark.parametrize("key", [*FACTS, "zaragoza"])
def test_services_of_some_breadth(key):
    city = BY_KEY[key]
    assert 8 <= len(city.services) <= 16
    attributes = [attribute for service in city.services.values() for attribute in service.definition]
    assert all(attribute["datatype"] in DATATYPES for attribute in attributes)
    if key not in ("helsinki", "rostock"):  # whose services have no definitions at all
        assert {attribute["datatype"] for attribute in attributes} == DATATYPES
        assert {attribute["required"] for attribute in attributes} == {True, False}
        assert any(service.definition for service in city.services.values())


@pytest.mark.parametrize("key", FACTS)
def test_a_filing_is_kept_as_it_was_sent(cities, key):
    fields = {"first_name": "Ada", "last_name": "Lane", "phone": "1", "address_string": "1 Main St", "device_id": "d"}
    answer = file(cities, key, "Zwei\nZeilen: ñ, 雪", **fields)
    assert answer.status_code in (200, 201)
    held = cities.received(key)[-1]
    assert fields.items() <= held.items()
    assert held["description"] == "Zwei\nZeilen: ñ, 雪"
    assert (held["lat"], held["long"], held["posts"]) == (50.0, 8.0, 1)
    assert cities.session.get(f"{HOST}/_control/").status_code == 200


@pytest.mark.parametrize("key", FACTS)
@pytest.mark.parametrize(
    ("word", "status", "stored"),
    [("SANDBOX-429", 429, 0), ("SANDBOX-503", 503, 0), ("SANDBOX-HTML-200", 200, 0), ("SANDBOX-SLOW", 201, 1)],
)
def test_magic_words_that_answer(cities, key, word, status, stored):
    before = len(cities.received(key))
    answer = file(cities, key, f"{word} hier")
    assert answer.status_code in ((200, 201) if stored else (status,))
    assert len([held for held in cities.received(key) if held["posts"]]) == stored
    assert before in (0, len(cities.received(key)) - stored)


@pytest.mark.parametrize("key", FACTS)
@pytest.mark.parametrize("word", ["SANDBOX-REFUSE", "SANDBOX-DUPLICATE"])
def test_magic_words_that_refuse(cities, key, word):
    answer = file(cities, key, f"{word} hier")
    assert answer.status_code == (422 if key == "rostock" else 400)
    assert re.search(b"duplicate" if word == "SANDBOX-DUPLICATE" else b"not", answer.content)
    kept = [held for held in cities.received(key) if held["posts"]]
    assert len(kept) == (1 if word == "SANDBOX-DUPLICATE" else 0)


@pytest.mark.parametrize("key", FACTS)
def test_magic_words_that_break_the_connection(cities, key):
    with pytest.raises(requests.ConnectionError):
        file(cities, key, "SANDBOX-RESET hier")
    with pytest.raises(requests.ReadTimeout):
        file(cities, key, "SANDBOX-LOST-ANSWER hier")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        file(cities, key, "SANDBOX-DROP-MIDWAY hier")
    assert [held["description"][8:12] for held in cities.received(key) if held["posts"]] == ["LOST", "DROP"]


@pytest.mark.parametrize("key", FACTS)
@pytest.mark.parametrize("plan", TIMELINES)
def test_every_plan_can_be_set_and_read(cities, key, plan):
    file(cities, key)
    number = cities.received(key)[-1]["service_request_id"]
    cities.control("set_plan", city=key, service_request_id=number, plan=plan)
    cities.sandbox.clock.advance(8 * 86400)
    city, _ = city_of(key)
    answer = city.get(cities, f"requests/{number}.{city.format}", extensions="true")
    assert answer.status_code == 200
    assert number.encode() in answer.content
    assert [held["plan"] for held in cities.received(key)][-1] == plan


@pytest.mark.parametrize("key", [*FACTS, "zaragoza"])
@pytest.mark.parametrize("operation", ["post", "requests", "services"])
def test_faults(cities, key, operation):
    cities.control("fault", kind="502", city=key, operation=operation, count=1)
    city = City(f"/{BY_KEY[key].base}/", {"service_code": "1"}, FACTS[key].always if key in FACTS else {})
    format_ = FACTS[key].format if key in FACTS else "json"
    call = city.post(cities, format_=format_) if operation == "post" else city.get(cities, f"{operation}.{format_}")
    assert call.status_code == 502
    assert cities.session.get(f"{HOST}/_control/faults.json").json() == []


@pytest.mark.parametrize("key", FACTS)
def test_a_revoked_key_is_told_in_the_citys_own_form(cities, key):
    cities.control("fault", kind="wrong-key", city=key, operation="post", count=1)
    answer = file(cities, key)
    assert answer.status_code == (500 if key == "rostock" else 403)
    assert file(cities, key).status_code in (200, 201)


@pytest.mark.parametrize("key", [*FACTS, "zaragoza"])
def test_discovery_names_the_base_at_two_levels(cities, key):
    base = f"{HOST}/{BY_KEY[key].base}/"
    for url in (f"{base}discovery.xml", f"{base}../discovery.xml"):
        answer = cities.session.get(url)
        assert answer.status_code == 200
        assert f"<url>{base[:-1]}</url>" in answer.text


def test_a_restart_goes_on_where_it_stopped(tmp_path):
    def caller(path):
        sandbox = make_app(path)
        session = requests.Session()
        session.mount(HOST, SandboxAdapter(sandbox))
        return Caller(session, HOST, sandbox)

    first = caller(tmp_path / "state.json")
    for key in FACTS:
        file(first, key)
    first.control("comment", city="merton", service_request_id="740201", text="Bald")
    first.session.get(f"{HOST}/zaragoza/api/recurso/open311/requests.json")
    second = caller(tmp_path / "state.json")
    for key in (*FACTS, "zaragoza"):
        assert second.received(key) == first.received(key) != []
    file(second, "libre", "Noch etwas")
    assert len(second.received("libre")) == len(first.received("libre")) + 1
