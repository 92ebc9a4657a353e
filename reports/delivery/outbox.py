"""Claims and moves. A row is moved by compare-and-set, so that of two workers one finds it gone."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet

from reports import clock
from reports.models import Attempt, Endpoint, Submission, SubmissionState
from reports.models.submissions import MOVES, SENDABLE

State = SubmissionState


@dataclass(frozen=True, slots=True)
class Claimed:
    """A submission that this worker alone may send, and the attempt that says so to everybody else."""

    submission: Submission
    attempt: Attempt


def claim(submission_id: int) -> Claimed | None:
    """Take a submission for sending, or give None when it is not due or not ours to take.

    The lease and the attempt are written in one transaction that ends here: from then on a death of this
    worker leaves an attempt without an end, and nobody sends it again.
    """
    now = clock.now()
    ours = uuid.uuid4()
    with transaction.atomic():
        taken = (
            due_for_sending(now)
            .filter(pk=submission_id)
            .update(
                state=State.SENDING,
                claim=ours,
                lease_until=now + timedelta(seconds=settings.SUBMISSION_LEASE),
                posts=F("posts") + 1,
            )
        )
        if not taken:
            return None
        submission = _with_everything().get(pk=submission_id)
        attempt = Attempt.objects.create(submission=submission, operation="post_service_request", started_at=now)
    return Claimed(submission, attempt)


def due_for_sending(now: datetime) -> QuerySet[Submission]:
    """The submissions that may be sent now; those of a paused endpoint wait.

    The endpoint is a subquery and not a join: an UPDATE over a join becomes `WHERE id IN (SELECT ...)`, and
    PostgreSQL, having waited for another claim, checks only the outer condition again. Then both have it.
    """
    in_use = Endpoint.objects.filter(active=True).values("pk")
    return Submission.objects.filter(state__in=SENDABLE, due_at__lte=now, endpoint__in=in_use)


def take_look(submissions: QuerySet[Submission], limit: int) -> list[Submission]:
    """Take up to `limit` of these for a look-up: their next step is put off by a lease, so that others pass them by."""
    now = clock.now()
    off = now + timedelta(seconds=settings.SUBMISSION_LEASE)
    taken = []
    for pk, due_at in list(submissions.filter(due_at__lte=now).order_by("due_at").values_list("pk", "due_at")[:limit]):
        if submissions.filter(pk=pk, due_at=due_at).update(due_at=off):
            taken.append(pk)
    return list(_with_everything().filter(pk__in=taken))


def move(submission: Submission, to: State, *, claim: uuid.UUID | None = None, **fields: Any) -> bool:
    """Move a submission on from the state that this object shows; False when it is not there any more.

    With `claim`, only while that claim still holds. ValueError for a move that the table does not know.
    """
    frm = State(submission.state)
    if to not in MOVES[frm]:
        raise ValueError(f"a submission does not go from {frm} to {to}")
    rows = Submission.objects.filter(pk=submission.pk, state=frm)
    if claim is not None:
        rows = rows.filter(claim=claim)
    if to is not State.SENDING:
        fields |= {"claim": None, "lease_until": None}
    if not rows.update(state=to, **fields):
        return False
    submission.state = to
    for name, value in fields.items():
        setattr(submission, name, value)
    return True


def expired_leases(now: datetime) -> Iterable[Submission]:
    """Submissions whose worker died, or hangs, somewhere between its claim and its record."""
    return _with_everything().filter(state=State.SENDING, lease_until__lt=now)


def _with_everything() -> QuerySet[Submission]:
    return Submission.objects.select_related(
        "endpoint__jurisdiction", "request__service", "request__contact", "request__endpoint"
    )
