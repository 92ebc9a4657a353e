"""Asking for lists by time: windows no longer than the city takes, pages where it has them, every filter applied again.

GeoReport v2 has neither pages nor a total: a list is the first 1000 rows or 90 days. Cities clip windows, ignore
filters and repeat the last page without a word, so what a list proves about absent rows is worked out here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Final

from reports.dialects.errors import DialectError, NotFound, Unreadable
from reports.dialects.georeport_v2.line import Fields, Line
from reports.dialects.georeport_v2.options import Options
from reports.dialects.georeport_v2.read import RequestRows
from reports.dialects.georeport_v2.write import write_moment
from reports.dialects.messages import Completeness, RequestStatus, RequestStatuses, Window

SECOND: Final = timedelta(seconds=1)
SMALLEST: Final = timedelta(hours=1)  # a window is not cut in two below this
# A list of exactly so many rows was probably cut off there: usual default page sizes.
ROUND_SIZES: Final = frozenset({10, 20, 25, 30, 50, 75, 100, 150, 200, 250, 300, 400, 500, 750, 1000})


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked: the requests made in the window, or changed in it (`by_update`)."""

    window: Window
    service_codes: frozenset[str] = frozenset()
    status: frozenset[str] = frozenset()
    by_update: bool = False
    text: str = ""  # searched for by the city where it can; it is for the caller to look for it again

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
    answered: bool = False
    asked: Query = field(init=False)

    def run(self) -> RequestStatuses:
        self.asked = self._asked()
        fetch = self._pages if self.line.options.page_parameter else self._halves
        for window in slices(self.query.window, longest(self.line.options)):
            try:
                fetch(window)
            except DialectError as error:
                self._around(fetch, window, error)
        if self.strangers or not self.listed:
            completeness = Completeness.UNKNOWN
        elif self.truncated:
            completeness = Completeness.TRUNCATED
        else:
            completeness = Completeness.COMPLETE if self.line.options.list_is_whole else Completeness.UNKNOWN
        return RequestStatuses(tuple(self.found.values()), completeness, self.skipped)

    def _asked(self) -> Query:
        """The query as the city is sent it: without the filters that it ignores, which are applied here alone."""
        ignored, codes = self.line.options.ignored_filters, self.query.service_codes
        if "service_code" in ignored or (len(codes) > 1 and "service_code_list" in ignored):
            codes = frozenset()
        status = frozenset[str]() if "status" in ignored else self.query.status
        return replace(self.query, service_codes=codes, status=status)

    def _around(self, fetch: Callable[[Window], None], window: Window, error: DialectError) -> None:
        """Fetch a window without the part that breaks it, down to an hour: a bad row makes every list with it fail at
        Chicago until it is mended there. Where both halves fail and nothing was answered yet, the city is away."""
        if not self.line.options.split_failing_windows or not _is_broken(error):
            raise error
        if window.end - window.start <= SMALLEST:
            self.truncated = True
            return
        middle = window.start + (window.end - window.start) / 2
        failing: list[tuple[Window, DialectError]] = []
        for half in (Window(middle, window.end), Window(window.start, middle)):
            try:
                fetch(half)
            except DialectError as again:
                failing.append((half, again))
        if len(failing) == 2 and not self.answered:
            raise error
        for half, problem in failing:
            self._around(fetch, half, problem)

    def _sizes(self) -> Fields:
        options = self.line.options
        return [(name, str(options.page_size)) for name in options.page_size_parameters]

    def _halves(self, window: Window) -> None:
        """One call for the window, and one for each half where the list looks cut off."""
        strangers = self.strangers
        answer = self._fetch(window, self._sizes())
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
        options = self.line.options
        if answer.matched is not None and answer.matched >= answer.total:
            return answer.matched > answer.total
        most = options.page_size if options.page_size_parameters else options.max_rows
        return answer.total in ROUND_SIZES or answer.total >= most

    def _pages(self, window: Window) -> None:
        """Page after page until one is empty, brings nothing new, or is shorter than the first. A page shorter than
        what was asked for proves nothing: Boston takes page_size=500 and gives 100."""
        options = self.line.options
        by_rows = options.page_counts == "rows"
        first: int | None = None
        page = 0 if by_rows else options.first_page
        had = 0  # rows of the pages before
        seen: set[str] = set()
        while True:
            answer = self._fetch(window, [(options.page_parameter, str(page)), *self._sizes()])
            if answer is None:
                return
            matched = answer.matched or 0
            if not answer.total:
                self.truncated = self.truncated or had < matched
                return
            known = len(seen)
            seen |= {_key(row) for row in answer.rows}
            if len(seen) == known and page == 1 and options.first_page == 0 and not by_rows:
                page += 1  # pages 0 and 1 are the same one at some (uReport)
                continue
            if len(seen) == known:
                without_numbers = answer.skipped == answer.total
                self.truncated = self.truncated or without_numbers or had < matched
                return
            first, had = first or answer.total, had + answer.total
            if matched <= had and (matched == had or answer.total < first):
                return
            page += answer.total if by_rows else 1

    def _fetch(self, window: Window, extra: Fields) -> RequestRows | None:
        if self.calls >= self.line.options.max_calls:
            self.truncated = True
            return None
        self.calls += 1
        try:
            answer = self.line.requests("requests", [*self._params(window), *extra])
        except NotFound as error:
            if not says_none(error):
                raise
            answer = RequestRows((), 0, 0, listed=False)
        self.answered = True
        self._take(answer, window)
        return answer

    def _take(self, answer: RequestRows, window: Window) -> None:
        self.listed = self.listed and answer.listed
        self.skipped += answer.skipped
        for row in answer.rows:
            if self.query.matches(row, window):
                self.found.setdefault(_key(row), row)
            elif not self.asked.matches(row, window):
                self.strangers += 1

    def _params(self, window: Window) -> Fields:
        options = self.line.options
        write = partial(write_moment, options=options, zone=self.line.connection.time_zone)
        start, end = ("updated_after", "updated_before") if self.query.by_update else ("start_date", "end_date")
        codes = sorted(self.asked.service_codes)
        listable = not any("," in code for code in codes)  # else the filter is only applied here
        late = window.end if not window.end.microsecond else window.end + SECOND
        given = [
            (start, write(window.start)),
            (end, write(late)),
            ("service_code", ",".join(codes) if listable else ""),
            ("status", ",".join(sorted(self.asked.status))),
            ("extensions", "true" if options.extensions else ""),
            (options.search_parameter or "", self.query.text),
        ]
        named = {name for name, value in given if value}
        return [*given, *(pair for pair in self.line.list_fields if pair[0] not in named)]


def says_none(error: NotFound) -> bool:
    """Whether a list that is not found is an empty one: Mark-a-Spot's older releases say "none" with HTTP 404."""
    return bool(error.messages) and not any("jurisdiction" in each.lower() for each in error.messages)


def _is_broken(error: DialectError) -> bool:
    """Whether this list, and not the whole city, may be what failed."""
    return error.status_code == 500 or (isinstance(error, Unreadable) and error.status_code in {None, 200})


def _key(row: RequestStatus) -> str:
    return row.service_request_id or f"token {row.token}"


def longest(options: Options) -> timedelta:
    """The longest window to ask for: an hour below the city's limit, because a clock may be put forward within it, and
    dates are written in whole seconds."""
    return timedelta(days=options.max_window_days) - SMALLEST


def slices(window: Window, longest: timedelta) -> Iterator[Window]:
    """The window in pieces no longer than `longest`, the newest first."""
    end = window.end
    while end - window.start > longest:
        yield Window(end - longest, end)
        end -= longest
    yield Window(window.start, end)
