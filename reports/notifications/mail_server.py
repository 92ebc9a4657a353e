"""Handing one mail to the mail server, and whether a failure is the server's or the mail's.

Whatever fails before MAIL FROM (connecting, greeting, STARTTLS, signing in) would fail for every mail: nothing of this
one has been said yet. What comes after it can be about this mail alone, also a connection that is cut: there are
filters that hang up on what they do not like.
"""

import contextlib
from collections.abc import Iterator
from smtplib import SMTPException

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend


class ServerAwayError(Exception):
    """The mail server cannot be reached, or does not let us in; its cause says how."""


def send(mail: EmailMessage) -> None:
    """Hand it over. ServerAwayError before anything of it was said; OSError and SMTPException after that."""
    mail.connection = mail.connection or get_connection()
    with _connected(mail.connection):
        mail.send()


def reach() -> None:
    """Connect, and hang up without a mail. ServerAwayError as for one."""
    with _connected(get_connection()):
        pass


@contextlib.contextmanager
def _connected(connection: BaseEmailBackend) -> Iterator[None]:
    """What fails in hanging up fails nobody: the server has the mail already, or has refused it."""
    try:
        try:
            connection.open()
        except (OSError, SMTPException) as error:
            raise ServerAwayError from error
        yield
    finally:  # also of one that was opened half
        with contextlib.suppress(OSError, SMTPException):
            connection.close()
