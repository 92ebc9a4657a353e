"""What pages cost with 1,000,000 reports, beside the same pages with 10,000: milliseconds of the server, and queries.

The databases are made once (`million.py`, some minutes) and kept in .bench/ and on PostgreSQL. Marks: a page takes at
most TIMES as long with a hundred times the reports, no more queries than before, and the map's views p95 about MAP_P95
milliseconds on a machine that does nothing else. Only the queries decide on a machine that does: BENCH_STRICT=1 lets
the others decide too.
"""

import json
import os
from typing import Any, Final

import pytest

from tests.benchmarks import databases
from tests.benchmarks.figures import PYTEST

pytestmark = pytest.mark.timeout(3600)
SMALL, LARGE = 10_000, 1_000_000
TIMES: Final = 3.0
LEAST: Final = 5.0  # milliseconds; what takes less is compared as if it took so long
MAP_P95: Final = 50.0
STRICT: Final = os.environ.get("BENCH_STRICT") == "1"
HEAD: Final = "| page | p50 | p95 | with 10,000 | times | queries | with 10,000 | marks |"


@pytest.mark.parametrize("vendor", databases.vendors())
def test_pages_with_a_million_reports(vendor: str) -> None:
    small, large = (_measured(vendor, count) for count in (SMALL, LARGE))
    lines, missed = [], []
    for name, now in large["pages"].items():
        before = small["pages"][name]
        marks = _missed(name, before, now)
        missed += [f"{name}: {mark}" for mark in marks]
        lines.append(
            f"| {name} | {now['p50']:.1f} | {now['p95']:.1f} | {before['p50']:.1f} | {_times(before, now):.1f} "
            f"| {now['queries']} | {before['queries']} | {', '.join(marks) or 'reached'} |"
        )
    index = large["index"]
    print(f"\nPages with {LARGE:,} reports, in milliseconds ({vendor})")
    print("\n".join([HEAD, "|" + "---|" * (HEAD.count("|") - 1), *lines]))
    print(
        f"columns of {index['rows']:,} reports read in {index['seconds']:.1f} s, {index['bytes'] / 2**20:.0f} MiB; "
        f"the process {index['process'] / 2**20:.0f} MiB; the database {large['size'] / 2**20:.0f} MiB\n"
        f"    {PYTEST} tests/benchmarks/test_browsing.py -k {vendor}"
    )
    assert [each for each in missed if STRICT or "queries" in each or "answers" in each] == []


def _measured(vendor: str, count: int) -> Any:
    database = databases.filled(vendor, count)
    return json.loads(database.run("tests.benchmarks.visiting")) | {"size": database.size}


def _times(before: dict[str, Any], now: dict[str, Any]) -> float:
    return float(max(now["p50"], LEAST) / max(before["p50"], LEAST))


def _missed(name: str, before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """The marks that a page does not reach, in words."""
    found = []
    if now["status"] >= 400:
        found.append(f"answers {now['status']}")
    if _times(before, now) > TIMES:
        found.append(f"more than {TIMES:.0f} times")
    if now["queries"] > before["queries"] + 2:
        found.append("more queries")
    if name.startswith("map, zoom") and now["p95"] > MAP_P95:
        found.append(f"p95 above {MAP_P95:.0f} ms")
    return found
