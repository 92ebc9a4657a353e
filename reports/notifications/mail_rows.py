"""Rows that owe somebody a mail: taken by one sender, handed over, tried again, and given up in the end."""

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any, Final, TypeVar

from django.core.mail import EmailMultiAlternatives
from django.db.models import QuerySet

from reports import clock
from reports.http.redaction import redact
from reports.models import Confirmation, Notification, NotificationState, VolunteerMail

log = logging.getLogger(__name__)
State = NotificationState
Row = TypeVar("Row", Notification, VolunteerMail, Confirmation)

TRIES: Final = 12
FIRST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=2)
LEASE: Final = timedelta(minutes=5)


class ServerAwayError(Exception):
    """The mail server cannot be reached; the mails wait in their rows."""


def take(rows: QuerySet[Any]) -> list[int]:
    """Claim the queued ones of these rows for one sender; the keys of those with which no other was quicker."""
    queued = rows.filter(state=State.QUEUED)
    return [
        pk
        for pk in list(queued.values_list("pk", flat=True))
        if queued.filter(pk=pk).update(state=State.SENDING, lease_until=clock.now() + LEASE)
    ]


def hand_over(write: Callable[[], EmailMultiAlternatives], rows: Sequence[Row], to: str) -> bool:
    """Write the one mail that these rows owe and hand it to the server; False when they wait to be tried again.

    `to` names the receiver in the log, without the address. ServerAwayError where no other mail would get through
    either.
    """
    addresses: list[str] = []
    try:
        mail = write()
        addresses = mail.recipients()
        mail.send()
    except (OSError, SMTPException) as error:  # its words may quote the address
        log.warning("the mail to %s was not sent: %s", to, type(error).__name__)
        _try_again(rows, error, addresses)
        if not isinstance(error, SMTPResponseException | SMTPRecipientsRefused):
            raise ServerAwayError from error
        return False
    except Exception as error:  # a template that fails must not stop the next mail
        log.exception("the mail to %s could not be written", to)
        _try_again(rows, error, addresses)
        return False
    _all(rows).update(state=State.SENT, sent_at=clock.now(), lease_until=None, error="")
    return True


def drop(rows: Sequence[Row]) -> None:
    """Owe these mails no longer."""
    _all(rows).update(state=State.DROPPED, lease_until=None)


def give_up_on_dead_senders(rows: QuerySet[Any]) -> None:
    """A mail whose sender died may have left: better one mail too few than the same one twice."""
    rows.filter(state=State.SENDING, lease_until__lt=clock.now()).update(
        state=State.FAILED, lease_until=None, error="The sender ended while sending; it may have left."
    )


def _all(rows: Sequence[Row]) -> QuerySet[Any]:
    return type(rows[0])._default_manager.filter(pk__in=[row.pk for row in rows])


def _try_again(rows: Sequence[Row], error: Exception, addresses: Sequence[str]) -> None:
    """Put these off. A row that was deleted meanwhile, with its report or its endpoint, owes nothing any more.

    The reason is kept without the addresses: not everybody who reads it may see those.
    """
    words = redact(str(error), addresses)[:500]
    for row in rows:
        tries = row.attempts + 1
        again = tries < TRIES and not _is_final(error)
        _all([row]).update(
            attempts=tries,
            error=words,
            lease_until=None,
            state=State.QUEUED if again else State.FAILED,
            due_at=clock.now() + min(FIRST_PAUSE * 2 ** (tries - 1), LONGEST_PAUSE),
        )


def _is_final(error: Exception) -> bool:
    """Whether the mail server said of every address that it will never take it (5xx, RFC 5321 section 4.2.1)."""
    if not isinstance(error, SMTPRecipientsRefused):
        return False
    return all(code >= 500 for code, _words in error.recipients.values())
