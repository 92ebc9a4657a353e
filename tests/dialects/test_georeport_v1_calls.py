"""GeoReport v1: what is sent, what is read, and what each of its codes amounts to."""

import dataclasses
import json
import logging
import re
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from reports import http
from reports.dialects.base import Connection
from reports.dialects.errors import (
    BadRequest,
    DialectError,
    Duplicate,
    KeyRejected,
    NotFound,
    RateLimited,
    Refused,
    Unavailable,
    Unreadable,
)
from reports.dialects.formats.document import Malformed
from reports.dialects.formats.sniff import parse
from reports.dialects.georeport_v1 import GeoReportV1, dialect
from reports.dialects.messages import Completeness, Stage, Status
from tests.dialects.canned import BASE, canned
from tests.dialects.filing import FILING, KEY

PAYLOADS = Path(__file__).parent.parent / "payloads" / "georeport_v1"
TAKEN = b"<CreateResponse><Open311Create><service_request_id>7</service_request_id></Open311Create></CreateResponse>"


def city(seen: list[http.Exchange] | None = None, **options: Any) -> GeoReportV1:
    told = None if seen is None else seen.append
    client = http.Client("v1", secrets=(KEY,), on_exchange=told)
    return GeoReportV1(Connection(BASE, client, jurisdiction_id="sfgov.org", api_key=KEY, options=options))


def payload(name: str) -> bytes:
    return (PAYLOADS / name).read_bytes()


def error(code: str, words: str = "", root: str = "CreateResponse") -> bytes:
    return (
        f"<{root}><Open311Error><errorCode>{code}</errorCode><errorDescription>{words}</errorDescription></Open311Error>"
        f"</{root}>"
    ).encode()


# --- what is sent ---


def test_the_arguments_have_v1_s_names_and_the_key_and_the_city_come_first() -> None:
    filing = dataclasses.replace(
        FILING, first_name="Jo", last_name="Doe", phone="415-555-0100", media_urls=("http://p.test/1.jpg", "http://p/2")
    )
    with canned(TAKEN) as v1:
        city().post_service_request(filing)
    [call] = v1.calls
    assert call.path.endswith("/create_request")
    assert call.fields == [
        ("api_key", KEY), ("city_id", "sfgov.org"), ("service_code", "POTH"), ("lat", "41.8837"), ("lon", "-87.632"),
        ("address_string", "121 N La Salle St"), ("customer_email", "resident@example.org"), ("first_name", "Jo"),
        ("last_name", "Doe"), ("phone_number", "415-555-0100"),
        ("description", "A hole as deep as a hand.\n\n[RF-2K7Q]"), ("media_url", "http://p.test/1.jpg"),
    ]  # fmt: skip


def test_the_key_and_the_city_are_on_reading_calls_too() -> None:
    with canned(payload("services.xml")) as v1:
        city().services()
    with canned(payload("status.xml")) as status:
        city().service_requests(["401177"])
    for call in (*v1.calls, *status.calls):
        assert call.query["api_key"] == KEY
        assert call.query["city_id"] == "sfgov.org"
    assert status.calls[0].query["service_request_id"] == "401177"
    assert [each.path.rpartition("/")[2] for each in (*v1.calls, *status.calls)] == ["service_list", "status_update"]


def test_nothing_of_the_resident_is_in_the_exchange_or_the_log(caplog: pytest.LogCaptureFixture) -> None:
    filing = dataclasses.replace(FILING, first_name="Josefine", last_name="Doeringer", phone="415-555-0100")
    seen: list[http.Exchange] = []
    with (
        caplog.at_level(logging.DEBUG),
        canned((301, b"", {"Location": f"/elsewhere?api_key={KEY}&last_name=Doeringer"})),
        pytest.raises(DialectError) as caught,
    ):
        city(seen).post_service_request(filing)
    told = json.dumps([each.as_dict() for each in seen]) + caplog.text + str(caught.value) + caught.value.excerpt
    assert "create_request?api_key=[removed]" in told
    for private in (KEY, "resident", "Josefine", "Doeringer", "555-0100"):
        assert private not in told


