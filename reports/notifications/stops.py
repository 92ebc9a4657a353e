"""Addresses to which no mail goes any more: which they are, and why. Kept as marks, from which nobody reads one."""

import re
from smtplib import SMTPRecipientsRefused
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from reports import clock
from reports.http.redaction import redact
from reports.models import (
    MailStop,
    StopReason,
    Subscription,
    WatchSubscription,
    person_mark,
)
from reports.notifications import refusals
from reports.notifications.unsubscribe import unsubscribe

MOST_WORDS: Final = 300
_ADDRESS: Final = re.compile(r"[^\s<>\"'(),:;]+@[^\s<>\"'(),:;]+")


def stop(address: str, reason: StopReason, words: str = "") -> bool:
    """Send nothing more to this address; True where it was not stopped before. `words` are the server's own.

    Whoever complained said no, so what they follow is ended. What somebody follows whose mailbox is broken goes on, and
    only its mails are left out: when a volunteer lifts the stop, the next news reaches them again.
    """
    with transaction.atomic():
        new = not of(address).exists()
        if new:
            MailStop.objects.get_or_create(
                address=person_mark("email", address), defaults={"reason": reason, "words": cleaned(words, address)}
            )
        if reason == StopReason.COMPLAINED:
            of(address).update(reason=reason)
            _end_all(address)
    return new


def stop_refused(error: Exception) -> None:
    """Stop the addresses of which the server said, with a code, that there is nobody. A bare 550 may as well be about
    policy or spam."""
    if not isinstance(error, SMTPRecipientsRefused):
        return
    for address, (code, said) in error.recipients.items():
        words = said.decode("utf-8", "replace")
        if code >= 500 and refusals.about("", words) is refusals.About.ADDRESS:
            stop(address, StopReason.REFUSED, f"{code} {words}")


def reason_of(address: str) -> StopReason | None:
    """Why nothing goes to this address; None where mail may."""
    found = of(address).values_list("reason", flat=True).first()
    return StopReason(found) if found else None


def is_stopped(address: str) -> bool:
    """Whether nothing goes to this address."""
    return reason_of(address) is not None


def lift(row: MailStop) -> None:
    """Let mail go there again. Nothing that was left out meanwhile is sent after."""
    MailStop.objects.filter(pk=row.pk).delete()


def of(address: str) -> QuerySet[MailStop]:
    """The stop of an address, however it is written in capitals and small letters: none or one, or two where there is
    one more from before a change of SECRET_KEY."""
    return MailStop.objects.filter(address__in=person_mark("email", address).forms)


def cleaned(words: str, address: str = "") -> str:
    """A mail server's words on one line, without the address and whatever else looks like one."""
    line = " ".join(redact(words.replace("\x00", ""), [address] if address else []).split())
    return _ADDRESS.sub("[removed]", line)[:MOST_WORDS]


def _end_all(address: str) -> None:
    for row in Subscription.objects.filter(email__lower=address.lower(), ended_at=None):
        unsubscribe(row)
    WatchSubscription.objects.filter(email__lower=address.lower(), ended_at=None).update(ended_at=clock.now())
