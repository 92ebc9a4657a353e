"""Whether calling a body's system is of any use: pauses, the breaker, holders that died, clocks that jump."""

from collections.abc import Callable

import pytest
from pytest_django.fixtures import Settings

from reports import clock
from reports.delivery import gate
from reports.delivery.gate import Kind
from reports.dialects.errors import (
    HeldBack,
    NoAnswer,
    RateLimited,
    Unavailable,
)
from reports.models import Breaker, Endpoint
from tests.delivery.passing import START, admitted, after, broken, call, row, trusted
from tests.factories import make_endpoint, make_submission

pytestmark = pytest.mark.django_db


# Pauses


@pytest.mark.parametrize("error", [RateLimited, Unavailable])
def test_a_retry_after_pauses_the_whole_endpoint(error: type[Exception]) -> None:
    endpoint = trusted()
    with clock.at(START):
        call(endpoint, Kind.READ, error("Later.", retry_after=40))
    for kind in Kind:
        with clock.at(after(39)), pytest.raises(HeldBack) as held:
            gate.enter(endpoint.pk, kind)
        assert held.value.retry_after == pytest.approx(1)
    with clock.at(after(41)):
        call(endpoint, Kind.WRITE)


def test_a_pause_is_no_longer_than_the_longest(settings: Settings) -> None:
    settings.RETRY_LONGEST = 100
    endpoint = make_endpoint()
    with clock.at(START):
        call(endpoint, Kind.READ, RateLimited("Later.", retry_after=86_400))
    with clock.at(after(101)):
        call(endpoint, Kind.READ)


def test_a_429_without_a_time_pauses_for_a_while_and_is_no_failure(settings: Settings) -> None:
    settings.RETRY_FIRST = 20
    endpoint = trusted()
    with clock.at(START):
        call(endpoint, Kind.WRITE, RateLimited("Later."))
    with clock.at(after(9)), pytest.raises(HeldBack):
        gate.enter(endpoint.pk, Kind.WRITE)
    with clock.at(after(21)):
        assert len(admitted(endpoint, Kind.WRITE, 9)) == 1
    assert row(endpoint).write_failures == 0
    assert row(endpoint).breaker == Breaker.CLOSED


# Breaker


@pytest.mark.parametrize("kind", [Kind.READ, Kind.WRITE])
def test_failures_in_a_row_open_the_breaker(kind: Kind, settings: Settings) -> None:
    endpoint = make_endpoint()
    for _each in range(settings.BREAKER_FAILURES - 1):
        call(endpoint, kind, Unavailable("It failed."))
    assert row(endpoint).breaker == Breaker.CLOSED
    call(endpoint, kind, Unavailable("It failed."))
    assert row(endpoint).breaker == Breaker.OPEN
    assert row(endpoint).tripped_by_write is (kind is Kind.WRITE)
    for each in Kind:
        with pytest.raises(HeldBack, match="does not answer"):
            gate.enter(endpoint.pk, each)


def test_an_answer_between_them_begins_the_row_anew(settings: Settings) -> None:
    endpoint = make_endpoint()
    for _each in range(3):
        for _failure in range(settings.BREAKER_FAILURES - 1):
            call(endpoint, Kind.READ, Unavailable("It failed."))
        call(endpoint, Kind.READ)
    assert row(endpoint).breaker == Breaker.CLOSED


def test_answered_look_ups_do_not_hide_that_filings_fail(settings: Settings) -> None:
    endpoint = make_endpoint()
    for _each in range(settings.BREAKER_FAILURES):
        call(endpoint, Kind.READ)
        call(endpoint, Kind.WRITE, NoAnswer("It hangs."))
    assert row(endpoint).breaker == Breaker.OPEN
    assert row(endpoint).tripped_by_write


def test_one_probe_goes_at_its_time_and_one_only(settings: Settings) -> None:
    settings.BREAKER_FIRST = 30
    endpoint = make_endpoint()
    with clock.at(START):
        broken(endpoint)
        with pytest.raises(HeldBack):
            gate.enter_as_probe(endpoint.pk)
    with clock.at(after(31)):
        permit = gate.enter_as_probe(endpoint.pk)
        with pytest.raises(HeldBack):
            gate.enter_as_probe(endpoint.pk)
        assert gate.leave(permit) is False
    assert row(endpoint).breaker == Breaker.HALF_OPEN


