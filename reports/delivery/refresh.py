"""What the body says of a request since: fetched by the body's own numbers, appended to its history once."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DataError, IntegrityError, transaction
from django.db.models import QuerySet

from reports import clock
from reports.delivery import endpoints, history, notes, outbox, statuses
from reports.delivery.notes import Change
from reports.delivery.pauses import refresh_pause
from reports.dialects.base import Dialect
from reports.dialects.errors import DialectError, RateLimited, Unchanged
from reports.dialects.messages import RequestStatus
from reports.models import Endpoint, PublicStatus, ServiceRequest, StatusUpdate, Submission, SubmissionState

log = logging.getLogger(__name__)

BATCH = 50
COMMENTS_AT_ONCE = 10  # requests whose comments are asked for in one round; each costs a call
RARELY = 12  # times the usual first pause, where news comes by window and single looks are only a safeguard
REOPEN_WATCH = timedelta(days=30)  # a closed request is still looked at for so long: cities do reopen
public_status = statuses.public_status


def refresh(endpoint: Endpoint, limit: int = BATCH) -> int:
    """Fetch the endpoint's requests that are due and apply what is new; returns how many changed.

    Safe to run twice at once. A request that the body does not return is looked at again later:
    "not in the answer" does not mean "lost" (DIALECTS, Q20). A system that cannot be asked by number is not asked.
    """
    if not followed(endpoint).filter(due_at__lte=clock.now()).exists():
        return 0
    dialect = endpoints.dialect_for(endpoint)
    taken = outbox.take_look(followed(endpoint), min(limit, dialect.round_size))
    if not taken:
        return 0
    if not dialect.follows_by_id:
        _look_later(endpoint, taken)  # and not never: the endpoint's dialect may be changed, or have been a mistake
        return 0
    try:
        answer = dialect.service_requests([submission.service_request_id for submission in taken])
    except Unchanged:
        endpoints.note_success(endpoint)
        _look_later(endpoint, taken)
        return 0
    except DialectError as error:
        endpoints.note_failure(endpoint, error)
        _look_later(endpoint, taken, error.retry_after if isinstance(error, RateLimited) else None)
        return 0
    endpoints.note_success(endpoint)
    rows = {row.service_request_id: row for row in answer.rows}
    changed = 0
    talked_of: list[_Talk] = []
    for submission in taken:
        row = rows.get(submission.service_request_id)
        if row is None:
            continue
        before = submission.request.body_updated_datetime
        new = try_to_apply(submission, row)
        changed += new
        if (new or statuses.newer(submission.request, row.updated_datetime)) and not row.notes:
            talked_of.append(_Talk(submission, before, statuses.changed_at(row)))
    if dialect.gives_comments:
        _fetch_comments(dialect, talked_of)
    _look_later(endpoint, taken)
    return changed


def followed(endpoint: Endpoint) -> QuerySet[Submission]:
    """The endpoint's submissions that have the body's number."""
    return Submission.objects.filter(endpoint=endpoint, state=SubmissionState.DELIVERED).exclude(service_request_id="")


def apply(service_request: ServiceRequest, row: RequestStatus, sent_at: datetime | None = None) -> bool:
    """Bring a request up to what the body shows; True when anything was new. Nothing it says is from before `sent_at`.

    A note that says the same as `status_notes` is the one line for both, and carries the new status. A row older than
    what was taken over before adds its words to the history, and changes nothing.
    """
    row = _shortened(row)
    with transaction.atomic():
        request = ServiceRequest.objects.select_for_update().get(pk=service_request.pk)
        told = statuses.told(request, row)
        status, words = statuses.moved(request, told), row.status_notes.strip()
        _copy_facts(request, row, told)
        line = Change(None if told.stale else status, told.when, words, sent_at)
        new = notes.append(request, row.notes, line)
        changed = status != request.status
        if changed or not _is_said(request, row):
            said = (told.status or status) if told.stale else status
            changed = _append_status(request, row, said, line, new) or changed
        if changed and not told.stale:
            history.set_status(request, status, told.when)
        return changed or bool(new)


def _shortened(row: RequestStatus) -> RequestStatus:
    """With no text longer than what is shown, so that each is compared with what was kept of it."""
    entries = tuple(replace(note, text=notes.shortened(note.text)) for note in row.notes)
    said, notice = notes.shortened(row.status_notes), notes.shortened(row.service_notice)
    return replace(row, status_notes=said, service_notice=notice, notes=entries)


def try_to_apply(submission: Submission, row: RequestStatus) -> bool:
    """The same; but a row that can never be stored is logged, and does not keep the others from theirs.

    A database that is away is another matter and is raised: the row has to come again.
    """
    try:
        return apply(submission.request, row, submission.sent_at)
    except (DataError, IntegrityError, ValueError, OverflowError) as error:  # its words may quote the row
        log.error("what the body says of submission %s was not stored: %s", submission.pk, type(error).__name__)
        return False


def _append_status(
    request: ServiceRequest, row: RequestStatus, status: PublicStatus, line: Change, new: list[StatusUpdate]
) -> bool:
    lines = StatusUpdate.objects.filter(service_request=request, private=False, is_comment=False)
    if not line.words and (new or any(statuses.of_note(note) is status for note in row.notes)):
        newest = lines.filter(by_body=True).last()
        if newest is not None and newest.status == status:
            return False  # the entry that moved it has just said it
    last = lines.filter(status_notes=line.words, status=status, by_body=True).last() if line.words else None
    if last and last == lines.last():
        return False  # a note has just said it
    update = history.append(
        request,
        status,
        mark=history.fingerprint("status", status, row.status_word, line.words, line.when or lines.count()),
        when=line.when,
        not_before=line.sent_at,
        by_body=True,
        status_word=row.status_word,
        status_notes=line.words,
    )
    return update is not None


def _is_said(request: ServiceRequest, row: RequestStatus) -> bool:
    """Whether the status notes are in a note, or are the last words that are in the history."""
    words = row.status_notes.strip()
    if not words or any(note.text.strip() == words for note in row.notes):
        return True
    said = StatusUpdate.objects.filter(service_request=request, by_body=True, is_comment=False)
    last = said.exclude(status_notes="").last()
    return last is not None and last.status_notes == words


def _copy_facts(request: ServiceRequest, row: RequestStatus, told: statuses.Told) -> None:
    """Once a body has said that it is private, only a volunteer undoes that; what was presumed, the body undoes."""
    known = request.private and not request.private_presumed
    facts: dict[str, object] = {"private": known or row.private, "private_presumed": False}
    if not told.stale:
        facts |= {
            "agency_responsible": row.agency_responsible[:300] or request.agency_responsible,
            "service_notice": row.service_notice or request.service_notice,
            "expected_datetime": row.expected_datetime or request.expected_datetime,
            "duplicate_of": row.duplicate_of[:200] or request.duplicate_of,
        }
    if told.status is not None and not told.stale:
        facts["body_updated_datetime"] = _latest(request.body_updated_datetime, told.when)
    if row.status_known and not told.stale:
        facts |= {"status_word": row.status_word[:200], "status_notes": row.status_notes.strip()}
    changed = [name for name, value in facts.items() if getattr(request, name) != value]
    for name in changed:
        setattr(request, name, facts[name])
    if changed:
        request.save(update_fields=changed)


def _latest(known: datetime | None, when: datetime | None) -> datetime | None:
    """A date in the future (Chicago) counts as now, so that it does not make all that follows look old."""
    if when is None:
        return known
    capped = min(when, clock.now())
    return capped if known is None else max(known, capped)


@dataclass(frozen=True, slots=True)
class _Talk:
    """A request of which something may have been said: how new what we had of it was, and when the body changed it."""

    submission: Submission
    before: datetime | None
    when: datetime | None


def _fetch_comments(dialect: Dialect, talked_of: list[_Talk]) -> None:
    """Ask what was said of requests that changed. Those that are not reached are taken for changed the next time."""
    left = list(talked_of)
    while left and len(talked_of) - len(left) < COMMENTS_AT_ONCE:
        submission, when = left[0].submission, left[0].when
        try:
            said = dialect.comments(submission.service_request_id)
        except DialectError as error:
            log.warning("no comments of %s: %s", submission.service_request_id, error)
            break
        with transaction.atomic():
            status = ServiceRequest.objects.values_list("status", flat=True).get(pk=submission.request_id)
            notes.append(submission.request, said, Change(PublicStatus(status), when, sent_at=submission.sent_at))
        left.pop(0)
    for talk in left:
        requests = ServiceRequest.objects.filter(pk=talk.submission.request_id)
        requests.update(body_updated_datetime=talk.before)


def _look_later(endpoint: Endpoint, submissions: Iterable[Submission], asked: float | None = None) -> None:
    now = clock.now()
    first = settings.REFRESH_FIRST * (RARELY if endpoints.follows_by_window(endpoint) else 1)
    for submission in submissions:
        request = ServiceRequest.objects.only("status", "updated_datetime").get(pk=submission.request_id)
        since = now - request.updated_datetime
        pause = refresh_pause(since, first, settings.REFRESH_LONGEST)
        pause = max(pause, timedelta(seconds=min(asked or 0, settings.REFRESH_LONGEST)))
        due_at = None if request.status in statuses.ENDED and since > REOPEN_WATCH else now + pause
        Submission.objects.filter(pk=submission.pk, state=SubmissionState.DELIVERED).update(
            looks=submission.looks + 1, looked_at=now, due_at=due_at
        )
