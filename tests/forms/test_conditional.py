"""Which questions are asked and which choices are offered: pure functions of a definition and the answers."""

from typing import Any

import pytest

from reports.forms.conditional import effective, read, shown, written
from reports.forms.questions import questions_of
from tests.forms.definitions import row, values


def when(code: str, *keys: Any, test: str = "is", clause: str = "all") -> dict[str, Any]:
    return {clause: [{"code": code, test: list(keys)}]}


def asked(definition: list[dict[str, Any]], **answers: list[str]) -> list[str]:
    return sorted(shown(questions_of(definition), answers))


KIND = row("KIND", "singlevaluelist", values=values("hole", "crack"))
SIZE = row("SIZE", "number", shown_if=when("KIND", "hole"))
DEEP = row("DEEP", shown_if=when("SIZE", 10, test="above"))
CHAIN = [KIND, SIZE, DEEP]


def test_a_question_waits_for_its_answer_and_a_chain_for_each_link() -> None:
    assert asked(CHAIN) == ["KIND"]
    assert asked(CHAIN, KIND=["hole"]) == ["KIND", "SIZE"]
    assert asked(CHAIN, KIND=["hole"], SIZE=["12"]) == ["DEEP", "KIND", "SIZE"]
    assert asked(CHAIN, KIND=["crack"], SIZE=["12"]) == ["KIND"]  # what is not asked has no answer that counts
    assert asked(CHAIN[::-1], KIND=["hole"], SIZE=["12"]) == ["DEEP", "KIND", "SIZE"]


@pytest.mark.parametrize(
    ("test", "wanted", "given", "met"),
    [
        ("is", ["a", "b"], ["b"], True),
        ("is", ["a"], ["b"], False),
        ("is", [], ["b"], True),
        ("is", [], [], False),
        ("is", [], [""], False),
        ("is", [3], ["3.0"], True),
        ("is", ["3"], ["3.0"], False),
        ("is_not", ["a"], ["b"], True),
        ("is_not", ["a"], ["a"], False),
        ("is_not", ["a"], [], True),
        ("is_not", [], [], True),
        ("is_not", [], ["a"], False),
        ("exactly", ["a", "b"], ["b", "a"], True),
        ("exactly", ["a", "b"], ["a"], False),
        ("exactly", ["a"], ["a", "b"], False),
        ("above", [3], ["3"], False),
        ("above", [3], ["4"], True),
        ("from", [3], ["3"], True),
        ("below", [3], ["2,5"], False),
        ("below", [3], ["2.5"], True),
        ("to", ["3"], ["3"], True),
        ("to", ["x"], ["3"], False),
        ("above", [3], ["many"], False),
    ],
)
def test_tests(test: str, wanted: list[Any], given: list[str], met: bool) -> None:
    definition = [row("A"), row("B", shown_if=when("A", *wanted, test=test))]
    assert ("B" in asked(definition, A=given)) is met


def test_all_or_any() -> None:
    both = [{"code": "A", "is": ["x"]}, {"code": "B", "is": ["y"]}]
    for clause, half in (("all", False), ("any", True)):
        definition = [row("A"), row("B"), row("C", shown_if={clause: both})]
        assert ("C" in asked(definition, A=["x"])) is half
        assert "C" in asked(definition, A=["x"], B=["y"])
        assert "C" not in asked(definition)


@pytest.mark.parametrize(
    "definition",
    [
        [row("A", shown_if=when("A", "x"))],
        [row("A", shown_if=when("B", "x")), row("B", shown_if=when("A", "x"))],
        [row("A", shown_if=when("GONE", "x"))],
        [row("A", shown_if=when("N", "x")), row("N", variable=False)],
        [row("A", shown_if={"any": "x"}), row("B", shown_if=[1]), row("C", shown_if={"all": [{"code": 3}, None]})],
        [row("A", shown_if={"all": [{"code": "A", "is": "x"}]}), row("B", shown_if={"all": [{"is": []}]})],
        [row("A", shown_if={"all": [{"code": "B", "is": [], "above": [1]}]}), row("B")],
    ],
)
def test_a_mistake_asks_too_much_rather_than_the_impossible(definition: list[dict[str, Any]]) -> None:
    assert asked(definition) == sorted(each["code"] for each in definition)


def test_who_waits_for_a_ring_waits_no_longer_than_it() -> None:
    ring = [row("A", shown_if=when("B", "x")), row("B", shown_if=when("A", "x")), row("C", shown_if=when("A", "y"))]
    assert asked(ring) == ["A", "B"]
    assert asked(ring, A=["y"]) == ["A", "B", "C"]


def test_a_long_chain_and_a_long_ring_end() -> None:
    chain = [row("Q0"), *(row(f"Q{n}", shown_if=when(f"Q{n - 1}")) for n in range(1, 2000))]
    answers = {f"Q{n}": ["x"] for n in range(2000)}
    assert len(asked(chain)) == 1
    assert len(asked(chain, **answers)) == len(chain)
    ring = [row(f"Q{n}", shown_if=when(f"Q{(n + 1) % 500}")) for n in range(500)]
    assert len(asked(ring)) == len(ring)


def test_choices_are_offered_by_answers_and_one_that_is_not_counts_for_nothing() -> None:
    street = [*values("main"), {"key": "alley", "name": "Alley", "shown_if": when("KIND", "hole")}]
    definition = [KIND, row("WHERE", "singlevaluelist", values=street), row("GATE", shown_if=when("WHERE", "alley"))]
    questions = questions_of(definition)
    assert shown(questions, {"WHERE": ["alley"]})["WHERE"] == (0,)
    assert asked(definition, WHERE=["alley"]) == ["KIND", "WHERE"]
    assert shown(questions, {"KIND": ["hole"]})["WHERE"] == (0, 1)
    assert asked(definition, KIND=["hole"], WHERE=["alley"]) == ["GATE", "KIND", "WHERE"]


def test_a_question_without_any_choice_left_is_not_asked_and_a_choice_listed_twice_is_offered_once() -> None:
    hidden = [{"key": "a", "name": "A", "shown_if": when("KIND", "hole")}]
    assert asked([KIND, row("Q", "singlevaluelist", values=hidden)]) == ["KIND"]
    twice = [*hidden, {"key": "a", "name": "A", "shown_if": when("KIND", "hole", "crack")}]
    questions = questions_of([KIND, row("Q", "singlevaluelist", values=twice)])
    assert shown(questions, {"KIND": ["hole"]})["Q"] == (0,)
    assert shown(questions, {"KIND": ["crack"]})["Q"] == (1,)


def test_what_is_read_is_written_back() -> None:
    stored = {"any": [{"code": "A", "is": ["x", 3]}, {"code": "B", "is_not": []}]}
    assert written(read(stored)) == stored
    assert written(read({})) is None
    assert list(effective(questions_of(CHAIN[::-1]))) == ["KIND", "SIZE", "DEEP"]
