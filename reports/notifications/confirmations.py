"""The mail with the link by which somebody without an account follows a report, says that it is still there, or whether
it was fixed. Whoever did not ask for it need do nothing."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.core.mail import EmailMultiAlternatives
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from reports import clock
from reports.links import CONFIRMATION_LIFE, absolute, confirmation_link
from reports.models import Confirmation, ConfirmationKind, Jurisdiction, NotificationState, VerdictAnswer
from reports.notifications import mail_rows, watch_mails, writing
from reports.notifications.mail_server import ServerAwayError

AT_ONCE: Final = 200
DAY: Final = timedelta(days=1)
MAILS_PER_ADDRESS: Final = 10  # in a day, about all reports together: nobody can be flooded through us
Kind = ConfirmationKind


def send_due() -> int:
    """Send what is due; returns how many mails left. Safe to run twice at once: each row is taken by one run."""
    rows = Confirmation.objects.all()
    mail_rows.give_up_on_dead_senders(rows)
    waiting = rows.filter(state=NotificationState.QUEUED, due_at__lte=clock.now()).order_by("due_at", "pk")
    count = 0
    for pk in list(waiting.values_list("pk", flat=True)[:AT_ONCE]):
        try:
            count += _send(pk)
        except ServerAwayError:
            break  # the others would only wait for the same server
    return count


def forget() -> int:
    """Delete those whose links no longer work, and with them the addresses; returns how many."""
    return Confirmation.objects.filter(created_at__lt=clock.now() - CONFIRMATION_LIFE).delete()[0]


def message(confirmation: Confirmation) -> EmailMultiAlternatives:
    """The mail, in the language of whoever asked."""
    if confirmation.watch is not None:
        return watch_mails.message(confirmation, confirmation.watch)
    body = _body(confirmation)
    with translation.override(confirmation.locale), timezone.override(body.zone):
        return writing.write("confirmation", _context(confirmation, body), confirmation.email)


def headline(confirmation: Confirmation) -> str:
    """What the link does, as a question to whoever has it; in the language that is active."""
    if confirmation.kind == Kind.WATCH:
        return _("Be told what is new in this area?")
    if confirmation.kind == Kind.FOLLOW:
        return _("Follow this report by e-mail?")
    if confirmation.kind == Kind.SIGHTING:
        return _("Say that it is still there?")
    return {
        VerdictAnswer.YES.value: _("Say that it is fixed?"),
        VerdictAnswer.NO.value: _("Say that it is not fixed?"),
        VerdictAnswer.UNSURE.value: _("Say that you cannot tell whether it is fixed?"),
    }[confirmation.answer]


def button(confirmation: Confirmation) -> str:
    """What the link does, as a button says it."""
    if confirmation.kind == Kind.FOLLOW:
        return _("Follow this report")
    if confirmation.kind == Kind.SIGHTING:
        return _("It is still there")
    return {
        VerdictAnswer.YES.value: _("Yes, it is fixed"),
        VerdictAnswer.NO.value: _("No, it is not fixed"),
        VerdictAnswer.UNSURE.value: _("I cannot tell"),
    }[confirmation.answer]


def about(confirmation: Confirmation) -> dict[str, Any]:
    """The report that it is about, as a page or a mail shows it: name and its language, place, reference or number."""
    request, mirrored = confirmation.service_request, confirmation.mirrored
    if request is not None:
        return {
            "name": request.shown_name,
            "language": request.name_language,
            "place": request.address_string,
            "reference": request.reference,
            "link": absolute(request.get_absolute_url()),
        }
    if mirrored is None:
        raise LookupError(f"confirmation {confirmation.pk} is about nothing")
    name = mirrored.service_name or mirrored.service_code
    return {
        "name": name,
        "language": mirrored.endpoint.jurisdiction.language,
        "place": mirrored.address_string,
        "reference": mirrored.service_request_id,
        "link": "",
    }


def _send(pk: int) -> bool:
    taken = mail_rows.take(Confirmation.objects.filter(pk=pk))
    related = (
        "service_request__jurisdiction",
        "service_request__service__override",
        "mirrored__endpoint__jurisdiction",
        "watch__area__body",
    )
    row = Confirmation.objects.select_related(*related).filter(pk__in=taken).first()
    if row is None:
        return False  # another sender was quicker, or its report is gone
    if _is_over(row, clock.now()) or _is_too_many(row):
        mail_rows.drop([row])
        return False
    return mail_rows.hand_over(lambda: message(row), [row], f"confirmation {pk}")


def _is_over(row: Confirmation, now: datetime) -> bool:
    """Whether its link would do nothing any more."""
    request = row.service_request
    gone = request is not None and bool(request.hidden or request.held_at or request.taken_away_at)
    return gone or now - row.created_at >= CONFIRMATION_LIFE


def _is_too_many(row: Confirmation) -> bool:
    """Whether the address has had its mails of that day: those who ask about different reports at the same moment do
    not see each other's rows."""
    earlier = Confirmation.objects.filter(
        email__lower=row.email.lower(), pk__lt=row.pk, created_at__gt=row.created_at - DAY
    )
    return earlier.exclude(state=NotificationState.DROPPED).count() >= MAILS_PER_ADDRESS


def _body(confirmation: Confirmation) -> Jurisdiction:
    if confirmation.service_request is not None:
        return confirmation.service_request.jurisdiction
    if confirmation.mirrored is not None:
        return confirmation.mirrored.endpoint.jurisdiction
    raise LookupError(f"confirmation {confirmation.pk} is about nothing")


def _context(confirmation: Confirmation, body: Jurisdiction) -> dict[str, Any]:
    return {
        "kind": confirmation.kind,
        "answer": confirmation.answer,
        "headline": headline(confirmation),
        "about": about(confirmation),
        "body": body.name,
        "link": confirmation_link(confirmation),
        "until": confirmation.created_at + CONFIRMATION_LIFE,
        "button": button(confirmation),
    }
