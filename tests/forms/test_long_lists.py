"""The element is what Django would have made of it."""

from typing import Any

import pytest
from django import forms
from django.test.html import parse_html
from django.utils.html import escape

from reports.forms import long_lists

NAMES = [("", "Everybody"), ("a", "A & B"), ("b", "<b>"), ("c", 'say "c"'), ("d", "Ñandú")]


@pytest.mark.parametrize("value", ["", "a", "d", "unknown", '"><script>', None])
@pytest.mark.parametrize("attrs", [{}, {"id": "id_body", "required": True, "aria-describedby": "x", "disabled": False}])
def test_it_is_the_same_element(value: Any, attrs: dict[str, Any]) -> None:
    theirs, ours = (
        parse_html(kind(choices=NAMES).render("body", value, attrs)) for kind in (forms.Select, long_lists.Select)
    )
    assert ours == theirs


def test_every_name_is_escaped() -> None:
    made = long_lists.Select(choices=NAMES).render("body", "a")
    assert escape("<b>") in made
    assert "<b>" not in made
