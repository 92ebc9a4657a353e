"""Questions and choices that depend on other answers, as Boston's Salesforce held them (DIALECTS 5).

`{"clause": "AND" | "OR", "conditions": [{"attribute", "op", "value"}]}`; of the operations the fake cities use `eq`
(one answer) and `in` (one of several).
"""

from collections.abc import Mapping, Sequence
from typing import Any

Given = Mapping[str, Sequence[str]]


def applies(attribute: Mapping[str, Any], given: Given) -> bool:
    """Whether the attribute is asked of somebody who gave these answers."""
    return "dependencies" not in attribute or _is_met(attribute["dependencies"], given)


def keys(attribute: Mapping[str, Any], given: Given) -> set[str]:
    """The keys that may be chosen by somebody who gave these answers."""
    found: set[str] = set()
    for choice in attribute.get("values", ()):
        if "dependentOn" not in choice:
            found.add(str(choice["key"]))
        elif _is_met(choice["dependentOn"], given):
            found |= {str(each["key"]) for each in choice["values"]}
    return found


def _is_met(dependencies: Mapping[str, Any], given: Given) -> bool:
    met = [str(each["value"]) in given.get(each["attribute"], ()) for each in dependencies["conditions"]]
    return all(met) if dependencies["clause"] == "AND" else any(met)