def test_a_filing_is_not_redirected_and_not_repeated() -> None:
    for status in (301, 302, 303, 307, 308):
        with canned((status, b"", {"Location": "/open311/v2/elsewhere"}), TAKEN) as v1, pytest.raises(DialectError):
            city().post_service_request(FILING)
        assert len(v1.calls) == 1


def test_too_long_an_address_is_refused_before_anything_is_sent() -> None:
    long = dataclasses.replace(FILING, description="ü" * 2000)
    with canned(TAKEN) as v1, pytest.raises(BadRequest, match="7500") as caught:
        city().post_service_request(long)
    assert not v1.calls
    assert "a shorter description" in caught.value.messages[0]
    with canned(TAKEN) as v1:
        city(url_max=20000).post_service_request(long)
    assert v1.calls[0].query["description"] == long.description
    length = len(f"http://canned.test{v1.calls[0].path}?{urlencode(v1.calls[0].fields)}")
    assert f"address of {length} characters" in caught.value.messages[0]
    with canned(TAKEN), pytest.raises(BadRequest):
        city(url_max=length - 1).post_service_request(long)
    with canned(TAKEN):
        assert city(url_max=length).post_service_request(long).service_request_id == "7"


@pytest.mark.parametrize(
    ("options", "changes", "words"),
    [
        ({}, {"lat": None, "long": None, "address_string": ""}, "A place is needed"),
        ({}, {"lat": 1.0, "long": None, "address_string": ""}, "A place is needed"),
        ({"required": ["email"]}, {"email": ""}, "an e-mail address"),
        ({"description_max": 10}, {}, "10 characters at most"),
        ({}, {"description": "x" * 4001}, "4000 characters at most"),
    ],
)
def test_what_it_would_refuse_is_not_sent(options: dict[str, Any], changes: dict[str, Any], words: str) -> None:
    with canned(TAKEN) as v1, pytest.raises(BadRequest, match=words):
        city(**options).post_service_request(dataclasses.replace(FILING, **changes))
    assert not v1.calls


# --- what is read ---


def test_services_are_attributes_also_with_quotation_marks_in_them() -> None:
    with canned(payload("services.xml")):
        services = city().services()
    assert [(each.service_code, each.service_name) for each in services] == [
        ("004", "Bent street sign"), ("011", "Side sewer vent"), ("018", 'The "old" bin'), ("019", "Pothole"),
    ]  # fmt: skip
    assert services[1].description == 'The 6" vent cover of a side sewer (https://sewers.example/vents) is gone'
    assert services[2].description == 'A bin with more than 4" of litter & leaves around it'
    assert not any(each.metadata for each in services)


def test_the_repair_is_named_and_only_made_where_attributes_are_read() -> None:
    document = parse(payload("services.xml"), attributes=True)
    assert "quotation marks in attributes escaped" in document.repairs
    with pytest.raises(Malformed):
        parse(payload("services.xml"))
    with pytest.raises(Malformed):
        parse(b'<a b="1" c="2 <d/>', attributes=True)
    assert parse(b'<a b="1 > 0"><c d="2"/></a>', attributes=True).data == {"b": "1 > 0", "c": {"d": "2"}}
    assert parse(b'<a b="1 > 0"><c d="2"/></a>').data == {"c": None}


def test_an_empty_list_is_empty_and_a_list_without_codes_is_none() -> None:
    with canned(b"<ServiceResponse><Open311ServiceList/><Open311Error/></ServiceResponse>"):
        assert city().services() == ()
    without = b'<ServiceResponse><Open311ServiceList><service name="x"/></Open311ServiceList></ServiceResponse>'
    with canned(without), pytest.raises(Unreadable):
        city().services()


