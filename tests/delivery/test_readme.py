"""What README.md says is certain of a lost answer, dialect by dialect, is what the dialects do."""

import re
from pathlib import Path

import pytest

from reports.delivery import reconcile
from reports.dialects import registry
from reports.dialects.options import declared

README = Path(reconcile.__file__).with_name("README.md").read_text()
ROWS = {
    cells[0].strip("`"): cells[1:]
    for line in README.splitlines()
    if line.startswith("| `")
    and len(cells := [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]) == 5
}


def test_there_is_a_row_for_each_dialect_and_for_nothing_else() -> None:
    assert set(ROWS) == set(registry.TABLE)


@pytest.mark.parametrize("key", registry.TABLE)
def test_a_row_says_what_the_dialect_does(key: str) -> None:
    searched, known_by, certain, then = ROWS[key]
    dialect = registry.get(key)
    unset = {option.name: option.default for option in declared(dialect.options_class)}
    whole = bool(unset.get("lists_at_once")) and unset.get("list_is_whole", True)
    assert (searched != "no") is dialect.searchable
    assert bool(known_by) is dialect.searchable
    assert certain == ("yes" if dialect.searchable and whole else "no")
    assert ("sent again" in then) is (certain == "yes")
    assert ("adopted" in then) is dialect.searchable
    assert ("cannot be" in then) is (not dialect.files)
    assert ("volunteers" in then) is dialect.files


def test_the_place_for_the_fault_matrix_is_there() -> None:
    assert README.count("\n## Fault matrix\n") == 1
