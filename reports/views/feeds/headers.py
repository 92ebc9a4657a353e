"""What caches, browsers and programs are told about a file: its tag, its name, its neighbours, who may read it."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.db.models import Count, Max, Sum
from django.db.models.functions import MD5
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header, http_date
from django.utils.text import slugify

from reports import clock
from reports.browsing.filters import Matches
from reports.browsing.index import Positions
from reports.models import ServiceRequest, StatusUpdate, Submission, SubmissionState
from reports.views.feeds.document import Document
from reports.views.feeds.terms import Terms

VERSION: Final = 2  # of the files' form: raise it when what stands in them changes
MAX_AGE: Final = 60
_HOUR: Final = 3600
_COLUMNS: Final = ("pk", "status", "updated", "expected", "body", "lat", "long")  # in which changes are noticed
# What a file says of a report besides, which may change without a new date of the last change.
_TEXTS: Final = ("service_name", "group", "address_string", "place_detail", "agency_responsible", "locale")


def tag(kind: str, document: Document, matches: Matches, here: Positions, terms: Iterable[Terms]) -> str:
    """A weak tag of what is in the file, without reading a report: which they are, what the columns know of them, the
    terms, and of the reports of a page their texts, long ones as the database sums them up, their numbers there, and
    which notes are shown. What none of these tells (other words of a volunteer for a service, say) is noticed after a
    day; of a whole list, of which only the columns and the terms are looked at, after an hour."""
    now = int(clock.now().timestamp())
    rest: tuple[Any, ...] = (now // _HOUR,)
    if document.page is not None:
        keys = [int(key) for key in matches.index.pk[here]]
        rest = (now // (24 * _HOUR), _texts(keys), _numbers(keys), _notes(keys), document.page)
    told = (VERSION, kind, document.language, document.title, document.total, document.capped, list(terms), rest)
    digest = hashlib.sha256(repr(told).encode())
    for column in _COLUMNS:
        digest.update(getattr(matches.index, column)[here].tobytes())
    return f'W/"{digest.hexdigest()[:32]}"'


def _texts(keys: Sequence[int]) -> list[Any]:
    """What else each report says; the description, which may be long, as the database sums it up."""
    found = ServiceRequest.objects.filter(pk__in=keys).order_by("pk")
    return list(found.values_list(*_TEXTS, MD5("description")))


def _numbers(keys: Sequence[int]) -> list[Any]:
    """The bodies' own numbers, which may come long after the status that they came with."""
    ways = Submission.objects.filter(request__in=keys).exclude(state=SubmissionState.CANCELLED).order_by("pk")
    return list(ways.values_list("pk", "service_request_id"))


def _notes(keys: Sequence[int]) -> dict[str, Any]:
    """Which notes of bodies are shown: none is ever edited, so that their keys tell what they say."""
    shown = StatusUpdate.objects.filter(service_request__in=keys, by_body=True, private=False, hidden=False)
    return shown.aggregate(Count("pk"), Max("pk"), Sum("pk"))


def describe(response: HttpResponseBase, kind: str, document: Document, tag: str, *, attached: bool) -> None:
    """Name the file, its tag and the other pages, on an answer with the file or a 304. `attached`: browsers save it."""
    response["ETag"] = tag
    response["Cache-Control"] = f"public, max-age={MAX_AGE}"
    if document.total:
        response["Last-Modified"] = http_date(document.changed.timestamp())
    if links := document.links():
        names = {"previous": "prev"}  # as RFC 8288's registry has it for answers over HTTP
        response["Link"] = ", ".join(f'<{address}>; rel="{names.get(way, way)}"' for way, address in links.items())
    if response.status_code == 200 and attached:
        response["Content-Disposition"] = content_disposition_header(True, _file_name(document, kind)) or ""


def _file_name(document: Document, kind: str) -> str:
    """`pothole-in-evanston-2026-05-31.csv`, with the number of the page behind the first."""
    name = slugify(document.title)[:60].strip("-") or "reports"
    page = f"-page-{document.page.number}" if document.page and document.page.number > 1 else ""
    return f"{name}-{clock.now():%Y-%m-%d}{page}.{kind}"


def for_everybody(response: HttpResponseBase) -> HttpResponseBase:
    """Pages of other sites may read it, as it is nobody's own; search engines list the pages and not the files."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Expose-Headers"] = "ETag, Link"
    response["X-Robots-Tag"] = "noindex"
    return response


def refused(status: int, why: str, retry_after: int = 0) -> HttpResponse:
    """A refusal in plain words, for whoever reads the log of a program; no cache keeps it."""
    response = HttpResponse(f"{why}\n", status=status, content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = "no-store"
    if retry_after:
        response["Retry-After"] = str(retry_after)
    for_everybody(response)
    return response
