"""What a body tells us of itself, by its own number: taken over as if we had asked for it, once for each update."""

from django.db import transaction

from reports import clock
from reports.delivery import refresh, schedule
from reports.dialects.messages import RequestStatus
from reports.models import Endpoint, PublicStatus, PushedUpdate, ServiceRequest, Submission, SubmissionState


class NotKnown(LookupError):
    """No request of ours has this number at this endpoint, or not yet: the number may be on its way to us."""


class Over(LookupError):
    """The request was withdrawn or taken away; nothing more is taken over of it."""


def take(endpoint: Endpoint, update_id: str, row: RequestStatus) -> bool:
    """Take an update over; False where the same one was taken before, or says nothing new.

    NotKnown, Over, and whatever `refresh.apply` raises for a row that cannot be stored; then nothing was taken.
    """
    with transaction.atomic():
        changed = [_take(submission, update_id, row) for submission in _told_of(endpoint, row)]
    return any(changed)


def _told_of(endpoint: Endpoint, row: RequestStatus) -> list[Submission]:
    """More than one where a body put several reports together under one number."""
    numbered = Submission.objects.filter(endpoint=endpoint, service_request_id=row.service_request_id)
    found = list(numbered.select_related("request").order_by("pk"))
    current = [each for each in found if not _is_over(each)]
    told_of = [each for each in current if each.state == SubmissionState.DELIVERED]
    if told_of:
        return told_of
    if found and not current:
        raise Over
    raise NotKnown


def _is_over(submission: Submission) -> bool:
    request = submission.request
    withdrawn = submission.state == SubmissionState.CANCELLED or request.status == PublicStatus.CANCELLED
    return withdrawn or request.taken_away_at is not None


def _take(submission: Submission, update_id: str, row: RequestStatus) -> bool:
    _update, new = PushedUpdate.objects.get_or_create(submission=submission, update_id=update_id)
    if not new:
        return False
    presumed = submission.request.private_presumed
    changed = refresh.apply(submission.request, row, submission.sent_at)
    if changed:
        schedule.follow_again(submission)
    if presumed:  # an update does not say whether the request is public, so this is no word that it is
        ServiceRequest.objects.filter(pk=submission.request_id).update(private=True, private_presumed=True)
    Submission.objects.filter(pk=submission.pk).update(looked_at=clock.now())
    return changed
