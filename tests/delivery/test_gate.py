"""Who may call a body's system now: rate limit, priority of filings, slow start, and who may not be let in at all."""

import threading
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction

from reports import clock, http
from reports.delivery import gate
from reports.delivery.gate import Kind
from reports.dialects.errors import (
    BadRequest,
    HeldBack,
    NoAnswer,
    Unchanged,
    Unreachable,
    Unreadable,
)
from reports.models import Endpoint, Traffic
from tests.delivery.passing import START, admitted, after, call, row, trusted
from tests.factories import make_endpoint, make_submission
from tests.together import at_once

pytestmark = pytest.mark.django_db


# Rate limit


@pytest.mark.parametrize("limit", [1, 3, 10, 60, 150])
def test_no_minute_has_more_calls_than_the_limit(limit: int) -> None:
    endpoint = make_endpoint(requests_per_minute=limit)
    times: list[float] = []
    for tick in range(500):  # two hundred and fifty seconds, two tries a second
        with clock.at(after(tick / 2)):
            try:
                call(endpoint, Kind.WRITE)
            except HeldBack:
                continue
            times.append(tick / 2)
    busiest = max(sum(begin <= each < begin + 60 for each in times) for begin in times)
    assert busiest == min(limit, 120)


def test_who_is_held_back_is_told_the_moment_at_which_there_is_room() -> None:
    endpoint = make_endpoint(requests_per_minute=2)
    for second in (0, 10):
        with clock.at(after(second)):
            call(endpoint, Kind.WRITE)
    with clock.at(after(20)), pytest.raises(HeldBack) as held:
        gate.enter(endpoint.pk, Kind.WRITE)
    assert held.value.retry_after == pytest.approx(40)
    with clock.at(after(59.9)), pytest.raises(HeldBack):
        gate.enter(endpoint.pk, Kind.WRITE)
    with clock.at(after(60.1)):
        gate.enter(endpoint.pk, Kind.WRITE)


@pytest.mark.parametrize(("limit", "reads"), [(10, 7), (3, 2), (1, 1)])
def test_a_third_of_the_limit_is_left_to_filings(limit: int, reads: int) -> None:
    endpoint = trusted(requests_per_minute=limit, max_concurrency=20)
    with clock.at(clock.now()):
        read = admitted(endpoint, Kind.READ, limit)
        written = admitted(endpoint, Kind.WRITE, limit)
    assert len(read) == reads
    assert len(written) == limit - reads


def test_a_look_up_waits_while_a_filing_is_due_where_calls_are_few() -> None:
    scarce, ample = trusted(requests_per_minute=10), trusted()
    single = trusted(max_concurrency=1)
    for endpoint in (scarce, ample, single):
        submission = make_submission(endpoint=endpoint)
        submission.due_at = clock.now() - timedelta(seconds=1)
        submission.save()
    for endpoint in (scarce, single):
        with pytest.raises(HeldBack, match="Filings go first"):
            gate.enter(endpoint.pk, Kind.READ)
        call(endpoint, Kind.WRITE)
    call(ample, Kind.READ)


def test_what_an_operation_asks_beyond_its_first_call_counts_too() -> None:
    endpoint = make_endpoint(requests_per_minute=5)
    with clock.at(START):
        permit = gate.enter(endpoint.pk, Kind.WRITE)
        for _each in range(3):
            permit.before_call()
        assert len(row(endpoint).recent) == 3
        gate.leave(permit)


def test_a_look_up_that_finds_no_room_for_a_further_call_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "PATIENCE", 0.0)
    endpoint = make_endpoint(requests_per_minute=3)
    with clock.at(START):
        permit = gate.enter(endpoint.pk, Kind.READ)
        permit.before_call()  # paid for on entering
        permit.before_call()
        with pytest.raises(http.HeldBack) as held:
            permit.before_call()
    assert held.value.retry_after == pytest.approx(60)


def test_a_filing_that_has_begun_is_never_held_back() -> None:
    endpoint = make_endpoint(requests_per_minute=1)
    with clock.at(START):
        permit = gate.enter(endpoint.pk, Kind.WRITE)
        for _each in range(4):
            permit.before_call()
    assert len(row(endpoint).recent) == 4


# Calls at once


def test_slow_start_admits_one_more_call_for_each_answer() -> None:
    endpoint = make_endpoint(max_concurrency=4)
    counts = []
    with clock.at(START):
        for _round in range(6):
            permits = admitted(endpoint, Kind.WRITE, 9)
            counts.append(len(permits))
            for permit in permits[1:]:
                gate.leave(permit, HeldBack("It was not asked."))
            gate.leave(permits[0])
    assert counts == [1, 2, 3, 4, 4, 4]


def test_a_permit_tells_how_many_more_could_go() -> None:
    endpoint = trusted(max_concurrency=4)
    assert [permit.room for permit in admitted(endpoint, Kind.WRITE, 9)] == [3, 2, 1, 0]


def test_look_ups_leave_one_place_to_filings() -> None:
    endpoint = trusted(max_concurrency=4)
    assert len(admitted(endpoint, Kind.READ, 9)) == 3
    assert len(admitted(endpoint, Kind.WRITE, 9)) == 1