def test_a_receipt_has_a_number_and_the_agreement_on_one_line() -> None:
    with canned(payload("post.xml")):
        receipt = city().post_service_request(FILING)
    assert (receipt.service_request_id, receipt.token) == ("401177", None)
    assert receipt.service_notice == "The sign is looked at within two working days and replaced within ten."


@pytest.mark.parametrize(
    "body",
    [
        b"<CreateResponse><Open311Error/><Open311Create/></CreateResponse>",
        b"<CreateResponse><Open311Error/></CreateResponse>",
        b"<StatusResponse><Open311Status><service_request_id>7</service_request_id></Open311Status></StatusResponse>",
    ],
)
def test_an_answer_without_a_number_is_no_receipt(body: bytes) -> None:
    with canned(body), pytest.raises(Unreadable):
        city().post_service_request(FILING)


def test_a_status_is_read() -> None:
    with canned(payload("status.xml")):
        row = city().service_request("401177")
    assert (row.status, row.stage, row.status_word) == (Status.CLOSED, Stage.NONE, "closed")
    assert (row.status_notes, row.service_name) == ("Sign replaced", "Bent street sign")


def test_a_status_of_another_request_is_not_taken_for_this_one() -> None:
    with canned(payload("status.xml")):
        answer = city().service_requests(["5"])
    assert (answer.rows, answer.completeness) == ((), Completeness.UNKNOWN)


def test_requests_are_asked_for_one_by_one_and_those_not_there_are_passed_over() -> None:
    with canned(payload("error-not-yours.xml"), payload("status.xml")) as v1:
        answer = city().service_requests(["9", "401177", "9"])
    assert [call.query["service_request_id"] for call in v1.calls] == ["9", "401177"]
    assert [row.service_request_id for row in answer.rows] == ["401177"]
    assert answer.completeness is Completeness.COMPLETE


def test_a_failure_in_the_middle_keeps_what_was_had() -> None:
    with canned(payload("status.xml"), payload("error-general.xml")) as v1:
        answer = city().service_requests(["401177", "2", "3"])
    assert len(v1.calls) == 2
    assert (len(answer.rows), answer.completeness, answer.left) == (1, Completeness.UNKNOWN, ("3",))


def test_a_round_that_takes_too_long_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialect, "SECONDS", 0.05)

    def slow(_seconds: float = 0.06) -> bytes:
        time.sleep(_seconds)
        return payload("status.xml")

    with canned(payload("status.xml")) as v1:
        v1._reply = lambda path: slow()  # type: ignore[method-assign]  # this city takes its time
        answer = city().service_requests(["401177", "2", "3"])
    assert len(v1.calls) == 1
    assert (len(answer.rows), answer.completeness, answer.left) == (1, Completeness.UNKNOWN, ("2", "3"))


# --- what its codes amount to ---


@pytest.mark.parametrize(
    ("code", "words", "expected"),
    [
        ("200", "Missing", KeyRejected), ("201", "Bad", KeyRejected), ("202", "", BadRequest), ("203", "", NotFound),
        ("204", "The case system is down", Unreadable), ("204", "", Unreadable), ("299", "Something new", Unreadable),
        ("", "Words alone", Unreadable), ("204", "This is a duplicate request: it is a duplicate", Duplicate),
        ("204", "Too many requests", RateLimited),
    ],
)  # fmt: skip
@pytest.mark.parametrize("status", [200, 500, 400])
def test_what_a_code_says_of_a_filing(code: str, words: str, expected: type[DialectError], status: int) -> None:
    with canned((status, error(code, words))), pytest.raises(expected) as caught:
        city().post_service_request(FILING)
    assert type(caught.value) is expected
    assert caught.value.messages == ((words,) if words else ())
    assert caught.value.status_code == status


