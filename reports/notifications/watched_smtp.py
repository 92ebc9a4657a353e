"""Mail servers, and SMTP's one point of no return (RFC 5321, 4.2.5 and 6.1).

Until the server has said 354 nothing of a mail has left; from then on only its answer tells whether it took the mail,
and any 4xx or 5xx there says that it did not. Silence after 354 is the only case in which nobody knows.
"""

import smtplib
from typing import Any, Final

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

LAST_SECONDS: Final = 60.0  # for the answer after the mail: it may be looked through for viruses first
START_MAIL: Final = 354


class MayHaveLeftError(smtplib.SMTPServerDisconnected):
    """The mail left, and the server did not say whether it took it: sending again could make two of it."""


class Watched:
    """An SMTP connection that knows whether the mail itself has begun to leave."""

    content_left = False

    def getreply(self) -> tuple[int, bytes]:
        reply: tuple[int, bytes] = super().getreply()  # type: ignore[misc]  # smtplib's, beside which this stands
        if reply[0] == START_MAIL:
            self.content_left = True
            sock: Any = getattr(self, "sock", None)
            if sock is not None:
                sock.settimeout(LAST_SECONDS)
        return reply


class _Smtp(Watched, smtplib.SMTP):
    pass


class _SmtpOverTls(Watched, smtplib.SMTP_SSL):
    pass


class WatchedBackend(EmailBackend):
    """Django's SMTP backend over such a connection; MayHaveLeftError where nobody knows what became of a mail."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _SmtpOverTls if self.use_ssl else _Smtp

    def open(self) -> bool | None:
        """With the greetings exchanged, which smtplib else puts off until there is a mail: a server that says no to
        them says nothing of the mail."""
        opened = super().open()
        if opened and self.connection is not None:
            self.connection.ehlo_or_helo_if_needed()
        return opened

    def _send(self, email_message: EmailMessage) -> bool:
        connection: Any = self.connection
        connection.content_left = False
        try:
            return bool(super()._send(email_message))  # type: ignore[misc]  # not in the stubs
        except (OSError, smtplib.SMTPException) as error:
            if connection.content_left and not isinstance(error, smtplib.SMTPResponseException):
                raise MayHaveLeftError(str(error)) from error
            raise
