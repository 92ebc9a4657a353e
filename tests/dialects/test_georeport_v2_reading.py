"""GeoReport v2, reading: keys, formats and paths on the wire; tokens; requests by their ids."""

import dataclasses
import json
from datetime import UTC, datetime
from types import SimpleNamespace
from urllib.parse import unquote

import pytest

from reports import clock, http
from reports.dialects.base import Connection
from reports.dialects.errors import BadRequest, NotFound, RateLimited, Unavailable, Unreadable
from reports.dialects.georeport_v2 import GeoReportV2, by_id
from reports.dialects.messages import Completeness
from tests.dialects.canned import BASE, Call, canned
from tests.dialects.filing import KEY, NOW, WINDOW
from tests.dialects.georeport_v2_city import body, city, ids, row

# --- keys, formats, codes ---


def test_the_key_stays_at_home_when_reading():
    with canned(body()) as wire:
        city().services()
        city(key_in="bearer").services()
        city(key_on_reads=True).services()
        city(key_on_reads=True, key_in="bearer").services()
    assert [call.query.get("api_key") for call in wire.calls] == [None, None, KEY, None]
    assert [call.headers.get("Authorization") for call in wire.calls] == [None, None, None, f"Bearer {KEY}"]


@pytest.mark.parametrize("options", [{}, {"key_in": "bearer"}, {"key_in": "query"}])
def test_the_key_stays_at_home_whatever_is_read(options):
    documents = {"services/A.xml": b'{"service_code": "A", "attributes": []}', "services.xml": b"[]",
                 "discovery.xml": b'{"changeset": "1"}', "requests/1.xml": body(row(1)), "": body()}  # fmt: skip
    with canned(by_path=documents) as wire:
        asked = city(**options)
        asked.discovery()
        asked.services()
        asked.service_definition("A")
        asked.service_requests(["1"])
        asked.service_requests(["1", "2"])
        asked.service_requests_by_query(WINDOW)
    assert len(wire.calls) >= 6
    for call in wire.calls:
        assert KEY not in f"{call.path} {call.fields} {call.headers}"


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


def test_fifty_tokens_go_in_one_list():
    with canned(b"[]") as wire:
        city(token_list=True).service_request_ids([f"t{number}" for number in range(101)])
    assert [call.path.count(",") + 1 for call in wire.calls] == [50, 50, 1]


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
    with canned(by_path={"/requests.xml": body(row(1), row(2)), "": body(row("a,b"))}) as wire:
        assert ids(city().service_requests(["a,b", "1", "2"]).rows) == ["1", "2", "a,b"]
    assert [call.query.get("service_request_id") for call in wire.calls] == ["1,2", None]


def test_what_looks_like_a_token_is_asked_for_as_one_where_that_is_an_option():
    objects = ["5f2f7c1e9b0a4d3c2b1a0f9e", "5F2F7C1E9B0A4D3C2B1A0F9D"]
    uuids = ["0b9d6f3a-1c2d-4e5f-8a9b-0c1d2e3f4a5b", "0b9d6f3a-1c2d-4e5f-8a9b-0c1d2e3f4a5c"]
    numbers = ["21-00000001", "5f2f7c1e9b0a4d3c2b1a0f9e7"]
    with canned(by_path={"": b"[]"}) as wire:
        city(token_filter=True).service_requests([*objects, *uuids, *numbers])
    assert wire.calls[0].query["service_request_id"] == ",".join(numbers)
    assert wire.calls[1].query["token"] == ",".join([*objects, *uuids])
    with canned(by_path={"": b"[]"}) as wire:
        city().service_requests(objects)
    assert wire.calls[0].query["service_request_id"] == ",".join(objects)


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
    assert (ids(found.rows), found.completeness, found.skipped) == (["1"], Completeness.COMPLETE, 0)


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


def test_a_limit_at_once_is_told():
    with canned((429, b"", {"Retry-After": "7"})), pytest.raises(RateLimited) as caught:
        city(id_list=False).service_requests(["1", "2"])
    assert caught.value.retry_after == 7