@pytest.mark.parametrize(
    ("code", "expected"), [("100", KeyRejected), ("101", KeyRejected), ("102", Unavailable), ("199", Unavailable)]
)
def test_what_a_code_says_of_the_list(code: str, expected: type[DialectError]) -> None:
    with canned(error(code, "Words", "ServiceResponse")), pytest.raises(expected):
        city().services()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Id not valid or you are attemting to search for a service request you did not create", NotFound),
        ("The id is invalid", NotFound),
        ("No such service request", NotFound),
        ("This is a not-valid id", NotFound),
        ("The in-valid id", NotFound),
        ("A request that you didn't create", NotFound),
        ("A request that you did not create", NotFound),
        ("The request was not found", NotFound),
        ("unknown id", NotFound),
        ("The request does not exist", NotFound),
        ("General Service Error: web service is down", Unavailable),
        ("", Unavailable),
    ],
)
def test_302_is_two_things_and_the_words_tell_which(words: str, expected: type[DialectError]) -> None:
    with canned(error("302", words, "StatusResponse")), pytest.raises(expected):
        city().service_request("9")


@pytest.mark.parametrize("code", ["300", "301"])
def test_a_status_without_a_good_key_says_nothing_of_the_request(code: str) -> None:
    with canned(error(code, "Words", "StatusResponse")), pytest.raises(KeyRejected):
        city().service_request("9")


@pytest.mark.parametrize(
    ("call", "operation"),
    [
        (lambda v1: v1.services(), "services"),
        (lambda v1: v1.post_service_request(FILING), "post_service_request"),
        (lambda v1: v1.service_requests(["9"]), "service_requests"),
    ],
)
@pytest.mark.parametrize("answer", [(404, b""), (500, b""), error("201"), b"<other/>"])
def test_an_error_names_what_was_asked_for(call: Any, operation: str, answer: Any) -> None:
    with canned(answer), pytest.raises(DialectError) as caught:
        call(city())
    assert caught.value.operation == operation


def test_404_is_about_the_address_and_not_about_the_request() -> None:
    with canned((404, b"<html><body>Not found</body></html>")), pytest.raises(NotFound, match="base address"):
        city().post_service_request(FILING)
    with canned((404, b"")), pytest.raises(BadRequest, match="base address"):
        city().service_requests(["9"])


def test_an_empty_error_is_success_and_a_filled_one_never_is() -> None:
    both = TAKEN.replace(b"<Open311Create>", b"<Open311Error><errorCode>203</errorCode></Open311Error><Open311Create>")
    with canned(both), pytest.raises(Refused):
        city().post_service_request(FILING)


def test_replay_reads_each_payload() -> None:
    v1 = city()

    def replayed(operation: str, name: str) -> tuple[Any, ...]:
        return v1.replay(operation, http.Response(200, {}, payload(name), BASE))

    assert len(replayed("services", "services.xml")) == 4
    assert replayed("post", "post.xml")[0].service_request_id == "401177"
    assert replayed("request", "status.xml")[0].status is Status.CLOSED
    assert replayed("error", "post.xml") == ()
    with pytest.raises(KeyRejected):
        replayed("error", "error-key.xml")
    for operation, expected in (("post", Unreadable), ("error", Unreadable), ("request", Unavailable),
                                ("requests", Unavailable), ("services", Unavailable)):  # fmt: skip
        with pytest.raises(expected):
            v1.replay(operation, http.Response(500, {}, b"", BASE))


def test_the_documented_limit_is_the_default() -> None:
    assert GeoReportV1.check_options({"description_max": 4001})
    assert re.search("whole number", GeoReportV1.check_options({"url_max": 10})[0])
    assert GeoReportV1.check_options({"feed_url": "ftp://x/"})
    assert GeoReportV1.check_options({"feed_url": "https://[x"})


def test_the_account_and_the_device_are_passed_on_both_ways() -> None:
    taken = TAKEN.replace(b"</Open311Create>", b"<account_id>9</account_id></Open311Create>")
    with canned(taken) as v1:
        receipt = city().post_service_request(dataclasses.replace(FILING, device_id="d-1", account_id="a-1"))
    assert (v1.calls[0].query["device_id"], v1.calls[0].query["account_id"]) == ("d-1", "a-1")
    assert receipt.account_id == "9"
