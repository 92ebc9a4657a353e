"""GeoReport v2, listing: requests by time, in pages and windows, and whether a list is whole."""

from datetime import UTC, datetime, timedelta

import pytest

from reports import clock
from reports.dialects.errors import NotFound, Unreadable
from reports.dialects.messages import Completeness, Window
from tests.dialects.canned import Call, canned
from tests.dialects.filing import NOW, WINDOW
from tests.dialects.georeport_v2_city import body, city, ids, row


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
    assert wire.calls[0].path == "/open311/v2/requests.xml"
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
    first_half = body(*(row(number) for number in range(29)))
    second_half = body(*(row(number, requested_datetime="2026-03-02T10:00:00Z") for number in range(29, 61)))
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
    assert (found.rows, found.completeness, found.skipped) == ((), Completeness.UNKNOWN, 0)
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
    assert wire.calls[0].query["updated_before"] == "2026-03-02T15:00:00Z"
    assert "start_date" not in wire.calls[0].query


def test_updates_without_a_filter_are_looked_for_in_the_last_requests():
    rows = (row(1, updated_datetime="2026-03-02T10:00:00Z"), row(2))
    with clock.at(NOW), canned(body(*rows)) as wire:
        found = city().service_requests_updated(Window(NOW - timedelta(hours=12), NOW))
    assert (ids(found.rows), found.completeness) == (["1"], Completeness.UNKNOWN)
    assert [call.query["start_date"] for call in wire.calls] == ["2025-12-02T16:00:00Z"]


@pytest.mark.parametrize("size", [10, 20, 25, 30, 50, 75, 100, 150, 200, 250, 300, 400, 500, 750, 1000])
def test_a_list_of_a_usual_size_is_taken_for_cut_off(size):
    window = Window(NOW - timedelta(minutes=30), NOW)
    for count in (size - 1, size, size + 1):
        rows = body(*(row(number, requested_datetime="2026-03-02T14:59:59Z") for number in range(count)))
        with canned(rows):
            found = city(max_rows=10_000).service_requests_by_query(window)
        expected = Completeness.TRUNCATED if count == size else Completeness.COMPLETE
        assert (len(found.rows), found.completeness) == (count, expected)


def test_an_empty_first_page_is_a_whole_list():
    with canned(body()) as wire:
        found = city(page_parameter="page").service_requests_by_query(WINDOW)
    assert (found.rows, found.completeness, len(wire.calls)) == ((), Completeness.COMPLETE, 1)


def test_of_a_list_that_one_row_breaks_less_than_an_hour_is_left_out():
    bad = datetime(2026, 3, 1, 13, 20, tzinfo=UTC)
    answered: list[Window] = []

    def reply(call: Call) -> bytes:
        window = Window(*(datetime.fromisoformat(call.query[name]) for name in ("start_date", "end_date")))
        if window.start <= bad <= window.end:
            return b"<p>broken</p>"
        answered.append(window)
        return body(row(len(answered), requested_datetime=call.query["start_date"]))

    with canned(reply) as wire:
        found = city(formats=["json"], split_failing_windows=True).service_requests_by_query(WINDOW)
    assert (len(found.rows), found.completeness) == (8, Completeness.TRUNCATED)
    assert len(wire.calls) == 17  # 168 hours are halved eight times, to less than one
    missing = (WINDOW.end - WINDOW.start) - sum((each.end - each.start for each in answered), timedelta())
    assert timedelta(minutes=39) < missing < timedelta(minutes=40)


def test_where_both_halves_fail_as_well_the_city_is_away():
    with canned((200, b"<p>broken</p>")) as wire, pytest.raises(Unreadable):
        city(formats=["json"], split_failing_windows=True).service_requests_by_query(WINDOW)
    assert len(wire.calls) == 3


def test_an_hour_is_the_smallest_part():
    with canned((200, b"<p>broken</p>")) as wire:
        found = city(formats=["json"], split_failing_windows=True).service_requests_by_query(
            Window(NOW - timedelta(hours=1), NOW)
        )
    assert (found.rows, found.completeness, len(wire.calls)) == ((), Completeness.TRUNCATED, 1)


def test_several_words_for_the_status_and_the_extensions_are_asked_for_with_a_list():
    with canned(body(row(1))) as wire:
        found = city(extensions=True).service_requests_by_query(WINDOW, ["POTH", "LAMP"], ["open", "closed"])
    assert ids(found.rows) == ["1"]
    asked = wire.calls[0].query
    assert (asked["service_code"], asked["status"], asked["extensions"]) == ("LAMP,POTH", "closed,open", "true")


def test_a_list_that_ends_in_http_500_is_asked_for_in_parts():
    late = body(row(1, requested_datetime="2026-03-02T10:00:00Z"))
    with canned((500, b""), late, body(row(2, requested_datetime="2026-02-24T10:00:00Z"))) as wire:
        found = city(formats=["json"], split_failing_windows=True).service_requests_by_query(WINDOW)
    assert (ids(found.rows), found.completeness, len(wire.calls)) == (["1", "2"], Completeness.COMPLETE, 3)
