"""SeeClickFix API 0.1: what is sent, what its answers are read as, and what of them is kept."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from reports import clock, http
from reports.dialects.errors import (
    BadRequest,
    DialectError,
    KeyRejected,
    PerhapsSent,
    Unavailable,
    Unreadable,
    Unsupported,
)
from reports.dialects.messages import Answer, Datatype, Photo, Stage, Status
from reports.dialects.seeclickfix_v01.hosts import localised
from tests.dialects.canned import canned
from tests.dialects.filing import COMMENT, FILING, KEY, PLACE, WINDOW
from tests.dialects.seeclickfix_city import BASES, city, payload, replayed

NAME = "seeclickfix_v01"
SECRET = "5ecre75ecre75ecre75ecre75ecre75ecre7abcd"
open_city = partial(city, NAME)
BOX = [-88.0, 41.0, -87.0, 42.0]


def read(operation, file, **options):
    return replayed(open_city(**options), operation, NAME, file)


# --- what can be reported ---


def test_request_types_of_a_point():
    with canned(payload(NAME, "request-types.json")) as there:
        services = open_city().services(PLACE)
    assert there.calls[0].path == "/api/0.1/request_types/at.json"
    assert there.calls[0].query == {"lat": "41.8837", "lng": "-87.632"}
    assert [(each.service_code, each.service_name, each.metadata) for each in services] == [
        ("31", "Pothole", True), ("32", "Graffiti", False),
    ]  # fmt: skip
    assert services[0].group == "City of Elmford"


def test_there_is_no_list_without_a_point():
    with pytest.raises(Unsupported, match="at a point"):
        open_city().services()


def test_questions_become_attributes():
    with canned(payload(NAME, "questions.json")) as there:
        definition = open_city().service_definition("31")
    assert there.calls[0].path == "/api/0.1/request_types/31/request_type_questions.json"
    phone, where, side = definition.attributes
    assert definition.service_code == "31"
    assert (phone.code, phone.private, phone.required) == ("501", True, False)
    assert (where.code, where.private, where.required, where.datatype) == ("502", False, True, Datatype.SINGLEVALUELIST)
    assert [value.key for value in where.values] == ["Left lane", "Right lane, by the kerb"]
    assert (side.datatype, side.values) == (Datatype.STRING, ())  # a choice of nothing is a question to write on


@pytest.mark.parametrize(
    ("written", "choices"),
    [('"a|b, c|a"', ["a", "b, c"]), ('"a, b"', ["a", "b"]), ('" "', []), ("null", []), ('"only"', ["only"])],
)
def test_choices_are_one_text(written, choices):
    row = f'[{{"primary_key": 1, "question_type": "select", "select_values": {written}}}]'.encode()
    with canned(row):
        (attribute,) = open_city().service_definition("1").attributes
    assert [value.key for value in attribute.values] == choices


def test_rails_xml_is_read_alike():
    (attribute,) = read("service_definition", "questions.xml")[0].attributes
    assert (attribute.code, attribute.private, attribute.required) == ("501", True, True)
    (row,) = read("requests", "issues.xml")
    assert (row.service_request_id, row.status, row.description) == ("20771", Status.CLOSED, "loose kerb")
    assert (row.lat, row.long) == (41.7011, -72.7102)
    assert row.requested_datetime == datetime(2010, 3, 30, 16, 27, 21, tzinfo=UTC)
    assert row.updated_datetime == datetime(2010, 4, 12, 16, 0, 1, tzinfo=UTC)
    assert read("requests", "issues-empty.xml") == ()
    (receipt,) = read("post", "created.xml")
    assert receipt.service_request_id == "20771"


# --- dates ---


def test_dates_for_readers_are_utc_and_raw_ones_are_preferred():
    (archived,) = read("request", "issue.json")
    assert archived.requested_datetime == datetime(2011, 8, 29, 2, 5, tzinfo=UTC)
    assert archived.updated_datetime == datetime(2011, 9, 27, 16, 7, tzinfo=UTC)
    assert (archived.service_name, archived.description) == ("loose kerb", "The kerb has come loose.")
    row = read("requests", "issues.json")[0]
    assert row.updated_datetime == datetime(2011, 6, 22, 18, 55, 10, tzinfo=UTC)


def test_without_a_date_the_minutes_since_say_about_when():
    row = read("requests", "issues.json")[1]
    assert row.service_request_id == "20773"  # of `issue_id` alone
    ago = clock.now() - row.requested_datetime
    assert timedelta(minutes=89) < ago < timedelta(minutes=92)
    assert row.stage is Stage.ACKNOWLEDGED


@pytest.mark.parametrize("minutes", ["-5", "1e12", '"soon"', "null"])
def test_minutes_that_cannot_be_are_no_date(minutes):
    with canned(f'[{{"id": 1, "lat": 1, "minutes_since_created": {minutes}}}]'.encode()):
        assert open_city().service_request("1").requested_datetime is None


# --- filing ---


def sent(filing, seen=None, **options):
    with canned((201, payload(NAME, "created.json"))) as there:
        receipt = open_city(seen=seen, **options).post_service_request(filing)
    return there.calls[0], receipt


def test_the_form_is_nested_and_in_the_body():
    answers = (
        Answer("501", Datatype.STRING, ("none",)),
        Answer("502", Datatype.MULTIVALUELIST, ("Left lane", "Right lane")),
    )
    filing = dataclasses.replace(
        FILING, service_code="31", service_name="Pothole", first_name="Jane", phone="555 0100", answers=answers
    )
    call, _receipt = sent(filing)
    question = "issue[request_type_answers_attributes][][request_type_question_primary_key]"
    answer = "issue[request_type_answers_attributes][][answer]"
    assert call.path == "/api/0.1/issues.json"
    assert call.fields == [
        ("api_key", KEY),
        ("issue[summary]", "Pothole"),
        ("issue[lat]", "41.8837"),
        ("issue[lng]", "-87.632"),
        ("issue[address]", "121 N La Salle St"),
        ("issue[description]", FILING.description),
        ("issue[reporter_email]", FILING.email),
        ("issue[request_type_id]", "31"),
        (question, "501"), (answer, "none"),
        (question, "502"), (answer, "Left lane"),
        (question, "502"), (answer, "Right lane"),
    ]  # fmt: skip


def test_nothing_stands_in_the_query_of_a_filing():
    seen = []
    sent(FILING, seen)
    assert "?" not in seen[0].url


def test_a_photo_is_uploaded():
    call, _receipt = sent(dataclasses.replace(FILING, photos=(Photo("a.jpg", "image/jpeg", b"\xff\xd8"),)))
    assert 'name="issue[issue_image_attributes][uploaded_data]"; filename="a.jpg"' in call.body


def test_the_secret_of_a_new_issue_is_no_token_and_is_kept_nowhere():
    for file in ("created.json", "created.xml"):
        seen = []
        form = file.rpartition(".")[2]
        with canned((201, payload(NAME, file))):
            receipt = open_city(seen=seen, formats=[form]).post_service_request(FILING)
        assert (receipt.service_request_id, receipt.token) == ("20771", None)
        told = repr(receipt) + json.dumps(receipt.raw) + json.dumps([each.as_dict() for each in seen])
        for word in (SECRET, "robin@example.org", "Robin", FILING.email, KEY):
            assert word not in told
        assert "20771" in seen[0].response_body


def test_the_secret_is_in_no_error_either():
    cut = payload(NAME, "created.json")[:-40]
    with canned((201, cut)), pytest.raises(Unreadable) as caught:
        open_city().post_service_request(FILING)
    assert SECRET not in caught.value.excerpt
    assert "robin@example.org" not in caught.value.excerpt
    assert "20771" in caught.value.excerpt


@pytest.mark.parametrize("body", [b"[]", b"[{}]", b'[{"id": 1, "lat": 0}, {"id": 2, "lat": 0}]', b'{"token": "x"}'])
def test_an_answer_that_is_not_the_new_issue_is_no_receipt(body):
    with canned((201, body)), pytest.raises(Unreadable):
        open_city().post_service_request(FILING)


def test_without_a_point_nothing_is_sent():
    with canned(b"[]") as there, pytest.raises(BadRequest):
        open_city().post_service_request(dataclasses.replace(FILING, lat=None, long=None))
    assert not there.calls


# --- languages ---


@pytest.mark.parametrize(
    ("base_url", "locale", "expected"),
    [
        ("https://fix.example/api/0.1/", "es", "https://es.fix.example/api/0.1/"),
        ("https://fix.example:8443/api/", "es-MX", "https://es.fix.example:8443/api/"),
        ("https://fix.example/api/", "es_MX", "https://es.fix.example/api/"),
        ("https://fix.example/api/", "en", "https://fix.example/api/"),
        ("https://fix.example/api/", "", "https://fix.example/api/"),
        ("https://fix.example/api/", "evil.example/", "https://fix.example/api/"),
        ("https://es.fix.example/api/", "es", "https://es.fix.example/api/"),
        ("https://www.fix.example/api/", "es", "https://www.fix.example/api/"),
        ("http://localhost:9000/api/", "es", "http://localhost:9000/api/"),
        ("http://127.0.0.1:9000/api/", "es", "http://127.0.0.1:9000/api/"),
        ("http://[::1]:9000/api/", "es", "http://[::1]:9000/api/"),
    ],
)
def test_a_language_has_the_host_below_the_configured_one_or_none(base_url, locale, expected):
    assert localised(base_url, locale, ("es",)) == expected


@pytest.mark.parametrize(("on", "host"), [(True, "es.canned.test"), (False, "canned.test")])
def test_a_filing_goes_to_the_host_of_its_language_where_that_is_set(on, host):
    seen = []
    with canned((201, payload(NAME, "created.json"))) as there:
        http.mount("http://es.canned.test/", there)
        try:
            open_city(seen=seen, locale_hosts=on).post_service_request(dataclasses.replace(FILING, locale="es"))
        finally:
            http.unmount("http://es.canned.test/")
    assert seen[0].url == f"http://{host}/api/0.1/issues.json"


# --- errors, and what is set where nothing is ---


@pytest.mark.parametrize("status", [500, 501, 502, 504])
def test_a_server_s_failure_leaves_it_open_whether_something_was_taken(status):
    comment = dataclasses.replace(COMMENT, email="jo@example.org")
    for call in (lambda: open_city().post_service_request(FILING), lambda: open_city().comment("1", comment)):
        with canned((status, b"")) as there, pytest.raises(PerhapsSent):
            call()
        assert len(there.calls) == 1


@pytest.mark.parametrize(
    ("call", "operation", "path"),
    [
        (lambda: open_city().services(PLACE), "services", "request_types/at"),
        (lambda: open_city().service_definition("5"), "service_definition", "request_types/5/request_type_questions"),
        (lambda: open_city().post_service_request(FILING), "post_service_request", "issues"),
        (lambda: open_city().service_requests(["7"]), "service_requests", "issues/7"),
        (lambda: open_city(bbox=BOX).service_requests_by_query(WINDOW), "service_requests", "issues"),
        (lambda: open_city(comment_email="a@b.example").comment("7", COMMENT), "comment", "issues/7/comments"),
        (lambda: open_city().comments("7"), "comments", "issues/7/comments"),
    ],
)
def test_an_error_names_what_was_asked_for_and_where(call, operation, path):
    with canned((403, b'{"error": "Words"}')) as there, pytest.raises(KeyRejected) as caught:
        call()
    assert (caught.value.operation, there.calls[0].path) == (operation, f"/api/0.1/{path}.json")


def test_what_is_never_asked_for_is_named_too():
    for call, operation in (
        (lambda: open_city().services(), "services"),
        (lambda: open_city().comment("7", COMMENT), "comment"),
        (lambda: open_city().service_requests_by_query(WINDOW), "service_requests"),
    ):
        with canned(b"[]") as there, pytest.raises(Unsupported) as caught:
            call()
        assert (caught.value.operation, there.calls) == (operation, [])


@pytest.mark.parametrize(("status", "forms"), [(406, 2), (415, 2), (404, 2), (405, 1), (414, 1), (416, 1)])
def test_the_next_format_is_asked_for_only_where_the_first_is_not_served(status, forms):
    with canned((status, b"")) as there, pytest.raises(DialectError):
        open_city().comments("7")
    assert len(there.calls) == forms


@pytest.mark.parametrize(
    ("status", "asked"),
    [
        (["open"], ["Open", "Acknowledged"]),
        (["acknowledged"], ["Acknowledged"]),
        (["closed"], ["Closed", "Archived"]),
        (["archived"], ["Archived"]),
        ([], ["Open", "Acknowledged", "Closed", "Archived"]),
    ],
)
def test_the_words_of_a_filter(status, asked):
    with canned(b"[]") as there:
        open_city(bbox=BOX).service_requests_by_query(WINDOW, status=status)
    assert [name for name in there.calls[0].query if name.startswith("status")] == [f"status[{each}]" for each in asked]


@pytest.mark.parametrize(
    ("operation", "expected"), [("post", PerhapsSent), ("error", PerhapsSent), ("updates", Unavailable)]
)
def test_a_recorded_failure_is_judged_as_what_it_answered(operation, expected):
    with pytest.raises(expected):
        open_city().replay(operation, http.Response(500, {}, b"", BASES[NAME]))


def test_the_key_to_an_issue_s_signature_is_kept_nowhere():
    seen = []
    with canned((201, b'[{"id": 7, "lat": 1.5, "lng": 2.5, "signature": "5ecre7", "token": "5ecre8"}]')):
        open_city(seen=seen).post_service_request(FILING)
    assert not [secret for secret in ("5ecre7", "5ecre8") if secret in json.dumps(seen[0].as_dict())]


def test_what_an_endpoint_does_where_nothing_is_set():
    expected = {
        "formats": ("json", "xml"), "locale_hosts": False, "locales": ("es",), "comment_email": "", "bbox": (),
        "follow_by_window": True, "page_size": 100, "max_calls": 20, "lists_at_once": False, "description_max": 4000,
        "headers": (),
    }  # fmt: skip
    options = open_city().options
    assert {name: getattr(options, name) for name in expected} == expected
    check = type(open_city()).check_options
    for option, least, most in (("page_size", 1, 1000), ("max_calls", 1, 200), ("description_max", 1, 20000)):
        assert check({option: least}) == check({option: most}) == []
        assert check({option: least - 1})
        assert check({option: most + 1})
