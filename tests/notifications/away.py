"""A mail server that is away: nobody gets as far as a mail."""

import smtplib
from typing import Any

from django.core.mail.backends.locmem import EmailBackend

AWAY = f"{__name__}.Away"


class Away(EmailBackend):
    """Nothing answers."""

    def open(self) -> bool:
        raise smtplib.SMTPServerDisconnected("connection lost")

    def send_messages(self, messages: Any) -> int:
        """As Django's own: a connection that is not open is opened first."""
        self.open()
        raise AssertionError("it cannot be reached")
