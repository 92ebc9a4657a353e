"""Photos as the public and the bodies fetch them: without a cookie, whole or in part, from addresses nobody guesses."""

import uuid
from typing import Final

from django.core.files.base import ContentFile, File
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from reports import media
from reports.models import Media, ServiceRequest
from reports.views.byte_ranges import file_response

DAY: Final = 24 * 3600


@require_safe
def photo(request: HttpRequest, key: uuid.UUID, *, small: bool = False) -> HttpResponseBase:
    """One photo as JPEG, to be kept by caches for a day: a key never shows another picture, but one that is taken
    away, hidden or blacked out has to be gone from them too.

    404 for an unknown key, which a key is too once parts have been blacked out, for a photo whose file is gone, and for
    those of what is hidden or held; 410 where the person who filed the request has taken it away. Search engines and
    shared caches leave out what is not public.
    """
    found = _find(key)
    owner = _request_of(found)
    taken_away = owner is not None and owner.taken_away_at is not None  # which hides its comments too
    if _is_withheld(found) and not taken_away:
        raise Http404
    return _answer(request, found, small=small, max_age=DAY)


@require_safe
def small_photo(request: HttpRequest, key: uuid.UUID) -> HttpResponseBase:
    """The same, small enough for a list on a slow line: for the same people, as long, and with the same errors."""
    return photo(request, key, small=True)


@require_safe
def photo_for_body(request: HttpRequest, key: uuid.UUID, seal: str) -> HttpResponseBase:
    """The same at the address that the body alone was given. It works for a hidden request too, which the body still
    has to see, and shows the blacked out picture where parts have been blacked out since; 404 for an address that we
    did not make. Caches ask each time whether it is still that picture."""
    found = media.behind(key) if media.is_sealed(key, seal) else None
    if found is None:
        raise Http404
    return _answer(request, found, no_cache=True)


def _find(key: uuid.UUID) -> Media:
    return get_object_or_404(Media.objects.select_related("service_request", "comment__service_request"), key=key)


def _answer(request: HttpRequest, found: Media, *, small: bool = False, **kept: int) -> HttpResponseBase:
    """`kept`: for how long caches keep it where it is public."""
    owner = _request_of(found)
    if not found.file or (owner is not None and owner.taken_away_at):
        return HttpResponse(status=410, headers={"Cache-Control": "no-store", "X-Robots-Tag": "noindex"})
    etag = f'"{found.sha256}{"-small" if small else ""}"'
    modified = int((found.redacted_at or found.created_at).timestamp())
    try:
        # Opened even where the caller turns out to have it: an answer about a file that is gone would be a wrong one.
        file = found.file.open()
    except FileNotFoundError as error:
        raise Http404 from error
    response: HttpResponseBase | None = get_conditional_response(request, etag=etag, last_modified=modified)
    if response is None:
        response = file_response(request, _smaller(file) if small else file, "image/jpeg", etag, modified)
    else:
        file.close()
    response.headers["ETag"] = etag
    response.headers["Last-Modified"] = http_date(modified)
    if response.status_code >= 400:  # a cache that kept this would refuse the photo to everybody
        patch_cache_control(response, no_store=True)
    elif _is_public(found):
        patch_cache_control(response, public=True, **kept)
    else:
        patch_cache_control(response, private=True, no_cache=True)
        response.headers["X-Robots-Tag"] = "noindex"
    return response


def _smaller(file: "File[bytes]") -> "File[bytes]":
    """The picture made small; the whole where that cannot be done, since a photo that is shown slowly is shown."""
    try:
        content = media.smaller(file)
    except OSError:
        file.seek(0)
        return file
    file.close()
    return ContentFile(content)


def _is_withheld(found: Media) -> bool:
    """Whether a volunteer has hidden what it belongs to, or has yet to look at it."""
    rows = (_request_of(found), found.comment)
    return any(row is not None and (row.hidden or row.held_at is not None) for row in rows)


def _request_of(found: Media) -> ServiceRequest | None:
    """What it belongs to, by itself or by its comment."""
    return found.comment.service_request if found.comment is not None else found.service_request


def _is_public(found: Media) -> bool:
    request = _request_of(found)
    return request is not None and not request.private and not _is_withheld(found)
