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

from reports.forms.service import find_service
from reports.geo import geocoding, routing
from reports.geo.coordinates import parse_coordinates
from reports.links import LinkExpired, LinkForged, draft_from_key
from reports.models import Jurisdiction, Service
from reports.views import changes, drafts, protection
from reports.views.whereabouts import Whereabouts, address_of, look, look_at

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
    """`?lat=&long=`: who answers there, as data, as sentences (`text`) and as the piece of page that shows it.

    `changed` says what is different from the place of a `draft` (its signed key), or from a place where the bodies
    `was` (slugs with commas) answered for `kinds` kinds of problem, and the `service` of a link was offered. A key
    that is not ours says nothing. `side` (a body's id) is the side of a border that was chosen.

    400 for coordinates that are none, with an `error`. The address is empty where it cannot be looked up.
    """
    try:
        lat, long = float(request.GET.get("lat", "")), float(request.GET.get("long", ""))
        routing.checked(lat, long)
    except ValueError:
        return _error(_("Latitude and longitude have to be numbers of a place on Earth."), 400)
    refused = protection.refuse_lookup(request) is not None  # others are asked for the address, and for services
    found = look(lat, long, ask=not refused, side=whole_number(request.GET.get("side", "")))
    address = "" if refused else address_of(lat, long)
    was = _before(request)
    changed = changes.sentences(was, found) if was else []
    return JsonResponse(_answer(request, found, address, changed))


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


def whole_number(text: str) -> int | None:
    """The id that a form or an address gives; None for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _before(request: HttpRequest) -> changes.Before | None:
    """How it was at the place before, as the draft or the question says; None where neither does."""
    key = request.GET.get("draft", "")
    if key:
        return _before_of_draft(key)
    slugs = [slug for slug in request.GET.get("was", "").replace("\0", "").split(",") if slug][: changes.MOST_BODIES]
    bodies = list(Jurisdiction.objects.filter(slug__in=slugs, active=True).defer("boundary"))
    if not bodies:
        return None
    wanted = request.GET.get("service", "").replace("\0", "")
    offered = Service.objects.filter(endpoint__jurisdiction__in=bodies, endpoint__active=True, suspended=False)
    service = find_service(offered.select_related("override"), wanted) if wanted else None
    return changes.Before(tuple(body.pk for body in bodies), whole_number(request.GET.get("kinds", "")), service)


def _before_of_draft(key: str) -> changes.Before | None:
    try:
        draft = draft_from_key(key)
    except (LinkForged, LinkExpired):
        return None
    place = draft.answers.get("location")
    return changes.before(look_at(place, ask=False), drafts.chosen_service(draft)) if place else None


def _answer(request: HttpRequest, found: Whereabouts, address: str, changed: list[str]) -> dict[str, Any]:
    return {
        "lat": found.lat,
        "long": found.long,
        "address_string": address,
        "covered": found.covered,
        "bodies": [{"name": body.name, "slug": body.slug, "phone": body.phone} for body in found.answering],
        "near_border": [{"name": near.jurisdiction.name, "metres": round(near.metres)} for near in found.near_border],
        "nearest": [{"name": near.jurisdiction.name, "metres": round(near.metres)} for near in found.nearest],
        "services": len(found.services),
        "changed": " ".join(changed),
        "text": " ".join(filter(None, (f"{address}." if address else "", found.sentence, *changed))),
        "html": render_to_string(
            "report/here.html", {"here": found, "address": address, "changed": changed, "choose_side": True}, request
        ),
    }


def _refused(refusal: protection.Refusal) -> HttpResponse:
    response = _error(refusal.sentence, refusal.status)
    response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def _error(sentence: str, status: int) -> HttpResponse:
    return JsonResponse({"error": sentence}, status=status)
