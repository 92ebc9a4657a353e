"""Conditions over any definition and any answers: nothing hangs, and what is not asked is neither kept nor wanted."""

import json
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports.forms.attributes import AttributesForm
from reports.forms.conditional import effective, holds, read, shown, written
from reports.forms.questions import questions_of
from reports.models import Endpoint, Jurisdiction, Service
from tests.forms.definitions import row, values

CODES = st.sampled_from(["A", "B", "C", "D"])
KEYS = st.sampled_from(["a", "b", "0", "3"])
TESTS = st.sampled_from(["is", "is_not", "exactly", "above", "from", "below", "to"])
NUMBERS = st.one_of(st.integers(-3, 3), st.floats(-3, 3), st.just(10**400))
WHEN = st.builds(
    lambda clause, rows: {clause: rows},
    st.sampled_from(["all", "any"]),
    st.lists(
        st.builds(lambda code, test, wanted: {"code": code, test: wanted}, CODES, TESTS, st.lists(KEYS | NUMBERS)),
        max_size=3,
    ),
)
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["all", "any", "code", "is"]), inner),
    max_leaves=6,
)
KINDS = ["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist", "odd"]
TYPED = st.sampled_from(["", "a", "b", "0", "3", "2,5", "\u22122", "1_0", "nan", "\u0663", " 3 ", "x\0", "<b>"])


@st.composite
def definitions(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Some questions that may hang on one another in any way."""
    rows = []
    for code in draw(st.lists(CODES, min_size=1, max_size=5)):
        kind = draw(st.sampled_from(KINDS))
        listed = values(*draw(st.lists(KEYS, max_size=4))) if kind.endswith("list") else []
        choices = [each | ({"shown_if": draw(WHEN)} if draw(st.booleans()) else {}) for each in listed]
        extra = {"shown_if": draw(WHEN | JUNK)} if draw(st.booleans()) else {}
        order = draw(st.integers(0, 3))
        required, variable = draw(st.booleans()), draw(st.booleans())
        rows.append(row(code, kind, required=required, variable=variable, order=order, values=choices, **extra))
    return rows


ANSWERS = st.dictionaries(CODES, st.lists(TYPED, max_size=2))


def service_of(definition: list[dict[str, Any]]) -> Service:
    endpoint = Endpoint(pk=1, jurisdiction=Jurisdiction(name="Springfield"))
    return Service(pk=1, endpoint=endpoint, definition=definition, definition_hash="one")


def posted(service: Service, seen: str, given: dict[str, list[str]]) -> AttributesForm:
    opened = AttributesForm(service=service)
    data = QueryDict(mutable=True)
    data.update({"definition_hash": "one", "asked": opened.asked, "seen": seen, "description": "Deep."})
    for question in opened.questions:
        name = f"{question.field_name}_date" if question.datatype == "datetime" else question.field_name
        data.setlist(name, given.get(question.code, []))
    return AttributesForm(data, service=service)


@settings(deadline=None, max_examples=60)
@given(definitions(), ANSWERS)
def test_what_is_asked_is_found_for_any_definition(definition: list[dict[str, Any]], given: dict[str, Any]) -> None:
    questions = questions_of(definition)
    found = shown(questions, given)
    assert shown(questions[::-1], given) == found, "the order of the rows does not matter"
    rules = effective(questions)
    counted = {code: given.get(code, []) for code in found}
    for question in questions:
        offered = [question.values[place][0] for place in found.get(question.code, ())]
        counted[question.code] = [
            each for each in counted.get(question.code, []) if each and (not question.values or each in offered)
        ]
    for question in questions:
        asked = holds(rules[question.code].shown_if, counted)
        assert asked or question.code not in found
        assert question.code in found or not asked or question.values


def test_circles_that_share_a_question_are_found_in_any_order() -> None:
    """B hangs on A, and A on itself and on B: left out, whichever of the two circles is met first."""
    on_a, on_both = {"all": [{"code": "A", "is": ["a"]}]}, {"all": [{"code": "A", "is": []}, {"code": "B", "is": []}]}
    choices = values("a", "b")
    definition = [row("B", "string", shown_if=on_a), row("A", "singlevaluelist", values=choices, shown_if=on_both)]
    questions = questions_of(definition)
    assert set(shown(questions, {})) == set(shown(questions[::-1], {})) == {"A", "B"}


@settings(deadline=None, max_examples=60)
@given(JUNK | WHEN)
def test_a_condition_is_read_and_written_the_same_or_not_at_all(stored: Any) -> None:
    first = read(stored)
    assert read(json.loads(json.dumps(written(first)))) == first


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(definitions(), ANSWERS, st.booleans())
def test_the_page_keeps_only_what_it_asks_and_comes_to_an_end(
    definition: list[dict[str, Any]], given: dict[str, list[str]], live: bool
) -> None:
    service = service_of(definition)
    seen = "live" if live else AttributesForm(service=service).seen
    form = posted(service, seen, given)
    for _again in range(len(form.questions) + 2):
        if not form.is_valid() or not form.further:
            break
        form = posted(service, form.seen, given)
    else:
        pytest.fail("the page asks for more for ever")
    hidden = {entry.question.field_name for entry in form.entries() if not entry.shown}
    assert not hidden & set(form.errors), "what is not asked is not wanted"
    if not form.errors:
        kept = form.answer()
        assert not {row["code"] for row in kept["attributes"]} & {
            entry.question.code for entry in form.entries() if not entry.shown
        }
        again = AttributesForm(service=service, kept=kept)
        codes = {entry.question.code for entry in form.entries() if entry.shown}
        assert {entry.question.code for entry in again.entries() if entry.shown} == codes, "opened again it is the same"
        assert not again.gone
