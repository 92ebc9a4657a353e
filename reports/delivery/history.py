"""The history of a request: a line appended, the status moved, the people who follow it owed a mail."""

import hashlib
from datetime import datetime

from django.db import transaction

from reports import clock
from reports.models import PublicStatus, ServiceRequest, StatusUpdate
from reports.notifications import queue


def fingerprint(*parts: object) -> str:
    """What makes the same news recognisable as the same."""
    return hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).hexdigest()


def append(
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
) -> StatusUpdate | None:
    """Append one line of history; None when `mark` says that it is there already. Nobody is told of a private one.

    `when` is clamped to sense by `moment`.
    """
    with transaction.atomic():
        update, new = StatusUpdate.objects.get_or_create(
            service_request=service_request,
            fingerprint=mark,
            defaults={
                "datetime": moment(service_request, when, not_before),
                "recorded_at": clock.now(),
                "status": status,
                "by_body": by_body,
                "status_word": status_word[:200],
                "status_notes": status_notes,
                "is_comment": is_comment,
                "private": private,
            },
        )
        if not new:
            return None
        if not private:
            queue.enqueue(update)
    return update


def moment(service_request: ServiceRequest, when: datetime | None, not_before: datetime | None = None) -> datetime:
    """A body's date between `not_before` (or the filing) and now; now where it gives none.

    Cities send times in the future (Chicago), and times cut to the second, which would come before the filing that
    they answer.
    """
    now = clock.now()
    return min(max(when or now, not_before or service_request.requested_datetime), now)


def set_status(service_request: ServiceRequest, status: PublicStatus, when: datetime | None = None) -> None:
    """Move the request's own public status; `when` is the time of the change, now unless given."""
    service_request.status = status
    service_request.updated_datetime = moment(service_request, when)
    service_request.save(update_fields=["status", "updated_datetime"])
