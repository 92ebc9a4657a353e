"""What keeps a report on its way longer than usual: a system that is slow, that asked for patience, or a queue."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from django.utils import timezone

from reports import clock
from reports.delivery import arrival, gate
from reports.models import Breaker, Endpoint, Jurisdiction, Submission, SubmissionState, Traffic
from reports.models.submissions import SENDABLE

ON_ITS_WAY: Final = frozenset(SubmissionState) - {SubmissionState.DELIVERED, SubmissionState.CANCELLED}


class Cause(StrEnum):
    """Why it takes longer."""

    SLOW = "slow"
    ASKED_TO_WAIT = "asked_to_wait"
    ONE_BY_ONE = "one_by_one"
    PAUSED = "paused"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class Trouble:
    """A cause, with since when or until when where that is known."""

    cause: Cause
    since: datetime | None = None
    until: datetime | None = None

    @property
    def began_before_today(self) -> bool:
        """Whether it began on an earlier day than this one, so that "today" would say too little."""
        return self.since is not None and timezone.localdate(self.since) < timezone.localdate(clock.now())


def trouble_of(submission: Submission | None) -> Trouble | None:
    """What holds this submission up now; None where nothing out of the ordinary does, or where it has arrived.

    Reads `submission.endpoint.traffic`: fetch them together.
    """
    if submission is None or submission.state not in ON_ITS_WAY:
        return None
    if _is_doubtful(submission):
        return Trouble(Cause.DOUBTFUL)
    endpoint = submission.endpoint
    if not endpoint.active:
        return Trouble(Cause.PAUSED) if submission.state in SENDABLE else None
    return _of_system(getattr(endpoint, "traffic", None)) or _in_the_queue(submission)


def slow_bodies(endpoints: Iterable[Endpoint]) -> list[Jurisdiction]:
    """The bodies of these endpoints whose system is slow now, each once, in their order."""
    bodies = {endpoint.pk: endpoint.jurisdiction for endpoint in endpoints}
    rows = {row.pk: row for row in Traffic.objects.filter(pk__in=bodies).exclude(breaker=Breaker.CLOSED)}
    slow = [body for pk, body in bodies.items() if pk in rows and gate.in_trouble(rows[pk], clock.now())]
    return list(dict.fromkeys(slow))


def lacks_number(submission: Submission) -> bool:
    """Whether the body has taken it, and the number for which its token stands was waited for in vain."""
    return submission.state == SubmissionState.NEEDS_ATTENTION and submission.token != ""


def _is_doubtful(submission: Submission) -> bool:
    """Whether it was given up without knowing whether the body has it."""
    if submission.state != SubmissionState.NEEDS_ATTENTION or lacks_number(submission):
        return False
    return arrival.may_be_there(submission.attempts.filter(operation=arrival.POST).order_by("-pk")[:1])


def _of_system(row: Traffic | None) -> Trouble | None:
    if row is None or not gate.in_trouble(row, clock.now()):
        return None
    if row.breaker == Breaker.CLOSED:
        return Trouble(Cause.ASKED_TO_WAIT, until=row.paused_until)
    return Trouble(Cause.SLOW, since=row.trouble_since)


def _in_the_queue(submission: Submission) -> Trouble | None:
    """Behind others, at a system that takes so many a minute."""
    if submission.state not in SENDABLE or not submission.endpoint.requests_per_minute or submission.due_at is None:
        return None
    before = Submission.objects.filter(
        endpoint=submission.endpoint_id, state__in=SENDABLE, due_at__lt=min(submission.due_at, clock.now())
    )
    return Trouble(Cause.ONE_BY_ONE) if before.exists() else None
