"""Photos as the public and the bodies fetch them: without a cookie, whole or in part, from addresses nobody guesses."""

import uuid
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from reports import media
from reports.models import Media
from reports.views.byte_ranges import file_response

DAY: Final = 24 * 3600


@require_safe
def photo(request: HttpRequest, key: uuid.UUID) -> HttpResponseBase:
    """One photo as JPEG, to be kept by caches for a day: a key never shows another picture, but one that is taken
    away or hidden has to be gone from them too.

    404 for an unknown key, for a photo whose file is gone, and for those of a hidden request; 410 where the person who
    filed the request has taken it away. Search engines and shared caches leave out what is not public.
    """
    found = _find(key)
    if found.service_request is not None and found.service_request.hidden:
        raise Http404
    return _answer(request, found)


@require_safe
def photo_for_body(request: HttpRequest, key: uuid.UUID, seal: str) -> HttpResponseBase:
    """The same at the address that the body alone was given. It works for a hidden request too, which the body still
    has to see; 404 for an address that we did not make."""
    if not media.is_sealed(key, seal):
        raise Http404
    return _answer(request, _find(key))


def _find(key: uuid.UUID) -> Media:
    return get_object_or_404(Media.objects.select_related("service_request"), key=key)


def _answer(request: HttpRequest, found: Media) -> HttpResponseBase:
    if not found.file or (found.service_request and found.service_request.taken_away_at):
        return HttpResponse(status=410, headers={"Cache-Control": "no-store", "X-Robots-Tag": "noindex"})
    etag, modified = f'"{found.sha256}"', int(found.created_at.timestamp())
    try:
        # Opened even where the caller turns out to have it: an answer about a file that is gone would be a wrong one.
        file = found.file.open()
    except FileNotFoundError as error:
        raise Http404 from error
    response: HttpResponseBase | None = get_conditional_response(request, etag=etag, last_modified=modified)
    if response is None:
        response = file_response(request, file, "image/jpeg", etag, modified)
    else:
        file.close()
    response.headers["ETag"] = etag
    response.headers["Last-Modified"] = http_date(modified)
    if response.status_code >= 400:  # a cache that kept this would refuse the photo to everybody
        patch_cache_control(response, no_store=True)
    elif _is_public(found):
        patch_cache_control(response, public=True, max_age=DAY)
    else:
        patch_cache_control(response, private=True, no_cache=True)
        response.headers["X-Robots-Tag"] = "noindex"
    return response


def _is_public(found: Media) -> bool:
    request = found.service_request
    return request is not None and not request.hidden and not request.private
