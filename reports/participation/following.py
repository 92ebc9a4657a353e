"""Following a report by e-mail without having filed it. Whoever follows is told what is public, and nothing more."""

from django.db import transaction

from reports.delivery.statuses import FINER_ENDS
from reports.models import PublicStatus, ServiceRequest, Subscription

OVER = FINER_ENDS | {PublicStatus.CANCELLED}  # after a plain closing there may be more news: of a reopening


class NotFollowed(Exception):
    """It is not public any more, or nothing more is going to happen: nobody can begin to follow it."""


def follow(service_request: ServiceRequest, email: str, locale: str) -> Subscription:
    """Tell this address of each change from now on; the one subscription of the address, begun anew if it had ended.

    What `by_reporter` says of it stays. NotFollowed, and nothing is written, where `may_be_followed` says no.
    """
    with transaction.atomic():
        current = ServiceRequest.objects.select_for_update().get(pk=service_request.pk)
        if not may_be_followed(current):
            raise NotFollowed
        row = of(current, email)
        if row is None:
            return Subscription.objects.create(service_request=current, email=email, locale=locale)
        if row.ended_at is not None:
            row.ended_at, row.locale = None, locale
            row.save(update_fields=["ended_at", "locale"])
        return row


def of(service_request: ServiceRequest, email: str) -> Subscription | None:
    """The address's subscription, running or ended."""
    return service_request.subscriptions.filter(email__lower=email.lower()).order_by("pk").first()


def may_be_followed(service_request: ServiceRequest) -> bool:
    """Whether its news may go to somebody who did not file it, and there may be some."""
    shown = not (service_request.hidden or service_request.held_at or service_request.taken_away_at)
    return shown and service_request.status not in OVER