def test_a_limit_on_the_way_ends_the_round_and_keeps_what_came():
    with canned(body(row(1)), (429, b"", {"Retry-After": "7"})) as called:
        answer = city(id_list=False).service_requests(["1", "2", "3"])
    assert ids(answer.rows) == ["1"]
    assert (answer.completeness, answer.left) == (Completeness.UNKNOWN, ("2", "3"))
    assert len(called.calls) == 2


def test_what_a_round_has_no_single_calls_for_is_left():
    with canned(body(row(1)), body(row(2))):
        answer = city(id_list=False, single_calls=2).service_requests(["1", "2", "3"])
    assert (ids(answer.rows), answer.left) == (["1", "2"], ("3",))


def test_our_own_limit_on_the_way_ends_the_round_at_once():
    asked = []

    def one_call_in_a_minute() -> None:
        asked.append(1)
        if len(asked) > 1:
            raise http.HeldBack("no room", retry_after=9)

    for look_up in ("service_requests", "service_request_ids"):
        asked.clear()
        reply = body(row(1)) if look_up == "service_requests" else b'[{"token": "1", "service_request_id": "9"}]'
        with canned(reply) as called:
            dialect = city(id_list=False, formats=["json"])
            dialect.connection.client.before_call = one_call_in_a_minute
            answer = getattr(dialect, look_up)(["1", "2", "3"])
        assert (len(called.calls), len(asked)) == (1, 2)
        assert (answer.left == ("2", "3")) if look_up == "service_requests" else (answer == {"1": "9"})


def test_tokens_that_were_not_asked_for_are_in_no_answer():
    number = b'[{"token": "b", "service_request_id": "2"}]'
    with canned((500, b""), (200, number), (429, b"")):
        found = city(formats=["json"]).service_request_ids(["a", "b", "c", "d"])
    assert found == {"a": None, "b": "2"}


@pytest.mark.parametrize("status", [500, 403, 400])
def test_one_bad_number_costs_the_others_nothing(status):
    with canned((status, b""), body(row(2)), body(row(3))):
        answer = city(id_list=False).service_requests(["1", "2", "3"])
    assert ids(answer.rows) == ["2", "3"]
    assert answer.completeness is Completeness.UNKNOWN


@pytest.mark.parametrize("status", [500, 403])
def test_one_bad_token_costs_the_others_nothing(status):
    number = b'[{"token": "b", "service_request_id": "2"}]'
    with canned((status, b""), (200, number)):
        assert city(formats=["json"]).service_request_ids(["a", "b"]) == {"a": None, "b": "2"}


def test_a_city_that_is_away_is_not_asked_for_every_number():
    with canned((503, b"")) as called, pytest.raises(Unavailable):
        city(id_list=False).service_requests([str(number) for number in range(40)])
    assert len(called.calls) == 1


def test_after_ten_failures_in_a_row_it_is_asked_for_no_more():
    forty = [str(number) for number in range(40)]
    with canned((400, b"")) as called, pytest.raises(BadRequest):
        city(id_list=False, formats=["json"]).service_requests(forty)
    assert len(called.calls) == 10
    nine = [(400, b"")] * 9
    with canned(*nine, body(row(9)), *nine, body(row(19)), (400, b"")) as called:
        found = city(id_list=False, formats=["json"]).service_requests(forty)
    assert (ids(found.rows), len(called.calls)) == (["9", "19"], 30)
    assert found.left == tuple(forty[30:])


def test_a_round_of_single_calls_ends_after_a_minute(monkeypatch):
    seconds = [1000.0]
    monkeypatch.setattr(by_id, "time", SimpleNamespace(monotonic=lambda: seconds[0]))

    def reply(call: Call) -> bytes:
        seconds[0] += 25
        return body(row(call.path.removesuffix(".json").rpartition("/")[2]))

    with canned(reply) as called:
        found = city(id_list=False, formats=["json"]).service_requests(["1", "2", "3", "4", "5"])
    assert (ids(found.rows), len(called.calls)) == (["1", "2", "3"], 3)
    assert found.completeness is Completeness.UNKNOWN
