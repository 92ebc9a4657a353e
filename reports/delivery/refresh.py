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
        answer = endpoints.dialect_for(endpoint).service_requests([submission.service_request_id for submission in taken])
    except DialectError as error:
        endpoints.note_failure(endpoint, error)
        _look_later(taken, error.retry_after if isinstance(error, RateLimited) else None)
        return 0
    endpoints.note_success(endpoint)
    rows = {row.service_request_id: row for row in answer.rows}
    changed = 0
    for submission in taken:
        row = rows.get(submission.service_request_id)
        changed += row is not None and apply(submission.request, row)
    _look_later(taken)
    return changed


def followed(endpoint: Endpoint) -> QuerySet[Submission]:
    """The endpoint's submissions that have the body's number."""
    return Submission.objects.filter(endpoint=endpoint, state=SubmissionState.DELIVERED).exclude(service_request_id="")


def apply(service_request: ServiceRequest, row: RequestStatus) -> bool:
    """Bring a request up to what the body shows; True when anything was new."""
    with transaction.atomic():
        request = ServiceRequest.objects.select_for_update().get(pk=service_request.pk)
        known = list(StatusUpdate.objects.filter(service_request=request))
        new = _append_notes(request, row.notes, known)
        return _append_status(request, row, known, new) or bool(new)


def _append_notes(request: ServiceRequest, notes: Iterable[Note], known: list[StatusUpdate]) -> list[StatusUpdate]:
    status = PublicStatus(request.status) if known else PublicStatus.ACCEPTED
    new = []
    for note in notes:
        mark = history.fingerprint("note", note.id or note.datetime, "" if note.id else note.text)
        if not note.text.strip() or any(update.fingerprint == mark for update in known):
            continue
        update = history.append(
            request, status, mark=mark, when=note.datetime, by_body=True, status_word=note.type, status_notes=note.text
        )
        if update:
            new.append(update)
    return new


def _append_status(
    request: ServiceRequest, row: RequestStatus, known: list[StatusUpdate], new: list[StatusUpdate]
) -> bool:
    status = public_status(row)
    word, notes = row.status_word[:200], row.status_notes.strip()
    _copy_facts(request, row, word, notes)
    last = max((update for update in known if update.by_body), key=_order, default=None)
    said = any(update.status_notes.strip() == notes for update in (*known, *new)) if notes else True
    if status == request.status and (said or (last and last.status_notes == notes)):
        return False
    when = row.updated_datetime
    mark = history.fingerprint("status", status, word, notes, when or len(known))
    if not history.append(
        request, status, mark=mark, when=when, by_body=True, status_word=word, status_notes=notes
    ):
        return False
    history.set_status(request, status, when)
    return True


def _order(update: StatusUpdate) -> tuple[datetime, int]:
    return update.datetime, update.pk


def public_status(row: RequestStatus) -> PublicStatus:
    """Our word for what the body shows. Open with words of the body's own means that somebody there is on it."""
    if row.stage in BY_STAGE:
        return BY_STAGE[row.stage]
    if row.status is Status.CLOSED:
        return PublicStatus.CLOSED
    return PublicStatus.IN_PROGRESS if row.status_notes.strip() or row.notes else PublicStatus.ACCEPTED


def _copy_facts(request: ServiceRequest, row: RequestStatus, word: str, notes: str) -> None:
    facts = {
        "status_word": word,
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
