"""Tokens: asked for with growing pauses for days. A slow token is never a reason to post again."""

import logging
import random
import time
from collections import defaultdict
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Case, DateTimeField, F, QuerySet, Value, When

from reports import clock
from reports.delivery import drain, endpoints, numbers, outbox, submit
from reports.delivery.gate import Kind
from reports.delivery.pauses import token_pause
from reports.dialects.errors import DialectError, HeldBack, RateLimited
from reports.models import Endpoint, Submission, SubmissionState

log = logging.getLogger(__name__)

BATCH = 50
LATELY = timedelta(days=2)  # or twice the longest pause between two looks


def look_up_tokens(endpoint: Endpoint, wake: Callable[[], None] = lambda: None) -> int:
    """Ask for the numbers of the endpoint's tokens that are due, for one turn; returns how many numbers came.

    Safe to run twice at once: each token is taken by one of the runs. `wake` is called where the turn was too short.
    """
    end, found = time.monotonic() + settings.DELIVERY_TURN, 0
    while not drain.ending() and waiting(endpoint).filter(due_at__lte=clock.now()).exists():
        came = _look_up(endpoint)
        if came is None:
            break
        found += came
        if time.monotonic() > end:
            wake()
            break
    return found


def look_again(submission: Submission) -> bool:
    """Wait once more, and with new patience, for the number of a token that was given up; it is asked for now. False
    where there is no such token, or somebody has moved the submission meanwhile. Nothing is sent."""
    if submission.state != SubmissionState.NEEDS_ATTENTION or not submission.token or submission.service_request_id:
        return False
    now = clock.now()
    return outbox.move(submission, SubmissionState.ACCEPTED, due_at=now, token_at=now, looks=0, reason="")


def waiting(endpoint: Endpoint) -> QuerySet[Submission]:
    """The endpoint's submissions that have a token and no number."""
    return Submission.objects.filter(endpoint=endpoint, state=SubmissionState.ACCEPTED).exclude(token="")


def _look_up(endpoint: Endpoint) -> int | None:
    """One batch; None where the city did not answer, or others have taken what was due."""
    taken: list[Submission] = []
    try:
        with endpoints.speaking(endpoint, Kind.READ) as dialect:
            taken = outbox.take_look(waiting(endpoint), BATCH)
            random.shuffle(taken)  # else one token that the system hangs on would always come before the same others
            ids = dialect.service_request_ids([submission.token for submission in taken]) if taken else {}
    except HeldBack as error:
        _wait(taken, error.retry_after or 0)
        return None
    except DialectError as error:
        _look_later(taken, error.retry_after if isinstance(error, RateLimited) else None, answered=False)
        return None
    asked = [submission for submission in taken if submission.token in ids]
    answered = [submission for submission in asked if ids[submission.token]]
    found = sum(numbers.learn(submission, str(ids[submission.token])) for submission in answered)
    _look_later([submission for submission in asked if submission.state == SubmissionState.ACCEPTED])
    _wait([submission for submission in taken if submission.token not in ids], 0)
    return found if asked else None


def _wait(submissions: Collection[Submission], seconds: float) -> None:
    """Put off what was not asked for: that was no look."""
    pks = [submission.pk for submission in submissions]
    rows = Submission.objects.filter(pk__in=pks, state=SubmissionState.ACCEPTED)
    rows.update(due_at=clock.now() + timedelta(seconds=min(seconds, settings.TOKEN_LONGEST)))


def _look_later(submissions: Collection[Submission], asked: float | None = None, *, answered: bool = True) -> None:
    """Put off all that have no number, in one statement, but for those whose days are over. One look that failed, after
    days in which nobody looked, ends no patience."""
    now = clock.now()
    patience = timedelta(days=settings.TOKEN_GIVE_UP_DAYS)
    lately = max(LATELY, 2 * timedelta(seconds=settings.TOKEN_LONGEST))
    together: dict[datetime, list[int]] = defaultdict(list)
    for submission in submissions:
        looked = answered or (submission.looked_at is not None and now - submission.looked_at < lately)
        if looked and submission.token_at and now - submission.token_at > patience:
            reason = f"The body gave the token {submission.token}, and no number within {patience.days} days."
            submit.needs_attention(submission, reason)
            continue
        pause = token_pause(submission.looks + 1, settings.TOKEN_FIRST, settings.TOKEN_LONGEST)
        pause = max(pause, timedelta(seconds=min(asked or 0, settings.TOKEN_LONGEST)))
        together[now + pause].append(submission.pk)
    whens = [When(pk__in=pks, then=Value(due, DateTimeField())) for due, pks in together.items()]
    if whens:
        rows = Submission.objects.filter(
            pk__in=[pk for pks in together.values() for pk in pks], state=SubmissionState.ACCEPTED
        )
        rows.update(looks=F("looks") + 1, looked_at=now, due_at=Case(*whens, output_field=DateTimeField()))
