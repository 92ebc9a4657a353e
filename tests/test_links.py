"""Signed links: stable while the draft lives, useless when cut, and each good for one purpose only."""

from datetime import timedelta

import pytest
from django.test import override_settings

from reports import clock
from reports.links import (
    LinkExpired,
    LinkForged,
    absolute,
    draft_from_key,
    draft_key,
    subscription_from_key,
    subscription_key,
)
from reports.models import Draft, Subscription
from tests.factories import make_service_request

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft() -> Draft:
    return Draft.objects.create()


def test_a_draft_is_found_by_its_key_and_keeps_it(draft: Draft) -> None:
    key = draft_key(draft)
    assert draft_from_key(key) == draft
    assert draft_key(draft_from_key(key)) == key
    assert "/" not in key


@pytest.mark.parametrize(
    "spoil", [lambda key: key[:-1], lambda key: key[1:], lambda key: "", lambda key: key + "x", str.lower]
)
def test_a_key_that_was_cut_or_changed_is_forged(draft: Draft, spoil) -> None:
    with pytest.raises(LinkForged):
        draft_from_key(spoil(draft_key(draft)))


def test_a_key_signed_with_another_secret_is_forged(draft: Draft) -> None:
    with override_settings(SECRET_KEY="another"):
        key = draft_key(draft)
    with pytest.raises(LinkForged):
        draft_from_key(key)


def test_a_rotated_secret_still_opens_old_keys(draft: Draft, settings) -> None:
    key = draft_key(draft)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new one"
    assert draft_from_key(key) == draft


def test_a_key_ends_with_its_draft(draft: Draft) -> None:
    key = draft_key(draft)
    with clock.at(draft.expires_at - timedelta(seconds=1)):
        assert draft_from_key(key) == draft
    with clock.at(draft.expires_at), pytest.raises(LinkExpired):
        draft_from_key(key)
    draft.delete()
    with pytest.raises(LinkExpired):
        draft_from_key(key)


def test_a_key_for_one_purpose_opens_nothing_else(draft: Draft) -> None:
    subscription = Subscription.objects.create(service_request=make_service_request(), email="ada@example.org")
    with pytest.raises(LinkForged):
        draft_from_key(subscription_key(subscription))
    with pytest.raises(LinkForged):
        subscription_from_key(draft_key(draft))


def test_a_subscription_link_does_not_expire_but_ends_with_its_request() -> None:
    subscription = Subscription.objects.create(service_request=make_service_request(), email="ada@example.org")
    key = subscription_key(subscription)
    with clock.at(clock.now() + timedelta(days=3650)):
        assert subscription_from_key(key) == subscription
    subscription.delete()
    with pytest.raises(LinkExpired):
        subscription_from_key(key)


def test_absolute_addresses_have_the_public_host(settings) -> None:
    settings.SITE_URL = "https://reports.example.org"
    assert absolute("/requests/") == "https://reports.example.org/requests/"
