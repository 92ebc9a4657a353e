"""How long a report waits before it is tried again, by what went wrong."""

from datetime import timedelta

import pytest

from reports.delivery.pauses import BACK_OFF, look_pause, pause_after, retry_pause
from reports.dialects.errors import HeldBack, NotSent, RateLimited, Unavailable, Unreachable

FIRST, LONGEST = 15.0, 3600.0


def pauses(error: NotSent, tries: int) -> list[float]:
    return [pause_after(error, tries, FIRST, LONGEST).total_seconds() for _time in range(400)]


@pytest.mark.parametrize(
    ("error", "ceilings"),
    [
        (Unreachable("x"), [15, 30, 60, 900, 900]),
        (Unavailable("x"), [30, 60, 120, 3600, 3600]),
        (RateLimited("x"), [60, 120, 240, 3600, 3600]),
        (NotSent("x"), [15, 30, 60, 3600, 3600]),
    ],
)
def test_the_pauses_double_up_to_a_longest_one_and_are_spread_over_all_of_it(
    error: NotSent, ceilings: list[int]
) -> None:
    for tries, ceiling in zip((1, 2, 3, 12, 400), ceilings, strict=True):
        drawn = pauses(error, tries)
        assert max(drawn) <= ceiling
        assert max(drawn) > ceiling * 0.9
        assert 1 <= min(drawn) < ceiling * 0.2  # full jitter: from nothing to the ceiling


@pytest.mark.parametrize(("asked", "least"), [(120.0, 120.0), (86_400.0, 3600.0), (0.0, 1.0), (None, 1.0)])
@pytest.mark.parametrize("kind", [Unreachable, Unavailable, RateLimited])
def test_what_a_city_asks_for_is_the_least_up_to_the_longest(
    kind: type[NotSent], asked: float | None, least: float
) -> None:
    assert min(pauses(kind("x", retry_after=asked), 1)) >= least


def test_being_held_back_is_no_try_and_has_no_row() -> None:
    assert HeldBack not in BACK_OFF


def test_the_pauses_of_tests_may_be_short() -> None:
    assert retry_pause(1, 0.1, 0.2) <= timedelta(seconds=0.1)
    assert retry_pause(0, 0.1, 0.2) <= timedelta(seconds=0.1)


def test_looks_grow_apart() -> None:
    assert [look_pause(looks, 60, 3600).total_seconds() for looks in (0, 1, 2, 6, 99)] == [60, 120, 240, 3600, 3600]
