"""When a request is looked at next: often while it is fresh, rarely when it is old, and at last never.

A pause is a tenth of the time since the request's last change, from REFRESH_FIRST to REFRESH_LONGEST. One that has
ended is looked at for 30 days more, because cities reopen; then `due_at` is null, and only what comes by itself (news
of a span of time, a pushed update) wakes it again. Whatever the number of requests, they are put off together.
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Case, DateTimeField, F, QuerySet, Value, When

from reports import clock
from reports.delivery import endpoints, statuses
from reports.delivery.pauses import refresh_pause
from reports.models import Endpoint, Submission, SubmissionState

RARELY: Final = 12  # times the usual first pause, where news comes by window and single looks are only a safeguard
FRESH: Final = timedelta(hours=1)  # how old the news of an endpoint may be for its single looks to be rare
REOPEN_WATCH: Final = timedelta(days=30)
STEP: Final = 1.5  # pauses are rounded down to steps of this, so that many requests share one


def put_off(endpoint: Endpoint, submissions: Iterable[Submission], *, at_least: float = 0) -> None:
    """Write down that these were looked at, and when they are next. Three statements for all of them.

    `at_least` is how many seconds the body asked to be left alone.
    """
    pks = [submission.pk for submission in submissions]
    if not pks:
        return
    now = clock.now()
    first = settings.REFRESH_FIRST * (RARELY if is_rarely_asked_singly(endpoint, now) else 1)
    rows = Submission.objects.filter(pk__in=pks, state=SubmissionState.DELIVERED)
    together: dict[datetime | None, list[int]] = defaultdict(list)
    for pk, status, changed in rows.values_list("pk", "request__status", "request__updated_datetime"):
        together[_next_look(status, now - changed, now, first, at_least)].append(pk)
    _write(rows, together, looks=F("looks") + 1, looked_at=now)


def try_again(submissions: Iterable[Submission], seconds: float) -> None:
    """Put off by so many seconds what could not be looked at; one statement for all."""
    pks = [submission.pk for submission in submissions]
    if pks:
        rows = Submission.objects.filter(pk__in=pks, state=SubmissionState.DELIVERED)
        rows.update(due_at=clock.now() + timedelta(seconds=min(seconds, settings.REFRESH_LONGEST)))


def look_soon(endpoint: Endpoint) -> int:
    """Make every request that is followed at an endpoint due: what changed there may have been missed."""
    now = clock.now()
    rows = Submission.objects.filter(endpoint=endpoint, state=SubmissionState.DELIVERED, due_at__gt=now)
    return rows.exclude(service_request_id="").update(due_at=now)


def follow_again(submission: Submission) -> None:
    """Look again at a request that was left for good, and of which there is news all the same."""
    pause = timedelta(seconds=settings.REFRESH_FIRST)
    left = Submission.objects.filter(pk=submission.pk, state=SubmissionState.DELIVERED, due_at=None)
    left.exclude(service_request_id="").update(due_at=clock.now() + pause)


def is_rarely_asked_singly(endpoint: Endpoint, now: datetime) -> bool:
    """Whether news comes by span of time, without a gap and until lately. Else each request is asked for as usual."""
    if not (endpoint.news_whole and endpoint.news_until and endpoints.follows_by_window(endpoint)):
        return False
    return abs(now - endpoint.news_until) < FRESH  # one far ahead was made by a clock that has been put back


def _next_look(status: str, since: timedelta, now: datetime, first: float, at_least: float) -> datetime | None:
    if status in statuses.ENDED and since > REOPEN_WATCH:
        return None
    longest = settings.REFRESH_LONGEST
    pause = refresh_pause(since, first, longest).total_seconds()
    if first < pause < longest:
        pause = first * STEP ** math.floor(math.log(pause / first, STEP))
    return now + timedelta(seconds=max(pause, min(at_least, longest)))


def _write(rows: QuerySet[Submission], together: dict[datetime | None, list[int]], **fields: object) -> None:
    never = together.pop(None, [])  # apart: to PostgreSQL, a case of nothing but NULL is text
    if never:
        rows.filter(pk__in=never).update(due_at=None, **fields)
    whens = [When(pk__in=pks, then=Value(due, DateTimeField())) for due, pks in together.items()]
    if whens:
        later = [pk for pks in together.values() for pk in pks]
        rows.filter(pk__in=later).update(due_at=Case(*whens, output_field=DateTimeField()), **fields)
