"""Every report in columns of numbers, in each process: what a list, a map, a feed or a figure counts over.

A row of the database is far more than a filter asks of it. Of a million reports the columns take some 70 MB, and any
filters together are answered in milliseconds, with the exact number. Only keys come out of it: what is shown is read
from the database. `decisions/0018-columns-in-memory.md` says why.
"""

import threading
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from django.db.models import BigIntegerField, Case, Func, IntegerField, Q, QuerySet, When

from reports.browsing import changes
from reports.models import PlaceMeant, PublicStatus, ServiceRequest

Positions = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]
Arrays = dict[str, npt.NDArray[Any]]

STATUSES: Final = tuple(PublicStatus.values)
OVER: Final = frozenset(
    {
        PublicStatus.CLOSED,
        PublicStatus.CONFIRMED,
        PublicStatus.DISPUTED,
        PublicStatus.NOT_RESPONSIBLE,
        PublicStatus.DUPLICATE,
        PublicStatus.REJECTED,
        PublicStatus.CANCELLED,
    }
)  # as it is shown: the body, or whoever filed it, has ended it
IS_OVER: Final = np.isin(np.arange(256), [number for number, status in enumerate(STATUSES) if status in OVER])
_COLUMNS: Final[dict[str, Any]] = {
    "pk": np.int64, "lat": np.float64, "long": np.float64, "body": np.int32, "service": np.int32, "group": np.int32,
    "status": np.uint8, "filed": np.uint32, "updated": np.uint32, "ended": np.uint32, "answered": np.uint32,
    "expected": np.uint32, "public": np.bool_, "pointed": np.bool_,
}  # fmt: skip
_CHUNK: Final = 20_000
_IN_ONE_QUERY: Final = 500
_IN_PLACE: Final = 10_000  # where more have changed than these and a tenth of all, reading all is quicker


class Names:
    """Texts as small numbers, given out in the order in which they come."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        """The text's number; a new one where it has none."""
        if text not in self._numbers:
            self._numbers[text] = len(self.texts)
            self.texts.append(text)
        return self._numbers[text]

    def known(self, text: str) -> int:
        """The text's number, or -1, which no row has."""
        return self._numbers.get(text, -1)


class Index:
    """The columns, a row for each report, the oldest filed first; a view of one moment.

    Times are seconds since 1970, 0 for none; `status` is a place in STATUSES, of the status that residents see;
    `public` is whether anybody may see it, `pointed` whether it has a place on a map. A row that changes is changed in
    place, so that a reader that is at work meanwhile may see it half before and half after: what is shown is read from
    the database, under the same conditions.
    """

    pk: npt.NDArray[np.int64]
    lat: npt.NDArray[np.float64]
    long: npt.NDArray[np.float64]
    body: npt.NDArray[np.int32]
    service: npt.NDArray[np.int32]
    group: npt.NDArray[np.int32]
    status: npt.NDArray[np.uint8]
    filed: npt.NDArray[np.uint32]
    updated: npt.NDArray[np.uint32]
    ended: npt.NDArray[np.uint32]
    answered: npt.NDArray[np.uint32]
    expected: npt.NDArray[np.uint32]
    public: Mask
    pointed: Mask

    def __init__(self, columns: "Columns", services: "Names", groups: "Names") -> None:
        self.services, self.groups = services, groups
        self.columns = columns
        for name in _COLUMNS:
            setattr(self, name, columns.view(name))
        self.remembered: dict[Any, Any] = {}  # what is worked out of it, for as long as nothing changes

    def __len__(self) -> int:
        return len(self.pk)

    def positions_of(self, pks: Sequence[int] | npt.NDArray[np.int64]) -> Positions:
        """Where the rows with these keys are, ascending; keys that are not there are left out."""
        return self.columns.positions_of(pks)


