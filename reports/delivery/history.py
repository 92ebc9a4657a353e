"""The history of a request: a line appended, the status moved, the people who follow it owed a mail."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from reports import clock
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


def append(service_request: ServiceRequest, status: PublicStatus, *, mark: str, **more: Any) -> StatusUpdate | None:
    """Append one line of history; None when `mark` says that it is there already. Nobody is told of a private one.

    `more` is as in `line`.
    """
    return next(iter(append_all(service_request, [line(service_request, status, mark=mark, **more)])), None)


def append_all(
    service_request: ServiceRequest, updates: Sequence[StatusUpdate], *, surely_new: bool = False
) -> list[StatusUpdate]:
    """Append the lines that are not there already, in their order; returns these, saved. One query more or less for
    each report that is sent, and each row that a body shows, is felt: hence all at once, and without looking where
    they are `surely_new`; being wrong in that costs a look."""
    if surely_new and (saved := _insert(updates)) is not None:
        return saved
    lines = StatusUpdate.objects.filter(service_request=service_request)
    marks = [each.fingerprint for each in updates]
    known = set(lines.filter(fingerprint__in=marks).values_list("fingerprint", flat=True))
    new = [each for each in updates if each.fingerprint not in known]
    if not new:
        return []
    saved = _insert(new)
    if saved is not None:
        return saved
    return [] if len(new) == 1 else [line for each in new for line in append_all(service_request, [each])]


def _insert(updates: Sequence[StatusUpdate]) -> list[StatusUpdate] | None:
    """Save them, and owe their mails; None, and nothing, where one of them is there."""
    try:
        with transaction.atomic():
            saved = StatusUpdate.objects.bulk_create(updates)
            queue.enqueue(*(each for each in saved if not each.private))
    except IntegrityError:
        for each in updates:
            each.pk = None
        return None
    return saved


def moment(service_request: ServiceRequest, when: datetime | None, not_before: datetime | None = None) -> datetime:
    """A body's date between `not_before` (or the filing) and now; now where it gives none.

    Cities send times in the future (Chicago), and times cut to the second, which would come before the filing that
    they answer.
    """
    now = clock.now()
    return min(max(when or now, not_before or service_request.requested_datetime), now)


def set_status(service_request: ServiceRequest, status: PublicStatus, when: datetime | None = None) -> None:
    """Move the request's own public status; `when` is the time of the change, now unless given. What people said of a
    closing ends with it."""
    service_request.status = status
    service_request.updated_datetime = moment(service_request, when)
    if status != PublicStatus.CLOSED:
        service_request.verdict = ""
    service_request.save(update_fields=["status", "updated_datetime", "verdict"])
