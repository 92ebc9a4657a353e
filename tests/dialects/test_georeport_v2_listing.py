"""GeoReport v2, listing: requests by time, in pages and windows, and whether a list is whole."""

from datetime import timedelta

import pytest

from reports import clock
from reports.dialects.errors import NotFound
from reports.dialects.messages import Completeness, Window
from tests.dialects.canned import canned
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
