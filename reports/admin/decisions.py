"""What a volunteer decides about a report that could not be delivered. Each decision is safe to take twice."""

import re
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from reports import clock, tasks
from reports.delivery import outbox, submit
from reports.dialects.errors import DialectError, NotSent, Refused, Unsupported
from reports.models import Attempt, Submission, SubmissionState

State = SubmissionState
CANCELLABLE = frozenset({State.PENDING, State.RETRY, State.NEEDS_ATTENTION})


class NotPossibleError(ValueError):
    """A decision that cannot be taken, with a sentence for the volunteer."""


def send_again(submission: Submission) -> None:
    """Put it back in the outbox, due now, and wake a worker. NotPossibleError when it waits for no volunteer."""
    _still_waits(submission)
    now = clock.now()
    reason = _("A volunteer had it sent again.")
    if not outbox.move(submission, State.RETRY, due_at=now, released_at=now, reason=reason):
        raise NotPossibleError(_("Somebody else has just decided about it."))
    transaction.on_commit(lambda: tasks.submit_one.delay(submission.pk), robust=True)


def it_is_there(submission: Submission, number: str) -> None:
    """Record the body's own number. NotPossibleError for a number that cannot be, or that another report has."""
    _still_waits(submission)
    number = number.strip()
    if not number:
        raise NotPossibleError(_("Enter the number that the body gave it."))
    if len(number) > 200 or not number.isprintable():
        raise NotPossibleError(_("That cannot be a number of the body: it is too long, or has hidden characters."))
    same = Submission.objects.filter(endpoint=submission.endpoint_id, service_request_id=number).exclude(
        pk=submission.pk
    )
    taken = same.select_related("request").first()
    if taken:
        raise NotPossibleError(
            _("%(number)s is the number of another report, %(reference)s.")
            % {"number": number, "reference": taken.request.reference}
        )
    submit.record_number(submission, number)
    if submission.state != State.DELIVERED:
        raise NotPossibleError(_("Somebody else has just decided about it."))


def cancel(submission: Submission, words: str) -> None:
    """End it, and tell the resident with the volunteer's words. NotPossibleError when it has left, or is leaving."""
    if submission.state not in CANCELLABLE:
        raise NotPossibleError(
            _("It is “%(state)s” and cannot be cancelled.") % {"state": submission.get_state_display()}
        )
    if not submit.cancel(submission, _("A volunteer cancelled it."), words.strip()):
        raise NotPossibleError(_("It has just moved on and was not cancelled."))


def may_be_there(attempts: Iterable[Attempt]) -> bool:
    """Whether one of these calls could have left the report in the body's system, so that sending it again doubles it.

    Only a call that certainly did not arrive, or that the body refused, or that was never made, is no danger.
    """
    harmless = _names(NotSent) | _names(Refused) | {Unsupported.__name__}
    posts = [attempt for attempt in attempts if attempt.operation == "post_service_request"]
    return any(not (attempt.outcome in harmless or _never_left(attempt)) for attempt in posts)


def _never_left(attempt: Attempt) -> bool:
    died = attempt.finished_at is None or re.search(r"\bdied\b", attempt.outcome)
    return not died and not attempt.exchanges


def _names(error: type[DialectError]) -> set[str]:
    return {error.__name__}.union(*(_names(each) for each in error.__subclasses__()))


def _still_waits(submission: Submission) -> None:
    if submission.state != State.NEEDS_ATTENTION:
        raise NotPossibleError(
            _("It no longer waits for a volunteer: it is “%(state)s”.") % {"state": submission.get_state_display()}
        )
