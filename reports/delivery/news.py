"""News of an endpoint by span of time: all that changed there since it was asked last, applied to what we follow.

The endpoint's `news_until` is how far its news is known. It moves span by span, oldest first, and only over what was
answered, so that an outage catches up by itself, however long it was. A span that comes cut off, or fails as a list
with a bad row in it does (Chicago), is asked for in smaller ones (`news_span`), which grow again with each answer. The
smallest that still fails is passed over, once it is clear that the city is well otherwise: then what we follow there is
asked for by number, each for itself.

`news_whole` says whether the last answer lacked nothing. Only then are single looks rare (`schedule`): an answer of
which nobody knows what it lacks moves the mark, so that it is not asked for again and again, and proves nothing.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Min, Q

from reports import clock
from reports.delivery import applying, drain, endpoints, fingerprints, numbers, refresh, schedule
from reports.delivery.gate import Kind
from reports.dialects import registry
from reports.dialects.errors import DialectError, HeldBack, NoAnswer, Unchanged, Unreadable
from reports.dialects.messages import Completeness, RequestStatus, RequestStatuses, Window
from reports.models import Endpoint, Submission, SubmissionState

log = logging.getLogger(__name__)

OVERLAP: Final = timedelta(minutes=10)  # clocks differ, and a row may become visible later than its date says
LONGEST: Final = timedelta(days=90)  # of one span, as in GeoReport v2; a dialect cuts it for a city that takes less
SHORTEST: Final = timedelta(minutes=1)
UNSURE: Final = timedelta(days=1)  # of an answer that may lack rows, the last part does not count as known
CALLS = 40  # for one endpoint at a time; the next wake-up goes on where this one ended
GROWS: Final = 4
SHRINKS: Final = 32  # after a failure, which the breaker counts: quickly below what fails
AT_ONCE: Final = 500  # values in one question; SQLite takes a limited number of them


@dataclass(slots=True)
class _Step:
    """What became of one span. Without an answer, `asked` says whether the city was asked at all."""

    answer: RequestStatuses | None = None
    error: DialectError | None = None
    asked: bool = False


def fetch_news(endpoint: Endpoint, wake: Callable[[], None] = lambda: None) -> int:
    """Ask what changed since the last time and apply it, for one turn; returns how many of our requests changed.

    Safe to run twice at once, and at any time: what is known already is nothing new. A failure is noted in the
    endpoint's health and leaves the rest for the next time. Does nothing where news is not asked for by span. `wake`
    is called where the turn was too short.
    """
    now, end = clock.now(), time.monotonic() + settings.DELIVERY_TURN
    changed: set[int] = set()
    window = _first_window(endpoint, now)
    for call in range(CALLS):
        if window is None or drain.ending():
            return len(changed)
        if call and time.monotonic() > end:
            break
        step = _ask(endpoint, window)
        if step.answer is not None:
            changed |= _apply(endpoint, step.answer.rows)
            _answered(endpoint, window, step.answer, now)
        elif not (step.error and _failed(endpoint, window, step, now, changed)):
            return len(changed)
        window = _next_window(endpoint, window, now)
    if window is not None:
        wake()
    return len(changed)


def _first_window(endpoint: Endpoint, now: datetime) -> Window | None:
    """From the last answer, or the first report that we follow, to now; None where there is nothing to ask for.

    Where spans fail there is no overlap: what was passed over would be in each of them. The first that fails takes the
    mark back by it (`_begin_again`).
    """
    if not endpoints.follows_by_window(endpoint):
        return None
    followed = refresh.followed(endpoint)
    if not followed.exists():
        return None
    if endpoint.news_until is not None:
        _mend_the_mark(endpoint, now)
    start = endpoint.news_until or followed.aggregate(first=Min(_begun(endpoint)))["first"]
    if start is None:
        return None
    return _window(endpoint, start if endpoint.news_span else start - OVERLAP, now)


def _begun(endpoint: Endpoint) -> str:
    """From when on there may be news of a report: where a single look shows all of it, from its number on."""
    return "sent_at" if registry.get(endpoint.dialect).news_only_by_window else "delivered_at"


def _mend_the_mark(endpoint: Endpoint, now: datetime) -> None:
    """Set the mark back where it is beyond what can be known: made by a clock that was ahead, or set while what was
    said of a report went by, as its number was not known yet (a late token, an answer that was lost)."""
    known = endpoint.news_until
    if known is None:
        return
    if known - now > OVERLAP:
        _begin_again(endpoint, now - UNSURE)
    elif _begun(endpoint) == "sent_at":
        late = refresh.followed(endpoint).filter(delivered_at__gt=known, sent_at__lt=known - OVERLAP)
        first = late.aggregate(first=Min("sent_at"))["first"]
        if first is not None:
            _begin_again(endpoint, first)


def _begin_again(endpoint: Endpoint, start: datetime) -> None:
    """Take the mark back to the beginning of a span that is to be asked for once more, unless somebody has moved it."""
    if endpoint.news_until is not None and start < endpoint.news_until:
        rows = Endpoint.objects.filter(pk=endpoint.pk, news_until=endpoint.news_until)
        if rows.update(news_until=start):
            endpoint.news_until = start


def _next_window(endpoint: Endpoint, last: Window, now: datetime) -> Window | None:
    """The span after what is known; None when all is known until now."""
    until = endpoint.news_until
    if until is None or until <= last.start:
        until = last.start  # the same beginning once more, and a shorter span
    if until >= now or (last.end >= now and until > last.start):
        return None
    return _window(endpoint, until, now)


def _window(endpoint: Endpoint, start: datetime, now: datetime) -> Window | None:
    span = min(LONGEST, timedelta(seconds=endpoint.news_span)) if endpoint.news_span else LONGEST
    return Window(start, min(start + span, now)) if start < now else None


def _ask(endpoint: Endpoint, window: Window) -> _Step:
    step = _Step()
    try:
        with endpoints.speaking(endpoint, Kind.READ) as dialect:
            step.asked = True
            step.answer = dialect.service_requests_updated(window)
    except Unchanged:
        step.answer = RequestStatuses((), Completeness.COMPLETE)
    except DialectError as error:
        step.error = error
        log.info("no news of endpoint %s: %s", endpoint.pk, error)
    return step


def _answered(endpoint: Endpoint, window: Window, answer: RequestStatuses, now: datetime) -> None:
    """Move the mark over what an answer tells, as far as it tells it."""
    if answer.completeness is Completeness.TRUNCATED and window.end - window.start > SHORTEST:
        _begin_again(endpoint, window.start)
        _note(endpoint, news_span=_shorter(window, GROWS))
        return
    if answer.completeness is Completeness.TRUNCATED:
        _pass_over(endpoint, window, "is cut off")
        return
    whole = answer.completeness is Completeness.COMPLETE
    _known_until(endpoint, window.end if whole or window.end < now else _seen_until(answer, window))
    grown = endpoint.news_span * GROWS
    over = window.end >= now or grown >= LONGEST.total_seconds()
    _note(endpoint, news_span=0 if over else grown, news_whole=whole)


def _failed(endpoint: Endpoint, window: Window, step: _Step, now: datetime, changed: set[int]) -> bool:
    """Whether to go on after a failure: with a shorter span, or past one that always fails. A list that took too long,
    or more calls than the rate limit has room for, is asked for in shorter ones the next time."""
    error = step.error
    if not step.asked or error is None:
        return False
    broken, long = _is_broken(error), isinstance(error, NoAnswer | HeldBack)
    if (broken or long) and window.end - window.start > SHORTEST:
        _begin_again(endpoint, window.start)
        _note(endpoint, news_span=_shorter(window, SHRINKS if broken else GROWS))
        return broken
    newest = Window(now - SHORTEST, now)
    if not broken or window.end > newest.start:
        return False
    proof = _ask(endpoint, newest)
    if proof.answer is None:
        return False  # the city is away
    changed |= _apply(endpoint, proof.answer.rows)
    _pass_over(endpoint, window, f"fails ({type(error).__name__})")
    return True


def _is_broken(error: DialectError) -> bool:
    """Whether this list, and not the whole city, may be what failed: one bad row is enough at Chicago."""
    return error.status_code == 500 or (isinstance(error, Unreadable) and error.status_code in {None, 200})


def _shorter(window: Window, parts: int) -> int:
    return max(int(SHORTEST.total_seconds()), int((window.end - window.start).total_seconds()) // parts)


def _pass_over(endpoint: Endpoint, window: Window, why: str) -> None:
    """Go on behind a span that cannot be had, and ask for what we follow by number in its place."""
    asked = schedule.look_soon(endpoint)
    log.warning("endpoint %s: its list of %s %s; %s requests are asked for singly", endpoint.pk, window, why, asked)
    _known_until(endpoint, window.end)


def _seen_until(answer: RequestStatuses, window: Window) -> datetime:
    """How far an answer that may lack rows counts: to its newest row, or nearly to the span's end."""
    dates = [row.updated_datetime for row in answer.rows if row.updated_datetime]
    return min(max([*dates, window.end - UNSURE]), window.end)


