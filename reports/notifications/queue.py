"""Owing somebody a mail: one row for each follower, written in the transaction that writes the news."""

from datetime import timedelta

from django.conf import settings

from reports import clock
from reports.models import Notification, StatusUpdate, Subscription


def enqueue(*status_updates: StatusUpdate) -> int:
    """Queue a mail about each of these, which are of one request, to everybody who follows it; returns how many.

    It is due a little later, so that news that comes together goes out as one mail.
    """
    if not status_updates:
        return 0
    followers = list(Subscription.objects.filter(service_request=status_updates[0].service_request_id, ended_at=None))
    due_at = clock.now() + timedelta(seconds=settings.MAIL_GATHER)
    rows = [
        Notification(subscription=follower, status_update=update, due_at=due_at)
        for update in status_updates
        for follower in followers
    ]
    if rows:
        Notification.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)
