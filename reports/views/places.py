"""What the map asks while a place is chosen. Every page says the same without it."""

import hashlib
import json
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reports.geo import geocoding, routing
from reports.geo.coordinates import parse_coordinates
from reports.views import protection
from reports.views.whereabouts import Whereabouts, address_of, look

QUERY_LEAST: Final = 3
QUERY_MOST: Final = 200
OUTLINES_SECONDS: Final = 300

_encoded: tuple[dict[str, Any], bytes, str] | None = None


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """`?q=`, optionally the map's `lat` and `long`: `{"places": [{"lat", "long", "address_string"}]}`, at most five.

    400 for a query that is too short or too long, 429 for too many, 503 where the geocoder does not answer; each with
    an `error` to be shown.
    """
    query = request.GET.get("q", "").strip()
    if not QUERY_LEAST <= len(query) <= QUERY_MOST:
        return _error(_("Write at least three letters of the address."), 400)
    refusal = protection.refuse_lookup(request)
    if refusal is not None:
        return _refused(refusal)
    near = parse_coordinates(f"{request.GET.get('lat', '')}, {request.GET.get('long', '')}")
    try:
        found = geocoding.search(query, near=near, locale=get_language() or "en")
    except geocoding.GeocodingUnavailable:
        return _error(_("The address search does not answer just now."), 503)
    except ValueError:
        return _error(_("The map is at no place on Earth."), 400)
    return JsonResponse(
        {"places": [{"lat": hit.lat, "long": hit.long, "address_string": hit.address_string} for hit in found]}
    )


@require_safe
def here(request: HttpRequest) -> HttpResponse:
    """`?lat=&long=`: who answers there, as data, as one sentence (`text`) and as the piece of page that shows it.

    400 for coordinates that are none, with an `error`. The address is empty where it cannot be looked up.
    """
    try:
        lat, long = float(request.GET.get("lat", "")), float(request.GET.get("long", ""))
        routing.checked(lat, long)
    except ValueError:
        return _error(_("Latitude and longitude have to be numbers of a place on Earth."), 400)
    refused = protection.refuse_lookup(request) is not None  # others are asked for the address, and for services
    found = look(lat, long, ask=not refused)
    address = "" if refused else address_of(lat, long)
    return JsonResponse(_answer(request, found, address))


@require_safe
def outlines(request: HttpRequest) -> HttpResponse:
    """The areas of all active bodies as GeoJSON, to be drawn over the map; 304 where the browser has them already."""
    global _encoded
    areas = routing.outlines()
    if _encoded is None or _encoded[0] is not areas:  # the same object until a jurisdiction changes
        body = json.dumps(areas, separators=(",", ":")).encode()
        _encoded = (areas, body, f'"{hashlib.sha256(body).hexdigest()[:32]}"')
    _areas, body, etag = _encoded
    response = HttpResponse(body, content_type="application/geo+json")
    response.headers["ETag"] = etag
    patch_cache_control(response, public=True, max_age=OUTLINES_SECONDS)
    return get_conditional_response(request, etag=etag, response=response) or response


def _answer(request: HttpRequest, found: Whereabouts, address: str) -> dict[str, Any]:
    return {
        "lat": found.lat,
        "long": found.long,
        "address_string": address,
        "covered": found.covered,
        "bodies": [{"name": body.name, "phone": body.phone} for body in found.answering],
        "near_border": [{"name": near.jurisdiction.name, "metres": round(near.metres)} for near in found.near_border],
        "nearest": [{"name": near.jurisdiction.name, "metres": round(near.metres)} for near in found.nearest],
        "services": len(found.services),
        "text": f"{address}. {found.sentence}" if address else found.sentence,
        "html": render_to_string("report/here.html", {"here": found, "address": address}, request),
    }


def _refused(refusal: protection.Refusal) -> HttpResponse:
    response = _error(refusal.sentence, refusal.status)
    response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def _error(sentence: str, status: int) -> HttpResponse:
    return JsonResponse({"error": sentence}, status=status)
