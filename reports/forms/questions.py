"""The questions of a service definition as form fields: one row of GeoReport v2's `attributes`, one field.

Source: GeoReport v2, GET service definition. A datatype that the standard does not know is asked as a `string`.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils import formats, timezone
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.dialects.shown_if import ShownIf
from reports.forms.conditional import read
from reports.forms.offered import CheckboxSelectMultiple, RadioSelect, Select
from reports.templatetags.city_words import marked

RADIOS_MOST: Final = 7  # more choices than this are a select
TEXT_MOST: Final = 4000  # the standard's limit for `description`; it names none for attributes
NUMBER: Final = re.compile(r"^[+-]?(\d+(\.\d+)?|\.\d+)$", re.ASCII)
THOUSANDS: Final = re.compile(r"^[+-]?\d{1,3}([.,]\d{3}){2,}$|^[+-]?[1-9]\d{0,2},\d{3}$", re.ASCII)
SPACES: Final = re.compile(r"\s")

Row = Mapping[str, Any]
Value = dict[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """One attribute of a definition. `field_name` names it in the form, `digest` changes whenever the question does."""

    code: str
    variable: bool
    datatype: str
    required: bool
    hint: str
    description: str
    values: tuple[tuple[str, str], ...]
    value_conditions: tuple[ShownIf | None, ...]
    shown_if: ShownIf | None
    private: bool
    field_name: str
    digest: str


def questions_of(definition: Sequence[Row]) -> list[Question]:
    """The questions and notices of a definition in their order; of two with one code the first counts.

    What is `automated` (mySociety's extension) is for the dialect to fill in and is shown to nobody.
    """
    found: dict[str, Question] = {}
    for row in sorted(definition, key=_order):
        if row.get("automated"):
            continue
        question = _question(row)
        found.setdefault(question.code, question)
    return list(found.values())


def normalise(text: str) -> str:
    """Text as the standard counts it: a line break is one character, and there is no white space round it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def tidy_number(text: str) -> str:
    """A number as it is typed, without spaces and with the digits 0 to 9; `static/js/conditional.js` does the same."""
    digits = (str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in SPACES.sub("", text))
    return "".join(digits).replace("\u2212", "-")


def plain_number(text: str) -> str:
    """The same, with a point where a comma stood: what is compared, kept and sent."""
    return tidy_number(text).replace(",", ".")


class TextField(forms.CharField):
    """Text whose length is counted after its line breaks have become one character each."""

    def __init__(self, *, most: int = TEXT_MOST, **kwargs: Any) -> None:
        super().__init__(strip=True, **kwargs)
        self.most = most
        self.widget.attrs["data-most"] = most

    def to_python(self, value: Any) -> str:
        return normalise(super().to_python(value) or "")

    def validate(self, value: str) -> None:
        super().validate(value)
        if len(value) > self.most:
            raise ValidationError(
                _("Shorten this to %(most)d characters. It has %(length)d now.")
                % {"most": self.most, "length": len(value)}
            )


class NumberField(forms.CharField):
    """A number as text: a comma may stand for the decimal point, and 0 is an answer."""

    def to_python(self, value: Any) -> str:
        text = tidy_number(super().to_python(value) or "")
        if not text:
            return ""
        if THOUSANDS.match(text):
            raise ValidationError(_("Write the number without a sign between the thousands, such as 1000."))
        number = plain_number(text)
        if not NUMBER.match(number):
            raise ValidationError(_("Write this as a number, such as 3 or 2.5."))
        return number

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "inputmode": "decimal", "autocomplete": "off", "class": "input--narrow"}


class LocalDateTimeInput(forms.MultiWidget):
    """A date and a time of day, each with its own label."""

    use_fieldset = True

    def __init__(self) -> None:
        day = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__({"date": day, "time": forms.TimeInput(format="%H:%M", attrs={"type": "time"})})

    def decompress(self, value: Any) -> list[Any]:
        return [value.date(), value.time()] if isinstance(value, datetime) else [None, None]

    def subwidgets(self, name: str, value: Any, attrs: dict[str, Any] | None = None) -> Any:
        return self.get_context(name, value, attrs)["widget"]["subwidgets"]

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        day, clock_time = self.get_context(name, value, attrs)["widget"]["subwidgets"]
        return format_html(
            '<div class="cluster">{}{}</div>',
            _labelled(day, _("Date"), renderer, self),
            _labelled(clock_time, _("Time"), renderer, self),
        )


class LocalDateTimeField(forms.MultiValueField):
    """A moment in a body's own time zone. An hour that a change of clocks leaves out is an error."""

    widget = LocalDateTimeInput

    def __init__(self, *, zone: tzinfo, required: bool, **kwargs: Any) -> None:
        self.zone = zone
        day = forms.DateField()
        day.error_messages["invalid"] = _("Write the date as year-month-day, such as 2026-05-31.")
        clock_time = forms.TimeField()
        clock_time.error_messages["invalid"] = _("Write the time as hours:minutes, such as 14:30.")
        for part in (day, clock_time):
            part.error_messages["incomplete"] = _("Fill in both the date and the time.")
        super().__init__((day, clock_time), required=required, require_all_fields=False, **kwargs)

    def compress(self, data_list: list[Any]) -> datetime | None:
        day: date | None = data_list[0] if data_list else None
        clock_time: time | None = data_list[1] if data_list else None
        if day is None or clock_time is None:
            return None
        naive = datetime.combine(day, clock_time)
        try:
            moment = naive.replace(tzinfo=self.zone)
            back = moment.astimezone(UTC).astimezone(self.zone).replace(tzinfo=None)
        except OverflowError as error:
            raise ValidationError(_("That date is too far away.")) from error
        if back != naive:
            raise ValidationError(_("The clocks went forward then, so there was no such time. Give another time."))
        return moment


