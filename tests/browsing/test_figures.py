"""Figures by hand, and held against plain Python over anything."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from reports.browsing import figures, index
from reports.browsing.figures import DAY, NONE
from reports.browsing.filters import Filter, Matches, matching
from reports.browsing.index import _COLUMNS, OVER, STATUSES, Columns, Index, Names
from reports.models import PublicStatus
from tests.factories import make_service_request

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
DONE = ("closed", "confirmed", "disputed")


def row(status: str = "accepted", days: float = 10, answer: float = -1, end: float = -1, **more: Any) -> dict[str, Any]:
    """A report filed so many days before NOW, answered and ended so many days after its filing; -1 for never."""
    filed = SECONDS - int(days * DAY)
    return {
        "status": status,
        "filed": filed,
        "answered": filed + int(answer * DAY) if answer != -1 else 0,
        "ended": filed + int(end * DAY) if end != -1 else 0,
        "service": "Pothole",
        "body": 1,
    } | more


def matches_of(rows: list[dict[str, Any]]) -> Matches:
    """Such reports as an index would hold them, all of them let through."""
    rows = sorted(rows, key=lambda each: each["filed"])
    services = Names()
    columns: dict[str, Any] = {name: np.zeros(len(rows), dtype=kind) for name, kind in _COLUMNS.items()}
    columns["pk"][:] = range(1, len(rows) + 1)
    columns["public"][:] = True
    for at, each in enumerate(rows):
        for name in ("filed", "answered", "ended", "body"):
            columns[name][at] = each[name]
        columns["status"][at] = STATUSES.index(each["status"])
        columns["service"][at] = services.number(each["service"])
    made = Index(Columns(columns), services, Names())
    return Matches(made, np.flatnonzero(made.public))


def figures_of(rows: list[dict[str, Any]]) -> figures.Figures:
    return figures.figures(matches_of(rows), NOW)


def test_how_reports_stand() -> None:
    statuses = ["received", "silent", "closed", "closed", "confirmed", "disputed", "duplicate", "cancelled"]
    tally = figures_of([row(status, end=1) for status in statuses]).tally
    assert (tally.count, tally.open, tally.ended) == (8, 2, 6)
    assert (tally.closed, tally.confirmed, tally.disputed, tally.without_verdict) == (4, 1, 1, 2)
    assert tally.silent == 1
    assert tally.judged == 2
    assert tally.fixed_share is None  # of two closings nothing can be said


def test_really_fixed_is_a_share_of_those_that_people_judged() -> None:
    rows = [row("confirmed", end=1)] * 4 + [row("disputed", end=1)] + [row("closed", end=1)] * 90
    assert figures_of(rows).tally.fixed_share == 80


def test_half_and_nine_of_ten_by_nearest_rank() -> None:
    found = figures_of([row(answer=days) for days in (9, 1, 8, 2, 7, 3, 6, 4, 5, 10)]).first_answer
    assert found.count == 10
    assert (found.half, found.nine_of_ten, found.longest) == (5 * DAY, 9 * DAY, 10 * DAY)
    assert found.buckets == (1, 2, 4, 3, 0, 0)


def test_small_numbers_give_no_median() -> None:
    few = figures_of([row(answer=1)] * 4).first_answer
    assert (few.count, few.half, few.nine_of_ten, few.longest) == (4, None, None, None)
    assert few.buckets == (4, 0, 0, 0, 0, 0)
    some_ = figures_of([row(answer=1)] * 9).first_answer
    assert (some_.half, some_.nine_of_ten) == (DAY, None)


def test_what_has_not_happened_is_in_no_time() -> None:
    found = figures_of(
        [row("closed", answer=1, end=2)] * 5 + [row("in_progress", days=300)] * 5 + [row("rejected", end=90)]
    )
    assert found.first_answer.count == 5
    assert found.answered_share == 45  # 5 of 11
    assert (found.to_close.count, found.to_close.half) == (5, 2 * DAY)  # turned down is not done
    assert (found.open_for.count, found.open_for.longest) == (5, 300 * DAY)


def test_clocks_that_go_wrong_take_no_time() -> None:
    found = figures_of([row("closed", days=-3, answer=-0.5, end=-0.25)] * 5 + [row("sent", days=-9)] * 5)
    assert found.first_answer.half == found.to_close.half == found.open_for.half == 0


def test_of_nothing() -> None:
    found = figures_of([])
    assert found.tally.count == found.answered_share == 0
    assert found.services == ()
    assert found.first_answer.buckets == (0,) * 6
    assert figures.by_body(matches_of([]), []) == {}
    assert figures.by_body(matches_of([]), [7])[7][0] == 0
    assert {month.filed for month in figures.months(matches_of([]), date(2026, 11, 1), UTC)} == {0}


def test_services_most_frequent_first_then_by_name_then_the_others() -> None:
    rows = [row(service="Lamp")] * 3 + [row(service="Bin"), row(service="Hole")]
    rows += [row(service=f"S{number:02}") for number in range(40) for _each in range(2)]
    found = figures_of(rows).services
    assert [each.name for each in found[:3]] == ["Lamp", "S00", "S01"]
    assert len(found) == figures.SERVICES + 1
    assert (found[-1].others, found[-1].name, found[-1].tally.count) == (13, "", 24)
    assert not any(each.others for each in found[:-1])
    assert sum(each.tally.count for each in found) == len(rows)


def test_months_are_those_of_the_zone() -> None:
    midnight = int(datetime(2026, 3, 1, 0, 30, tzinfo=UTC).timestamp())
    matches = matches_of([row("closed", filed=midnight, ended=midnight + 5 * 3600), row("sent", filed=midnight)])
    here = {each.first: (each.filed, each.ended) for each in figures.months(matches, date(2026, 11, 20), UTC)}
    assert len(here) == 12
    assert next(iter(here)) == date(2025, 12, 1)
    assert here[date(2026, 3, 1)] == (2, 1)
    chicago = {
        each.first: (each.filed, each.ended)
        for each in figures.months(matches, date(2026, 11, 20), ZoneInfo("America/Chicago"))
    }
    assert (chicago[date(2026, 2, 1)], chicago[date(2026, 3, 1)]) == ((2, 1), (0, 0))


@pytest.mark.parametrize("last", [date.min, date(1970, 1, 1), date.max])
def test_months_of_any_date(last: date) -> None:
    assert len(figures.months(matches_of([row()]), last, ZoneInfo("Pacific/Kiritimati"))) == 12


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [(0, 0, 0), (0, 9, 0), (1, 1000, 1), (999, 1000, 99), (9, 9, 100), (1, 8, 13), (2, 3, 67)],
)
def test_shares(part: int, whole: int, said: int) -> None:
    assert figures.percent(part, whole) == said


ROWS = some.lists(
    some.builds(
        row,
        status=some.sampled_from(STATUSES),
        days=some.floats(-5, 800),
        answer=some.sampled_from([-1, -0.5, 0.0, 0.3, 2, 9, 31, 100]),
        end=some.sampled_from([-1, -0.25, 0.0, 0.5, 3, 7, 40, 200]),
        service=some.sampled_from(["Pothole", "Lamp", ""]),
        body=some.integers(1, 4),
    ),
    max_size=60,
)


def took(rows: list[dict[str, Any]], until: str) -> list[int]:
    return sorted(max(each[until] - each["filed"], 0) for each in rows if each[until])


def plain_lengths(times: list[int]) -> figures.Lengths:
    ends = (0, *(days * DAY for days in figures.BUCKETS), float("inf"))
    buckets = [
        sum((low < each or at == 0) and each <= high for each in times) for at, (low, high) in enumerate(pairwise(ends))
    ]
    count = len(times)
    if count < 5:
        return figures.Lengths(count, buckets=tuple(buckets))
    within = lambda tenths: next(each for each in times if sum(t <= each for t in times) * 10 >= tenths * count)  # noqa: E731
    return figures.Lengths(count, within(5), within(9) if count >= 10 else None, times[-1], tuple(buckets))


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_anything_is_counted_as_plain_python_counts_it(rows: list[dict[str, Any]]) -> None:
    found = figures_of(rows)
    counted = Counter(each["status"] for each in rows)
    assert found.tally.by_status == {status: counted[status] for status in PublicStatus}
    assert found.first_answer == plain_lengths(took(rows, "answered"))
    assert found.to_close == plain_lengths(took([each for each in rows if each["status"] in DONE], "ended"))
    waits = sorted(max(SECONDS - each["filed"], 0) for each in rows if each["status"] not in OVER)
    assert found.open_for == plain_lengths(waits)
    for service in found.services:
        mine = [each for each in rows if each["service"] == service.name]
        assert service.tally.count == len(mine)
        assert service.first_answer == plain_lengths(took(mine, "answered"))
    bodies = figures.by_body(matches_of(rows), [1, 3, 9])
    for body, (count, answer) in bodies.items():
        mine = [each for each in rows if each["body"] == body]
        assert (count, answer) == (len(mine), plain_lengths(took(mine, "answered")))
    months = figures.months(matches_of(rows), NOW.date(), UTC)
    assert figures_of(list(reversed(rows))) == found
    for month in months:
        within = [each for each in rows if _month(each["filed"]) == month.first]
        assert month.filed == len(within)
        ended = [each for each in rows if each["status"] in OVER and each["ended"]]
        assert month.ended == sum(_month(each["ended"]) == month.first for each in ended)


def _month(seconds: int) -> date:
    return datetime.fromtimestamp(seconds, UTC).date().replace(day=1)


def test_nothing_is_longer_than_none() -> None:
    assert figures.lengths(np.array([0, 5, NONE, NONE], dtype=np.uint32)).count == 2


@pytest.mark.django_db
class TestRemembered:
    def test_until_a_report_changes(self) -> None:
        request = make_service_request(status="accepted")
        wanted = Filter(body=request.jurisdiction_id)
        first = figures.of(wanted, index.current())
        assert figures.of(wanted, index.current()) is first
        make_service_request(request.service)
        assert figures.of(wanted, index.current()).tally.count == 2

    def test_no_more_than_so_many(self) -> None:
        make_service_request()
        here = index.current()
        for number in range(figures.REMEMBERED + 5):
            figures.remembered(here, ("x", number), int)
        assert len(here.remembered["figures"]) <= figures.REMEMBERED

    def test_what_is_not_public_is_in_no_figure(self) -> None:
        request = make_service_request()
        make_service_request(request.service, hidden=True)
        make_service_request(request.service, private=True)
        assert figures.of(Filter(body=request.jurisdiction_id), index.current()).tally.count == 1
        assert figures.by_body(matching(Filter()), [request.jurisdiction_id])[request.jurisdiction_id][0] == 1
        assert figures.of(Filter(since=(NOW + timedelta(days=900)).date()), index.current()).tally.count == 0
