"""Pages are sent compressed, except where that could give a secret away.

Whoever can make a browser send requests and sees how long the answers are could guess a secret in a page that also
repeats something of the request (BREACH). So nothing is compressed that belongs to a session: no request that brings a
cookie, no answer that sets one. What is left knows a person only by the key in its address, and whoever could ask for
that page has the key already. The form key in it is a signed time, good for that page alone.
"""

import re
from typing import Any, Final

import brotli
from django.http import HttpRequest
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers

WORTH_IT: Final = 200  # bytes; below that the answer would hardly be shorter
QUALITY: Final = 5  # above it brotli takes several times as long for a few per cent
_TEXT: Final = re.compile(r"text/|application/(?:[\w.-]+\+)?(?:json|xml|javascript)\b|image/svg\+xml")
_BROTLI: Final = re.compile(r"(?:^|,)\s*br\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[\d.]+\s*)?(?:,|$)")


class Compression(GZipMiddleware):
    """Brotli, or gzip where the browser knows no brotli; text only, never a photo and never what is streamed."""

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        if not _may_be(request, response):
            return response
        if response["Content-Type"].startswith("text/html"):
            patch_vary_headers(response, ["Save-Data"])  # `reports.templatetags.context` reads it
        if not _BROTLI.search(request.headers.get("Accept-Encoding", "")):
            return super().process_response(request, response)
        patch_vary_headers(response, ["Accept-Encoding"])
        if len(response.content) >= WORTH_IT:
            _compress(response)
        return response


def _may_be(request: HttpRequest, response: Any) -> bool:
    return bool(
        not response.streaming
        and not request.COOKIES
        and not response.cookies
        and not response.has_header("Content-Encoding")
        and _TEXT.match(response.headers.get("Content-Type", ""))
    )


def _compress(response: Any) -> None:
    response.content = brotli.compress(response.content, quality=QUALITY)
    response.headers["Content-Encoding"] = "br"
    response.headers["Content-Length"] = str(len(response.content))
    etag = response.headers.get("ETag", "")
    if etag.startswith('"'):
        response.headers["ETag"] = f"W/{etag}"  # RFC 9110, 8.8.1: the same words in other bytes
