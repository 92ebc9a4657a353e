"""SeeClickFix API v2: its words and members stated again beside their tables; who is private, who is named."""

import json
from functools import partial

import pytest

from reports import http
from reports.dialects.errors import Unavailable, Unreadable
from reports.dialects.messages import Datatype, Stage, Status
from reports.dialects.seeclickfix_v2 import Options
from tests.dialects.seeclickfix_city import BASES, city

NAME = "seeclickfix_v2"
open_city = partial(city, NAME)

KEPT = (
    "id issue_id status summary description rating lat lng address point slug url html_url shortened_url bitly "
    "created_at updated_at updated_at_raw created_at_raw acknowledged_at closed_at reopened_at minutes_since_created "
    "comment_url comments_url flag_url transitions media request_type is_private private visibility "
    "canonical_issue_id locale moderated metadata comment_count comments_count"
)
PEOPLE = "reporter assignee agent voters commenter email phone answers questions internal_comments comments user name"


def read(operation, content, status=200):
    return open_city().replay(operation, http.Response(status, {}, json.dumps(content).encode(), BASES[NAME]))


def issue(**fields):
    return read("request", {"id": 7, "status": "Open", "created_at": "2026-03-01T12:00:00Z"} | fields)[0]


def comment(**fields):
    return read("comments", {"comments": [{"id": 1, "comment": "Seen."} | fields]})


def test_of_a_row_what_is_named_is_kept_and_nothing_else():
    row = dict.fromkeys(f"{KEPT} {PEOPLE}".split(), "x") | {"id": 7, "status": "Open"}
    assert set(issue(**row).raw) == set(KEPT.split())


@pytest.mark.parametrize("flag", ["is_private", "private", "private_visibility", "internal"])
def test_flags_of_what_is_not_public(flag):
    assert issue(**{flag: True}).private
    assert not issue(**{flag: False}).private
    assert comment(**{flag: "true"})[0].private
    assert not comment(**{flag: "false"})[0].private


@pytest.mark.parametrize(
    ("visibility", "private"),
    [("", False), (None, False), ("Public", False), ("private", True), ("internal", True), ("new word", True)],
)
def test_only_what_is_called_public_is(visibility, private):
    assert issue(visibility=visibility).private is private
    assert comment(visibility=visibility)[0].private is private


@pytest.mark.parametrize(
    ("role", "official"),
    [("Verified Official", True), ("verified official", True), ("Registered User", False), ("Guest", False),
     ("Official", False), ("", False)],
)  # fmt: skip
def test_who_speaks_for_the_body(role, official):
    assert comment(commenter={"role": role, "name": "Robin"})[0].by_body is official


@pytest.mark.parametrize(
    ("kind", "status", "stage"),
    [
        ("Issue Closed", Status.CLOSED, Stage.NONE), ("issue archived", Status.CLOSED, Stage.NONE),
        ("Issue Acknowledged", Status.OPEN, Stage.ACKNOWLEDGED), ("Issue Opened", Status.OPEN, Stage.NONE),
        ("Issue Reopened", Status.OPEN, Stage.NONE), ("Comment", None, Stage.NONE), ("", None, Stage.NONE),
    ],
)  # fmt: skip
def test_what_an_entry_turns(kind, status, stage):
    (note,) = comment(comment_type=kind)
    assert (note.type, note.status, note.stage) == (kind, status, stage)


@pytest.mark.parametrize("kind", ["Issue Voted For", "Watcher Added"])
def test_entries_without_news(kind):
    assert comment(comment_type=kind) == ()


@pytest.mark.parametrize(
    ("kind", "datatype"),
    [
        ("text", Datatype.STRING), ("textarea", Datatype.TEXT), ("select", Datatype.SINGLEVALUELIST),
        ("multivaluelist", Datatype.MULTIVALUELIST), ("number", Datatype.NUMBER), ("datetime", Datatype.DATETIME),
        ("boolean", Datatype.SINGLEVALUELIST), ("strange", Datatype.STRING),
    ],
)  # fmt: skip
def test_types_of_questions(kind, datatype):
    question = {"primary_key": "1", "question": "Q?", "question_type": kind.title(), "response_required": True}
    (found,) = read("service_definition", {"id": 5, "questions": [question]})
    (asked,) = found.attributes
    assert (asked.code, asked.description, asked.datatype, asked.variable, asked.required) == (
        "1", "Q?", datatype, True, True)  # fmt: skip
    assert [(value.key, value.name) for value in asked.values] == (
        [("true", "Yes"), ("false", "No")] if kind == "boolean" else []
    )


@pytest.mark.parametrize("own", ["summary", "description", "issue_image"])
def test_questions_that_a_filing_answers_itself(own):
    (found,) = read("service_definition", {"id": 5, "questions": [{"primary_key": own, "question_type": "text"}]})
    assert found.attributes == ()


def test_a_hidden_answer_stays_private_and_a_note_is_not_asked():
    questions = [
        {"primary_key": "1", "question_type": "text", "answer_kept_private": True},
        {"primary_key": "2", "question_type": "hidden"},
        {"question_type": "note", "question": "Call us.", "response_required": True},
    ]
    (found,) = read("service_definition", {"id": 5, "questions": questions})
    assert [(each.code, each.private, each.variable, each.required) for each in found.attributes] == [
        ("1", True, True, False),
        ("", False, False, False),
    ]


def test_what_an_endpoint_does_where_nothing_is_set():
    expected = {
        "auth": "bearer", "key_on_reads": False, "anonymize_reporter": True, "place_url": "", "bbox": (),
        "details": True, "follow_by_window": True, "page_size": 100, "max_calls": 10, "lists_at_once": False,
        "description_max": 4000, "headers": (),
    }  # fmt: skip
    assert {name: getattr(Options(), name) for name in expected} == expected


@pytest.mark.parametrize(
    ("option", "least", "most"), [("page_size", 1, 100), ("max_calls", 1, 200), ("description_max", 1, 20000)]
)
def test_numbers_have_their_limits(option, least, most):
    check = type(open_city()).check_options
    assert check({option: least}) == check({option: most}) == []
    assert check({option: least - 1})
    assert check({option: most + 1})


@pytest.mark.parametrize("auth", ["bearer", "basic"])
def test_ways_of_sending_the_key(auth):
    assert type(open_city()).check_options({"auth": auth}) == []


@pytest.mark.parametrize(
    ("operation", "expected"), [("post", Unreadable), ("error", Unreadable), ("requests", Unavailable)]
)
def test_a_failure_is_perhaps_sent_only_where_something_was_sent(operation, expected):
    with pytest.raises(expected):
        read(operation, None, 500)


def test_a_filing_is_taken_or_held():
    assert read("post", {"id": 9}, 201)[0].service_request_id == "9"
    assert read("post", {"metadata": {"moderated": True}}, 201)[0].held
    assert read("error", {"id": 9}, 201) == ()
    with pytest.raises(Unreadable):
        read("post", {"id": 9, "errors": {"lat": "is odd"}}, 201)
