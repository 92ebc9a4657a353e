"""When a question is asked, or a choice offered: conditions on the answers to other questions.

GeoReport v2 has no such thing. Boston sends them (`georeport_v2/conditions.py`), and volunteers write them over any
body's definition.
"""

from dataclasses import dataclass
from enum import StrEnum


class Comparison(StrEnum):
    """How a condition looks at an answer; Boston's `eq`, `neq`, `in`, `gt`, `gte`, `lt`, `lte` come down to these."""

    IS = "is"  # one of the values; answered at all where there are none
    IS_NOT = "is_not"  # none of the values, as where nothing was answered; not answered at all where there are none
    EXACTLY = "exactly"  # these values and no others
    ABOVE = "above"
    FROM = "from"
    BELOW = "below"
    TO = "to"


@dataclass(frozen=True, slots=True)
class Condition:
    """What the answer to the attribute `code` has to be. A value that is a number is compared as a number."""

    code: str
    test: Comparison = Comparison.IS
    values: tuple[str | float, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownIf:
    """When something is asked or offered: where every condition is met, or else where one of them is."""

    conditions: tuple[Condition, ...]
    every: bool = True
