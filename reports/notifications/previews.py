"""Every mail that this site sends, made up from samples: to be read before anybody gets it. Writes and sends nothing.

Whoever adds a mail adds it here: a test fails while a template has no preview.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Final

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.utils import translation
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from reports.links import absolute
from reports.models import ConfirmationKind, DigestForm, PublicStatus, ServiceRequest, VerdictAnswer
from reports.notifications import attention_mail, confirmations, digest_mails, samples, send
from reports.notifications.account_mails import AccountAdapter

Words = str | Promise
Write = Callable[[str], EmailMessage]

_CODE: Final = "XK4-7QP"
ACCOUNT: Final[dict[str, Words]] = {
    "account/email/email_confirmation_signup": _("the address of a new account"),
    "account/email/email_confirmation": _("another address of an account"),
    "account/email/account_already_exists": _("somebody signs up again"),
    "account/email/unknown_account": _("a password for no account"),
    "account/email/password_reset_key": _("a new password"),
    "account/email/password_changed": _("the password was changed"),
    "account/email/password_reset": _("the password was chosen anew"),
    "account/email/password_set": _("a password was set"),
    "account/email/email_changed": _("the address was changed"),
    "account/email/email_confirm": _("the address was confirmed"),
    "account/email/email_deleted": _("an address was taken off"),
    "account/email/account_deleted": _("the account was deleted"),
    "mfa/email/totp_activated": _("an authenticator app was set up"),
    "mfa/email/totp_deactivated": _("an authenticator app was taken off"),
    "mfa/email/recovery_codes_generated": _("new recovery codes"),
    "mfa/email/webauthn_added": _("a passkey was added"),
    "mfa/email/webauthn_removed": _("a passkey was taken off"),
}


@dataclass(frozen=True, slots=True)
class Preview:
    """One mail: its name in addresses, what it is in words, and how it is written in a language."""

    name: str
    group: Words
    title: Words
    write: Write

    def mail(self, language: str) -> EmailMessage:
        """The mail in that language."""
        with translation.override(language):
            return self.write(language)


@cache
def every() -> dict[str, Preview]:
    """All of them by name, in the order in which they are listed."""
    return {preview.name: preview for preview in (*_of_reports(), *_with_links(), *_of_areas(), *_others())}


def html_of(mail: EmailMessage) -> str:
    """The HTML of a mail; empty where it has none."""
    if not isinstance(mail, EmailMultiAlternatives):
        return ""
    return next((str(content) for content, kind in mail.alternatives if kind == "text/html"), "")


def _of_reports() -> Iterator[Preview]:
    for yours, group in ((True, _("To whoever filed a report")), (False, _("To somebody who follows a report"))):
        for status in PublicStatus:
            name = f"status-{status}{'' if yours else '-follower'}"
            yield Preview(name, group, status.label, partial(_status, status, yours))


def _status(status: PublicStatus, yours: bool, language: str) -> EmailMessage:
    follower = samples.subscription(status, language, by_reporter=yours)
    return send.message(follower, samples.news(follower))


def _with_links() -> Iterator[Preview]:
    group = _("With a link to confirm")
    for kind in (ConfirmationKind.FOLLOW, ConfirmationKind.SIGHTING, ConfirmationKind.WATCH):
        yield Preview(f"confirm-{kind}", group, kind.label, partial(_confirmation, kind, ""))
    for answer in VerdictAnswer:
        title = format_lazy("{kind} {answer}", kind=ConfirmationKind.VERDICT.label, answer=answer.label)
        write = partial(_confirmation, ConfirmationKind.VERDICT, answer.value)
        yield Preview(f"confirm-verdict-{answer}", group, title, write)


def _confirmation(kind: ConfirmationKind, answer: str, language: str) -> EmailMessage:
    return confirmations.message(samples.confirmation(kind, language, answer))


def _of_areas() -> Iterator[Preview]:
    for form in DigestForm:
        yield Preview(f"digest-{form}", _("About a watched area"), form.label, partial(_digest, form))


def _digest(form: DigestForm, language: str) -> EmailMessage:
    groups = [
        _group(count, samples.service_request(status))
        for count, status in ((3, PublicStatus.ACCEPTED), (1, PublicStatus.CLOSED), (1, PublicStatus.IN_PROGRESS))
    ]
    news = digest_mails.News([groups[0]], groups[1], groups[2])
    return digest_mails.message(samples.digest(language, form), news)


def _group(count: int, row: ServiceRequest) -> digest_mails.Group:
    return digest_mails.Group("Pothole", count=count, rows=[row], notes={row.pk: row.status_notes})


def _others() -> Iterator[Preview]:
    group = _("To volunteers")
    yield Preview("attention-reports", group, _("reports that need a volunteer"), _attention)
    yield Preview("attention-held", group, _("what waits to be published"), _held)
    for prefix, title in ACCOUNT.items():
        name = prefix.replace("/email/", "-").replace("_", "-")
        yield Preview(name, _("About accounts"), title, partial(_account, prefix))


def _attention(language: str) -> EmailMessage:
    request = samples.service_request(PublicStatus.UNDELIVERED)
    case = attention_mail.Case(
        reference=request.reference,
        service=request.service_name,
        body=request.jurisdiction.name,
        zone=request.jurisdiction.time_zone,
        since=request.requested_datetime,
        reason="The body refused it: no such street.",
        seen=("2031-01-10 05:40: Two look like it.",),
        link=absolute("/admin/"),
    )
    outage = attention_mail.Outage(
        name=request.jurisdiction.name,
        zone=case.zone,
        since=request.requested_datetime,
        until=request.requested_datetime,
        unsent=4,
        link=case.link,
    )
    letter = attention_mail.Letter((case,), 3, (case,), 1, (outage,), (outage,))
    return attention_mail.message(samples.ADDRESS, letter, language)


def _held(language: str) -> EmailMessage:
    letter = attention_mail.Letter((), 0, (), 0, (), (), held_reports=2, held_comments=1, abuse_reports=3)
    return attention_mail.message(samples.ADDRESS, letter, language)


def _account(prefix: str, language: str) -> EmailMessage:
    page = absolute("/accounts/")
    context: dict[str, Any] = {
        "email": samples.ADDRESS,
        "current_site": {"name": settings.SITE_NAME},
        "activate_url": page,
        "password_reset_url": page,
        "signup_url": page,
        "login_url": page,
        "code": _CODE,
        "key": _CODE,
        "from_email": samples.ADDRESS,
        "to_email": f"new-{samples.ADDRESS}",
        "deleted_email": samples.ADDRESS,
        "ip": "192.0.2.7",
        "user_agent": "Mozilla/5.0",
        "timestamp": samples.service_request(PublicStatus.RECEIVED).requested_datetime,
    }
    return AccountAdapter().render_mail(prefix, samples.ADDRESS, context)
