"""Sending what is owed: one mail for each follower with all of the news that waits for them."""

from collections.abc import Sequence
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.db.models import Min
from django.utils import timezone, translation

from reports import clock
from reports.links import absolute, take_away_link, unsubscribe_link, verdict_link
from reports.models import (
    VERDICTS,
    Notification,
    NotificationState,
    PublicStatus,
    ServiceRequest,
    StatusUpdate,
    Subscription,
)
from reports.notifications import closing_question, mail_rows, writing
from reports.notifications.mail_server import ServerAwayError

State = NotificationState


def send_due(limit: int = 200) -> int:
    """Send what is due; returns how many mails left. Safe to run twice at once: each row is taken by one run."""
    mail_rows.give_up_on_dead_senders(Notification.objects.all())
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
    related = ("service_request__jurisdiction", "service_request__endpoint", "service_request__service__override")
    subscription = Subscription.objects.select_related(*related).filter(pk=subscription_id).first()
    if subscription is None:
        return False  # deleted meanwhile, with its report's contact details, and its mails with it
    if not _is_wanted(subscription) or not _told(subscription.service_request, taken):
        mail_rows.drop(taken)
        return False
    return mail_rows.hand_over(lambda: message(subscription, taken), taken, f"subscription {subscription_id}")


def _is_wanted(subscription: Subscription) -> bool:
    """Whether it runs, and may be told: while the public does not see a report, only whoever filed it is."""
    request = subscription.service_request
    shown = not (request.hidden or request.held_at or request.taken_away_at)
    return subscription.ended_at is None and (shown or subscription.by_reporter)


def message(subscription: Subscription, notifications: Sequence[Notification]) -> EmailMultiAlternatives:
    """The mail: the newest state as the headline, all of the news below it, in the follower's language and leading to
    pages in it."""
    request = subscription.service_request
    with translation.override(subscription.locale), timezone.override(request.jurisdiction.zone):
        context = _context(subscription, notifications)
        return writing.write("status", context, subscription.email, {"X-Reference": request.reference})


def _context(subscription: Subscription, notifications: Sequence[Notification]) -> dict[str, Any]:
    """What the mail's templates read; the addresses lead to pages in the language that is active."""
    request = subscription.service_request
    original = request.original()
    updates = _told(request, notifications)
    verdict = verdict_link(subscription) if request.status == PublicStatus.CLOSED else ""
    return {
        "service_request": request,
        "status": request.shown_status,  # what holds now, whatever else was told in the meantime
        "verdict": verdict if request.shown_status in VERDICTS else "",
        "answers": closing_question.answers(verdict) if closing_question.is_due(subscription, updates) else (),
        "headline": _headline(request, request.shown_status, yours=subscription.by_reporter),
        "yours": subscription.by_reporter,
        "updates": updates,
        "take_away": take_away_link(request) if _confirms(subscription, updates) else "",
        "original": original,
        "original_link": absolute(original.get_absolute_url()) if original else "",
        "number": request.submissions.exclude(service_request_id="")
        .values_list("service_request_id", flat=True)
        .first(),
        "link": absolute(request.get_absolute_url()),
        "unsubscribe": unsubscribe_link(subscription),
    }


def _confirms(subscription: Subscription, updates: Sequence[StatusUpdate]) -> bool:
    """Whether this is the first mail to whoever filed it, and to nobody else: it has the key to the report."""
    first = any(line.status == PublicStatus.RECEIVED and not line.by_body for line in updates)
    return first and subscription.by_reporter


def _told(request: ServiceRequest, notifications: Sequence[Notification]) -> list[StatusUpdate]:
    """The news that may be told, oldest first. Of a report that a body keeps private its words are left out."""
    lines = [row.status_update for row in notifications if _may_be_told(request, row.status_update)]
    for line in lines:
        if request.private and line.by_body:
            line.status_notes = line.status_word = ""  # of this object only: rows of the history are never saved again
    return sorted(lines, key=lambda line: (line.datetime, line.pk))


def _may_be_told(request: ServiceRequest, line: StatusUpdate) -> bool:
    return not (line.private or line.hidden or (request.private and line.is_comment))


def _headline(request: ServiceRequest, status: PublicStatus, *, yours: bool) -> str:
    """What holds now, in a sentence: to whoever filed the report, or to somebody who follows it."""
    body = {"body": request.jurisdiction.name}
    _ = translation.gettext
    to_others = {
        PublicStatus.RECEIVED: _("The report was received"),
        PublicStatus.SENT: _("The report was sent to %(body)s"),
        PublicStatus.ACCEPTED: _("%(body)s has accepted the report"),
        PublicStatus.IN_PROGRESS: _("%(body)s is working on the report"),
        PublicStatus.REJECTED: _("%(body)s has turned the report down"),
        PublicStatus.SILENT: _("No news of the report from %(body)s"),
        PublicStatus.UNDELIVERED: _("We could not make sure yet that %(body)s has the report; we are on it"),
        PublicStatus.CANCELLED: _("The report was withdrawn"),
    }
    if not yours and status in to_others:
        return to_others[status] % body
    return {
        PublicStatus.RECEIVED: _("We have your report"),
        PublicStatus.SENT: _("Your report was sent to %(body)s"),
        PublicStatus.ACCEPTED: _("%(body)s has accepted your report"),
        PublicStatus.IN_PROGRESS: _("%(body)s is working on your report"),
        PublicStatus.CLOSED: _("%(body)s says that it is done"),
        PublicStatus.CONFIRMED: _("People who looked say that it is fixed"),
        PublicStatus.DISPUTED: _("People who looked say that it is not fixed"),
        PublicStatus.NOT_RESPONSIBLE: _("%(body)s says that this is not its task"),
        PublicStatus.DUPLICATE: _("%(body)s has this report already"),
        PublicStatus.REJECTED: _("%(body)s has turned your report down"),
        PublicStatus.SILENT: _("No news of your report from %(body)s"),
        PublicStatus.UNDELIVERED: _("We could not make sure yet that %(body)s has your report; we are on it"),
        PublicStatus.CANCELLED: _("Your report was withdrawn"),
    }[status] % body


def _take(subscription_id: int) -> list[Notification]:
    taken = mail_rows.take(Notification.objects.filter(subscription=subscription_id))
    return list(Notification.objects.filter(pk__in=taken).select_related("status_update"))
