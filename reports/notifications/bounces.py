"""What comes back: delivery status notifications (RFC 3464) and feedback reports (RFC 5965), read and believed only
where they carry the key of a mail of ours.

Nothing else in such a message is believed: anybody can write one. Vacation replies, delays and whatever is in no
standard form stop nobody.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes, message_from_string
from email.errors import MessageError
from email.message import Message
from enum import Enum
from typing import Any, Final

from django.db import transaction

from reports import clock
from reports.models import NotificationState, StopReason
from reports.notifications import keys, refusals, stops
from reports.notifications.refusals import About

log = logging.getLogger(__name__)

MOST_BYTES: Final = 5 * 1024 * 1024
AGAIN: Final = timedelta(days=30)
SOFT_MOST: Final = 3  # mails that came back in that time for a reason that may pass, after which it counts for good
CAME_BACK: Final = "Came back: "  # how the error of a row begins whose mail did
UNWANTED: Final = "Not taken: "  # and of one that was refused for what it is
ENVELOPES: Final = ("X-Original-To", "Delivered-To", "Envelope-To", "X-Envelope-To", "To")
COMPLAINTS: Final = frozenset({"abuse", "fraud", "opt-out", "other", "virus"})  # all but not-spam, and reports of DMARC


class Done(Enum):
    """What was done about a message."""

    STOPPED = "stopped"
    COUNTED = "counted"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done, and why in words without an address."""

    done: Done
    why: str


@dataclass(frozen=True, slots=True)
class Failure:
    """One receiver's part of a delivery status notification."""

    status: str
    words: str


def take(message: Message | bytes, recipient: str = "") -> Outcome:
    """Act on one message that came to MAIL_BOUNCES. `recipient` is the envelope's, where the mail server tells it.

    Never raises for what the message holds; django.db.Error where the database is away.
    """
    try:
        read = message_from_bytes(message[:MOST_BYTES]) if isinstance(message, bytes) else message
        outcome = _take(read, recipient)
    except (MessageError, ValueError, LookupError, RecursionError, AttributeError, TypeError) as error:
        # The parser of the standard library promises not to raise; what it gives for nonsense may have any shape.
        outcome = Outcome(Done.IGNORED, f"unreadable: {type(error).__name__}")
    log.info("mail that came back: %s (%s)", outcome.done.value, outcome.why)
    return outcome


def take_failure(key: str, status: str, words: str) -> Outcome:
    """Act on one failure to deliver the mail of that key."""
    named = keys.named_by(key)
    if named is None:
        return Outcome(Done.IGNORED, "it names no mail of ours")
    judged = refusals.about(status, words)
    said = stops.cleaned(words or status, named.address)
    with transaction.atomic():
        _note(named, f"{UNWANTED if judged is About.OURS else CAME_BACK}{said}")
        if judged is About.OURS:
            log.warning("a mail server does not want our mail: %s", said)
            return Outcome(Done.COUNTED, "about our mail, not about the address")
        if judged is About.MAILBOX and _soft_bounces(named) < SOFT_MOST:
            return Outcome(Done.COUNTED, "it may pass")
        stops.stop(named.address, StopReason.BOUNCED, said)
    return Outcome(Done.STOPPED, "came back for good")


def take_complaint(key: str, words: str) -> Outcome:
    """Act on one complaint about the mail of that key."""
    named = keys.named_by(key)
    if named is None:
        return Outcome(Done.IGNORED, "it names no mail of ours")
    stops.stop(named.address, StopReason.COMPLAINED, words)
    return Outcome(Done.STOPPED, "its receiver complained")


def _take(message: Message, recipient: str) -> Outcome:
    if (report := next(_parts(message, "message/feedback-report"), None)) is not None:
        fields = _fields(report)[0]
        kind = str(fields.get("Feedback-Type", "")).strip().lower()
        if kind not in COMPLAINTS:
            return Outcome(Done.IGNORED, "no complaint")
        return take_complaint(_key(message, recipient, fields.get("Original-Mail-From", "")), f"Feedback-Type: {kind}")
    for status in ("message/delivery-status", "message/global-delivery-status"):
        if (report := next(_parts(message, status), None)) is not None:
            failure = next(_failures(report), None)
            if failure is None:
                return Outcome(Done.IGNORED, "a delay or a success")
            return take_failure(_key(message, recipient), failure.status, failure.words)
    return Outcome(Done.IGNORED, "no report in a standard form")


def _failures(report: Message) -> Iterator[Failure]:
    """The receivers to whom nothing was delivered and will not be (RFC 3464, section 2.3.3)."""
    for fields in _fields(report):
        if str(fields.get("Action", "")).strip().lower() == "failed":
            yield Failure(str(fields.get("Status", "")), str(fields.get("Diagnostic-Code", "")))


def _key(message: Message, recipient: str, mail_from: object = "") -> str:
    """The key of the mail that it is about: in the address that it came to, or in the headers that came back."""
    told = [recipient, *(str(value) for name in ENVELOPES for value in message.get_all(name, [])), str(mail_from)]
    found = [keys.key_in(address.strip()) for address in told]
    found += [str(value) for original in _originals(message) for value in original.get_all(keys.HEADER, [])]
    return next((key for key in found if keys.named_by(key) is not None), "")


def _originals(message: Message) -> Iterator[Message]:
    """The headers of the mail that came back, whole or alone (RFC 3462)."""
    for part in _parts(message, "message/rfc822", "message/global"):
        payload = part.get_payload()
        if isinstance(payload, list):
            yield from (each for each in payload if isinstance(each, Message))
    for part in _parts(message, "text/rfc822-headers", "message/global-headers"):
        yield message_from_string(_text(part))


def _fields(report: Message) -> list[Message]:
    """The groups of fields of a report: one for the message, and one for each receiver."""
    payload = report.get_payload()
    if isinstance(payload, list):
        groups = [each for each in payload if isinstance(each, Message)]
        nested = [message_from_string(str(each.get_payload())) for each in groups if not each.keys()]
        return [*groups, *nested]
    return [message_from_string(group) for group in _text(report).replace("\r\n", "\n").split("\n\n")]


def _text(part: Message) -> str:
    found: Any = part.get_payload(decode=True)
    return found.decode("utf-8", "replace") if isinstance(found, bytes) else ""


def _parts(message: Message, *types: str) -> Iterator[Message]:
    return (part for part in message.walk() if part.get_content_type() in types)


def _note(named: keys.Named, words: str) -> None:
    """Say on the row that its mail came back: it was sent, and did not arrive. Of an account no mail is kept."""
    model = keys.OWED.get(named.kind)
    if model is None:
        return
    sent = model._default_manager.filter(pk=named.row.pk, state=NotificationState.SENT)
    sent.update(state=NotificationState.FAILED, error=words[:500])


def _soft_bounces(named: keys.Named) -> int:
    """How many mails to that address came back lately, whatever they were about."""
    since = clock.now() - AGAIN
    count = 0
    for model in keys.OWED.values():
        field = "subscription__email__lower" if hasattr(model, "subscription") else "email__lower"
        rows = model._default_manager.filter(
            **{field: named.address.lower()}, sent_at__gt=since, error__startswith=CAME_BACK
        )
        count += rows.count()
    return count
