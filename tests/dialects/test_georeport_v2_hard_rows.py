"""GeoReport v2, the hardest cases of the wild in what is read: definitions, places, dates, notes."""

import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from reports import http
from reports.dialects.errors import Unreadable
from reports.dialects.formats.sniff import parse
from reports.dialects.georeport_v2.read import read_requests
from reports.dialects.messages import Attribute, AttributeValue, Datatype, Note, Status
from tests.dialects.canned import BASE
from tests.dialects.georeport_v2_city import body, city, row

PAYLOADS = Path(__file__).parents[1] / "payloads" / "georeport_v2"


def read(operation: str, content: bytes, status: int = 200, **options: Any) -> tuple[Any, ...]:
    return city(**options).replay(operation, http.Response(status, {}, content, BASE))


def read_file(operation: str, name: str, status: int = 200) -> tuple[Any, ...]:
    return read(operation, (PAYLOADS / name).read_bytes(), status)


def request(**fields: Any) -> Any:
    return read("requests", body(row(1, **fields)))[0]


# --- definitions ---


def definition(*attributes: dict[str, Any]) -> tuple[Attribute, ...]:
    found = read("service_definition", json.dumps({"service_code": "A", "attributes": attributes}).encode())
    result: tuple[Attribute, ...] = found[0].attributes
    return result


def test_a_definition_may_lack_attributes():
    assert read("service_definition", b'{"service_code": "A"}')[0].attributes == ()
    assert read("service_definition", b'{"service_code": "A", "attributes": null}')[0].attributes == ()
    with pytest.raises(Unreadable):
        read("service_definition", b'{"hello": 1}')


def test_order_may_be_unsorted_equal_text_and_missing():
    orders = {"e": None, "c": "2", "d": 2, "f": "", "b": 1.0, "a": 0}
    found = definition(*({"code": code, "order": order} for code, order in orders.items()), {"code": "g"})
    assert [each.code for each in found] == ["a", "b", "c", "d", "e", "f", "g"]
    assert [each.order for each in found] == [0, 1, 2, 2, 0, 0, 0]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], []),
        (None, []),
        ("", []),
        ({}, []),
        (3, []),
        ({"A": "Ay", "B": ""}, [("A", "Ay"), ("B", "B")]),
        ({"value": [{"key": "A", "name": "Ay"}]}, [("A", "Ay")]),
        ({"value": {"key": "A", "name": "Ay"}}, [("A", "Ay")]),
        ([{"value": {"key": "A", "name": "Ay"}}], [("A", "Ay")]),
        ([{"key": "001", "name": None}, {"key": 2, "name": "Two"}], [("001", "001"), ("2", "Two")]),
        (["A", " B "], [("A", "A"), ("B", "B")]),
        ([1, 2.0, None, True], [("1", "1"), ("2", "2"), ("true", "true")]),
        ([{"key": False, "name": "No"}, {"key": "None", "name": "Not any"}], [("false", "No"), ("None", "Not any")]),
        ({"0": {"key": "A", "name": "Ay"}, "2": {"key": "B", "name": "Bee"}}, [("A", "Ay"), ("B", "Bee")]),
        ([{"value": [{"key": "A", "name": "Ay"}, {"key": "B", "name": "Bee"}]}], [("A", "Ay"), ("B", "Bee")]),
        ([[{"key": "A", "name": "Ay"}], {"key": "B", "name": "Bee"}], [("A", "Ay"), ("B", "Bee")]),
        ([{"dependentOn": {}, "values": [{"key": "A", "name": "Ay"}]}], [("A", "Ay")]),
    ],
)
def test_values_in_every_form(values, expected):
    (found,) = definition({"code": "Q", "datatype": "singlevaluelist", "values": values})
    assert [(each.key, each.name) for each in found.values] == expected


@pytest.mark.parametrize(
    "attributes",
    [
        {"0": {"code": "A"}, "3": {"code": "B"}},
        {"A": {"description": "first"}, "B": {"description": "second"}},
        {"attribute": [{"code": "A"}, {"code": "B"}]},
        [{"attribute": [{"code": "A"}, {"code": "B"}]}],
    ],
)
def test_attributes_as_an_object(attributes):
    (found,) = read("service_definition", json.dumps({"service_code": "X", "attributes": attributes}).encode())
    assert [each.code for each in found.attributes] == ["A", "B"]


