"""News of watched areas: noticed once, where it belongs, at a cost that grows with what is new."""

import json
import math
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import shapely
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports import clock
from reports.browsing import changes, watch_areas, watching
from reports.browsing.filters import matching
from reports.models import (
    ChangeReader,
    ListingChange,
    PublicStatus,
    ServiceRequest,
    WatchArea,
    WatchItem,
    WatchSubscription,
)
from tests.factories import LAT, LONG, make_service_request, make_status_update, square
from tests.watched import make_area, make_watch

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _looked_before() -> Iterator[None]:
    watching.notice()
    yield
    watch_areas._current = None


def items() -> list[tuple[int, int, str, bool]]:
    rows = WatchItem.objects.order_by("pk")
    return [(item.area_id, item.service_request_id, item.status, item.is_new) for item in rows]


def moved_on(row: ServiceRequest, status: PublicStatus, **fields: Any) -> None:
    make_status_update(row, status=status, by_body=True, datetime=clock.now(), **fields)
    ServiceRequest.objects.filter(pk=row.pk).update(status=status, updated_datetime=clock.now())


def test_a_new_report_is_noticed_once_in_each_area_it_is_in() -> None:
    circle, polygon = make_watch().area, make_watch(make_area(shape=square(half_side=0.01))).area
    make_watch(make_area(lat=LAT + 1))
    row = make_service_request()
    assert watching.notice() == 2
    assert items() == [(circle.pk, row.pk, "received", True), (polygon.pk, row.pk, "received", True)]
    assert watching.notice() == 0
    ServiceRequest.objects.update(address_string="13 Main Street", status=PublicStatus.SENT)
    assert watching.notice() == 0


def test_a_circle_is_round() -> None:
    make_watch(make_area(metres=1000))
    north = 999 / 111_195
    make_service_request(lat=LAT + north)
    make_service_request(lat=LAT + north * 1.01)
    corner = north * 0.9
    make_service_request(lat=LAT + corner, long=LONG + corner / math.cos(math.radians(LAT)))
    assert watching.notice() == 1


@pytest.mark.parametrize(("long", "count"), [(179.99, 1), (-179.99, 1), (180, 1), (-180, 1), (179.7, 0), (-179.7, 0)])
@pytest.mark.parametrize("middle", [179.99, -179.99, 180])
def test_a_circle_over_the_180th_meridian(long: float, count: int, middle: float) -> None:
    area = make_watch(make_area(lat=-17, long=middle, metres=5000)).area
    make_service_request(lat=-17, long=long)
    assert watching.notice() == count
    assert len(matching(watch_areas.filter_of(area))) == count
    west, _south, east, _north = shapely.from_geojson(json.dumps(area.shape)).bounds
    assert west >= -180
    assert east <= 180


@pytest.mark.parametrize(
    "gone", [{"hidden": True}, {"private": True}, {"held_at": clock.now()}, {"place_meant": "words"}]
)
def test_what_is_not_public_or_has_no_point_is_not_noticed(gone: dict[str, Any]) -> None:
    make_watch()
    make_service_request(**gone)
    assert watching.notice() == 0


def test_one_that_was_held_is_new_when_it_is_published() -> None:
    area = make_watch().area
    row = make_service_request(held_at=clock.now(), held_because="a word")
    assert watching.notice() == 0
    ServiceRequest.objects.update(held_at=None)
    watching.notice()
    assert items() == [(area.pk, row.pk, "received", True)]


def test_old_reports_that_change_are_not_new_and_their_old_ends_no_news() -> None:
    now = clock.now()
    row = make_service_request(requested_datetime=now - timedelta(days=3))
    ended = make_service_request(status=PublicStatus.CLOSED, requested_datetime=now - timedelta(days=9),
                                 updated_datetime=now - timedelta(days=4))  # fmt: skip
    with clock.at(now - timedelta(days=4)):
        make_status_update(ended, status=PublicStatus.CLOSED)
    area = make_watch().area
    ServiceRequest.objects.update(address_string="elsewhere", updated_datetime=now)
    assert watching.notice() == 0
    moved_on(row, PublicStatus.CLOSED)
    watching.notice()
    assert items() == [(area.pk, row.pk, "closed", False)]


@pytest.mark.parametrize(("status", "is_told"), [("in_progress", True), ("rejected", True), ("duplicate", True),
                                                 ("accepted", False), ("sent", False), ("silent", False)])  # fmt: skip
def test_which_steps_are_news(status: PublicStatus, is_told: bool) -> None:
    row = make_service_request(requested_datetime=clock.now() - timedelta(days=3))
    make_watch()
    moved_on(row, status)
    assert watching.notice() == is_told