def field_for(question: Question, zone: tzinfo, language: str = "") -> forms.Field:
    """The form field that asks a question; `language` is that of the question, the page's where it is not said."""
    make = MAKERS.get(question.datatype, _string)
    label = strip_tags(question.description) or question.code
    hint = _hint(question, language)
    field = make(question, zone, {"label": label, "help_text": hint, "required": question.required})
    if isinstance(field.widget, Select):
        field.widget.language = language
    field.error_messages["required"] = _("Answer “%(question)s”.") % {"question": label}
    return field


def _hint(question: Question, language: str) -> str:
    """The body's hint, marked where it is not in the page's language, and after it what we say ourselves."""
    hint = strip_tags(question.hint)
    theirs = marked(hint, language) if language else hint
    if not question.private:
        return theirs
    ours = _("This is not shown in public.")
    stop = "" if hint.rstrip().endswith((".", "!", "?", ":", "…")) else "."
    return format_html("{}{} {}", theirs, stop, ours) if hint else ours


def values_of(question: Question, cleaned: Any) -> list[Value]:
    """A cleaned answer as the draft keeps it; an empty list where nothing was answered."""
    if isinstance(cleaned, datetime):
        return [{"key": cleaned.isoformat(), "name": formats.date_format(cleaned, "DATETIME_FORMAT") or ""}]
    keys = cleaned if isinstance(cleaned, list) else [cleaned]
    names = dict(question.values)
    return [{"key": key, "name": names.get(key) or key} for key in keys if key not in (None, "")]


def initial_for(question: Question, values: Sequence[Value], zone: tzinfo) -> Any:
    """An answer of the draft as its field shows it."""
    keys = [value["key"] for value in values]
    if question.datatype == "multivaluelist" and question.values:
        return keys
    if question.datatype == "datetime" and keys:
        try:
            return timezone.localtime(datetime.fromisoformat(keys[0]), zone).replace(tzinfo=None)
        except ValueError:
            return None
    return keys[0] if keys else None


def _question(row: Row) -> Question:
    code = str(row.get("code", ""))
    stable = json.dumps(row, sort_keys=True, default=str)
    return Question(
        code=code,
        variable=bool(row.get("variable", True)),
        datatype=str(row.get("datatype") or "string"),
        required=bool(row.get("required")),
        hint=str(row.get("datatype_description") or ""),
        description=str(row.get("description") or ""),
        values=tuple((str(value["key"]), str(value.get("name") or value["key"])) for value in row.get("values") or ()),
        value_conditions=tuple(read(value.get("shown_if")) for value in row.get("values") or ()),
        shown_if=read(row.get("shown_if")),
        private=bool(row.get("private")),
        field_name="attribute_" + "".join(c if c.isascii() and c.isalnum() else f"_{ord(c):x}_" for c in code),
        digest=hashlib.sha256(stable.encode()).hexdigest()[:12],
    )


def _order(row: Row) -> float:
    try:
        return float(row.get("order") or 0)
    except (TypeError, ValueError):
        return 0


def _labelled(part: dict[str, Any], label: str, renderer: Any, widget: LocalDateTimeInput) -> SafeString:
    index = 0 if part["type"] == "date" else 1
    attrs = {**part["attrs"], "class": "input input--narrow"}
    control = widget.widgets[index].render(part["name"], part["value"], attrs, renderer)
    return format_html('<div><label for="{}">{}</label> {}</div>', part["attrs"].get("id", ""), label, control)


def _string(question: Question, zone: tzinfo, common: dict[str, Any]) -> forms.Field:
    return TextField(**common)


def _text(question: Question, zone: tzinfo, common: dict[str, Any]) -> forms.Field:
    return TextField(widget=forms.Textarea(attrs={"rows": 4}), **common)


def _number(question: Question, zone: tzinfo, common: dict[str, Any]) -> forms.Field:
    return NumberField(max_length=40, **common)


def _datetime(question: Question, zone: tzinfo, common: dict[str, Any]) -> forms.Field:
    return LocalDateTimeField(zone=zone, **common)


def _single(question: Question, zone: tzinfo, common: dict[str, Any]) -> forms.Field:
    invalid = {"invalid_choice": gettext_lazy("Choose one of the answers in the list.")}
    if not question.values:  # a list without choices: better a free answer than a question that nobody can pass
        return _string(question, zone, common)
    if len(question.values) > RADIOS_MOST:
        choices = [("", _("Choose an answer")), *question.values]
        return forms.ChoiceField(choices=choices, widget=Select, error_messages=invalid, **common)
    choices = [*question.values] if question.required else [*question.values, ("", _("No answer"))]
    return forms.ChoiceField(choices=choices, widget=RadioSelect, error_messages=invalid, **common)


def _multiple(question: Question, zone: tzinfo, common: dict[str, Any]) -> forms.Field:
    if not question.values:
        return _string(question, zone, common)
    invalid = {"invalid_choice": gettext_lazy("Choose among the answers in the list.")}
    return forms.MultipleChoiceField(
        choices=question.values, widget=CheckboxSelectMultiple, error_messages=invalid, **common
    )


MAKERS: Final[dict[str, Callable[[Question, tzinfo, dict[str, Any]], forms.Field]]] = {
    "string": _string,
    "text": _text,
    "number": _number,
    "datetime": _datetime,
    "singlevaluelist": _single,
    "multivaluelist": _multiple,
}
