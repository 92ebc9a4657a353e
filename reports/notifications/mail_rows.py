"""Rows that owe somebody a mail: taken by one sender, handed over, tried again, and given up in the end."""

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from smtplib import SMTPException, SMTPRecipientsRefused
from typing import Any, Final, TypeVar

from django.core.mail import EmailMultiAlternatives
from django.db.models import QuerySet

from reports import clock
from reports.http.redaction import redact
from reports.models import Confirmation, Digest, Notification, NotificationState, StopReason, VolunteerMail
from reports.notifications import keys, mail_server, stops
from reports.notifications.mail_server import ServerAwayError
from reports.notifications.watched_smtp import MayHaveLeftError

log = logging.getLogger(__name__)
State = NotificationState
Row = TypeVar("Row", Notification, VolunteerMail, Confirmation, Digest)

TRIES: Final = 12
FIRST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=2)
AWAY_PAUSE: Final = timedelta(minutes=1)  # while the server is away one mail of each kind asks for all
LEASE: Final = timedelta(minutes=5)


def take(rows: QuerySet[Any]) -> list[int]:
    """Claim the queued ones of these rows for one sender; the keys of those with which no other was quicker."""
    queued = rows.filter(state=State.QUEUED)
    return [
        pk
        for pk in list(queued.values_list("pk", flat=True))
        if queued.filter(pk=pk).update(state=State.SENDING, lease_until=clock.now() + LEASE)
    ]


def hand_over(write: Callable[[], EmailMultiAlternatives], rows: Sequence[Row], to: str) -> bool:
    """Write the one mail that these rows owe and hand it to the server; False when they wait to be tried again, or are
    dropped because nothing goes to that address any more (`stops`).

    A mail that left while the server did not say whether it took it is not sent again. `to` names the receiver in the
    log, without the address. ServerAwayError where no other mail would get through either: these wait, however long,
    as that is no fault of theirs.
    """
    addresses: list[str] = []
    try:
        mail = write()
        addresses = mail.recipients()
        if reason := next(filter(None, map(stops.reason_of, addresses)), None):
            drop(rows, f"Stopped: {StopReason(reason).label}.")
            return False
        keys.put_on(mail, keys.key_of(rows[0]))
        mail_server.send(mail)
    except ServerAwayError as away:
        error = away.__cause__ or away
        log.warning("the mail to %s was not sent: %s", to, type(error).__name__)
        _all(rows).update(
            state=State.QUEUED, lease_until=None, error=_words(error, addresses), due_at=clock.now() + AWAY_PAUSE
        )
        raise
    except MayHaveLeftError:
        log.warning("the mail to %s left, and the server did not say whether it took it", to)
        _all(rows).update(state=State.FAILED, lease_until=None, error="The server hung up; it may have left.")
        return False
    except (OSError, SMTPException) as error:  # its words may quote the address
        log.warning("the mail to %s was not sent: %s", to, type(error).__name__)
        _try_again(rows, error, addresses)
        stops.stop_refused(error)
        return False
    except Exception as error:  # a template that fails must not stop the next mail
        log.exception("the mail to %s could not be written", to)
        _try_again(rows, error, addresses)
        return False
    _all(rows).update(state=State.SENT, sent_at=clock.now(), lease_until=None, error="")
    return True


def drop(rows: Sequence[Row], why: str = "") -> None:
    """Owe these mails no longer."""
    _all(rows).update(state=State.DROPPED, lease_until=None, error=why[:500])


def give_up_on_dead_senders(rows: QuerySet[Any]) -> None:
    """A mail whose sender died may have left: better one mail too few than the same one twice."""
    rows.filter(state=State.SENDING, lease_until__lt=clock.now()).update(
        state=State.FAILED, lease_until=None, error="The sender ended while sending; it may have left."
    )


def _all(rows: Sequence[Row]) -> QuerySet[Any]:
    return type(rows[0])._default_manager.filter(pk__in=[row.pk for row in rows])


def _try_again(rows: Sequence[Row], error: Exception, addresses: Sequence[str]) -> None:
    """Put these off, TRIES times at most. A row that was deleted meanwhile, with its report or its endpoint, owes
    nothing any more."""
    for row in rows:
        tries = min(row.attempts + 1, TRIES)
        again = tries < TRIES and not _is_final(error)
        _all([row]).update(
            attempts=tries,
            error=_words(error, addresses),
            lease_until=None,
            state=State.QUEUED if again else State.FAILED,
            due_at=clock.now() + min(FIRST_PAUSE * 2 ** (tries - 1), LONGEST_PAUSE),
        )


def _words(error: BaseException, addresses: Sequence[str]) -> str:
    """The reason as it is kept: without the addresses, as not everybody who reads it may see those."""
    return redact(str(error), addresses)[:500]


def _is_final(error: Exception) -> bool:
    """Whether the mail server said of every address that it will never take it (5xx, RFC 5321 section 4.2.1)."""
    if not isinstance(error, SMTPRecipientsRefused):
        return False
    return all(code >= 500 for code, _words in error.recipients.values())
