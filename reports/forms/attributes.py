"""What is to be said about it: the service's own questions, then a description in the resident's words."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.forms import conditional
from reports.forms.demands import description_limits, required_by
from reports.forms.offered import OfferedMixin
from reports.forms.questions import (
    Question,
    TextField,
    field_for,
    initial_for,
    plain_number,
    questions_of,
    values_of,
)
from reports.models import Service

PREFIX: Final = "attribute_"
LIVE: Final = "live"  # what the page's script writes into `seen`: whatever is asked has been shown


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the page: a notice of the body's (`field` is None), or a question.

    `review`: new or different since it was answered. `further`: asked because of the answers just given. Where it is
    not `shown`, it stands in the page hidden and out of use; `shown_if` says when, as JSON, empty for always.
    """

    question: Question
    field: forms.BoundField | None
    review: bool
    further: bool
    shown: bool
    shown_if: str


class AttributesForm(forms.Form):
    """The questions of one service, and the description.

    `kept` is the draft's `attributes`. Where the questions have changed since the page was opened, or since they
    were answered, the answers stay, `to_review` names the fields that are new or different, and `gone` holds the
    answers to questions that are asked no more.

    Which questions are asked may depend on the answers (`forms.conditional`): what is not asked is neither required
    nor kept. After `is_valid()`, `further` names the fields that the page did not show and that these answers lead
    to; the page is then shown once more before anything is saved.

    The description is required where the service asks nothing, or where the body demands one: a report of a place
    and a service whose questions were answered is whole without it.
    """

    description = TextField(
        label=gettext_lazy("Describe the problem"),
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": gettext_lazy("Describe the problem in a few words.")},
    )

    def __init__(self, *args: Any, service: Service, kept: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.service = service
        self.zone = service.endpoint.jurisdiction.zone
        self.questions = questions_of(service.questions)
        self._asked = [question for question in self.questions if question.variable]
        self.gone: list[tuple[str, str]] = []
        self.to_review: set[str] = set()
        self.further: set[str] = set()
        self._add_questions()
        self._shape_description()
        kept = kept or {}
        self.initial.setdefault("description", kept.get("description", ""))
        if kept.get("service") == service.pk:
            self._take_kept(kept)
        self._rules = conditional.effective(self.questions)
        self._shown = conditional.shown(self.questions, self._given())
        self._put_away()
        self._add_hidden_ones(kept)
        if self.is_bound:
            self._compare_with_page()
            self.further = self._further()
        self.to_review &= {question.field_name for question in self._asked if question.code in self._shown}

    @property
    def asked(self) -> str:
        """The questions as this page asks them; posted back, it tells whether they changed meanwhile."""
        return ",".join(question.digest for question in self._asked)

    @property
    def seen(self) -> str:
        """What this page shows of the questions; posted back, it tells which of them nobody has seen yet."""
        return ",".join(self._sight(question) for question in self._asked if question.code in self._shown)

    def entries(self) -> Iterator[Entry]:
        """Notices and questions, in the body's order, also those that are not asked now."""
        for question in self.questions:
            name = question.field_name
            rule = conditional.written(self._rules[question.code].shown_if)
            yield Entry(
                question,
                self[name] if question.variable else None,
                review=name in self.to_review,
                further=name in self.further,
                shown=question.code in self._shown,
                shown_if=json.dumps(rule) if rule else "",
            )

    @property
    def words(self) -> str:
        """Everything that was written in the person's own words."""
        own = [question for question in self._asked if not question.values and question.code in self._shown]
        cleaned = getattr(self, "cleaned_data", {})
        return "\n".join(str(cleaned.get(name) or "") for name in (*(each.field_name for each in own), "description"))

    def clean(self) -> dict[str, Any]:
        """Leave out what is not asked, refuse answers to questions that nobody asked, and hold up a page whose
        questions have changed."""
        cleaned = super().clean() or {}
        for question in self._asked:
            name = question.field_name
            if question.code not in self._shown or name in self.further:
                self.errors.pop(name, None)
                cleaned.pop(name, None)
            elif self._is_not_offered(question, cleaned.get(name)):
                self.add_error(name, _("Choose among the answers in the list."))
        if self._changed and (self.to_review or self.gone):
            raise ValidationError(
                _("The questions changed while you were answering. Your answers are kept. Look at the marked ones.")
            )
        if not self._changed and self.gone:
            raise ValidationError(_("There was an answer to a question that is not asked here. It was left out."))
        return cleaned

    def clean_description(self) -> str:
        """Hold the description to the body's own shortest length."""
        text = str(self.cleaned_data["description"])
        least = description_limits(self.service.endpoint)[0]
        if text and len(text) < least:
            raise ValidationError(_("Write at least %(least)d characters.") % {"least": least})
        return text

    def answer(self) -> dict[str, Any]:
        """The draft's `attributes`: the answered questions only, beside what they were answered to."""
        answered = [
            {
                "code": question.code,
                "datatype": question.datatype,
                "description": strip_tags(question.description),
                "values": values,
            }
            | ({"private": True} if question.private else {})
            for question in self._asked
            if (values := values_of(question, self.cleaned_data.get(question.field_name)))
        ]
        return {
            "description": self.cleaned_data["description"],
            "attributes": answered,
            "service": self.service.pk,
            "definition_hash": self.service.questions_hash,
            "asked": self.asked,
        }

    def _add_questions(self) -> None:
        for question in self._asked:
            self.fields[question.field_name] = field_for(
                question, self.zone, self.service.endpoint.jurisdiction.language
            )
        self.order_fields([question.field_name for question in self._asked] + ["description"])

    def _shape_description(self) -> None:
        field = self.fields["description"]
        assert isinstance(field, TextField)  # noqa: S101 - for the type checker: declared above
        endpoint = self.service.endpoint
        least, field.most = description_limits(endpoint)
        field.widget.attrs["data-most"] = field.most
        field.required = not self._asked or least > 0 or "description" in required_by(endpoint)
        field.help_text = _("What it is, how large, and since when. This is public: leave out names and phone numbers.")
        if self._asked:
            field.label = _("Anything else to say about it?")

    # --- what is asked, given the answers -----------------------------------------------------------------------

    def _given(self) -> dict[str, list[str]]:
        """What stands in each question now, as conditions look at it."""
        return {question.code: self._standing_in(question) for question in self._asked}

    def _standing_in(self, question: Question) -> list[str]:
        name = question.field_name
        moment = question.datatype == "datetime"
        if self.is_bound:
            found = self._posted(f"{name}_date" if moment else name)
            found = found if self._takes_several(question) else found[-1:]  # the one that its field reads
        else:
            kept = self.initial.get(name)
            found = kept if isinstance(kept, list) else [] if kept is None else [str(kept)]
        texts = [value.strip() for value in found]
        return [plain_number(value) for value in texts] if question.datatype == "number" else texts

    @staticmethod
    def _takes_several(question: Question) -> bool:
        return question.datatype == "multivaluelist" and bool(question.values)

    def _put_away(self) -> None:
        """Take out of use what is not asked and not offered."""
        for question in self._asked:
            widget = self.fields[question.field_name].widget
            if question.code not in self._shown:
                widget.attrs["disabled"] = True
            conditions = self._rules[question.code].values
            if isinstance(widget, OfferedMixin) and any(conditions):
                before = 1 if isinstance(widget, forms.Select) else 0  # "Choose an answer"
                widget.offer(conditions, self._shown.get(question.code, ()), before)

    def _sight(self, question: Question) -> str:
        """A question as the page shows it; with its choices, where they are not always the same."""
        if not any(self._rules[question.code].values):
            return question.field_name
        return ".".join([question.field_name, *map(str, self._shown[question.code])])

    def _further(self) -> set[str]:
        """The fields that the page did not show, or not with these choices, and that have no answer that counts."""
        seen = set(str(self.data.get("seen", "")).split(","))
        if LIVE in seen:
            return set()
        return {
            question.field_name
            for question in self._asked
            if question.code in self._shown and self._is_conditional(question)
            and self._sight(question) not in seen and not self._counts(question)
        }  # fmt: skip

    def _is_conditional(self, question: Question) -> bool:
        rule = self._rules[question.code]
        return rule.shown_if is not None or any(rule.values)

    def _counts(self, question: Question) -> bool:
        given = [value for value in self._standing_in(question) if value]
        return bool(given) and not self._is_not_offered(question, given)

    def _is_not_offered(self, question: Question, given: Any) -> bool:
        """Whether one of the keys is among the question's choices and not offered to these answers."""
        keys = given if isinstance(given, list) else [given]
        offered = {question.values[place][0] for place in self._shown.get(question.code, ())}
        return any(key in dict(question.values) and key not in offered for key in keys)

    # --- what changed since the page was opened ------------------------------------------------------------------

    def _take_kept(self, kept: Mapping[str, Any]) -> None:
        rows = {row["code"]: row for row in kept.get("attributes", [])}
        for question in self._asked:
            row = rows.pop(question.code, None)
            if row is not None:
                self.initial[question.field_name] = initial_for(question, row["values"], self.zone)
        if kept.get("definition_hash") != self.service.questions_hash and not self.is_bound:
            self._mark(str(kept.get("asked", "")))
            self.gone = [(row["description"], _joined(row["values"])) for row in rows.values()]

    def _add_hidden_ones(self, kept: Mapping[str, Any]) -> None:
        """Answers to what is not asked any more under a condition that is new."""
        changed = kept.get("service") == self.service.pk and kept.get("definition_hash") != self.service.questions_hash
        if not changed or self.is_bound:
            return
        hidden = {question.code for question in self._asked} - set(self._shown)
        rows = [row for row in kept.get("attributes", []) if row["code"] in hidden]
        self.gone += [(row["description"], _joined(row["values"])) for row in rows]

    @property
    def _changed(self) -> bool:
        return bool(self.data.get("definition_hash", "") != self.service.questions_hash)

    def _compare_with_page(self) -> None:
        for name in sorted(set(self.data) - self._posted_names()):
            answer = ", ".join(value for value in self._posted(name) if value.strip())
            if name.startswith(PREFIX) and answer:
                self.gone.append((name.removeprefix(PREFIX), answer))
        if self._changed:
            self._mark(self.data.get("asked", ""))
            self.gone += [(each.description, answer) for each in self._put_away_since() if (answer := self._said(each))]

    def _put_away_since(self) -> list[Question]:
        """What this page asked, and what is asked no more under a condition that is new."""
        hidden = [question for question in self._asked if question.code not in self._shown]
        return [question for question in hidden if question.field_name in self.to_review]

    def _said(self, question: Question) -> str:
        """The posted answer in words."""
        name, names = question.field_name, dict(question.values)
        parts = (f"{name}_date", f"{name}_time") if question.datatype == "datetime" else (name,)
        return ", ".join(names.get(text, text) for part in parts for text in self._posted(part) if text.strip())

    def _mark(self, asked: str) -> None:
        before = set(asked.split(","))
        self.to_review = {question.field_name for question in self._asked if question.digest not in before}

    def _posted_names(self) -> set[str]:
        """Every name under which this form's questions are answered; a moment has two, for the date and the time."""
        moments = [question.field_name for question in self._asked if question.datatype == "datetime"]
        return {question.field_name for question in self._asked} | {
            f"{name}_{part}" for name in moments for part in ("date", "time")
        }

    def _posted(self, name: str) -> list[str]:
        getlist = getattr(self.data, "getlist", None)
        return getlist(name) if getlist else [str(self.data[name])] if name in self.data else []


def _joined(values: list[dict[str, str]]) -> str:
    return ", ".join(value["name"] for value in values)
