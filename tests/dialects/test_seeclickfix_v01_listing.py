"""SeeClickFix API 0.1: requests by number and by list, and comments."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from reports import clock
from reports.dialects.errors import NotFound, Unsupported
from reports.dialects.messages import Completeness, Stage, Status, Window
from tests.dialects.canned import canned
from tests.dialects.filing import COMMENT, FILING, KEY
from tests.dialects.georeport_v2_city import ids
from tests.dialects.plain import assert_plain
from tests.dialects.seeclickfix_city import city, payload, replayed

NAME = "seeclickfix_v01"
SECRET = "5ecre75ecre75ecre75ecre75ecre75ecre7abcd"
open_city = partial(city, NAME)
BOX = [-73.0, 41.0, -72.0, 42.0]


def read(operation, file, **options):
    return replayed(open_city(**options), operation, NAME, file)


# --- by number, by list ---


def test_one_issue_is_a_list_of_one():
    with canned(payload(NAME, "issue.json")) as there:
        answer = open_city().service_requests(["20770"])
    assert there.calls[0].path == "/api/0.1/issues/20770.json"
    assert "api_key" not in there.calls[0].query
    (row,) = answer.rows
    assert_plain(row)
    assert (row.status, row.address) == (Status.CLOSED, "14 Gate Street, Elmford")
    assert "Robin" not in repr(row) + json.dumps(row.raw)
    assert answer.completeness is Completeness.COMPLETE


def test_another_format_is_tried_where_one_is_not_served():
    with canned((404, b"<html></html>"), payload(NAME, "issues.xml")) as there:
        assert ids(open_city().service_requests(["20771"]).rows) == ["20771"]
    assert [call.path[-4:] for call in there.calls] == ["json", ".xml"]
    with canned((404, b"")) as there, pytest.raises(NotFound):
        open_city().service_request("1")


def issue(number, **fields):
    return {
        "id": number, "issue_id": number, "status": "Open", "summary": "Kerb", "description": "Kerb.", "lat": 41.7,
        "lng": -72.7, "created_at": _ago(24), "updated_at_raw": _ago(12), "updated_at": "06/22/2011 at 06:55PM",
    } | fields  # fmt: skip


def test_an_issue_without_a_status_says_nothing_of_it():
    with canned(json.dumps([issue(1, status=None)]).encode()):
        assert not open_city().service_request("1").status_known
    with canned(json.dumps([issue(1)]).encode()):
        assert open_city().service_request("1").status_known


def _ago(hours):
    return (clock.now() - timedelta(hours=hours)).strftime("%Y/%m/%d %H:%M:%S +0000")


def page(*issues):
    return json.dumps(issues).encode()


def last_hours(hours, until=0):
    return Window(clock.now() - timedelta(hours=hours), clock.now() - timedelta(hours=until))


def test_a_list_is_asked_for_in_hours_ago_and_by_all_four_statuses():
    with canned(page(issue(1)), page()) as there:
        answer = open_city(bbox=BOX).service_requests_by_query(last_hours(48, until=12), ["31", "32"])
    asked = there.calls[0].query
    assert there.calls[0].path == "/api/0.1/issues.json"
    assert float(asked.pop("start")) == pytest.approx(48.05, abs=0.01)
    assert float(asked.pop("end")) == pytest.approx(11.95, abs=0.01)
    assert asked == {
        "lat_min": "41.000000", "lon_min": "-73.000000", "lat_max": "42.000000", "lon_max": "-72.000000",
        "status[Open]": "true", "status[Acknowledged]": "true", "status[Closed]": "true", "status[Archived]": "true",
        "request_tags": "request_type_31,request_type_32", "sort": "issues.created_at", "direction": "DESC",
        "num_results": "100", "page": "1",
    }  # fmt: skip
    assert ids(answer.rows) == ["1"]
    assert answer.completeness is Completeness.UNKNOWN  # rows do not say their type


def test_an_end_that_is_now_is_not_sent():
    with canned(page()) as there:
        answer = open_city(bbox=BOX).service_requests_by_query(last_hours(1, until=-1), status=["closed"])
    assert "end" not in there.calls[0].query
    assert [name for name in there.calls[0].query if name.startswith("status")] == [
        "status[Closed]",
        "status[Archived]",
    ]
    assert (answer.rows, answer.completeness) == ((), Completeness.COMPLETE)


def test_pages_end_where_one_is_empty_repeats_or_is_short():
    full = page(issue(1), issue(2))
    for last in (page(), full, page(issue(3))):
        with canned(full, last) as there:
            answer = open_city(bbox=BOX).service_requests_by_query(last_hours(48))
        assert [call.query["page"] for call in there.calls] == ["1", "2"]
        assert answer.completeness is Completeness.COMPLETE
    with canned(full, page(issue(3), issue(4))) as there:
        answer = open_city(bbox=BOX, max_calls=2).service_requests_by_query(last_hours(48))
    assert (len(there.calls), len(answer.rows), answer.completeness) == (2, 4, Completeness.TRUNCATED)


@pytest.mark.parametrize(
    "stranger",
    [{"lat": 0.5, "lng": 0.5}, {"created_at": _ago(500)}, {"status": "Closed"}],
    ids=["place", "time", "status"],
)
def test_a_filter_that_was_not_heard_is_applied_and_makes_absence_unknown(stranger):
    with canned(page(issue(1), issue(2, **stranger)), page()):
        answer = open_city(bbox=BOX).service_requests_by_query(last_hours(48), status=["open"])
    assert ids(answer.rows) == ["1"]
    assert answer.completeness is Completeness.UNKNOWN


def test_changes_are_the_list_by_last_change_back_to_the_window_s_start():
    old = issue(2, created_at=_ago(900), updated_at_raw=_ago(300))
    with canned(page(issue(1), old), page(issue(3, created_at=_ago(900), updated_at_raw=_ago(400)))) as there:
        answer = open_city(bbox=BOX).service_requests_updated(last_hours(48))
    assert len(there.calls) == 1
    assert there.calls[0].query["sort"] == "issues.updated_at"
    assert "start" not in there.calls[0].query
    assert (ids(answer.rows), answer.completeness) == (["1"], Completeness.COMPLETE)


def test_a_list_that_is_not_in_the_order_asked_for_proves_nothing():
    first = issue(1, created_at=_ago(900), updated_at_raw=_ago(300))
    with canned(page(first, issue(2)), page()) as there:
        answer = open_city(bbox=BOX).service_requests_updated(last_hours(48))
    assert len(there.calls) == 2
    assert (ids(answer.rows), answer.completeness) == (["2"], Completeness.UNKNOWN)


def test_without_an_area_there_is_no_list():
    with canned(page()) as there, pytest.raises(Unsupported, match="bbox"):
        open_city().service_requests_updated(last_hours(1))
    assert not there.calls


@pytest.mark.parametrize(("options", "certain"), [({}, False), ({"lists_at_once": True}, True)])
def test_a_filing_may_be_held_for_spam_before_it_is_listed(options, certain):
    with canned(page()) as there:
        assert open_city(**options).find(FILING, last_hours(1)).absence_certain is certain
    assert float(there.calls[0].query["lat_min"]) == pytest.approx(FILING.lat, abs=0.003)


# --- comments ---


def test_comments_are_read_without_votes_and_watchers_and_names():
    acknowledged, comment = read("comments", "comments.json")
    assert (acknowledged.by_body, acknowledged.status, acknowledged.stage) == (True, Status.OPEN, Stage.ACKNOWLEDGED)
    assert (comment.by_body, comment.status) == (False, None)
    assert comment.text == "It is worse now.\nMind the step."
    assert comment.media_urls == ("http://canned.test/files/comment_images/7.jpg",)
    assert comment.datetime == datetime(2011, 6, 20, 13, 16, 46, tzinfo=UTC)
    assert "Robin" not in repr((acknowledged, comment))
    with canned(payload(NAME, "comments.json")) as there:
        assert open_city().comments("20770") == (acknowledged, comment)
    assert there.calls[0].path == "/api/0.1/issues/20770/comments.json"


@pytest.mark.parametrize(
    ("options", "email", "sent_as"),
    [
        ({"comment_email": "desk@example.org"}, "", "desk@example.org"),
        ({"comment_email": "desk@example.org"}, "jane@example.org", "jane@example.org"),
        ({}, "jane@example.org", "jane@example.org"),
    ],
)
def test_a_comment_has_an_address(options, email, sent_as):
    seen = []
    with canned((201, payload(NAME, "comment-created.json"))) as there:
        receipt = open_city(seen=seen, **options).comment("20770", dataclasses.replace(COMMENT, email=email))
    assert there.calls[0].path == "/api/0.1/issues/20770/comments.json"
    assert there.calls[0].fields == [
        ("api_key", KEY), ("comment[comment]", COMMENT.text), ("comment[email]", sent_as),
    ]  # fmt: skip
    assert (receipt.id, receipt.held) == ("41702", False)
    told = json.dumps([each.as_dict() for each in seen]) + repr(receipt)
    for word in (sent_as, KEY, "robin@example.org"):
        assert word not in told


def test_without_an_address_there_is_no_comment():
    with canned(b"[]") as there, pytest.raises(Unsupported, match="e-mail"):
        open_city().comment("1", COMMENT)
    assert not there.calls


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"formats": ["kml"]}, "json, xml"),
        ({"locales": ["spanish"]}, "two letters"),
        ({"locales": "es"}, "a list"),
        ({"comment_email": "nobody"}, "e-mail address"),
        ({"comment_email": "a b@c.org"}, "e-mail address"),
        ({"bbox": [1]}, "four numbers"),
    ],
)
def test_bad_options_are_named(options, word):
    (sentence,) = type(open_city()).check_options(options)
    assert word in sentence
