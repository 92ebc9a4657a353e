"""What somebody wants to watch: where, what, how often. The three ways to say where are three sets of fields."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

import shapely
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.browsing import watch_areas
from reports.browsing import words as of_reports
from reports.browsing.filters import Circle
from reports.forms.filters import DIRECTION_MARKS, BodyField
from reports.forms.location import LocationForm
from reports.forms.participation import EmailForm
from reports.geo import boundaries
from reports.geo.geocoding import GeocodedPlace
from reports.geo.measures import square_kilometres
from reports.models import DigestForm, District, Jurisdiction, Rhythm, WatchArea
from reports.participation.watching import Wish
from reports.templatetags.report import distance

CIRCLE, POLYGON, BODY = "circle", "polygon", "body"
LEAST_METRES, MOST_METRES, USUAL_METRES = 100, 20_000, 500
LARGEST_FILE: Final = 8 * 1024 * 1024
MOST_SERVICES: Final = 50
HOW: Final = {
    "daily": (Rhythm.DAILY, DigestForm.LIST, gettext_lazy("At most once a day, where there is something new")),
    "weekly": (Rhythm.WEEKLY, DigestForm.LIST, gettext_lazy("Once a week, where there is something new")),
    "sheet": (
        Rhythm.WEEKLY,
        DigestForm.SHEET,
        gettext_lazy("Once a week as a sheet with figures, for a board or an association"),
    ),
}  # fmt: skip


class HowOftenForm(forms.Form):
    """How often somebody is told, and in which form; also of whoever joins an area that is there."""

    how = forms.ChoiceField(
        label=gettext_lazy("How often should we write to you?"),
        choices=[(name, words) for name, (_rhythm, _form, words) in HOW.items()],
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose how often we should write."),
            "invalid_choice": gettext_lazy("Choose one of the three."),
        },
    )

    def wish(self, email: str) -> Wish:
        """What the address wants. Only after `is_valid()`."""
        rhythm, form, _words = HOW[self.cleaned_data["how"]]
        return Wish(email, rhythm, form)


class JoinForm(HowOftenForm):
    """The same with the address of somebody who is not signed in; `own_address` leaves it out."""

    email = EmailForm.base_fields["email"]
    field_order: Iterable[str] | None = ("how", "email")

    def __init__(self, *args: Any, own_address: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if own_address:
            del self.fields["email"]


def _place(name: str) -> forms.Field:
    return LocationForm.base_fields[name]


class WatchForm(JoinForm):
    """A new area. After `is_valid()`, `area()` makes the row, unsaved, and `parts` are the districts that belong to it.

    `hits` are the places that the address search found, to choose from; `offered` the services that are most frequent
    there; `chosen_body` the body whose districts are.
    """

    where = forms.ChoiceField(
        label=gettext_lazy("What should we watch?"),
        choices=[
            (CIRCLE, gettext_lazy("Everything round one place")),
            (POLYGON, gettext_lazy("An area that you draw or bring along")),
            (BODY, gettext_lazy("A city’s or county’s whole area, or some of its districts")),
        ],
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose what we should watch."),
            "invalid_choice": gettext_lazy("Choose one of the three."),
        },
    )
    q = _place("q")
    hit = _place("hit")
    lat = _place("lat")
    long = _place("long")
    metres = forms.IntegerField(
        label=gettext_lazy("How far round it, in metres"),
        help_text=gettext_lazy("From 100 to 20,000. 500 metres are some seven minutes on foot."),
        required=False,
        localize=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "input--narrow", "autocomplete": "off"}),
        error_messages={"invalid": gettext_lazy("Write the distance as a whole number of metres, such as 500.")},
    )
    geojson = forms.CharField(
        label=gettext_lazy("Outline as GeoJSON"),
        help_text=gettext_lazy("WGS84, longitude first, as map programs export it."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocomplete": "off"}),
    )
    geojson_file = forms.FileField(
        label=gettext_lazy("or a GeoJSON file"),
        help_text=gettext_lazy("Up to 8 MB. It takes the place of what is drawn or written above."),
        required=False,
    )
    body = BodyField(
        Jurisdiction.objects.filter(active=True, boundary__isnull=False).only("name", "slug", "time_zone"),
        label=gettext_lazy("City or county"),
        required=False,
        to_field_name="slug",
        empty_label=gettext_lazy("Choose one"),
        error_messages={
            "invalid_choice": gettext_lazy("No body of that name takes reports here. Choose one from the list.")
        },
    )
    districts_of = forms.CharField(required=False, widget=forms.HiddenInput)
    districts = forms.MultipleChoiceField(
        label=gettext_lazy("Some of its districts"),
        help_text=gettext_lazy("Tick none for the whole area."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": gettext_lazy("One of the districts is not there any more. Choose anew.")},
    )
    services = forms.MultipleChoiceField(
        label=gettext_lazy("Only some services"),
        help_text=gettext_lazy("Tick none to be told of everything."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": gettext_lazy("There is no such service here. Choose from the list.")},
    )
    words = forms.CharField(
        label=gettext_lazy("Only reports with these words"),
        help_text=gettext_lazy("All of them have to be in the report. Up to five words."),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    name = forms.CharField(
        label=gettext_lazy("A name for it"),
        help_text=gettext_lazy("It stands in the subject of our mails. Empty: we make one."),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    field_order = (
        "where", "q", "hit", "lat", "long", "metres", "geojson", "geojson_file", "body", "districts", "services",
        "words", "how", "name", "email",
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        hits: Sequence[GeocodedPlace] = (),
        offered: Sequence[str] = (),
        chosen_body: Jurisdiction | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.hits = tuple(hits)
        self.chosen_body = chosen_body
        self.here: list[District] = []
        if chosen_body:
            known = District.objects.filter(jurisdiction=chosen_body).order_by("name")
            self.here = list(known.defer("boundary"))  # which may be megabytes together; read of those that are chosen
        self.parts: list[District] = []
        self.circle: Circle | None = None
        self.shape: dict[str, Any] | None = None
        self.address = ""
        place = LocationForm(hits=hits)
        for name in ("q", "hit", "lat", "long"):
            self.fields[name].widget = place.fields[name].widget
        self._choices("districts", [(district.slug, district.name) for district in self.here])
        self._choices("services", [(each, each) for each in offered])

    def clean(self) -> dict[str, Any]:
        """Make the shape of the way that was chosen; errors stand at the field to be put right."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        ways = {CIRCLE: self._take_circle, POLYGON: self._take_polygon, BODY: self._take_body}
        if given.get("where") in ways:
            ways[given["where"]](given)
        for name in ("words", "name"):
            given[name] = " ".join(DIRECTION_MARKS.sub("", given.get(name, "")).split())
        if given["words"] and not of_reports.asked(given["words"]):
            self.add_error("words", _("Write words of letters or figures, or leave this empty."))
        if len(given.get("services", ())) > MOST_SERVICES:
            self.add_error("services", _("Choose up to %(count)d services.") % {"count": MOST_SERVICES})
        return given

    def area(self) -> WatchArea:
        """The row, unsaved. Only after `is_valid()`."""
        given, circle = self.cleaned_data, self.circle
        return WatchArea(
            name=given["name"] or self._name(),
            shape=self.shape,
            circle={"lat": circle.lat, "long": circle.long, "metres": circle.metres} if circle else None,
            body=given["body"] if given["where"] == BODY else None,
            services=given["services"],
            words=given["words"],
        )

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = choices

    def _take_circle(self, given: dict[str, Any]) -> None:
        metres = given.get("metres")
        if metres is None and "metres" not in self.errors:
            metres = USUAL_METRES
        if metres is not None and not LEAST_METRES <= metres <= MOST_METRES:
            self.add_error("metres", _("Write a distance from 100 to 20,000 metres."))
        place = LocationForm(self.data, hits=self.hits)
        for name, errors in place.errors.items():
            self.add_error(name if name in self.fields else None, errors)
        if self.errors or place.point is None or metres is None:
            return
        self.circle = Circle(*place.point, float(metres))
        self.address = place.answer()["address_string"]
        self.shape = watch_areas.ring_of(self.circle)

    def _take_polygon(self, given: dict[str, Any]) -> None:
        upload, text = given.get("geojson_file"), given.get("geojson", "")
        field = "geojson_file" if upload else "geojson"
        if "geojson" in self.errors or "geojson_file" in self.errors:
            return
        if not upload and not text:
            self.add_error("geojson", _("Draw the area on the map, or bring its outline as GeoJSON."))
            return
        try:
            cleaned = boundaries.clean(_parsed(_read(upload) if upload else text))
        except (boundaries.BoundaryError, ValidationError) as error:
            self.add_error(field, error if isinstance(error, ValidationError) else str(error))
            return
        self._set(field, cleaned.multipolygon, cleaned.area)

    def _take_body(self, given: dict[str, Any]) -> None:
        body = given.get("body")
        if body is None:
            if "body" not in self.errors:
                self.add_error("body", _("Choose the city or county."))
            return
        # Districts that were shown for another body than is chosen now are not this one's.
        wanted = set(given.get("districts", ())) if given.get("districts_of") == body.slug else set()
        chosen = [each.pk for each in self.here if each.slug in wanted]
        if not chosen:
            self._set("body", body.boundary, body.area)
            return
        self.parts = list(District.objects.filter(pk__in=chosen).order_by("name"))
        try:
            joined = watch_areas.joined(self.parts)
        except boundaries.BoundaryError as error:
            self.add_error("districts", str(error))
            return
        self._set("districts", joined.multipolygon, joined.area)

    def _set(self, field: str, shape: dict[str, Any], area: float) -> None:
        most = settings.WATCH_MOST_KM2
        area = area or square_kilometres(shapely.from_geojson(json.dumps(shape)))
        if area > most:
            words = _("This is %(area)s km². We watch areas of up to %(most)s km². Choose a smaller one.")
            self.add_error(field, words % {"area": number_format(area, 0), "most": number_format(most, 0)})
            return
        self.shape = shape

    def _name(self) -> str:
        if self.circle is not None:
            place = self.address or f"{self.circle.lat:.4f}, {self.circle.long:.4f}"
            return (_("%(distance)s round %(place)s") % {"distance": distance(self.circle.metres), "place": place})[
                :120
            ]
        if self.parts:
            return ", ".join(each.name for each in self.parts)[:120]
        body = self.cleaned_data["body"] if self.cleaned_data["where"] == BODY else None
        return body.name[:120] if body else _("My area on the map")


def _read(upload: "UploadedFile[bytes]") -> str:
    if (upload.size or 0) > LARGEST_FILE:
        raise ValidationError(_("The file is larger than 8 MB. Simplify the outline and try again."))
    try:
        return str(upload.read(), "utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValidationError(_("This is not a GeoJSON file: it is not text in UTF-8.")) from error


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError as error:  # also of a whole number with thousands of figures
        raise ValidationError(_("This is not GeoJSON: %(reason)s.") % {"reason": error}) from error
    except RecursionError as error:
        raise ValidationError(_("This is not GeoJSON: it is nested too deeply.")) from error