def test_one_attribute_in_place_of_the_list_is_no_object_of_them():
    one = {"code": "A", "description": "first", "values": {"K": "Kay"}}
    (found,) = read("service_definition", json.dumps({"service_code": "X", "attributes": one}).encode())
    assert [(each.code, each.values) for each in found.attributes] == [("A", (AttributeValue("K", "Kay"),))]


@pytest.mark.parametrize(("said", "private"), [("1", True), (True, True), ("0", False), (None, False)])
def test_a_row_that_is_not_public_stays_so(said, private):
    assert request(non_public=said).private is private
    assert not request().private


def test_a_place_that_is_null_is_looked_for_elsewhere():
    found = request(lat=None, long="", reported_location={"lat": 42.3, "long": -71.1})
    assert (found.lat, found.long) == (42.3, -71.1)


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ({"agency_responsible": "Works"}, "Works"),
        ({"agency_responsible": {"recipient": ["Elm", "Oak"]}}, "Elm, Oak"),
        ({"agency_responsible": [{"recipient": ["Elm", "Oak"]}]}, "Elm, Oak"),
        ({"agency_responsible": ["Elm"]}, "Elm"),
        ({"organisation": {"id": "7", "label": "Parks", "name": "A. Person"}}, "Parks"),
        ({"agency_responsible": "Works", "organisation": {"label": "Parks"}}, "Works"),
        ({"agency_responsible": {"id": 3}}, ""),
        ({"organisation": "Parks"}, ""),
    ],
)
def test_who_answers_for_a_request_in_every_form(named, expected):
    assert request(**named).agency_responsible == expected


@pytest.mark.parametrize(
    ("variable", "asked"),
    [(True, True), ("true", True), (1, True), (None, True), ("", True), ("false", False), (False, False)],
)
def test_what_is_no_question(variable, asked):
    (found,) = definition({"code": "Q", "variable": variable})
    assert found.variable is asked
    assert definition({"code": "Q"})[0].variable


def test_labels_of_datatypes():
    (found,) = read_file("service_definition", "definition-salesforce.json")
    assert [(each.code, each.variable, each.datatype) for each in found.attributes] == [
        ("NOTE", False, Datatype.STRING),
        ("ON", True, Datatype.SINGLEVALUELIST),
        ("KINDS", True, Datatype.MULTIVALUELIST),
        ("WHEN", True, Datatype.DATETIME),
        ("FREE", True, Datatype.TEXT),
    ]
    assert found.attributes[1].values == (AttributeValue("true", "Yes"), AttributeValue("false", "No"))
    assert [each.key for each in found.attributes[2].values] == ["a", "b"]


def test_attributes_that_nobody_is_asked():
    (found,) = read_file("service_definition", "definition-automated.xml")
    assert {each.code: each.automated for each in found.attributes} == {
        "fixmystreet_id": "server_set",
        "usrn": "hidden_field",
        "size": "",
    }


def test_groups_notices_and_services_that_rest():
    pothole, lamp, bin_ = read_file("services", "services-groups.json")
    assert (pothole.group, pothole.groups) == ("Roads, paths", ())
    assert (lamp.group, lamp.groups) == ("Lights", ("Lights", "Roads, paths"))
    assert (bin_.group, bin_.groups) == ("Waste", ("Waste", "Street furniture"))
    assert [each.active for each in (pothole, lamp, bin_)] == [True, True, False]
    assert bin_.notice == "Not in winter"


@pytest.mark.parametrize(
    ("said", "active"),
    [(True, True), ("true", True), (None, True), ("", True), (False, False), ("false", False), (0, False)],
)
def test_a_service_rests_only_where_the_city_says_so(said, active):
    content = {"service_code": "A", "attributes": [], "extended_attributes": {"active": said}}
    assert read("service_definition", json.dumps(content).encode())[0].active is active


# --- requests ---


@pytest.mark.parametrize(
    "attributes", [[{"label": "x", "name": "n", "value": "v"}], {"WHEREIST": "TRAFFIC"}, "x", None]
)
def test_answers_in_a_request_s_attributes_are_no_part_of_the_message(attributes):
    assert request(attributes=attributes, details={"a": 1}) == request_without_raw(attributes)


def request_without_raw(attributes: Any) -> Any:
    return dataclasses.replace(request(), raw=request(attributes=attributes, details={"a": 1}).raw)


