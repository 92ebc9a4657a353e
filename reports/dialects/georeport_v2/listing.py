"""Asking for lists by time: windows no longer than the city takes, pages where it has them, every filter applied again.

GeoReport v2 has neither pages nor a total: a list is the first 1000 rows or 90 days. Cities clip windows, ignore
filters and repeat the last page without a word, so what a list proves about absent rows is worked out here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Final

from reports.dialects.errors import NotFound
from reports.dialects.georeport_v2.line import Fields, Line
from reports.dialects.georeport_v2.read import RequestRows, read_requests
from reports.dialects.georeport_v2.write import write_moment
from reports.dialects.messages import Completeness, RequestStatus, RequestStatuses, Window

SECOND: Final = timedelta(seconds=1)
SMALLEST: Final = timedelta(hours=1)  # a window is not cut in two below this
# A list of exactly so many rows was probably cut off there: usual default page sizes.
ROUND_SIZES: Final = frozenset({20, 25, 50, 100, 200, 250, 500, 1000})


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked: the requests made in the window, or changed in it (`by_update`)."""

    window: Window
    service_codes: frozenset[str] = frozenset()
    status: frozenset[str] = frozenset()
    by_update: bool = False

    def matches(self, row: RequestStatus, window: Window) -> bool:
        """Whether a row is one that was asked for; a date that the row does not have cannot speak against it."""
        date = row.updated_datetime if self.by_update else row.requested_datetime
        if date is not None and not window.start - SECOND < date < window.end + SECOND:
            return False
        if self.service_codes and row.service_code and row.service_code not in self.service_codes:
            return False
        return not self.status or bool({row.status.value, row.status_word.lower()} & self.status)


def list_requests(line: Line, query: Query) -> RequestStatuses:
    """Fetch what the query asks for, in as many calls as it takes and the options allow."""
    return _Listing(line, query).run()


@dataclass(slots=True)
class _Listing:
    line: Line
    query: Query
    found: dict[str, RequestStatus] = field(default_factory=dict)
    calls: int = 0
    skipped: int = 0
    strangers: int = 0
    truncated: bool = False
    listed: bool = True

    def run(self) -> RequestStatuses:
        fetch = self._pages if self.line.options.page_parameter else self._halves
        for window in slices(self.query.window, timedelta(days=self.line.options.max_window_days)):
            fetch(window)
        if self.strangers or not self.listed:
            completeness = Completeness.UNKNOWN
        else:
            completeness = Completeness.TRUNCATED if self.truncated else Completeness.COMPLETE
        return RequestStatuses(tuple(self.found.values()), completeness, self.skipped)

    def _halves(self, window: Window) -> None:
        """One call for the window, and one for each half where the list looks cut off."""
        strangers = self.strangers
        answer = self._fetch(window, [])
        if answer is None or not self._is_cut_off(answer):
            return
        span = window.end - window.start
        if span <= SMALLEST or self.strangers > strangers:  # a city that ignores dates would be asked for ever
            self.truncated = True
            return
        middle = window.start + span / 2
        self._halves(Window(middle, window.end))
        self._halves(Window(window.start, middle))

    def _is_cut_off(self, answer: RequestRows) -> bool:
        return answer.total in ROUND_SIZES or answer.total >= self.line.options.max_rows

    def _pages(self, window: Window) -> None:
        """Page after page until one is empty, brings nothing new, or is shorter than the first. A page shorter than
        what was asked for proves nothing: Boston takes page_size=500 and gives 100."""
        options = self.line.options
        sizes = [(name, str(options.page_size)) for name in options.page_size_parameters]
        first: int | None = None
        page = options.first_page
        seen: set[str] = set()
        while True:
            answer = self._fetch(window, [(options.page_parameter, str(page)), *sizes])
            if answer is None or not answer.total:
                return
            known = len(seen)
            seen |= {_key(row) for row in answer.rows}
            if len(seen) == known:
                self.truncated = self.truncated or answer.skipped == answer.total  # no number to go on by
                return
            first = first or answer.total
            if answer.total < first:
                return
            page += 1

    def _fetch(self, window: Window, extra: Fields) -> RequestRows | None:
        if self.calls >= self.line.options.max_calls:
            self.truncated = True
            return None
        self.calls += 1
        try:
            answer = self.line.get("service_requests", "requests", [*self._params(window), *extra], self._reader())
        except NotFound as error:
            if not error.messages or any("jurisdiction" in each.lower() for each in error.messages):
                raise
            answer = RequestRows((), 0, 0, listed=False)  # Mark-a-Spot's older releases say "none" with HTTP 404
        self._take(answer, window)
        return answer

    def _take(self, answer: RequestRows, window: Window) -> None:
        self.listed = self.listed and answer.listed
        self.skipped += answer.skipped
        for row in answer.rows:
            if self.query.matches(row, window):
                self.found.setdefault(_key(row), row)
            else:
                self.strangers += 1

    def _reader(self) -> Callable[..., RequestRows]:
        return partial(read_requests, zone=self.line.connection.time_zone, base_url=self.line.base_url)

    def _params(self, window: Window) -> Fields:
        options = self.line.options
        write = partial(write_moment, options=options, zone=self.line.connection.time_zone)
        start, end = ("updated_after", "updated_before") if self.query.by_update else ("start_date", "end_date")
        codes = sorted(self.query.service_codes)
        listable = not any("," in code for code in codes)  # else the filter is only applied here
        late = window.end if not window.end.microsecond else window.end + SECOND
        return [
            (start, write(window.start)),
            (end, write(late)),
            ("service_code", ",".join(codes) if listable else ""),
            ("status", ",".join(sorted(self.query.status))),
            ("extensions", "true" if options.extensions else ""),
        ]


def _key(row: RequestStatus) -> str:
    return row.service_request_id or f"token {row.token}"


def slices(window: Window, longest: timedelta) -> Iterator[Window]:
    """The window in pieces no longer than `longest`, the newest first."""
    end = window.end
    while end - window.start > longest:
        yield Window(end - longest, end)
        end -= longest
    yield Window(window.start, end)
