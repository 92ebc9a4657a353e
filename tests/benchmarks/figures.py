"""How a figure is said: one line with its ratio, its mark, what it was measured on, and how to measure it again."""

from typing import Final

PYTEST: Final = ".venv/bin/python -m pytest -o 'norecursedirs=.*' -p no:randomly -s -q"


def say(name: str, ratio: float, mark: str, facts: str, file: str, test: str, database: str = "") -> None:
    """Print one figure. `mark` is what it must reach in words, `file` and `test` are where it is measured, `database`
    is the kind of database where that makes a difference."""
    before = "DATABASE_URL=postgres://... " if database == "postgresql" else ""
    print(
        f"\n{name}{f' ({database})' if database else ''}: {ratio:.2f} ({mark}); {facts}\n"
        f"    {before}{PYTEST} tests/benchmarks/{file} -k {test}"
    )
