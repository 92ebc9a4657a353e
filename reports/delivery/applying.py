"""A row that a body shows, brought into a request: its facts, its history, its status. Each piece of news once."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from django.db import DataError, Error, IntegrityError, transaction

from reports import clock
from reports.delivery import bulk, closings, history, notes, schedule, statuses
from reports.delivery.notes import Change
from reports.dialects.messages import Note, RequestStatus
from reports.models import PublicStatus, ServiceRequest, StatusUpdate, Submission

log = logging.getLogger(__name__)

Pair = tuple[Submission, RequestStatus]
FACTS: Final = (
    "private", "private_presumed", "agency_responsible", "service_notice", "expected_datetime", "duplicate_of",
    "body_updated_datetime", "status_word", "status_notes",
)  # fmt: skip


# What a row raises that no database takes. Its words may quote the row, and are not logged.
UNSTORABLE: Final = (DataError, IntegrityError, ValueError, OverflowError)


@dataclass(slots=True)
class TakenOver:
    """What became of a batch: the submissions with news, and those whose row could not be stored."""

    new: set[int] = field(default_factory=set)
    failed: set[int] = field(default_factory=set)


def take_over(pairs: Sequence[Pair]) -> TakenOver:
    """Apply a batch of rows, one for each submission. Rows that tell nothing but facts share a few statements,
    however many they are; each of the others is a transaction of its own, and one that fails costs no other."""
    taken = TakenOver()
    quiet = [pair for pair in pairs if _is_quiet(pair[0].request, pair[1])]
    others = [pair for pair in pairs if not _is_quiet(pair[0].request, pair[1])]
    try:
        others += _take_over_facts(quiet)
    except (Error, ValueError, OverflowError) as error:  # one by one it is known whose row it was
        log.warning("a batch of rows is taken over one by one: %s", type(error).__name__)
        others += quiet
    for submission, row in others:
        new = try_to_apply(submission, row)
        if new:
            taken.new.add(submission.pk)
        elif new is None:
            taken.failed.add(submission.pk)
    return taken


def try_to_apply(submission: Submission, row: RequestStatus) -> bool | None:
    """As `apply`; but a row that can never be stored is logged, gives None, and does not keep the others from theirs.

    A database that is away is another matter and is raised: the row has to come again.
    """
    try:
        new = apply(submission.request, row, submission.sent_at)
    except UNSTORABLE as error:
        log.error("what the body says of submission %s was not stored: %s", submission.pk, type(error).__name__)
        return None
    if new:
        schedule.follow_again(submission)
    return new


def apply(service_request: ServiceRequest, row: RequestStatus, sent_at: datetime | None = None) -> bool:
    """Bring a request up to what the body shows; True when anything was new. Nothing it says is from before `sent_at`.

    A note that says the same as `status_notes` is the one line for both, and carries the new status. A row older than
    what was taken over before adds its words to the history, and changes nothing.
    """
    row = _shortened(row)
    with transaction.atomic():
        request = ServiceRequest.objects.select_for_update().get(pk=service_request.pk)
        if request.taken_away_at is not None:  # while the body was asked
            return False
        silent = statuses.speaks_again(request)
        told = statuses.told(request, row)
        dated_later = statuses.newer(request, statuses.changed_at(row))
        status, words = statuses.moved(request, told), row.status_notes.strip()
        status = _finer(request, told, status)
        _copy_facts(request, row, told)
        line = Change(None if told.stale else status, told.when, words, sent_at)
        new = notes.append(request, row.notes, line)
        changed = status != request.status
        if changed or not _is_said(request, row, line):
            said = (told.status or status) if told.stale else status
            changed = _append_status(request, row, said, line, new) or changed
        if silent and not changed and not told.stale:
            changed = _goes_on(request, row, line, new, dated_later=dated_later)
        if told.stale and status != request.status:
            history.set_status(request, status, request.updated_datetime)
        elif changed and not told.stale:
            history.set_status(request, status, told.when)
        if request.verdict and (changed or new):
            closings.settle(request)  # it may have been opened and closed again in between
        return changed or bool(new)


def take_over_entries(submission: Submission, said: Iterable[Note], when: datetime | None) -> list[StatusUpdate]:
    """Take over what was said of a request that the body changed at `when`; gives the lines that came of it."""
    with transaction.atomic():
        request = ServiceRequest.objects.select_for_update().get(pk=submission.request_id)
        if request.taken_away_at is not None:
            return []
        silent = statuses.speaks_again(request)
        status = PublicStatus(request.status)
        new = notes.append(request, said, Change(status, when, sent_at=submission.sent_at))
        if silent and _is_heard(new):
            history.set_status(request, status, when)
        if request.verdict and new:
            closings.settle(request)
        return new


def try_to_take_over_entries(submission: Submission, said: Iterable[Note], when: datetime | None) -> bool:
    """As `take_over_entries`; False where they can never be stored, which keeps nobody else from theirs."""
    try:
        take_over_entries(submission, said, when)
    except UNSTORABLE as error:
        log.error("what was said of submission %s was not stored: %s", submission.pk, type(error).__name__)
        return False
    return True


def _shortened(row: RequestStatus) -> RequestStatus:
    """With no text longer than what is shown, so that each is compared with what was kept of it."""
    entries = tuple(replace(note, text=notes.shortened(note.text)) for note in row.notes)
    said, notice = notes.shortened(row.status_notes), notes.shortened(row.service_notice)
    return replace(row, status_notes=said, service_notice=notice, notes=entries)


def _is_quiet(request: ServiceRequest, row: RequestStatus) -> bool:
    """Whether a row tells facts at most: no entry, no words that are new, and the status that the request has."""
    if row.notes or request.status == PublicStatus.SILENT:
        return False
    told = statuses.told(request, row)
    if told.stale or statuses.moved(request, told) != request.status:
        return False
    words = row.status_notes.strip()
    return not words or words == request.status_notes


def _take_over_facts(pairs: Sequence[Pair]) -> list[Pair]:
    """Write the facts of quiet rows down together. Returns those that are not quiet any more, now that their requests
    are locked: somebody else was faster with other news."""
    if not pairs:
        return []
    louder: list[Pair] = []
    changed: dict[int, ServiceRequest] = {}
    names: set[str] = set()
    with transaction.atomic():
        locked = ServiceRequest.objects.select_for_update().filter(pk__in={pair[0].request_id for pair in pairs})
        locked = locked.filter(taken_away_at=None)
        requests = {request.pk: request for request in locked.only("status", *FACTS).order_by("pk")}
        for submission, row in pairs:
            request = requests.get(submission.request_id)
            if request is None:  # taken away while the body was asked
                continue
            if not _is_quiet(request, row):
                louder.append((submission, row))
            elif here := _set_facts(request, _shortened(row), statuses.told(request, row)):
                names |= set(here)
                changed[request.pk] = request
        bulk.update(changed.values(), sorted(names))
    return louder


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


def _is_said(request: ServiceRequest, row: RequestStatus, line: Change) -> bool:
    """Whether the status notes are in a note, or are the last words in the history up to the time that they are of."""
    if not line.words or any(note.text.strip() == line.words for note in row.notes):
        return True
    said = StatusUpdate.objects.filter(service_request=request, by_body=True, is_comment=False)
    until = history.moment(request, line.when, line.sent_at)
    last = said.filter(datetime__lte=until).exclude(status_notes="").last()
    return last is not None and last.status_notes == line.words


def _goes_on(
    request: ServiceRequest, row: RequestStatus, line: Change, new: list[StatusUpdate], *, dated_later: bool
) -> bool:
    """Whether a row ends a silence without another status: by an entry, or by a later date alone, which is given a
    line."""
    if _is_heard(new):
        return True
    if not dated_later:
        return False
    status = PublicStatus(request.status)
    mark = history.fingerprint("not silent", line.when or clock.now())
    word = row.status_word
    history.append(request, status, mark=mark, when=line.when, not_before=line.sent_at, by_body=True, status_word=word)
    return True


def _is_heard(new: Iterable[StatusUpdate]) -> bool:
    return any(not (each.private or each.is_comment) for each in new)


def _finer(request: ServiceRequest, told: statuses.Told, status: PublicStatus) -> PublicStatus:
    """What comes late may still say more than the bare “open” that overtook it, unless an end lies between them."""
    if not (told.stale and told.status is PublicStatus.IN_PROGRESS and status is PublicStatus.ACCEPTED and told.when):
        return status
    after = StatusUpdate.objects.filter(service_request=request, datetime__gt=told.when, is_comment=False)
    return status if after.filter(status__in=statuses.ENDED).exists() else told.status


def _copy_facts(request: ServiceRequest, row: RequestStatus, told: statuses.Told) -> None:
    changed = _set_facts(request, row, told)
    if changed:
        request.save(update_fields=changed)


def _set_facts(request: ServiceRequest, row: RequestStatus, told: statuses.Told) -> list[str]:
    """Set what a row says beside its news, and name what has changed by it.

    Once a body has said that it is private, only a volunteer undoes that; what was presumed, the body undoes.
    """
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
    return changed


def _latest(known: datetime | None, when: datetime | None) -> datetime | None:
    """A date in the future (Chicago) counts as now, so that it does not make all that follows look old."""
    if when is None:
        return known
    capped = min(when, clock.now())
    return capped if known is None else max(known, capped)
