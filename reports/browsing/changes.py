"""Which requests changed since a reader last looked, whoever changed them: triggers write `ListingChange`."""

from dataclasses import dataclass

from django.db import connection

from reports.models import ListingChange

# One statement, so that rows and snapshot are of one moment. The snapshot: the oldest transaction that runs, the first
# one that has not begun, all that run, and the reader's own, which runs too as far as others are concerned, though it
# sees what it has written. What was written since the snapshot before is what those wrote that had not begun then or
# were running: nothing comes again and again while one of them runs for an hour. What another server wrote, out of
# whose dump this database was made, may have far higher numbers of transactions than have been given out here.
ON_POSTGRESQL = """
    SELECT s.xmin, s.xmax, s.running, s.own, (SELECT max(id) FROM reports_listingchange), c.id, c.service_request_id
    FROM (
        SELECT pg_snapshot_xmin(now)::text::bigint AS xmin, pg_snapshot_xmax(now)::text::bigint AS xmax,
            ARRAY(SELECT xip::text::bigint FROM pg_snapshot_xip(now) AS xip) AS running,
            pg_current_xact_id_if_assigned()::text::bigint AS own
        FROM pg_current_snapshot() AS now
    ) AS s LEFT JOIN reports_listingchange c ON c.id = %(last)s
        OR c.transaction >= %(until)s AND c.transaction < s.xmax AND c.transaction IS DISTINCT FROM s.own
        OR c.transaction = ANY(%(running)s::bigint[]) AND c.transaction IS DISTINCT FROM s.own
        OR c.transaction = s.own AND c.id > %(last)s
"""
_NEVER = 2**63 - 1  # no key and no transaction comes so far
_FIRST = 1  # the key of the first change ever; a reader of an empty table that finds another one first missed some


@dataclass(frozen=True, slots=True)
class Position:
    """How far a reader has read.

    On PostgreSQL `transaction` is the oldest one that was running then, `until` the first one that had not begun, and
    `running` are those between them whose changes are still to come. Who knows the oldest alone reads what all since
    then have written once more.
    """

    last_id: int = 0
    transaction: int = 0
    until: int | None = None
    running: tuple[int, ...] = ()


class TooFarBehind(Exception):
    """Changes that this reader has not read are deleted already: it has to look at everything anew."""


def now() -> Position:
    """The position of somebody who is about to read everything. Take it first, read then."""
    return read(Position(), only_position=True)[1]


def read(since: Position, *, only_position: bool = False) -> tuple[set[int], Position]:
    """The keys of the requests that changed after `since`, deleted ones too, and the position after them.

    TooFarBehind where some of the changes in between were deleted by `forget`, or the table was emptied, or the
    database was put back to an earlier state.
    """
    if connection.vendor == "postgresql":
        return _on_postgresql(since, only_position=only_position)
    changes = ListingChange.objects.order_by("pk")
    if only_position:
        last = changes.values_list("pk", flat=True).last()
        return set(), Position(last_id=last or 0)
    rows = list(changes.filter(pk__gte=since.last_id).values_list("pk", "service_request_id"))
    if (rows or since.last_id) and (not rows or rows[0][0] != (since.last_id or _FIRST)):
        raise TooFarBehind
    new = {request for change, request in rows if change != since.last_id}
    return new, Position(last_id=rows[-1][0]) if rows else since


def _on_postgresql(since: Position, *, only_position: bool) -> tuple[set[int], Position]:
    until = since.transaction if since.until is None else since.until
    last, until, running = (_NEVER, _NEVER, ()) if only_position else (since.last_id, until, since.running)
    with connection.cursor() as cursor:
        cursor.execute(ON_POSTGRESQL, {"last": last, "until": until, "running": list(running)})
        rows = cursor.fetchall()
    oldest, newest, others, own, newest_change = rows[0][:5]
    position = Position(newest_change or 0, oldest, newest, tuple({*others, own} - {None}))
    if only_position:
        return set(), position
    found = {change: request for *_snapshot, change, request in rows if change is not None}
    if oldest < since.transaction or newest < until or (since.last_id and since.last_id not in found):
        raise TooFarBehind
    if found and not since.last_id and min(found) != _FIRST:
        raise TooFarBehind
    return {request for change, request in found.items() if change != since.last_id}, position


def forget(kept: int = 100_000) -> int:
    """Delete all but the newest changes; how many went. A reader that slept for longer begins anew."""
    last = ListingChange.objects.order_by("pk").values_list("pk", flat=True).last()
    return ListingChange.objects.filter(pk__lte=last - kept).delete()[0] if last and last > kept else 0
