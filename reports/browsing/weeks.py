"""What happened in seven days among the reports that a filter lets through: the figures of a board's sheet."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from reports.browsing.filters import Filter, Matches, matching
from reports.browsing.index import IS_OVER, Mask, seconds

WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class OfService:
    """One service's figures, by its name."""

    name: str
    filed: int
    ended: int
    open: int


@dataclass(frozen=True, slots=True)
class Week:
    """The seven days before `end`: how many were filed and ended in them, and open at their end.

    `services` has every service with any of these, the most filed first. `oldest` is the key of the report that has
    waited longest for a first answer; None where none waits. `keys` are those filed or ended in the week, newest first.
    `capped`: only the newest reports with the words of the filter were looked at, so that there may be more.
    """

    begin: datetime
    end: datetime
    filed: int
    ended: int
    open: int
    services: tuple[OfService, ...]
    oldest: int | None
    keys: tuple[int, ...]
    capped: bool = False


def two_weeks(wanted: Filter, end: datetime) -> tuple[Week, Week]:
    """The seven days before `end`, and the seven before those."""
    found = matching(wanted)
    return _week(found, end), _week(found, end - WEEK)


def _week(found: Matches, end: datetime) -> Week:
    index, here = found.index, found.positions
    begin, until = seconds(end - WEEK), seconds(end)
    came, over_at, is_over = index.filed[here], index.ended[here], IS_OVER[index.status[here]]
    filed = (came >= begin) & (came < until)
    ended = is_over & (over_at >= begin) & (over_at < until)
    still = (came < until) & (~is_over | (over_at >= until))
    waits = still & (index.answered[here] == 0)
    keys = index.pk[here][filed | ended][::-1]
    return Week(
        begin=end - WEEK,
        end=end,
        filed=int(filed.sum()),
        ended=int(ended.sum()),
        open=int(still.sum()),
        services=_by_service(found, filed, ended, still),
        oldest=int(index.pk[here][waits][0]) if waits.any() else None,
        keys=tuple(int(key) for key in keys),
        capped=found.capped,
    )


def _by_service(found: Matches, filed: Mask, ended: Mask, still: Mask) -> tuple[OfService, ...]:
    texts, numbers = found.index.services.texts, found.index.service[found.positions]
    counts = [np.bincount(numbers[mask], minlength=len(texts)) for mask in (filed, ended, still)]
    some: list[int] = np.flatnonzero(sum(counts)).tolist() if len(numbers) else []
    rows = [OfService(texts[each], *(int(count[each]) for count in counts)) for each in some]
    return tuple(sorted(rows, key=lambda row: (-row.filed, -row.ended, -row.open, row.name)))