class Columns:
    """Arrays with room for more, and the order of the keys in them."""

    def __init__(self, arrays: dict[str, npt.NDArray[Any]]) -> None:
        self.size = len(arrays["pk"])
        self._arrays = {name: _with_room(array) for name, array in arrays.items()}
        self._order = _with_room(np.argsort(arrays["pk"], kind="stable"))
        self._sorted = _with_room(arrays["pk"][self._order[: self.size]])

    def view(self, name: str) -> npt.NDArray[Any]:
        """One column, as long as there are rows."""
        return self._arrays[name][: self.size]

    def positions_of(self, pks: Sequence[int] | npt.NDArray[np.int64]) -> Positions:
        """As `Index.positions_of`."""
        wanted = np.asarray(pks, dtype=np.int64)
        size = self.size  # once: another thread may append meanwhile
        if not size or not len(wanted):
            return np.empty(0, np.intp)
        known = self._sorted[:size]
        at = np.minimum(np.searchsorted(known, wanted), size - 1)
        return np.sort(self._order[at[known[at] == wanted]])

    def change(self, rows: dict[str, npt.NDArray[Any]]) -> bool:
        """Write these rows, sorted by key, over those with their keys; False, and nothing, where one is not there or
        has moved in time."""
        wanted = rows["pk"]
        at = np.minimum(np.searchsorted(self._sorted[: self.size], wanted), max(self.size - 1, 0))
        if not self.size or not (self._sorted[at] == wanted).all():
            return False
        places = self._order[at]
        if not (self._arrays["filed"][places] == rows["filed"]).all():
            return False
        for name, values in rows.items():
            self._arrays[name][places] = values
        return True

    def append(self, rows: dict[str, npt.NDArray[Any]]) -> bool:
        """Put these rows, sorted by key, behind the last; False, and nothing, where they do not belong there or there
        is no room."""
        count, filed = len(rows["pk"]), rows["filed"]
        end = self.size + count
        if end > len(self._sorted) or (np.diff(filed.astype(np.int64)) < 0).any():
            return False
        if self.size and (filed[0] < self.view("filed")[-1] or rows["pk"][0] <= self._sorted[self.size - 1]):
            return False
        for name, values in rows.items():
            self._arrays[name][self.size : end] = values
        self._order[self.size : end] = np.arange(self.size, end)
        self._sorted[self.size : end] = rows["pk"]
        self.size = end
        return True

    def without(self, places: Positions) -> dict[str, npt.NDArray[Any]]:
        """Copies of all columns, without these rows."""
        kept = np.ones(self.size, dtype=np.bool_)
        kept[places] = False
        return {name: self.view(name)[kept] for name in self._arrays}


