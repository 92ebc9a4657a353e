"""GeoReport v2: cities that list their own system's columns, or put the names elsewhere (St. Louis, the Accela bridge);
and the options that families were built from."""

from datetime import UTC, datetime, timedelta

import pytest

from reports.dialects.messages import Completeness, Status, Window
from tests.dialects.canned import canned
from tests.dialects.family import by_id, family, payload, replay
from tests.dialects.filing import FILING, KEY, NOW, WINDOW
from tests.dialects.georeport_v2_city import TAKEN, body, row


def native(**options):
    rows = payload("georeport_v2", "requests-native-columns.json")
    return by_id(replay(family("georeport_v2", time_zone="America/Chicago", **options), "requests", rows))


def test_columns_in_capitals_are_read():
    found = native()["9900017"]
    assert (found.status, found.service_code, found.service_name) == (Status.CLOSED, "ST-POT", "Pothole")
    assert (found.status_notes, found.agency_responsible, found.zipcode) == ("Filled.", "STREETS", "63101")
    assert found.requested_datetime == datetime(2026, 3, 1, 16, tzinfo=UTC)
    assert found.updated_datetime == datetime(2026, 3, 2, 18, tzinfo=UTC)
    assert found.expected_datetime == datetime(2026, 3, 5, 6, tzinfo=UTC)
    assert found.description == ""  # what stands there tells of the kind of problem
    assert found.raw["REQUESTID"] == 9900017


def test_feet_are_no_degrees():
    assert (native()["9900017"].lat, native()["9900017"].long) == (None, None)
    assert (native()["9900018"].lat, native()["9900018"].long) == (38.6, -90.2)


def test_a_name_in_the_description_is_the_name():
    (found,) = replay(family("georeport_v2"), "services", payload("georeport_v2", "services-name-in-description.json"))
    assert (found.service_name, found.group, found.description) == ("Fallen Tree", "Trees", "")
    assert found.service_code == "ServiceRequest/Trees/Fallen Tree/NA"


def test_a_description_without_the_bridge_s_keys_stays_one():
    (found,) = replay(
        family("georeport_v2"), "services", b'[{"service_code": "1", "service_name": "A", "description": "B"}]'
    )
    assert (found.service_name, found.description) == ("A", "B")


# --- options that families set ---


def test_an_offset_goes_on_by_the_rows_that_came():
    options = {"page_parameter": "offset", "page_counts": "rows", "page_size_parameters": ["limit"], "first_page": 1}
    with canned(body(row(1), row(2)), body(row(3), row(4)), body(row(5))) as city:
        answer = family("georeport_v2", **options).service_requests_by_query(WINDOW)
    assert [call.query["offset"] for call in city.calls] == ["0", "2", "4"]
    assert len(answer.rows) == 5


def test_a_total_ends_pages_of_one_size():
    options = {"page_parameter": "page", "page_size_parameters": ["size"]}
    for header in ("page-TotalSize", "X-Result-Count", "X-Total-Count"):
        with canned((200, body(row(1), row(2)), {header: "2"}), body(row(3))) as city:
            family("georeport_v2", **options).service_requests_by_query(WINDOW)
        assert len(city.calls) == 1


@pytest.mark.parametrize(("total", "calls"), [("20", 1), ("21", 3)])
def test_a_total_says_whether_a_round_number_of_rows_was_cut_off(total, calls):
    rows = body(*(row(number) for number in range(20)))
    with canned((200, rows, {"X-Total-Count": total}), b"[]") as city:
        family("georeport_v2", formats=["json"]).service_requests_by_query(WINDOW)
    assert len(city.calls) == calls


@pytest.mark.parametrize("total", ["many", "-1", ""])
def test_a_total_that_is_none_is_not_counted_on(total):
    options = {"page_parameter": "page", "page_size_parameters": ["size"]}
    with canned((200, body(row(1)), {"X-Total-Count": total}), b"[]"):
        answer = family("georeport_v2", **options).service_requests_by_query(WINDOW)
    assert answer.completeness is Completeness.COMPLETE


def test_a_size_without_pages_is_sent_and_a_full_list_halved():
    options = {"page_size_parameters": ["max_requests"], "page_size": 3, "formats": ["json"]}
    with canned(body(row(1), row(2), row(3)), body(row(4))) as city:
        family("georeport_v2", **options).service_requests_by_query(WINDOW)
    assert len(city.calls) == 3
    assert {call.query["max_requests"] for call in city.calls} == {"3"}


@pytest.mark.parametrize(
    ("ignored", "codes", "sent"),
    [
        ([], ["A", "POTH"], "A,POTH"),
        (["service_code_list"], ["A", "POTH"], None),
        (["service_code_list"], ["POTH"], "POTH"),
        (["service_code"], ["POTH"], None),
    ],
)
def test_a_filter_that_the_city_ignores_is_not_sent(ignored, codes, sent):
    with canned(body(row(1), row(2, service_code="X"))) as city:
        answer = family("georeport_v2", ignored_filters=ignored).service_requests_by_query(WINDOW, codes)
    assert city.calls[0].query.get("service_code") == sent
    assert [each.service_request_id for each in answer.rows] == ["1"]
    assert answer.completeness is (Completeness.UNKNOWN if sent else Completeness.COMPLETE)


def test_a_row_from_another_time_is_a_stranger_whatever_is_ignored():
    with canned(body(row(1, requested_datetime="2020-03-01T12:00:00Z"))):
        answer = family("georeport_v2", ignored_filters=["status"]).service_requests_by_query(
            Window(NOW - timedelta(days=2), NOW), status=["open"]
        )
    assert answer.completeness is Completeness.UNKNOWN


def test_the_key_in_the_query_of_a_filing():
    seen = []
    dialect = family("georeport_v2", key_in="query")
    dialect.connection.client.on_exchange = seen.append
    with canned((201, TAKEN)) as city:
        dialect.post_service_request(FILING)
    assert "api_key" not in city.calls[0].query
    assert "requests.xml?api_key=" in seen[0].url
    assert KEY not in seen[0].url
