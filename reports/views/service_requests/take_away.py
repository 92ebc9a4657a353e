"""Where the person who filed a report takes it away. Mail scanners open every link, so GET changes nothing."""

from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from reports import callers
from reports.delivery import disclosures, retention, taken_away
from reports.links import LinkExpired, LinkForged, service_request_from_owner_key
from reports.models import Contact, ServiceRequest
from reports.views import protection
from reports.views.keyed_pages import closed

PAGE: Final = "take_away.html"


@never_cache
@csrf_exempt  # no cookie comes with it: the signed key is the permission, and `protection` stands in for the token
@require_http_methods(["GET", "HEAD", "POST"])
def take_away(request: HttpRequest, key: str) -> HttpResponse:
    """What would be deleted and what stays on GET; on POST the report is taken away, once however often it comes.

    404 for a key that is not ours, 410 when its time is over, 403 for a post from another site, 413 for one that is
    too large, 429 for too many, 409 while the report is being sent.
    """
    try:
        service_request = service_request_from_owner_key(key)
    except LinkForged:
        return _page(request, {"state": "forged"}, status=404)
    except LinkExpired:
        return _page(request, {"state": "gone"}, status=410)
    with timezone.override(service_request.jurisdiction.zone):
        return _post(request, service_request, key) if request.method == "POST" else _show(request, service_request)


def _post(request: HttpRequest, service_request: ServiceRequest, key: str) -> HttpResponse:
    if callers.too_large(request, int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0)):
        return _page(request, {"state": "too_large"}, status=413)
    if protection.cross_site(request):
        return _page(request, {"state": "cross_site"}, status=403)
    if service_request.taken_away_at is None:
        refusal = protection.refuse_step(request, _purpose(service_request))
        if refusal is not None:
            return _show(request, service_request, refusal)
    try:
        taken_away.take_away(service_request)
    except taken_away.BeingSent:
        return _show(request, service_request, being_sent=True)
    return closed(redirect("take_away", key))


def _show(
    request: HttpRequest,
    service_request: ServiceRequest,
    refusal: protection.Refusal | None = None,
    being_sent: bool = False,
) -> HttpResponse:
    contact: Contact | None = getattr(service_request, "contact", None)
    context = {
        "state": "ask" if service_request.taken_away_at is None else "taken",
        "being_sent": being_sent,
        "minutes": taken_away.minutes_of_a_call(),
        "refusal": refusal,
        "form_key": protection.form_key(_purpose(service_request)),
        "honeypot": protection.HONEYPOT,
        "service_request": service_request,
        "jurisdiction": service_request.jurisdiction,
        "photos": service_request.media.count(),
        "has_contact": contact is not None or service_request.subscriptions.exists(),
        "contact_until": retention.contact_until(service_request),
        "number": ", ".join(
            service_request.submissions.exclude(service_request_id="").values_list("service_request_id", flat=True)
        ),
        "sent": taken_away.perhaps_with_body(service_request),
        "disclosures": [(line, disclosures.named(line.fields)) for line in _disclosures(service_request)],
    }
    response = _page(request, context, status=refusal.status if refusal else 409 if being_sent else 200)
    if refusal and refusal.retry_after:
        response["Retry-After"] = str(refusal.retry_after)
    return response


def _disclosures(service_request: ServiceRequest) -> Any:
    rows = service_request.disclosures.select_related("endpoint__jurisdiction")
    return rows.defer("endpoint__jurisdiction__boundary").order_by("disclosed_at", "pk")


def _purpose(service_request: ServiceRequest) -> str:
    return f"take-away-{service_request.pk}"


def _page(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return closed(render(request, PAGE, context, status=status))
