"""Photos as the public and the bodies fetch them."""

import uuid
from typing import Final

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.http import require_safe

from reports.models import Media

YEAR: Final = 365 * 24 * 3600


@require_safe
def photo(request: HttpRequest, key: uuid.UUID) -> HttpResponseBase:
    """One photo as JPEG, to be kept by caches for good, since a key never shows another picture.

    404 for an unknown key, for a photo whose file is gone, and for those of a hidden request.
    """
    media = get_object_or_404(Media.objects.select_related("service_request"), key=key)
    if media.service_request is not None and media.service_request.hidden:
        raise Http404
    etag = f'"{media.sha256}"'
    response = get_conditional_response(request, etag=etag) or _picture(request, media)
    response.headers["ETag"] = etag
    patch_cache_control(response, public=True, max_age=YEAR, immutable=True)
    return response


def _picture(request: HttpRequest, media: Media) -> HttpResponseBase:
    try:
        if request.method == "HEAD":
            return HttpResponse(content_type="image/jpeg", headers={"Content-Length": str(media.file.size)})
        return FileResponse(media.file.open(), content_type="image/jpeg")
    except FileNotFoundError as error:
        raise Http404 from error
