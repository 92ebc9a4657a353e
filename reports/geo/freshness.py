"""One spatial index per process, made again as soon as a jurisdiction has changed in any process."""

import threading
from typing import Any, Final

from django.db import connection
from django.db.models import BigIntegerField, Count, F, Max, Q, Sum
from django.db.models.functions import Cast

from reports.geo.spatial_index import SpatialIndex
from reports.models import Jurisdiction

Stamp = tuple[Any, ...]

_lock: Final = threading.Lock()
_this_thread: Final = threading.local()
_current: tuple[Stamp, SpatialIndex] | None = None


def index() -> SpatialIndex:
    """The index of what the database says now. Whoever comes while it is being made waits for the right one."""
    global _current
    held = _current
    if held is not None and held[0] == stamp():
        return held[1]
    with _lock:
        # Asked again inside the lock, and before the rows are read: a change in between then shows next time.
        now, held = stamp(), _current
        if held is None or held[0] != now:
            held = (now, SpatialIndex.of_active_jurisdictions())
            _current = held
        return held[1]


def stamp() -> Stamp:
    """What differs as soon as any jurisdiction has changed.

    One query over all rows: 0.2 ms among 100 bodies, 20 ms among 33,000. On SQLite it is spared, for some
    20 microseconds, while nothing at all was written to the database.
    """
    written = _written()
    if written is None:
        return _ask()
    if getattr(_this_thread, "written", None) != written:
        _this_thread.stamp = _ask()
        _this_thread.written = written
    asked: Stamp = _this_thread.stamp
    return asked


def _ask() -> Stamp:
    """The newest change alone would miss two things, and so more is asked for.

    A transaction may take its time early and be committed late, and a bulk update may leave `updated_at` alone.
    Hence the number of rows, the sum of the active ones' keys, and the sum of the areas in whole square metres
    (a sum of floats would depend on its order).
    """
    square_metres = Cast(F("area") * 1_000_000.0, BigIntegerField())
    answer = Jurisdiction.objects.aggregate(
        rows=Count("pk"),
        active=Sum("pk", filter=Q(active=True)),
        areas=Sum(square_metres),
        newest=Max("updated_at"),
    )
    return tuple(answer.values())


def _written() -> Stamp | None:
    """On SQLite what differs after any write, by other connections (`data_version`) or by this one; else None.

    Inside a transaction None too: undoing it takes changes back that `total_changes` goes on counting.
    See https://www.sqlite.org/pragma.html#pragma_data_version
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return None
    with connection.cursor() as cursor:
        version = cursor.execute("PRAGMA data_version").fetchone()[0]
    opened = connection.connection
    return opened, version, opened.total_changes
