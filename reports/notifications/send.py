"""Sending what is owed: one mail for each follower with all of the news that waits for them."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import Min
from django.template.loader import render_to_string
from django.utils import timezone, translation

from reports import clock
from reports.links import absolute, unsubscribe_link
from reports.models import Notification, NotificationState, PublicStatus, ServiceRequest, StatusUpdate, Subscription

log = logging.getLogger(__name__)
State = NotificationState

TRIES = 12
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=2)
LEASE = timedelta(minutes=5)


class ServerAwayError(Exception):
    """The mail server cannot be reached; the mails wait in their rows."""


def send_due(limit: int = 200) -> int:
    """Send what is due; returns how many mails left. Safe to run twice at once: each row is taken by one run."""
    _give_up_on_dead_senders()
    waiting = (
        Notification.objects.filter(state=State.QUEUED)
        .values("subscription")
        .annotate(first_due=Min("due_at"))
        .filter(first_due__lte=clock.now())
        .order_by("first_due")
        .values_list("subscription", flat=True)[:limit]
    )
    count = 0
    for pk in list(waiting):
        try:
            count += _send_to(pk)
        except ServerAwayError:
            break  # the others would only wait for the same server
    return count


def _send_to(subscription_id: int) -> bool:
    taken = _take(subscription_id)
    if not taken:
        return False
    rows = Notification.objects.filter(pk__in=[notification.pk for notification in taken])
    subscription = Subscription.objects.select_related(
        "service_request__jurisdiction", "service_request__endpoint"
    ).get(pk=subscription_id)
    if subscription.ended_at or not _told(subscription.service_request, taken):
        rows.update(state=State.DROPPED, lease_until=None)
        return False
    try:
        message(subscription, taken).send()
    except (OSError, SMTPException) as error:  # its words may quote the address
        log.warning("the mail to subscription %s was not sent: %s", subscription_id, type(error).__name__)
        _try_again(taken, error)
        if not isinstance(error, SMTPResponseException | SMTPRecipientsRefused):
            raise ServerAwayError from error
        return False
    except Exception as error:  # a template that fails must not stop the next mail
        log.exception("the mail to subscription %s could not be written", subscription_id)
        _try_again(taken, error)
        return False
    rows.update(state=State.SENT, sent_at=clock.now(), lease_until=None, error="")
    return True


def message(subscription: Subscription, notifications: Sequence[Notification]) -> EmailMultiAlternatives:
    """The mail: the newest state as the headline, all of the news below it, in the follower's language."""
    request = subscription.service_request
    unsubscribe = unsubscribe_link(subscription)
    original = request.original()
    context = {
        "service_request": request,
        "status": request.status,  # what holds now, whatever else was told in the meantime
        "headline": _headline(request, PublicStatus(request.status)),
        "updates": _told(request, notifications),
        "original": original,
        "original_link": absolute(original.get_absolute_url()) if original else "",
        "number": request.submissions.exclude(service_request_id="")
        .values_list("service_request_id", flat=True)
        .first(),
        "link": absolute(request.get_absolute_url()),
        "unsubscribe": unsubscribe,
        "site_name": settings.SITE_NAME,
    }
    with translation.override(subscription.locale), timezone.override(request.jurisdiction.zone):
        subject = " ".join(render_to_string("emails/status-subject.txt", context).split())
        mail = EmailMultiAlternatives(
            subject, render_to_string("emails/status-body-text.txt", context), to=[subscription.email]
        )
        mail.attach_alternative(render_to_string("emails/status-body-html.html", context), "text/html")
    mail.extra_headers = {
        "List-Unsubscribe": f"<{unsubscribe}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
        "X-Reference": request.reference,
    }
    return mail


def _told(request: ServiceRequest, notifications: Sequence[Notification]) -> list[StatusUpdate]:
    """The news that may be told, oldest first. Of a report that a body keeps private its words are left out."""
    lines = [row.status_update for row in notifications if _may_be_told(request, row.status_update)]
    for line in lines:
        if request.private and line.by_body:
            line.status_notes = line.status_word = ""  # of this object only: rows of the history are never saved again
    return sorted(lines, key=lambda line: (line.datetime, line.pk))


def _may_be_told(request: ServiceRequest, line: StatusUpdate) -> bool:
    return not (line.private or line.hidden or (request.private and line.is_comment))


def _headline(request: ServiceRequest, status: PublicStatus) -> str:
    body = request.jurisdiction.name
    _ = translation.gettext
    return {
        PublicStatus.RECEIVED: _("We have your report"),
        PublicStatus.SENT: _("Your report was sent to %(body)s"),
        PublicStatus.ACCEPTED: _("%(body)s has accepted your report"),
        PublicStatus.IN_PROGRESS: _("%(body)s is working on your report"),
        PublicStatus.CLOSED: _("%(body)s says that it is done"),
        PublicStatus.NOT_RESPONSIBLE: _("%(body)s says that this is not its task"),
        PublicStatus.DUPLICATE: _("%(body)s has this report already"),
        PublicStatus.REJECTED: _("%(body)s has turned your report down"),
        PublicStatus.UNDELIVERED: _("Your report could not be delivered yet; we are on it"),
        PublicStatus.CANCELLED: _("Your report was withdrawn"),
    }[status] % {"body": body}


def _take(subscription_id: int) -> list[Notification]:
    rows = Notification.objects.filter(subscription=subscription_id, state=State.QUEUED)
    taken = [
        pk
        for pk in list(rows.values_list("pk", flat=True))
        if rows.filter(pk=pk).update(state=State.SENDING, lease_until=clock.now() + LEASE)
    ]
    return list(Notification.objects.filter(pk__in=taken).select_related("status_update"))


def _try_again(notifications: Sequence[Notification], error: Exception) -> None:
    for notification in notifications:
        notification.attempts += 1
        notification.error = str(error)[:500]
        notification.lease_until = None
        again = notification.attempts < TRIES and not _is_final(error)
        notification.state = State.QUEUED if again else State.FAILED
        notification.due_at = clock.now() + min(FIRST_PAUSE * 2 ** (notification.attempts - 1), LONGEST_PAUSE)
        notification.save(update_fields=["attempts", "error", "lease_until", "state", "due_at"])


def _is_final(error: Exception) -> bool:
    """Whether the mail server said of every address that it will never take it (5xx, RFC 5321 section 4.2.1)."""
    if not isinstance(error, SMTPRecipientsRefused):
        return False
    return all(code >= 500 for code, _words in error.recipients.values())


def _give_up_on_dead_senders() -> None:
    """A mail whose sender died may have left: better one mail too few than the same one twice."""
    Notification.objects.filter(state=State.SENDING, lease_until__lt=clock.now()).update(
        state=State.FAILED, lease_until=None, error="The sender ended while sending; it may have left."
    )
