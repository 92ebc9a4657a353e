"""The digests themselves: what is new in a watched area as one mail, grouped, and as long as is read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.core.mail import EmailMultiAlternatives
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports import clock
from reports.browsing import filters, watch_areas, weeks
from reports.browsing.index import OVER
from reports.browsing.last_notes import last_notes
from reports.links import absolute, watch_link, watch_stop_link
from reports.models import (
    Digest,
    DigestForm,
    NotificationState,
    PublicStatus,
    ServiceRequest,
    WatchArea,
    WatchItem,
    WatchSubscription,
)
from reports.notifications import mail_rows, writing
from reports.notifications.digests import in_batches
from reports.notifications.mail_server import ServerAwayError

MOST: Final = 20  # reports that a group names; the others are counted


@dataclass
class Group:
    """Reports that are told of together: of `count` the `rows`, and by their keys what the bodies said last of them."""

    name: str
    count: int = 0
    keys: list[int] = field(default_factory=list)
    rows: list[ServiceRequest] = field(default_factory=list)
    notes: Mapping[int, str] = field(default_factory=dict)

    @property
    def linked(self) -> list[tuple[ServiceRequest, str, str]]:
        """The rows with the addresses of their pages, in the language that is active, and what the bodies said."""
        return [(row, absolute(row.get_absolute_url()), self.notes.get(row.pk, "")) for row in self.rows]

    @property
    def more(self) -> int:
        """How many are not named."""
        return self.count - len(self.rows)


@dataclass(frozen=True)
class News:
    """What a digest tells: `new` by service, the most frequent first, then what ended, then any other step."""

    new: list[Group]
    ended: Group
    between: Group

    @property
    def count_new(self) -> int:
        """How many reports are new."""
        return sum(group.count for group in self.new)

    def __bool__(self) -> bool:
        return bool(self.count_new or self.ended.count or self.between.count)


def send_due(limit: int = 200) -> int:
    """Send what is due; returns how many mails left. Safe to run twice at once: each row is taken by one run."""
    rows = Digest.objects.all()
    mail_rows.give_up_on_dead_senders(rows)
    waiting = rows.filter(state=NotificationState.QUEUED, due_at__lte=clock.now()).order_by("due_at", "pk")
    count = 0
    for pk in list(waiting.values_list("pk", flat=True)[:limit]):
        try:
            count += _send(pk)
        except ServerAwayError:
            break  # the others would only wait for the same server
    return count


def message(digest: Digest, news: News | None = None) -> EmailMultiAlternatives:
    """The mail, in the subscription's language, its dates by the area's clock."""
    subscription = digest.subscription
    zone = watch_areas.zone_of(subscription.area)
    with translation.override(subscription.locale), timezone.override(zone):
        found = news_of(digest) if news is None else news
        return writing.write("digest", _context(subscription, found), subscription.email)


def news_of(digest: Digest) -> News:
    """What the digest tells, as the reports stand now; those that are not public any more are left out."""
    items = WatchItem.objects.filter(area=digest.subscription.area_id, pk__gt=digest.since, pk__lte=digest.until)
    is_new: dict[int, bool] = {}
    for key, new in items.order_by("-pk").values_list("service_request_id", "is_new"):
        is_new[key] = is_new.get(key, False) or new
    news = _grouped(is_new)
    _name(news)
    return news


def _send(pk: int) -> bool:
    taken = mail_rows.take(Digest.objects.filter(pk=pk))
    digest = Digest.objects.select_related("subscription__area").filter(pk__in=taken).first()
    if digest is None:
        return False  # another sender was quicker, or its area is gone
    if digest.subscription.ended_at is not None or not (news := news_of(digest)):
        mail_rows.drop([digest])
        return False
    return mail_rows.hand_over(lambda: message(digest, news), [digest], f"watch subscription {digest.subscription_id}")


def _grouped(is_new: dict[int, bool]) -> News:
    services: dict[str, Group] = {}
    news = News([], Group("ended"), Group("between"))
    for key, status, service in _public(is_new):
        if is_new[key]:
            group = services.setdefault(service, Group(service))
        else:
            group = news.ended if status in OVER else news.between
        group.count += 1
        if len(group.keys) < MOST:
            group.keys.append(key)
    news.new.extend(sorted(services.values(), key=lambda group: (-group.count, group.name)))
    return news


def _public(keys: Iterable[int]) -> Iterable[tuple[int, PublicStatus, str]]:
    """Of those that anybody may see: key, the status that is shown, and the service's name."""
    for some in in_batches(list(keys)):
        found = filters.public().select_related(None).defer(None).only("status", "verdict", "service_name")
        rows = found.order_by().in_bulk(some)
        for key in some:
            if key in rows:
                yield key, rows[key].shown_status, rows[key].service_name


def _name(news: News) -> None:
    """Read the reports that are named: MOST of each group, of what is new MOST in all, fairly shared by the order."""
    room = MOST
    for group in news.new:
        group.keys = group.keys[:room]
        room -= len(group.keys)
    groups = [*news.new, news.ended, news.between]
    wanted = [key for group in groups for key in group.keys]
    rows = {row.pk: row for row in filters.rows(wanted)}
    notes = last_notes([key for group in (news.ended, news.between) for key in group.keys])
    for group in groups:
        group.rows = [rows[key] for key in group.keys if key in rows]
        group.notes = notes


def _context(subscription: WatchSubscription, news: News) -> dict[str, Any]:
    area = subscription.area
    is_sheet = subscription.form == DigestForm.SHEET
    context = {
        "area": area,
        "news": news,
        "counts": _counts(news),
        "headline": _("%(name)s: %(counts)s") % {"name": area.name, "counts": ", ".join(_counts(news))},
        "link": watch_link(area),
        "unsubscribe": watch_stop_link(subscription),
        "weekly": subscription.rhythm == "weekly",
    }
    return {**context, **figures(area, clock.now())} if is_sheet else context


def figures(area: WatchArea, end: datetime) -> dict[str, Any]:
    """What a sheet shows of the seven days before `end` beside those before them, for its templates."""
    this, before = weeks.two_weeks(watch_areas.filter_of(area), end)
    oldest = filters.rows([this.oldest]) if this.oldest is not None else []
    return {
        "week": this,
        "before": before,
        "lines": [
            (_("Filed in these seven days"), this.filed, before.filed),
            (_("Ended in these seven days"), this.ended, before.ended),
            (_("Open at their end"), this.open, before.open),
        ],
        "services": this.services[:MOST],
        "oldest": next(iter(oldest), None),
        "oldest_link": absolute(oldest[0].get_absolute_url()) if oldest else "",
        "sheet_link": watch_link(area, "sheet"),
    }


def _counts(news: News) -> Sequence[str]:
    words = (
        (news.count_new, ngettext("%(count)d new", "%(count)d new", news.count_new)),
        (news.ended.count, ngettext("%(count)d ended", "%(count)d ended", news.ended.count)),
        (news.between.count, ngettext("%(count)d in progress", "%(count)d in progress", news.between.count)),
    )
    return [said % {"count": count} for count, said in words if count]
