"""When a question is asked, as volunteers write it over a city's definition: JSON, judged with a sentence per fault."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.admin.generic import ModelForm
from reports.dialects.shown_if import Comparison
from reports.forms.conditional import CLAUSES, effective, read
from reports.forms.questions import questions_of
from reports.models import Service, ServiceOverride

EXAMPLE: Final = '{"SIZE": {"all": [{"code": "KIND", "is": ["pothole", "sinkhole"]}]}}'
HELP: Final = gettext_lazy(
    "Each question's code with the answers that it waits for, such as %(example)s: SIZE is asked where KIND was "
    "answered by one of these keys. “any” instead of “all” asks it where one of several conditions is met; an empty "
    "list after “is” means answered at all; “is_not”, “exactly”, “above”, “from”, “below” and “to” may stand for “is”. "
    "{} after a code takes the city's own condition away."
)
LONGEST: Final = 20_000  # characters

Definition = Sequence[Mapping[str, Any]]


class ConditionsField(forms.CharField):
    """Question code -> `shown_if` as JSON. Empty leaves the city's own conditions."""

    widget = forms.Textarea(attrs={"rows": 6, "cols": 90, "spellcheck": "false", "class": "vLargeTextField"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return json.dumps(value, indent=2, ensure_ascii=False) if value and isinstance(value, dict) else value or ""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return {}
        if len(text) > LONGEST:
            raise ValidationError(_("This is longer than %(most)d characters.") % {"most": LONGEST})
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ValidationError(_("This is not JSON: %(reason)s.") % {"reason": error}) from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        """By what it means and not by its spaces."""
        try:
            return bool(self.to_python(data) != (initial or {}))
        except ValidationError:
            return True


def judge(conditions: Any, definition: Definition) -> None:
    """ValidationError with a sentence for each thing that keeps these conditions from working with the definition."""
    if not isinstance(conditions, dict):
        raise ValidationError(_("Conditions are an object: begin with { and end with }."))
    problems = [
        _("%(code)s: %(what)s.") % {"code": code, "what": what}
        for code, shown_if in conditions.items()
        for what in _problems(code, shown_if, definition)
    ]
    if not problems:
        over = [row | {"shown_if": conditions[row["code"]]} if row.get("code") in conditions else row for row in
                map(dict, definition)]  # fmt: skip
        problems = [
            _("%(code)s: it would wait for itself, directly or by way of other questions.") % {"code": code}
            for code in cycles(over)
            if code in conditions
        ]
    if problems:
        raise ValidationError(problems)


def problems_of(shown_if: Any, definition: Definition) -> list[str]:
    """What is wrong with one `shown_if`; its conditions have to be about questions of the definition."""
    if shown_if in ({}, None):
        return []
    if not isinstance(shown_if, dict) or len(shown_if) != 1 or next(iter(shown_if)) not in CLAUSES:
        return [_("it has to be an object with one list, “all” or “any”")]
    rows = next(iter(shown_if.values()))
    if not isinstance(rows, list) or not rows:
        return [_("“all” or “any” has to be a list of conditions")]
    return [what for row in rows for what in _problems_of_condition(row, definition)]


def cycles(definition: Definition) -> list[str]:
    """The codes of the questions that wait for themselves."""
    questions = questions_of(definition)
    rules = effective(questions)
    asked = {question.code for question in questions if question.variable}
    return [
        question.code
        for question in questions
        if question.shown_if is not None
        and rules[question.code].shown_if is None
        and all(condition.code in asked for condition in question.shown_if.conditions)
    ]


def _problems(code: str, shown_if: Any, definition: Definition) -> list[str]:
    if code not in {row.get("code") for row in definition}:
        return [_("the service has no question with this code")]
    return problems_of(shown_if, definition)


def _problems_of_condition(row: Any, definition: Definition) -> list[str]:
    tests = [test.value for test in Comparison]
    if not isinstance(row, dict):
        return [_("each condition has to be an object in { }")]
    unknown = [name for name in row if name not in ("code", *tests)]
    if unknown:
        names = ", ".join(["code", *tests])
        return [_("“%(name)s” is not one of %(names)s") % {"name": name, "names": names} for name in unknown]
    if read({"all": [row]}) is None:
        return [
            _("each condition needs a code, and one of %(names)s with a list of texts") % {"names": ", ".join(tests)}
        ]
    other = next((each for each in definition if each.get("code") == row["code"]), None)
    if other is None or not other.get("variable", True):
        return [_("“%(code)s” is not a question of this service") % {"code": row["code"]}]
    keys = {str(value["key"]) for value in other.get("values") or ()}
    wanted = [value for name in ("is", "is_not", "exactly") for value in row.get(name, ())]
    return [
        _("“%(key)s” is not an answer to %(code)s") % {"key": value, "code": row["code"]}
        for value in wanted
        if keys and value not in keys
    ]


class ConditionsForm(ModelForm[ServiceOverride]):
    """An override whose conditions fit the service's definition, and whose notice's season has a beginning and an end
    in their order."""

    conditions = ConditionsField(label=gettext_lazy("When a question is asked"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "conditions" in self.fields:
            self.fields["conditions"].help_text = str(HELP) % {"example": EXAMPLE}

    def clean_conditions(self) -> Any:
        """Held against the definition as it is stored now."""
        conditions = self.cleaned_data["conditions"]
        if conditions != {}:
            service = Service.objects.filter(pk=self.instance.service_id).first()
            judge(conditions, service.definition if service else [])
        return conditions

    def clean(self) -> dict[str, Any]:
        """The season of the notice in order."""
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("notice_from"), cleaned.get("notice_until")
        if first and last and last < first:
            self.add_error("notice_until", _("This is before the first day."))
        return cleaned
