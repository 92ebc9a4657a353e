"""The key of one mail: in its envelope sender and in a header, so that what comes back is known for ours.

Short and in small letters: a local part holds 64 characters (RFC 5321, section 4.5.3.1.1), and there are mail servers
that change capitals. It names a row and no address: the one that owes the mail, or of a mail about an account, which is
owed by none, the account or its address.
"""

import base64
import hmac
import re
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any, Final, TypeAlias

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import EmailMessage

from reports.models import Confirmation, Digest, Notification, User, VolunteerMail

HEADER: Final = "X-Mail-Key"
OWED: Final[dict[str, type[Any]]] = {"n": Notification, "c": Confirmation, "v": VolunteerMail, "d": Digest}
KINDS: Final[dict[str, type[Any]]] = {**OWED, "a": EmailAddress, "u": User}
_KEY: Final = re.compile(r"([a-z])([0-9]{1,18})-([a-z2-7]{16})", re.IGNORECASE)

Row: TypeAlias = Notification | Confirmation | VolunteerMail | Digest | EmailAddress | User


@dataclass(frozen=True, slots=True)
class Named:
    """The mail that a key names, and whom it went to."""

    kind: str
    row: Row
    address: str


def key_of(row: Row) -> str:
    """The key of the mail that this row owes, or that goes to this address."""
    letter = next(letter for letter, model in KINDS.items() if isinstance(row, model))
    return f"{letter}{row.pk}-{_seal(f'{letter}{row.pk}', settings.SECRET_KEY)}"


def envelope(key: str) -> str:
    """The address that bounces of this mail go to; empty where MAIL_BOUNCES names none."""
    local, at, host = str(settings.MAIL_BOUNCES).partition("@")
    return f"{local}+{key}@{host}" if at else ""


def put_on(mail: EmailMessage, key: str) -> None:
    """Let what comes back be known for this mail: by a header, and by an envelope sender of its own where there is a
    mailbox for bounces. Django takes the envelope's sender from `from_email`, and what people see from the header."""
    mail.extra_headers[HEADER] = key
    if bounces := envelope(key):
        mail.extra_headers["From"] = mail.from_email
        mail.from_email = bounces


def key_in(recipient: str) -> str:
    """The key in an address that `envelope` made, whatever its host was rewritten to; empty where there is none."""
    local = parseaddr(recipient)[1].rpartition("@")[0]
    return local.rpartition("+")[2] if "+" in local else ""


def named_by(key: str) -> Named | None:
    """The mail of a key; None for a key that is not ours, and where the row is gone and with it the address."""
    found = _KEY.fullmatch(key.strip())
    if found is None:
        return None
    letter, number, seal = (part.lower() for part in found.groups())
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    if not any(hmac.compare_digest(_seal(f"{letter}{number}", secret), seal) for secret in secrets):
        return None
    model = KINDS[letter]
    row: Row | None = model._default_manager.filter(pk=int(number)).first()
    return Named(letter, row, address_of(row)) if row is not None else None


def address_of(row: Row) -> str:
    """Whom a mail went to."""
    if isinstance(row, Notification | Digest):
        return row.subscription.email
    return str(row.email)


def _seal(named: str, secret: str) -> str:
    """80 bits: nobody tries them out one mail at a time."""
    made = hmac.new(secret.encode(), f"reports.mail-key:{named}".encode(), "sha256").digest()
    return base64.b32encode(made[:10]).decode().lower()