def _with_room(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    room = np.zeros(len(array) + max(1000, len(array) // 20), dtype=array.dtype)
    room[: len(array)] = array
    return room


def seconds(moment: datetime | None) -> int:
    """Seconds since 1970, within what a column holds; 0 for none and for anything before."""
    return min(max(int(moment.timestamp()), 0), 0xFFFFFFFF) if moment else 0


class _Keeper:
    """Holds the newest index of this process, and brings it up to what has changed before it hands it out."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._index: Index | None = None
        self._position = changes.Position()

    def current(self) -> Index:
        with self._lock:
            if self._index is None:
                return self._anew()
            try:
                changed, position = changes.read(self._position)
            except changes.TooFarBehind:
                return self._anew()
            if len(changed) > _IN_PLACE + len(self._index) // 10:
                return self._anew()
            if changed:
                self._index = _changed(self._index, changed)
            self._position = position
            return self._index

    def forget(self) -> None:
        with self._lock:
            self._index = None

    def _anew(self) -> Index:
        position = changes.now()
        services, groups = Names(), Names()
        arrays = _columns(_rows(ServiceRequest.objects.order_by()).iterator(_CHUNK), services, groups)
        # Both or neither: where the database goes away midway, the next call has to begin anew as well.
        self._index, self._position = Index(Columns(_in_order(arrays)), services, groups), position
        return self._index


_keeper = _Keeper()


def current() -> Index:
    """The index of this moment: what was committed before the call is in it. One query where nothing has changed.

    Not for a transaction that has itself changed reports: all threads of the process would see what it may take back.

    The first call of a process reads every report, some three seconds of a million.
    """
    return _keeper.current()


def forget() -> None:
    """Begin anew at the next call. For tests, whose rows vanish without a change being written."""
    _keeper.forget()


def _changed(index: Index, changed: Iterable[int]) -> Index:
    """The index with these rows as they are now: changed, added or gone."""
    pks = sorted(changed)
    found: list[Any] = []
    for start in range(0, len(pks), _IN_ONE_QUERY):
        found += _rows(ServiceRequest.objects.filter(pk__in=pks[start : start + _IN_ONE_QUERY]))
    known = index.pk[index.positions_of(pks)]
    there = {row[0] for row in found}
    columns = index.columns
    if all(int(pk) in there for pk in known):
        old = set(known.tolist())
        found.sort(key=lambda row: row[0])
        changes_, additions = (
            _columns([row for row in found if (row[0] in old) == is_old], index.services, index.groups)
            for is_old in (True, False)
        )
        if (not len(changes_["pk"]) or columns.change(changes_)) and (
            not len(additions["pk"]) or columns.append(additions)
        ):
            return Index(columns, index.services, index.groups)
    rows = _columns(found, index.services, index.groups)
    kept = columns.without(index.positions_of(pks))
    arrays = {name: np.concatenate((kept[name], rows[name])) for name in kept}
    return Index(Columns(_in_order(arrays)), index.services, index.groups)


def _in_order(arrays: Arrays) -> Arrays:
    """The oldest filed first. Sorted here: a database would sort whole rows, on disk where they are many."""
    order = np.lexsort((arrays["pk"], arrays["filed"]))
    return {name: array[order] for name, array in arrays.items()}


class _Seconds(Func):
    """A time as seconds since 1970, 0 for none: a `datetime` for each of five columns is most of what reading takes."""

    output_field = BigIntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "coalesce(CAST(strftime('%%%%s', %(expressions)s) AS INTEGER), 0)"
        return self.as_sql(compiler, connection, template=template, **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "coalesce(floor(extract(epoch FROM %(expressions)s))::bigint, 0)"
        return self.as_sql(compiler, connection, template=template, **context)


SHOWN: Final = Q(hidden=False, private=False, held_at=None, taken_away_at=None)  # what anybody may see


def _rows(requests: QuerySet[ServiceRequest]) -> QuerySet[ServiceRequest, tuple[Any, ...]]:
    """What `_columns` takes: facts that come out of the database as texts and numbers, ready to be put in columns."""
    return requests.values_list(
        "pk", "lat", "long", "jurisdiction_id", "service_name", "group", "status", "verdict", "place_meant",
        _Seconds("requested_datetime"), _Seconds("updated_datetime"), _Seconds("ended_at"),
        _Seconds("first_answer_at"), _Seconds("expected_datetime"),
        Case(When(SHOWN, then=1), default=0, output_field=IntegerField()),
    )  # fmt: skip


def _columns(rows: Iterable[tuple[Any, ...]], services: Names, groups: Names) -> Arrays:
    parts: dict[str, list[npt.NDArray[Any]]] = {name: [np.empty(0, kind)] for name, kind in _COLUMNS.items()}
    left = iter(rows)
    while batch := list(islice(left, _CHUNK)):
        for name, values in _numbers(batch, services, groups).items():
            parts[name].append(np.array(values, dtype=_COLUMNS[name]))
    return {name: np.concatenate(arrays) for name, arrays in parts.items()}


_NUMBER_OF: Final = {status: number for number, status in enumerate(STATUSES)}
_LATEST: Final = 0xFFFFFFFF


def _numbers(batch: Sequence[tuple[Any, ...]], services: Names, groups: Names) -> dict[str, Any]:
    pk, lat, long, body, service, group, status, verdict, meant, *times, public = zip(*batch, strict=True)
    shown = [said if said and word == PublicStatus.CLOSED else word for word, said in zip(status, verdict, strict=True)]
    filed, updated, ended, answered, expected = (np.clip(np.array(each, np.int64), 0, _LATEST) for each in times)
    return {
        "pk": pk, "lat": lat, "long": long, "body": body, "service": [services.number(each) for each in service],
        "group": [groups.number(each) for each in group], "status": [_NUMBER_OF[each] for each in shown],
        "filed": filed, "updated": updated, "ended": ended, "answered": answered, "expected": expected,
        "public": public, "pointed": [each != PlaceMeant.WORDS for each in meant],
    }  # fmt: skip
