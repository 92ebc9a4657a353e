"""Discovery, services and service definitions."""

from urllib.parse import quote

import pytest

from reports.sandbox.systems import CITIES
from tests.sandbox.conftest import BASES, HOST, texts

DATATYPES = {"string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"}
BY_KEY = {city.key: city for city in CITIES}


@pytest.mark.parametrize("city", BASES)
@pytest.mark.parametrize("level", ["", "../"])
def test_discovery_in_both_formats(cities, city, level):
    base = HOST + BASES[city] + level
    discovery = cities.session.get(base + "discovery.json").json()
    assert {"changeset", "contact", "key_service"} <= discovery.keys()
    endpoint = discovery["endpoints"][0]
    assert endpoint["type"] == "production"
    assert endpoint["url"] + "/" == HOST + BASES[city]
    assert endpoint["specification"].endswith("GeoReport_v2")
    as_xml = cities.session.get(base + "discovery.xml")
    assert texts(as_xml, "endpoints/endpoint/url")[0] == endpoint["url"]
    assert texts(as_xml, "endpoints/endpoint[1]/formats/format") == endpoint["formats"]


def test_chicago_names_a_test_environment_that_answers(cities):
    endpoints = cities.get("chicago", "discovery.json").json()["endpoints"]
    assert [endpoint["type"] for endpoint in endpoints] == ["production", "test"]
    assert len(cities.session.get(endpoints[1]["url"] + "/services.json").json()) >= 15


@pytest.mark.parametrize("city", BASES)
def test_offers_at_least_fifteen_services_with_groups(city):
    services = BY_KEY[city].services.values()
    assert len(services) >= 15
    assert len({service.group for service in services}) >= 4
    assert all(service.name and service.description for service in services)
    assert {service.metadata for service in services} == {True, False}


@pytest.mark.parametrize("city", BASES)
def test_definitions_cover_the_standard(city):
    attributes = [a for service in BY_KEY[city].services.values() for a in service.definition]
    assert {attribute["datatype"] for attribute in attributes} == DATATYPES
    assert {attribute["required"] for attribute in attributes} == {True, False}
    orders = [[a["order"] for a in s.definition] for s in BY_KEY[city].services.values()]
    assert any(order != sorted(order) for order in orders)
    assert all(len(set(order)) == len(order) for order in orders)
    for attribute in attributes:
        assert bool(attribute.get("values")) == attribute["datatype"].endswith("list")


def test_there_are_notices_with_html():
    notices = [a["description"] for c in CITIES for s in c.services.values() for a in s.definition if not a["variable"]]
    assert any("<b>" in notice for notice in notices)
    assert any("<a href=" in notice for notice in notices)


def test_services_as_json_are_a_bare_array(cities):
    answer = cities.get("evanston", "services.json")
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    first = answer.json()[0]
    assert first["service_code"] == "001"
    assert first["metadata"] is True
    assert first["keywords"] == "pothole, street, alley, hole"
    assert first["type"] == "realtime"


def test_services_as_xml(cities):
    answer = cities.get("oak-park", "services.xml")
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert answer.content.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
    assert texts(answer, "service/service_code")[0] == "PW:POT"
    assert set(texts(answer, "service/metadata")) == {"true", "false"}


@pytest.mark.parametrize("code", ["SIG/01", "HWY 01", "0070"])
def test_awkward_codes_are_one_segment(cities, code):
    definition = cities.get("cook", f"services/{quote(code, safe='')}.json").json()
    assert definition["service_code"] == code
    assert definition["attributes"]


def test_spot_leaves_out_what_is_not_set(cities):
    definition = cities.get("chicago", "services/4ffa4c69601827691b000018.json").json()
    first = definition["attributes"][0]
    assert first["code"] == "FQSKA1"
    assert "values" not in first
    assert "datatype_description" not in first


def test_definition_as_xml_keeps_html_as_text(cities):
    answer = cities.get("cook", "services/HWY%2001.xml")
    assert "<b>blue pentagon</b>" in texts(answer, "attributes/attribute/description")[0]
    assert texts(answer, "attributes/attribute/variable")[0] == "false"
    assert "SHLDR" in texts(answer, "attributes/attribute/values/value/key")


def test_a_service_without_questions_has_an_empty_definition(cities):
    assert cities.get("evanston", "services/061.json").json() == {"service_code": "061", "attributes": []}


def test_extended_definition_only_at_spot(cities):
    chicago = cities.get("chicago", "services/4ffa4c69601827691b000018.json", extensions="true").json()
    assert chicago["extended_attributes"]["active"] is True
    assert "extended_attributes" not in cities.get("evanston", "services/001.json", extensions="true").json()


@pytest.mark.parametrize(
    ("city", "path", "params", "status", "words"),
    [
        ("evanston", "services/nope.json", {}, 404, "Service not found with code nope"),
        ("evanston", "services.xml", {}, 404, "No such resource or format"),
        ("evanston", "services", {}, 404, "No such resource or format"),
        ("evanston", "facilities.json", {}, 404, "No such resource: facilities"),
        ("evanston", "services.json", {"jurisdiction_id": "elsewhere.org"}, 404, "jurisdiction_id was not found"),
        ("cook", "services.json", {"jurisdiction_id": ""}, 400, "jurisdiction_id was not provided"),
        ("cook", "services.json", {"jurisdiction_id": "elsewhere.org"}, 404, "jurisdiction_id was not found"),
    ],
)
def test_errors_in_json(cities, city, path, params, status, words):
    answer = cities.get(city, path, **params)
    assert answer.status_code == status
    [error] = answer.json()
    assert error["code"] == status
    assert words in error["description"]


def test_errors_in_xml(cities):
    answer = cities.get("chicago", "requests/not-an-id.xml")
    assert answer.status_code == 404
    assert texts(answer, "error/code") == ["404"]
    assert texts(answer, "error/description") == ["Service request not found with id or token not-an-id"]


def test_a_jurisdiction_that_is_not_needed_is_ignored_at_bloomington(cities):
    assert cities.get("bloomington", "services.json", jurisdiction_id="elsewhere.org").ok


def test_only_get_and_post(cities):
    answer = cities.session.delete(HOST + BASES["evanston"] + "services.json")
    assert answer.status_code == 405
    assert "DELETE" in answer.json()[0]["description"]


def test_the_front_page_lists_the_cities(cities):
    assert "/oak-park/open311/v2/" in cities.session.get(HOST + "/").text
    assert cities.session.get(HOST + "/nowhere/open311/v2/services.json").status_code == 404
