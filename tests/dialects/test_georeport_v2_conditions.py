"""Questions that depend on other answers, as Boston's Salesforce wrote them."""

import pytest

from reports.delivery.definitions import as_definition, as_row
from reports.dialects.georeport_v2.conditions import shown_if
from reports.dialects.messages import Attribute
from reports.dialects.shown_if import Comparison, Condition, ShownIf
from tests.dialects.test_georeport_v2_hard_rows import read_file


def condition(op: str, value: object) -> object:
    found = shown_if({"clause": "AND", "conditions": [{"attribute": "A", "op": op, "value": value}]})
    return found and found.conditions[0]


def test_a_definition_with_conditions_on_questions_and_on_choices() -> None:
    (definition,) = read_file("service_definition", "definition-salesforce-conditions.json")
    found = {each.code: each for each in definition.attributes}
    yard = ShownIf((Condition("KIND", Comparison.IS, ("Yard",)),), every=False)
    assert found["KIND"].shown_if is None
    assert [(each.key, each.shown_if) for each in found["HOW"].values] == [
        ("Barrel", None),
        ("Paper", yard),
        ("Bundle", yard),
    ]
    assert found["HOW"].shown_if == ShownIf((Condition("KIND"),), every=False)
    assert found["COUNT"].shown_if == ShownIf(
        (Condition("HOW", Comparison.IS, ("Bundle",)), Condition("KIND", Comparison.IS, ("Yard",)))
    )
    assert found["MANY"].shown_if == ShownIf((Condition("COUNT", Comparison.ABOVE, (10.0,)),), every=False)
    assert not found["MANY"].variable
    assert found["BOTH"].shown_if == ShownIf(
        (Condition("HOW", Comparison.EXACTLY, ("Paper", "Bundle")), Condition("COUNT", Comparison.IS, (2.0,))),
        every=False,
    )
    assert found["ALWAYS"].shown_if is None


def test_it_is_stored_in_our_own_words_and_only_where_it_says_something() -> None:
    (definition,) = read_file("service_definition", "definition-salesforce-conditions.json")
    rows = {row["code"]: row for row in as_definition(definition).attributes}
    assert rows["COUNT"]["shown_if"] == {
        "all": [{"code": "HOW", "is": ["Bundle"]}, {"code": "KIND", "is": ["Yard"]}],
    }
    assert rows["HOW"]["values"][0] == {"key": "Barrel", "name": "Barrel"}
    assert rows["HOW"]["values"][1]["shown_if"] == {"any": [{"code": "KIND", "is": ["Yard"]}]}
    assert "shown_if" not in rows["KIND"]
    assert "shown_if" not in as_row(Attribute("A"))


@pytest.mark.parametrize(
    ("op", "value", "expected"),
    [
        ("eq", "x", Condition("A", Comparison.IS, ("x",))),
        ("EQ", True, Condition("A", Comparison.IS, ("true",))),
        ("eq", "", Condition("A", Comparison.IS_NOT)),
        ("neq", "x", Condition("A", Comparison.IS_NOT, ("x",))),
        ("neq", ["x", "y"], None),
        ("in", ["x", "y"], Condition("A", Comparison.IS, ("x", "y"))),
        ("in", None, None),
        ("gte", "3", Condition("A", Comparison.FROM, (3.0,))),
        ("lt", 3, Condition("A", Comparison.BELOW, (3.0,))),
        ("lte", "many", None),
        ("", "x", None),
    ],
)
def test_operations(op: str, value: object, expected: object) -> None:
    assert condition(op, value) == expected


@pytest.mark.parametrize(
    "said",
    [None, "", [], 3, {}, {"clause": "OR"}, {"conditions": None}, {"conditions": "A"}, {"conditions": [None, 3, []]},
     {"conditions": [{"attribute": None, "op": "eq", "value": "x"}]}, {"conditions": {"attribute": "A"}}],
)  # fmt: skip
def test_what_says_nothing_holds_nothing_back(said: object) -> None:
    assert shown_if(said) is None
