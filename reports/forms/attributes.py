"""What is to be said about it: the service's own questions, then a description in the resident's words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.forms.demands import description_limits, required_by
from reports.forms.questions import Question, TextField, field_for, initial_for, questions_of, values_of
from reports.models import Service

PREFIX = "attribute_"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the page: a notice of the body's (`field` is None), or a question."""

    question: Question
    field: forms.BoundField | None
    review: bool


class AttributesForm(forms.Form):
    """The questions of one service, and the description.

    `kept` is the draft's `attributes`. Where the questions have changed since the page was opened, or since they
    were answered, the answers stay, `to_review` names the fields that are new or different, and `gone` holds the
    answers to questions that are asked no more.

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
        self.questions = questions_of(service.definition)
        self._asked = [question for question in self.questions if question.variable]
        self.gone: list[tuple[str, str]] = []
        self.to_review: set[str] = set()
        self._add_questions()
        self._shape_description()
        kept = kept or {}
        self.initial.setdefault("description", kept.get("description", ""))
        if kept.get("service") == service.pk:
            self._take_kept(kept)
        if self.is_bound:
            self._compare_with_page()

    @property
    def asked(self) -> str:
        """The questions as this page asks them; posted back, it tells whether they changed meanwhile."""
        return ",".join(question.digest for question in self._asked)

    def entries(self) -> Iterator[Entry]:
        """Notices and questions, in the body's order."""
        for question in self.questions:
            field = self[question.field_name] if question.variable else None
            yield Entry(question, field, question.field_name in self.to_review)

    def clean(self) -> dict[str, Any]:
        """Refuse answers to questions that nobody asked, and hold up a page whose questions have changed."""
        cleaned = super().clean() or {}
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
            "definition_hash": self.service.definition_hash,
            "asked": self.asked,
        }

    def _add_questions(self) -> None:
        for question in self._asked:
            self.fields[question.field_name] = field_for(question, self.zone)
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

    def _take_kept(self, kept: Mapping[str, Any]) -> None:
        rows = {row["code"]: row for row in kept.get("attributes", [])}
        for question in self._asked:
            row = rows.pop(question.code, None)
            if row is not None:
                self.initial[question.field_name] = initial_for(question, row["values"], self.zone)
        if kept.get("definition_hash") != self.service.definition_hash and not self.is_bound:
            self._mark(str(kept.get("asked", "")))
            self.gone = [(row["description"], _joined(row["values"])) for row in rows.values()]

    @property
    def _changed(self) -> bool:
        return bool(self.data.get("definition_hash", "") != self.service.definition_hash)

    def _compare_with_page(self) -> None:
        for name in sorted(set(self.data) - self._posted_names()):
            answer = ", ".join(value for value in self._posted(name) if value.strip())
            if name.startswith(PREFIX) and answer:
                self.gone.append((name.removeprefix(PREFIX), answer))
        if self._changed:
            self._mark(self.data.get("asked", ""))

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
        return getlist(name) if getlist else [str(self.data[name])]


def _joined(values: list[dict[str, str]]) -> str:
    return ", ".join(value["name"] for value in values)
