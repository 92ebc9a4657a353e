"""The filters of lists, maps and feeds, as they stand in the address."""

import re
from datetime import date, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reports.browsing import occurring
from reports.browsing.filters import Box, Filter
from reports.browsing.index import Index
from reports.forms import long_lists
from reports.models import Jurisdiction, PublicStatus

FOLDED: Final = frozenset({"group", "service", "since", "until"})
STATES: Final = {"open": gettext_lazy("open"), "ended": gettext_lazy("ended")}
# They turn the words round them, too, wherever the filters are repeated (https://www.unicode.org/reports/tr9/).
DIRECTION_MARKS: Final = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_DAY: Final = "%Y-%m-%d"
_NOT_A_DAY: Final = gettext_lazy("Write the day as in 2026-05-31: year, month, day.")


class BodyField(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django's own class takes no arguments
    """A body by its slug."""

    def to_python(self, value: Any) -> Jurisdiction | None:
        """PostgreSQL cannot even be asked about a NUL."""
        if "\0" in str(value):
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        found: Jurisdiction | None = super().to_python(value)
        return found


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        input_formats=[_DAY],
        widget=forms.DateInput(attrs={"type": "date"}, format=_DAY),
        error_messages={"invalid": _NOT_A_DAY},
    )


class FilterForm(forms.Form):
    """The filters of a request's GET parameters. What cannot be understood is an error of its field, named and left
    out; the rest holds.

    Any name of a service or group is understood: one that no report has lets nothing through. `ended=recent` leaves out
    what ended more than settings.MAP_CLOSED_DAYS days ago, as the map does unless it is asked for `all`.
    """

    q = forms.CharField(label=gettext_lazy("Words"), required=False, max_length=100)
    body = BodyField(
        Jurisdiction.objects.filter(active=True).only("name", "slug", "time_zone"),
        label=gettext_lazy("Who answers"),
        required=False,
        widget=long_lists.Select,
        to_field_name="slug",
        empty_label=gettext_lazy("Everybody"),
        error_messages={
            "invalid_choice": gettext_lazy("No body of that name takes reports here. Choose one from the list.")
        },
    )
    service = forms.CharField(label=gettext_lazy("What"), required=False, max_length=300, strip=False)
    group = forms.CharField(label=gettext_lazy("Group"), required=False, max_length=200, strip=False)
    status = forms.ChoiceField(
        label=gettext_lazy("Status"),
        required=False,
        choices=[
            ("", gettext_lazy("Any status")),
            ("open", gettext_lazy("Still open")),
            ("ended", gettext_lazy("Ended, in any way")),
            *PublicStatus.choices,
        ],
        error_messages={"invalid_choice": gettext_lazy("There is no such status. Choose one from the list.")},
    )
    since = _day(gettext_lazy("Filed from"))
    until = _day(gettext_lazy("Filed until"))
    bbox = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    ended = forms.ChoiceField(
        required=False,
        choices=[("", ""), ("recent", ""), ("all", "")],
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": gettext_lazy("ended is either recent or all.")},
    )

    def clean_bbox(self) -> Box | None:
        """`west,south,east,north` in degrees."""
        text = self.cleaned_data["bbox"]
        try:
            return Box.read(text) if text else None
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        """The first day is not after the last."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = given.get("since"), given.get("until")
        if since and until and since > until:
            self.add_error("since", _("The first day is after the last one. Change one of the two."))
            given.pop("until")
        return given

    def wanted(self) -> Filter:
        """What the filters ask for. Days are those of the body where one is chosen, else of settings.TIME_ZONE."""
        given = self._given()
        body, status, service = given.get("body"), given.get("status", ""), given.get("service")
        return Filter(
            q=given.get("q", ""),
            body=body.pk if body else None,
            services=(service,) if service else (),
            group=given.get("group", ""),
            status="" if status in STATES else status,
            state=status if status in STATES else None,
            since=given.get("since"),
            until=given.get("until"),
            zone=body.zone if body else ZoneInfo(settings.TIME_ZONE),
            box=given.get("bbox"),
            recent=timedelta(days=settings.MAP_CLOSED_DAYS) if given.get("ended") == "recent" else None,
        )

    def asked(self) -> dict[str, str]:
        """The filters in use, for the addresses of further pages, feeds and the map; without those in error."""
        return {name: _in_address(value) for name, value in self._given().items() if value}

    def said(self) -> dict[str, str]:
        """Each filter in use in a few words that can stand alone: `since`: `from May 1, 2026`."""
        return {name: words for name, value in self._given().items() if value and (words := _in_words(name, value))}

    def words(self) -> str:
        """All the filters in words, for titles: `Pothole in Evanston, open`; empty where there are none."""
        said = self.said()
        what = [said.pop(name) for name in ("service", "group") if name in said]
        if what and "body" in said:
            what[0] = _("%(what)s in %(body)s") % {"what": what[0], "body": said.pop("body")}
        order = ("body", "status", "since", "until", "q", "bbox", "ended")
        return ", ".join([*what, *(said[name] for name in order if name in said)])

    @property
    def more_in_use(self) -> bool:
        """Whether one of the filters that pages fold away has something to show."""
        return bool((self.asked().keys() | self.errors.keys()) & FOLDED)

    def offer(self, index: Index) -> None:
        """Make lists of the services and groups that occur at the body that is chosen, for pages that show the form."""
        body = self._given().get("body")
        for name, everything in (("service", _("Everything")), ("group", _("Every group"))):
            names = occurring.names(index, name, body.pk if body else None)
            asked = self._given().get(name)
            if asked and asked not in names:
                names = [asked, *names]
            self.fields[name].widget = long_lists.Select(choices=[("", everything), *((each, each) for each in names)])

    def _given(self) -> dict[str, Any]:
        self.is_valid()
        return self.cleaned_data


def _in_address(value: Any) -> str:
    if isinstance(value, Box):  # without rounding: what lies on its edge stays in it
        return ",".join(map(repr, (value.west, value.south, value.east, value.north)))
    return value.slug if isinstance(value, Jurisdiction) else str(value)


def _in_words(name: str, value: Any) -> str:
    match name:
        case "body":
            return str(value.name)
        case "status":
            return str(STATES[value] if value in STATES else PublicStatus(value).label)
        case "since":
            return _("from %(day)s") % {"day": _written(value)}
        case "until":
            return _("until %(day)s") % {"day": _written(value)}
        case "bbox":
            return _("in one part of the map")
        case "ended":
            return without_the_old() if value == "recent" else ""
    plain = DIRECTION_MARKS.sub("", value)
    return f"“{plain}”" if name == "q" else plain or "…"


def without_the_old() -> str:
    """What the map leaves out unless it is asked for everything, in words."""
    days = settings.MAP_CLOSED_DAYS
    words = ngettext(
        "without what ended more than %(days)d day ago", "without what ended more than %(days)d days ago", days
    )
    return words % {"days": days}


def _written(day: date) -> str:
    return date_format(day, "DATE_FORMAT")
