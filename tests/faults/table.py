"""What came of the cases, for people: a table on the terminal and one in Markdown."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]
WORDS = {"delivered": "delivered", "accepted": "with a token", "needs_attention": "with a volunteer"}


def cell(row: Row) -> str:
    """One case on one stack, in a few words."""
    parts = [f"{count} {WORDS.get(state, state)}" for state, count in sorted(row["states"].items())]
    counts = (
        ("in_city_and_with_volunteer", "of these in the city"),
        ("found_again", "found in the list"),
        ("sent_again", "sent again"),
        ("deaths", "times killed"),
    )
    parts += [f"{row[name]} {words}" for name, words in counts if row.get(name)]
    return "; ".join([*(f"WRONG: {words}" for words in row["wrong"][:1]), ", ".join(parts)])


def shown(rows: Sequence[Row]) -> str:
    """One line a case and stack."""
    wrong = sum(bool(row["wrong"]) for row in rows)
    lines = [f"{row['case']:42} {row['stack']:20} {row.get('seconds', 0):6.1f} s  {cell(row)}" for row in rows]
    return "\n".join(["", *lines, "", f"{len(rows)} cases, {wrong} wrong"])


def markdown(rows: Sequence[Row]) -> str:
    """Cases down, stacks across."""
    stacks = list(dict.fromkeys(row["stack"] for row in rows))
    cases = list(dict.fromkeys(row["case"] for row in rows))
    at = {(row["case"], row["stack"]): cell(row) for row in rows}
    lines = [_line(["what goes wrong", *stacks]), _line(["---"] * (len(stacks) + 1))]
    lines += [_line([case, *(at.get((case, stack), "not run") for stack in stacks)]) for case in cases]
    return "\n".join(lines) + "\n"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(each.replace('|', '/') for each in cells)} |"
