"""Where reports can be sent, how each body is reached, and whether that works just now. No cookies, no secrets."""

from typing import Final

from django.core.paginator import InvalidPage
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from reports import clock
from reports.dialects import registry
from reports.models import Endpoint, Jurisdiction
from reports.views.bodies import asked, named, no_page, page_of
from reports.views.reach import reach

KINDS: Final = 30


@require_safe
def coverage(request: HttpRequest) -> HttpResponse:
    """A map of all areas, and a table of all bodies, PAGE on a page, narrowed by `q` (words of the name)."""
    query = asked(request)
    try:
        page = page_of(named(query), request.GET.get("page", "1"))
    except InvalidPage:
        return no_page(request)
    listed = list(page.object_list)
    ways = reach(listed, services=True)
    context = {
        "page": page,
        "rows": [(body, ways[body.pk].told()) for body in listed],
        "kinds": _kinds(),
        "asked": query,
        "query": urlencode({"q": query}) if query else "",
        "now": clock.now(),
    }
    return render(request, "coverage/coverage.html", context)


def _kinds() -> list[tuple[str, int]]:
    """How many bodies are reached by each kind of system, the most frequent first."""
    active = Jurisdiction.objects.filter(active=True).values("pk")
    rows = Endpoint.objects.filter(active=True, jurisdiction__in=active).order_by().values_list("dialect")
    found = rows.annotate(bodies=Count("jurisdiction", distinct=True)).order_by("-bodies", "dialect")[:KINDS]
    return [(registry.name_of(dialect), number) for dialect, number in found]
