"""The front page: where to begin, what others reported lately, and who is covered. Sets no cookie."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from reports.browsing import filters
from reports.geo import routing
from reports.models import Jurisdiction
from reports.views.service_requests.listing import rows

RECENT = 6
BODIES = 60


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The place entry, the newest public reports, and the bodies that take reports here."""
    found = list(covered()[: BODIES + 1])
    read_only = set(routing.only_read(found))  # theirs are on the map of reports, but nothing can be sent to them
    bodies = [body for body in found if body not in read_only]
    newest = filters.rows(filters.matching(filters.Filter()).keys(count=RECENT))
    context = {"rows": rows(newest), "bodies": bodies[:BODIES], "more_bodies": len(found) > BODIES}
    return render(request, "home.html", context)


def covered() -> QuerySet[Jurisdiction]:
    """The bodies that answer somewhere: active, and with a boundary."""
    return Jurisdiction.objects.filter(active=True, boundary__isnull=False).only("name", "slug")
