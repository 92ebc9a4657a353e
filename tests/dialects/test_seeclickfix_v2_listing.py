"""SeeClickFix API v2: lists by place and time, and what they prove."""

import dataclasses
import json
from datetime import timedelta
from functools import partial

import pytest

from reports.dialects.errors import Unsupported
from reports.dialects.messages import Completeness, Window
from tests.dialects.canned import canned
from tests.dialects.filing import FILING, NOW, WINDOW
from tests.dialects.georeport_v2_city import ids
from tests.dialects.seeclickfix_city import city

open_city = partial(city, "seeclickfix_v2")
BOX = [-88.0, 41.0, -87.0, 42.0]


def issue(number, **fields):
    return {
        "id": number,
        "status": "Open",
        "summary": "Pothole",
        "description": FILING.description,
        "lat": FILING.lat,
        "lng": FILING.long,
        "created_at": "2026-03-01T12:00:00Z",
        "updated_at": "2026-03-01T13:00:00Z",
        "request_type": {"id": 5120, "title": "Pothole"},
        "reporter": {"name": "Robin"},
    } | fields


def page(*issues, number=1, more=None, entries=None):
    pagination = {"page": number, "next_page": more, "entries": len(issues) if entries is None else entries}
    return json.dumps({"metadata": {"pagination": pagination}, "issues": issues, "errors": None}).encode()


def test_a_list_names_its_place_its_time_and_all_four_statuses():
    with canned(page(issue(1))) as there:
        answer = open_city(bbox=BOX).service_requests_by_query(WINDOW)
    assert there.calls[0].query == {
        "min_lat": "41.000000", "min_lng": "-88.000000", "max_lat": "42.000000", "max_lng": "-87.000000",
        "after": "2026-02-23T15:00:00Z", "before": "2026-03-02T15:00:01Z",
        "status": "open,acknowledged,closed,archived",
        "sort": "created_at", "sort_direction": "ASC", "per_page": "100", "page": "1",
    }  # fmt: skip
    assert answer.completeness is Completeness.COMPLETE
    assert "Robin" not in repr(answer)


def test_changes_come_with_comments_and_so_in_pages_of_20():
    with canned(page()) as there:
        open_city(bbox=BOX).service_requests_updated(WINDOW)
        open_city(bbox=BOX, details=False).service_requests_updated(WINDOW)
    asked, plain = (call.query for call in there.calls)
    assert (asked["updated_at_after"], asked["updated_at_before"]) == ("2026-02-23T15:00:00Z", "2026-03-02T15:00:01Z")
    assert (asked["details"], asked["per_page"], asked["sort"]) == ("true", "20", "updated_at")
    assert "after" not in asked
    assert (plain.get("details"), plain["per_page"]) == (None, "100")


@pytest.mark.parametrize(
    ("codes", "status", "sent"),
    [
        (["5120", "5121"], [], {"request_types": "5120,5121"}),
        (["5120", "other"], [], {"request_types": None}),
        ([], ["open"], {"status": "open,acknowledged"}),
        ([], ["closed"], {"status": "closed,archived"}),
        ([], ["acknowledged"], {"status": "acknowledged"}),
    ],
)
def test_filters(codes, status, sent):
    with canned(page()) as there:
        open_city(bbox=BOX).service_requests_by_query(WINDOW, codes, status)
    assert {name: there.calls[0].query.get(name) for name in sent} == sent


def test_a_place_is_sent_by_its_name_and_checked_by_its_box():
    with canned(page(issue(1))) as there:
        both = open_city(place_url="elmford", bbox=BOX).service_requests_by_query(WINDOW)
        alone = open_city(place_url="elmford").service_requests_by_query(WINDOW)
    assert all(call.query["place_url"] == "elmford" and "min_lat" not in call.query for call in there.calls)
    assert both.completeness is Completeness.COMPLETE
    assert alone.completeness is Completeness.UNKNOWN  # whether the place was heard cannot be told


