"""The bodies that answer: a list of all, and a page for each with what becomes of the reports to it. No cookies."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final

from django.core.paginator import InvalidPage, Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reports import clock
from reports.browsing import figures, index
from reports.browsing.filters import Filter, Matches, matching
from reports.browsing.filters import rows as rows_of
from reports.delivery import mirror
from reports.forms.filters import FilterForm
from reports.geo import routing
from reports.models import Jurisdiction, PublicStatus, Service
from reports.views.feeds.kinds import taken_along
from reports.views.reach import offered, reach
from reports.views.service_requests.listing import rows

PAGE: Final = 50
NEWEST: Final = 5
YEARS: Final = 5  # that can be chosen alone
FOLDED_FROM: Final = 24  # services: more than these are folded away by group
QUERY_MOST: Final = 100  # characters
EARLIEST, LATEST = date(1990, 1, 1), date(2100, 12, 31)


@require_safe
def bodies(request: HttpRequest) -> HttpResponse:
    """All bodies by name, narrowed by `q` (words of the name), with how each is reached and how soon it answers."""
    query = asked(request)
    try:
        page = page_of(named(query), request.GET.get("page", "1"))
    except InvalidPage:
        return no_page(request)
    listed = list(page.object_list)
    ways, counts = reach(listed), figures.by_body(matching(Filter()), [body.pk for body in listed])
    context = {
        "page": page,
        "rows": [(body, ways[body.pk], *counts[body.pk]) for body in listed],
        "asked": query,
        "query": urlencode({"q": query}) if query else "",
    }
    return render(request, "bodies/list.html", context)


def named(query: str) -> QuerySet[Jurisdiction]:
    """The active bodies whose names have all these words, by name."""
    found = Jurisdiction.objects.filter(active=True).only("name", "slug", "time_zone")
    for word in query.split()[:5]:
        found = found.filter(name__icontains=word)
    return found.order_by("name", "pk")


def asked(request: HttpRequest) -> str:
    """The words that bodies are looked for by."""
    return request.GET.get("q", "").replace("\0", "").strip()[:QUERY_MOST]


def page_of(found: QuerySet[Jurisdiction], number: str) -> Page[Jurisdiction]:
    """One page of PAGE bodies; InvalidPage where there is no page of that number."""
    return Paginator(found, PAGE).page(number)


def no_page(request: HttpRequest) -> HttpResponse:
    """404 in words."""
    why = _("This list has no page “%(page)s”.") % {"page": request.GET.get("page", "")[:QUERY_MOST]}
    return render(request, "404.html", {"why": why}, status=404)


@dataclass(frozen=True, slots=True)
class Span:
    """A time that figures can be of: its words, its query in the address, whether it is the one that is shown."""

    words: str
    query: str
    current: bool


@require_safe
def body(request: HttpRequest, slug: str) -> HttpResponse:
    """One body: who it is, what it takes, and what becomes of reports to it.

    Figures are of reports filed in the last twelve months, from `since` to `until` (YYYY-MM-DD), or of all with
    `span=all`. 404 where there is no such body, 410 where it takes no part here any more.
    """
    found = Jurisdiction.objects.defer("boundary").filter(slug=slug).first()
    if found is None:
        return render(request, "404.html", {"why": _("There is no body of that name here.")}, status=404)
    if not found.active:
        why = _("%(body)s takes no part here any more. Reports that were filed with it can still be read.")
        return render(request, "404.html", {"why": why % {"body": found.name}}, status=410)
    with timezone.override(found.zone):
        return render(request, "bodies/page.html", _about(found) | _figures(found, request) | _offer(found))


def _about(found: Jurisdiction) -> dict[str, Any]:
    endpoints = list(
        found.endpoints.filter(active=True).only("licence", "attribution", "dialect", "services_synced_at")
    )
    terms = dict.fromkeys((each.attribution, each.licence) for each in endpoints if each.attribution or each.licence)
    return {
        "body": found,
        "reach": reach([found])[found.pk],
        "terms": list(terms),
        "languages": [_language(code) for code in found.languages if isinstance(code, str)],
        "fetched": any(each.services_synced_at for each in endpoints),
        "by_place": any(routing.depends_on_place(each) for each in endpoints),
        "mirrored": mirror.shown().filter(endpoint__jurisdiction=found).exists(),
        "query": urlencode({"body": found.slug}),
    }


def _language(code: str) -> str:
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


def _figures(found: Jurisdiction, request: HttpRequest) -> dict[str, Any]:
    today = timezone.localdate(clock.now())
    wanted, errors = _wanted(found, request, today)
    now = index.current()
    all_time = Filter(body=found.pk, zone=found.zone)
    everything, shown = matching(all_time, now), figures.of(wanted, now)
    months = figures.months_of(all_time, min(wanted.until or today, today), now)
    return {
        "figures": shown,
        "spans": _spans(wanted, everything, today),
        "errors": errors,
        "statuses": [(each, number) for each in PublicStatus if (number := shown.tally.by_status[each])],
        "months": months,
        "most_in_a_month": max(max(month.filed, month.ended) for month in months),
        "rows": rows(rows_of(everything.keys(0, NEWEST))),
        "enough": figures.ENOUGH,
        "since": wanted.since,
        "until": wanted.until,
        "dates": urlencode({name: str(day) for name in ("since", "until") if (day := getattr(wanted, name))}),
        **_buckets(shown),
        **taken_along(len(everything)),
    }


def _wanted(found: Jurisdiction, request: HttpRequest, today: date) -> tuple[Filter, list[str]]:
    """The filter of the figures, and what was not understood of the address."""
    dates = {name: request.GET.get(name, "") for name in ("since", "until")}
    form = FilterForm({"body": found.slug, **dates})
    wanted = form.wanted()
    errors = [str(error) for name in dates for error in form.errors.get(name, ())]
    since, until = _sensible(wanted.since), _sensible(wanted.until)
    if since is None and until is None and request.GET.get("span") != "all":
        since = _twelve_months(today)
    return Filter(body=found.pk, since=since, until=until, zone=found.zone), errors


def _sensible(day: date | None) -> date | None:
    return day and min(max(day, EARLIEST), LATEST)


def _twelve_months(today: date) -> date:
    """The first day of the first of the twelve months that end with this one."""
    return date(today.year - (today.month < 12), today.month % 12 + 1, 1)


def _spans(wanted: Filter, everything: Matches, today: date) -> list[Span]:
    """The times to choose from: twelve months, all, and calendar years, none before the first report."""
    given = wanted.since, wanted.until
    spans = [
        Span(_("Last twelve months"), "", given == (_twelve_months(today), None)),
        Span(_("All time"), "span=all", given == (None, None)),
    ]
    if not len(everything):
        return spans
    oldest = datetime.fromtimestamp(int(everything.index.filed[everything.positions[0]]), wanted.zone).year
    for year in range(today.year, max(oldest, today.year - YEARS + 1) - 1, -1):
        begin, end = date(year, 1, 1), date(year, 12, 31)
        query = urlencode({"since": begin.isoformat(), "until": end.isoformat()})
        spans.append(Span(str(year), query, given == (begin, end)))
    return spans


def _buckets(shown: figures.Figures) -> dict[str, Any]:
    """How many took how long, as rows of a chart: words and number. The last row is what has not happened yet."""
    names = [
        _("up to 1 day"),
        _("1 to 3 days"),
        _("3 to 7 days"),
        _("7 to 30 days"),
        _("30 to 90 days"),
        _("longer"),
    ]
    unanswered = shown.tally.count - shown.first_answer.count
    answered = list(zip(names, shown.first_answer.buckets, strict=True))
    closed = list(zip(names, shown.to_close.buckets, strict=True))
    return {
        "answer_rows": [*answered, (_("no answer yet"), unanswered)],
        "closing_rows": [*closed, (_("still open"), shown.tally.open)],
        "most_answers": max(*shown.first_answer.buckets, unanswered),
        "most_closings": max(*shown.to_close.buckets, shown.tally.open),
    }


def _offer(found: Jurisdiction) -> dict[str, Any]:
    """What it takes, by group."""
    services = offered().filter(endpoint__jurisdiction=found, endpoint__active=True)
    services = services.select_related("override", "endpoint__jurisdiction")
    services = services.defer("definition", "endpoint__jurisdiction__boundary")
    taken = [service for service in services if routing.takes_filings(service.endpoint)]
    taken.sort(key=lambda service: (service.shown_group == "", service.shown_group.lower(), service.shown_name.lower()))
    return {"services": _by_group(taken), "services_count": len(taken), "folded": len(taken) > FOLDED_FROM}


def _by_group(taken: list[Service]) -> list[tuple[str, list[Service]]]:
    return [(group, list(each)) for group, each in groupby(taken, key=lambda service: service.shown_group)]
