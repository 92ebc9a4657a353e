"""Owing a mail: beside the news, once for each follower."""

from datetime import timedelta

import pytest

from reports import clock
from reports.delivery import history
from reports.models import Notification, PublicStatus, ServiceRequest, Subscription
from reports.notifications import queue
from tests.factories import make_service_request, make_status_update

pytestmark = pytest.mark.django_db


def follow(request: ServiceRequest, email: str = "rosa@example.org") -> Subscription:
    return Subscription.objects.create(service_request=request, email=email)


def test_each_follower_is_owed_one_mail() -> None:
    request = make_service_request()
    follow(request)
    follow(request, "ana@example.org")
    follow(make_service_request(), "other@example.org")
    assert history.append(request, PublicStatus.SENT, mark="m") is not None
    owed = Notification.objects.values_list("subscription__email", flat=True)
    assert sorted(owed) == ["ana@example.org", "rosa@example.org"]


def test_the_same_news_twice_is_owed_once() -> None:
    update = make_status_update()
    follow(update.service_request)
    queue.enqueue(update)
    queue.enqueue(update)
    assert Notification.objects.count() == 1


def test_news_that_is_known_already_owes_nothing() -> None:
    request = make_service_request()
    follow(request)
    for _time in range(2):
        history.append(request, PublicStatus.SENT, mark="m")
    assert Notification.objects.count() == 1


def test_who_has_left_is_owed_nothing() -> None:
    update = make_status_update()
    follower = follow(update.service_request)
    follower.ended_at = clock.now()
    follower.save()
    assert queue.enqueue(update) == 0
    assert not Notification.objects.exists()


def test_a_mail_waits_for_news_that_comes_with_it(settings) -> None:
    settings.MAIL_GATHER = 60
    update = make_status_update()
    follow(update.service_request)
    before = clock.now()
    queue.enqueue(update)
    due_at = Notification.objects.get().due_at
    assert due_at is not None
    assert timedelta(seconds=60) <= due_at - before < timedelta(seconds=70)
