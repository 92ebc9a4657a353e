"""Ending a subscription."""

from datetime import timedelta

import pytest

from reports import clock
from reports.models import Notification, NotificationState, Subscription
from reports.notifications import queue
from reports.notifications.unsubscribe import unsubscribe
from tests.factories import make_status_update

pytestmark = pytest.mark.django_db


def test_it_ends_and_drops_what_waits_but_not_what_was_sent() -> None:
    update = make_status_update()
    follower = Subscription.objects.create(service_request=update.service_request, email="rosa@example.org")
    queue.enqueue(update)
    Notification.objects.update(state=NotificationState.SENT)
    queue.enqueue(make_status_update(update.service_request))
    unsubscribe(follower)
    follower.refresh_from_db()
    assert follower.ended_at is not None
    assert list(Notification.objects.order_by("pk").values_list("state", flat=True)) == ["sent", "dropped"]


def test_twice_keeps_the_first_time_and_others_keep_theirs() -> None:
    request = make_status_update().service_request
    one, other = (Subscription.objects.create(service_request=request, email=f"{name}@example.org") for name in "ab")
    unsubscribe(one)
    first = Subscription.objects.get(pk=one.pk).ended_at
    with clock.at(clock.now() + timedelta(days=1)):
        unsubscribe(one)
    assert Subscription.objects.get(pk=one.pk).ended_at == first
    assert Subscription.objects.get(pk=other.pk).ended_at is None
