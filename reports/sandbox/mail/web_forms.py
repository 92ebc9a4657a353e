"""The forms of an HTML page, as a browser would send them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

# What a person leaves as it is, and what a browser does not send.
UNSENT = frozenset({"file", "reset", "button", "image"})


@dataclass
class Choice:
    """An option of a select, or a radio button: what is sent, what is read, and whether it is chosen."""

    value: str
    text: str = ""
    chosen: bool = False


@dataclass
class Field:
    """One name of a form. `kind` is an input's type, "select", "radio" or "textarea"."""

    name: str
    kind: str
    value: str = ""
    required: bool = False
    label: str = ""
    choices: list[Choice] = field(default_factory=list)

    def picked(self) -> str:
        """What is chosen; of a select where nothing is, the first, as in a browser."""
        chosen = [choice.value for choice in self.choices if choice.chosen]
        if chosen:
            return chosen[-1]
        return self.choices[0].value if self.choices and self.kind == "select" else ""


@dataclass
class Form:
    method: str
    action: str
    fields: list[Field] = field(default_factory=list)

    def named(self, name: str, kind: str) -> Field:
        """The field of this name and kind, a new one where there is none."""
        for known in self.fields:
            if known.name == name and known.kind == kind:
                return known
        self.fields.append(Field(name, kind))
        return self.fields[-1]


def read_forms(html: str) -> list[Form]:
    parser = _FormParser()
    parser.feed(html)
    parser.close()
    return parser.forms


class _FormParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._area: Field | None = None
        self._select: Field | None = None
        self._option: Choice | None = None
        self._label: list[str] | None = None
        self._label_for = ""
        self._radios: dict[str, Choice] = {}
        self._texts: dict[str, Field] = {}
        self._labels: dict[str, str] = {}
        self._in_label: list[Choice] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(given.get("method", "get").lower(), given.get("action", ""))
            self.forms.append(self._form)
        elif tag == "label":
            self._label, self._label_for, self._in_label = [], given.get("for", ""), []
        elif self._form and "disabled" not in given:
            self._control(self._form, tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._area = None
        elif tag == "select":
            self._select = self._option = None
        elif tag == "option":
            self._option = None
        elif tag == "label" and self._label is not None:
            self._name(" ".join("".join(self._label).split()))
            self._label = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area.value += data
        elif self._option is not None:
            self._option.text = f"{self._option.text} {data.strip()}".strip()
        elif self._label is not None:
            self._label.append(data)

    def _control(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name = given.get("name", "")
        if tag == "option" and self._select is not None:
            self._option = Choice(given.get("value", ""), "", "selected" in given)
            self._select.choices.append(self._option)
        elif not name:
            return
        elif tag == "textarea":
            self._area = form.named(name, "textarea")
        elif tag == "select":
            self._select = form.named(name, "select")
        elif tag in ("input", "button"):
            self._input(form, name, given.get("type", "submit" if tag == "button" else "text").lower(), given)

    def _input(self, form: Form, name: str, kind: str, given: dict[str, str]) -> None:
        if kind in UNSENT:
            return
        known = form.named(name, kind)
        known.required = known.required or "required" in given
        if kind in ("radio", "checkbox"):
            choice = Choice(given.get("value", "on"), "", "checked" in given)
            known.choices.append(choice)
            self._radios[given.get("id", "")] = choice
            self._in_label.append(choice)
        else:
            known.value = given.get("value", "")
            known.label = self._labels.get(given.get("id", ""), "")
            self._texts[given.get("id", "")] = known

    def _name(self, text: str) -> None:
        """A label names the radio button that it holds, or the control that it points to, before it or after it."""
        if self._label_for:
            self._labels[self._label_for] = text
            if self._label_for in self._texts:
                self._texts[self._label_for].label = text
        pointed = self._radios.get(self._label_for) if self._label_for else None
        for choice in [pointed] if pointed else self._in_label:
            choice.text = text
