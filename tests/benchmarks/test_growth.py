"""Whether what a claim, the sweep and a look cost grows with the open requests: 1,000, 10,000 and 100,000 of them,
and a tenth as many that wait to be sent.

On PostgreSQL the rows that each statement reads are taken from `EXPLAIN (ANALYZE)`; on SQLite the plan has to name an
index for every table. On both the memory of a process that looks at two hundred requests and delivers one is taken, and
the time of the sweep's questions.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from reports import clock, tasks
from reports.delivery import drain, outbox, refresh
from reports.models import Endpoint, Submission, SubmissionState, Traffic
from reports.sandbox import Sandbox
from tests.benchmarks.figures import say
from tests.benchmarks.rows import CITY, make_open
from tests.benchmarks.running import PAGE, ROOT
from tests.cities import file_report, make_city
from tests.processes import database_url

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]
SIZES = (1_000, 10_000, 100_000)
DUE = 200  # of the open requests are due
FLAT = 1.5
MOST_ROWS = 5.0  # read for each row that a statement gives
MEASURED = """
import django; django.setup()
from reports import clock
from reports.delivery import gate, outbox, refresh
from reports.models import Endpoint
endpoint = Endpoint.objects.get(pk={endpoint})
taken = outbox.take_look(refresh.followed(endpoint), {due})
claimed = outbox.claim_next({endpoint})
assert len(taken) == {due} and claimed is not None, (len(taken), claimed)
print(int(open("/proc/self/statm").read().split()[1]))
"""


def _rows_read(statement: str) -> int:
    """Rows that the plan's scans of tables and indexes gave or threw away."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}")
        found = cursor.fetchone()[0]
    plan = json.loads(found) if isinstance(found, str) else found
    return _scanned(plan[0]["Plan"])


def _scanned(node: dict[str, Any]) -> int:
    inner = sum(map(_scanned, node.get("Plans", ())))
    if "Scan" not in node["Node Type"]:
        return inner
    thrown = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return inner + int((node["Actual Rows"] + thrown) * node["Actual Loops"])


def _whole_tables(statement: str) -> list[str]:
    """The large tables that SQLite would read from end to end."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
        lines = [str(row[3]) for row in cursor.fetchall()]
    return [line for line in lines if line.startswith("SCAN reports_submission")]


def _selects(work: Callable[[], object]) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        work()
    return [
        each["sql"] for each in captured if each["sql"].startswith("SELECT") and "reports_submission" in each["sql"]
    ]


def _memory(endpoint: Endpoint) -> int:
    """Bytes in a process of its own that has looked and claimed."""
    code = MEASURED.format(endpoint=endpoint.pk, due=DUE)
    environment = os.environ | {"DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "tests.settings"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return int(done.stdout.split()[-1]) * PAGE


def _milliseconds(work: Callable[[], object]) -> float:
    spans = []
    for _each in range(9):
        start = time.perf_counter()
        work()
        spans.append((time.perf_counter() - start) * 1e3)
    return statistics.median(spans)


def _due(endpoint: Endpoint) -> QuerySet[Submission]:
    return refresh.followed(endpoint)


def _read_per_row(statements: list[str], rows: int) -> float:
    if connection.vendor != "postgresql":
        assert [line for each in statements for line in _whole_tables(each)] == []
        return 0.0
    return sum(map(_rows_read, statements)) / rows


def test_what_is_read_and_held_does_not_grow(sandbox: Sandbox) -> None:
    endpoint = make_city(sandbox, CITY)
    there, read, memory, sweep = 0, {}, {}, {}
    for size in SIZES:
        make_open(endpoint, [f"EVN-{each}" for each in range(there, size)], clock.now() + timedelta(days=1))
        waiting = [f"waiting {each}" for each in range(there // 10, size // 10)]
        make_open(endpoint, waiting, clock.now() - timedelta(minutes=2), SubmissionState.PENDING)
        there = size
        later = Submission.objects.filter(endpoint=endpoint, state=SubmissionState.DELIVERED)
        some = list(later.order_by("-pk").values_list("pk", flat=True)[:DUE])
        now = clock.now()
        later.filter(due_at__lte=now).update(due_at=now + timedelta(days=1))
        Submission.objects.filter(pk__in=some).update(due_at=now - timedelta(minutes=1))
        Submission.objects.filter(state="sending").update(state="cancelled")
        Traffic.objects.all().delete()
        for _each in range(3):
            file_report(endpoint)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
        sweep[size] = _milliseconds(
            lambda: (tasks._owed(SubmissionState.DELIVERED, clock.now()), drain.waiting_endpoints(clock.now()))
        )
        memory[size] = _memory(endpoint)
        Traffic.objects.all().delete()
        Submission.objects.filter(pk__in=some).update(due_at=now - timedelta(minutes=1))
        claim = _selects(lambda: outbox.claim_next(endpoint.pk))
        swept = _selects(
            lambda: (tasks._owed(SubmissionState.DELIVERED, clock.now()), drain.waiting_endpoints(clock.now()))
        )
        look = [str(_explainable(_due(endpoint)))]
        read[size] = (_read_per_row(claim, 1), _read_per_row(swept, 2), _read_per_row(look, DUE))
    small, large = SIZES[0], SIZES[-1]
    grown = memory[large] / memory[small]
    times = sweep[large] / sweep[small]
    rows = "; ".join(f"{size}: {a:.0f}, {b:.0f}, {c:.1f}" for size, (a, b, c) in read.items())
    file, test = "test_growth.py", "does_not_grow"
    vendor = connection.vendor
    held = ", ".join(f"{size}: {each / 2**20:.0f} MiB" for size, each in memory.items())
    spans = ", ".join(f"{size}: {each:.1f} ms" for size, each in sweep.items())
    of_memory = "growth: memory of a process, 100,000 open requests beside 1,000"
    say(of_memory, grown, f"at most {FLAT}", held, file, test, vendor)
    say("growth: time of the sweep's questions, the same", times, "said only", spans, file, test, vendor)
    if connection.vendor == "postgresql":
        most = max(max(each) for each in read.values())
        ratio = max(after / max(before, 1) for before, after in zip(read[small], read[large], strict=True))
        of_rows = "growth: rows read for each row that a claim, the sweep and a look give"
        say(of_rows, ratio, f"at most {FLAT}", rows, file, test, vendor)
        assert ratio <= FLAT
        assert most <= MOST_ROWS * 4
    assert grown <= FLAT


def _explainable(rows: QuerySet[Submission]) -> str:
    """The statement with which a look takes its rows, with its values in it."""
    due = rows.filter(due_at__lte=clock.now()).order_by("due_at").values_list("pk", flat=True)[:DUE]
    with CaptureQueriesContext(connection) as captured:
        list(due)
    return str(captured[0]["sql"])
