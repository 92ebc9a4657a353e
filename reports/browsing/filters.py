"""What somebody wants to see of the public reports, and which these are."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from functools import cached_property
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from reports import clock
from reports.browsing import index as columns
from reports.browsing import words
from reports.browsing.index import IS_OVER, SHOWN, STATUSES, Index, Mask, Positions, seconds
from reports.geo.around import SLACK
from reports.geo.measures import METRES_PER_DEGREE, great_circle
from reports.models import PublicStatus, ServiceRequest

_UTC: Final = ZoneInfo("UTC")
CLOSINGS: Final = frozenset({PublicStatus.CLOSED, PublicStatus.CONFIRMED, PublicStatus.DISPUTED})

State = Literal["open", "ended"]  # any of the statuses before the end, any after


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the map, in degrees (WGS84).

    Across the 180th meridian `west` is greater than `east` (RFC 7946, section 5.2).
    """

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def read(cls, text: str) -> "Box":
        """From `west,south,east,north` as RFC 7946 section 5 orders them; ValueError with a plain reason.

        Longitudes may go on beyond 180 degrees, as maps count that were dragged round the world: they are brought back.
        """
        try:
            west, south, east, north = (float(part) for part in text.split(","))
        except ValueError as error:
            raise ValueError(_("bbox takes four numbers: west, south, east, north.")) from error
        if not all(math.isfinite(side) for side in (west, south, east, north)):
            raise ValueError(_("bbox takes four numbers: west, south, east, north."))
        if south > north:
            raise ValueError(_("bbox needs south before north."))
        if south < -90 or north > 90:
            raise ValueError(_("bbox needs latitudes from -90 to 90."))
        if abs(west) > 180 or abs(east) > 180:
            if east - west >= 360:
                return cls(-180.0, south, 180.0, north)
            west, east = _wrapped(west), _wrapped(east)
        return cls(west, south, east, north)

    @property
    def crosses(self) -> bool:
        """Whether it lies across the 180th meridian."""
        return self.west > self.east

    def holds(self, lat: Any, long: Any) -> Any:
        """Whether points are inside, edges included; of numbers or arrays."""
        east_west = (
            (long >= self.west) | (long <= self.east) if self.crosses else (long >= self.west) & (long <= self.east)
        )
        return (lat >= self.south) & (lat <= self.north) & east_west

    def __str__(self) -> str:
        return ",".join(f"{side:.6f}" for side in (self.west, self.south, self.east, self.north))


def _wrapped(long: float) -> float:
    return (long + 180) % 360 - 180


@dataclass(frozen=True, slots=True)
class Circle:
    """All that is within so many metres of a point (WGS84)."""

    lat: float
    long: float
    metres: float


@dataclass(frozen=True)
class Filter:
    """Conditions that all have to hold. Whatever is not said lets everything through.

    `since` and `until` are the first and the last day of filing, in `zone`; `box`, `circle` and `shape` (a shapely
    polygon or multipolygon, WGS84) let through only what has a point, and so does `pointed`. `recent` leaves out what
    ended longer ago than that. `services` are names.
    """

    q: str = ""
    body: int | None = None
    services: tuple[str, ...] = ()
    group: str = ""
    status: str = ""
    state: State | None = None
    since: date | None = None
    until: date | None = None
    zone: tzinfo = _UTC
    box: Box | None = None
    circle: Circle | None = None
    shape: Any = None
    pointed: bool = False
    recent: timedelta | None = None


@dataclass(frozen=True)
class Matches:
    """The public reports that a filter lets through, as places in the index, the oldest filed first.

    `capped`: of a word that very many have only the newest were looked at, so that there may be more. Where no more
    than `words.FEW` are left by the other conditions, as in most areas that are watched, it is never so.
    """

    index: Index
    positions: Positions
    capped: bool = False

    def __len__(self) -> int:
        return len(self.positions)

    def keys(self, begin: int = 0, count: int | None = None) -> list[int]:
        """The keys of the newest, from the `begin`th on (0 is the newest filed)."""
        newest = self.positions[::-1][begin : None if count is None else begin + count]
        return [int(pk) for pk in self.index.pk[newest]]

    @cached_property
    def with_points(self) -> Positions:
        """Those with a place on a map."""
        return self.positions[self.index.pointed[self.positions]]

    def bounds(self) -> Box | None:
        """The smallest box (never across the 180th meridian) round those that have a place; None where none has."""
        here = self.with_points
        if not len(here):
            return None
        lat, long = self.index.lat[here], self.index.long[here]
        return Box(float(long.min()), float(lat.min()), float(long.max()), float(lat.max()))


def matching(wanted: Filter, among: Index | None = None) -> Matches:
    """The public reports that this filter lets through. At most two queries: for what changed, and for words; a few
    more for words that very many reports have."""
    index = columns.current() if among is None else among
    capped = False
    positions = _base(index, wanted)
    for condition in _conditions(wanted):
        if not len(positions):
            break
        positions = positions[condition(index, positions)]
    if wanted.q and len(positions):
        keys, capped = words.found(wanted.q, wanted.body)
        if capped and len(positions) <= words.FEW:
            keys, capped = np.array(words.among(index.pk[positions].tolist(), wanted.q), np.int64), False
        positions = np.intersect1d(positions, index.positions_of(keys), assume_unique=True)
    return Matches(index, positions, capped)


