"""SeeClickFix API v2: what its answers are read as."""

import json
from datetime import UTC, datetime
from functools import partial

import pytest

from reports import http
from reports.dialects.errors import BadRequest, KeyRejected, NotFound, RateLimited, Unchanged, Unreadable, Unsupported
from reports.dialects.messages import Completeness, Datatype, Service, Stage, Status
from tests.dialects.canned import canned
from tests.dialects.filing import FILING, KEY, PLACE
from tests.dialects.plain import assert_plain
from tests.dialects.seeclickfix_city import city, payload, replayed

NAME = "seeclickfix_v2"
open_city = partial(city, NAME)


def read(operation, file, **options):
    return replayed(open_city(**options), operation, NAME, file)


# --- what can be reported ---


def test_a_request_type_s_code_is_the_end_of_its_address():
    services = read("services", "report-form.json")
    assert [(each.service_code, each.group) for each in services] == [
        ("5120", "City of Elmford"), ("5121", "City of Elmford"), ("other", ""),
    ]  # fmt: skip
    assert services[0].service_name == "Pothole"
    assert all(each.metadata for each in services)


def test_services_are_asked_for_at_a_point():
    with canned(payload(NAME, "report-form.json")) as there:
        assert isinstance(open_city().services(PLACE)[0], Service)
    assert there.calls[0].path == "/api/v2/issues/new"
    assert there.calls[0].query == {"lat": "41.8837", "lng": "-87.632"}


def test_there_is_no_list_without_a_point():
    with canned(b"{}") as there, pytest.raises(Unsupported, match="at a point"):
        open_city().services()
    assert not there.calls


def test_questions_become_attributes():
    (definition,) = read("service_definition", "request-type.json")
    found = {each.code: each for each in definition.attributes}
    assert definition.service_code == "5121"
    assert [each.order for each in definition.attributes] == sorted(each.order for each in definition.attributes)
    assert {code: each.datatype for code, each in found.items()} == {
        "8801": Datatype.MULTIVALUELIST, "8802": Datatype.SINGLEVALUELIST, "8803": Datatype.STRING,
        "8804": Datatype.TEXT, "8805": Datatype.NUMBER, "8806": Datatype.DATETIME, "8807": Datatype.STRING,
        "offensive": Datatype.SINGLEVALUELIST,
    }  # fmt: skip
    assert [(value.key, value.name) for value in found["8801"].values] == [("brick", "Brick"), ("metal", "Metal, bare")]
    assert [value.key for value in found["offensive"].values] == ["true", "false"]
    assert {code for code, each in found.items() if each.required} == {"8801", "offensive"}
    assert {code for code, each in found.items() if each.private} == {"8803"}
    assert {code for code, each in found.items() if not each.variable} == {"8807"}


def test_what_a_filing_answers_itself_and_what_is_hidden_is_not_asked():
    (definition,) = read("service_definition", "request-type.json")
    assert not {"summary", "description", "issue_image", "8808", "8809"} & {each.code for each in definition.attributes}
    assert definition.notice == "Photo"  # required here


def test_a_type_without_an_id_keeps_the_code_that_was_asked_for():
    with canned(payload(NAME, "request-type-other.json")) as there:
        definition = open_city().service_definition("other")
    assert there.calls[0].path == "/api/v2/request_types/other"
    assert definition.service_code == "other"
    assert definition.attributes == ()
    assert definition.notice == ""


def test_a_required_file_cannot_be_sent():
    with pytest.raises(Unsupported, match="Scan of the permit"):
        read("service_definition", "request-type-file.json")


# --- requests ---


def test_an_issue_is_read_without_the_people_in_it():
    (row,) = read("request", "issue.json")
    assert_plain(row)
    assert (row.service_request_id, row.service_code, row.service_name) == ("90441", "5120", "Pothole")
    assert (row.status, row.stage, row.status_word) == (Status.OPEN, Stage.ACKNOWLEDGED, "Acknowledged")
    assert (row.lat, row.long) == (41.7011, -72.7102)
    assert row.agency_responsible == "City of Elmford"
    assert row.requested_datetime == datetime(2026, 2, 3, 13, 15, tzinfo=UTC)
    assert row.media_urls == ("https://fix.example/files/0007.jpeg",)
    for kept in (repr(row), json.dumps(row.raw)):
        assert "Robin" not in kept
        assert "reporter" not in kept
        assert "A door" not in kept  # answers may be private
    assert row.raw["transitions"]


def test_comments_are_notes_and_only_an_official_speaks_for_the_body():
    (row,) = read("request", "issue.json")
    assert [(note.id, note.by_body) for note in row.notes] == [("601", False), ("602", True)]
    assert row.notes[0].media_urls == ("https://fix.example/files/0009.jpeg",)
    assert row.notes == read("comments", "comments.json")


def test_what_is_not_known_is_unknown_and_the_word_null_is_nothing():
    row = read("requests", "issues.json")[1]
    assert (row.lat, row.long) == (41.7011, -72.7102)  # from the point
    assert row.description == "Pothole"  # the title where there is no text
    assert row.service_code == "other"
    assert row.media_urls == ()
    assert row.status is Status.CLOSED


@pytest.mark.parametrize("file", ["profile-nobody.json", "comments.json", "report-form.json"])
def test_other_answers_are_no_requests(file):
    with pytest.raises(Unreadable):
        read("requests", file)


# --- by number ---


