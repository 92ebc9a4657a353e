"""Boston, San Francisco and others on Connected Bits: the contract, codes, fillers, dates, tokens."""

import dataclasses
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import pytest

from reports.dialects.messages import Completeness, Window
from tests.dialects.canned import canned
from tests.dialects.contract import DialectContract
from tests.dialects.filing import FILING, NOW, WINDOW
from tests.dialects.georeport_v2_city import body, ids, row
from tests.dialects.sandbox_contract import SandboxContract
from tests.dialects.spot_city import open_city, replay

BOSTON = ZoneInfo("America/New_York")
CODE = "Public Works Department:Street Cleaning:Requests for Street Cleaning"


class TestContract(DialectContract):
    key = "spot"
    taken = (
        b"<service_requests><request><token>0b9f6a52-6f2e-4c5b-9c33-2c7a5d1e9f01</token></request></service_requests>"
    )


class TestSandbox(SandboxContract):
    """Boston, whose dates are its own and say that they are UTC."""

    key = "spot"
    base = "boston/open311/v2/"
    jurisdiction_id = "boston.gov"
    time_zone = BOSTON
    options = {"zone_correction": "local_labelled_utc"}
    answers_with = "token"
    lists_at_once = False


def test_boston_s_rows():
    first, second = replay("spot", "requests", "requests-boston.json", time_zone=BOSTON)
    assert (first.service_code, first.service_name) == (CODE, "Street Cleaning")
    assert second.service_code == "7d6f4d3e-1a2b-4c3d-8e9f-0a1b2c3d4e5f"
    assert first.token == "0b9f6a52-6f2e-4c5b-9c33-2c7a5d1e9f01"
    assert first.media_urls == ("https://media.example/boston/9.jpg",)
    assert (first.address, second.address) == ("", "10 City Hall Plaza Annex")
    assert (first.lat, first.long) == (42.3604, -71.058)
    assert "jo@" not in str([getattr(first, name) for name in first.__slots__ if name != "raw"])


def test_san_francisco_s_rows():
    (found,) = replay("spot", "requests", "requests-attributes-array.json")
    assert found.media_urls == ("https://media.example/sf/1.jpg",)
    assert [note.text for note in found.notes] == ["Submitted via Android", "Opened"]
    assert (found.lat, found.long) == (37.7797, -122.42)


def test_fillers_are_an_option():
    first, _ = replay("spot", "requests", "requests-boston.json", filler_addresses=[])
    assert first.address == "1 City Hall  Plz, Boston"


@pytest.mark.parametrize(
    ("correction", "requested", "updated", "expected"),
    [
        ("none", "09:15", "10:00", "15:00"),
        ("local_labelled_utc", "14:15", "15:00", "15:00"),  # a date with another zone keeps it
    ],
)
def test_local_dates_that_are_labelled_as_utc(correction, requested, updated, expected):
    first, _ = replay("spot", "requests", "requests-boston.json", time_zone=BOSTON, zone_correction=correction)
    assert first.requested_datetime == datetime.fromisoformat(f"2025-11-20T{requested}:00+00:00")
    assert first.updated_datetime == datetime.fromisoformat(f"2025-11-20T{updated}:00+00:00")
    assert first.expected_datetime == datetime.fromisoformat(f"2025-11-22T{expected}:00+00:00")


def test_windows_follow_the_dates():
    with canned(body()) as wire:
        open_city("spot", time_zone=BOSTON, zone_correction="local_labelled_utc").service_requests_by_query(WINDOW)
        open_city("spot", time_zone=BOSTON).service_requests_by_query(WINDOW)
    assert [call.query["start_date"] for call in wire.calls] == ["2026-02-23T10:00:00Z", "2026-02-23T15:00:00Z"]


def test_codes_with_colons_are_one_segment_and_one_value():
    with canned(b'{"service_code": "x", "attributes": []}') as wire:
        open_city("spot").service_definition(CODE)
    assert unquote(wire.calls[0].path).endswith(f"/services/{CODE}.json")
    assert ":" not in wire.calls[0].path
    with canned(body(row(1, service_code=CODE))) as wire:
        found = open_city("spot").service_requests_by_query(WINDOW, [CODE])
    assert ids(found.rows) == ["1"]
    assert wire.calls[0].query["service_code"] == CODE


def test_codes_of_forms_are_never_asked_for():
    with canned(body(row(1, service_code=CODE))) as wire:
        city = open_city("spot")
        nothing = city.service_requests_by_query(WINDOW, ["input.Litter"])
        some = city.service_requests_by_query(WINDOW, ["input.Litter", CODE])
    assert (nothing.rows, nothing.completeness) == ((), Completeness.UNKNOWN)
    assert (ids(some.rows), some.completeness) == (["1"], Completeness.UNKNOWN)
    assert {call.query["service_code"] for call in wire.calls} == {CODE}


def test_what_was_filed_with_a_form_is_found_under_any_code():
    mine = row(9, service_code=CODE, description="A hole as deep as a hand.", lat=FILING.lat, long=FILING.long,
               requested_datetime="2026-03-02T14:55:00Z")  # fmt: skip
    window = Window(NOW - timedelta(minutes=10), NOW)
    filed = dataclasses.replace(FILING, service_code="input.Pothole")
    with canned(body(mine)):
        assert ids(open_city("spot").find(filed, window).candidates) == ["9"]
        assert ids(open_city("spot").find(FILING, window).candidates) == []


def test_a_row_with_its_token_alone_is_no_request_and_yet_the_lost_filing():
    pending = {"token": "t-9", "service_name": "Pothole", "requested_datetime": "2026-03-02T14:55:00Z",
               "description": FILING.description}  # fmt: skip
    with canned(body(pending)):
        city = open_city("spot")
        assert city.service_requests_by_query(WINDOW).rows == ()
        assert [each.token for each in city.find(FILING, WINDOW).candidates] == ["t-9"]


def test_both_names_of_the_page_s_size_are_sent():
    with canned(body()) as wire:
        open_city("spot").service_requests_by_query(WINDOW)
    assert (wire.calls[0].query["per_page"], wire.calls[0].query["page_size"]) == ("100", "100")


def test_a_token_without_a_key_and_not_yet_known():
    token = "0b9f6a52-6f2e-4c5b-9c33-2c7a5d1e9f01"
    with canned((404, b"")) as wire:
        assert open_city("spot", api_key="").service_request_ids([token]) == {token: None}
    assert "Authorization" not in wire.calls[0].headers
    assert "api_key" not in wire.calls[0].query


def test_an_absence_is_never_certain():
    with canned(body()):
        found = open_city("spot").find(FILING, WINDOW)
    assert (found.candidates, found.absence_certain) == ((), False)


def test_dates_in_the_reader_s_zone_are_aware():
    first, _ = replay("spot", "requests", "requests-boston.json")
    assert first.requested_datetime == datetime(2025, 11, 20, 9, 15, tzinfo=UTC)
