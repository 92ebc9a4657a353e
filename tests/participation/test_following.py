"""Following a report that somebody else filed."""

from typing import Any

import pytest

from reports import clock
from reports.models import PublicStatus, ServiceRequest, Subscription
from reports.notifications.unsubscribe import unsubscribe
from reports.participation import following
from tests.factories import make_service_request
from tests.together import at_once

pytestmark = pytest.mark.django_db


def test_a_follower_is_told_and_did_not_file_it() -> None:
    row = following.follow(make_service_request(), "rosa@example.org", "es")
    assert (row.email, row.locale, row.by_reporter, row.ended_at) == ("rosa@example.org", "es", False, None)


def test_an_address_has_one_subscription_however_it_is_written() -> None:
    request = make_service_request()
    first = following.follow(request, "rosa@example.org", "en")
    assert following.follow(request, "Rosa@Example.org", "es") == first
    assert Subscription.objects.get().locale == "en"  # it runs: nothing is changed


def test_one_that_had_ended_begins_anew_and_whoever_filed_it_still_did() -> None:
    request = make_service_request()
    filed = Subscription.objects.create(service_request=request, email="rosa@example.org", by_reporter=True)
    unsubscribe(filed)
    row = following.follow(request, "rosa@example.org", "es")
    assert (row.pk, row.by_reporter, row.ended_at, row.locale) == (filed.pk, True, None, "es")


@pytest.mark.parametrize("change", [{"hidden": True}, {"held_at": clock.now()}, {"taken_away_at": clock.now()}])
def test_what_the_public_does_not_see_is_followed_by_nobody(change: dict[str, Any]) -> None:
    request = make_service_request()
    ServiceRequest.objects.filter(pk=request.pk).update(**change)  # the object in hand still says otherwise
    with pytest.raises(following.NotFollowed):
        following.follow(request, "rosa@example.org", "en")
    assert not Subscription.objects.exists()


@pytest.mark.parametrize("status", PublicStatus.values)
def test_an_end_after_which_nothing_comes_is_not_followed(status: str) -> None:
    request = make_service_request(status=status)
    ends = {"cancelled", "rejected", "not_responsible", "duplicate"}
    assert following.may_be_followed(request) == (status not in ends)


@pytest.mark.django_db(transaction=True)
def test_twice_at_once_is_one() -> None:
    request = make_service_request()
    at_once(lambda: following.follow(request, "rosa@example.org", "en"), 4)
    assert Subscription.objects.count() == 1
