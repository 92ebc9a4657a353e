"""What is new in watched areas: the changes of requests are read once, and held against the areas round each.

The work grows with what has changed, never with all areas times all requests: only public requests that changed since
the last look are read, and each is held against the areas whose box it is in.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from django.db import transaction
from django.db.models import Max, Min

from reports import clock
from reports.browsing import changes, filters, watch_areas, words
from reports.browsing import index as columns
from reports.browsing.index import OVER
from reports.browsing.watch_areas import Area
from reports.models import ChangeReader, PublicStatus, ServiceRequest, StatusUpdate, WatchItem

READER: Final = "watching"
TOLD: Final = OVER | {PublicStatus.IN_PROGRESS}  # the steps that are news to a neighbour
NEWS: Final = timedelta(days=60)  # what happened earlier is no news; items are kept for as long, to know what was told
_AT_ONCE: Final = 500


# What this process read last: on PostgreSQL it knows which transactions were running then. Others notice nothing twice
# either, but look again at what changed since the oldest of these began.
_read_last = changes.Position()


@dataclass(frozen=True, slots=True)
class _Seen:
    """One request that changed: what it shows now, and when it came to that."""

    request: ServiceRequest
    status: PublicStatus
    since: datetime
    words: frozenset[str]


def notice() -> int:
    """Write a `WatchItem` for each area and each news in it since the last look; returns how many.

    Written _AT_ONCE requests at a time, and the position last of all: after a bulk change nobody waits long to write,
    and a run that dies is done again. Safe to run twice at once: each item is written once. Items get their keys in the
    order in which they are committed, since one run writes at a time: `told_until` of a subscription depends on it.
    """
    global _read_last
    stored = _stored()
    since = changes.Position(*stored)
    if (_read_last.last_id, _read_last.transaction) == stored:
        since = _read_last
    changed, position = _changed(since)
    found = 0
    if changed:
        areas = watch_areas.index()
        keys = sorted(changed) if areas.areas else []
        found = sum(_notice(areas, some) for some in _pieces(keys))
    read = (position.last_id, position.transaction)
    if read != stored:
        # Another run that read on from the same place may have come further meanwhile.
        here = ChangeReader.objects.filter(name=READER, last_id=stored[0], transaction=stored[1])
        here.update(last_id=read[0], transaction=read[1])
    _read_last = position
    return found


def _stored() -> tuple[int, int]:
    """How far was read: the last key, and the transaction. The first run ever begins at the present."""
    rows = ChangeReader.objects.filter(name=READER).values_list("last_id", "transaction")
    found = rows.first()
    if found is None:
        position = changes.now()
        first = {"last_id": position.last_id, "transaction": position.transaction}
        ChangeReader.objects.get_or_create(name=READER, defaults=first)
        found = rows.get()
    return found


def _changed(since: changes.Position) -> tuple[set[int], changes.Position]:
    """What changed. Where some changes were forgotten unread, everything that may be news: what was noticed is known,
    and a run that died midway may have noticed some of it."""
    try:
        return changes.read(since)
    except changes.TooFarBehind:
        position = changes.now()
        index = columns.current()
        late = np.flatnonzero(index.public & (index.updated >= columns.seconds(clock.now() - NEWS)))
        return {int(pk) for pk in index.pk[late]}, position


def _notice(areas: watch_areas.AreaIndex, keys: Sequence[int]) -> int:
    rows = [row for row in filters.public().filter(pk__in=keys).order_by("pk") if not row.in_words]
    inside = areas.watching([(row.lat, row.long) for row in rows])
    if not inside:
        return 0
    seen = dict(zip(inside, _seen([rows[number] for number in inside]), strict=True))
    wanted = [(area, seen[number]) for number, some in inside.items() for area in some if _wants(area, seen[number])]
    if not wanted:
        return 0
    with transaction.atomic():
        # One run at a time: what is known decides what is news, and what has a lower key is committed earlier.
        ChangeReader.objects.select_for_update().get(name=READER)
        return _write(_news(wanted))


def _seen(rows: Sequence[ServiceRequest]) -> list[_Seen]:
    """With when each came to its status: as its history has it, or its last change where that says nothing of it."""
    history = StatusUpdate.objects.filter(service_request__in=rows, hidden=False, private=False, is_comment=False)
    since = {
        (request, status): last
        for request, status, last in history.order_by()
        .values_list("service_request", "status")
        .annotate(Max("recorded_at"))
    }
    return [
        _Seen(row, status, since.get((row.pk, status), row.updated_datetime), _words_of(row))
        for row in rows
        for status in (row.shown_status,)
    ]


def _words_of(row: ServiceRequest) -> frozenset[str]:
    return words.of(" ".join(getattr(row, name) for name in words.TEXTS))


def _wants(area: Area, seen: _Seen) -> bool:
    if area.services and seen.request.service_name not in area.services:
        return False
    return all(words.has(seen.words, asked) for asked in area.words)


def _news(wanted: Sequence[tuple[Area, _Seen]]) -> list[WatchItem]:
    """The items to be written: a report that came since the area is watched, or one that came to a new step since."""
    now = clock.now()
    known = _known(wanted)
    found: list[WatchItem] = []
    again: list[tuple[WatchItem, WatchItem]] = []  # it came to the same step once more, after a reopening
    for area, seen in wanted:
        before = known.get((area.pk, seen.request.pk), {})
        is_new = _is_news(area, seen.request.requested_datetime, now) and not any(
            each.is_new for each in before.values()
        )
        step = seen.status in TOLD and _is_news(area, seen.since, now)
        earlier = before.get(seen.status)
        item = WatchItem(area_id=area.pk, service_request=seen.request, status=seen.status)
        item.is_new, item.noticed_at = is_new, now
        if earlier is not None and seen.since > earlier.noticed_at and step:
            again.append((item, earlier))
        elif earlier is not None or not (is_new or step):
            continue
        found.append(item)
    _replace(again)
    return found


def _replace(again: Sequence[tuple[WatchItem, WatchItem]]) -> None:
    """Delete the earlier items in whose stead these come. Who was not told of a new report yet is told that it is."""
    told = _told_until({item.area_id for item, earlier in again if earlier.is_new})
    for item, earlier in again:
        item.is_new = earlier.is_new and told.get(item.area_id, earlier.pk) < earlier.pk
    for some in _pieces([earlier.pk for _item, earlier in again]):
        WatchItem.objects.filter(pk__in=some).delete()


def _told_until(areas: Iterable[int]) -> dict[int, int]:
    """The newest item that everybody who watches was told of, by area."""
    told: dict[int, int] = {}
    for some in _pieces(sorted(areas)):
        rows = watch_areas.running().filter(area__in=some).order_by()
        told.update(rows.values_list("area").annotate(Min("told_until")))
    return told


def _pieces(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    return (keys[start : start + _AT_ONCE] for start in range(0, len(keys), _AT_ONCE))


def _known(wanted: Sequence[tuple[Area, _Seen]]) -> dict[tuple[int, int], dict[str, WatchItem]]:
    """What was noticed of these before: by area and request, then by status.

    Asked by request alone: of the areas there may be more than one statement can name (65,535 on PostgreSQL).
    """
    pairs = {(area.pk, seen.request.pk) for area, seen in wanted}
    known: dict[tuple[int, int], dict[str, WatchItem]] = {}
    for item in WatchItem.objects.filter(service_request__in={request for _area, request in pairs}).iterator():
        pair = (item.area_id, item.service_request_id)
        if pair in pairs:
            known.setdefault(pair, {})[item.status] = item
    return known


def _is_news(area: Area, moment: datetime, now: datetime) -> bool:
    return moment >= area.created_at and now - moment <= NEWS


def _write(items: list[WatchItem]) -> int:
    WatchItem.objects.bulk_create(items, batch_size=1000, ignore_conflicts=True)
    return len(items)
