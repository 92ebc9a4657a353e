"""Asking for lists by place and time: every page, every filter applied again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from reports.dialects.answers import Answer
from reports.dialects.errors import Unsupported
from reports.dialects.georeport_v2.listing import Query
from reports.dialects.messages import Completeness, RequestStatus, RequestStatuses
from reports.dialects.seeclickfix_v2.area import Area
from reports.dialects.seeclickfix_v2.line import Line, pages
from reports.dialects.seeclickfix_v2.read import read_issues
from reports.dialects.seeclickfix_v2.words import EVERY_STATUS, FILTERS

SECOND: Final = timedelta(seconds=1)
PAGE_WITH_DETAILS: Final = 20


@dataclass(frozen=True, slots=True)
class Paging:
    """How much is asked for at once. With `details` a page has 20 rows at most, and comments in them."""

    size: int
    most_calls: int
    details: bool = False

    @property
    def rows(self) -> int:
        """Rows in one page."""
        return min(self.size, PAGE_WITH_DETAILS) if self.details else self.size


def list_issues(line: Line, query: Query, area: Area, paging: Paging) -> RequestStatuses:
    """Fetch what the query asks for. `Unsupported` without an area: the list is one of the whole world.

    Rows outside the area or the time were not asked for: they are dropped, and say that a filter was ignored, so that
    what is not in the list may still be there (`UNKNOWN`). The same holds for an area that cannot be checked.
    """
    if not area.given:
        raise Unsupported(
            "Lists are by place here: the endpoint's options have to name one (place_url or bbox).",
            operation="service_requests",
        )
    params = [*area.params(), *_filters(query), *_shape(query, paging)]
    found: dict[str, RequestStatus] = {}
    seen: set[str] = set()
    total, skipped, strangers, entries, more = 0, 0, 0, None, False

    def ask(number: int) -> Answer:
        return line.get("service_requests", "issues", [*params, ("page", str(number))])

    for answer, page in pages(ask, paging.most_calls):
        issues = read_issues(answer.document, line.connection.time_zone, line.base_url)
        known = len(seen)
        seen |= {row.service_request_id or "" for row in issues.rows}
        total, skipped = total + issues.total, skipped + issues.skipped
        entries, more = page.entries, page.has_next
        for row in issues.rows:
            if query.matches(row, query.window) and area.holds(row):
                found.setdefault(row.service_request_id or "", row)
            else:
                strangers += 1
        if len(seen) == known:  # a page that repeats what was had, or an empty one
            break
    cut = more or (entries is not None and len(seen) + skipped < entries)
    unclear = strangers or not area.checkable
    completeness = Completeness.UNKNOWN if unclear else Completeness.TRUNCATED if cut else Completeness.COMPLETE
    return RequestStatuses(tuple(found.values()), completeness, skipped)


def _filters(query: Query) -> list[tuple[str, str]]:
    """The window and what else narrows the list. `before` is exclusive here, the window's end is not."""
    start, end = ("updated_at_after", "updated_at_before") if query.by_update else ("after", "before")
    codes = sorted(query.service_codes)
    numeric = all(code.isdecimal() for code in codes)  # `other` is no number, and then the filter is applied here only
    return [
        (start, write_moment(query.window.start)),
        (end, write_moment(query.window.end + SECOND)),
        ("request_types", ",".join(codes) if numeric else ""),
        ("status", _status(query.status)),
    ]


def _status(wanted: frozenset[str], words: Mapping[str, tuple[str, ...]] = FILTERS) -> str:
    return ",".join(each for word in sorted(wanted) for each in words.get(word, (word,))) or EVERY_STATUS


def _shape(query: Query, paging: Paging) -> list[tuple[str, str]]:
    """Oldest first, so that what comes in meanwhile is at the end and moves no page."""
    return [
        ("sort", "updated_at" if query.by_update else "created_at"),
        ("sort_direction", "ASC"),
        ("details", "true" if paging.details else ""),
        ("per_page", str(paging.rows)),
    ]


def write_moment(moment: datetime) -> str:
    """YYYY-MM-DDTHH:MM:SSZ, the one form that the documentation gives."""
    return moment.astimezone(UTC).replace(microsecond=0).strftime("%Y-%m-%dT%H:%M:%SZ")
