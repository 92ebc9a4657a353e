"""What cities write and what it means, stated again beside the tables that say so: one line for each entry."""

import dataclasses
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from reports import http
from reports.dialects.base import Connection
from reports.dialects.errors import BadRequest, DialectError
from reports.dialects.formats import coerce
from reports.dialects.formats.dates import moment
from reports.dialects.formats.document import Document
from reports.dialects.formats.remote_errors import RemoteError, remote_errors
from reports.dialects.formats.shapes import CONTAINERS, members
from reports.dialects.formats.sniff import parse
from reports.dialects.georeport_v2 import GeoReportV2, Options, words
from reports.dialects.georeport_v2.read import RequestRows, read_requests
from reports.dialects.messages import Datatype, ServiceType, Stage, Status
from tests.dialects.canned import BASE, canned
from tests.dialects.filing import FILING, WINDOW
from tests.dialects.georeport_v2_city import TAKEN, body, city, row

STATUSES = {
    "open": ("open", ""), "pending": ("open", ""), "submitted": ("open", ""), "unconfirmed": ("open", ""),
    "received": ("open", ""), "reviewed": ("open", ""), "reopened": ("open", ""), "reopen": ("open", ""),
    "assigned": ("open", ""), "acknowledged": ("open", "acknowledged"), "in progress": ("open", "in_progress"),
    "in process": ("open", "in_progress"), "investigating": ("open", "in_progress"),
    "action scheduled": ("open", "scheduled"), "planned": ("open", "scheduled"), "closed": ("closed", ""),
    "archived": ("closed", ""), "processed": ("closed", ""), "fixed": ("closed", ""), "resolved": ("closed", ""),
    "completed": ("closed", ""), "no further action": ("closed", ""), "cancelled": ("closed", ""),
    "canceled": ("closed", ""),
    "not solvable": ("closed", "rejected"), "rejected": ("closed", "rejected"), "duplicate": ("closed", "duplicate"),
    "internal referral": ("closed", "not_responsible"), "not councils responsibility": ("closed", "not_responsible"),
}  # fmt: skip
DATATYPES = {
    "string": "string", "number": "number", "datetime": "datetime", "text": "text",
    "singlevaluelist": "singlevaluelist",
    "multivaluelist": "multivaluelist", "integer": "number", "float": "number", "date": "datetime", "textarea": "text",
    "select": "singlevaluelist", "picklist": "singlevaluelist", "multipicklist": "multivaluelist",
    "boolean": "singlevaluelist", "boolean(checkbox)": "singlevaluelist", "checkbox": "singlevaluelist",
}  # fmt: skip


def read(**fields: Any) -> Any:
    return city().replay("requests", http.Response(200, {}, body(row(1, **fields)), BASE))[0]


def test_no_entry_is_untold():
    assert words.STATUSES.keys() == STATUSES.keys()
    assert words.DATATYPES.keys() == DATATYPES.keys()
    assert set(words.NOTE_STATUSES) == {"submitted", "opened", "closed"}
    assert {"server_set", "hidden_field"} == words.AUTOMATED


@pytest.mark.parametrize("word", STATUSES)
def test_statuses(word):
    status, stage = STATUSES[word]
    spellings = [word, word.upper(), word.replace(" ", "_"), f" {word.title().replace(' ', '-')} "]
    for spelling in spellings:
        assert words.status_of(spelling) == (Status(status), Stage(stage)), spelling
        assert read(status=spelling).status_word == spelling.strip()
    assert words.status_of(f"{word}x") == (Status.OPEN, Stage.NONE)


@pytest.mark.parametrize(("word", "known"), [("open", True), ("strange", True), ("", False), (None, False)])
def test_a_row_may_say_nothing_of_its_status(word, known):
    found = read(status=word)
    assert (found.status, found.status_known) == (Status.OPEN, known)


def test_an_apostrophe_is_no_difference():
    for spelling in ("NOT_COUNCIL'S_RESPONSIBILITY", "not council’s responsibility"):
        assert words.status_of(spelling) == (Status.CLOSED, Stage.NOT_RESPONSIBLE)


