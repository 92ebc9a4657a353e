"""When a question is asked, as Boston's Salesforce says it: `{"clause": "AND" | "OR", "conditions": [...]}`.

Each condition is `{"attribute": code, "op": "eq" | "neq" | "in" | "gt" | "gte" | "lt" | "lte", "value": ...}`. Source:
CityOfBoston/digital, services-js/311: server/services/Open311.ts for the shape, data/store/Condition.ts for what it
means.
"""

from typing import Any, Final

from reports.dialects.formats.coerce import identifier, number, text
from reports.dialects.formats.shapes import Row
from reports.dialects.shown_if import Comparison, Condition, ShownIf

BOUNDS: Final = {"gt": Comparison.ABOVE, "gte": Comparison.FROM, "lt": Comparison.BELOW, "lte": Comparison.TO}


def shown_if(said: Any) -> ShownIf | None:
    """What `dependencies` or `dependentOn` says; None, which is always, where it says nothing that can be understood.

    A single condition that cannot be understood is left out: better a question too many than one nobody can reach.
    """
    if not isinstance(said, dict):
        return None
    given = said.get("conditions")
    listed = given if isinstance(given, list) else [given]
    conditions = tuple(filter(None, (_condition(each) for each in listed if isinstance(each, dict))))
    return ShownIf(conditions, every=text(said.get("clause")).upper() == "AND") if conditions else None


def _condition(row: Row) -> Condition | None:
    code, word, value = identifier(row.get("attribute")), text(row.get("op")).lower(), row.get("value")
    if code is None:
        return None
    if word in BOUNDS:
        bound = number(value)
        return None if bound is None else Condition(code, BOUNDS[word], (bound,))
    if word in ("eq", "neq", "in"):
        return _equal(code, word, value)
    return None


def _equal(code: str, word: str, value: Any) -> Condition | None:
    listed = isinstance(value, list)
    values = tuple(filter(lambda each: each != "", map(_value, value if listed else [value])))
    if word == "neq" and listed:
        return None  # "other than exactly these": nobody has been seen to write it
    if word == "eq" and listed and values:
        return Condition(code, Comparison.EXACTLY, values)
    if word != "in" and not values:  # equal to nothing is not answered
        return Condition(code, Comparison.IS if word == "neq" else Comparison.IS_NOT)
    return Condition(code, Comparison.IS_NOT if word == "neq" else Comparison.IS, values) if values else None


def _value(value: Any) -> str | float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else text(value)
