"""The short form of the fault matrix: a handful of cases on the stacks of this run's database. `make faults` plays all.

The harness is a process of its own, with a database, a queue and cities of its own.
"""

import os
import subprocess
import sys

import pytest
from django.db import connection

from tests.faults.stack import STACKS
from tests.processes import ROOT

pytestmark = [pytest.mark.faults, pytest.mark.broker, pytest.mark.slow, pytest.mark.xdist_group("brokers")]
NEEDED = {"redis": "TEST_REDIS_URL", "rabbitmq": "TEST_RABBITMQ_URL"}


def played(*arguments: str) -> subprocess.CompletedProcess[str]:
    kept = ("PATH", "HOME", "LANG", "TMPDIR", *NEEDED.values())
    environment = {name: os.environ[name] for name in kept if os.environ.get(name)}
    if connection.vendor == "postgresql":
        environment["TEST_POSTGRES_URL"] = os.environ["DATABASE_URL"]  # its server; the database is another one
    command = [sys.executable, "-m", "tests.faults", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280, check=False)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("stack", STACKS)
def test_nothing_is_lost_and_nothing_sent_twice(stack: str) -> None:
    database, broker = stack.split("-")
    if database != connection.vendor:
        pytest.skip(f"played when the suite runs on {database}")
    if broker in NEEDED and not os.environ.get(NEEDED[broker]):
        pytest.skip(f"no {broker} here (make test says where it looked)")
    result = played("--stack", stack, "--requests", "20", "--short")
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr[-3000:]
    assert f"{stack} " in result.stdout


def test_a_case_that_nobody_knows_is_a_failure() -> None:
    result = played("--stack", "sqlite-filesystem", "--case", "no such case")
    assert result.returncode == 1
    assert "it did not come to the end" in result.stdout
