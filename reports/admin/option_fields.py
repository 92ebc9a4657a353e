"""A dialect's options as form fields: made from what its dataclass declares, read back into the endpoint's JSON."""

import dataclasses
import json
import re
from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import escape
from django.utils.translation import gettext as _

from reports.dialects import registry
from reports.dialects.errors import ConfigurationError
from reports.dialects.options import Declared, declared

PREFIX: Final = "option_"


def options_of(dialect: str) -> list[Declared]:
    """The options of a dialect, none for one that is not there."""
    try:
        return declared(registry.get(dialect).options_class)
    except ConfigurationError:
        return []


def takes(dialect: str, name: str, value: Any) -> bool:
    """Whether the dialect has an option of that name that accepts the value."""
    known = {each.name for each in options_of(dialect)}
    return name in known and not registry.get(dialect).check_options({name: value})


def fields_for(dialect: str) -> dict[str, forms.Field]:
    """A field for each option, by its name in the form."""
    return {PREFIX + each.name: OptionField(each) for each in options_of(dialect)}


def initial_for(dialect: str, stored: object) -> dict[str, Any]:
    """What each field shows: the stored value, else the dialect's default."""
    known = stored if isinstance(stored, Mapping) else {}
    return {PREFIX + each.name: _shown(each, known.get(each.name, each.default)) for each in options_of(dialect)}


def departures(dialect: str, cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """The options that differ from the dialect's defaults, as the endpoint's JSON keeps them."""
    found = {}
    for each in options_of(dialect):
        value = cleaned.get(PREFIX + each.name, each.default)
        if value != each.default:
            found[each.name] = _stored(each, value)
    return found


def for_onlookers(stored: object) -> object:
    """Stored options for those who may not change them: the values of extra headers may be keys, and stay out."""
    if not isinstance(stored, Mapping) or not isinstance(stored.get("headers"), Mapping):
        return stored
    return {**stored, "headers": dict.fromkeys(stored["headers"], "•••")}


class OptionField(forms.Field):
    """Asks for one option in the form that its kind needs; what cannot be used is refused in the option's own words."""

    def __init__(self, option: Declared) -> None:
        self.option = option
        super().__init__(
            label=option.name,
            required=False,
            widget=_widget(option),
            help_text=escape(f"{option.help} {_accepts(option)}".strip()),  # the admin takes it for mark-up
        )

    def clean(self, value: Any) -> Any:
        """The value as the dialect uses it. ValidationError says what is expected."""
        check = self.option.check
        try:
            return check(_storable(_typed(check.kind, value, self.option.default)))
        except ValueError as error:
            raise ValidationError(_("It has to be %(expected)s.") % {"expected": error}) from error


def _widget(option: Declared) -> forms.Widget:
    check = option.check
    if check.kind == "flag":
        return forms.CheckboxInput()
    if check.kind == "number":
        return forms.NumberInput(attrs={"min": check.low, "max": check.high})
    if check.kind == "choice":
        return forms.Select(choices=[(word, word or _("none")) for word in check.words])
    if check.kind in {"texts", "headers"}:
        return forms.Textarea(attrs={"rows": 3, "cols": 60})
    return forms.TextInput(attrs={"size": 60})


def _accepts(option: Declared) -> str:
    """How the field is to be filled in, where its look does not say."""
    check = option.check
    if check.kind == "number":
        return _("From %(low)d to %(high)d.") % {"low": check.low, "high": check.high}
    if check.kind == "choices":
        return _("Some of: %(words)s. With commas between them.") % {"words": ", ".join(check.words)}
    if check.kind == "texts":
        return _("One a line.")
    if check.kind == "headers":
        return _("One a line, as Name: value.")
    return _("Written as JSON.") if check.kind == "json" else ""


def _shown(option: Declared, value: Any) -> Any:
    kind = option.check.kind
    if kind == "choices":
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
    if kind == "texts":
        return "\n".join(map(str, value)) if isinstance(value, list | tuple) else value
    if kind == "headers":
        pairs = value.items() if isinstance(value, Mapping) else ()
        return "\n".join(f"{name}: {text}" for name, text in pairs) or (str(value) if value else "")
    if kind == "json":
        return "" if value is None else json.dumps(value, default=list)
    return value


def _typed(kind: str, value: Any, default: Any) -> Any:
    """What a browser sent, as the type that the check expects; ValueError where it cannot be."""
    if kind == "flag":
        return bool(value)
    written = str(value or "").strip()
    if kind == "number":
        if not written:
            return default
        return int(written) if re.fullmatch(r"-?[0-9]{1,18}", written) else written
    if kind in {"choices", "texts"}:
        parts = written.split("," if kind == "choices" else "\n")
        return [part.strip() for part in parts if part.strip()]
    if kind == "headers":
        pairs = [line.partition(":") for line in written.splitlines() if line.strip()]
        return {name.strip(): text.strip() for name, _colon, text in pairs}
    if kind == "json":
        try:
            return json.loads(written) if written else default
        except json.JSONDecodeError as error:
            raise ValueError(_("written as JSON (%(problem)s)") % {"problem": error.msg}) from error
        except RecursionError as error:
            raise ValueError(_("written as JSON, and not nested so deeply")) from error
    return written


def _storable(value: Any) -> Any:
    """The value, or ValueError where no database would keep it as JSON."""
    try:
        written = json.dumps(value, ensure_ascii=False, allow_nan=False, default=list)
        written.encode()  # fails for half of a surrogate pair
    except ValueError as error:
        raise ValueError(_("made of finite numbers and whole characters")) from error
    if r"\u0000" in written:
        raise ValueError(_("without characters of code 0"))
    return value


def _stored(option: Declared, value: Any) -> Any:
    if option.check.kind == "headers":
        return dict(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return list(value) if isinstance(value, tuple) else value