Condition = Callable[[Index, Positions], Mask]


def _base(index: Index, wanted: Filter) -> Positions:
    """The public ones, or, of the newest minute, the public ones that did not end long ago; worked out once."""
    if wanted.recent is None:
        return _remembered(index, "public", None, lambda: np.flatnonzero(index.public))
    minute = seconds(clock.now()) // 60
    recent = wanted.recent
    return _remembered(index, ("recent", recent), minute, lambda: _recent(index, minute * 60, recent))


def _remembered(index: Index, name: Any, of: Any, work: Callable[[], Positions]) -> Positions:
    """What stands under this name for `of`; what stood there for another goes, as it is megabytes."""
    known: tuple[Any, Positions] | None = index.remembered.get(name)
    if known is None or known[0] != of:
        known = index.remembered[name] = (of, work())
    return known[1]


def _recent(index: Index, now: int, recent: timedelta) -> Positions:
    oldest = max(now - int(recent.total_seconds()), 0)
    unknown = index.ended == 0  # nobody can say that it was long ago
    return np.flatnonzero(index.public & (~IS_OVER[index.status] | (index.ended >= oldest) | unknown))


def _conditions(wanted: Filter) -> Iterable[Condition]:
    """Those that let the fewest through come first."""
    if wanted.body is not None:
        yield lambda index, here: index.body[here] == wanted.body
    yield from _of_place(wanted)
    yield from _of_kind(wanted)
    if wanted.since is not None:
        begin = seconds(datetime.combine(wanted.since, time.min, wanted.zone))
        yield lambda index, here: index.filed[here] >= begin
    if wanted.until is not None:
        end = seconds(datetime.combine(wanted.until, time.max, wanted.zone))
        yield lambda index, here: index.filed[here] <= end


def _of_place(wanted: Filter) -> Iterable[Condition]:
    box, circle, shape = wanted.box, wanted.circle, wanted.shape
    if wanted.pointed or box or circle or shape is not None:
        yield lambda index, here: index.pointed[here]
    if box is not None:
        yield lambda index, here: box.holds(index.lat[here], index.long[here])
    if circle is not None:
        yield lambda index, here: _in_circle(index, here, circle)
    if shape is not None:
        yield lambda index, here: _in_shape(index, here, shape)


def _of_kind(wanted: Filter) -> Iterable[Condition]:
    if wanted.status:
        numbers = [number for number, status in enumerate(STATUSES) if status in _meant_by(wanted.status)]
        yield lambda index, here: np.isin(index.status[here], numbers)
    if wanted.services:
        yield lambda index, here: np.isin(index.service[here], [index.services.known(each) for each in wanted.services])
    if wanted.group:
        yield lambda index, here: index.group[here] == index.groups.known(wanted.group)
    if wanted.state is not None:
        over = wanted.state == "ended"
        yield lambda index, here: IS_OVER[index.status[here]] == over


def _meant_by(status: str) -> frozenset[str]:
    """“Done” is what the body says, whatever people say of it afterwards."""
    return CLOSINGS if status == PublicStatus.CLOSED else frozenset({status})


def _in_circle(index: Index, here: Positions, circle: Circle) -> Mask:
    lat, long = index.lat[here], index.long[here]
    inside: Mask = np.abs(lat - circle.lat) <= circle.metres / METRES_PER_DEGREE + SLACK
    close = np.flatnonzero(inside)
    inside[close] = great_circle(circle.lat, lat[close], long[close] - circle.long) <= circle.metres
    return inside


def _in_shape(index: Index, here: Positions, shape: Any) -> Mask:
    lat, long = index.lat[here], index.long[here]
    west, south, east, north = shape.bounds
    inside: Mask = Box(west, south, east, north).holds(lat, long)
    close = np.flatnonzero(inside)
    shapely.prepare(shape)
    inside[close] = shapely.intersects_xy(shape, long[close], lat[close])
    return inside


def public() -> QuerySet[ServiceRequest]:
    """Every report that anybody may see, newest first, with its body; not those that a body keeps private, that a
    volunteer has yet to look at, or that were taken away."""
    shown = ServiceRequest.objects.filter(SHOWN).select_related("jurisdiction", "service__override")
    return shown.defer("jurisdiction__boundary", "attributes", "service_notice", "status_notes", "service__definition")


def rows(keys: Sequence[int], among: QuerySet[ServiceRequest] | None = None) -> list[ServiceRequest]:
    """The public reports with these keys, in this order; one that is public no longer is left out."""
    found = {row.pk: row for row in (public() if among is None else among).filter(pk__in=list(keys)).order_by()}
    return [found[key] for key in keys if key in found]
