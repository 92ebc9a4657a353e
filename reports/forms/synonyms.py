"""Other words for what cities call their services, in the languages of the people who live there.

`data/synonyms.json` is a list of things: `names` are the words by which a service is about the thing, `words` those
by which people look for it too. All are folded: lower case, without accents.
"""

import json
import re
from functools import cache
from importlib.resources import files

from reports.geo.rules import fold


def synonyms_of(folded: str) -> str:
    """The further words to find a service by that has this folded name, group and keywords; empty where none."""
    found = [words for pattern, words in _things() if pattern.search(folded)]
    return " ".join(found)


def stems(word: str) -> tuple[str, ...]:
    """A folded word of a search, and the singulars that it may be the plural of in English and Spanish."""
    ends = [end for end in ("s", "es") if word.endswith(end) and len(word) >= 5]
    return (word, *(word.removesuffix(end) for end in ends))


@cache
def _things() -> tuple[tuple[re.Pattern[str], str], ...]:
    rows = json.loads(files("reports.forms").joinpath("data/synonyms.json").read_text(encoding="utf-8"))
    return tuple((_at_word_start(row["names"]), fold(" ".join([*row["names"], *row["words"]]))) for row in rows)


def _at_word_start(names: list[str]) -> re.Pattern[str]:
    """Whole words, each perhaps in the plural: “rat” is not in “rate”."""
    return re.compile(rf"\b(?:{'|'.join(re.escape(fold(name)) for name in names)})(?:s|es)?\b")
