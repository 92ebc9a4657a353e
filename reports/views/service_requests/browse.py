"""What the public reads: the list and the map of reports, the page of one, and the look-up by number. No cookies."""

from collections.abc import Iterable

from django.core.paginator import InvalidPage, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from reports.delivery import mirror
from reports.models import Endpoint, PublicStatus, ServiceRequest, Submission
from reports.views.service_requests.listing import PAGE, Box, FilterForm, about, bounds_of, feature, on_a_map, public
from reports.views.service_requests.page import canonical_reference, find_request, missing, page

MARKERS = 500
BESIDE_THE_MAP = 50
MATCHES = 20


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """All public reports, narrowed by the filters in the address, 25 a page. A page that is not there answers 404."""
    form = FilterForm(request.GET)
    found = form.narrowed()
    try:
        listed = Paginator(found, PAGE).page(request.GET.get("page", 1))
    except InvalidPage:
        why = _("This list of reports has no page “%(page)s”.") % {"page": request.GET["page"]}
        return render(request, "404.html", {"why": why}, status=404)
    asked = form.asked()
    context = {
        "form": form,
        "page": listed,
        "rows": rows(listed.object_list),
        "asked": asked,
        "query": urlencode(asked),
        "mirrored": mirror.shown().exists(),
    }
    return render(request, "service_requests/list.html", context)


@require_safe
def map_page(request: HttpRequest) -> HttpResponse:
    """The same reports on a map, and the newest of them in a list beside it, which is all there is without scripts."""
    form = FilterForm(request.GET)
    found = form.narrowed()
    asked = form.asked()
    context = {
        "form": form,
        "rows": rows(found[:BESIDE_THE_MAP]),
        "asked": asked,
        "query": urlencode(asked),
        "bounds": bounds_of(found) if asked else "",
        "statuses": PublicStatus.choices,
    }
    return render(request, "service_requests/map.html", context)


@require_safe
@cache_control(public=True, max_age=30)
def data(request: HttpRequest) -> JsonResponse:
    """GeoJSON of the newest 500 in `bbox` (west,south,east,north), under the same filters; 400 for a bad box."""
    found = on_a_map(FilterForm(request.GET).narrowed())
    if "bbox" in request.GET:
        try:
            found = found.filter(Box.read(request.GET["bbox"]).holds())
        except ValueError as error:
            return JsonResponse({"error": str(error)}, status=400)
    features = [feature(row) for row in found[: MARKERS + 1]]
    capped = len(features) > MARKERS
    note = _note(len(features), capped)
    answer = {"type": "FeatureCollection", "features": features[:MARKERS], "capped": capped, "note": note}
    return JsonResponse(answer, content_type="application/geo+json")


def _note(count: int, capped: bool) -> str:
    if capped:
        return _("The newest %(count)d reports in this part of the map. Zoom in to see all.") % {"count": MARKERS}
    if not count:
        return _("No reports in this part of the map. Move it or zoom out.")
    words = ngettext("%(count)d report in this part of the map", "%(count)d reports in this part of the map", count)
    return words % {"count": count}


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


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """By our reference, however it is written, or by the body's own number; one match leads straight to its page."""
    number = request.GET.get("number", "").replace("\0", "\ufffd").strip()[:200]  # PostgreSQL holds no NUL
    if not number:
        return render(request, "service_requests/find.html", {"number": "", "asked": "number" in request.GET})
    reference = canonical_reference(number)
    if ServiceRequest.objects.filter(reference=reference).exists():
        return redirect("service_requests:detail", reference)
    found = list(_by_body_number(number))
    if len(found) == 1:
        return redirect(found[0])
    return render(request, "service_requests/find.html", {"number": number, "asked": True, "rows": rows(found)})


def _by_body_number(number: str) -> QuerySet[ServiceRequest]:
    # Naming the endpoints lets the index on (endpoint, service_request_id) answer; it has no other way in.
    spellings = {number, number.upper(), number.lower()}
    told = Submission.objects.filter(endpoint__in=Endpoint.objects.values("pk"), service_request_id__in=spellings)
    return public().filter(pk__in=told.values("request"))[:MATCHES]


def rows(found: Iterable[ServiceRequest]) -> list[tuple[ServiceRequest, str]]:
    """Each report with the line that says who answers for it and how old it is."""
    return [(service_request, about(service_request)) for service_request in found]