def _known_until(endpoint: Endpoint, until: datetime) -> None:
    """Move the mark forward, whoever else is asking."""
    behind = Q(news_until=None) | Q(news_until__lt=until)
    Endpoint.objects.filter(behind, pk=endpoint.pk).update(news_until=until)
    if endpoint.news_until is None or endpoint.news_until < until:
        endpoint.news_until = until


def _note(endpoint: Endpoint, **facts: int | bool) -> None:
    changed = {name: value for name, value in facts.items() if getattr(endpoint, name) != value}
    for name, value in changed.items():
        setattr(endpoint, name, value)
    if changed:
        Endpoint.objects.filter(pk=endpoint.pk).update(**changed)


def _apply(endpoint: Endpoint, rows: Iterable[RequestStatus]) -> set[int]:
    """Apply rows to the requests that they are of, oldest first; rows of others' requests are let by, but for their
    tokens. Gives the submissions with news."""
    by_number: dict[str, list[RequestStatus]] = defaultdict(list)
    for row in rows:
        if row.service_request_id:
            by_number[row.service_request_id].append(row)
    numbers.learn_from(endpoint, (row for each in by_number.values() for row in each))
    asked, changed = list(by_number), set[int]()
    for start in range(0, len(asked), AT_ONCE):
        part = asked[start : start + AT_ONCE]
        told_of = refresh.followed(endpoint).filter(service_request_id__in=part)
        ours = list(told_of.select_related("request").defer("request__description", "request__attributes"))
        changed |= _apply_to(endpoint, ours, by_number)
    Submission.objects.filter(pk__in=changed).update(looked_at=clock.now())
    return changed


