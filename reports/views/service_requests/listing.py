"""How reports stand in lists and on maps: page by page, in one line of words each."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, overload

from django.core.paginator import Page, Paginator
from django.utils.http import urlencode
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from reports import clock
from reports.browsing.filters import Matches
from reports.browsing.filters import rows as rows_of
from reports.forms.filters import FilterForm
from reports.models import ServiceRequest
from reports.templatetags.components import place

PAGE = 25


class Newest(Sequence[int]):
    """The keys of what a filter lets through, the newest filed first, as a paginator takes them."""

    def __init__(self, matches: Matches) -> None:
        self.matches = matches

    def __len__(self) -> int:
        return len(self.matches)

    @overload
    def __getitem__(self, which: int) -> int: ...
    @overload
    def __getitem__(self, which: slice) -> Sequence[int]: ...
    def __getitem__(self, which: int | slice) -> int | Sequence[int]:
        if isinstance(which, int):
            return self.matches.keys(which, 1)[0]
        begin = which.start or 0
        return self.matches.keys(begin, None if which.stop is None else which.stop - begin)


def page_of(matches: Matches, number: str) -> tuple[Page[Any], list[tuple[ServiceRequest, str]]]:
    """One page of PAGE reports and its rows; InvalidPage where there is no page of that number."""
    page: Page[Any] = Paginator(Newest(matches), PAGE).page(number)
    return page, rows(rows_of(list(page.object_list)))


def rows(found: Iterable[ServiceRequest]) -> list[tuple[ServiceRequest, str]]:
    """Each report with the line that says who answers for it and how old it is."""
    return [(service_request, about(service_request)) for service_request in found]


def chips(form: FilterForm, *, but: str = "") -> list[tuple[str, str, str]]:
    """Each filter in use, `but` one: what it is called, what it is set to, and the query of the page without it."""
    asked = form.asked()
    found = []
    for name, words in form.said().items():
        if name != but:
            others = urlencode({other: value for other, value in asked.items() if other != name})
            label = "" if name in ("since", "until") else str(form.fields[name].label or "")  # “from May 1” says it
            found.append((label, words, others))
    return found


def about(service_request: ServiceRequest) -> str:
    """Who answers for it and how old it is: `Springfield · reported 3 days ago`."""
    return f"{service_request.jurisdiction.name} · {reported(service_request.requested_datetime)}"


def reported(filed_at: datetime) -> str:
    """How long ago that was: `reported 3 days ago`, or `reported just now` within the first minute."""
    now = clock.now()
    if now - filed_at < timedelta(minutes=1):
        return _("reported just now")
    return _("reported %(age)s ago") % {"age": timesince(filed_at, now, depth=1)}


def properties(service_request: ServiceRequest) -> dict[str, Any]:
    """The words of a report's row in the list, for scripts that write the same row."""
    return {
        "url": service_request.get_absolute_url(),
        "service_name": service_request.shown_name,
        "service_lang": service_request.name_language,
        "place": place(service_request),
        "about": about(service_request),
        "status": service_request.shown_status.value,
        "status_label": str(service_request.shown_status.label),
    }


def feature(service_request: ServiceRequest) -> dict[str, Any]:
    """One report as a GeoJSON feature, with the same words as its row in the list."""
    return {
        "type": "Feature",
        "id": service_request.reference,
        "geometry": {"type": "Point", "coordinates": [service_request.long, service_request.lat]},
        "properties": properties(service_request),
    }
