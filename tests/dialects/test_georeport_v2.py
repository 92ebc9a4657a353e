"""GeoReport v2: the contract, alone and against the sandbox's cities, and what is asked and sent on the wire."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import pytest

from reports import clock, http
from reports.dialects.base import Connection
from reports.dialects.errors import BadRequest, ConfigurationError, NotFound, RateLimited, Unavailable, Unreadable
from reports.dialects.georeport_v2 import GeoReportV2, Options
from reports.dialects.georeport_v2.matching import metres
from reports.dialects.messages import Answer, Completeness, Datatype, Filing, RequestStatus, Window
from reports.dialects.options import describe
from tests.dialects.canned import BASE, canned
from tests.dialects.contract import FILING, KEY, NOW, WINDOW, DialectContract, SandboxContract


class TestContract(DialectContract):
    key = "georeport_v2"
    taken = b'<?xml version="1.0"?><service_requests><request><token>t-1</token></request></service_requests>'


class TestChicago(SandboxContract):
    """Batch, XML, pages."""

    key = "georeport_v2"
    base = "chicago/open311/v2/"
    jurisdiction_id = "cityofchicago.org"
    answers_with = "token"
    options = {"token_list": True, "page_parameter": "page", "page_size_parameters": ["page_size"]}


class TestCook(SandboxContract):
    """Blackbox: neither id nor token, and a list that never shows anything."""

    key = "georeport_v2"
    base = "cook/open311/v2/"
    jurisdiction_id = "cookcountyil.gov"
    answers_with = "nothing"
    listed = False
    options = {"lists_at_once": False}


class TestEvanston(SandboxContract):
    """Realtime, JSON."""

    key = "georeport_v2"
    base = "evanston/open311/v2/"
    jurisdiction_id = "cityofevanston.org"
    options = {"formats": ["json"]}


class TestBloomington(SandboxContract):
    """uReport: ids as numbers, one id at a time."""

    key = "georeport_v2"
    base = "bloomington/crm/open311/v2/"
    options = {"formats": ["json"], "page_parameter": "page", "page_size_parameters": ["page_size"]}


class TestOakPark(SandboxContract):
    """Realtime, XML only; nothing set."""

    key = "georeport_v2"
    base = "oak-park/open311/v2/"
    jurisdiction_id = "oak-park.us"


def city(**options: Any) -> GeoReportV2:
    client = http.Client("v2", secrets=(KEY,))
    chicago = ZoneInfo("America/Chicago")
    return GeoReportV2(
        Connection(BASE, client, jurisdiction_id="c.org", api_key=KEY, time_zone=chicago, options=options)
    )


def row(number: int | str, **fields: Any) -> dict[str, Any]:
    return {
        "service_request_id": str(number),
        "status": "open",
        "service_code": "POTH",
        "service_name": "Pothole",
        "requested_datetime": "2026-03-01T12:00:00Z",
    } | fields


def body(*rows: dict[str, Any]) -> bytes:
    return json.dumps(rows).encode()


def ids(found: tuple[RequestStatus, ...]) -> list[str | None]:
    return [each.service_request_id for each in found]


TAKEN = body({"service_request_id": "1"})


# --- filing ---


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


# --- keys, formats, codes ---


def test_the_key_stays_at_home_when_reading():
    with canned(body()) as wire:
        city().services()
        city(key_in="bearer").services()
        city(key_on_reads=True).services()
        city(key_on_reads=True, key_in="bearer").services()
    assert [call.query.get("api_key") for call in wire.calls] == [None, None, KEY, None]
    assert [call.headers.get("Authorization") for call in wire.calls] == [None, None, None, f"Bearer {KEY}"]


def test_a_token_is_asked_for_with_the_key():
    with canned(body({"token": "t", "service_request_id": "9"})) as wire:
        assert city().service_request_ids(["t"]) == {"t": "9"}
    assert wire.calls[0].query["api_key"] == KEY


def test_codes_are_one_segment_of_the_path():
    code = "Dept:Reason's/A & B?#001"
    with canned(json.dumps({"service_code": code, "attributes": []}).encode()) as wire:
        assert city().service_definition(code).service_code == code
    segment = wire.calls[0].path.removeprefix("/open311/v2/services/").removesuffix(".xml")
    assert "/" not in segment
    assert unquote(segment) == code


def test_the_next_format_is_tried_when_the_first_is_not_spoken():
    services = body({"service_code": "1", "service_name": "Hole", "metadata": False})
    page = b"<html><body>404</body></html>"
    for refusal in ((404, page), (200, page), (406, b""), (415, b"")):
        with canned(by_path={".xml": refusal, ".json": services}) as wire:
            assert len(city().services()) == 1
        assert [call.path.rpartition(".")[2] for call in wire.calls] == ["xml", "json"]


def test_an_answer_in_words_ends_the_search():
    error = b"<errors><error><code>404</code><description>jurisdiction_id unknown</description></error></errors>"
    with canned((404, error)) as wire, pytest.raises(NotFound):
        city().services()
    assert len(wire.calls) == 1


def test_discovery_is_looked_for_beside_the_base_and_above_it():
    found = b"<discovery><changeset>1</changeset></discovery>"
    with canned(by_path={"/open311/discovery.json": found, "": (404, b"")}) as wire:
        assert city().discovery().changeset == "1"
    assert [call.path for call in wire.calls] == [
        "/open311/v2/discovery.xml",
        "/open311/v2/discovery.json",
        "/open311/discovery.xml",
        "/open311/discovery.json",
    ]


def test_discovery_has_its_own_url_where_the_endpoint_names_one():
    dialect = city()
    dialect.line.connection = dialect.connection = dataclasses.replace(dialect.connection, discovery_url=BASE + "d.xml")
    with canned(b"<discovery><changeset>1</changeset></discovery>") as wire:
        dialect.discovery()
    assert [call.path for call in wire.calls] == ["/open311/v2/d.xml"]


# --- tokens ---


def test_tokens_one_by_one_and_in_a_list():
    with canned(by_path={"a.xml": body({"token": "a", "service_request_id": "1"}), "b.xml": (404, b"")}) as wire:
        assert city().service_request_ids(["a", "b", "a"]) == {"a": "1", "b": None}
    assert len(wire.calls) == 2
    rows = body({"token": "b", "service_request_id": 2}, {"token": "x", "service_request_id": "9"}, {"token": "a"})
    with canned(rows) as wire:
        assert city(token_list=True).service_request_ids(["a", "b"]) == {"a": None, "b": "2"}
    assert wire.calls[0].path.endswith("tokens/a,b.xml")


def test_an_id_without_its_token_counts_where_one_was_asked_for():
    rows = body({"service_request_id": "9"})
    with canned(rows):
        assert city().service_request_ids(["a"]) == {"a": "9"}
        assert city(token_list=True).service_request_ids(["a", "b"]) == {"a": None, "b": None}


@pytest.mark.parametrize(
    ("answer", "error"), [((429, b""), RateLimited), ((503, b""), Unavailable), (b"<p>", Unreadable)]
)
def test_a_failed_token_look_up_is_no_answer(answer, error):
    with canned(answer), pytest.raises(error):
        city().service_request_ids(["a"])


# --- requests by id ---


def test_ids_go_in_one_list():
    with canned(body(row(1), row(3))) as wire:
        found = city().service_requests(["1", "2", "3", "1"])
    assert (ids(found.rows), found.completeness) == (["1", "3"], Completeness.COMPLETE)
    assert [call.query["service_request_id"] for call in wire.calls] == ["1,2,3"]


def test_lists_are_no_longer_than_the_city_and_a_url_take():
    many = [f"{number:040}" for number in range(100)]
    with canned(body(*map(row, many))) as wire:
        found = city().service_requests(many)
    assert len(found.rows) == 100
    assert max(len(call.query["service_request_id"]) for call in wire.calls) < 1800
    assert all(call.query["service_request_id"].count(",") < 50 for call in wire.calls)
    with canned(body(row(1), row(2))) as wire:
        city(id_batch=2).service_requests(["1", "2", "3"])
    assert [call.path for call in wire.calls] == ["/open311/v2/requests.xml", "/open311/v2/requests/3.xml"]


def test_an_id_with_a_comma_goes_alone():
    with canned(by_path={"/requests.xml": body(row(1), row(2)), "": body(row("a,b"))}) as wire:
        found = city().service_requests(["1", "2", "a,b"])
    assert ids(found.rows) == ["1", "2", "a,b"]
    assert unquote(wire.calls[-1].path).endswith("/requests/a,b.xml")


def test_a_city_without_lists_is_asked_one_by_one():
    with canned(by_path={"/1.xml": body(row(1)), "/2.xml": body(row(2))}) as wire:
        assert ids(city(id_list=False).service_requests(["1", "2"]).rows) == ["1", "2"]
    assert len(wire.calls) == 2


@pytest.mark.parametrize(
    "refusal", [(400, b'[{"code":400,"description":"one id"}]'), (404, b""), b"<html></html>", b"[]"]
)
def test_a_city_that_refuses_lists_is_asked_one_by_one(refusal):
    singles = {"/requests/1.xml": body(row(1)), "/requests/2.xml": (404, b""), "/2.json": (404, b"")}
    with canned(by_path=singles | {"": refusal}):
        found = city().service_requests(["1", "2"])
    assert (ids(found.rows), found.completeness) == (["1"], Completeness.COMPLETE)


def test_rows_that_were_not_asked_for_are_dropped_and_make_silence_worthless():
    with canned(by_path={"/requests.xml": body(row(7), row(1)), "/requests/2.xml": body(row(2))}):
        found = city().service_requests(["1", "2"])
    assert (ids(found.rows), found.completeness) == (["1", "2"], Completeness.UNKNOWN)


def test_a_token_may_stand_for_an_id():
    with canned(body(row(5, token="t-5"))):
        assert city().service_request("t-5").service_request_id == "5"


def test_a_stub_for_an_unknown_id_is_no_row():
    with canned(body({"service_request_id": "17-1", "status": "open"})):
        assert city().service_requests(["17-1"]).rows == ()


def test_rows_without_a_number_are_counted():
    with canned(body(row(1), {"status": "open", "service_code": "POTH"})):
        assert city().service_requests(["1", "2"]).skipped == 1


def test_a_limit_on_the_way_is_told():
    with canned(body(row(1)), (429, b"", {"Retry-After": "7"})), pytest.raises(RateLimited) as caught:
        city(id_list=False).service_requests(["1", "2"])
    assert caught.value.retry_after == 7


# --- requests by time ---


def test_a_query_is_asked_in_whole_seconds_and_its_filters_are_applied_again():
    rows = (
        row(1),
        row(2, service_code="OTHER"),
        row(3, status="closed"),
        row(4, requested_datetime="2020-01-01T00:00:00Z"),
        row(5, requested_datetime=None),
        row(6, service_code=None),
    )
    window = Window(WINDOW.start.replace(microsecond=5), WINDOW.end.replace(microsecond=5))
    with canned(body(*rows)) as wire:
        found = city().service_requests_by_query(window, ["POTH"], ["Open"])
    assert ids(found.rows) == ["1", "5", "6"]
    assert found.completeness is Completeness.UNKNOWN
    assert wire.calls[0].query == {
        "jurisdiction_id": "c.org",
        "start_date": "2026-02-23T15:00:00Z",
        "end_date": "2026-03-02T15:00:01Z",
        "service_code": "POTH",
        "status": "open",
    }


def test_dates_without_zone_are_the_city_s():
    with canned(body()) as wire:
        found = city(omit_timezone=True).service_requests_by_query(WINDOW)
    assert wire.calls[0].query["start_date"] == "2026-02-23T09:00:00"
    assert found.completeness is Completeness.COMPLETE


def test_codes_with_a_comma_are_filtered_at_home():
    with canned(body(row(1, service_code="Fire, Police"), row(2))) as wire:
        found = city().service_requests_by_query(WINDOW, ["Fire, Police"])
    assert ids(found.rows) == ["1"]
    assert "service_code" not in wire.calls[0].query


def test_long_windows_are_cut():
    with canned(body()) as wire:
        city(max_window_days=30).service_requests_by_query(Window(NOW - timedelta(days=75), NOW))
    spans = [(call.query["start_date"][:10], call.query["end_date"][:10]) for call in wire.calls]
    assert spans == [("2026-01-31", "2026-03-02"), ("2026-01-01", "2026-01-31"), ("2025-12-17", "2026-01-01")]


def test_a_list_that_looks_cut_off_is_asked_for_in_halves():
    full = body(*(row(number) for number in range(50)))
    first_half = body(*(row(number) for number in range(30)))
    second_half = body(*(row(number, requested_datetime="2026-03-02T10:00:00Z") for number in range(30, 61)))
    with canned(full, second_half, first_half) as wire:
        found = city().service_requests_by_query(Window(NOW - timedelta(days=2), NOW))
    assert (len(found.rows), found.completeness) == (61, Completeness.COMPLETE)
    assert len(wire.calls) == 3


def test_a_list_that_stays_cut_off_is_truncated():
    rows = body(*(row(number, requested_datetime="2026-03-02T14:59:59Z") for number in range(100)))
    with canned(rows) as wire:
        found = city().service_requests_by_query(Window(NOW - timedelta(minutes=30), NOW))
    assert (len(found.rows), found.completeness, len(wire.calls)) == (100, Completeness.TRUNCATED, 1)


def test_a_city_that_ignores_dates_is_not_asked_for_ever():
    rows = body(*(row(number, requested_datetime="2020-01-01T00:00:00Z") for number in range(50)))
    with canned(rows) as wire:
        found = city().service_requests_by_query(WINDOW)
    assert (found.rows, found.completeness, len(wire.calls)) == ((), Completeness.UNKNOWN, 1)


def test_pages_end_when_they_bring_nothing_new():
    pages = [body(*(row(number) for number in range(start, start + 100))) for start in (0, 100)]
    options = {"page_parameter": "page", "page_size_parameters": ["per_page", "page_size"], "page_size": 500}
    with canned(*pages, pages[-1]) as wire:
        found = city(**options).service_requests_by_query(WINDOW)
    assert (len(found.rows), found.completeness) == (200, Completeness.COMPLETE)
    assert [call.query["page"] for call in wire.calls] == ["1", "2", "3"]
    assert wire.calls[0].query["per_page"] == wire.calls[0].query["page_size"] == "500"


def test_pages_end_at_a_short_or_an_empty_one():
    full = body(*(row(number) for number in range(10)))
    for last in (body(row(99)), body()):
        with canned(full, last) as wire:
            city(page_parameter="page", first_page=0).service_requests_by_query(WINDOW)
        assert [call.query["page"] for call in wire.calls] == ["0", "1"]


def test_calls_are_limited():
    def page(number: int) -> bytes:
        return body(*(row(f"{number}-{each}") for each in range(10)))

    with canned(*map(page, range(9))) as wire:
        found = city(page_parameter="page", max_calls=4).service_requests_by_query(WINDOW)
    assert (len(wire.calls), found.completeness) == (4, Completeness.TRUNCATED)


def test_a_page_of_rows_without_numbers_does_not_prove_an_end():
    with canned(body({"status": "open", "service_code": "POTH"})):
        found = city(page_parameter="page").service_requests_by_query(WINDOW)
    assert (found.completeness, found.skipped) == (Completeness.TRUNCATED, 1)


def test_none_may_be_said_with_404():
    none = b'{"error":{"code":404,"description":"No requests found"}}'
    with canned((404, none)):
        found = city().service_requests_by_query(WINDOW)
    assert (found.rows, found.completeness) == ((), Completeness.UNKNOWN)
    for answer in (b'{"error":{"code":404,"description":"Unknown jurisdiction_id"}}', b"<html>"):
        with canned((404, answer)), pytest.raises(NotFound):
            city().service_requests_by_query(WINDOW)


def test_updates_by_their_own_filter():
    rows = (row(1, updated_datetime="2026-03-02T10:00:00Z"), row(2, updated_datetime="2026-03-01T12:00:00Z"))
    window = Window(NOW - timedelta(hours=12), NOW)
    with clock.at(NOW), canned(body(*rows)) as wire:
        found = city(updated_filter=True).service_requests_updated(window)
    assert (ids(found.rows), found.completeness) == (["1"], Completeness.UNKNOWN)
    assert wire.calls[0].query["updated_after"] == "2026-03-02T03:00:00Z"
    assert "start_date" not in wire.calls[0].query


def test_updates_without_a_filter_are_looked_for_in_the_last_requests():
    rows = (row(1, updated_datetime="2026-03-02T10:00:00Z"), row(2))
    with clock.at(NOW), canned(body(*rows)) as wire:
        found = city().service_requests_updated(Window(NOW - timedelta(hours=12), NOW))
    assert (ids(found.rows), found.completeness) == (["1"], Completeness.UNKNOWN)
    assert wire.calls[0].query["start_date"] == "2025-12-02T15:00:00Z"


# --- a lost answer ---

AROUND = Window(NOW - timedelta(minutes=10), NOW + timedelta(minutes=10))


def mine(**fields: Any) -> dict[str, Any]:
    here = {"lat": 41.8838, "long": -87.632, "requested_datetime": "2026-03-02T15:01:00Z"}
    return row(11, **here) | {"description": "A hole as deep as a hand."} | fields


@pytest.mark.parametrize(
    "listed",
    [
        mine(description="Deep hole [RF-2K7Q]", lat=None, long=None, service_code="ELSE"),
        mine(description="A HOLE as  deep as a hand. [rf-2k7q] Depth: [No]"),
        mine(description="A hole as deep as a hand."),
        mine(service_request_id=None, token="t-11"),
        mine(lat=None, long=None, address="121 n la salle st"),
        mine(lat=None, long=None),
        mine(service_code=None),
    ],
)
def test_a_lost_filing_is_recognised(listed):
    with canned(body(row(10, requested_datetime="2026-03-02T15:00:30Z"), listed)):
        found = city().find(FILING, AROUND)
    assert [each.raw for each in found.candidates] == [listed]
    assert not found.absence_certain


@pytest.mark.parametrize(
    ("listed", "certain"),
    [
        (mine(lat=41.9), True),
        (mine(service_code="ELSE"), True),
        (mine(description="The lamp at the corner does not burn at night."), True),
        (mine(description="A hole as deep as a hand. [RF-9X9X]"), True),
        (mine(description=""), False),
        (mine(description="A hole as deep as an arm!"), False),
        (mine(service_request_id=None), False),
        (mine(requested_datetime="2026-03-02T12:00:00Z"), False),
    ],
    ids=[
        "elsewhere",
        "other service",
        "other text",
        "other reference",
        "no text",
        "like text",
        "no number",
        "other time",
    ],
)
def test_what_is_not_the_filing(listed, certain):
    with canned(body(listed)):
        found = city().find(FILING, AROUND)
    assert (found.candidates, found.absence_certain) == ((), certain)


def test_absence_is_certain_only_in_a_whole_list():
    with canned(body()):
        assert city().find(FILING, AROUND).absence_certain
        assert not city(lists_at_once=False).find(FILING, AROUND).absence_certain
    full = body(*(row(number, requested_datetime="2026-03-02T15:00:00Z") for number in range(100)))
    with canned(full):
        assert not city().find(FILING, AROUND).absence_certain


def test_metres():
    assert metres(41.88, -87.63, 41.88, -87.63) == 0
    assert 110 < metres(41.88, -87.63, 41.881, -87.63) < 112
    assert metres(0, 179.9999, 0, -179.9999) < 25


# --- options ---


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"formats": []}, "formats"),
        ({"formats": ["yaml"]}, "xml, json"),
        ({"formats": "xml"}, "a list"),
        ({"key_on_reads": "yes"}, "true or false"),
        ({"id_batch": 0}, "from 1 to 200"),
        ({"id_batch": True}, "whole number"),
        ({"max_window_days": 1000}, "from 1 to 366"),
        ({"key_in": "cookie"}, "one of parameter, bearer"),
        ({"page_parameter": "a b"}, "name of a query parameter"),
        ({"required": ["email", "email"]}, "each once"),
        ({"headers": {"Host": "x"}}, "header"),
        ({"headers": {"X-A": "a\r\nb"}}, "header"),
        ({"headers": ["X-A"]}, "header"),
        ({"color": "red"}, "“color” is not an option"),
    ],
)
def test_bad_options_are_named(options, word):
    (sentence,) = GeoReportV2.check_options(options)
    assert word in sentence
    with pytest.raises(ConfigurationError, match=next(iter(options))):
        city(**options)


def test_options_that_are_no_object():
    assert GeoReportV2.check_options(["formats"])  # type: ignore[arg-type]


def test_every_option_has_a_default_that_passes_and_an_explanation():
    for name, default, sentence in describe(Options):
        given = dict(default) if name == "headers" else list(default) if isinstance(default, tuple) else default
        assert GeoReportV2.check_options({name: given}) == []
        assert sentence.endswith(".")


def test_a_base_url_needs_no_slash():
    dialect = GeoReportV2(Connection(BASE.rstrip("/"), http.Client("v2")))
    with canned(body()) as wire:
        dialect.services()
    assert wire.calls[0].path == "/open311/v2/services.xml"
    assert wire.calls[0].fields == []


def test_a_list_past_the_size_limit_is_unreadable():
    with canned(b"[" + b" " * (21 * 1024 * 1024) + b"]"), pytest.raises(Unreadable, match="larger than"):
        city().services()


def test_now_is_the_clock_s():
    future = row(1, updated_datetime="2026-06-01T00:00:00Z")
    with clock.at(NOW), canned(body(future)):
        assert city().service_request("1").updated_datetime == NOW
    assert datetime.now(UTC) > NOW
