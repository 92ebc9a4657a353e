"""How long to wait before the next step. All in seconds."""

import random
from datetime import timedelta


def retry_pause(tries: int, first: float, longest: float, asked: float | None = None) -> timedelta:
    """Back-off with full jitter after the `tries`-th failure, never shorter than a city asked for.

    Full jitter, so that the reports that failed together in an outage do not come back together.
    A city's Retry-After is obeyed up to `longest`: a longer one is a mistake more often than a wish.
    """
    ceiling = min(longest, first * 2 ** min(tries - 1, 30))
    pause = random.uniform(min(first, ceiling), ceiling)  # noqa: S311 (spreads load, guards nothing)
    return timedelta(seconds=max(pause, min(asked or 0, longest)))


def token_pause(looks: int, first: float, longest: float) -> timedelta:
    """Growing pauses between token look-ups: Chicago asks for 30 to 60 s at first, and may take days."""
    return timedelta(seconds=min(longest, first * 1.5 ** min(looks, 60)))


def refresh_pause(since_change: timedelta, first: float, longest: float) -> timedelta:
    """Often after a change, rarely long after it: a tenth of the time since the last one."""
    return timedelta(seconds=min(longest, max(first, since_change.total_seconds() / 10)))
