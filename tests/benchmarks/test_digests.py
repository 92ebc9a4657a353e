"""What a digest run costs with 10,000 watch areas over a million reports: it grows with what is new, and with no more.

The exact tests (points held against shapes) and the queries are counted, and those decide; the seconds are said. The
same days with a tenth of the areas, and over a hundredth of the reports, stand beside it.
"""

import json
from typing import Any, Final

import pytest

from tests.benchmarks import databases
from tests.benchmarks.figures import PYTEST

pytestmark = pytest.mark.timeout(3600)
AREAS: Final = 10_000
NEW: Final = (0, 100, 1_000, 10_000)
TIMES_THE_NEW: Final = 2.0  # a tenfold of what is new may take so many times ten of the queries and exact tests
TESTS_OF_AN_ITEM: Final = 2.0  # exact tests for each item: some areas want other services or words
HEAD: Final = "| reports | areas | new | noticed | owed | one mail | queries | exact tests | items | digests | memory |"


@pytest.mark.parametrize("vendor", databases.vendors())
def test_a_digest_run_grows_with_what_is_new(vendor: str) -> None:
    large = _measured(vendor, 1_000_000, AREAS, NEW)
    fewer_areas = _measured(vendor, 1_000_000, AREAS // 10, NEW[:3])
    fewer_reports = _measured(vendor, 10_000, AREAS, NEW[:3])
    lines = [_line(1_000_000, AREAS, run) for run in large["runs"]]
    lines += [_line(1_000_000, AREAS // 10, run) for run in fewer_areas["runs"]]
    lines += [_line(10_000, AREAS, run) for run in fewer_reports["runs"]]
    print(f"\nA digest run ({vendor}); the areas were read in {large['index_seconds']:.1f} s")
    print("\n".join([HEAD, "|" + "---|" * (HEAD.count("|") - 1), *lines]))
    print(f"    {PYTEST} tests/benchmarks/test_digests.py -k {vendor}")
    by_new = {run["new"]: run for run in large["runs"]}
    assert by_new[0]["exact_tests"] == by_new[0]["items"] == 0
    assert by_new[0]["queries"] < AREAS / 100  # a day without news asks nothing of each area
    for less, more in ((100, 1_000), (1_000, 10_000)):
        for figure in ("queries", "exact_tests"):
            assert by_new[more][figure] <= TIMES_THE_NEW * (more / less) * max(by_new[less][figure], 1)
    # Ten times the areas find some ten times as much. What is done grows with what is found: with areas times requests
    # there would be hundreds of exact tests for each item.
    few = fewer_areas["runs"][-1]
    for run in (by_new[10_000], by_new[1_000], few):
        assert run["exact_tests"] <= TESTS_OF_AN_ITEM * run["items"]
    assert by_new[1_000]["queries"] <= TIMES_THE_NEW * by_new[1_000]["items"] / few["items"] * few["queries"]
    # Over a hundredth of the reports, of which the new ones are a copy, there is as much to do.
    assert by_new[1_000]["queries"] <= TIMES_THE_NEW * fewer_reports["runs"][-1]["queries"]


def _measured(vendor: str, reports: int, areas: int, news: tuple[int, ...]) -> Any:
    with databases.copied(databases.filled(vendor, reports)) as copy:
        return json.loads(copy.run("tests.benchmarks.digesting", str(areas), *map(str, news)))


def _line(reports: int, areas: int, run: dict[str, Any]) -> str:
    return (
        f"| {reports:,} | {areas:,} | {run['new']:,} | {run['notice']:.2f} s | {run['owe']:.2f} s "
        f"| {run['send'] * 1e3:.0f} ms | {run['queries']} | {run['exact_tests']:,} | {run['items']:,} "
        f"| {run['digests']:,} | {run['process'] / 2**20:.0f} MiB |"
    )
