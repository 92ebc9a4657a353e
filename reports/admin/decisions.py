"""What a volunteer decides about a report that could not be delivered. Each decision is safe to take twice."""

from django.db import transaction
from django.utils.translation import gettext as _

from reports import clock, tasks
from reports.delivery import arrival, outbox, submit, tokens
from reports.models import Endpoint, Submission, SubmissionState

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
    transaction.on_commit(lambda: tasks.deliver.delay(submission.endpoint_id), robust=True)


def left_by_outage(endpoint: Endpoint) -> tuple[list[Submission], int]:
    """What waits for a volunteer there and cannot have arrived, and the number of those that may have."""
    waiting = Submission.objects.filter(endpoint=endpoint, state=State.NEEDS_ATTENTION).prefetch_related("attempts")
    certain, doubtful = [], 0
    for submission in waiting.order_by("pk").iterator(chunk_size=200):
        if arrival.may_be_there(submission.attempts.all()) or submission.evidence or submission.token:
            doubtful += 1
        else:
            certain.append(submission)
    return certain, doubtful


def send_again_after_outage(endpoint: Endpoint) -> int:
    """Put all of them that cannot have arrived back in the outbox, and wake a worker; returns how many."""
    certain, _doubtful = left_by_outage(endpoint)
    number = 0
    for submission in certain:
        now = clock.now()
        number += outbox.move(
            submission, State.RETRY, due_at=now, released_at=now, reason=_("A volunteer had it sent again.")
        )
    transaction.on_commit(lambda: tasks.deliver.delay(endpoint.pk), robust=True)
    return number


def it_is_there(submission: Submission, number: str) -> None:
    """Record the body's own number, also while we still look for it ourselves.

    NotPossibleError for a number that cannot be, or that another report has.
    """
    if submission.state != State.UNCERTAIN:
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


def look_again(submission: Submission) -> None:
    """Have the number of its token asked for once more, and wake a worker; nothing is sent.

    NotPossibleError where it has no token whose number is missing, or waits for no volunteer.
    """
    _still_waits(submission)
    if not lacks_number(submission):
        raise NotPossibleError(_("The body gave no token for it, so there is nothing to ask for."))
    if not tokens.look_again(submission):
        raise NotPossibleError(_("Somebody else has just decided about it."))
    transaction.on_commit(lambda: tasks.look_up_tokens.delay(submission.endpoint_id), robust=True)


def cancel(submission: Submission, words: str) -> None:
    """End it, and tell the resident with the volunteer's words. NotPossibleError when it has left, or is leaving."""
    if submission.state not in CANCELLABLE:
        raise NotPossibleError(
            _("It is “%(state)s” and cannot be cancelled.") % {"state": submission.get_state_display()}
        )
    if not submit.cancel(submission, _("A volunteer cancelled it."), words.strip()):
        raise NotPossibleError(_("It has just moved on and was not cancelled."))


def lacks_number(submission: Submission) -> bool:
    """Whether the body gave a token for it, and no number."""
    return submission.token != "" and submission.service_request_id == ""


def _still_waits(submission: Submission) -> None:
    if submission.state != State.NEEDS_ATTENTION:
        raise NotPossibleError(
            _("It no longer waits for a volunteer: it is “%(state)s”.") % {"state": submission.get_state_display()}
        )
