"""GeoReport v2: the fields of each document by their names in the standard, and which document an error is about."""

import json
from typing import Any

import pytest

from reports import http
from reports.dialects.errors import Unreadable
from reports.dialects.messages import AttributeValue
from tests.dialects.canned import BASE
from tests.dialects.georeport_v2_city import city


def read(operation: str, content: Any, status: int = 200) -> Any:
    return city().replay(operation, http.Response(status, {}, json.dumps(content).encode(), BASE))


def attribute(**fields: Any) -> Any:
    (found,) = read("service_definition", {"service_code": "A", "attributes": [{"code": "Q"} | fields]})
    return found.attributes[0]


def test_every_field_of_a_discovery_document():
    endpoint = {"specification": "v2", "url": "https://city.example/v2", "changeset": "c-1", "type": "Production",
                "formats": ["text/xml", "", "application/json"]}  # fmt: skip
    document = {"changeset": "c-0", "contact": "call us", "key_service": "write to us", "endpoints": [endpoint]}
    (found,) = read("discovery", document)
    assert (found.changeset, found.contact, found.key_service) == ("c-0", "call us", "write to us")
    (only,) = found.endpoints
    assert (only.specification, only.url, only.changeset, only.type) == (
        "v2", "https://city.example/v2", "c-1", "production")  # fmt: skip
    assert only.formats == ("text/xml", "application/json")
    (listed,) = read("discovery", {"endpoints": {"0": endpoint, "1": endpoint}})
    assert [each.url for each in listed.endpoints] == ["https://city.example/v2"] * 2
    assert read("discovery", {"changeset": "c-0"})[0].endpoints == ()


def test_every_field_of_a_service():
    row = {"service_code": "A", "service_name": "Pothole", "description": "Holes", "metadata": "true",
           "type": "batch", "keywords": "road, hole", "group": "Streets, and more", "notice": "Slow",
           "groups": ["Streets", {"name": "Roads"}, {"group": "All", "name": "Not this"}, "Roads"]}  # fmt: skip
    (found,) = read("services", [row])
    assert (found.service_code, found.service_name, found.description) == ("A", "Pothole", "Holes")
    assert (found.metadata, found.type.value, found.keywords) == (True, "batch", ("road", "hole"))
    assert (found.group, found.groups) == ("Streets, and more", ("Streets", "Roads", "All"))
    assert (found.notice, found.active) == ("Slow", True)
    (other,) = read("services", [{"service_code": "A", "groups": "Streets, Roads"}])
    assert (other.service_name, other.group, other.groups) == ("A", "Streets", ("Streets", "Roads"))
    assert [each.service_code for each in read("services", {"service_code": "A"})] == ["A"]


@pytest.mark.parametrize(
    ("fields", "active", "notice"),
    [
        ({}, True, ""),
        ({"active": "false"}, False, ""),
        ({"active": ""}, True, ""),
        ({"extended_attributes": {"active": False, "notice": "Gone"}, "active": True, "notice": "Here"}, False, "Gone"),
        ({"extended_attributes": {"active": True}, "notice": "Here"}, True, "Here"),
    ],
)
def test_whether_a_service_takes_filings(fields, active, notice):
    (service,) = read("services", [{"service_code": "A"} | fields])
    (definition,) = read("service_definition", {"service_code": "A", "attributes": []} | fields)
    assert (service.active, service.notice) == (definition.active, definition.notice) == (active, notice)


def test_two_services_of_one_code_are_no_list():
    with pytest.raises(Unreadable):
        read("services", [{"service_code": "XXX", "service_name": name} for name in ("Your key", "is obsolete")])
    assert len(read("services", [{"service_code": "A"}, {"service_code": "B"}, {"service_code": "B"}])) == 2


