"""Asking for a watch area again: with another choice, and long after the first time."""

from datetime import timedelta

import pytest

from reports import clock
from reports.links import CONFIRMATION_LIFE
from reports.models import Confirmation, DigestForm, Rhythm, WatchSubscription
from reports.notifications import confirmations as confirmation_mails
from reports.notifications import digests
from reports.participation import confirmations, watching
from reports.participation.watching import Wish
from tests.factories import make_user
from tests.watched import make_area, make_watch

pytestmark = pytest.mark.django_db

ADDRESS = "ada@example.org"
SHEET = Wish(ADDRESS, Rhythm.WEEKLY, DigestForm.SHEET)
DAILY = Wish(ADDRESS, Rhythm.DAILY, DigestForm.LIST)


def test_whoever_watches_it_already_has_it_as_it_is_wished_now() -> None:
    account = make_user(ADDRESS)
    row = watching.begin(make_area(), DAILY, account)
    daily = row.due_at
    watching.begin(row.area, SHEET, account)
    row.refresh_from_db()
    assert (row.rhythm, row.form) == (Rhythm.WEEKLY, DigestForm.SHEET)
    assert row.due_at is not None
    assert row.due_at.weekday() == 0
    watching.begin(row.area, DAILY, account)
    row.refresh_from_db()
    assert (row.rhythm, row.form, row.due_at) == (Rhythm.DAILY, DigestForm.LIST, daily)


def test_the_same_wish_again_puts_off_no_digest_that_is_due() -> None:
    account, due = make_user(ADDRESS), clock.now() - timedelta(hours=1)
    row = make_watch(due_at=due, told_until=7)
    watching.begin(row.area, DAILY, account)
    row.refresh_from_db()
    assert (row.due_at, row.told_until, row.account) == (due, 7, account)


def test_somebody_who_only_types_the_address_changes_nothing_of_what_runs() -> None:
    row = make_watch()
    watching.ask(row.area, SHEET)
    row.refresh_from_db()
    assert (row.rhythm, row.form) == (Rhythm.DAILY, DigestForm.LIST)
    assert not Confirmation.objects.exists()


@pytest.mark.parametrize(
    "before", [{"confirmed_at": None, "due_at": None}, {"ended_at": clock.now()}], ids=["never confirmed", "ended"]
)
def test_a_link_that_was_asked_for_again_works_as_long_as_any(before: dict[str, object]) -> None:
    row, begin = make_watch(**before), clock.now()
    again = begin + digests.ENDED_KEPT - timedelta(hours=1)
    if row.confirmed_at is None:
        again = begin + CONFIRMATION_LIFE - timedelta(hours=1)
    with clock.at(again):
        watching.ask(row.area, SHEET)
    with clock.at(again + CONFIRMATION_LIFE - timedelta(hours=1)):
        digests.forget()
        confirmations.confirm(Confirmation.objects.get())
        assert watching.is_running(WatchSubscription.objects.get())


def test_one_that_is_asked_for_again_and_never_confirmed_goes_after_all() -> None:
    row, now = make_watch(confirmed_at=None, due_at=None), clock.now()
    watching.ask(row.area, SHEET)
    with clock.at(now + CONFIRMATION_LIFE + timedelta(minutes=1)):
        confirmation_mails.forget()
        digests.forget()
    assert not WatchSubscription.objects.exists()
