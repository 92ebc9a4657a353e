"""Where it is: a hit of the address search, coordinates from map, device or keyboard, or words alone."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.forms.place_words import PlaceInWords
from reports.geo.coordinates import parse_coordinates
from reports.geo.geocoding import GeocodedPlace

DECIMALS: Final = 6  # about a tenth of a metre
SAME_POINT: Final = 5e-6  # degrees; what rounding on the way through a page can move a point
NUMBER: Final = re.compile(r"^[+-]?\d+(?:[.,]\d*)?$")

QUERY_MOST: Final = 200  # characters of a search

Point = tuple[float, float]


class LocationForm(PlaceInWords):
    """The place of a report. After `is_valid()`, `point` and `answer()` hold it.

    With `in_words` it is read from the words and the body's name, else from a hit or the coordinates.

    `address_string` is the address that the page showed and `address_at` the point for which it showed it; once the
    point has moved, that address is no longer the place's. `chosen` says whether a person chose it among addresses.
    """

    q = forms.CharField(
        required=False,
        max_length=QUERY_MOST,
        label=gettext_lazy("Address, crossing or landmark"),
        help_text=gettext_lazy("For example 121 North LaSalle Street, or Main Street and 5th."),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "class": "input"}),
    )
    hit = forms.CharField(required=False, label=gettext_lazy("Which of these is it?"))
    lat = forms.CharField(
        required=False,
        max_length=60,
        label=gettext_lazy("Latitude"),
        help_text=gettext_lazy("For example 41.8837. You can paste both numbers here, such as 41.8837, -87.6325."),
    )
    long = forms.CharField(
        required=False, max_length=40, label=gettext_lazy("Longitude"), help_text=gettext_lazy("For example -87.6325")
    )
    place_detail = forms.CharField(
        required=False,
        max_length=300,
        label=gettext_lazy("Landmark, or which side"),
        help_text=gettext_lazy("What helps to find it: “in front of the library”, “north side of the street”."),
    )
    address_string = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)
    address_at = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)
    chosen = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, hits: Sequence[GeocodedPlace] = (), in_words: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hits = tuple(hits)
        self.in_words = in_words
        self.point: Point | None = None
        self.swapped: Point | None = None  # latitude and longitude the other way round, where that is a place
        for name in ("lat", "long"):
            self.fields[name].widget.attrs.update({"autocomplete": "off", "class": "input--narrow"})
        self.fields["hit"].widget = forms.RadioSelect(choices=[(hit_value(hit), hit.address_string) for hit in hits])
        if not hits:
            self.fields["hit"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        """Find the one point that was meant; errors stand at the field to be put right."""
        cleaned = super().clean() or {}
        if self.in_words:
            self.point = self.take_words(cleaned)
        elif cleaned.get("hit") and not chosen_since(cleaned):
            self._take_hit(cleaned)
        else:
            self._take_numbers(cleaned)
        return cleaned

    def answer(self) -> dict[str, Any]:
        """The draft's `location`; the address is empty where none is known for the point."""
        if self.point is None:
            raise ValueError("there is no point to answer with")
        if self.in_words:
            return self.words_answer(self.point, self.cleaned_data["place_detail"])
        lat, long = self.point
        known = self._near(self.cleaned_data["address_at"], self.point)
        return {
            "lat": lat,
            "long": long,
            "address_string": self.cleaned_data["address_string"] if known else "",
            "place_meant": "address" if known and self.cleaned_data["chosen"] else "point",
            "place_detail": self.cleaned_data["place_detail"] or self.cleaned_data["words"],
        }

    def _take_hit(self, cleaned: dict[str, Any]) -> None:
        coordinates, _bar, address = cleaned["hit"].partition("|")
        self.point = _point(coordinates)
        if self.point is None:
            raise ValidationError({"hit": _("Choose one of the places in the list.")})
        cleaned.update(address_string=address[:500], address_at=coordinates, chosen=True)

    def _take_numbers(self, cleaned: dict[str, Any]) -> None:
        lat_text, long_text = cleaned.get("lat", ""), cleaned.get("long", "")
        if self.errors:
            return
        if not lat_text and not long_text:
            if self.hits:
                raise ValidationError({"hit": _("Choose one of the places, or give the place another way.")})
            words = _("Say where it is, in any one of the ways on this page.")
            raise ValidationError({"q": words})
        if lat_text and not long_text:
            self._take_pair(lat_text)
        else:
            self._take_point(_number(lat_text, "lat"), _number(long_text, "long"))

    def _take_pair(self, text: str) -> None:
        point = parse_coordinates(text)
        parts = [part for part in re.split(r"[;\s]+|,\s+|(?<=\d),(?=[+-]?\d+\.)", text) if part]
        if point is not None:
            self._take_point(*point)
        elif len(parts) == 2:
            self._take_point(_number(parts[0], "lat"), _number(parts[1], "lat"))
        else:
            raise ValidationError({"long": _("Fill in the longitude too.")})

    def _take_point(self, lat: float, long: float) -> None:
        if abs(long) <= 90 and abs(lat) <= 180:
            self.swapped = (long, lat)
        if abs(lat) > 90:
            raise ValidationError({"lat": _("A latitude lies between -90 and 90.")})
        if abs(long) > 180:
            raise ValidationError({"long": _("A longitude lies between -180 and 180.")})
        self.point = _rounded((lat, long))

    @staticmethod
    def _near(text: str, point: Point) -> bool:
        shown = _point(text)
        return shown is not None and all(abs(a - b) <= SAME_POINT for a, b in zip(shown, point, strict=True))


def chosen_since(data: Mapping[str, Any]) -> bool:
    """Whether the map or the keyboard gave a point after the page was shown; it counts for more than hit or search."""
    given = ", ".join(str(data.get(name, "")).strip() for name in ("lat", "long"))
    return given not in (", ", data.get("address_at"))


def hit_value(hit: GeocodedPlace) -> str:
    """What a hit's radio button posts: the point, and the address as it was shown."""
    lat, long = _rounded((hit.lat, hit.long))
    return f"{lat}, {long}|{hit.address_string}"


def _rounded(point: Point) -> Point:
    return round(point[0], DECIMALS), round(point[1], DECIMALS)


def _point(text: str) -> Point | None:
    """The point of a `hit` or an `address_at`, which our own pages wrote; None for anything else."""
    lat_text, _comma, long_text = text.partition(",")
    try:
        lat, long = float(lat_text), float(long_text)
    except ValueError:
        return None
    return _rounded((lat, long)) if abs(lat) <= 90 and abs(long) <= 180 else None


def _number(text: str, field: str) -> float:
    tidy = text.strip().removesuffix("°")
    value = float(tidy.replace(",", ".")) if NUMBER.match(tidy) else math.nan
    if not math.isfinite(value):
        raise ValidationError({field: _("Write this as a number, such as %(example)s.") % {"example": EXAMPLES[field]}})
    return value


EXAMPLES: Final = {"lat": "41.8837", "long": "-87.6325"}
