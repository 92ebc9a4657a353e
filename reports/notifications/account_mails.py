"""The mails about accounts, as allauth writes them: in the shell of all our mails, in the language of the account, and
not to an address to which nothing goes any more.

They are sent while their reader waits, and no row owes them: what they say is over soon, and is asked for anew.
"""

import contextlib
import logging
import re
from smtplib import SMTPException
from typing import Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.contrib import messages
from django.contrib.sites.shortcuts import get_current_site
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from reports.models import User
from reports.notifications import keys, mail_server, stops, writing

log = logging.getLogger(__name__)

# Those that somebody has just asked for, whoever has which account: the same is said of each that could not be sent.
AWAITED: Final = frozenset(
    f"account/email/{name}"
    for name in (
        "email_confirmation",
        "email_confirmation_signup",
        "account_already_exists",
        "password_reset_key",
        "unknown_account",
    )
)
_SIGNATURE: Final = "\n-- \n"
_ADDRESS: Final = re.compile(r"https?://\S+")
_SENT: Final = "account/messages/email_confirmation_sent.txt"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """What allauth asks when it sends a mail."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send it, unless mail to that address came back or was called spam: pages say the same either way, also while
        the mail server is away. Whoever waits for a mail that could not be sent is told so."""
        try:
            if stops.is_stopped(email):
                mail_server.reach()
            else:
                self._send(template_prefix, email, context)
        except (mail_server.ServerAwayError, OSError, SMTPException) as error:
            log.warning("the mail %s was not sent: %s", template_prefix, type(error.__cause__ or error).__name__)
            stops.stop_refused(error)
            if template_prefix in AWAITED:
                self._say_so()

    def render_mail(
        self, template_prefix: str, email: str, context: dict[str, Any], headers: dict[str, str] | None = None
    ) -> EmailMessage:
        """The text as allauth has it, and the same as HTML; a line that is an address becomes a button."""
        mail: EmailMessage = super().render_mail(
            template_prefix, email, {"user": None} | writing.frame() | context, headers
        )
        mail.reply_to = writing.reply_to()
        mail.extra_headers = {"Auto-Submitted": "auto-generated"} | mail.extra_headers
        if isinstance(mail, EmailMultiAlternatives) and not mail.alternatives:
            mail.attach_alternative(_as_html(str(mail.subject), str(mail.body)), "text/html")
        return mail

    def add_message(self, request: Any, level: int, message_template: str | None = None, *args: Any, **kw: Any) -> None:
        """As allauth does, but for saying that a mail was sent which was not."""
        if message_template == _SENT and getattr(request, "mail_not_sent", False):
            return
        super().add_message(request, level, message_template, *args, **kw)

    def _send(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """allauth's own, but that the server is spoken to by us, and the mail has a key where the address is known."""
        site = get_current_site(self.request)
        whole = {"request": self.request, "email": email, "current_site": site} | context
        with _language(email, context.get("user")):
            mail = self.render_mail(template_prefix, email, whole)
        if (row := _row_of(email)) is not None:
            keys.put_on(mail, keys.key_of(row))
        mail_server.send(mail)

    def _say_so(self) -> None:
        if self.request is not None:
            self.request.mail_not_sent = True
            messages.error(self.request, _("The mail could not be sent just now. Ask for it again in a few minutes."))


def _language(email: str, user: Any) -> contextlib.AbstractContextManager[Any]:
    """Of the account, where its owner chose one; else that of the page."""
    account = user if isinstance(user, User) else _account_of(email)
    return translation.override(account.locale) if account and account.locale else contextlib.nullcontext()


def _account_of(email: str) -> User | None:
    found: User | None = User.objects.filter(email__lower=email.lower()).first()
    return found


def _row_of(email: str) -> EmailAddress | User | None:
    """What a key can name: nothing where nobody has the address."""
    return EmailAddress.objects.filter(email__lower=email.lower()).order_by("pk").first() or _account_of(email)


def _as_html(subject: str, text: str) -> str:
    said = [part.strip() for part in text.rpartition(_SIGNATURE)[0].split("\n\n") if part.strip()]
    context = {
        "headline": subject,
        "subject": subject,
        "parts": [(part, bool(_ADDRESS.fullmatch(part))) for part in said],
    }
    return render_to_string("emails/account-body-html.html", writing.frame() | context)