def test_a_closed_breaker_is_not_probed() -> None:
    endpoint = make_endpoint()
    with pytest.raises(HeldBack):
        gate.enter_as_probe(endpoint.pk)


def test_a_probe_that_fails_opens_it_for_longer_each_time(settings: Settings) -> None:
    settings.BREAKER_FIRST, settings.BREAKER_LONGEST = 30, 100
    endpoint = make_endpoint()
    with clock.at(START):
        broken(endpoint)
    moment, pauses = 0.0, []
    for _each in range(4):
        probe_at = row(endpoint).probe_at
        assert probe_at is not None
        pauses.append((probe_at - after(moment)).total_seconds())
        moment = (probe_at - START).total_seconds() + 0.1
        with clock.at(after(moment)):
            gate.leave(gate.enter_as_probe(endpoint.pk), NoAnswer("It hangs."))
    assert row(endpoint).breaker == Breaker.OPEN
    for pause, longest in zip(pauses, (30, 60, 100, 100), strict=True):
        assert longest / 2 <= pause <= longest


def test_half_open_lets_one_call_through_at_a_time() -> None:
    endpoint = trusted(max_concurrency=4)
    broken(endpoint)
    gate.try_again_with_care(endpoint.pk)
    first = gate.enter(endpoint.pk, Kind.WRITE)
    with pytest.raises(HeldBack, match="one call at a time"):
        gate.enter(endpoint.pk, Kind.WRITE)
    assert gate.leave(first) is True
    assert row(endpoint).breaker == Breaker.CLOSED


def test_what_was_tripped_by_filings_is_closed_by_a_filing_alone() -> None:
    endpoint = make_endpoint()
    broken(endpoint, Kind.WRITE)
    gate.try_again_with_care(endpoint.pk)
    assert call(endpoint, Kind.READ) is False
    assert row(endpoint).breaker == Breaker.HALF_OPEN
    assert call(endpoint, Kind.WRITE) is True
    closed = row(endpoint)
    assert (closed.breaker, closed.trips, closed.trouble_since, closed.probe_at) == (Breaker.CLOSED, 0, None, None)


def test_what_was_tripped_by_look_ups_is_closed_by_a_look_up() -> None:
    endpoint = make_endpoint()
    broken(endpoint)
    gate.try_again_with_care(endpoint.pk)
    assert call(endpoint, Kind.READ) is True


def test_half_open_opens_again_at_one_failure() -> None:
    endpoint = make_endpoint()
    broken(endpoint, Kind.WRITE)
    gate.try_again_with_care(endpoint.pk)
    call(endpoint, Kind.WRITE, NoAnswer("It hangs."))
    assert row(endpoint).breaker == Breaker.OPEN
    assert row(endpoint).trips == 2


def test_calls_that_were_under_way_when_it_opened_do_not_open_it_for_longer(settings: Settings) -> None:
    endpoint = trusted(max_concurrency=20)
    with clock.at(clock.now()):
        permits = admitted(endpoint, Kind.WRITE, 20)
        for permit in permits[: settings.BREAKER_FAILURES]:
            gate.leave(permit, NoAnswer("It hangs."))
        opened = row(endpoint)
        for permit in permits[settings.BREAKER_FAILURES :]:
            gate.leave(permit, NoAnswer("It hangs."))
    assert len(permits) > settings.BREAKER_FAILURES
    assert (row(endpoint).trips, row(endpoint).probe_at) == (1, opened.probe_at)


def test_a_late_answer_of_a_call_under_way_lets_it_be_tried() -> None:
    endpoint = trusted(max_concurrency=20)
    late, *others = admitted(endpoint, Kind.READ, 19)
    for permit in others:
        gate.leave(permit, NoAnswer("It hangs."))
    assert row(endpoint).breaker == Breaker.OPEN
    gate.leave(late)
    assert row(endpoint).breaker == Breaker.HALF_OPEN


