"""What becomes of reports, in figures: how soon they are answered and closed, and whether people say they are fixed.

Worked out of the columns of `index.py` alone, so that a body's hundred thousands cost milliseconds. "Half within" and
"nine of ten within" are by nearest rank: a time that one of the reports took, and within which so many were done.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt

from reports import clock
from reports.browsing.filters import CLOSINGS, Filter, Matches, matching
from reports.browsing.index import IS_OVER, OVER, STATUSES, Index, Positions, seconds
from reports.models import PublicStatus

ENOUGH: Final = 5  # of fewer no median is given: it would say more of one report than of the body
ENOUGH_FOR_NINE_OF_TEN: Final = 10
SERVICES: Final = 30
MONTHS: Final = 12
DAY: Final = 86_400
BUCKETS: Final = (1, 3, 7, 30, 90)  # days: within so many; what took longer is one more
REMEMBERED: Final = 500
NONE: Final = np.uint32(0xFFFFFFFF)

_BUCKET_ENDS: Final = np.array(BUCKETS, dtype=np.uint32) * np.uint32(DAY)
_FIRST, _LAST = date(1971, 1, 1), date(2100, 12, 31)  # what the columns can hold

_NUMBER: Final = {status: STATUSES.index(status) for status in PublicStatus}
_IS_CLOSED: Final = np.array([status in CLOSINGS for status in STATUSES])

Seconds = npt.NDArray[np.uint32]
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Lengths:
    """How long something took, in seconds: out of how many, half and nine of ten of them within, the longest.

    None where there are too few to say. `buckets` counts those within each of BUCKETS and not within the one before,
    and last those that took longer.
    """

    count: int
    half: int | None = None
    nine_of_ten: int | None = None
    longest: int | None = None
    buckets: tuple[int, ...] = (0,) * (len(BUCKETS) + 1)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many reports there are, and how they stand. `closed` are all that the body says are done; of these people
    have said of `confirmed` that they are, of `disputed` that they are not, and nothing of the rest."""

    by_status: dict[PublicStatus, int]

    @property
    def count(self) -> int:
        return sum(self.by_status.values())

    @property
    def ended(self) -> int:
        return sum(number for status, number in self.by_status.items() if status in OVER)

    @property
    def open(self) -> int:
        return self.count - self.ended

    @property
    def silent(self) -> int:
        return self.by_status[PublicStatus.SILENT]

    @property
    def closed(self) -> int:
        return sum(self.by_status[status] for status in CLOSINGS)

    @property
    def confirmed(self) -> int:
        return self.by_status[PublicStatus.CONFIRMED]

    @property
    def disputed(self) -> int:
        return self.by_status[PublicStatus.DISPUTED]

    @property
    def without_verdict(self) -> int:
        return self.by_status[PublicStatus.CLOSED]

    @property
    def judged(self) -> int:
        """Closings of which people have said something."""
        return self.confirmed + self.disputed

    @property
    def fixed_share(self) -> int | None:
        """Of 100 closings that people judged, so many were fixed; None of fewer than ENOUGH."""
        return percent(self.confirmed, self.judged) if self.judged >= ENOUGH else None


@dataclass(frozen=True, slots=True)
class ServiceFigures:
    """One service; or all but the most frequent together, `others` of them, without a name."""

    name: str
    tally: Tally
    first_answer: Lengths
    to_close: Lengths
    others: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """Of the reports that a filter let through. Those that nobody answered, or that are not closed, are not in the
    times that this took: the shares say how many these are."""

    tally: Tally
    first_answer: Lengths
    to_close: Lengths
    open_for: Lengths
    services: tuple[ServiceFigures, ...]

    @property
    def answered_share(self) -> int:
        return percent(self.first_answer.count, self.tally.count)


@dataclass(frozen=True, slots=True)
class Month:
    """A month of a calendar: how many were filed in it, and how many, whenever filed, ended."""

    first: date
    filed: int
    ended: int


def percent(part: int, whole: int) -> int:
    """So many of 100, rounded half up; all or nothing is said only where it is."""
    if not whole:
        return 0
    rounded = (200 * part + whole) // (2 * whole)
    return rounded if part in (0, whole) else min(max(rounded, 1), 99)


def lengths(values: Seconds) -> Lengths:
    """Out of these; NONE stands for what has not happened."""
    ascending = np.sort(values)
    count = int(np.searchsorted(ascending, NONE))
    within = [0, *np.searchsorted(ascending[:count], _BUCKET_ENDS, side="right").tolist(), count]
    buckets = tuple(within[at + 1] - within[at] for at in range(len(within) - 1))
    if count < ENOUGH:
        return Lengths(count, buckets=buckets)
    nine = _rank(ascending, count, 9) if count >= ENOUGH_FOR_NINE_OF_TEN else None
    return Lengths(count, _rank(ascending, count, 5), nine, int(ascending[count - 1]), buckets)


def took(begin: Seconds, end: Seconds) -> Seconds:
    """How long it took from one moment to another: nothing, where a clock went wrong; NONE where there is no end."""
    return np.where(end > 0, np.maximum(end, begin) - begin, NONE)


