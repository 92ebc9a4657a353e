"""Answers with a list of reports as a file: a page of it or all, kept by caches, the same for everybody."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _

from reports import clock
from reports.browsing.filters import Filter, Matches, matching
from reports.browsing.index import Positions
from reports.links import absolute
from reports.views import protection
from reports.views.feeds import headers, items, terms
from reports.views.feeds.document import Document
from reports.views.feeds.headers import refused
from reports.views.feeds.kinds import KINDS, Kind
from reports.views.feeds.paging import NotAPage, Page, PastTheEnd
from reports.views.feeds.texts import line

CHUNK: Final = 500
WHOLE: Final = "all"

Terms = Mapping[int, terms.Terms]
Keys = npt.NDArray[np.int64]


def feed_response(
    request: HttpRequest,
    kind: str,
    wanted: Filter,
    title: str,
    page_url: str,
    asked: Mapping[str, str] | None = None,
) -> HttpResponseBase:
    """The reports that the filter lets through as a file of that kind, in the language of the address.

    `title` names the list, `page_url` is the path of its page for people, `asked` are the filters as they stand in the
    address. `page=` is read here: a number, or `all` for CSV and GeoJSON. 304 where the caller has it already, 400 for
    what is no page and for more than one file may hold, 404 past the end and for another kind, 429 for too many whole
    files. Refusals are plain text.
    """
    form = KINDS.get(kind)
    if form is None:
        why = _("There is no such file here. These endings are known: %(endings)s.") % {"endings": ", ".join(KINDS)}
        return refused(404, why)
    matches = matching(wanted)
    matches = form.narrow(matches) if form.narrow else matches
    page = _asked_page(request, form, len(matches))
    if isinstance(page, HttpResponse):
        return page
    here = matches.positions[::-1]
    here = here if page is None else here[page.begin : page.begin + page.size]
    said = terms.of(int(body) for body in np.unique(matches.index.body[here]))
    document = Document(
        title=line(title) or settings.SITE_NAME,
        home=absolute(page_url),
        address=absolute(request.path),
        asked=asked or {},
        language=translation.get_language() or settings.LANGUAGE_CODE,
        changed=_changed(matches, here),
        total=len(matches),
        page=page,
        capped=matches.capped,
    )
    tag = headers.tag(kind, document, matches, here, said.values())
    # If-Modified-Since alone is not enough for a 304: a report that is hidden leaves the list without a later date.
    response: HttpResponseBase | None = get_conditional_response(request, etag=tag)
    if response is None:
        response = _file(request, form, document, matches.index.pk[here], said)
    if response.status_code < 400:
        headers.describe(response, kind, document, tag, attached=form.attached)
    return headers.for_everybody(response)


def _asked_page(request: HttpRequest, form: Kind, total: int) -> Page | HttpResponse | None:
    """The page that is asked for, None for all of the list, or the refusal."""
    text = request.GET.get("page", "1")
    if text == WHOLE and form.stream is not None:
        return None
    try:
        return Page.read(text, form.size, total)
    except NotAPage:
        if form.stream is not None:
            return refused(400, _("page takes a number from 1 on, or the word “all”."))
        return refused(400, _("page takes a number from 1 on."))
    except PastTheEnd:
        return refused(404, _("This list has no page %(page)s.") % {"page": text})


def _file(request: HttpRequest, form: Kind, document: Document, keys: Keys, said: Terms) -> HttpResponseBase:
    if document.page is None and form.stream is not None:
        return _refusal(request, len(keys)) or _streamed(request, form, document, keys, said)
    found = items.read([int(key) for key in keys], said)
    return HttpResponse(form.write(document.with_items(found)), content_type=form.media_type)


def _refusal(request: HttpRequest, count: int) -> HttpResponse | None:
    """Why the whole list is not given to this caller now, if so."""
    if count > settings.DOWNLOAD_MOST:
        words = _(
            "These are %(count)d reports, and one file holds %(most)d. Ask for fewer with since and until, or for one "
            "page after the other: page=1, page=2 and so on."
        )
        return refused(400, words % {"count": count, "most": settings.DOWNLOAD_MOST})
    too_many = None if request.method == "HEAD" else protection.refuse_rate(request, "download")
    return refused(too_many.status, too_many.sentence, too_many.retry_after) if too_many else None


def _streamed(request: HttpRequest, form: Kind, document: Document, keys: Keys, said: Terms) -> StreamingHttpResponse:
    pieces: Iterable[bytes] = ()
    if form.stream is not None and request.method != "HEAD":
        pieces = form.stream(document, _chunks(keys, said, document.language))
    return StreamingHttpResponse(pieces, content_type=form.media_type)


def _chunks(keys: Keys, said: Terms, language: str) -> Iterator[list[items.Item]]:
    """The reports a few at a time; what is hidden before its turn comes is left out. Runs when the view has ended, so
    that it names the language itself."""
    for begin in range(0, len(keys), CHUNK):
        with translation.override(language):
            found = items.read([int(key) for key in keys[begin : begin + CHUNK]], said)
        yield found


def _changed(matches: Matches, here: Positions) -> datetime:
    if not len(here):
        return clock.now().replace(microsecond=0)
    return datetime.fromtimestamp(int(matches.index.updated[here].max()), UTC)