@pytest.mark.parametrize(
    "stranger",
    [
        issue(2, lat=34.05, lng=-118.24),
        issue(2, created_at="2020-01-01T00:00:00Z"),
        issue(2, request_type={"id": 1, "title": "Tree"}),
        issue(2, status="Closed"),
    ],
    ids=["place", "time", "type", "status"],
)
def test_a_filter_that_was_not_heard_is_applied_and_makes_absence_unknown(stranger):
    with canned(page(issue(1), stranger)):
        answer = open_city(bbox=BOX).service_requests_by_query(WINDOW, ["5120"], ["open"])
    assert ids(answer.rows) == ["1"]
    assert answer.completeness is Completeness.UNKNOWN


def test_without_an_area_there_is_no_list():
    with canned(page()) as there, pytest.raises(Unsupported, match="place_url or bbox"):
        open_city().service_requests_updated(WINDOW)
    assert not there.calls


def test_pages_are_followed_to_the_last_one():
    replies = [page(issue(1), more=2, entries=3), page(issue(2), number=2, more=3, entries=3)]
    with canned(*replies, page(issue(3), number=3, more="null", entries=3)) as there:
        answer = open_city(bbox=BOX).service_requests_by_query(WINDOW)
    assert [call.query["page"] for call in there.calls] == ["1", "2", "3"]
    assert ids(answer.rows) == ["1", "2", "3"]
    assert answer.completeness is Completeness.COMPLETE


@pytest.mark.parametrize(
    "replies",
    [
        [page(issue(1), more=2, entries=5), page(issue(1), number=2, more=3, entries=5)],  # the same page again
        [page(issue(1), entries=2)],  # fewer rows than were counted
        [page(issue(1), more=2, entries=9), page(issue(2), number=2, more=3, entries=9)],  # more pages than calls
    ],
    ids=["repeats", "short", "long"],
)
def test_a_list_that_was_not_had_whole_is_truncated(replies):
    with canned(*replies) as there:
        answer = open_city(bbox=BOX, max_calls=2).service_requests_by_query(WINDOW)
    assert len(there.calls) <= 2
    assert answer.completeness is Completeness.TRUNCATED


def test_an_answer_without_metadata_is_one_page():
    with canned(json.dumps({"issues": [issue(1)], "metadata": None}).encode()) as there:
        answer = open_city(bbox=BOX).service_requests_by_query(WINDOW)
    assert len(there.calls) == 1
    assert answer.completeness is Completeness.COMPLETE


# --- finding a lost filing ---


def test_a_filing_is_looked_for_around_its_point():
    with canned(page(issue(7))) as there:
        found = open_city().find(FILING, WINDOW)
    asked = there.calls[0].query
    assert ids(found.candidates) == ["7"]
    assert float(asked["min_lat"]) == pytest.approx(FILING.lat - 0.0027, abs=0.0001)
    assert float(asked["max_lng"]) == pytest.approx(FILING.long + 0.0036, abs=0.0001)
    assert asked["before"] == "2026-03-02T15:00:01Z"


@pytest.mark.parametrize(
    ("options", "rows", "certain"),
    [
        ({"lists_at_once": True}, [], True),
        ({}, [], False),
        ({"lists_at_once": True}, [issue(9, lat=10.0, lng=10.0)], False),
        ({"lists_at_once": True}, [issue(9, description="Another thing altogether, much longer")], True),
    ],
    ids=["whole", "moderated", "another place", "another text"],
)
def test_absence_is_certain_only_from_a_whole_list_that_heard_every_filter(options, rows, certain):
    with canned(page(*rows)):
        found = open_city(**options).find(FILING, WINDOW)
    assert found.candidates == ()
    assert found.absence_certain is certain


def test_a_filing_without_a_point_is_looked_for_in_the_area():
    filing = dataclasses.replace(FILING, lat=None, long=None)
    with canned(page(issue(7))) as there:
        assert ids(open_city(bbox=BOX).find(filing, WINDOW).candidates) == ["7"]
    assert there.calls[0].query["min_lat"] == "41.000000"


def test_a_window_is_asked_for_whole_to_its_last_second():
    window = Window(NOW - timedelta(seconds=30, microseconds=7), NOW + timedelta(microseconds=7))
    with canned(page()) as there:
        open_city(bbox=BOX).service_requests_by_query(window)
    assert (there.calls[0].query["after"], there.calls[0].query["before"]) == (
        "2026-03-02T14:59:29Z",
        "2026-03-02T15:00:01Z",
    )