def test_whoever_waits_in_a_browser_has_a_place_of_their_own() -> None:
    endpoint = trusted(max_concurrency=2)
    assert len(admitted(endpoint, Kind.WRITE, 9)) == 2
    assert len(admitted(endpoint, Kind.WAITED_FOR, 9)) == 1


def test_an_endpoint_that_was_idle_begins_with_one_call_again() -> None:
    with clock.at(START):
        endpoint = trusted(max_concurrency=4)
    with clock.at(START + gate.IDLE - timedelta(seconds=1)):
        permits = admitted(endpoint, Kind.WRITE, 9)
        assert len(permits) == 4
        for permit in permits:
            gate.leave(permit, HeldBack("It was not asked."))
    with clock.at(START + gate.IDLE):
        assert len(admitted(endpoint, Kind.WRITE, 9)) == 1


@pytest.mark.parametrize("error", [NoAnswer("It hangs."), Unreachable("Refused."), Unreadable("What?")])
def test_one_failure_takes_the_calls_at_once_back_to_one(error: Exception) -> None:
    endpoint = trusted(max_concurrency=4)
    call(endpoint, Kind.WRITE, error)
    assert len(admitted(endpoint, Kind.WRITE, 9)) == 1


@pytest.mark.parametrize("error", [BadRequest("No."), Unchanged("As it was."), None])
def test_a_no_is_an_answer(error: Exception | None) -> None:
    endpoint = make_endpoint(max_concurrency=4)
    call(endpoint, Kind.WRITE, error)
    assert len(admitted(endpoint, Kind.WRITE, 9)) == 2


@pytest.mark.parametrize("error", [HeldBack("Later."), ValueError("ours"), KeyboardInterrupt()])
def test_what_says_nothing_of_the_endpoint_changes_nothing_but_the_place(error: BaseException) -> None:
    endpoint = trusted(max_concurrency=2)
    before = row(endpoint)
    call(endpoint, Kind.WRITE, error)
    now = row(endpoint)
    assert now.calls == {}
    assert (now.allowed, now.answered_at, now.write_failures) == (before.allowed, before.answered_at, 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("most", [1, 3])
def test_threads_together_never_have_more_calls_at_once_than_allowed(most: int) -> None:
    endpoint = trusted(max_concurrency=most)
    inside, lock, seen, done = [0], threading.Lock(), [0], Counter[str]()

    def work() -> None:
        for _each in range(6):
            try:
                permit = gate.enter(endpoint.pk, Kind.WRITE)
            except HeldBack:
                done["held"] += 1
                continue
            with lock:
                inside[0] += 1
                seen[0] = max(seen[0], inside[0])
            time.sleep(0.005)
            with lock:
                inside[0] -= 1
            gate.leave(permit)
            done["called"] += 1

    at_once(work, 5)
    assert 1 <= seen[0] <= most
    assert done["called"] + done["held"] == 30
    assert row(endpoint).calls == {}


@pytest.mark.django_db(transaction=True)
def test_threads_together_keep_to_one_rate_limit() -> None:
    endpoint = trusted(requests_per_minute=7, max_concurrency=50)
    let_in = []

    def work() -> None:
        let_in.extend(admitted(endpoint, Kind.WRITE, 4))

    at_once(work, 5)
    assert len(let_in) == 7
    assert len(row(endpoint).recent) == 7


@pytest.mark.django_db(transaction=True)
def test_a_first_call_from_several_threads_makes_one_row() -> None:
    endpoint = make_endpoint()
    let_in = []
    at_once(lambda: let_in.extend(admitted(endpoint, Kind.WRITE, 1)), 4)
    assert len(let_in) == 1
    assert Traffic.objects.filter(pk=endpoint.pk).count() == 1


# Bad input, and a database that is away


def test_an_endpoint_that_is_not_there_lets_nobody_in() -> None:
    with pytest.raises(Endpoint.DoesNotExist), transaction.atomic():
        gate.enter(987_654, Kind.WRITE)
    assert not Traffic.objects.filter(pk=987_654).exists()


def test_a_database_that_is_away_costs_no_more_than_the_place(monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint = make_endpoint()
    permit = gate.enter(endpoint.pk, Kind.WRITE)

    def fail(*_arguments: object, **_more: object) -> Traffic:
        raise OperationalError("away")

    with monkeypatch.context() as patched:
        patched.setattr(gate, "locked", fail)
        assert gate.leave(permit) is False
    assert list(row(endpoint).calls) == [permit.holder]


def test_leaving_twice_counts_no_place_twice() -> None:
    endpoint = trusted(max_concurrency=2)
    first, second = admitted(endpoint, Kind.WRITE, 2)
    gate.leave(first)
    gate.leave(first)
    assert list(row(endpoint).calls) == [second.holder]


@pytest.mark.django_db(transaction=True)
def test_a_permit_used_in_another_thread_touches_no_database() -> None:
    endpoint = make_endpoint(requests_per_minute=5)
    permit = gate.enter(endpoint.pk, Kind.READ)
    asked = []

    def work() -> None:
        permit.before_call()
        asked.append(connection.connection)
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert asked == [None]
