"""What the files say of one report: what its page shows to everybody, and of that neither answers nor photos."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.utils.html import format_html, format_html_join, linebreaks
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from reports.browsing import filters
from reports.browsing.last_notes import last_notes
from reports.links import absolute
from reports.models import Jurisdiction, Service, ServiceRequest, Submission, SubmissionState
from reports.templatetags.components import place
from reports.views.feeds.terms import Terms
from reports.views.feeds.texts import fit, line
from reports.views.service_requests.progress import over

_UNKNOWN: Final = Terms("", "", "")


@dataclass(frozen=True, slots=True)
class Item:
    """One public report. Names are GeoReport v2's where it has one.

    `status` is `open` or `closed` as there; `public_status` is the one of ours, `status_label` its word in the page's
    language. `status_notes` is what the body said last. Times are in the body's zone. `lat` and `long` (WGS84) are None
    where the place was said in words alone; `place` is then these, else the address or the coordinates.
    """

    reference: str
    url: str
    service_request_id: str
    service_name: str
    group: str
    body: str
    body_slug: str
    agency_responsible: str
    status: str
    public_status: str
    status_label: str
    verdict: str
    status_notes: str
    requested_datetime: datetime
    updated_datetime: datetime
    expected_datetime: datetime | None
    place: str
    address: str
    place_detail: str
    lat: float | None
    long: float | None
    description: str
    language: str
    terms: Terms

    @property
    def title(self) -> str:
        """`Pothole, 12 Main Street`."""
        return _("%(what)s, %(where)s") % {"what": self.service_name or self.reference, "where": self.place}

    @property
    def unique_id(self) -> str:
        """The same for good, in every language and file: a tag of RFC 4151."""
        filed = self.requested_datetime.astimezone(UTC)
        return f"tag:{urlsplit(settings.SITE_URL).hostname},{filed:%Y-%m-%d}:{self.reference}"

    def html(self) -> SafeString:
        """All of it to read, in paragraphs and line breaks alone; whatever somebody typed is escaped."""
        said = [
            (_("Status"), self.status_label),
            (_("Place"), ", ".join(part for part in (self.place, self.place_detail) if part)),
            (_("Who answers for it"), self.body),
            (_("Number there"), self.service_request_id),
            (_("Expected by"), f"{self.expected_datetime:%Y-%m-%d}" if self.expected_datetime else ""),
            (_("Reference here"), self.reference),
            (_("Licence and source"), str(self.terms)),
        ]
        lines = format_html_join(mark_safe("<br>"), "{}: {}", ((name, words) for name, words in said if words))
        # linebreaks() escapes first, when told to, and then adds p and br.
        words = mark_safe(linebreaks(self.description, autoescape=True))  # noqa: S308
        note = _("%(body)s says:") % {"body": self.body}
        told = format_html("<p>{}</p>{}", note, mark_safe(linebreaks(self.status_notes, autoescape=True)))  # noqa: S308
        return format_html("{}{}<p>{}</p>", words, told if self.status_notes else "", lines)

    def text(self) -> str:
        """The same without marks."""
        told = _("%(body)s says:") % {"body": self.body}
        parts = [
            self.description,
            f"{told} {self.status_notes}" if self.status_notes else "",
            self.url,
            str(self.terms),
        ]
        return "\n\n".join(part for part in parts if part)


def read(keys: Sequence[int], terms: Mapping[int, Terms]) -> list[Item]:
    """The reports with these keys, in this order; those left out that are public no longer. Five queries."""
    rows = filters.rows(keys, _shown())
    found = [row.pk for row in rows]
    numbers, notes = _numbers(found), last_notes(found)
    return [_item(row, terms, numbers.get(row.pk, ""), notes.get(row.pk, "")) for row in rows]


def _shown() -> QuerySet[ServiceRequest]:
    """Bodies and services apart, each once: with a copy of both in each row a page took twice as long."""
    bodies = Jurisdiction.objects.only("name", "slug", "time_zone", "languages")
    services = Service.objects.select_related("override").only("service_name", "override")
    apart = (Prefetch("jurisdiction", bodies), Prefetch("service", services))
    return filters.public().select_related(None).prefetch_related(*apart)


def _numbers(keys: Sequence[int]) -> dict[int, str]:
    """The bodies' own numbers, of the newest way to the body that was not cancelled, as on the page of a report."""
    ways = Submission.objects.filter(request__in=keys).exclude(state=SubmissionState.CANCELLED)
    return dict(ways.order_by("pk").values_list("request_id", "service_request_id"))


def _item(row: ServiceRequest, terms: Mapping[int, Terms], number: str, note: str) -> Item:
    zone = row.jurisdiction.zone
    ended, shown = over(row), row.shown_status
    expected = None if ended else row.expected_datetime
    return Item(
        reference=row.reference,
        url=absolute(row.get_absolute_url()),
        service_request_id=line(number),
        service_name=line(row.shown_name),
        group=line(row.group),
        body=line(row.jurisdiction.name),
        body_slug=row.jurisdiction.slug,
        agency_responsible=line(row.agency_responsible),
        status="closed" if ended else "open",
        public_status=str(shown),
        status_label=str(shown.label),
        verdict=row.verdict if shown == row.verdict else "",
        status_notes=fit(note),
        requested_datetime=row.requested_datetime.astimezone(zone),
        updated_datetime=row.updated_datetime.astimezone(zone),
        expected_datetime=expected.astimezone(zone) if expected else None,
        place=line(place(row)) or row.reference,
        address=line(row.address_string),
        place_detail=line(row.place_detail),
        lat=None if row.in_words else round(row.lat, 6),
        long=None if row.in_words else round(row.long, 6),
        description=fit(row.description),
        language=row.locale,
        terms=terms.get(row.endpoint_id, _UNKNOWN),
    )
