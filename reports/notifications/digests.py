"""Which digests of watched areas are owed, and when: at most one a day for each subscription, and none without news."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from reports import clock
from reports.browsing import watch_areas
from reports.browsing.watch_areas import AreaIndex, running
from reports.browsing.watching import NEWS
from reports.links import CONFIRMATION_LIFE
from reports.models import Confirmation, Digest, NotificationState, Rhythm, WatchArea, WatchItem, WatchSubscription

AT_ONCE: Final = 500
DAY: Final = 24 * 3600  # seconds
ENDED_KEPT: Final = timedelta(days=30)  # how long the link in an old mail still says which area it was
SENT_KEPT: Final = timedelta(days=30)
_TWO_DAYS: Final = timedelta(days=2)


def next_due(rhythm: str, zone: ZoneInfo, now: datetime) -> datetime:
    """When a digest may go next, after `now`: at DIGEST_HOUR of the area's clock, weekly ones on Mondays.

    With a DIGEST_DAY_SECONDS that is not a day, simply so many seconds later, weekly ones seven times as many.
    """
    weekly = rhythm == Rhythm.WEEKLY
    if settings.DIGEST_DAY_SECONDS != DAY:
        return now + timedelta(seconds=settings.DIGEST_DAY_SECONDS * (7 if weekly else 1))
    today = now.astimezone(zone).date()
    first = today + timedelta(days=-today.weekday() % 7) if weekly else today
    due = _morning(first, zone)
    return due if due > now else _morning(first + timedelta(days=7 if weekly else 1), zone)


def queue_due(*, at_once: bool = False) -> int:
    """Owe a digest to each subscription that is due and of whose area there is news; returns how many.

    `at_once` takes those for due that are not. Safe to run twice at once, and to die anywhere: digest, next time and
    how far the subscription has been told are written together. A day that had its digest gets no second one: what was
    owed and waits still, as the mail server was away, takes up the news of today instead.
    """
    now = clock.now()
    due = running() if at_once else running().filter(due_at__lte=now)
    news = Exists(WatchItem.objects.filter(area=OuterRef("area"), pk__gt=OuterRef("told_until")))
    areas = watch_areas.index()
    if not at_once:
        _move_on(due.exclude(news), areas, now)
    waiting = due.filter(news).order_by("pk").values_list("pk", flat=True)
    return sum(_queue(due.filter(pk__in=some), areas, now) for some in in_batches(list(waiting)))


def begin(subscription: WatchSubscription, zone: ZoneInfo) -> None:
    """Let it run from now on: told of what is new from here, not of what others have been told. Saves it."""
    now = clock.now()
    newest = WatchItem.objects.filter(area=subscription.area_id).aggregate(newest=Max("pk"))["newest"]
    subscription.confirmed_at, subscription.ended_at = now, None
    subscription.told_until = newest or 0
    subscription.due_at = next_due(subscription.rhythm, zone, now)
    subscription.save(update_fields=["confirmed_at", "ended_at", "told_until", "due_at"])


def stop(subscription: WatchSubscription) -> None:
    """Send nothing more to it; what is queued is dropped. Doing it twice changes nothing."""
    WatchSubscription.objects.filter(pk=subscription.pk, ended_at=None).update(ended_at=clock.now())
    Digest.objects.filter(subscription=subscription, state=NotificationState.QUEUED).update(
        state=NotificationState.DROPPED
    )


def forget() -> int:
    """Delete what is of no use any more; returns how many rows went.

    News that all have been told of, old digests, subscriptions that were never confirmed or ended a month ago and have
    not been asked for again since, and areas that nobody watches.
    """
    now = clock.now()
    untold = running().filter(area=OuterRef("area"), told_until__lt=OuterRef("pk"))
    link_works = Confirmation.objects.filter(watch=OuterRef("pk"), created_at__gte=now - CONFIRMATION_LIFE)
    asked_again = Exists(link_works)
    asked = WatchSubscription.objects.filter(confirmed_at=None, created_at__lt=now - CONFIRMATION_LIFE)
    return sum(
        rows.delete()[0]
        for rows in (
            asked.exclude(asked_again),
            WatchSubscription.objects.filter(ended_at__lt=now - ENDED_KEPT).exclude(asked_again),
            WatchArea.objects.filter(subscriptions=None, created_at__lt=now - CONFIRMATION_LIFE),
            WatchItem.objects.filter(~Exists(untold), noticed_at__lt=now - NEWS),
            Digest.objects.exclude(state__in=[NotificationState.QUEUED, NotificationState.SENDING]).filter(
                due_at__lt=now - SENT_KEPT
            ),
        )
    )


def in_batches(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    """The keys in pieces of AT_ONCE, as many as one statement names."""
    return (keys[start : start + AT_ONCE] for start in range(0, len(keys), AT_ONCE))


def _morning(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(settings.DIGEST_HOUR), zone).astimezone(UTC)


def _day(now: datetime, zone: ZoneInfo) -> str:
    """The name of the subscription's day: no two digests have the same."""
    if settings.DIGEST_DAY_SECONDS != DAY:
        return f"{int(now.timestamp()) // max(1, settings.DIGEST_DAY_SECONDS)}"
    return now.astimezone(zone).date().isoformat()