@pytest.mark.parametrize(("told", "is_new"), [(False, True), (True, False)])
def test_what_nobody_was_told_of_stays_new_when_it_ends_again(told: bool, is_new: bool) -> None:
    watch = make_watch()
    row = make_service_request()
    moved_on(row, PublicStatus.CLOSED)
    watching.notice()
    if told:
        WatchSubscription.objects.filter(pk=watch.pk).update(told_until=WatchItem.objects.get().pk)
    make_watch(watch.area, "gone@example.org", ended_at=clock.now())  # nobody who is still told anything
    with clock.at(clock.now() + timedelta(hours=2)):
        moved_on(row, PublicStatus.IN_PROGRESS)
        watching.notice()
        moved_on(row, PublicStatus.CLOSED)
        watching.notice()
    assert items()[-1] == (watch.area_id, row.pk, "closed", is_new)


def test_a_verdict_is_news_and_so_is_a_second_end() -> None:
    row = make_service_request(requested_datetime=clock.now() - timedelta(days=3))
    area = make_watch().area
    moved_on(row, PublicStatus.CLOSED)
    watching.notice()
    make_status_update(row, status=PublicStatus.DISPUTED)
    ServiceRequest.objects.update(verdict="disputed")
    watching.notice()
    assert [item[2] for item in items()] == ["closed", "disputed"]
    ServiceRequest.objects.update(verdict="")
    assert watching.notice() == 0
    with clock.at(clock.now() + timedelta(hours=2)):
        moved_on(row, PublicStatus.IN_PROGRESS)
        watching.notice()
        first = WatchItem.objects.get(status="closed").pk
        moved_on(row, PublicStatus.CLOSED)
        watching.notice()
    assert items()[-1] == (area.pk, row.pk, "closed", False)
    assert WatchItem.objects.get(status="closed").pk > first


@pytest.mark.parametrize(
    ("services", "words", "count"),
    [([], "", 1), (["Pothole"], "", 1), (["Lamp"], "", 0), (["Lamp", "Pothole"], "DEEP hol", 1), ([], "jose", 1),
     ([], "deep lamp", 0), (["Lamp"], "deep", 0), ([], "ole", 0), ([], "!!!", 0), ([], "…", 0)],
)  # fmt: skip
def test_services_and_words_as_lists_look_for_them(services: list[str], words: str, count: int) -> None:
    area = make_watch(make_area(services=services, words=words)).area
    make_service_request(description="A deep hole at José’s.")
    assert watching.notice() == count
    assert len(matching(watch_areas.filter_of(area))) == count


@pytest.mark.parametrize("change", [{"confirmed_at": None}, {"ended_at": clock.now()}])
def test_areas_that_nobody_is_told_of_cost_nothing(change: dict[str, Any]) -> None:
    make_watch(**change)
    make_service_request()
    assert watching.notice() == 0
    assert not watch_areas.index().areas


def test_the_index_follows_subscriptions_and_shapes() -> None:
    watch = make_watch()
    assert len(watch_areas.index().areas) == 1
    same = watch_areas.index()
    assert watch_areas.index() is same
    WatchArea.objects.update(circle=None, shape=square(LAT + 1))
    watch_areas.note_changed_shapes()
    make_service_request()
    assert watching.notice() == 0
    watch.delete()
    assert not watch_areas.index().areas


def test_the_cost_grows_with_what_is_new_and_not_with_areas_or_requests() -> None:
    here = make_watch().area
    for number in range(60):
        make_watch(make_area(lat=LAT + 1 + number / 10))
    for _number in range(5):
        make_watch(make_area())  # the same circle again
    for _number in range(30):
        make_service_request(lat=LAT + 5)
    watching.notice()
    index = watch_areas.index()
    before = index.exact_tests
    make_service_request()
    make_service_request()
    with CaptureQueriesContext(connection) as asked:
        assert watching.notice() == 12
    assert index.exact_tests - before == 2
    with CaptureQueriesContext(connection) as asked_more:
        for _number in range(20):
            ServiceRequest.objects.filter(lat=LAT).update(address_string=f"{_number}")
        watching.notice()
    assert len(asked) <= 13
    assert len(asked_more) - 20 <= len(asked)
    with CaptureQueriesContext(connection) as idle:
        watching.notice()
    assert len(idle) <= 5
    assert here.items.count() == 2


def test_bodies_that_many_watch_are_held_in_memory_and_tested_once() -> None:
    for _number in range(4):
        make_watch(make_area(shape=square(half_side=0.02)))
    index = watch_areas.index()
    make_service_request()
    assert watching.notice() == 4
    assert (len(index.shapes), index.exact_tests) == (1, 1)


