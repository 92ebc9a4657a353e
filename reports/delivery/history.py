"""The history of a request: a line appended, the status moved, the people who follow it owed a mail."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from reports import clock
from reports.delivery import statuses
from reports.models import PublicStatus, ServiceRequest, StatusUpdate
from reports.notifications import queue


def fingerprint(*parts: object) -> str:
    """What makes the same news recognisable as the same."""
    return hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).hexdigest()


def line(
    service_request: ServiceRequest,
    status: PublicStatus,
    *,
    mark: str,
    when: datetime | None = None,
    not_before: datetime | None = None,
    by_body: bool = False,
    status_word: str = "",
    status_notes: str = "",
    is_comment: bool = False,
    private: bool = False,
) -> StatusUpdate:
    """One line of history, not saved yet: for `append_all`. `when` is clamped to sense by `moment`."""
    return StatusUpdate(
        service_request=service_request,
        fingerprint=mark,
        datetime=moment(service_request, when, not_before),
        recorded_at=clock.now(),
        status=status,
        by_body=by_body,
        status_word=status_word[:200],
        status_notes=status_notes,
        is_comment=is_comment,
        private=private,
    )


def append(
    service_request: ServiceRequest, status: PublicStatus, *, mark: str, receipt: bool = False, **more: Any
) -> StatusUpdate | None:
    """Append one line of history; None when `mark` says that it is there already. Nobody is told of a private one.

    `receipt`: whatever its words, it says no more than that the request is there. `more` is as in `line`.
    """
    new = append_all(service_request, [line(service_request, status, mark=mark, **more)], receipts=receipt)
    return next(iter(new), None)


def append_all(
    service_request: ServiceRequest,
    updates: Sequence[StatusUpdate],
    *,
    surely_new: bool = False,
    receipts: bool = False,
) -> list[StatusUpdate]:
    """Append the lines that are not there already, in their order; returns these, saved. One query more or less for
    each report that is sent, and each row that a body shows, is felt: hence all at once, and without looking where
    they are `surely_new`; being wrong in that costs a look."""
    if surely_new and (saved := _insert(service_request, updates, receipts)) is not None:
        return saved
    lines = StatusUpdate.objects.filter(service_request=service_request)
    marks = [each.fingerprint for each in updates]
    known = set(lines.filter(fingerprint__in=marks).values_list("fingerprint", flat=True))
    new = [each for each in updates if each.fingerprint not in known]
    if not new:
        return []
    saved = _insert(service_request, new, receipts)
    if saved is not None:
        return saved
    if len(new) == 1:
        return []
    return [line for each in new for line in append_all(service_request, [each], receipts=receipts)]


def _insert(
    service_request: ServiceRequest, updates: Sequence[StatusUpdate], receipts: bool
) -> list[StatusUpdate] | None:
    """Save them, and owe their mails; None, and nothing, where one of them is there."""
    try:
        with transaction.atomic():
            saved = StatusUpdate.objects.bulk_create(updates)
            queue.enqueue(*(each for each in saved if not each.private))
            if not receipts:
                _note_answer(service_request, saved)
    except IntegrityError:
        for each in updates:
            each.pk = None
        return None
    return saved


def _note_answer(request: ServiceRequest, lines: Sequence[StatusUpdate]) -> None:
    """Keep when the body first answered. Lines come late and out of order, so that it may move back, never on."""
    first = min((each.datetime for each in lines if is_answer(each)), default=None)
    if first is None or (request.first_answer_at is not None and request.first_answer_at <= first):
        return
    request.first_answer_at = first
    later = Q(first_answer_at=None) | Q(first_answer_at__gt=first)
    ServiceRequest.objects.filter(later, pk=request.pk).update(first_answer_at=first)


def is_answer(line: StatusUpdate) -> bool:
    """Whether a line is somebody at the body speaking: by what has become of the request, or in words. That the request
    is there, which most systems say by themselves, is a receipt."""
    if not line.by_body or line.is_comment or line.private:
        return False
    return line.status not in statuses.RECEIPTS or line.status_notes.strip() != ""


def moment(service_request: ServiceRequest, when: datetime | None, not_before: datetime | None = None) -> datetime:
    """A body's date between `not_before` (or the filing) and now; now where it gives none.

    Cities send times in the future (Chicago), and times cut to the second, which would come before the filing that
    they answer.
    """
    now = clock.now()
    return min(max(when or now, not_before or service_request.requested_datetime), now)


def set_status(service_request: ServiceRequest, status: PublicStatus, when: datetime | None = None) -> None:
    """Move the request's own public status; `when` is the time of the change, now unless given. What people said of a
    closing ends with it, and so does its end unless this is one. Append the line that says so first."""
    service_request.status = status
    service_request.updated_datetime = moment(service_request, when)
    if status != PublicStatus.CLOSED:
        service_request.verdict = ""
    service_request.ended_at = _end(service_request)
    service_request.save(update_fields=["status", "updated_datetime", "verdict", "ended_at"])


def _end(service_request: ServiceRequest) -> datetime | None:
    """Since when it is over; None while it is not. One that was over before may have been open in between."""
    if service_request.status not in statuses.OVER:
        return None
    known = statuses.over_since(service_request) if service_request.ended_at is not None else None
    return known or service_request.updated_datetime
