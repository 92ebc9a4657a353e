"""Ending a subscription, once and for all of its mails."""

from reports import clock
from reports.models import Notification, NotificationState, Subscription


def unsubscribe(subscription: Subscription) -> None:
    """Send nothing more to it; what is queued is dropped. Doing it twice changes nothing."""
    Subscription.objects.filter(pk=subscription.pk, ended_at=None).update(ended_at=clock.now())
    Notification.objects.filter(subscription=subscription, state=NotificationState.QUEUED).update(
        state=NotificationState.DROPPED
    )
