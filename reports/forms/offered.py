"""Widgets for choices some of which are offered only after certain answers to other questions.

What is not offered stands in the page all the same, hidden and out of use, so that a script can bring it back.
"""

import json
from collections.abc import Collection, Sequence
from typing import Any

from django import forms

from reports.dialects.shown_if import ShownIf
from reports.forms.conditional import written
from reports.templatetags.city_words import is_of_the_page


class OfferedMixin:
    """Told by `offer` which choices are offered, each by the key it is submitted with."""

    conditions: Sequence[ShownIf | None] = ()
    offered: Collection[int] = ()
    before: int = 0  # choices of our own that come before those of the question

    def offer(self, conditions: Sequence[ShownIf | None], offered: Collection[int], before: int) -> None:
        """Let `offered` (places among `conditions`) be offered, and say of the others when they will be."""
        self.conditions, self.offered, self.before = conditions, offered, before

    def create_option(
        self, name: str, value: Any, label: Any, selected: bool, index: int, subindex: int | None = None,
        attrs: dict[str, Any] | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """The option as the widget makes it, with its condition, and out of use where it is not offered."""
        option: dict[str, Any] = super().create_option(  # type: ignore[misc]  # the widget's, beside which this stands
            name, value, label, selected, index, subindex, attrs
        )
        place = int(index) - self.before
        if not 0 <= place < len(self.conditions):
            return option
        if self.conditions[place] is not None:
            option["attrs"]["data-shown-if"] = json.dumps(written(self.conditions[place]))
        if place not in self.offered:
            option["attrs"] |= {"disabled": True, "hidden": True}
            option["attrs"].pop("checked", None)
            option["attrs"].pop("selected", None)
            option["selected"] = False
        return option


class Select(OfferedMixin, forms.Select):
    """A list that opens. `language`: that of the choices, where it may be another than the page's."""

    language: str = ""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The option, with `lang` where it needs one; the first is a line of our own."""
        option = super().create_option(name, value, *args, **kwargs)
        if value and self.language and not is_of_the_page(self.language):
            option["attrs"]["lang"] = self.language
        return option


class CheckboxSelectMultiple(OfferedMixin, forms.CheckboxSelectMultiple):
    """Check boxes."""


class RadioSelect(OfferedMixin, forms.RadioSelect):
    """Radio buttons of which none is chosen to begin with, “No answer” neither."""

    def format_value(self, value: Any) -> list[str]:
        return [str(value)] if value else []