@pytest.mark.parametrize(
    ("media", "expected"),
    [
        (None, ()),
        ("", ()),
        ("https://m.example/1.jpg", ("https://m.example/1.jpg",)),
        (
            ["https://m.example/1.jpg", "https://m.example/2.jpg"],
            ("https://m.example/1.jpg", "https://m.example/2.jpg"),
        ),
        ([{"id": 1, "url": "https://m.example/1.jpg", "tags": ["Create"]}], ("https://m.example/1.jpg",)),
        ({"media_url": "https://m.example/1.jpg"}, ("https://m.example/1.jpg",)),
        (["null", "N/A", " None ", "https://m.example/1.jpg"], ("https://m.example/1.jpg",)),
    ],
)
def test_media_url_in_every_form(media, expected):
    assert request(media_url=media).media_urls == expected


HELSINKI = [24.7, 60.0, 25.4, 60.5]


@pytest.mark.parametrize(
    ("lat", "long", "box", "expected"),
    [
        (60.17, 24.94, HELSINKI, (60.17, 24.94)),
        ("60.17", "24.94", HELSINKI, (60.17, 24.94)),
        (24.94, 60.17, HELSINKI, (60.17, 24.94)),  # changed places
        (24.94, 60.17, [], (24.94, 60.17)),
        (60.60, 24.94, HELSINKI, None),  # outside, and no better when swapped
        (61.17, 24.94, HELSINKI, None),
        (60.0, 24.7, HELSINKI, (60.0, 24.7)),  # on the edges
        (60.5, 25.4, HELSINKI, (60.5, 25.4)),
        (-87.6, 41.8, [-88.0, 41.5, -87.5, 42.1], (41.8, -87.6)),
        (25497031.2, 6672345.1, HELSINKI, None),
        (None, None, HELSINKI, None),
        (0, 0, HELSINKI, None),
        (0, 0, [-1, -1, 1, 1], None),
    ],
)
def test_places_are_inside_the_city_or_unknown(lat, long, box, expected):
    (found,) = read("requests", body(row(1, lat=lat, long=long)), bbox=box)
    assert (found.lat, found.long) == (expected or (None, None))


def test_dates_in_five_forms_in_one_answer():
    forms = ["08/29/2008 at 02:05AM", "2008/08/29 07:05:00 +0000", "Fri Aug 29 07:05:00 UTC 2008",
             "Fri Aug 29 03:05:00 -0400 2008", "2008-08-29 02:05:00.0", "2008-08-29T02:05:00-05:00",
             "2008-08-29T02:05:00"]  # fmt: skip
    found = read("requests", body(*(row(number, requested_datetime=form) for number, form in enumerate(forms))))
    assert {each.requested_datetime for each in found} == {datetime(2008, 8, 29, 7, 5, tzinfo=UTC)}
    assert len(found) == len(forms)


@pytest.mark.parametrize(
    ("written", "hour"),
    [("2026-03-01T12:00:00Z", 18), ("2026-03-01 12:00:00 UTC", 18), ("2026-03-01T12:00:00+00:00", 18),
     ("2026-03-01T12:00:00-05:00", 17), ("2026-03-01T12:00:00", 18), ("Sun Mar 01 12:00:00 UTC 2026", 18),
     (1772366400, 12)],
)  # fmt: skip
def test_dates_with_a_wrong_zone(written, hour):
    options = {"zone_correction": "local_labelled_utc"}
    (found,) = read("requests", body(row(1, requested_datetime=written)), **options)
    assert found.requested_datetime == datetime(2026, 3, 1, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("address", "expected"),
    [("1 City Hall Plz", ""), ("1 CITY HALL  PLZ , Boston", ""), ("1 City Hall Plz Annex", "1 City Hall Plz Annex"),
     ("SAN FRANCISCO , CA", ""), ("11 City Hall Plz", "11 City Hall Plz")],
)  # fmt: skip
def test_addresses_that_say_nothing(address, expected):
    fillers = {"filler_addresses": ["1 City Hall Plz", "San Francisco, CA"]}
    (found,) = read("requests", body(row(1, address=address)), **fillers)
    assert found.address == expected


def test_rows_without_an_id_can_be_left_out():
    rows = body(row(1), {"token": "t", "service_code": "A", "service_name": "B"})
    assert len(read("requests", rows)) == 2
    assert [each.service_request_id for each in read("requests", rows, ids_only=True)] == ["1"]


