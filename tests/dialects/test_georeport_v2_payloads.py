"""Answers of the shapes that cities have really given (tests/payloads/SOURCES.md), read through the dialect."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports import clock, http
from reports.dialects import registry
from reports.dialects.base import REPLAYABLE, Connection
from reports.dialects.errors import BadRequest, DialectError, Duplicate, KeyRejected, NotFound, RateLimited, Unreadable
from reports.dialects.messages import (
    AttributeValue,
    Datatype,
    Note,
    Receipt,
    RequestStatus,
    ServiceType,
    Stage,
    Status,
    TokenAnswer,
)
from tests.dialects.canned import BASE
from tests.dialects.contract import assert_plain

PAYLOADS = Path(__file__).parents[1] / "payloads"
HERE = PAYLOADS / "georeport_v2"
FILES = sorted(path.name for path in HERE.iterdir())


def replay(operation: str, file: str, status: int = 200) -> tuple[Any, ...]:
    body = (HERE / file).read_bytes()
    headers = {}
    if body.startswith(b"HTTP/"):  # a raw reply, with its head
        head, _, body = body.partition(b"\n\n")
        lines = head.decode().splitlines()
        status = int(lines[0].split()[1])
        headers = dict(line.split(": ", 1) for line in lines[1:])
    return replay_bytes(operation, body, status, headers)


def replay_bytes(
    operation: str, body: bytes, status: int = 200, headers: dict[str, str] | None = None
) -> tuple[Any, ...]:
    connection = Connection(BASE, http.Client("payloads"), time_zone=ZoneInfo("America/Los_Angeles"))
    dialect = registry.open_dialect("georeport_v2", connection)
    return dialect.replay(operation, http.Response(status, headers or {}, body, BASE))


def request(file: str, number: int = 0) -> RequestStatus:
    found = replay("requests", file)[number]
    assert isinstance(found, RequestStatus)
    return found


def test_every_file_has_its_source_and_its_test():
    sources = (PAYLOADS / "SOURCES.md").read_text()
    tests = "".join(path.read_text() for path in Path(__file__).parent.glob("test_georeport_v2*.py"))
    for name in FILES:
        assert f"| `{name}` |" in sources, name
        assert f'"{name}"' in tests, name


# --- discovery ---


def test_discovery():
    (found,) = replay("discovery", "discovery.xml")
    assert found.changeset == "2024-05-02T08:30:00-04:00"
    assert [(each.type, each.url) for each in found.endpoints] == [
        ("production", "https://api.harbor.example/open311/v2"),
        ("test", "https://test.harbor.example/open311"),
    ]
    assert found.endpoints[0].formats == ("text/xml", "application/json")


@pytest.mark.parametrize(
    ("file", "contact", "formats"),
    [
        ("discovery-misopened.xml", "Stadt Seehafen, Amt für Geodaten", ("application/json",)),
        ("discovery-wrapped.json", "Write to us", ("text/xml", "application/json")),
        ("discovery-endpoints-by-number.json", "", ("application/json",)),
        ("discovery-lists-of-one.json", "Send email to team@fms.example.", ("text/xml", "application/json")),
    ],
)
def test_discovery_that_departs(file, contact, formats):
    (found,) = replay("discovery", file)
    assert found.contact == contact
    assert found.endpoints[0].type == "production"
    assert found.endpoints[0].url.startswith("https://")
    assert found.endpoints[0].formats == formats


# --- services and definitions ---


def test_services_with_namespaces():
    first, second = replay("services", "services-namespaces.xml")
    assert (first.service_code, first.group, first.keywords) == ("001", "Bins", ())
    assert first.description == "Bins on the pavement a day after they were emptied."
    assert (second.service_code, second.metadata, second.type) == ("014", True, ServiceType.BATCH)
    assert second.keywords == ("tree", "branch")
    assert second.service_name == "Fallen & leaning trees"


def test_services_with_mixed_codes():
    found = replay("services", "services-mixed-codes.json")
    assert [each.service_code for each in found] == ["ROW-12", "40211", "Dept:Reason's:A/B (x)"]
    assert [each.metadata for each in found] == [True, False, False]
    assert [each.type for each in found] == [ServiceType.BATCH, ServiceType.BLACKBOX, ServiceType.REALTIME]
    assert found[0].description == ""


def test_a_list_that_is_no_list_of_services_is_unreadable():
    with pytest.raises(Unreadable):
        replay("services", "services-obsolete-key.json")


def test_json_that_is_nearly_json():
    (found,) = replay("services", "services-leading-zeros.json")
    assert (found.service_code, found.description, found.metadata) == ("001", "Cans left\nout", True)


@pytest.mark.parametrize("file", ["services-latin1.xml", "services-utf16-label.xml"])
def test_wrong_labels_on_characters(file):
    assert replay("services", file)[0].service_name == "Straßenschäden"


def test_definition_is_sorted():
    (found,) = replay("service_definition", "definition-unordered.xml")
    assert found.service_code == "S77"
    assert [each.code for each in found.attributes] == ["WHERE", "DEEP", "NOTE9"]
    where, deep, note = found.attributes
    assert where.required
    assert where.values == (AttributeValue("LANE", "In the lane"), AttributeValue("007", "At the kerb"))
    assert deep.datatype is Datatype.MULTIVALUELIST
    assert not note.variable
    assert note.values == ()


def test_definition_without_its_wrapper():
    (found,) = replay("service_definition", "definition-no-wrapper.xml")
    assert found.service_code == "LIC04"
    assert [(each.code, each.required, each.datatype_description) for each in found.attributes] == [("PLATE", True, "")]


def test_definition_without_values():
    plate, days, kind = replay("service_definition", "definition-no-values.json")[0].attributes
    assert plate.values == days.values == ()
    assert days.order == 2
    assert (kind.code, kind.datatype, kind.required) == ("17", Datatype.MULTIVALUELIST, True)
    assert [(each.key, each.name) for each in kind.values] == [
        ("1", "One"),
        ("b", "b"),
        ("Third", "Third"),
        ("4", "Four"),
    ]


# --- requests ---


def test_a_single_request_is_a_list_of_one():
    found = request("request-single.xml")
    assert found.service_request_id == "202005570514"
    assert found.requested_datetime == datetime(2019, 4, 2, 4, 1, tzinfo=UTC)
    assert found.updated_datetime == found.requested_datetime
    assert found.expected_datetime == datetime(2019, 4, 6, 4, 1, tzinfo=UTC)
    assert (found.lat, found.long, found.address_id, found.zipcode) == (43.69, -79.27, "1345", "")
    assert found.status_notes == "In progress - A crew was sent."
    assert found.agency_responsible == "311 Lakeside"


def test_dates_without_a_zone_are_the_city_s():
    (found,) = replay("requests", "requests-soap-dates.xml")
    assert (found.status, found.status_word) == (Status.CLOSED, "Closed")
    assert found.requested_datetime == datetime(2012, 5, 23, 6, 57, 23, 970000, tzinfo=UTC)
    assert found.expected_datetime == datetime(2012, 5, 31, 15, 30, tzinfo=UTC)
    assert (found.lat, found.long) == (None, None)
    assert (found.address, found.zipcode) == ("BAYPORT , CA", "")


def test_numbers_and_nulls():
    with clock.at(datetime(2020, 1, 1, tzinfo=UTC)):
        first, second = replay("requests", "requests-numbers-and-nulls.json")
    assert (first.service_request_id, first.service_code, first.address_id) == ("101005570514", "30102", "77")
    assert (first.status, first.status_word, first.lat) == (Status.OPEN, "", None)
    assert first.updated_datetime == first.requested_datetime
    assert second.updated_datetime == datetime(2020, 1, 1, tzinfo=UTC)
    assert (second.lat, second.long) == (43.7, -79.4)
    assert second.media_urls == ("https://p.example/1.jpg", "https://p.example/2.jpg")


def test_a_bare_object_with_other_spellings():
    found = request("request-object.json")
    assert (found.service_request_id, found.service_code) == ("947147", "37")
    assert (found.address, found.address_id, found.zipcode) == ("Calle Mayor 1", "9", "50001")
    assert (found.lat, found.long, found.status_notes) == (41.65, -0.88, "Recibida")
    assert found.media_urls == ("http://canned.test/fotos/1.jpg",)


def test_extensions_are_read_by_an_allow_list():
    (found,) = replay("requests", "requests-extended.json")  # the row without a number and the stub are left out
    assert (found.service_request_id, found.token) == ("5511203", "66f0a1b2c3d4e5f601020304")
    assert (found.status, found.stage) == (Status.OPEN, Stage.IN_PROGRESS)
    assert found.duplicate_of == "5511100"
    assert found.media_urls == ("https://p.example/a.jpg",)
    assert [note.type for note in found.notes] == ["submitted", "activity"]
    assert found.notes[1] == Note("Crew sent", datetime(2024, 7, 28, 16, tzinfo=UTC), "activity")
    assert "Removed" not in str([getattr(found, name) for name in found.__slots__ if name != "raw"])


@pytest.mark.parametrize("file", ["requests-wrapped-empty.json", "requests-empty.xml", "requests-empty-object.json"])
def test_empty_lists(file):
    assert replay("requests", file) == ()


def test_two_lists_in_one_object():
    assert [each.service_request_id for each in replay("requests", "requests-with-services.json")] == ["9c1f-15"]
    assert [each.service_code for each in replay("services", "requests-with-services.json")] == ["010"]


# --- receipts and tokens ---


@pytest.mark.parametrize(
    ("file", "service_request_id", "token", "notice"),
    [
        ("post-token.xml", None, "61a0c3d4e5f6010203040506", ""),
        ("post-number.json", "88213", None, "Within five days"),
        ("post-row.json", "x7pevq2d", None, ""),
        ("post-nested-objects.json", "47-2026", None, ""),
        ("post-both.json", "24-00000017", "61a0c3d4", ""),
        ("post-neither.xml", None, None, "Thank you."),
        ("post-empty-list.json", None, None, ""),
    ],
)
def test_receipts(file, service_request_id, token, notice):
    (found,) = replay("post", file, 201)
    assert found == Receipt(service_request_id, token, notice, raw=found.raw)


@pytest.mark.parametrize(("body", "held"), [(b"", True), (b'{"metadata":{"moderated":true}}', True), (b"[]", True)])
def test_202_without_a_number_is_held(body, held):
    (found,) = replay_bytes("post", body, 202)
    assert (found.held, found.service_request_id, found.token) == (held, None, None)


def test_202_with_a_number_is_not_held():
    assert replay("post", "post-token.xml", 202)[0].held is False


def test_tokens():
    assert replay("token", "token-pending.json") == (TokenAnswer("61a0c3d4", None),)
    assert replay("token", "token-no-token.xml") == (TokenAnswer(None, "SR-9"),)
    assert replay("token", "post-both.json") == (TokenAnswer("61a0c3d4", "24-00000017"),)


# --- errors ---


@pytest.mark.parametrize(
    ("file", "status", "kind", "words"),
    [
        ("error-duplicate.xml", 400, Duplicate, "Invalid service request: base is a duplicate."),
        ("error-not-found.xml", 404, NotFound, "No request with id or token nope-1"),
        ("error-not-found.xml", 200, NotFound, "No request with id or token nope-1"),
        ("error-bare-403.txt", 403, KeyRejected, "Invalid api_key received -- cannot go on with create_request."),
        ("error-object.json", 404, NotFound, "The service_code 99 does not exist"),
        ("error-inside-500.xml", 500, KeyRejected, "Der übergebene API-Key ist ungültig."),
        ("error-text-code.json", 400, BadRequest, "service_code is missing"),
        ("error-message.json", 429, RateLimited, "Too Many Requests"),
        ("error-hal.json", 400, BadRequest, "lat: must not be null"),
        ("error-validation.json", 400, BadRequest, "The description is too short."),
        ("error-trailing-comma.json", 400, KeyRejected, "api_key was not valid"),
    ],
)
def test_errors(file, status, kind, words):
    for operation in ("error", "post", "requests", "services"):
        with pytest.raises(kind) as caught:
            replay(operation, file, status)
        assert caught.value.messages == (words,)
        assert caught.value.status_code == status
        assert caught.value.excerpt


def test_retry_after_is_kept():
    with pytest.raises(RateLimited) as caught:
        replay("post", "error-message.json")
    assert caught.value.retry_after == 30


# --- whatever happens to an answer on its way ---


@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_mutated_answers_give_messages_or_dialect_errors(data):
    recorded = (HERE / data.draw(st.sampled_from(FILES))).read_bytes()
    body = bytearray(re.sub(rb"^HTTP/.*?\n\n", b"", recorded, flags=re.DOTALL))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(body)))
        end = data.draw(st.integers(start, min(len(body), start + 40)))
        body[start:end] = data.draw(
            st.one_of(
                st.binary(max_size=8), st.sampled_from([b"null", b"NaN", b"\0", b"<", b"{}", b"[[", b'"', b"\\ud800"])
            )
        )
    for operation in REPLAYABLE:
        try:
            for message in replay_bytes(operation, bytes(body), data.draw(st.sampled_from([200, 202, 404, 500]))):
                assert_plain(message)
        except DialectError:
            continue


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
NAMES = [
    "service_request_id", "token", "status", "lat", "long", "media_url", "notes", "extended_attributes",
    "keywords", "zipcode", "status_notes", "group", "service_code", "service_name", "requested_datetime",
    "updated_datetime", "metadata", "attributes", "values", "order", "endpoints", "description", "error", "errors",
    "code", "services", "service_requests", "requests",
]  # fmt: skip


@given(
    rows=st.lists(st.dictionaries(st.sampled_from(NAMES), values, max_size=8), max_size=3),
    operation=st.sampled_from(REPLAYABLE),
)
@settings(max_examples=200, deadline=None)
def test_any_value_in_any_field_gives_messages_or_dialect_errors(rows, operation):
    for body in (rows, {"service_definition": rows}, *rows):
        try:
            for message in replay_bytes(operation, json.dumps(body).encode()):
                assert_plain(message)
        except DialectError:
            continue


def test_a_list_of_many_megabytes_is_read():
    row = b'{"service_request_id": %d, "service_code": "1", "service_name": "Hole", "description": "%s"}'
    body = b"[" + b",".join(row % (number, b"x" * 900) for number in range(4_000)) + b"]"
    assert len(replay_bytes("requests", body)) == 4_000
