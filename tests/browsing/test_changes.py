"""What changed is read once and none of it is missed: late commits, databases put back, readers that fail midway."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from reports.browsing import changes, index
from reports.browsing.filters import Filter, matching
from reports.models import ListingChange, PublicStatus, ServiceRequest
from tests.factories import make_service_request

FAR = 10**12  # a number of a transaction that this server has not given out yet


def in_a_thread(work: Callable[[], Any]) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def only_on_postgresql() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time: nothing is committed late")


@contextmanager
def slowly(row: ServiceRequest) -> Iterator[None]:
    """Somebody changes the row in a transaction that is committed at the end of this."""
    written, go_on = threading.Event(), threading.Event()

    def write() -> None:
        with transaction.atomic():
            change(row, PublicStatus.IN_PROGRESS)
            written.set()
            go_on.wait(20)

    thread = in_a_thread(write)
    assert written.wait(20)
    yield
    go_on.set()
    thread.join(20)


def change(row: ServiceRequest, status: PublicStatus) -> None:
    ServiceRequest.objects.filter(pk=row.pk).update(status=status)


@pytest.mark.django_db(transaction=True)
def test_what_is_committed_late_comes_all_the_same() -> None:
    only_on_postgresql()
    slow, quick = make_service_request(), make_service_request()
    position = changes.now()
    with slowly(slow):
        change(quick, PublicStatus.SENT)
        changed, position = changes.read(position)
        assert changed == {quick.pk}
        begun_meanwhile = changes.now()
        assert changes.read(position)[0] == set()
    assert changes.read(position)[0] == {slow.pk}
    assert changes.read(begun_meanwhile)[0] == {slow.pk}


@pytest.mark.django_db(transaction=True)
def test_while_a_writer_stays_nothing_is_read_again_and_again() -> None:
    only_on_postgresql()
    slow, quick = make_service_request(), make_service_request()
    position = changes.now()
    with slowly(slow):
        for _each in range(10):
            change(quick, PublicStatus.SENT)
            changed, position = changes.read(position)
            assert changed == {quick.pk}
        with CaptureQueriesContext(connection) as asked:
            assert changes.read(position)[0] == set()
        with connection.cursor() as cursor:
            cursor.execute(asked[0]["sql"])
            assert len(cursor.fetchall()) == 1  # the newest alone, by which a reader knows that none was forgotten
        known_later = changes.Position(position.last_id, position.transaction)  # as a reader of another process has it
    assert changes.read(position)[0] == {slow.pk}
    assert slow.pk in changes.read(known_later)[0]


@pytest.mark.django_db(transaction=True)
def test_a_reader_that_writes_itself_reads_its_own_once_and_loses_nothing() -> None:
    mine, other = make_service_request(), make_service_request()
    position = changes.now()
    with transaction.atomic():
        change(mine, PublicStatus.SENT)
        changed, position = changes.read(position)
        assert changed == {mine.pk}
        changed, position = changes.read(position)
        assert changed == set()
        change(other, PublicStatus.SENT)
    assert other.pk in changes.read(position)[0]


@pytest.mark.django_db(transaction=True)
def test_threads_that_read_while_others_write() -> None:
    rows = [make_service_request() for _each in range(5)]
    index.current()
    failed: list[Exception] = []

    def write(row: ServiceRequest) -> None:
        for _each in range(4):
            make_service_request(row.service)
            change(row, PublicStatus.IN_PROGRESS)

    def read() -> None:
        try:
            for _each in range(30):
                found = matching(Filter())
                assert len(found.index.positions_of([row.pk for row in rows])) == len(rows)
                assert {row.pk for row in rows} <= set(found.keys())
        except (AssertionError, LookupError, ValueError, DatabaseError) as error:
            failed.append(error)

    threads = [in_a_thread(lambda row=row: write(row)) for row in rows[:2]]  # type: ignore[misc]
    threads += [in_a_thread(read) for _each in range(3)]
    for thread in threads:
        thread.join(60)
    assert failed == []
    assert len(matching(Filter(status="in_progress"))) == 2
    assert len(matching(Filter())) == len(rows) + 8


@pytest.mark.django_db(transaction=True)
def test_a_database_made_of_another_servers_dump() -> None:
    rows = [make_service_request() for _each in range(3)]
    ListingChange.objects.update(transaction=FAR)
    position = changes.now()
    change(rows[0], PublicStatus.SENT)
    changed, position = changes.read(position)
    assert changed == {rows[0].pk}
    assert changes.read(position)[0] == set()  # they do not come again and again
    if connection.vendor == "postgresql":
        with pytest.raises(changes.TooFarBehind):
            changes.read(changes.Position(position.last_id, FAR))


@pytest.mark.django_db
def test_a_database_put_back_to_an_earlier_state() -> None:
    row = make_service_request()
    assert len(matching(Filter(status="received"))) == 1
    newest = ListingChange.objects.order_by("pk").last()
    assert newest is not None
    ServiceRequest.objects.filter(pk=row.pk).update(status=PublicStatus.SENT)
    assert len(matching(Filter(status="sent"))) == 1
    ServiceRequest.objects.filter(pk=row.pk).update(status=PublicStatus.RECEIVED)
    ListingChange.objects.filter(pk__gt=newest.pk).delete()
    assert len(matching(Filter(status="received"))) == 1


@pytest.mark.django_db
def test_a_reader_of_an_empty_table_whose_first_changes_are_forgotten() -> None:
    ListingChange.objects.all().delete()
    position = changes.now()
    for _each in range(5):
        make_service_request()
    changes.forget(kept=2)
    with pytest.raises(changes.TooFarBehind):
        changes.read(position)


@pytest.mark.django_db
def test_a_database_that_goes_away_while_all_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    row = make_service_request(status=PublicStatus.RECEIVED)
    index.current()
    change(row, PublicStatus.SENT)
    ListingChange.objects.all().delete()

    def fails(*_arguments: object) -> None:
        raise DatabaseError

    with monkeypatch.context() as broken:
        broken.setattr(index, "_columns", fails)
        with pytest.raises(DatabaseError):
            index.current()
    assert len(matching(Filter(status="sent"))) == 1