@pytest.mark.parametrize("word", DATATYPES)
def test_datatypes(word):
    for spelling in (word, word.upper(), f"{word[:2]}-{word[2:]}", f"{word[:2]} {word[2:]}", f"{word[:2]}_{word[2:]}"):
        assert words.datatype_of(spelling, has_values=False) is Datatype(DATATYPES[word])
        assert words.datatype_of(spelling, has_values=True) is Datatype(DATATYPES[word])


def test_an_unknown_datatype():
    assert words.datatype_of("colour", has_values=True) is Datatype.SINGLEVALUELIST
    assert words.datatype_of("colour", has_values=False) is Datatype.STRING
    assert words.datatype_of("", has_values=False) is Datatype.STRING


@pytest.mark.parametrize("kind", ["boolean", "Boolean (checkbox)", "check-box"])
def test_a_check_box_is_a_list_of_two(kind):
    content = {"service_code": "A", "attributes": [{"code": "Q", "datatype": kind}]}
    (found,) = city().replay("service_definition", http.Response(200, {}, json.dumps(content).encode(), BASE))
    assert [(each.key, each.name) for each in found.attributes[0].values] == [("true", "Yes"), ("false", "No")]


@pytest.mark.parametrize(
    ("word", "kind"),
    [("realtime", "realtime"), ("Batch", "batch"), ("BLACKBOX", "blackbox"), ("", "realtime"), ("slow", "realtime")],
)
def test_types(word, kind):
    assert words.type_of(word) is ServiceType(kind)


@pytest.mark.parametrize(
    ("field", "spelling", "value"),
    [
        ("lat", "lat", 1.5), ("lat", "latitude", 1.5), ("long", "long", 2.5), ("long", "lon", 2.5),
        ("long", "lng", 2.5),
        ("long", "longitude", 2.5), ("zipcode", "zipcode", "60601"), ("zipcode", "zip_code", "60601"),
        ("address", "address", "1 Main St"), ("address", "address_string", "1 Main St"),
        ("address_id", "address_id", "7"),
        ("address_id", "adress_id", "7"), ("status_notes", "status_notes", "Soon"),
        ("status_notes", "status_note", "Soon"),
        ("service_notice", "service_notice", "In a week"), ("service_notice", "service_level_agreement", "In a week"),
    ],
)  # fmt: skip
def test_spellings(field, spelling, value):
    place = {"lat": 1.5, "long": 2.5}
    assert (
        getattr(read(**{name: it for name, it in place.items() if name != field}, **{spelling: value}), field) == value
    )


def test_every_field_by_its_name_in_the_standard():
    texts = ("status_notes", "service_name", "service_code", "description", "agency_responsible", "service_notice",
             "address", "address_id", "zipcode")  # fmt: skip
    dates = ("requested_datetime", "updated_datetime", "expected_datetime")
    written = {name: f"the {name}" for name in texts}
    written |= {name: f"2026-03-0{day}T12:00:00Z" for day, name in enumerate(dates, 1)}
    found = read(token="t-1", **written)
    assert {name: getattr(found, name) for name in texts} == {name: f"the {name}" for name in texts}
    assert [getattr(found, name).day for name in dates] == [1, 2, 3]
    assert (found.service_request_id, found.token) == ("1", "t-1")


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("submitted", "open"),
        ("OPENED", "open"),
        ("Closed", "closed"),
        ("activity", None),
        ("follow_on_created", None),
        ("follow_on_closed", None),
    ],
)
def test_types_of_notes(kind, status):
    (note,) = read(notes=[{"description": "x", "type": kind}]).notes
    assert (note.type, note.status) == (kind, Status(status) if status else None)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("08/29/2008 at 02:05AM", "2008-08-29T02:05:00"), ("08/29/2008 02:05:09 PM", "2008-08-29T14:05:09"),
        ("08/29/2008 14:05:09", "2008-08-29T14:05:09"), ("08/29/2008 14:05", "2008-08-29T14:05:00"),
        ("08/29/2008", "2008-08-29T00:00:00"), ("Fri Aug 29 14:05:09 UTC 2008", "2008-08-29T14:05:09"),
        ("Fri Aug 29 14:05:09 +0100 2008", "2008-08-29T13:05:09"),
        ("Fri, 29 Aug 2008 14:05:09 GMT", "2008-08-29T14:05:09"),
        ("Fri, 29 Aug 2008 14:05:09 -0100", "2008-08-29T15:05:09"), ("29.08.2008 14:05:09", "2008-08-29T14:05:09"),
        ("29.08.2008 14:05", "2008-08-29T14:05:00"), ("29.08.2008", "2008-08-29T00:00:00"),
        ("2008.08.29", "2008-08-29T00:00:00"), ("2008-08-29T14:05", "2008-08-29T14:05:00"),
        ("1900-01-01", "1900-01-01T00:00:00"), ("2200-01-01", "2200-01-01T00:00:00"),
        ("100000000", "1973-03-03T09:46:40"), ("100000000000", "1973-03-03T09:46:40"),
    ],
)  # fmt: skip
def test_forms_of_dates(written, expected):
    assert moment(written, UTC) == datetime.fromisoformat(expected + "+00:00")


