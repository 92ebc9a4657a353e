"""Services that volunteers write, for bodies whose system has no list, with their questions as JSON."""

import json
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports import clock
from reports.admin.conditions_form import cycles, problems_of
from reports.admin.generic import ModelForm
from reports.delivery.definitions import as_row, definition_hash
from reports.dialects import registry
from reports.dialects.messages import Attribute, AttributeValue, Datatype, ServiceType
from reports.forms.conditional import read
from reports.models import Endpoint, Service

KEYS: Final = (
    "code", "variable", "datatype", "required", "datatype_description", "order", "description", "values", "private",
    "shown_if",
)  # fmt: skip
LISTS: Final = (Datatype.SINGLEVALUELIST, Datatype.MULTIVALUELIST)
EXAMPLE: Final = (
    '[{"code": "SIZE", "description": "How large is it?", "datatype": "singlevaluelist", "required": true, '
    '"values": ["small", "large"]}]'
)


def writable_endpoints() -> list[int]:
    """The endpoints whose services volunteers write, since their dialect knows no list."""
    without_list = [key for key, _label in registry.choices() if not registry.get(key).has_services]
    return list(Endpoint.objects.filter(dialect__in=without_list).values_list("pk", flat=True))


class DefinitionField(forms.CharField):
    """A service definition as JSON: a list of attributes by the names of GeoReport v2. Empty asks nothing."""

    widget = forms.Textarea(attrs={"rows": 14, "cols": 90, "spellcheck": "false", "class": "vLargeTextField"})

    def prepare_value(self, value: Any) -> Any:
        return json.dumps(value, indent=2, ensure_ascii=False) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return []
        try:
            return attributes(json.loads(text))
        except (json.JSONDecodeError, RecursionError) as error:
            raise ValidationError(_("This is not JSON: %(reason)s.") % {"reason": error}) from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        """By what it means and not by its spaces."""
        try:
            return bool(self.to_python(data) != (initial or []))
        except ValidationError:
            return True


def attributes(data: Any) -> list[dict[str, Any]]:
    """Attributes in the form that is stored. ValidationError with a sentence for each thing that is wrong."""
    if not isinstance(data, list):
        raise ValidationError(_("Questions are a list: begin with [ and end with ]."))
    problems: list[str] = []
    rows: list[dict[str, Any]] = []
    for number, row in enumerate(data, start=1):
        found = [_("it has to be an object in { }")] if not isinstance(row, dict) else _problems(row)
        if not found and any(each["code"] == str(row["code"]) for each in rows):
            found = [_("its code is used twice")]
        problems += [_("Question %(number)d: %(what)s.") % {"number": number, "what": what} for what in found]
        if not found:
            rows.append(as_row(_attribute(row, number)))
    if not problems:
        problems = _problems_of_conditions(data)
    if problems:
        raise ValidationError(problems)
    return rows


def _problems_of_conditions(data: list[dict[str, Any]]) -> list[str]:
    """Of what depends on other answers; once every question is there and is whole."""
    rows = [as_row(_attribute(row, number)) for number, row in enumerate(data, start=1)]
    found = [
        _("Question %(number)d: %(what)s.") % {"number": number, "what": what}
        for number, row in enumerate(data, start=1)
        for what in problems_of(row.get("shown_if"), rows)
    ]
    return found or [_("Question %(code)s waits for itself.") % {"code": code} for code in cycles(rows)]


def _problems(row: dict[str, Any]) -> list[str]:
    datatype = row.get("datatype", Datatype.STRING.value)
    unknown = [name for name in row if name not in KEYS]
    found = [_("“%(name)s” is not one of %(names)s") % {"name": name, "names": ", ".join(KEYS)} for name in unknown]
    if not isinstance(row.get("code"), str | int) or isinstance(row.get("code"), bool) or not str(row["code"]).strip():
        found.append(_("it needs a code, such as SIZE"))
    if not str(row.get("description") or "").strip():
        found.append(_("it needs a description, which is what residents read"))
    if datatype not in list(Datatype):
        found.append(_("its datatype has to be one of %(names)s") % {"names": ", ".join(Datatype)})
    found += [
        _("“%(name)s” has to be true or false") % {"name": name}
        for name in ("variable", "required", "private")
        if not isinstance(row.get(name, False), bool)
    ]
    if isinstance(row.get("order", 0), bool) or not isinstance(row.get("order", 0), int):
        found.append(_("its order has to be a whole number"))
    return found + _problems_of_values(row.get("values", []), wanted=datatype in LISTS)


def _problems_of_values(values: Any, *, wanted: bool) -> list[str]:
    if not isinstance(values, list) or not all(_is_value(value) for value in values):
        return [_("its values have to be a list of texts, or of objects with key and name")]
    if wanted and not values:
        return [_("a list to choose from needs values")]
    if values and not wanted:
        return [_("only a singlevaluelist or a multivaluelist has values")]
    keys = [_value(value).key for value in values]
    return [_("two of its values have the same key")] if len(set(keys)) < len(keys) else []


def _is_value(value: Any) -> bool:
    if isinstance(value, dict):
        return set(value) <= {"key", "name"} and isinstance(value.get("key"), str) and bool(value["key"].strip())
    return isinstance(value, str) and bool(value.strip())


def _value(value: Any) -> AttributeValue:
    if isinstance(value, dict):
        return AttributeValue(value["key"], str(value.get("name") or value["key"]))
    return AttributeValue(value, value)


def _attribute(row: dict[str, Any], number: int) -> Attribute:
    return Attribute(
        code=str(row["code"]),
        variable=row.get("variable", True),
        datatype=Datatype(row.get("datatype", Datatype.STRING.value)),
        required=row.get("required", False),
        datatype_description=str(row.get("datatype_description") or ""),
        order=row.get("order", number),
        description=str(row["description"]),
        values=tuple(_value(value) for value in row.get("values", [])),
        private=row.get("private", False),
        shown_if=read(row.get("shown_if")),
    )


class WrittenServiceForm(ModelForm[Service]):
    """A service of a body that is written to: its code is ours, and it answers with neither number nor token."""

    definition = DefinitionField(label=gettext_lazy("Questions"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "endpoint" in self.fields:
            choices: Any = self.fields["endpoint"]
            rows = Endpoint.objects.filter(pk__in=writable_endpoints()).select_related("jurisdiction")
            choices.queryset = rows.defer("jurisdiction__boundary")
        self.fields["definition"].help_text = _(
            "Empty: nothing is asked beside the description. Else a list of questions, such as: %(example)s"
        ) % {"example": EXAMPLE}
        if self.instance._state.adding:
            self.initial.setdefault("type", ServiceType.BLACKBOX.value)

    def clean_keywords(self) -> Any:
        """A list of words."""
        words = self.cleaned_data["keywords"] or []
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise ValidationError(_('Words in a list, such as ["hole", "street"].'))
        return words

    def save(self, commit: bool = True) -> Service:
        """With what the sync keeps of a fetched definition."""
        self.instance.metadata = bool(self.cleaned_data["definition"])
        self.instance.definition_hash = definition_hash(self.cleaned_data["definition"])
        self.instance.definition_fetched_at = clock.now()
        return super().save(commit)
