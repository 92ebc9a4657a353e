"""Which questions of a definition are asked, and which of their choices are offered, given the answers so far.

Pure functions of rows and answers. A condition on a question that is not asked of anybody, or that a question puts on
itself, directly or by way of others, is left out: a definition with a mistake asks too much rather than the impossible.
An answer to what is not asked, or by what is not offered, counts as none; so conditions hold along a chain.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any, Final, Protocol

from reports.dialects.shown_if import Comparison, Condition, ShownIf

Answers = Mapping[str, Sequence[str]]
CLAUSES: Final = {"all": True, "any": False}
NUMBER: Final = re.compile(r"^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$", re.ASCII | re.IGNORECASE)
BOUNDS: Final = (Comparison.ABOVE, Comparison.FROM, Comparison.BELOW, Comparison.TO)


class Conditional(Protocol):
    """What is looked at of a question; `value_conditions` stand beside `values`, which are pairs of key and name."""

    @property
    def code(self) -> str: ...
    @property
    def variable(self) -> bool: ...
    @property
    def shown_if(self) -> ShownIf | None: ...
    @property
    def values(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def value_conditions(self) -> tuple[ShownIf | None, ...]: ...


@dataclass(frozen=True, slots=True)
class Rules:
    """What really holds a question back, and each of its choices; None where nothing does."""

    shown_if: ShownIf | None
    values: tuple[ShownIf | None, ...]


def read(stored: Any) -> ShownIf | None:
    """A `shown_if` as it is stored (see `Service`); None where it is none, or nothing of it can be understood."""
    if not isinstance(stored, dict):
        return None
    for clause, every in CLAUSES.items():
        rows = stored.get(clause)
        if isinstance(rows, list):
            conditions = tuple(filter(None, map(_condition, rows)))
            return ShownIf(conditions, every) if conditions else None
    return None


def written(shown_if: ShownIf | None) -> dict[str, Any] | None:
    """The same the other way round."""
    if shown_if is None:
        return None
    rows = [{"code": each.code, each.test.value: list(each.values)} for each in shown_if.conditions]
    return {"all" if shown_if.every else "any": rows}


def effective(questions: Iterable[Conditional]) -> dict[str, Rules]:
    """The rules of each question by its code, in an order in which each comes after those it depends on."""
    asked = {question.code: question for question in questions}
    answerable = {code for code, question in asked.items() if question.variable}
    rules = {code: _within(question, answerable) for code, question in asked.items()}
    for code in _in_circles({code: _codes(rule) for code, rule in rules.items()}):
        rules[code] = Rules(None, (None,) * len(rules[code].values))
    order = TopologicalSorter({code: _codes(rule) for code, rule in rules.items()}).static_order()
    return {code: rules[code] for code in order}


def shown(questions: Iterable[Conditional], answers: Answers) -> dict[str, tuple[int, ...]]:
    """The codes of what is asked (notices too), each with the places of the choices that are offered.

    A question none of whose choices is offered is not asked.
    """
    by_code = {question.code: question for question in questions}
    counted: dict[str, list[str]] = {}
    found: dict[str, tuple[int, ...]] = {}
    for code, rule in effective(by_code.values()).items():
        values = by_code[code].values
        if not holds(rule.shown_if, counted):
            continue
        offered = _offered(values, rule, counted)
        if values and not offered:
            continue
        found[code] = offered
        keys = {values[place][0] for place in offered}
        given = [answer for answer in answers.get(code, ()) if answer and (not values or answer in keys)]
        if given:
            counted[code] = given
    return found


def holds(shown_if: ShownIf | None, answers: Answers) -> bool:
    """Whether what is asked under this condition is asked."""
    if shown_if is None:
        return True
    met = (_is_met(condition, answers.get(condition.code, ())) for condition in shown_if.conditions)
    return all(met) if shown_if.every else any(met)


def _offered(values: Sequence[tuple[str, str]], rule: Rules, answers: Answers) -> tuple[int, ...]:
    """Each key once, also where a city lists it under several conditions."""
    places: dict[str, int] = {}
    for place, ((key, _name), condition) in enumerate(zip(values, rule.values, strict=True)):
        if key not in places and holds(condition, answers):
            places[key] = place
    return tuple(places.values())


def _is_met(condition: Condition, given: Sequence[str]) -> bool:
    test, values = condition.test, condition.values
    if test in BOUNDS:
        numbers = [number for answer in given if (number := _number(answer)) is not None]
        return any(_compares(test, number, bound) for number in numbers for bound in map(_number, values))
    if test == Comparison.EXACTLY:
        return len(set(given)) == len(values) and all(_fits(answer, values) for answer in given)
    met = any(_fits(answer, values) for answer in given) if values else bool(given)
    return not met if test == Comparison.IS_NOT else met


def _compares(test: Comparison, number: float, bound: float | None) -> bool:
    if bound is None:
        return False
    return {
        Comparison.ABOVE: number > bound,
        Comparison.FROM: number >= bound,
        Comparison.BELOW: number < bound,
        Comparison.TO: number <= bound,
    }[test]


def _fits(answer: str, values: Sequence[str | float]) -> bool:
    return any(answer == value if isinstance(value, str) else _number(answer) == value for value in values)


def _number(value: str | float) -> float | None:
    """What is compared as a number. Not all that Python reads as one, such as “1_0” and “nan”: a browser does not."""
    if isinstance(value, str) and not NUMBER.match(value):
        return None
    with suppress(OverflowError):
        return float(value)
    return None


def _within(question: Conditional, answerable: set[str]) -> Rules:
    return Rules(
        _known(question.shown_if, answerable), tuple(_known(each, answerable) for each in question.value_conditions)
    )


def _known(shown_if: ShownIf | None, answerable: set[str]) -> ShownIf | None:
    if shown_if is None:
        return None
    conditions = tuple(each for each in shown_if.conditions if each.code in answerable)
    return ShownIf(conditions, shown_if.every) if conditions else None


def _in_circles(graph: Mapping[str, set[str]]) -> list[str]:
    """Every code that depends on itself, directly or by way of others, in whatever order the rows stand."""
    found = []
    for code in graph:
        reached: set[str] = set()
        ahead = set(graph[code])
        while ahead:
            reached |= ahead
            ahead = {further for each in ahead for further in graph.get(each, ())} - reached
        if code in reached:
            found.append(code)
    return found


def _codes(rules: Rules) -> set[str]:
    conditions = (each for each in (rules.shown_if, *rules.values) if each is not None)
    return {condition.code for each in conditions for condition in each.conditions}


def _condition(row: Any) -> Condition | None:
    if not isinstance(row, dict) or not isinstance(row.get("code"), str):
        return None
    tests = [test for test in Comparison if test.value in row]
    values = row[tests[0].value] if len(tests) == 1 else None
    if not isinstance(values, list) or not all(_is_value(value) for value in values):
        return None
    return Condition(row["code"], tests[0], tuple(values))


def _is_value(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)