@pytest.mark.parametrize("written", ["1899-12-31", "2201-01-01", "12345678", "12345678901", "1/1/08", "x" * 41])
def test_what_is_no_date(written):
    assert moment(written, UTC) is None


@pytest.mark.parametrize("word", ["true", "1", "yes", "y", "t", "on"])
def test_words_for_yes(word):
    assert coerce.boolean(word.upper())


@pytest.mark.parametrize("word", ["null", "None", "NIL", "undefined", "NaN", ""])
def test_words_for_no_id(word):
    assert coerce.identifier(word) is None


CONTAINED = {
    "services": ("service",), "service_requests": ("request", "service_request"),
    "requests": ("request", "service_request"), "attributes": ("attribute",), "values": ("value",),
    "endpoints": ("endpoint",), "formats": ("format",), "errors": ("error",),
    "error_messages": ("error_message", "error"),
    "media_urls": ("media_url",), "notes": ("note",), "service_request_updates": ("request_update",),
    "groups": ("group",), "photos": ("photo",), "activities": ("activity",),
}  # fmt: skip


def test_containers():
    assert CONTAINERS.keys() >= CONTAINED.keys()
    for container, inner in CONTAINED.items():
        for name in inner:
            assert parse(f"<a><{container}><{name}>x</{name}></{container}></a>".encode()).data == {container: ["x"]}
            assert members({name: [{"x": 1}]}, container) == members([{name: {"x": 1}}], container) == [{"x": 1}]


@pytest.mark.parametrize(
    "word",
    [
        "description",
        "message",
        "msg",
        "error",
        "faultstring",
        "errorDescription",
        "error_description",
        "detail",
        "title",
    ],
)
def test_where_cities_put_the_words_of_an_error(word):
    assert remote_errors(Document([{word: "lat missing"}])) == (RemoteError("", "lat missing"),)


@pytest.mark.parametrize("name", ["code", "errorCode", "error_code", "status_code", "faultcode"])
def test_where_cities_put_the_code_of_an_error(name):
    assert remote_errors(Document([{name: 404, "description": "x"}])) == (RemoteError("404", "x"),)


@pytest.mark.parametrize("root", ["errors", "error", "error_messages", "Open311Error", "fault", "Fault"])
def test_the_roots_of_errors(root):
    assert remote_errors(parse(f"<{root}><code>1</code><x>y</x></{root}>".encode()))
    assert remote_errors(Document({root: {"description": "x"}})) == (RemoteError("", "x"),)


@pytest.mark.parametrize(
    "name",
    ["service_code", "service_name", "service_request_id", "token", "variable", "datatype", "changeset", "endpoints",
     "attributes", "requested_datetime", "lat", "address", "questions", "question_type", "additional_questions_count"],
)  # fmt: skip
def test_a_row_with_a_description_is_no_error(name):
    assert remote_errors(Document([{name: "1", "description": "x"}])) == ()
    assert remote_errors(Document({name: "1", "error": "none"})) == ()


@pytest.mark.parametrize(
    ("name", "without", "words_"),
    [
        ("lat_long", {"lat": None, "long": None}, "the exact place"),
        ("address_string", {"address_string": ""}, "an address"),
        ("email", {"email": ""}, "an e-mail address"), ("phone", {"phone": ""}, "a phone number"),
        ("first_name", {"first_name": ""}, "a first name"), ("last_name", {"last_name": ""}, "a last name"),
        ("description", {"description": ""}, "a description"), ("media_url", {"media_urls": ()}, "a photo"),
    ],
)  # fmt: skip
def test_what_a_city_may_require(name, without, words_):
    whole = dataclasses.replace(FILING, phone="5", first_name="J", last_name="D", media_urls=("https://us.example/1",))
    with canned((201, TAKEN)) as wire, pytest.raises(BadRequest, match=words_):
        city(required=[name]).post_service_request(dataclasses.replace(whole, **without))
    assert wire.calls == []
    with canned((201, TAKEN)):
        city(required=[name]).post_service_request(whole)


