"""Tokens: asked for with growing pauses for days. A slow token is never a reason to post again."""

import logging
from collections.abc import Collection
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import QuerySet

from reports import clock
from reports.delivery import endpoints, outbox, submit
from reports.delivery.pauses import token_pause
from reports.dialects.errors import DialectError, RateLimited
from reports.models import Endpoint, Submission, SubmissionState

log = logging.getLogger(__name__)

BATCH = 50


def look_up_tokens(endpoint: Endpoint, limit: int = BATCH) -> int:
    """Ask for the numbers of the endpoint's tokens that are due; returns how many numbers came.

    Safe to run twice at once: each token is taken by one of the runs.
    """
    taken = outbox.take_look(waiting(endpoint), limit)
    if not taken:
        return 0
    try:
        ids = endpoints.dialect_for(endpoint).service_request_ids([submission.token for submission in taken])
    except DialectError as error:
        endpoints.note_failure(endpoint, error)
        asked = error.retry_after if isinstance(error, RateLimited) else None
        _look_later(taken, asked)
        return 0
    endpoints.note_success(endpoint)
    found = [submission for submission in taken if ids.get(submission.token)]
    for submission in found:
        _record(submission, str(ids[submission.token]))
    _look_later([submission for submission in taken if submission not in found])
    return len(found)


def _record(submission: Submission, service_request_id: str) -> None:
    """One number that cannot be stored must not keep the others from theirs."""
    try:
        with transaction.atomic():
            submit.record_number(submission, service_request_id)
    except (DatabaseError, ValueError):
        log.exception("the number of submission %s could not be written down", submission.pk)


def waiting(endpoint: Endpoint) -> QuerySet[Submission]:
    """The endpoint's submissions that have a token and no number."""
    return Submission.objects.filter(endpoint=endpoint, state=SubmissionState.ACCEPTED).exclude(token="")


def _look_later(submissions: Collection[Submission], asked: float | None = None) -> None:
    now = clock.now()
    patience = timedelta(days=settings.TOKEN_GIVE_UP_DAYS)
    for submission in submissions:
        if submission.token_at and now - submission.token_at > patience:
            reason = f"The body gave the token {submission.token}, and no number within {patience.days} days."
            submit.needs_attention(submission, reason)
            continue
        pause = token_pause(submission.looks + 1, settings.TOKEN_FIRST, settings.TOKEN_LONGEST)
        pause = max(pause, timedelta(seconds=min(asked or 0, settings.TOKEN_LONGEST)))
        Submission.objects.filter(pk=submission.pk, state=SubmissionState.ACCEPTED).update(
            looks=submission.looks + 1, looked_at=now, due_at=now + pause
        )