def _apply_to(
    endpoint: Endpoint, submissions: Collection[Submission], by_number: dict[str, list[RequestStatus]]
) -> set[int]:
    """Apply rows to these. A row that shows how a request stands is remembered as `refresh` remembers it, so that the
    next single look finds nothing new; one of mysociety's updates is an event, and is not."""
    dialect = registry.get(endpoint.dialect)
    single: list[applying.Pair] = []
    changed: set[int] = set()
    for submission in submissions:
        rows = by_number[submission.service_request_id]
        if len(rows) == 1:
            single.append((submission, rows[0]))
        else:
            news = [applying.try_to_apply(submission, row) for row in sorted(rows, key=_date)]
            changed |= {submission.pk} if any(news) else set()
    marks = {submission.pk: fingerprints.of_row(row) for submission, row in single}
    differing = [pair for pair in single if pair[0].row_hash != marks[pair[0].pk]]
    taken = applying.take_over(differing)
    stored = [pair for pair in differing if pair[0].pk not in taken.failed]
    talked_of = {pair[0].pk for pair in stored if dialect.gives_comments and not pair[1].notes}
    if talked_of:  # a single look asks what was said
        rows_left = Submission.objects.filter(pk__in=talked_of, state=SubmissionState.DELIVERED)
        rows_left.update(due_at=clock.now())
    if not dialect.news_only_by_window:
        refresh.remember([(each, marks[each.pk]) for each, _row in stored if each.pk not in talked_of])
    return changed | taken.new


def _date(row: RequestStatus) -> tuple[bool, float]:
    """Rows without a date come last: they show how it stands now."""
    return (row.updated_datetime is None, row.updated_datetime.timestamp() if row.updated_datetime else 0.0)
