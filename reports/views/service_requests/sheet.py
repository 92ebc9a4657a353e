"""A sheet of paper to put up where the problem is: what was reported, how far it is, and a QR code of its page."""

from typing import Final

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from reports import clock
from reports.links import absolute
from reports.models import ServiceRequest
from reports.views.service_requests import beside
from reports.views.service_requests.held import veiled
from reports.views.service_requests.page import current_submission

ERROR_CORRECTION: Final = "q"  # a quarter of it may be torn or wet (ISO/IEC 18004)


@require_safe
def sheet(request: HttpRequest, reference: str) -> HttpResponse:
    """One page of paper, A4 or Letter. Of a report that is not public neither words nor photos stand on it."""
    service_request = beside.find(request, reference)
    if isinstance(service_request, HttpResponse):
        return service_request
    with timezone.override(service_request.jurisdiction.zone):
        address = absolute(service_request.get_absolute_url())
        submission = current_submission(service_request)
        context = {
            "service_request": veiled(service_request),
            "words": _words(service_request),
            "jurisdiction": service_request.jurisdiction,
            "number": submission.service_request_id if submission else "",
            "address": address,
            "code": qr_code(address),
            "printed_at": clock.now(),
        }
        response = render(request, "service_requests/sheet.html", context)
    response["X-Robots-Tag"] = "noindex"
    patch_cache_control(response, private=True, no_cache=True)
    return response


def qr_code(address: str) -> SafeString:
    """The address as inline SVG, as large as its box, black on white with the border of four modules it needs."""
    svg = segno.make(address, error=ERROR_CORRECTION, micro=False).svg_inline(
        border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None
    )
    return mark_safe(svg)  # noqa: S308 - paths and colours alone; the address is in it as squares


def _words(service_request: ServiceRequest) -> str:
    """Its description, as far as it is everybody's and fits."""
    if service_request.private or service_request.held_at is not None:
        return ""
    text = service_request.description
    return text if len(text) <= 600 else f"{text[:599].rstrip()}…"
