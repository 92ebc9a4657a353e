"""Asking for lists by area and time. Times are hours ago here, and every filter is applied again to the rows."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from reports import clock
from reports.dialects.errors import Unsupported
from reports.dialects.formats.document import Document
from reports.dialects.georeport_v2.listing import SECOND, Query
from reports.dialects.messages import Completeness, RequestStatus, RequestStatuses, Window
from reports.dialects.seeclickfix_v01.options import Options
from reports.dialects.seeclickfix_v01.read import read_issues
from reports.dialects.seeclickfix_v2.area import Area

MARGIN: Final = 0.05  # hours by which a window is asked for too wide, for clocks that differ
STATUSES: Final = {
    "Open": ("open",),
    "Acknowledged": ("open", "acknowledged"),
    "Closed": ("closed",),
    "Archived": ("closed", "archived"),
}
Ask = Callable[[list[tuple[str, str]]], Document]


@dataclass(slots=True)
class _Seen:
    found: dict[str, RequestStatus]
    ids: set[str]
    skipped: int = 0
    strangers: int = 0
    ordered: bool = True
    last: datetime | None = None  # update of the row before, in a list that should go back in time


def list_issues(ask: Ask, query: Query, area: Area, options: Options) -> RequestStatuses:
    """Fetch what the query asks for, page by page, until one is empty, shorter or older than the window.

    `Unsupported` without an area. Rows do not name their request type, so a list by type cannot be checked.
    """
    if not area.box:
        raise Unsupported(
            "Lists are by place here: the endpoint's options have to name one (bbox).", operation="service_requests"
        )
    seen = _Seen({}, set())
    size = ("num_results", str(options.page_size))
    first = cut = 0
    for number in range(1, options.max_calls + 1):
        rows, skipped = read_issues(ask([*_params(query, area), size, ("page", str(number))]))
        known = len(seen.ids)
        _take(rows, skipped, query, area, seen)
        first = first or len(rows)
        past = query.by_update and seen.ordered and seen.last is not None and seen.last < query.window.start - SECOND
        if len(seen.ids) == known or len(rows) < first or past:
            break
    else:
        cut = 1
    unclear = seen.strangers or not seen.ordered or query.service_codes
    completeness = Completeness.UNKNOWN if unclear else Completeness.TRUNCATED if cut else Completeness.COMPLETE
    return RequestStatuses(tuple(seen.found.values()), completeness, seen.skipped)


def _take(rows: tuple[RequestStatus, ...], skipped: int, query: Query, area: Area, seen: _Seen) -> None:
    seen.skipped += skipped
    wider = _widened(query)
    for row in rows:
        number = row.service_request_id or ""
        seen.ids.add(number)
        date = row.updated_datetime
        if query.by_update and date and seen.last and date > seen.last + SECOND:
            seen.ordered = False
        seen.last = date or seen.last
        if not area.holds(row):
            seen.strangers += 1
        elif query.matches(row, query.window):
            seen.found.setdefault(number, row)
        elif not query.by_update and not wider.matches(row, wider.window):
            seen.strangers += 1


def _widened(query: Query) -> Query:
    """What was really asked for, which is a little more than the window."""
    more = timedelta(hours=2 * MARGIN)
    return replace(query, window=Window(query.window.start - more, query.window.end + more))


def _params(query: Query, area: Area) -> list[tuple[str, str]]:
    """The list's filters. What changed is asked for without a time: `start` and `end` are of the making."""
    params = area.params(("lon_min", "lat_min", "lon_max", "lat_max"))
    if not query.by_update:
        params += [("start", _hours(query.window.start, MARGIN)), ("end", _hours(query.window.end, -MARGIN))]
    params += [(f"status[{word}]", "true") for word, meant in STATUSES.items() if _is_wanted(meant, query)]
    tags = ",".join(f"request_type_{code}" for code in sorted(query.service_codes))
    sort = "issues.updated_at" if query.by_update else "issues.created_at"
    return [*params, ("request_tags", tags), ("sort", sort), ("direction", "DESC")]


def _is_wanted(meant: tuple[str, ...], query: Query) -> bool:
    """All four statuses have to be named: archived ones are left out where none is."""
    return not query.status or bool(query.status & set(meant))


def _hours(moment: datetime, margin: float) -> str:
    """Hours ago, decimals allowed; empty for now or later, which needs no limit."""
    hours = (clock.now() - moment).total_seconds() / 3600 + margin
    return f"{hours:.4f}" if hours > 0 else ""