def test_a_run_that_dies_is_done_again_and_two_at_once_write_once(monkeypatch: pytest.MonkeyPatch) -> None:
    make_watch()
    make_service_request()
    with monkeypatch.context() as patch:
        patch.setattr(watching, "_write", lambda items: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            watching.notice()
    assert watching.notice() == 1
    ChangeReader.objects.filter(name=watching.READER).update(last_id=0, transaction=0)
    assert watching.notice() == 0  # the same changes once more, as another process would read them
    assert WatchItem.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_changes_are_written_a_few_at_a_time_and_looked_at_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "_AT_ONCE", 2)
    watching.notice()
    make_watch()
    rows = [make_service_request() for _each in range(5)]
    seen, write = watching._seen, watching._write
    batches: list[int] = []

    def looks(some: Any) -> Any:
        assert not connection.in_atomic_block
        return seen(some)

    def writes(some: Any) -> int:
        assert connection.in_atomic_block
        batches.append(len(some))
        return write(some) if len(batches) != 3 else 1 // 0

    monkeypatch.setattr(watching, "_seen", looks)
    monkeypatch.setattr(watching, "_write", writes)
    with pytest.raises(ZeroDivisionError):
        watching.notice()
    assert (batches, WatchItem.objects.count()) == ([2, 2, 1], 4)
    assert watching.notice() == 1
    assert [item[1] for item in items()] == [row.pk for row in rows]
    assert watching.notice() == 0


def test_a_run_that_began_earlier_does_not_put_the_position_back(monkeypatch: pytest.MonkeyPatch) -> None:
    make_watch()
    make_service_request()
    write, slow = watching._write, True

    def writes(some: Any) -> int:
        nonlocal slow
        if slow:  # another run does all of it meanwhile, and more
            slow = False
            make_service_request()
            watching.notice()
        return write(some)

    monkeypatch.setattr(watching, "_write", writes)
    watching.notice()
    assert ChangeReader.objects.get(name=watching.READER).last_id == changes.now().last_id
    assert WatchItem.objects.count() == 2


def test_the_areas_round_a_report_are_named_in_no_statement() -> None:
    for _number in range(30):
        make_watch(make_area())
    make_service_request()
    with CaptureQueriesContext(connection) as asked:
        assert watching.notice() == 30
    known = [query["sql"] for query in asked if query["sql"].startswith('SELECT "reports_watchitem"')]
    assert known
    assert not [sql for sql in known if '"area_id" IN' in sql]


def test_a_reader_that_slept_too_long_and_then_died_midway_looks_at_all_of_it_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_watch()
    rows = [make_service_request(updated_datetime=clock.now() - timedelta(days=number)) for number in range(3)]
    ListingChange.objects.all().delete()
    ChangeReader.objects.filter(name=watching.READER).update(last_id=10**9)
    monkeypatch.setattr(watching, "_AT_ONCE", 1)
    notice = watching._notice
    with monkeypatch.context() as patch:
        patch.setattr(watching, "_notice", lambda areas, some: 1 // 0 if some == [rows[2].pk] else notice(areas, some))
        with pytest.raises(ZeroDivisionError):
            watching.notice()
    watching.notice()
    assert [item[1] for item in items()] == [row.pk for row in rows]


def test_a_reader_that_slept_too_long_looks_at_what_changed_since() -> None:
    make_watch()
    row = make_service_request()
    make_service_request(
        requested_datetime=clock.now() - timedelta(days=90), updated_datetime=clock.now() - timedelta(days=80)
    )
    ListingChange.objects.all().delete()
    ChangeReader.objects.filter(name=watching.READER).update(last_id=10**9)
    watching.notice()
    assert [item[1] for item in items()] == [row.pk]
    assert watching.notice() == 0


def test_the_first_look_ever_begins_now() -> None:
    ChangeReader.objects.all().delete()
    make_watch()
    make_service_request()
    assert watching.notice() == 0
    make_service_request()
    assert watching.notice() == 1


def test_new_once_even_after_it_was_forgotten() -> None:
    make_watch()
    make_service_request()
    watching.notice()
    WatchItem.objects.all().delete()
    with clock.at(clock.now() + watching.NEWS + timedelta(days=1)):
        ServiceRequest.objects.update(address_string="elsewhere")
        assert watching.notice() == 0


def test_position_is_kept_between_processes() -> None:
    make_watch()
    make_service_request()
    watching.notice()
    reader = ChangeReader.objects.get(name=watching.READER)
    assert reader.last_id == changes.now().last_id
