"""GeoReport v2, filing: the form on the wire, and what is refused before it is sent."""

import dataclasses
import json

import pytest

from reports.dialects.errors import BadRequest
from reports.dialects.messages import Answer, Datatype, Filing
from tests.dialects.canned import canned
from tests.dialects.filing import FILING, KEY, NOW
from tests.dialects.georeport_v2_city import TAKEN, city


def test_the_form_in_its_order():
    filing = dataclasses.replace(
        FILING,
        lat=0.00001,
        long=-87.5,
        address_id="77",
        first_name="Jo",
        last_name="Doe",
        phone="555",
        device_id="d",
        account_id="a",
        media_urls=("https://us.example/1.jpg", "https://us.example/2.jpg"),
        answers=(
            Answer("WHERE", Datatype.SINGLEVALUELIST, ("LANE",)),
            Answer("DEEP", Datatype.MULTIVALUELIST, ("A", "B")),
            Answer("NONE", Datatype.STRING, ("",)),
        ),
    )
    with canned((201, TAKEN)) as wire:
        city().post_service_request(filing)
    assert wire.calls[0].path.endswith("/open311/v2/requests.xml")
    assert wire.calls[0].fields == [
        ("api_key", KEY),
        ("jurisdiction_id", "c.org"),
        ("service_code", "POTH"),
        ("lat", "0.00001"),
        ("long", "-87.5"),
        ("address_string", "121 N La Salle St"),
        ("address_id", "77"),
        ("attribute[WHERE]", "LANE"),
        ("attribute[DEEP][]", "A"),
        ("attribute[DEEP][]", "B"),
        ("email", "resident@example.org"),
        ("device_id", "d"),
        ("account_id", "a"),
        ("first_name", "Jo"),
        ("last_name", "Doe"),
        ("phone", "555"),
        ("description", FILING.description),
        ("media_url", "https://us.example/1.jpg"),
    ]


def test_what_is_empty_is_not_sent():
    bare = Filing("R", "POTH", "", NOW, address_string="1 Main St")
    with canned((201, TAKEN)) as wire:
        city(send_jurisdiction_id=False).post_service_request(bare)
    assert wire.calls[0].fields == [("api_key", KEY), ("service_code", "POTH"), ("address_string", "1 Main St")]


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("description", [("attribute[EXT]", "theirs")]),
        ("account_id", [("attribute[EXT]", "theirs"), ("account_id", "RF-2K7Q")]),
        ("attribute[EXT]", [("attribute[EXT]", "RF-2K7Q")]),
    ],
)
def test_our_reference_goes_where_the_option_says(place, expected):
    filing = dataclasses.replace(FILING, answers=(Answer("EXT", Datatype.STRING, ("theirs",)),))
    with canned((201, TAKEN)) as wire:
        city(reference_in=place).post_service_request(filing)
    assert [pair for pair in wire.calls[0].fields if pair[0] in {"account_id", "attribute[EXT]"}] == expected


def test_nobody_is_asked_for_the_attribute_that_holds_our_reference():
    asked = {"variable": True, "datatype": "string", "required": True, "description": "x"}
    answer = json.dumps({"service_code": "1", "attributes": [asked | {"code": each} for each in ("EXT", "WHERE")]})
    for place, automated in (("attribute[EXT]", ["server_set", ""]), ("account_id", ["", ""])):
        with canned(answer.encode()):
            definition = city(reference_in=place).service_definition("1")
        assert [each.automated for each in definition.attributes] == automated


def test_options_of_the_form():
    filing = dataclasses.replace(FILING, answers=(Answer("D", Datatype.MULTIVALUELIST, ("A", "B")),))
    options = {"key_in": "bearer", "multivalue": "repeated", "formats": ["json"], "headers": {"X-Client": "us"}}
    with canned((201, TAKEN)) as wire:
        city(**options).post_service_request(filing)
    call = wire.calls[0]
    assert call.path.endswith("requests.json")
    assert "api_key" not in call.query
    assert (call.headers["Authorization"], call.headers["X-Client"]) == (f"Bearer {KEY}", "us")
    assert [field for field in call.fields if field[0].startswith("attr")] == [
        ("attribute[D]", "A"),
        ("attribute[D]", "B"),
    ]


@pytest.mark.parametrize(
    ("changes", "options", "word"),
    [
        ({"lat": None, "long": None, "address_string": ""}, {}, "place is needed"),
        ({"long": None}, {}, "both, or neither"),
        ({"lat": None, "long": None}, {"required": ["lat_long"]}, "exact place"),
        ({"address_string": ""}, {"required": ["address_string"]}, "an address"),
        ({"email": ""}, {"required": ["email"]}, "e-mail"),
        ({}, {"required": ["media_url"]}, "photo"),
        ({"description": "short"}, {"description_min": 10}, "at least 10"),
        ({"description": "x" * 4001}, {}, "4000 characters at most; it has 4001"),
    ],
)
def test_what_the_city_would_refuse_is_refused_before_it_is_sent(changes, options, word):
    with canned((201, TAKEN)) as wire, pytest.raises(BadRequest, match=word) as caught:
        city(**options).post_service_request(dataclasses.replace(FILING, **changes))
    assert wire.calls == []
    assert caught.value.messages
    assert caught.value.status_code is None


def test_a_description_may_be_as_long_and_as_short_as_the_option_says():
    for length, taken in ((9, False), (10, True), (30, True), (31, False)):
        with canned((201, TAKEN)) as wire:
            dialect = city(description_min=10, description_max=30)
            filing = dataclasses.replace(FILING, description="x" * length)
            if taken:
                dialect.post_service_request(filing)
            else:
                with pytest.raises(BadRequest) as caught:
                    dialect.post_service_request(filing)
                assert caught.value.operation == "post_service_request"
        assert len(wire.calls) == taken


def test_of_a_single_answer_one_value_goes():
    filing = dataclasses.replace(FILING, answers=(Answer("WHERE", Datatype.SINGLEVALUELIST, ("LANE", "PATH")),))
    with canned((201, TAKEN)) as wire:
        city().post_service_request(filing)
    assert [value for name, value in wire.calls[0].fields if name == "attribute[WHERE]"] == ["LANE"]
