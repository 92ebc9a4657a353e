"""Addresses that only look like somebody's: in other capitals they are theirs, with other letters they are not."""

import unicodedata

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from reports import clock
from reports.models import (
    Confirmation,
    ConfirmationKind,
    Contact,
    DigestForm,
    PublicStatus,
    Rhythm,
    StopReason,
    Subscription,
    User,
    WatchSubscription,
)
from reports.notifications import attention, stops
from reports.participation import belonging, confirmations, following, watching
from reports.views import signed_in
from tests.factories import make_service_request, make_user
from tests.watched import make_area, make_watch

pytestmark = pytest.mark.django_db

VICTIM = "Victim.Smith@gmail.com"
# Their capitals are I, S and K; that of a browser's and of a mail server's small letters is another address.
ALIKE = ["victim.smith@gmaıl.com", "victim.ſmith@gmail.com", "vıctim.smith@gmail.com"]


@pytest.mark.parametrize("other", ALIKE)
def test_an_address_that_looks_alike_did_not_file_it(other: str) -> None:
    request = make_service_request()
    Contact.objects.create(service_request=request, email=VICTIM)
    Subscription.objects.create(service_request=request, email=VICTIM, by_reporter=True)
    assert confirmations.filed_it(request, VICTIM.upper())
    assert not confirmations.filed_it(request, other)


@pytest.mark.parametrize("other", ALIKE)
def test_following_with_it_leaves_the_other_s_subscription_alone(other: str) -> None:
    request = make_service_request(status=PublicStatus.ACCEPTED)
    ended = Subscription.objects.create(service_request=request, email=VICTIM, ended_at=clock.now())
    assert following.follow(request, other, "en").pk != ended.pk
    ended.refresh_from_db()
    assert ended.ended_at is not None
    assert following.follow(request, VICTIM.lower(), "en").pk == ended.pk


@pytest.mark.parametrize("other", ALIKE)
def test_nobody_takes_over_a_watch_with_it(other: str) -> None:
    row = make_watch(email=VICTIM, confirmed_at=None, due_at=None)
    account = make_user(other)
    wish = watching.Wish(other, Rhythm.WEEKLY, DigestForm.LIST)
    assert watching.begin(row.area, wish, account).pk != row.pk
    row.refresh_from_db()
    assert row.account is None
    assert row.confirmed_at is None
    watching.ask(row.area, watching.Wish(VICTIM.upper(), Rhythm.WEEKLY, DigestForm.LIST))
    assert Confirmation.objects.get().watch == row


@pytest.mark.parametrize("other", ALIKE)
def test_it_confirms_nothing_of_an_account(other: str) -> None:
    account = make_user(VICTIM.lower())
    EmailAddress.objects.create(user=account, email=other, verified=True)
    assert not signed_in.confirmed_address(account)
    EmailAddress.objects.create(user=account, email=VICTIM.lower(), verified=True)
    assert signed_in.confirmed_address(account) == VICTIM.lower()


@pytest.mark.parametrize("other", ALIKE)
def test_it_uses_up_nobody_s_mails_and_ends_none(other: str) -> None:
    request = make_service_request()
    told = Subscription.objects.create(service_request=request, email=VICTIM)
    for _each in range(20):
        confirmations.ask_by_mail(ConfirmationKind.FOLLOW, other, service_request=make_service_request())
    confirmations.ask_by_mail(ConfirmationKind.FOLLOW, VICTIM, service_request=request)
    assert Confirmation.objects.filter(email=VICTIM).exists()
    stops.stop(other, StopReason.COMPLAINED)
    told.refresh_from_db()
    assert told.ended_at is None
    stops.stop(VICTIM.upper(), StopReason.COMPLAINED)
    told.refresh_from_db()
    assert told.ended_at is not None


@pytest.mark.parametrize("other", ALIKE)
def test_it_has_neither_the_language_nor_the_place_of_another_account(other: str, client: Client) -> None:
    make_user(VICTIM.lower(), locale="es")
    client.post("/accounts/password/reset/", {"email": other})
    assert mail.outbox[0].subject == "There is no account with this address"
    assert attention._language(VICTIM.upper()) == "es"
    assert attention._language(other) == "en"
    client.force_login(make_user(is_staff=True, is_superuser=True))
    client.post("/admin/reports/user/add/", {"email": other, "usable_password": "false"})
    # Django makes the one of the other itself where Unicode says that both are the same letter: then it is theirs.
    assert User.objects.filter(email=other).exists() == unicodedata.is_normalized("NFKC", other)


def test_plus_addresses_and_unconfirmed_ones_are_somebody_else_s() -> None:
    account = make_user("ann@example.org")
    EmailAddress.objects.create(user=account, email="ann@example.org", verified=True)
    EmailAddress.objects.create(user=account, email="bob@example.org", verified=False)
    for email in ("ann+home@example.org", "bob@example.org", "ann@example.org.evil.example"):
        request = make_service_request()
        Contact.objects.create(service_request=request, email=email)
        Subscription.objects.create(service_request=request, email=email, by_reporter=True)
        make_watch(make_area(), email=email)
    assert not belonging.service_request_keys(belonging.person(account))
    assert not belonging.watch_subscriptions(belonging.person(account))


def test_an_address_that_was_taken_off_is_not_begun_again_for_its_new_owner() -> None:
    account = make_user("new@example.org")
    EmailAddress.objects.create(user=account, email="new@example.org", verified=True)
    row = make_watch(email="old@example.org", account=account, ended_at=clock.now())
    belonging.watch_again(belonging.person(account), row)
    assert WatchSubscription.objects.get().ended_at is not None
    EmailAddress.objects.create(user=account, email="OLD@example.org", verified=True)
    belonging.watch_again(belonging.person(account), row)
    assert WatchSubscription.objects.get().ended_at is None
