"""Parts of a file by `Range` (RFC 9110, section 14), for those who fetch photos in pieces.

WhiteNoise has this for static files, and answers 416 to `bytes=0-0`, with which fetchers ask whether ranges work, and
knows no If-Range; the other packages for Django are older than its FileResponse.
"""

import os
import re
from typing import Final

from django.core.files import File
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import parse_http_date_safe

_ONE: Final = re.compile(r"bytes=\s*(\d{0,18})-(\d{0,18})\s*", re.ASCII | re.IGNORECASE)


def file_response(
    request: HttpRequest, file: "File[bytes]", content_type: str, etag: str, modified: int
) -> HttpResponseBase:
    """The whole file, or the part that a GET asks for; 416 for a part that it does not have. Closes the file in time.

    Several ranges at once, and what is no range, are answered with the whole, as they may be. `modified` is in seconds
    since 1970; `etag` is a strong one, in quotes.
    """
    size = file.seek(0, os.SEEK_END)  # of what is open: the file may have been deleted since
    file.seek(0)
    wanted = _wanted(request, size, etag, modified)
    if wanted is None:
        if request.method == "HEAD":
            file.close()
            response: HttpResponseBase = HttpResponse(headers={"Content-Length": str(size)})
        else:
            response = FileResponse(file)
            del response.headers["Content-Disposition"]  # a name of its own making, which the other answers lack
    elif not wanted:
        file.close()
        response = HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    else:
        with file:
            file.seek(wanted.start)
            part = file.read(len(wanted))
        named = f"bytes {wanted.start}-{wanted.stop - 1}/{size}"
        response = HttpResponse(part, status=206, headers={"Content-Range": named, "Content-Length": str(len(part))})
    response.headers["Content-Type"] = content_type
    response.headers["Accept-Ranges"] = "bytes"
    return response


def _wanted(request: HttpRequest, size: int, etag: str, modified: int) -> range | None:
    """The bytes that are asked for: None for all of them, an empty range for some that are not there."""
    found = _ONE.fullmatch(request.headers.get("Range", ""))
    if request.method != "GET" or found is None or not _is_same(request, etag, modified):
        return None
    first, last = found[1], found[2]
    if not first:  # the last so many bytes
        return range(max(0, size - int(last)), size) if last else None
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last), size - 1) + 1) if last else range(int(first), size)


def _is_same(request: HttpRequest, etag: str, modified: int) -> bool:
    """Whether the rest of what the caller has is still the rest of this file (If-Range)."""
    condition = request.headers.get("If-Range", "").strip()
    return not condition or condition == etag or parse_http_date_safe(condition) == modified
