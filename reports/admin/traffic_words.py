"""What goes on between us and each endpoint, in words for volunteers: whether it is called, how much, what waits."""

from datetime import datetime, timedelta

from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports import clock
from reports.admin.read_only import NOTHING
from reports.delivery import gate
from reports.models import Breaker, Endpoint, Submission, Traffic
from reports.models.submissions import SENDABLE

NAMED = 5
MINUTE = timedelta(minutes=1)


def with_unsent(endpoints: QuerySet[Endpoint]) -> QuerySet[Endpoint]:
    """With `unsent`, how many reports wait to be sent there, and `oldest_unsent`, when the first of them was filed."""
    waiting = Submission.objects.filter(endpoint=OuterRef("pk"), state__in=SENDABLE).order_by().values("endpoint")
    return endpoints.select_related("traffic").annotate(
        unsent=Subquery(waiting.annotate(number=Count("pk")).values("number")),
        oldest_unsent=Subquery(waiting.annotate(oldest=Min("created_at")).values("oldest")),
    )


def held_back(now: datetime) -> Q:
    """Endpoints that are left alone now, or are being tried after that, or have asked for patience."""
    return Q(traffic__breaker__in=(Breaker.OPEN, Breaker.HALF_OPEN)) | Q(traffic__paused_until__gt=now)


def troubled() -> list[str]:
    """A line for each of the first few endpoints in use that do not work now, the longest in trouble first."""
    rows = Traffic.objects.filter(endpoint__active=True).exclude(breaker=Breaker.CLOSED)
    rows = rows.select_related("endpoint__jurisdiction").defer("endpoint__jurisdiction__boundary")
    return [f"{row.endpoint}: {state(row)}" for row in rows.order_by("trouble_since")[:NAMED]]


def state(row: Traffic | None) -> str:
    """The breaker's state in one line."""
    now = clock.now()
    if row is None:
        return _("never called yet")
    if row.breaker == Breaker.OPEN:
        words = _("has not answered for %(ago)s; next try %(when)s")
        return words % {"ago": _ago(row.trouble_since, now), "when": _next_try(row, now)}
    if row.breaker == Breaker.HALF_OPEN:
        words = _("in trouble for %(ago)s; now tried with one call at a time")
        return words % {"ago": _ago(row.trouble_since, now)}
    if row.paused_until and row.paused_until > now:
        return _("asked us to wait until %(when)s") % {"when": _clock(row.paused_until)}
    return _("works")


def unsent(endpoint: Endpoint) -> str:
    """How many wait, and for how long the first of them has; of an endpoint read through `with_unsent`."""
    number = getattr(endpoint, "unsent", None) or 0
    if not number:
        return _("none")
    oldest: datetime | None = getattr(endpoint, "oldest_unsent", None)
    words = ngettext("%(count)d, for %(ago)s", "%(count)d, the oldest for %(ago)s", number)
    return words % {"count": number, "ago": _ago(oldest, clock.now())}


def table(endpoint: Endpoint) -> SafeString | str:
    """All of it, a line each."""
    row: Traffic | None = getattr(endpoint, "traffic", None)
    lines = [(_("State"), state(row)), (_("Reports not sent yet"), unsent(endpoint))]
    if row is not None:
        lines += _figures(row, clock.now())
    rows = format_html_join("", '<tr><th scope="row">{}</th><td>{}</td></tr>', lines)
    return format_html('<table class="traffic">{}</table>', rows)


def _figures(row: Traffic, now: datetime) -> list[tuple[str, str]]:
    load = gate.load(row, now)
    lines = [
        (_("Failed in a row"), _("%(writes)d filings, %(reads)d look-ups") % {
            "writes": row.write_failures, "reads": row.read_failures,
        }),
        (_("In trouble since"), _clock(row.trouble_since)),
        (_("Next try"), _next_try(row, now) if row.breaker == Breaker.OPEN else NOTHING),
        (_("It asked us to wait until"), _clock(row.paused_until) if _ahead(row.paused_until, now) else NOTHING),
        (_("Calls under way"), _("%(calls)d; %(allowed)d at once just now, %(most)d at most") % {
            "calls": load.calls, "allowed": load.at_once, "most": row.endpoint.max_concurrency,
        }),
        (_("Answered last"), _clock(row.answered_at)),
    ]  # fmt: skip
    if load.room is not None:
        said = _("%(left)d of %(most)d in %(seconds)d seconds")
        values = {"left": load.room, "most": load.most, "seconds": round(load.span)}
        lines.append((_("Left of its limit now"), said % values))
    return lines


def _next_try(row: Traffic, now: datetime) -> str:
    if row.probe_at is None or row.probe_at - now < MINUTE:
        return _("within a minute")
    return _("in %(time)s") % {"time": timeuntil(row.probe_at, now, depth=1)}


def _ahead(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment > now


def _clock(moment: datetime | None) -> str:
    return date_format(timezone.localtime(moment), "Y-m-d H:i:s") if moment else NOTHING


def _ago(moment: datetime | None, now: datetime) -> str:
    """How long ago; a moment that is still to come, after the clock was put back, is now."""
    if moment is None:
        return _("some time")
    return timesince(moment, now, depth=1) if now - moment >= MINUTE else _("less than a minute")
