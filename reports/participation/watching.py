"""Watching an area by mail: asked for by an address, which confirms it by the link in a mail, or by an account whose
address is confirmed, at once.

As with everything that is asked for by mail, whoever asks is told the same whether or not a mail is sent.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils.translation import get_language

from reports import clock, tasks
from reports.browsing import watch_areas
from reports.models import (
    Confirmation,
    ConfirmationKind,
    DigestForm,
    District,
    Rhythm,
    User,
    WatchArea,
    WatchSubscription,
)
from reports.notifications import digests
from reports.notifications.confirmations import DAY, MAILS_PER_ADDRESS


class TooMany(Exception):
    """The address watches as many areas as it may (WATCH_AREAS_MOST)."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Who wants to be told, how often, and in which form."""

    email: str
    rhythm: Rhythm
    form: DigestForm


def ask(area: WatchArea, wish: Wish, districts: Iterable[District] = ()) -> None:
    """Owe this address a mail by whose link it watches the area, from which on it is told.

    `area` may be new, and is saved then. Nothing is written for an address that has had its mails of the day, or that
    was asked the same within a day, or watches the area already.
    """
    with transaction.atomic():
        asked = Confirmation.objects.filter(email__lower=wish.email.lower(), created_at__gt=clock.now() - DAY)
        if asked.count() >= MAILS_PER_ADDRESS:
            return
        _keep(area, districts)
        subscription = _subscription(area, wish)
        if is_running(subscription) or asked.filter(watch=subscription).exists():
            return
        facts = {"kind": ConfirmationKind.WATCH, "watch": subscription, "locale": subscription.locale}
        Confirmation.objects.create(email=wish.email, **facts)
        transaction.on_commit(lambda: tasks.send_mails.delay(), robust=True)


def begin(area: WatchArea, wish: Wish, account: User, districts: Iterable[District] = ()) -> WatchSubscription:
    """Watch the area from now on, for an account whose address is confirmed and is that of the wish. One that watches
    it already has it from now on as it is wished.

    `area` may be new, and is saved then. TooMany, and nothing is written, where the address watches enough.
    """
    with transaction.atomic():
        if area._state.adding and _has_enough(wish.email):
            raise TooMany
        _keep(area, districts)
        subscription = _subscription(area, wish)
        subscription.account = account
        subscription.save(update_fields=["account"])
        if is_running(subscription):
            _change(subscription, wish)
        _begin(subscription)
    return subscription


def confirm(subscription: WatchSubscription) -> None:
    """Begin what was asked for; twice changes nothing. TooMany where the address watches enough."""
    with transaction.atomic():
        row = WatchSubscription.objects.select_for_update(of=("self",)).select_related("area").get(pk=subscription.pk)
        _begin(row)


def is_running(subscription: WatchSubscription) -> bool:
    """Whether it is told what is new."""
    return subscription.confirmed_at is not None and subscription.ended_at is None


def may_begin(subscription: WatchSubscription) -> bool:
    """Whether its address may watch one more area."""
    return not _has_enough(subscription.email)


def _begin(subscription: WatchSubscription) -> None:
    if is_running(subscription):
        return
    if _has_enough(subscription.email):
        raise TooMany
    digests.begin(subscription, watch_areas.zone_of(subscription.area))


def _change(subscription: WatchSubscription, wish: Wish) -> None:
    """Have it come as is wished, the next one at that rhythm's next time."""
    if (subscription.rhythm, subscription.form) == (wish.rhythm, wish.form):
        return
    subscription.rhythm, subscription.form = wish.rhythm, wish.form
    subscription.due_at = digests.next_due(wish.rhythm, watch_areas.zone_of(subscription.area), clock.now())
    subscription.save(update_fields=["rhythm", "form", "due_at"])


def _keep(area: WatchArea, districts: Iterable[District]) -> None:
    """Save a new area; let those who join one that is there do so one after the other."""
    if area._state.adding:
        area.save()
        area.districts.set(districts)
    else:
        WatchArea.objects.select_for_update().filter(pk=area.pk).values_list("pk").first()


def _subscription(area: WatchArea, wish: Wish) -> WatchSubscription:
    """The address's subscription to the area; one that does not run takes over what is wished now."""
    row = area.subscriptions.filter(email__lower=wish.email.lower()).order_by("pk").first()
    row = row or WatchSubscription(area=area, email=wish.email)
    if not is_running(row):
        row.rhythm, row.form, row.locale = wish.rhythm, wish.form, get_language() or "en"
        row.save()
    return row


def _has_enough(email: str) -> bool:
    running = watch_areas.running().filter(email__lower=email.lower())
    return bool(running.count() >= settings.WATCH_AREAS_MOST)
