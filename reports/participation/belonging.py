"""What belongs to an account: what was filed or asked for with it, and without it from an address of its owner.

Only an address that its owner has confirmed counts, by allauth's own record. What another one has done stays hidden
from whoever types it in.
"""

from dataclasses import dataclass
from typing import Final

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from reports import clock, media
from reports.browsing import watch_areas
from reports.models import (
    Contact,
    Draft,
    MailStop,
    ServiceRequest,
    Subscription,
    User,
    WatchSubscription,
    person_mark,
)
from reports.notifications import digests
from reports.participation import following, watching

OVER: Final = following.OVER


@dataclass(frozen=True, slots=True)
class Person:
    """An account with the addresses that were confirmed, in small letters."""

    account: User
    addresses: tuple[str, ...]

    @property
    def marks(self) -> list[str]:
        """What stands for this person in rows that are counted (`person_mark`)."""
        who = [*(("email", address) for address in self.addresses), ("account", str(self.account.pk))]
        return [form for kind, value in who for form in person_mark(kind, value).forms]


def person(account: User) -> Person:
    """The person of an account."""
    confirmed = EmailAddress.objects.filter(user=account, verified=True).order_by("-primary", "pk")
    return Person(account, tuple(dict.fromkeys(row.email.lower() for row in confirmed)))


def service_request_keys(whose: Person) -> list[int]:
    """The reports of a person, newest first: filed with the account, or from one of the addresses.

    Contact details are forgotten some time after the end, so the subscription of whoever filed it counts as well. What
    was taken away names nobody any more, and is not among them; nor is what another account has filed with an address
    of this one.
    """
    found = set(ServiceRequest.objects.filter(account=whose.account).values_list("pk", flat=True))
    for rows in (contacts(whose), subscriptions(whose).filter(by_reporter=True)):
        found |= set(rows.filter(service_request__account=None).values_list("service_request_id", flat=True))
    return sorted(found, reverse=True)


def contacts(whose: Person) -> QuerySet[Contact]:
    """The contact details with one of the addresses."""
    return Contact.objects.annotate(address=Lower("email")).filter(address__in=whose.addresses)


def subscriptions(whose: Person) -> QuerySet[Subscription]:
    """Every subscription of the addresses to one report, running or ended, newest first."""
    rows = Subscription.objects.annotate(address=Lower("email")).filter(address__in=whose.addresses)
    return rows.order_by("-created_at", "-pk")


def watch_subscriptions(whose: Person) -> QuerySet[WatchSubscription]:
    """Every subscription to a watch area, of the account or of the addresses."""
    rows = WatchSubscription.objects.annotate(address=Lower("email"))
    return rows.filter(Q(account=whose.account) | Q(address__in=whose.addresses)).order_by("-created_at", "-pk")


def drafts(whose: Person) -> QuerySet[Draft]:
    """The unfinished reports of the account whose time is not over, the last changed first."""
    rows = Draft.objects.filter(account=whose.account, service_request=None, expires_at__gt=clock.now())
    return rows.order_by("-updated_at", "-pk")


def stopped_addresses(whose: Person) -> list[str]:
    """Those of the addresses to which no mail goes any more, because mail to them came back or was complained of."""
    marks = {form: address for address in whose.addresses for form in person_mark("email", address).forms}
    stopped = MailStop.objects.filter(address__in=marks).values_list("address", flat=True)
    return sorted({marks[mark] for mark in stopped})


def resume(subscription: Subscription) -> None:
    """Begin an ended subscription anew. `following.NotFollowed` where the report has ended, or is not shown to whoever
    did not file it; whoever filed it is told of a hidden one too."""
    if not subscription.by_reporter:
        following.follow(subscription.service_request, subscription.email, subscription.locale)
        return
    with transaction.atomic():
        request = ServiceRequest.objects.select_for_update().get(pk=subscription.service_request_id)
        if request.taken_away_at is not None or request.status in OVER:
            raise following.NotFollowed
        Subscription.objects.filter(pk=subscription.pk).update(ended_at=None)


def delete_draft(draft: Draft) -> None:
    """Delete an unfinished report, photos and all. One that was filed meanwhile stays."""
    with transaction.atomic():
        current = Draft.objects.select_for_update(of=("self",)).filter(pk=draft.pk, service_request=None).first()
        if current is not None:
            for photo in current.media.filter(service_request=None):
                media.remove(photo)
            current.delete()


def watch_again(whose: Person, subscription: WatchSubscription) -> None:
    """Send digests again, of what comes from now on. `watching.TooMany` where the address watches enough; nothing
    happens where the address is not one of the account's, or no longer."""
    if is_own(whose, subscription):
        watching.confirm(subscription)


def is_own(whose: Person, subscription: WatchSubscription) -> bool:
    """Whether it goes to an address of the person. One that the account asked for, and whose address was taken off it
    since, can be ended by both, and begun again by the owner of the address."""
    return subscription.email.lower() in whose.addresses


def set_rhythm(subscription: WatchSubscription, rhythm: str) -> None:
    """Have the digests come that often, the next one at that rhythm's next time."""
    due_at = digests.next_due(rhythm, watch_areas.zone_of(subscription.area), clock.now())
    running = subscription.due_at is not None
    WatchSubscription.objects.filter(pk=subscription.pk).update(rhythm=rhythm, due_at=due_at if running else None)


def speak(whose: Person, locale: str) -> None:
    """Have all mails that the addresses are subscribed to come in this language from now on."""
    Subscription.objects.filter(pk__in=subscriptions(whose).values("pk")).update(locale=locale)
    WatchSubscription.objects.filter(pk__in=watch_subscriptions(whose).values("pk")).update(locale=locale)
