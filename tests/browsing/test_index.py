"""The columns stay as the rows are, whoever changes them and however."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from reports.browsing import changes, filters, index
from reports.browsing.filters import Box, Filter, matching
from reports.models import ListingChange, PublicStatus, ServiceRequest
from tests.factories import LAT, LONG, make_service_request

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def keys(wanted: Filter | None = None) -> list[int]:
    return matching(wanted or Filter()).keys()


def pks(*rows: ServiceRequest) -> list[int]:
    return [row.pk for row in rows]


def test_newest_filed_comes_first() -> None:
    older = make_service_request(requested_datetime=NOON)
    newer = make_service_request(requested_datetime=NOON + timedelta(days=1))
    assert keys() == pks(newer, older)
    oldest = make_service_request(requested_datetime=NOON - timedelta(days=1))
    assert keys() == pks(newer, older, oldest)


@pytest.mark.parametrize("gone", [{"hidden": True}, {"private": True}, {"held_at": NOON}, {"taken_away_at": NOON}])
def test_what_is_not_public_leaves_at_once(gone: dict[str, object]) -> None:
    shown, other = make_service_request(), make_service_request()
    assert set(keys()) == set(pks(shown, other))
    ServiceRequest.objects.filter(pk=other.pk).update(**gone)
    assert keys() == pks(shown)


def test_bulk_changes_and_deletions_are_noticed() -> None:
    rows = [make_service_request(requested_datetime=NOON + timedelta(hours=each)) for each in range(4)]
    assert len(keys()) == 4
    for row in rows[:2]:
        row.status = PublicStatus.IN_PROGRESS
    ServiceRequest.objects.bulk_update(rows[:2], ["status"])
    assert keys(Filter(status="in_progress")) == pks(rows[1], rows[0])
    rows[1].delete()
    assert keys() == pks(rows[3], rows[2], rows[0])


def test_a_verdict_is_the_status_that_is_shown() -> None:
    row = make_service_request(status=PublicStatus.CLOSED)
    assert keys(Filter(status="closed")) == pks(row)
    ServiceRequest.objects.filter(pk=row.pk).update(verdict=PublicStatus.DISPUTED)
    assert keys(Filter(status="closed")) == pks(row)  # the body has closed it, whatever people say
    assert keys(Filter(status="confirmed")) == []
    assert keys(Filter(status="disputed")) == pks(row)


def test_many_changes_in_any_order_are_the_same_as_beginning_anew() -> None:
    rows = [make_service_request(requested_datetime=NOON + timedelta(minutes=each % 7)) for each in range(12)]
    index.current()
    ServiceRequest.objects.filter(pk__in=pks(*rows[::3])).update(requested_datetime=NOON - timedelta(days=3))
    rows.append(make_service_request(requested_datetime=NOON + timedelta(days=9)))
    rows.pop(2).delete()
    in_steps = keys()
    index.forget()
    assert in_steps == keys()


def test_one_query_where_nothing_changed(django_assert_num_queries: object) -> None:
    make_service_request()
    keys()
    with django_assert_num_queries(1):  # type: ignore[operator]
        keys()


def test_a_reader_that_slept_too_long_begins_anew() -> None:
    row = make_service_request()
    keys()
    ServiceRequest.objects.filter(pk=row.pk).update(status=PublicStatus.SENT)
    ListingChange.objects.all().delete()
    ServiceRequest.objects.filter(pk=row.pk).update(status=PublicStatus.ACCEPTED)
    assert keys(Filter(status="accepted")) == pks(row)


def test_changes_are_forgotten_but_for_the_newest() -> None:
    for _each in range(5):
        make_service_request()
    index.current()
    assert changes.forget(kept=2) == 3
    assert len(keys()) == 5


def test_every_filter_alone_and_together() -> None:
    hole = make_service_request(group="Streets", requested_datetime=NOON, description="A hole, José’s corner")
    lamp = make_service_request(
        service_name="Lamp", group="Lights", requested_datetime=NOON + timedelta(days=2), lat=LAT + 0.01, description=""
    )
    assert keys(Filter(body=hole.jurisdiction_id)) == pks(hole)
    assert keys(Filter(services=("Lamp", "Nothing"))) == pks(lamp)
    assert keys(Filter(group="Streets")) == pks(hole)
    assert keys(Filter(since=date(2026, 5, 2))) == pks(lamp)
    assert keys(Filter(until=date(2026, 5, 2))) == pks(hole)
    assert keys(Filter(box=Box(LONG - 0.001, LAT - 0.001, LONG + 0.001, LAT + 0.001))) == pks(hole)
    assert keys(Filter(circle=filters.Circle(LAT, LONG, 500))) == pks(hole)
    assert keys(Filter(q="jose hole")) == pks(hole)
    assert keys(Filter(q="hol", body=lamp.jurisdiction_id)) == []
    assert keys(Filter(q="hol", body=hole.jurisdiction_id)) == pks(hole)
    assert keys(Filter(group="Streets", services=("Lamp",))) == []
    assert keys(Filter(status="no such status")) == []


def test_what_ended_long_ago_leaves_the_map() -> None:
    now = datetime.now(UTC)
    make_service_request(status=PublicStatus.CLOSED, ended_at=now - timedelta(days=40))
    fresh = make_service_request(status=PublicStatus.CLOSED, ended_at=now - timedelta(days=3))
    still = make_service_request(status=PublicStatus.SENT, requested_datetime=now - timedelta(days=400))
    assert keys(Filter(recent=timedelta(days=30))) == pks(fresh, still)


@pytest.mark.parametrize(
    "words", ["   ", "…", "'\"*:()&|!", "a" * 10_000, "\u202e abc \x00", "body b1 AND OR NOT NEAR("]
)
def test_no_words_are_a_syntax_of_the_database(words: str) -> None:
    make_service_request(description="something else")
    assert keys(Filter(q=words)) == []


def test_nothing_looked_for_leaves_nothing_out() -> None:
    row = make_service_request()
    assert keys(Filter(q="")) == pks(row)


def test_words_that_are_taken_away_are_found_no_longer() -> None:
    row = make_service_request(description="unmistakable")
    assert keys(Filter(q="unmistakable")) == pks(row)
    ServiceRequest.objects.filter(pk=row.pk).update(description="")
    assert keys(Filter(q="unmistakable")) == []


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("179,-1,-179,1", [(0, 179.5), (0, -179.5), (0, 180), (0, -180)], [(0, 0), (0, 178)]),
        ("170,-1,190,1", [(0, 175), (0, -175)], [(0, 0)]),
        ("-400,-90,400,90", [(0, 0), (89, 179)], []),
        ("10,10,10,10", [(10, 10)], [(10, 10.001)]),
    ],
)
def test_boxes(text: str, inside: Iterable[tuple[float, float]], outside: Iterable[tuple[float, float]]) -> None:
    box = Box.read(text)
    assert all(box.holds(*point) for point in inside)
    assert not any(box.holds(*point) for point in outside)


@pytest.mark.parametrize(
    "text", ["", "1,2,3", "a,b,c,d", "1,2,3,nan", "1,9,3,2", "0,-91,1,1", "1,2,3,inf", "1,2,3,4,5"]
)
def test_boxes_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match="bbox"):
        Box.read(text)


def test_triggers_are_there() -> None:
    """Migrations that make the table anew would lose them silently on SQLite."""
    named = {
        "postgresql": "SELECT tgname FROM pg_trigger WHERE tgname LIKE 'request%'",
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'request%'",
    }
    with connection.cursor() as cursor:
        cursor.execute(named[connection.vendor])
        found = {name for (name,) in cursor.fetchall()}
    assert found >= ({"request_changed"} | ({"request_words_changed"} if connection.vendor == "sqlite" else set()))