def test_salesforce():
    (found,) = read_file("requests", "requests-salesforce.json")
    assert [(note.text, note.type, note.media_urls) for note in found.notes] == [
        ("INSP (Complete)", "activity", ()),
        ("Repair (Complete)", "activity", ("https://media.example/lamp.jpg",)),
        ("Case Resolved: The lamp was replaced.", "closed", ()),
    ]
    assert found.notes[0].datetime == datetime(2025, 2, 3, 17, tzinfo=UTC)
    assert found.notes[2] == Note(
        "Case Resolved: The lamp was replaced.",
        datetime(2025, 2, 5, 18, 9, 34, tzinfo=UTC),
        "closed",
        status=Status.CLOSED,
    )
    assert found.service_notice == "24 Hours"
    assert (found.address, found.lat, found.long) == ("5 Elm St", 42.3, -71.1)
    assert found.duplicate_of == "25-00001111"
    assert found.media_urls == ("https://media.example/a.jpg", "https://media.example/b.jpg")
    told = str([getattr(found, name) for name in found.__slots__ if name != "raw"])
    assert "Doe" not in told
    assert "jo@" not in told


@pytest.mark.parametrize(
    ("marked", "duplicate", "linked"),
    [(True, True, True), ("true", True, True), (False, False, False), ("false", False, False), (None, False, True)],
)
def test_duplicates(marked, duplicate, linked):
    found = request(extended_attributes={"duplicate": marked, "parent_service_request_id": 17})
    assert (found.stage.value == "duplicate") is duplicate
    assert found.duplicate_of == ("17" if linked else "")


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ({"summary": "A", "description": "B"}, "A: B"),
        ({"summary": "Closed", "description": "Request closed by the crew"}, "Request closed by the crew"),
        ({"summary": "A"}, "A"),
        ({"description": "B"}, "B"),
        ("Only text ", "Only text"),
        ({"datetime": "2026-03-01T12:00:00Z", "type": "follow_on_closed"}, "follow on closed"),
        ({"type": "opened"}, None),
        ({"comment": "of a person"}, None),
        ("", None),
        (5, None),
        (None, None),
    ],
)
def test_notes(note, expected):
    assert [each.text for each in request(notes=[note]).notes] == ([expected] if expected else [])


@pytest.mark.parametrize("said", [False, "false", 0, "0", "No"])
def test_a_parent_of_what_is_said_to_be_no_duplicate(said):
    assert request(duplicate=said, parent_service_request_id="17").duplicate_of == ""


@pytest.mark.parametrize("name", ["parent_service_request_id", "duplicate_parent_service_request_id"])
def test_duplicates_named_in_the_row_itself(name):
    found = request(**{"duplicate": True, name: "17"})
    assert (found.stage.value, found.duplicate_of) == ("duplicate", "17")


@pytest.mark.parametrize(
    "fields",
    [
        {"media_urls": ["https://m.example/1.jpg"]},
        {"extended_attributes": {"media_urls": ["https://m.example/1.jpg"]}},
        {"extended_attributes": {"photos": [{"media_url": "https://m.example/1.jpg"}]}},
    ],
)
def test_where_pictures_stand(fields):
    assert request(**fields).media_urls == ("https://m.example/1.jpg",)


def test_a_note_s_picture():
    (note,) = request(notes=[{"description": "Done", "media_url": "https://m.example/done.jpg#x"}]).notes
    assert note.media_urls == ("https://m.example/done.jpg",)


def test_rows_read_without_an_endpoint():
    content = json.dumps([row(1), {"token": "t", "service_code": "A", "service_name": "B", "address": "1 Main St"}])
    found = read_requests(parse(content.encode()), ZoneInfo("Asia/Tokyo"))
    assert [each.token for each in found.rows] == [None, "t"]
    assert found.rows[0].requested_datetime == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert found.rows[1].address == "1 Main St"


def test_single_notes_and_xml():
    assert request(notes={"note": {"description": "B", "id": 4}}).notes == (Note("B", id="4"),)
    xml = b"""<service_requests><request><service_request_id>1</service_request_id><service_code>A</service_code>
        <service_name>B</service_name><notes><note><description>C</description></note></notes></request></service_requests>"""
    assert read("requests", xml)[0].notes == (Note("C"),)
