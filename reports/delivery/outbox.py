"""Claims and moves. A row is moved by compare-and-set, so that of two workers one finds it gone."""

import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet

from reports import clock
from reports.delivery import gate
from reports.dialects.errors import HeldBack
from reports.models import Attempt, Endpoint, Service, Submission, SubmissionState
from reports.models.submissions import MOVES, SENDABLE

State = SubmissionState


@dataclass(frozen=True, slots=True)
class Claimed:
    """A submission that this worker alone may send, the attempt that says so to everybody else, and leave to call."""

    submission: Submission
    attempt: Attempt
    permit: gate.Permit

    def facts(self) -> dict[str, object]:
        """What every line of the log says while it is sent."""
        number, attempt = self.submission.pk, self.attempt.pk
        reference, endpoint = self.submission.request.reference, self.submission.endpoint_id
        return {"endpoint": endpoint, "reference": reference, "submission": number, "attempt": attempt}


class _Gone(Exception):
    """A volunteer was faster; what entering the gate has written is undone."""


@dataclass(slots=True)
class Turn:
    """What is the same for all that one turn of an endpoint sends, and read once for it: its row, its services', and
    whether there is anything to be tried again; what comes to be so meanwhile has its turn next time."""

    endpoint: Endpoint
    retries: bool
    services: dict[int, Service] = field(default_factory=dict)

    @classmethod
    def begin(cls, endpoint_id: int) -> "Turn | None":
        """Read it now; None without such an endpoint."""
        rows = Endpoint.objects.select_related("jurisdiction").defer("jurisdiction__boundary", "validators")
        endpoint = rows.filter(pk=endpoint_id).first()
        if endpoint is None:
            return None
        return cls(endpoint, Submission.objects.filter(endpoint=endpoint, state=State.RETRY).exists())


def claim(submission_id: int) -> Claimed | None:
    """Take a submission for sending, or give None when it is not due, not ours to take, or its endpoint has to wait.

    The lease and the attempt are written in one transaction that ends here: from then on a death of this
    worker leaves an attempt without an end, and nobody sends it again.
    """
    rows = due_for_sending(clock.now()).filter(pk=submission_id)
    endpoint_id = rows.values_list("endpoint", flat=True).first()
    turn = None if endpoint_id is None else Turn.begin(endpoint_id)
    try:
        return None if turn is None else _claim(turn, rows)
    except HeldBack:
        return None


def claim_next(endpoint_id: int, turn: Turn | None = None) -> Claimed | None:
    """The same for whatever has been due longest at an endpoint. `HeldBack` where the endpoint has to wait.

    Who claims several in a row hands in the `turn` of the first, so that what they share is not read again.
    """
    rows = due_for_sending(clock.now()).filter(endpoint=endpoint_id)
    turn = turn or Turn.begin(endpoint_id)
    return None if turn is None else _claim(turn, rows)


def _claim(turn: Turn, rows: QuerySet[Submission]) -> Claimed | None:
    now, endpoint = clock.now(), turn.endpoint
    lease = {"claim": uuid.uuid4(), "lease_until": now + timedelta(seconds=settings.SUBMISSION_LEASE)}
    with suppress(_Gone), transaction.atomic():
        traffic = gate.locked(endpoint.pk, endpoint)  # one claims at a time
        pk, state, due_at = _longest_due(rows, SENDABLE if turn.retries else (State.PENDING,))
        permit = gate.let_in(traffic, gate.Kind.WRITE)
        as_it_was = Submission.objects.filter(pk=pk, state=state, due_at=due_at)
        if not as_it_was.update(state=State.SENDING, posts=F("posts") + 1, **lease):
            raise _Gone
        attempt = Attempt.objects.create(submission_id=pk, operation="post_service_request", started_at=now)
        submission = attempt.submission = _with_request(pk, turn)
        return Claimed(submission, attempt, permit)
    return None


def _longest_due(rows: QuerySet[Submission], states: Iterable[State]) -> tuple[int, str, datetime]:
    """Key, state and due time. `_Gone` where there is none.

    The first of each state is found by the index, and of these the earlier one is taken: to sort both states together
    would read the whole backlog for each claim.
    """
    facts = ("pk", "state", "due_at")
    both = [rows.filter(state=state).order_by("due_at").values_list(*facts).first() for state in states]
    found = [row for row in both if row is not None]
    if not found:
        raise _Gone
    pk, state, due_at = min(found, key=lambda row: row[2])
    return pk, state, due_at


