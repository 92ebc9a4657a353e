"""The small pages beside the page of one report: which report it is, what may not be posted, and how they are sent."""

from typing import Any, Final

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from reports import callers
from reports.models import ServiceRequest
from reports.views import protection
from reports.views.keyed_pages import closed
from reports.views.service_requests.held import veiled
from reports.views.service_requests.page import canonical_reference, find_request, missing

MOST_BYTES: Final = 64 * 1024  # 2,000 characters of any script, percent-encoded, and the form's own fields


def find(request: HttpRequest, reference: str) -> ServiceRequest | HttpResponse:
    """The report of a reference, however it is written; else the answer that says that it is not there, or no more."""
    canonical = canonical_reference(reference.replace("\x00", ""))  # PostgreSQL cannot even be asked about one
    service_request = find_request(canonical)
    gone = missing(request, canonical, service_request)
    if gone is not None or service_request is None:
        return gone or HttpResponse(status=404)
    return service_request


def turned_away(request: HttpRequest, again_url: str) -> HttpResponse | None:
    """The page for a post that is too large or comes from another site; None for one that may be read."""
    problem = {"frame": "report/base.html", "start_url": reverse("report:start"), "again_url": again_url}
    if callers.too_large(request, MOST_BYTES):
        return render(request, "report/too_large.html", problem, status=413)
    if protection.cross_site(request):
        return render(request, "report/other_site.html", problem, status=403)
    try:
        _fields = request.POST  # reading it is when Django counts its fields
    except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent):
        return render(request, "report/too_large.html", problem, status=413)
    return None


def show(
    request: HttpRequest, template: str, context: dict[str, Any], refusal: protection.Refusal | None = None
) -> HttpResponse:
    """A page that no search engine keeps, under the refusal's status where a post was not taken. It shows none of the
    words of a report that is held."""
    if "service_request" in context:
        context = {**context, "service_request": veiled(context["service_request"])}
    context = {"honeypot": protection.HONEYPOT, "refusal": refusal, **context}
    response = closed(render(request, template, context, status=refusal.status if refusal else 200))
    if refusal and refusal.retry_after:
        response["Retry-After"] = str(refusal.retry_after)
    return response