STANDARD = {
    "formats": ("xml", "json"), "send_jurisdiction_id": True, "key_on_reads": False, "key_in": "parameter",
    "token_list": False, "id_list": True, "id_batch": 50, "page_parameter": "", "page_size_parameters": (),
    "page_size": 100, "first_page": 1, "max_calls": 20, "max_rows": 1000, "max_window_days": 90,
    "updated_filter": False,
    "omit_timezone": False, "extensions": False, "lists_at_once": True, "multivalue": "brackets", "required": (),
    "private_attributes": (), "description_min": 0, "description_max": 4000, "headers": (), "zone_correction": "none",
    "bbox": (), "filler_addresses": (), "ids_only": False, "token_filter": False, "search_parameter": "",
    "split_failing_windows": False, "accept_encoding_identity": False, "single_calls": 200, "page_counts": "pages",
    "follow_by_window": False, "ignored_filters": (), "list_is_whole": True,
}  # fmt: skip


def test_what_an_endpoint_does_where_nothing_is_set():
    assert {name: getattr(Options(), name) for name in STANDARD} == STANDARD


@pytest.mark.parametrize(
    ("option", "least", "most"),
    [("id_batch", 1, 200), ("single_calls", 1, 200), ("page_size", 1, 1000),
     ("first_page", 0, 1), ("max_calls", 1, 200), ("max_rows", 10, 10000),
     ("max_window_days", 1, 366), ("description_min", 0, 1000), ("description_max", 1, 20000)],
)  # fmt: skip
def test_numbers_have_their_limits(option, least, most):
    for good in (least, most):
        assert GeoReportV2.check_options({option: good}) == []
    for bad in (least - 1, most + 1):
        assert GeoReportV2.check_options({option: bad})


@pytest.mark.parametrize("mark", ["service_request_id", "token", "service_code"])
def test_what_makes_a_bare_object_a_request(mark):
    assert read_requests(Document({mark: "7", "status": "open"}), UTC).total == 1
    assert read_requests(Document({"status": "open"}), UTC) == RequestRows((), 0, 0, listed=False)


@pytest.mark.parametrize("name", ["page_size", "per_page", "limit", "rows", "size", "max_requests"])
def test_names_of_the_page_s_size(name):
    with canned(body()) as wire:
        dialect = GeoReportV2(Connection(BASE, http.Client("v2"), options={"page_size_parameters": [name]}))
        dialect.service_requests(["1"])
        try:
            dialect.find(FILING, WINDOW)
        except DialectError:
            pytest.fail("an empty list is an answer")
    assert wire.calls[-1].query[name] == "100"


@pytest.mark.parametrize("method", ["brackets", "repeated"])
def test_ways_of_writing_several_answers(method):
    assert GeoReportV2.check_options({"multivalue": method}) == []


CHOICES = {
    "key_in": ["parameter", "bearer", "query"],
    "page_counts": ["pages", "rows"],
    "zone_correction": ["none", "local_labelled_utc", "local_minus_offset_twice"],
}
LISTS = {
    "formats": ["xml", "json"],
    "page_size_parameters": ["page_size", "per_page", "limit", "rows", "size", "max_requests"],
    "ignored_filters": ["status", "service_code", "service_code_list"],
    "required": ["lat_long", "address_string", "email", "phone", "first_name", "last_name", "description", "media_url"],
}


@pytest.mark.parametrize("option", CHOICES)
def test_choices_of_an_option(option):
    for choice in CHOICES[option]:
        assert GeoReportV2.check_options({option: choice}) == []
        assert GeoReportV2.check_options({option: [choice]})


@pytest.mark.parametrize("option", LISTS)
def test_members_of_an_option(option):
    for member in LISTS[option]:
        assert GeoReportV2.check_options({option: [member]}) == []
        assert GeoReportV2.check_options({option: member})
    assert bool(GeoReportV2.check_options({option: []})) is (option == "formats")