def _with_request(pk: int, turn: Turn) -> Submission:
    """The submission with what its filing is made of. Django makes an expression of every column that is asked for,
    which is a good part of what a sending costs; so what the turn has is not asked for again."""
    submission = Submission.objects.select_related("request__contact").get(pk=pk)
    submission.endpoint, request = turn.endpoint, submission.request
    if request.endpoint_id == turn.endpoint.pk:
        request.endpoint, request.jurisdiction = turn.endpoint, turn.endpoint.jurisdiction
    if request.service_id is not None:
        if request.service_id not in turn.services:
            turn.services[request.service_id] = Service.objects.get(pk=request.service_id)
        request.service = turn.services[request.service_id]
    return submission


def due_for_sending(now: datetime) -> QuerySet[Submission]:
    """The submissions that may be sent now; those of a paused endpoint wait.

    The endpoint is a subquery and not a join: an UPDATE over a join becomes `WHERE id IN (SELECT ...)`, and
    PostgreSQL, having waited for another claim, checks only the outer condition again. Then both have it.
    """
    in_use = Endpoint.objects.filter(active=True).values("pk")
    return Submission.objects.filter(state__in=SENDABLE, due_at__lte=now, endpoint__in=in_use)


def catch_up_with_clock(now: datetime) -> int:
    """Make due what a clock that was ahead has put off: a new report waits for nothing, and a failed one never for
    longer than RETRY_LONGEST. Returns how many."""
    longest = now + timedelta(seconds=settings.RETRY_LONGEST)
    ahead = Q(state=State.PENDING, due_at__gt=now) | Q(state=State.RETRY, due_at__gt=longest)
    known = list(Endpoint.objects.values_list("pk", flat=True))  # so that the index serves, which begins with it
    return Submission.objects.filter(ahead, endpoint__in=known).update(due_at=now)


def bring_forward(endpoint_id: int) -> int:
    """Make what failed at an endpoint due now, since it is back; what failed most comes last. Returns how many."""
    now = clock.now()
    waiting = Submission.objects.filter(endpoint=endpoint_id, state=State.RETRY, due_at__gt=now)
    count = 0
    for posts in waiting.order_by("posts").values_list("posts", flat=True).distinct():
        count += waiting.filter(posts=posts).update(due_at=now + timedelta(milliseconds=posts))
    return count


def take_look(
    submissions: QuerySet[Submission], limit: int, rows: QuerySet[Submission] | None = None
) -> list[Submission]:
    """Take up to `limit` of these for a look-up, the longest due first: their next step is put off by a lease, so that
    others pass them by. Three statements, however many they are. `rows` says what is fetched of them, everything
    unless given.

    On PostgreSQL others skip the rows while they are being taken; on SQLite the transaction keeps others out.
    """
    now = clock.now()
    off = now + timedelta(seconds=settings.SUBMISSION_LEASE)
    with transaction.atomic():
        due = submissions.filter(due_at__lte=now).order_by("due_at").select_for_update(skip_locked=True, of=("self",))
        taken = list(due.values_list("pk", flat=True)[:limit])
        if taken:
            Submission.objects.filter(pk__in=taken).update(due_at=off)
    fetched = {row.pk: row for row in (with_everything() if rows is None else rows).filter(pk__in=taken)}
    return [fetched[pk] for pk in taken if pk in fetched]


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
    if to is State.NEEDS_ATTENTION:
        fields |= {"attention_at": clock.now(), "volunteers_told_at": None}
    elif frm is State.NEEDS_ATTENTION:
        fields |= {"attention_at": None}
    if not rows.update(state=to, **fields):
        return False
    submission.state = to
    for name, value in fields.items():
        setattr(submission, name, value)
    return True


def expired_leases(now: datetime, limit: int = 500) -> Iterable[Submission]:
    """Submissions whose worker died, or hangs, somewhere between its claim and its record. By an index of these alone,
    however many rows there are."""
    return with_everything().filter(state=State.SENDING, lease_until__lt=now).order_by("lease_until")[:limit]


def with_everything() -> QuerySet[Submission]:
    """Submissions with the rows that a dialect's call is made of; not the boundary, which may be megabytes."""
    rows = Submission.objects.select_related(
        "endpoint__jurisdiction", "request__service", "request__contact", "request__endpoint"
    )
    return rows.defer("endpoint__jurisdiction__boundary")