def test_care_changes_nothing_where_the_breaker_is_closed() -> None:
    endpoint = trusted()
    gate.try_again_with_care(endpoint.pk)
    assert row(endpoint).breaker == Breaker.CLOSED


def test_a_volunteer_forgets_its_troubles() -> None:
    endpoint = make_endpoint()
    broken(endpoint, Kind.WRITE)
    gate.reset(endpoint.pk)
    assert row(endpoint).breaker == Breaker.CLOSED
    call(endpoint, Kind.WRITE)


# Whether people are told


def test_people_are_told_of_trouble_while_filings_wait_for_it() -> None:
    endpoint = make_endpoint()
    make_submission(endpoint=endpoint)
    assert not gate.in_trouble(None, clock.now())
    call(endpoint, Kind.WRITE, Unavailable("It failed."))
    assert not gate.in_trouble(row(endpoint), clock.now())
    broken(endpoint, Kind.WRITE)
    assert gate.in_trouble(row(endpoint), clock.now())
    gate.try_again_with_care(endpoint.pk)
    assert gate.in_trouble(row(endpoint), clock.now())
    call(endpoint, Kind.WRITE)
    assert not gate.in_trouble(row(endpoint), clock.now())


# Those who died, and clocks that jump


def test_a_holder_that_died_counts_until_its_lease_is_over(settings: Settings) -> None:
    settings.SUBMISSION_LEASE = 180
    endpoint = make_endpoint(max_concurrency=1)
    with clock.at(START):
        gate.enter(endpoint.pk, Kind.WRITE)  # and never leaves
    with clock.at(after(179)), pytest.raises(HeldBack):
        gate.enter(endpoint.pk, Kind.WRITE)
    with clock.at(after(181)):
        call(endpoint, Kind.WRITE)


def test_a_long_look_up_keeps_its_place(settings: Settings) -> None:
    settings.SUBMISSION_LEASE = 180
    endpoint = make_endpoint(max_concurrency=1)
    with clock.at(START):
        permit = gate.enter(endpoint.pk, Kind.READ)
        permit.before_call()
    permit.renewed -= gate.RENEWED_AFTER + 1
    with clock.at(after(170)):
        permit.before_call()
    with clock.at(after(300)), pytest.raises(HeldBack):
        gate.enter(endpoint.pk, Kind.WRITE)


def stuck_by(jump: float, prepare: Callable[[Endpoint], object]) -> bool:
    """Whether an endpoint still lets nobody in three minutes after the clock has jumped."""
    endpoint = make_endpoint(requests_per_minute=1, max_concurrency=1)
    with clock.at(START):
        prepare(endpoint)
    with clock.at(after(jump + 181)):
        return not (admitted(endpoint, Kind.WRITE, 1) or may_be_probed(endpoint))


def may_be_probed(endpoint: Endpoint) -> bool:
    try:
        gate.leave(gate.enter_as_probe(endpoint.pk))
    except HeldBack:
        return False
    return True


@pytest.mark.parametrize("jump", [-3600.0, 3600.0])
@pytest.mark.parametrize(
    "prepare",
    [
        lambda endpoint: gate.enter(endpoint.pk, Kind.WRITE),
        lambda endpoint: call(endpoint, Kind.WRITE),
        lambda endpoint: call(endpoint, Kind.WRITE, RateLimited("Later.", retry_after=120)),
    ],
    ids=["a call under way", "the rate limit", "a pause"],
)
def test_a_clock_that_jumps_an_hour_leaves_nothing_stuck(jump: float, prepare: Callable[[Endpoint], object]) -> None:
    assert not stuck_by(jump, prepare)


@pytest.mark.parametrize("jump", [-3600.0, 3600.0])
def test_a_breaker_is_tried_after_the_clock_has_jumped(jump: float, settings: Settings) -> None:
    settings.BREAKER_LONGEST = 900
    endpoint = make_endpoint()
    with clock.at(START):
        broken(endpoint)
    with clock.at(after(jump)):
        assert may_be_probed(endpoint)
