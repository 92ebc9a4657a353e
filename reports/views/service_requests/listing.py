"""Which reports the public sees, and how a list of them is narrowed: by body, status, words, or the part of a map."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Max, Min, Q, QuerySet
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports import clock
from reports.delivery import statuses
from reports.models import Jurisdiction, PlaceMeant, PublicStatus, ServiceRequest
from reports.templatetags.components import place

PAGE = 25
WORDS = 5  # more words than these are not looked for; each costs a pass over the texts


def public() -> QuerySet[ServiceRequest]:
    """Every report that anybody may see, newest first, with its body; not those that a body keeps private, that a
    volunteer has yet to look at, or that were taken away."""
    shown = ServiceRequest.objects.filter(hidden=False, held_at=None, private=False, taken_away_at=None)
    shown = shown.select_related("jurisdiction", "service__override")
    return shown.defer("attributes", "service_notice", "status_notes")


class FilterForm(forms.Form):
    """The filters, as they stand in the address. What cannot be understood is named and left out, the rest holds."""

    q = forms.CharField(label=gettext_lazy("Words"), required=False, max_length=100)
    body = forms.ModelChoiceField(
        Jurisdiction.objects.filter(active=True).only("name", "slug"),
        label=gettext_lazy("Who answers"),
        required=False,
        to_field_name="slug",
        empty_label=gettext_lazy("Everybody"),
        error_messages={
            "invalid_choice": gettext_lazy("No body of that name takes reports here. Choose one from the list.")
        },
    )
    status = forms.ChoiceField(
        label=gettext_lazy("Status"),
        required=False,
        choices=[("", gettext_lazy("Any status")), *PublicStatus.choices],
        error_messages={"invalid_choice": gettext_lazy("There is no such status. Choose one from the list.")},
    )

    def narrowed(self) -> QuerySet[ServiceRequest]:
        """The public reports that every filter lets through."""
        self.full_clean()
        given = self.cleaned_data
        found = public()
        if given.get("body"):
            found = found.filter(jurisdiction=given["body"])
        if given.get("status"):
            found = found.filter(_shown_as(given["status"]))
        for word in given.get("q", "").split()[:WORDS]:
            texts = ("service_name", "description", "address_string", "reference")
            found = found.filter(Q(*((f"{text}__icontains", word) for text in texts), _connector=Q.OR))
        return found

    def asked(self) -> dict[str, str]:
        """The filters in use, for the addresses of further pages."""
        return {name: self.data[name] for name in self.fields if self.data.get(name)}


def _shown_as(status: str) -> Q:
    """What a status of the filter stands for: what people say of a closing is kept beside what the body says."""
    return Q(status=PublicStatus.CLOSED, verdict=status) if status in statuses.VERDICTS else Q(status=status)


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the map, in degrees (WGS84)."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def read(cls, text: str) -> "Box":
        """From `west,south,east,north` as RFC 7946 section 5 orders them; ValueError with a plain reason."""
        try:
            west, south, east, north = (float(part) for part in text.split(","))
        except ValueError as error:
            raise ValueError(_("bbox takes four numbers: west, south, east, north.")) from error
        if not all(math.isfinite(side) for side in (west, south, east, north)) or south > north or west > east:
            raise ValueError(_("bbox needs west before east and south before north."))
        return cls(west, south, east, north)

    def holds(self) -> Q:
        """What is inside, its edges included."""
        return Q(lat__range=(self.south, self.north), long__range=(self.west, self.east))


def on_a_map(found: QuerySet[ServiceRequest]) -> QuerySet[ServiceRequest]:
    """Those that have a point: not those whose place was said in words alone."""
    return found.exclude(place_meant=PlaceMeant.WORDS)


def bounds_of(found: QuerySet[ServiceRequest]) -> str:
    """`west,south,east,north` round these reports, in degrees; empty where none of them has a point."""
    edges = on_a_map(found).order_by().aggregate(w=Min("long"), s=Min("lat"), e=Max("long"), n=Max("lat"))
    return "" if edges["w"] is None else ",".join(f"{edges[side]:.6f}" for side in "wsen")


def about(service_request: ServiceRequest) -> str:
    """Who answers for it and how old it is: `Springfield · reported 3 days ago`."""
    return f"{service_request.jurisdiction.name} · {reported(service_request.requested_datetime)}"


def reported(filed_at: datetime) -> str:
    """How long ago that was: `reported 3 days ago`, or `reported just now` within the first minute."""
    now = clock.now()
    if now - filed_at < timedelta(minutes=1):
        return _("reported just now")
    return _("reported %(age)s ago") % {"age": timesince(filed_at, now, depth=1)}


def feature(service_request: ServiceRequest) -> dict[str, Any]:
    """One report as a GeoJSON feature, with the same words as its row in the list."""
    return {
        "type": "Feature",
        "id": service_request.reference,
        "geometry": {"type": "Point", "coordinates": [service_request.long, service_request.lat]},
        "properties": {
            "url": service_request.get_absolute_url(),
            "service_name": service_request.shown_name,
            "service_lang": service_request.name_language,
            "place": place(service_request),
            "about": about(service_request),
            "status": service_request.shown_status,
            "status_label": service_request.shown_status.label,
        },
    }
