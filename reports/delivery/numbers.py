"""Numbers that come with a token in a row: filled in where one is waited for, and never exchanged for another.

A body that now gives another number than the one that is held may have made two requests of one, or mistaken two for
one. Which is true only a person can find out, so that the first number stays and the difference is written down.
"""

import logging
from collections.abc import Iterable
from typing import Final

from django.db import DatabaseError, transaction
from django.db.models import Q

from reports import clock
from reports.delivery import outbox, submit
from reports.dialects.messages import RequestStatus
from reports.models import Endpoint, Submission, SubmissionState

log = logging.getLogger(__name__)

AT_ONCE: Final = 500  # values in one question; SQLite takes a limited number of them
# A token that was given up, or came with an answer that nobody could make sense of, is worth as much as any.
WAITING: Final = frozenset(
    {SubmissionState.ACCEPTED, SubmissionState.NEEDS_ATTENTION, SubmissionState.UNCERTAIN, SubmissionState.RETRY}
)
LONGEST: Final = 20  # entries of evidence, after which no more are added


def learn_from(endpoint: Endpoint, rows: Iterable[RequestStatus]) -> int:
    """Take over the numbers of rows that carry a token of ours; returns how many were filled in."""
    given = {row.token: row.service_request_id for row in rows if row.token and row.service_request_id}
    given = {token: number for token, number in given.items() if token != number}
    tokens, filled = list(given), 0
    for start in range(0, len(tokens), AT_ONCE):
        ours = outbox.with_everything().filter(endpoint=endpoint, token__in=tokens[start : start + AT_ONCE])
        for submission in ours.filter(Q(state__in=WAITING) | Q(state=SubmissionState.DELIVERED)):
            filled += learn(submission, str(given[submission.token]))
    return filled


def learn(submission: Submission, number: str) -> bool:
    """Write down the number that a token led to; True when it is new. One that cannot be stored costs no other."""
    if submission.service_request_id == number:
        return False
    try:
        with transaction.atomic():
            if not submission.service_request_id and submission.state in WAITING:
                submit.record_number(submission, number)
                if submission.state == SubmissionState.DELIVERED:
                    return True
                submission.refresh_from_db(fields=["state", "service_request_id"])  # somebody was faster
            if submission.service_request_id and submission.service_request_id != number:
                _note_difference(submission, number)
    except (DatabaseError, ValueError):
        log.exception("the number of submission %s could not be written down", submission.pk)
    return False


def _note_difference(submission: Submission, number: str) -> None:
    """Put it before volunteers, once for each other number."""
    seen = f"The body now gives the number {number[:200]} for it; {submission.service_request_id} is kept."
    row = Submission.objects.select_for_update().only("evidence").get(pk=submission.pk)
    # Beside what looking for it has shown, which is kept by a count of its own (`reconcile`).
    noted = {str(each.get("seen")) for each in row.evidence if isinstance(each, dict) and "what" not in each}
    if seen in noted or len(noted) >= LONGEST:
        return
    row.evidence = [*row.evidence, {"at": clock.now().isoformat(), "seen": seen}]
    row.save(update_fields=["evidence"])
    log.warning("submission %s: the body gives another number for it than before", submission.pk)