def test_every_field_of_an_attribute():
    found = attribute(variable="true", datatype="multivaluelist", required="true", datatype_description="Tick all",
                      order="3", description="Which?", automated="Hidden_Field",
                      values=[{"key": "a", "name": "Left"}, {"key": "b"}, {"name": "Both"}, "none", " "])  # fmt: skip
    assert (found.code, found.variable, found.datatype.value, found.required) == ("Q", True, "multivaluelist", True)
    assert (found.datatype_description, found.order, found.description) == ("Tick all", 3, "Which?")
    assert found.automated == "hidden_field"
    assert found.values == (
        AttributeValue("a", "Left"), AttributeValue("b", "b"), AttributeValue("Both", "Both"),
        AttributeValue("none", "none"))  # fmt: skip
    assert attribute(automated="by magic").automated == ""
    assert attribute(values={"l": "Left", "r": ""}).values == (AttributeValue("l", "Left"), AttributeValue("r", "r"))
    assert attribute(values={"key": "l", "name": "Left"}).values == (AttributeValue("l", "Left"),)


@pytest.mark.parametrize(
    ("values", "keys"),
    [
        ({"key": "l"}, ["l"]), ({"name": "Left"}, ["Left"]), ({"value": [{"key": "l"}, {"key": "r"}]}, ["l", "r"]),
        ({"value": {"key": "l"}}, ["l"]), ({"values": [{"key": "l"}]}, ["l"]),
        ({"l": "Left", "r": "Right"}, ["l", "r"]),
        (7, []), (None, []), ("", []),
    ],
)  # fmt: skip
def test_choices_in_every_wrapping(values, keys):
    assert [each.key for each in attribute(values=values).values] == keys


@pytest.mark.parametrize(
    "listed",
    [[{"code": "Q"}], {"attribute": [{"code": "Q"}]}, {"attribute": {"code": "Q"}}, {"attributes": [{"code": "Q"}]},
     [{"attribute": {"code": "Q"}}]],
)  # fmt: skip
def test_questions_in_every_wrapping(listed):
    (found,) = read("service_definition", {"service_code": "A", "attributes": listed})
    assert [each.code for each in found.attributes] == ["Q"]


@pytest.mark.parametrize(
    ("fields", "asked"),
    [({}, True), ({"variable": ""}, True), ({"variable": "false"}, False), ({"datatype": "Informational"}, False)],
)
def test_what_is_asked(fields, asked):
    assert attribute(**fields).variable is asked


def test_questions_come_in_their_order_and_those_without_one_last():
    listed = [{"code": "d"}, {"code": "c", "order": 7}, {"code": "a", "order": "0"}, {"code": "b", "order": 0}]
    (found,) = read("service_definition", {"service_code": "A", "attributes": listed})
    assert [each.code for each in found.attributes] == ["a", "b", "c", "d"]
    unusable = [{"variable": "true", "description": "Without a code"}, {"variable": "false", "description": "Read."}]
    (found,) = read("service_definition", {"service_code": "A", "attributes": unusable})
    assert [each.description for each in found.attributes] == ["Read."]


def test_a_definition_in_other_wrappings():
    inside = {"service": {"service_code": "K", "service_name": "Klarschiff's"}}
    (found,) = read("service_definition", {"service_definition": inside})
    assert (found.service_code, found.attributes) == ("K", ())
    (found,) = read("service_definition", {"service_code": "A", "attribute": [{"code": "Q"}]})
    assert [each.code for each in found.attributes] == ["Q"]


def test_every_field_of_a_receipt():
    row = {"service_request_id": 7, "token": "t", "service_notice": "In a week", "account_id": 9}
    (found,) = read("post", [row], 201)
    assert (found.service_request_id, found.token, found.service_notice, found.account_id, found.held) == (
        "7", "t", "In a week", "9", False)  # fmt: skip
    assert read("post", [{"service_notice": "Thanks"}, row], 201)[0].service_request_id == "7"
    assert read("post", [{"account_id": 1}, {"token": "t"}], 201)[0].token == "t"
    assert read("post", [], 202)[0].held
    assert not read("post", [], 201)[0].held


@pytest.mark.parametrize(
    ("operation", "content", "named"),
    [
        ("discovery", {"services": []}, "discovery"),
        ("services", {"totalCount": 0}, "services"),
        ("services", [{"service_name": "A"}], "services"),
        ("service_definition", {"service_name": "A"}, "service_definition"),
        ("post", {"thanks": 1}, "post_service_request"),
    ],
)
def test_an_error_names_what_was_asked_for(operation, content, named):
    with pytest.raises(Unreadable) as caught:
        read(operation, content, 201 if operation == "post" else 200)
    assert caught.value.operation == named