def _move_on(quiet: QuerySet[WatchSubscription], areas: AreaIndex, now: datetime) -> None:
    """Those without news look again the next time; one statement for all of a zone and rhythm, in batches."""
    together: dict[datetime, list[int]] = {}
    for pk, area, rhythm in quiet.values_list("pk", "area_id", "rhythm"):
        together.setdefault(next_due(rhythm, areas.zone(area), now), []).append(pk)
    for due_at, keys in together.items():
        for some in in_batches(keys):
            WatchSubscription.objects.filter(pk__in=some, due_at__lte=now).update(due_at=due_at)


def _queue(due: QuerySet[WatchSubscription], areas: AreaIndex, now: datetime) -> int:
    with transaction.atomic():
        rows = list(due.select_for_update(of=("self",)).order_by("pk"))
        newest = _newest(row.area_id for row in rows)
        had = _had(rows, areas, now)
        waiting = _waiting(rows)
        digests: list[Digest] = []
        for row in rows:
            zone = areas.zone(row.area_id)
            row.due_at = next_due(row.rhythm, zone, now)
            until = newest.get(row.area_id, 0)
            if row.pk in had or until <= row.told_until:
                continue
            day = _day(now, zone)
            if not _join(waiting.get(row.pk), day, until):
                digests.append(Digest(subscription=row, day=day, since=row.told_until, until=until))
            row.told_until = until
        Digest.objects.bulk_create(digests)
        WatchSubscription.objects.bulk_update(rows, ["due_at", "told_until"], batch_size=AT_ONCE)
    return len(digests)


def _waiting(rows: Sequence[WatchSubscription]) -> dict[int, int]:
    """The newest digests of these that no sender has taken yet."""
    queued = Digest.objects.filter(subscription__in=rows, state=NotificationState.QUEUED).order_by("pk")
    return dict(queued.values_list("subscription_id", "pk"))


def _join(digest: int | None, day: str, until: int) -> bool:
    """Let this digest tell of the news up to `until`, too, and be the one of that day; False where it went already."""
    if digest is None:
        return False
    queued = Digest.objects.filter(pk=digest, state=NotificationState.QUEUED)
    return queued.update(day=day, until=until) > 0


def _newest(areas: Iterable[int]) -> dict[int, int]:
    items = WatchItem.objects.filter(area__in=set(areas)).order_by()
    return dict(items.values_list("area").annotate(Max("pk")))


def _had(rows: Sequence[WatchSubscription], areas: AreaIndex, now: datetime) -> set[int]:
    """Those that had a digest on this day of theirs already: the day's own, or an earlier one that left only today."""
    zones = {row.pk: areas.zone(row.area_id) for row in rows}
    days = {pk: _day(now, zone) for pk, zone in zones.items()}
    late = Q(sent_at__gte=now - _TWO_DAYS) | Q(state=NotificationState.SENDING)
    there = Digest.objects.filter(Q(day__in=set(days.values())) | late, subscription__in=list(days))
    return {
        pk
        for pk, day, state, sent_at in there.values_list("subscription_id", "day", "state", "sent_at")
        if days[pk] == day or state == NotificationState.SENDING or (sent_at and _day(sent_at, zones[pk]) == days[pk])
    }
