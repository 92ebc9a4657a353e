"""What a body answers by the link in its letter: taken over as if its system had said it."""

from typing import Final

from django.db import transaction

from reports import clock
from reports.delivery import outbox, refresh
from reports.dialects.messages import RequestStatus, Stage, Status
from reports.models import PublicStatus, Submission, SubmissionState

# our word: how a system would say it
SAID: Final[dict[PublicStatus, tuple[Status, Stage]]] = {
    PublicStatus.IN_PROGRESS: (Status.OPEN, Stage.IN_PROGRESS),
    PublicStatus.CLOSED: (Status.CLOSED, Stage.NONE),
    PublicStatus.NOT_RESPONSIBLE: (Status.CLOSED, Stage.NOT_RESPONSIBLE),
    PublicStatus.REJECTED: (Status.CLOSED, Stage.REJECTED),
    PublicStatus.DUPLICATE: (Status.CLOSED, Stage.DUPLICATE),
}
# An answer proves that the letter arrived, whatever was thought of it.
_IN_DOUBT: Final = frozenset(
    {SubmissionState.SENDING, SubmissionState.RETRY, SubmissionState.UNCERTAIN, SubmissionState.NEEDS_ATTENTION}
)


def take(submission: Submission, status: PublicStatus, *, number: str = "", note: str = "") -> bool:
    """Take over an answer: history, status and mails; the body's number where it has none yet. True when it was new.

    The same answer twice is one, and nothing is taken over where the report was withdrawn meanwhile. ValueError for a
    status that a body cannot say.
    """
    if status not in SAID:
        raise ValueError(f"a body does not answer “{status}”")
    meaning, stage = SAID[status]
    row = RequestStatus(
        service_request_id=number or submission.service_request_id or None,
        status=meaning,
        stage=stage,
        status_notes=note,
        updated_datetime=clock.now(),
    )
    with transaction.atomic():
        if not _arrived(submission):
            return False
        kept = (
            Submission.objects.filter(pk=submission.pk, service_request_id="") if number else Submission.objects.none()
        )
        numbered = kept.update(service_request_id=number)
        return refresh.apply(submission.request, row, submission.sent_at) or bool(numbered)


def _arrived(submission: Submission) -> bool:
    """Count it as delivered; False where somebody has withdrawn it, or moved it just now."""
    submission.refresh_from_db(fields=["state", "sent_at"])
    if submission.state not in _IN_DOUBT:
        return submission.state != SubmissionState.CANCELLED
    now = clock.now()
    sent_at = submission.sent_at or now
    return outbox.move(
        submission, SubmissionState.DELIVERED, due_at=None, delivered_at=now, sent_at=sent_at, reason="", looks=0
    )