def test_numbers_are_asked_for_one_by_one_with_their_details():
    with canned(by_path={"/90441": payload(NAME, "issue.json"), "/1": (404, b"")}) as there:
        answer = open_city().service_requests(["90441", "1", "90441"])
    assert [call.path for call in there.calls] == ["/api/v2/issues/90441", "/api/v2/issues/1"]
    assert there.calls[0].query == {"details": "true"}
    assert [row.service_request_id for row in answer.rows] == ["90441"]
    assert answer.completeness is Completeness.COMPLETE


def test_another_number_than_asked_for_is_dropped():
    with canned(payload(NAME, "issue.json")):
        answer = open_city().service_requests(["5"])
    assert (answer.rows, answer.completeness) == ((), Completeness.UNKNOWN)
    with canned(payload(NAME, "issue.json")), pytest.raises(NotFound):
        open_city().service_request("5")


def test_a_round_ends_where_the_limit_is_reached():
    replies = [payload(NAME, "issue.json"), (429, payload(NAME, "error-too-many.json"), {"Retry-After": "10"})]
    with canned(*replies) as there:
        answer = open_city().service_requests(["90441", "2", "3"])
    assert len(there.calls) == 2
    assert len(answer.rows) == 1
    assert (answer.completeness, answer.left) == (Completeness.UNKNOWN, ("2", "3"))


@pytest.mark.parametrize(("asked", "calls"), [(15, 15), (16, 15)])
def test_a_round_keeps_below_the_limit(asked, calls):
    def one(call):
        return json.dumps({"id": int(call.path.rpartition("/")[2]), "status": "Open"}).encode()

    with canned(one) as there:
        answer = open_city().service_requests([str(number) for number in range(1, asked + 1)])
    assert len(there.calls) == len(answer.rows) == calls
    assert (answer.completeness is Completeness.COMPLETE) == (asked == calls)
    assert answer.left == (("16",) if asked > calls else ())


@pytest.mark.parametrize(
    ("status", "body", "calls"),
    [
        (403, payload(NAME, "error-administrative.json"), 2),
        (401, b"", 2),
        (403, b'{"message": "This one is not for you."}', 4),
    ],
    ids=["ban", "no key", "one request"],
)
def test_nothing_more_is_asked_after_a_ban(status, body, calls):
    with canned(payload(NAME, "issue.json"), (status, body)) as there:
        answer = open_city().service_requests(["90441", "2", "3", "4"])
    assert len(there.calls) == calls
    assert (len(answer.rows), answer.completeness) == (1, Completeness.UNKNOWN)


def test_the_limit_is_passed_on():
    reply = (429, payload(NAME, "error-too-many.json"), {"Retry-After": "10"})
    with canned(reply), pytest.raises(RateLimited) as caught:
        open_city().service_requests(["1"])
    assert caught.value.retry_after == 10


# --- errors ---


@pytest.mark.parametrize(
    ("file", "status", "expected", "words"),
    [
        ("error-fields.json", 422, BadRequest, "Lat can't be blank"),
        ("error-flat.json", 422, BadRequest, "email: Can't be blank.; You have not voted"),
        ("error-list.json", 422, BadRequest, "An address is required"),
        ("error-json.json", 400, BadRequest, "Unable to parse JSON"),
        ("error-administrative.json", 403, KeyRejected, "administrative rules"),
        ("error-too-many.json", 403, RateLimited, "Too Many Requests"),
    ],
)
def test_a_refusal_says_why(file, status, expected, words):
    with canned((status, payload(NAME, file))), pytest.raises(expected) as caught:
        open_city().post_service_request(FILING)
    assert words in " ".join(caught.value.messages)
    with pytest.raises(expected):
        replayed(open_city(), "error", NAME, file, status)


# --- the key ---


@pytest.mark.parametrize(
    ("options", "reading", "writing"),
    [
        ({}, None, f"Bearer {KEY}"),
        ({"key_on_reads": True}, f"Bearer {KEY}", f"Bearer {KEY}"),
        ({"auth": "basic"}, None, "Basic Y29udHJhY3Qta2V5LTkyNzE="),
    ],
)
def test_the_key_goes_in_the_header_that_the_option_names(options, reading, writing):
    seen = []
    with canned(payload(NAME, "issue.json"), (201, payload(NAME, "post-issue.json"))) as there:
        open_city(seen=seen, **options).service_requests(["90441"])
        open_city(seen=seen, **options).post_service_request(FILING)
    assert [call.headers.get("Authorization") for call in there.calls] == [reading, writing]
    assert all(call.headers["User-Agent"] for call in there.calls)
    told = json.dumps([each.as_dict() for each in seen])
    assert KEY not in told
    assert "Y29udHJhY3" not in told


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"auth": "oauth"}, "one of bearer, basic"),
        ({"place_url": "New Haven"}, "url_name"),
        ({"bbox": [1, 2, 3]}, "four numbers"),
        ({"max_calls": 0}, "from 1 to 200"),
        ({"page_size": 101}, "from 1 to 100"),
    ],
)
def test_bad_options_are_named(options, word):
    (sentence,) = type(open_city()).check_options(options)
    assert word in sentence


def test_an_unchanged_definition_is_said_to_be_so():
    with canned((304, b"")), pytest.raises(Unchanged):
        open_city().service_definition("5120")


def test_a_row_without_a_status_says_nothing_of_it():
    answer = http.Response(200, {}, b'{"issues": [{"id": 1, "status": null}, {"id": 2, "status": "Closed"}]}', "")
    silent, closed = open_city().replay("requests", answer)
    assert (silent.status_known, closed.status_known) == (False, True)
