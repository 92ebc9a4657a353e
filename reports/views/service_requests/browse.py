"""What the public reads: the list and the map of reports, and the page of one. No cookies."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.paginator import InvalidPage, Page
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reports.browsing.filters import Filter, Matches, matching
from reports.delivery import mirror
from reports.forms.filters import FilterForm
from reports.views.feeds.kinds import taken_along
from reports.views.service_requests.listing import chips, page_of
from reports.views.service_requests.page import find_request, missing, page


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """All public reports, narrowed by the filters in the address, 25 a page. A page that is not there answers 404."""
    form = FilterForm(request.GET)
    matches = matching(form.wanted())
    try:
        context = _context(request, form, matches)
    except InvalidPage:
        return _no_page(request)
    return render(request, "service_requests/list.html", context | {"chips": chips(form)})


@require_safe
def map_page(request: HttpRequest) -> HttpResponse:
    """The same reports on a map, and a list of them beside it, which without scripts is whole, page by page.

    What ended more than MAP_CLOSED_DAYS days ago is left out but for `?ended=all`.
    """
    form = FilterForm(request.GET)
    wanted = on_the_map(form)
    matches = matching(wanted)
    try:
        context = _context(request, form, matches)
    except InvalidPage:
        return _no_page(request)
    asked = form.asked()
    is_all = wanted.recent is None
    bounds = wanted.box or (matches.bounds() if asked.keys() - {"ended"} else None)
    context |= {
        "chips": chips(form, but="ended"),
        "bounds": bounds or "",
        "is_all": is_all,
        "left_out": 0 if is_all else len(matching(replace(wanted, recent=None), matches.index)) - len(matches),
        "days": settings.MAP_CLOSED_DAYS,
        "switched": urlencode({**asked, "ended": "recent" if is_all else "all"}),
        "for_data": urlencode({name: value for name, value in asked.items() if name != "bbox"}),
    }
    return render(request, "service_requests/map.html", context)


def on_the_map(form: FilterForm) -> Filter:
    """What the filters ask for, without what ended long ago unless they say all."""
    wanted = form.wanted()
    if form.asked().get("ended") == "all":
        return wanted
    return replace(wanted, recent=timedelta(days=settings.MAP_CLOSED_DAYS))


def _context(request: HttpRequest, form: FilterForm, matches: Matches) -> dict[str, Any]:
    """What list and map page have in common; InvalidPage where there is no such page."""
    form.offer(matches.index)
    listed: Page[Any]
    listed, rows = page_of(matches, request.GET.get("page", "1"))
    return {
        "form": form,
        "page": listed,
        "rows": rows,
        "capped": matches.capped,
        "query": urlencode(form.asked()),
        "words": form.words(),
        **taken_along(len(matches)),
        "mirrored": mirror.shown().exists(),
    }


def _no_page(request: HttpRequest) -> HttpResponse:
    why = _("This list of reports has no page “%(page)s”.") % {"page": request.GET["page"][:20]}
    return render(request, "404.html", {"why": why}, status=404)


@require_safe
def detail(request: HttpRequest, reference: str) -> HttpResponse:
    """One report. `?fragment=1` answers with its progress alone, and `X-Version` tells whether it differs."""
    reference = reference.replace("\x00", "")  # PostgreSQL cannot even be asked about one
    service_request = find_request(reference)
    gone = missing(request, reference, service_request)
    if gone is not None or service_request is None:
        return gone or HttpResponse(status=404)
    with timezone.override(service_request.jurisdiction.zone):
        return page(request, service_request)
