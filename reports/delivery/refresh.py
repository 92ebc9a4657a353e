"""What the body says of a request since: fetched by the body's own numbers, appended to its history once."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from reports import clock
from reports.delivery import endpoints, history, outbox
from reports.delivery.pauses import refresh_pause
from reports.dialects.errors import DialectError, RateLimited
from reports.dialects.messages import Note, RequestStatus, Stage, Status
from reports.models import Endpoint, PublicStatus, ServiceRequest, StatusUpdate, Submission, SubmissionState

log = logging.getLogger(__name__)

BATCH = 50
REOPEN_WATCH = timedelta(days=30)  # a closed request is still looked at for so long: cities do reopen

BY_STAGE = {
    Stage.ACKNOWLEDGED: PublicStatus.ACCEPTED,
    Stage.IN_PROGRESS: PublicStatus.IN_PROGRESS,
    Stage.SCHEDULED: PublicStatus.IN_PROGRESS,
    Stage.DUPLICATE: PublicStatus.DUPLICATE,
    Stage.NOT_RESPONSIBLE: PublicStatus.NOT_RESPONSIBLE,
}
ENDED = frozenset({PublicStatus.CLOSED, PublicStatus.DUPLICATE, PublicStatus.NOT_RESPONSIBLE})


def refresh(endpoint: Endpoint, limit: int = BATCH) -> int:
    """Fetch the endpoint's requests that are due and apply what is new; returns how many changed.

    Safe to run twice at once. A request that the body does not return is looked at again later:
    "not in the answer" does not mean "lost" (DIALECTS, Q20).
    """
    taken = outbox.take_look(followed(endpoint), limit)
    if not taken:
        return 0
    try:
        answer = endpoints.dialect_for(endpoint).service_requests(
            [submission.service_request_id for submission in taken]
        )
    except DialectError as error:
        endpoints.note_failure(endpoint, error)
        _look_later(taken, error.retry_after if isinstance(error, RateLimited) else None)
        return 0
    endpoints.note_success(endpoint)
    rows = {row.service_request_id: row for row in answer.rows}
    changed = 0
    for submission in taken:
        row = rows.get(submission.service_request_id)
        changed += row is not None and apply(submission.request, row, submission.sent_at)
    _look_later(taken)
    return changed


def followed(endpoint: Endpoint) -> QuerySet[Submission]:
    """The endpoint's submissions that have the body's number."""
    return Submission.objects.filter(endpoint=endpoint, state=SubmissionState.DELIVERED).exclude(service_request_id="")


def apply(service_request: ServiceRequest, row: RequestStatus, sent_at: datetime | None = None) -> bool:
    """Bring a request up to what the body shows; True when anything was new. Nothing it says is from before `sent_at`.

    A note that says the same as `status_notes` is the one line for both, and carries the new status.
    """
    with transaction.atomic():
        request = ServiceRequest.objects.select_for_update().get(pk=service_request.pk)
        status, notes = public_status(row), row.status_notes.strip()
        _copy_facts(request, row, notes)
        new = [note for note in row.notes if note.text.strip() and _append_note(request, note, row, sent_at)]
        changed = status != request.status
        if changed or not _is_said(request, row):
            changed = _append_status(request, row, status, notes, sent_at) or changed
        if changed:
            history.set_status(request, status, _changed_at(row))
        return changed or bool(new)


def _append_note(request: ServiceRequest, note: Note, row: RequestStatus, sent_at: datetime | None) -> bool:
    """A note has the old status, but for the one that tells of the change and those that come after it."""
    text = note.text.strip()
    when = _changed_at(row)
    after = note.datetime is not None and when is not None and note.datetime >= when
    of_the_change = after or text == row.status_notes.strip()
    update = history.append(
        request,
        public_status(row) if of_the_change else PublicStatus(request.status),
        mark=history.fingerprint("note", note.id or note.datetime, "" if note.id else text),
        when=note.datetime,
        not_before=sent_at,
        by_body=True,
        status_notes=text,
    )
    return update is not None


def _append_status(
    request: ServiceRequest, row: RequestStatus, status: PublicStatus, notes: str, sent_at: datetime | None
) -> bool:
    lines = StatusUpdate.objects.filter(service_request=request)
    last = lines.filter(status_notes=notes, status=status, by_body=True).last() if notes else None
    if last and last == lines.last():
        return False  # a note has just said it
    update = history.append(
        request,
        status,
        mark=history.fingerprint("status", status, row.status_word, notes, _changed_at(row) or lines.count()),
        when=_changed_at(row),
        not_before=sent_at,
        by_body=True,
        status_word=row.status_word,
        status_notes=notes,
    )
    return update is not None


def _changed_at(row: RequestStatus) -> datetime | None:
    """When the body changed it. A city without such dates has that of the filing there (DIALECTS, Q16): None then."""
    return row.updated_datetime if row.updated_datetime != row.requested_datetime else None


def _is_said(request: ServiceRequest, row: RequestStatus) -> bool:
    """Whether the status notes are in a note, or are the last words that are in the history."""
    notes = row.status_notes.strip()
    if not notes or any(note.text.strip() == notes for note in row.notes):
        return True
    last = StatusUpdate.objects.filter(service_request=request, by_body=True).exclude(status_notes="").last()
    return last is not None and last.status_notes == notes


def public_status(row: RequestStatus) -> PublicStatus:
    """Our word for what the body shows. Open with words of the body's own means that somebody there is on it."""
    if row.stage in BY_STAGE:
        return BY_STAGE[row.stage]
    if row.status is Status.CLOSED:
        return PublicStatus.DUPLICATE if row.duplicate_of else PublicStatus.CLOSED
    return PublicStatus.IN_PROGRESS if row.status_notes.strip() or row.notes else PublicStatus.ACCEPTED


def _copy_facts(request: ServiceRequest, row: RequestStatus, notes: str) -> None:
    facts = {
        "status_word": row.status_word[:200],
        "status_notes": notes,
        "agency_responsible": row.agency_responsible[:300] or request.agency_responsible,
        "service_notice": row.service_notice or request.service_notice,
        "expected_datetime": row.expected_datetime or request.expected_datetime,
    }
    changed = [name for name, value in facts.items() if getattr(request, name) != value]
    for name in changed:
        setattr(request, name, facts[name])
    if changed:
        request.save(update_fields=changed)


def _look_later(submissions: Iterable[Submission], asked: float | None = None) -> None:
    now = clock.now()
    for submission in submissions:
        request = ServiceRequest.objects.only("status", "updated_datetime").get(pk=submission.request_id)
        since = now - request.updated_datetime
        pause = refresh_pause(since, settings.REFRESH_FIRST, settings.REFRESH_LONGEST)
        pause = max(pause, timedelta(seconds=min(asked or 0, settings.REFRESH_LONGEST)))
        due_at = None if request.status in ENDED and since > REOPEN_WATCH else now + pause
        Submission.objects.filter(pk=submission.pk, state=SubmissionState.DELIVERED).update(
            looks=submission.looks + 1, looked_at=now, due_at=due_at
        )
