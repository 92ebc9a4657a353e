"""Owing somebody a mail: one row for each follower, written in the transaction that writes the news."""

from datetime import timedelta

from django.conf import settings

from reports import clock
from reports.models import Notification, StatusUpdate, Subscription


def enqueue(status_update: StatusUpdate) -> int:
    """Queue a mail to everybody who follows the update's request; returns how many.

    It is due a little later, so that news that comes together goes out as one mail.
    """
    followers = Subscription.objects.filter(service_request=status_update.service_request, ended_at=None)
    due_at = clock.now() + timedelta(seconds=settings.MAIL_GATHER)
    rows = [Notification(subscription=follower, status_update=status_update, due_at=due_at) for follower in followers]
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)
