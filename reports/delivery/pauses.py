"""How long to wait before the next step. All in seconds."""

import random
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from reports.dialects.errors import NotSent, RateLimited, Unavailable, Unreachable

SHORTEST: Final = 1.0
# What a filing that did not arrive waits for: (times the first pause, parts of the longest one). A system that cannot
# be reached is tried by the breaker's probes, so its reports need not wait long themselves; one that asks for fewer
# calls is given more room from the start. `HeldBack` is not here: it counts as no try at all.
BACK_OFF: Final[Mapping[type[NotSent], tuple[float, float]]] = {
    Unreachable: (1.0, 0.25),
    Unavailable: (2.0, 1.0),
    RateLimited: (4.0, 1.0),
}


def pause_after(error: NotSent, tries: int, first: float, longest: float) -> timedelta:
    """How long a filing waits after its `tries`-th try has failed so: back-off with full jitter, by the error's class.

    What the city asked for is the least, up to `longest`.
    """
    times, parts = next((BACK_OFF[kind] for kind in type(error).__mro__ if kind in BACK_OFF), (1.0, 1.0))
    pause = retry_pause(tries, first * times, longest * parts)
    return max(pause, timedelta(seconds=min(error.retry_after or 0, longest)))


def retry_pause(tries: int, first: float, longest: float, asked: float | None = None) -> timedelta:
    """Back-off with full jitter after the `tries`-th failure, never shorter than a city asked for.

    Full jitter, so that the reports that failed together in an outage do not come back together.
    A city's Retry-After is obeyed up to `longest`: a longer one is a mistake more often than a wish.
    """
    ceiling = min(longest, first * 2 ** min(max(tries, 1) - 1, 30))
    pause = random.uniform(min(SHORTEST, ceiling), ceiling)  # noqa: S311 (spreads load, guards nothing)
    return timedelta(seconds=max(pause, min(asked or 0, longest)))


def look_pause(looks: int, first: float, longest: float) -> timedelta:
    """Growing pauses between looks for a filing whose answer was lost."""
    return timedelta(seconds=min(longest, first * 2 ** min(looks, 30)))


def token_pause(looks: int, first: float, longest: float) -> timedelta:
    """Growing pauses between token look-ups: Chicago asks for 30 to 60 s at first, and may take days."""
    return timedelta(seconds=min(longest, first * 1.5 ** min(looks, 60)))


def refresh_pause(since_change: timedelta, first: float, longest: float) -> timedelta:
    """Often after a change, rarely long after it: a tenth of the time since the last one."""
    return timedelta(seconds=min(longest, max(first, since_change.total_seconds() / 10)))