def _rank(ascending: Seconds, count: int, tenths: int) -> int:
    return int(ascending[-(-tenths * count // 10) - 1])


@dataclass(frozen=True, slots=True)
class _Facts:
    """Of each report its status, and how long it took to its first answer and to its closing."""

    status: npt.NDArray[np.uint8]
    answer: Seconds
    closing: Seconds

    @classmethod
    def read(cls, index: Index, here: Positions) -> "_Facts":
        status, filed = index.status[here], index.filed[here]
        closed = np.where(_IS_CLOSED[status], index.ended[here], np.uint32(0))
        return cls(status, took(filed, index.answered[here]), took(filed, closed))

    def at(self, places: Positions | slice) -> "_Facts":
        return _Facts(self.status[places], self.answer[places], self.closing[places])

    def tally(self) -> Tally:
        counts = np.bincount(self.status, minlength=len(STATUSES)).tolist()
        return Tally({status: counts[number] for status, number in _NUMBER.items()})


def figures(matches: Matches, now: datetime) -> Figures:
    """All figures of what a filter let through, at this moment."""
    index, here = matches.index, matches.positions
    facts = _Facts.read(index, here)
    filed = index.filed[here[~IS_OVER[facts.status]]]
    return Figures(
        tally=facts.tally(),
        first_answer=lengths(facts.answer),
        to_close=lengths(facts.closing),
        open_for=lengths(took(filed, np.full_like(filed, seconds(now)))),
        services=_services(index, here, facts),
    )


def months(matches: Matches, last: date, zone: tzinfo) -> tuple[Month, ...]:
    """The MONTHS months up to that of `last`, oldest first, by the calendar of `zone`."""
    index, here = matches.index, matches.positions
    last = min(max(last, _FIRST), _LAST)
    firsts = [_month(last, number - MONTHS + 1) for number in range(MONTHS + 1)]
    edges = [seconds(datetime(first.year, first.month, 1, tzinfo=zone)) for first in firsts]
    filed = np.diff(np.searchsorted(index.filed[here], edges))  # which ascends
    ended = index.ended[here[IS_OVER[index.status[here]]]]
    over = np.bincount(np.searchsorted(edges, ended, side="right"), minlength=MONTHS + 2)[1:-1]
    return tuple(Month(firsts[at], int(filed[at]), int(over[at])) for at in range(MONTHS))


def _month(day: date, later: int) -> date:
    whole = day.year * 12 + day.month - 1 + later
    return date(whole // 12, whole % 12 + 1, 1)


def _services(index: Index, here: Positions, facts: _Facts) -> tuple[ServiceFigures, ...]:
    """The SERVICES most frequent, by number and then by name, and the others as one."""
    if not len(here):
        return ()
    texts, service = index.services.texts, index.service[here]
    counts = np.bincount(service, minlength=len(texts))
    named = sorted(np.flatnonzero(counts).tolist(), key=lambda number: (-counts[number], texts[number]))
    shown, others = named[:SERVICES], max(len(named) - SERVICES, 0)
    rank = np.full(len(counts), SERVICES, dtype=np.uint8)
    rank[shown] = np.arange(len(shown))
    order, edges = _by_rank(rank[service], len(shown) + (others > 0))
    names = [*(texts[number] for number in shown), *([""] if others else [])]
    facts, rows = facts.at(order), []
    for at, name in enumerate(names):
        mine = facts.at(slice(edges[at], edges[at + 1]))
        together = others if at == SERVICES else 0
        rows.append(ServiceFigures(name, mine.tally(), lengths(mine.answer), lengths(mine.closing), together))
    return tuple(rows)


def _by_rank(rank: npt.NDArray[np.uint8], count: int) -> tuple[Positions, list[int]]:
    """Them in the order of their ranks 0, 1, 2 and so on, and where each begins and the last ends. Sorting bytes goes
    over them once."""
    order = np.argsort(rank, kind="stable")
    return order, np.searchsorted(rank[order], np.arange(count + 1)).tolist()


def by_body(matches: Matches, bodies: Sequence[int]) -> dict[int, tuple[int, Lengths]]:
    """For each of these bodies (up to 200 keys) how many of the reports are its own, and how soon it answered."""
    if not bodies:
        return {}
    index, here = matches.index, matches.positions
    rank = np.full(max([*bodies, int(index.body.max(initial=0))], default=0) + 1, 255, dtype=np.uint8)
    rank[list(bodies)] = np.arange(len(bodies))
    ranks = rank[index.body[here]]
    kept = ranks < 255
    order, edges = _by_rank(ranks[kept], len(bodies))
    here = here[kept][order]
    found = {}
    for at, body in enumerate(bodies):
        of_body = here[edges[at] : edges[at + 1]]
        found[body] = len(of_body), lengths(took(index.filed[of_body], index.answered[of_body]))
    return found


def remembered(index: Index, key: tuple[Any, ...], work: Callable[[], Found]) -> Found:
    """What `work` gives, done once for this index, key and hour; no more than REMEMBERED results are kept."""
    kept: dict[Any, Any] = index.remembered.setdefault("figures", {})
    key = (*key, seconds(clock.now()) // 3600)
    if key not in kept:
        if len(kept) >= REMEMBERED:
            kept.clear()
        kept[key] = work()
    found: Found = kept[key]
    return found


def of(wanted: Filter, index: Index) -> Figures:
    """The figures of a filter, remembered while no report changes and for an hour at most."""
    return remembered(index, ("all", wanted), lambda: figures(matching(wanted, index), clock.now()))


def months_of(wanted: Filter, last: date, index: Index) -> tuple[Month, ...]:
    """The months of a filter, in its zone, likewise."""
    return remembered(index, ("months", wanted, last), lambda: months(matching(wanted, index), last, wanted.zone))
