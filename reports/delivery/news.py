"""News of an endpoint by span of time: all that changed there since it was asked last, applied to what we follow.

The endpoint's `news_until` is how far its news is known without a gap. It moves only over spans that were answered
whole, so that an outage of a week catches up by itself.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Min, Q

from reports import clock
from reports.delivery import endpoints, refresh
from reports.dialects.base import Dialect
from reports.dialects.errors import DialectError, Unchanged
from reports.dialects.messages import Completeness, RequestStatus, RequestStatuses, Window
from reports.models import Endpoint, Submission

log = logging.getLogger(__name__)

OVERLAP = timedelta(minutes=10)  # clocks differ, and a row may become visible later than its date says
FURTHEST = timedelta(days=90)  # GeoReport v2 lets a list reach back no further
SHORTEST = timedelta(minutes=1)  # a span that is cut off is halved, but no further than this
CALLS = 12  # for one endpoint at a time; the next wake-up goes on where this one ended


def fetch_news(endpoint: Endpoint) -> int:
    """Ask what changed since the last time and apply it; returns how many of our requests changed.

    Safe to run twice at once, and at any time: what is known already is nothing new. A failure is noted in the
    endpoint's health and leaves the rest for the next time. Does nothing where news is not asked for by span.
    """
    window = _window(endpoint)
    if window is None:
        return 0
    try:
        return _fetch(endpoint, endpoints.dialect_for(endpoint), [window])
    except Unchanged:
        endpoints.note_success(endpoint)
        _known_until(endpoint, window.end)
    except DialectError as error:
        endpoints.note_failure(endpoint, error)
    return 0


def _window(endpoint: Endpoint) -> Window | None:
    """From the last answer, or the first report that we follow, to now; None where there is nothing to ask for."""
    if not endpoints.follows_by_window(endpoint):
        return None
    first = refresh.followed(endpoint).aggregate(first=Min("delivered_at"))["first"]
    if first is None:
        return None
    now = clock.now()
    start = max(first, endpoint.news_until or first, now - FURTHEST + OVERLAP) - OVERLAP
    return Window(start, now) if start < now else None


def _fetch(endpoint: Endpoint, dialect: Dialect, windows: list[Window]) -> int:
    """Ask for the spans one after the other, oldest first, halving those that come cut off."""
    changed = 0
    for _call in range(CALLS):
        if not windows:
            break
        window = windows.pop(0)
        answer = dialect.service_requests_updated(window)
        changed += _apply(endpoint, answer.rows)
        if answer.completeness is Completeness.COMPLETE:
            _known_until(endpoint, window.end)
        elif answer.completeness is Completeness.TRUNCATED and window.end - window.start > SHORTEST:
            windows = [*_halves(window), *windows]
        else:  # whatever comes after this does not count as known
            _known_until(endpoint, _seen_until(answer, window))
            break
    endpoints.note_success(endpoint)
    return changed


def _halves(window: Window) -> tuple[Window, Window]:
    middle = window.start + (window.end - window.start) / 2
    return Window(window.start, middle), Window(middle, window.end)


def _seen_until(answer: RequestStatuses, window: Window) -> datetime | None:
    """How far an answer reaches that may lack rows: to its newest, where lists come in order of time; None if cut."""
    dates = [row.updated_datetime for row in answer.rows if row.updated_datetime]
    if answer.completeness is Completeness.TRUNCATED:
        log.warning("the list of what changed is cut off even for %s", window)
        return None
    return min(max(dates), window.end) if dates else None


def _known_until(endpoint: Endpoint, until: datetime | None) -> None:
    """Move the mark forward, never back, whoever else is asking."""
    if until is None:
        return
    behind = Q(news_until=None) | Q(news_until__lt=until)
    if Endpoint.objects.filter(behind, pk=endpoint.pk).update(news_until=until):
        endpoint.news_until = until


def _apply(endpoint: Endpoint, rows: Iterable[RequestStatus]) -> int:
    """Apply rows to the requests that they are of, oldest first; rows of others' requests are let by."""
    by_number: dict[str, list[RequestStatus]] = defaultdict(list)
    for row in rows:
        if row.service_request_id:
            by_number[row.service_request_id].append(row)
    numbers = list(by_number)
    changed: set[int] = set()
    for start in range(0, len(numbers), 500):  # SQLite takes a limited number of values in one question
        told_of = refresh.followed(endpoint).filter(service_request_id__in=numbers[start : start + 500])
        for submission in told_of.select_related("request"):
            for row in sorted(by_number[submission.service_request_id], key=_date):
                if refresh.try_to_apply(submission, row):
                    changed.add(submission.pk)
    Submission.objects.filter(pk__in=changed).update(looked_at=clock.now())
    return len(changed)


def _date(row: RequestStatus) -> tuple[bool, float]:
    """Rows without a date come last: they show how it stands now."""
    return (row.updated_datetime is None, row.updated_datetime.timestamp() if row.updated_datetime else 0.0)
