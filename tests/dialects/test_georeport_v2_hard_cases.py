"""GeoReport v2, the hardest cases of the wild, one test each; more of them stand in the other files of this name."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from reports import clock, http
from reports.dialects.base import Connection
from reports.dialects.errors import (
    BadRequest,
    DialectError,
    Duplicate,
    KeyRejected,
    NotFound,
    PerhapsSent,
    RateLimited,
    Unreadable,
)
from reports.dialects.georeport_v2 import GeoReportV2
from reports.dialects.messages import Completeness
from tests.dialects.canned import BASE, canned
from tests.dialects.filing import FILING, KEY, NOW, WINDOW
from tests.dialects.georeport_v2_city import TAKEN, body, city, ids, row

PAYLOADS = Path(__file__).parents[1] / "payloads" / "georeport_v2"


def read(operation: str, content: bytes, status: int = 200, **options: Any) -> tuple[Any, ...]:
    return city(**options).replay(operation, http.Response(status, {}, content, BASE))


def read_file(operation: str, name: str, status: int = 200) -> tuple[Any, ...]:
    return read(operation, (PAYLOADS / name).read_bytes(), status)


# --- filing ---


@pytest.mark.parametrize("status", [200, 201, 202])
@pytest.mark.parametrize(
    ("answer", "number", "token"),
    [
        (b'[{"service_request_id": 7}]', "7", None),
        (b'[{"token": "t"}]', None, "t"),
        (b'[{"token": "t", "service_request_id": "7"}]', "7", "t"),
        (b'{"service_requests": {"request": {"service_request_id": "7"}}}', "7", None),
        (b"<service_requests><request><token>t</token><service_request_id/></request></service_requests>", None, "t"),
    ],
)
def test_a_filing_may_be_answered_with_200_201_and_202(status, answer, number, token):
    with canned((status, answer)):
        receipt = city().post_service_request(FILING)
    assert (receipt.service_request_id, receipt.token, receipt.held) == (number, token, False)


@pytest.mark.parametrize(
    ("location", "number", "token"),
    [
        ("/open311/v2/requests/26-0000%2F7.json", "26-0000/7", None),
        ("http://elsewhere.test/v2/requests/77.xml?a=1", "77", None),
        ("tokens/5f2f7c1e.xml", None, "5f2f7c1e"),
    ],
)
def test_a_303_to_the_request_or_its_token_is_its_number(location, number, token):
    with canned((303, b"", {"Location": location})) as wire:
        receipt = city().post_service_request(FILING)
    assert (receipt.service_request_id, receipt.token) == (number, token)
    assert len(wire.calls) == 1


@pytest.mark.parametrize(
    ("status", "location"),
    [
        (303, "/thanks"),
        (303, ""),
        (303, "/open311/v2/requests.xml"),
        (303, "/open311/v2/requests/new.xml"),
        (303, "/open311/v2/requests/77.html"),
        (303, "http://[::1"),
        (302, "/open311/v2/requests/77.xml"),
        (301, "http://[::1"),
    ],
)
def test_a_redirect_to_anywhere_else_is_perhaps_sent(status, location):
    with canned((status, b"", {"Location": location})), pytest.raises(PerhapsSent):
        city().post_service_request(FILING)


def test_an_error_in_the_body_of_a_303_counts_more_than_where_it_leads():
    answer = (303, b"<errors><error><code>400</code><description>lat missing</description></error></errors>",
              {"Location": "requests/7.xml"})  # fmt: skip
    with canned(answer), pytest.raises(PerhapsSent) as caught:
        city().post_service_request(FILING)
    assert caught.value.messages == ("lat missing",)


def test_a_repeated_filing_is_refused_as_a_duplicate():
    answer = b"<errors><error><code>400</code><description>Invalid service request: base is a duplicate.</description>"
    with canned((400, answer + b"</error></errors>")), pytest.raises(Duplicate) as caught:
        city().post_service_request(FILING)
    assert caught.value.messages == ("Invalid service request: base is a duplicate.",)


def test_an_empty_jurisdiction_is_never_sent():
    dialect = GeoReportV2(Connection(BASE, http.Client("v2"), api_key=KEY))
    with canned((200, TAKEN)) as wire:
        dialect.post_service_request(FILING)
        dialect.service_requests(["1"])
        dialect.service_request_ids(["t"])
        dialect.service_requests_by_query(WINDOW)
    assert len(wire.calls) == 4
    assert not any("jurisdiction_id" in call.query for call in wire.calls)


def test_compressed_answers_can_be_declined():
    with canned((200, TAKEN)) as wire:
        city(accept_encoding_identity=True).post_service_request(FILING)
        city(accept_encoding_identity=True).service_requests(["1"])
        city().service_requests(["1"])
        city(headers={"accept-encoding": "identity"}).service_requests(["1"])
    assert [call.headers["Accept-Encoding"] for call in wire.calls[:3]] == ["identity", "identity", "gzip, identity"]
    names = {name.lower(): value for name, value in wire.calls[3].headers.items()}
    assert names["accept-encoding"] == "identity"


# --- tokens ---


def test_a_token_is_404_until_it_is_ready():
    answers = [(404, b"<errors><error><code>404</code><description>no such token</description></error></errors>"),
               (200, body({"token": "t"})), (200, body({"token": "t", "service_request_id": ""})),
               (200, body({"token": "t", "service_request_id": "7"}))]  # fmt: skip
    with canned(*answers):
        assert [city().service_request_ids(["t"])["t"] for _ in answers] == [None, None, None, "7"]


def test_an_id_where_a_token_was_expected():
    with canned(body({"service_request_id": "7"})):
        assert city().service_request_ids(["t"]) == {"t": "7"}
    with canned((201, body({"service_request_id": "7"}))):
        assert city().post_service_request(FILING).token is None


# --- errors ---


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<errors><error><code>400</code><description>lat missing</description></error></errors>", "lat missing"),
        (b"<error>lat missing</error>", "lat missing"),
        (b"<?xml version='1.0'?><error><code>400</code><description>lat missing</description></error>", "lat missing"),
        (b'[{"code": 400, "description": "lat missing"}]', "lat missing"),
        (b'[{"code": 400, "message": "lat missing"}]', "lat missing"),
        (b'{"error": {"code": 400, "description": "lat missing"}}', "lat missing"),
        (b'{"message": "lat missing"}', "lat missing"),
        (b"ERROR: lat missing\r\n", "ERROR: lat missing"),
        (b'"ERROR: lat missing"', "ERROR: lat missing"),
        (b"error 400 - lat missing", "error 400 - lat missing"),
    ],
)
@pytest.mark.parametrize("status", [400, 200])
def test_an_error_in_every_form_is_a_refusal_with_its_words(content, words, status):
    with canned((status, content)), pytest.raises(BadRequest) as caught:
        city().post_service_request(FILING)
    assert caught.value.messages == (words,)


def test_plain_words_with_an_error_s_status_are_the_city_s():
    with pytest.raises(BadRequest) as caught:
        read_file("post", "error-plain.txt", 400)
    assert caught.value.messages == ("ERROR: Missing jurisdiction_id",)
    with pytest.raises(KeyRejected):
        read("post", b"Invalid api_key received", 400)
    with pytest.raises(NotFound) as caught:
        read("requests", b"ERROR 404: no such request", 200)
    assert caught.value.messages


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (404, b"404 page not found"),
        (200, b"Service temporarily away"),
        (400, b"x" * 501),
        (400, b"[{broken"),
        (400, b"\x00\x01\x02 binary"),
        (400, b"<html><body>Error: bad</body></html>"),
        (400, b"\xff\xfe\xfd\x81\x8d"),
    ],
)
def test_what_are_no_words_of_the_city_s(status, content):
    with pytest.raises((NotFound, Unreadable, BadRequest)) as caught:
        read("post", content, status)
    assert caught.value.messages == ()


def test_a_server_s_own_not_found_leaves_the_next_format_to_be_tried():
    services = body({"service_code": "1", "service_name": "Hole"})
    with canned(by_path={".xml": (404, b"404 page not found"), ".json": services}):
        assert len(city().services()) == 1


def test_patience_in_seconds_and_as_a_date():
    for written in ("90", "Mon, 02 Mar 2026 15:01:30 GMT"):
        with (
            clock.at(NOW),
            canned((429, b"", {"Retry-After": written})),
            pytest.raises(RateLimited) as caught,
        ):
            city().service_requests(["1"])
        assert caught.value.retry_after == 90


# --- lists ---

ONE = b'{"service_request_id": 7, "service_code": "A", "service_name": "B"}'


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"[" + ONE + b"]", ["7"]),
        (ONE, ["7"]),
        (b'{"service_requests": [' + ONE + b"]}", ["7"]),
        (b'{"service_requests": ' + ONE + b"}", ["7"]),
        (b'{"service_requests": {"request": ' + ONE + b"}}", ["7"]),
        (b'{"requests": [' + ONE + b'], "meta": {"total": 1}}', ["7"]),
        (b'[{"request": ' + ONE + b"}]", ["7"]),
        (b'{"totalCount": 0, "start": 0, "rows": 0}', []),
        (b"{}", []),
        (b"[]", []),
        (b'{"service_requests": null}', []),
        (b"<service_requests/>", []),
    ],
)
def test_lists_in_every_form(content, found):
    assert [each.service_request_id for each in read("requests", content)] == found


def test_utf_16_is_declared_and_utf_8_is_sent():
    content = '<?xml version="1.0" encoding="utf-16"?><services><service><service_code>1</service_code>'
    content += "<service_name>Schlaglöcher</service_name></service></services>"
    for body_ in (content.encode(), content.encode("utf-16")):
        (found,) = read("services", body_)
        assert found.service_name == "Schlaglöcher"


def test_pages_0_and_1_may_be_the_same_one():
    pages = [body(*(row(number) for number in range(start, start + 10))) for start in (0, 0, 10, 20)]
    with canned(*pages, body()) as wire:
        found = city(page_parameter="page", first_page=0).service_requests_by_query(WINDOW)
    assert (len(found.rows), found.completeness) == (30, Completeness.COMPLETE)
    assert [call.query["page"] for call in wire.calls] == ["0", "1", "2", "3", "4"]


# --- lists that break ---


def test_a_broken_list_is_only_asked_for_in_parts_where_that_is_an_option():
    with canned((200, b"<p>broken</p>")) as wire, pytest.raises(Unreadable):
        city(formats=["json"]).service_requests_by_query(WINDOW)
    assert len(wire.calls) == 1
    with canned((200, b"<p>broken</p>"), body(row(1)), (200, b"<p>broken</p>")) as wire:
        found = city(formats=["json"], split_failing_windows=True).service_requests_by_query(WINDOW)
    assert (ids(found.rows), found.completeness) == (["1"], Completeness.TRUNCATED)
    assert len(wire.calls) <= 20


@pytest.mark.parametrize("answer", [(503, b""), (429, b""), (403, b""), (502, b"")])
def test_a_city_that_is_away_is_not_asked_for_parts(answer):
    with canned(answer) as wire, pytest.raises(DialectError):
        city(formats=["json"], split_failing_windows=True).service_requests_by_query(WINDOW)
    assert len(wire.calls) == 1


def test_the_endpoint_s_zone_is_the_one_of_its_connection():
    dialect = GeoReportV2(Connection(BASE, http.Client("v2"), time_zone=ZoneInfo("Asia/Tokyo")))
    answer = http.Response(200, {}, body(row(1, requested_datetime="2026-03-01 12:00")), BASE)
    (found,) = dialect.replay("requests", answer)
    assert found.requested_datetime == datetime(2026, 3, 1, 3, tzinfo=UTC)
