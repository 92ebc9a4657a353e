"""`make bench`: every figure with SQLite, and those of delivery and growth with PostgreSQL too, where there is one.

Pages and digests with a million reports (`test_browsing.py`, `test_digests.py`) go to both by themselves, to databases
that are made once and kept: in BENCH_DIR, or .bench. CENSUS_DATA names a folder with the Census Bureau's places and
counties (us-places.geojson.gz, us-counties.geojson.gz), for as many bodies as a country has; without it those of the
demo do.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.run import POSTGRES, listens

FOLDER: Final = "tests/benchmarks"
ON_POSTGRES: Final = [f"{FOLDER}/test_{name}.py" for name in ("delivery", "growth", "refresh")]


def main() -> int:
    """Run them one after the other: each wants the machine to itself. The first failure decides."""
    worst = 0
    if listens(POSTGRES, 5432):
        worst = _pytest(ON_POSTGRES, os.environ | {"DATABASE_URL": POSTGRES})
    else:
        print("No PostgreSQL on this machine, so not measured with it.", file=sys.stderr)
    without = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return _pytest([FOLDER], without) or worst


def _pytest(paths: list[str], environment: dict[str, str]) -> int:
    options = ["-o", "norecursedirs=.*", "-p", "no:randomly", "-s", "-q", *sys.argv[1:]]
    command = [sys.executable, "-m", "pytest", *paths, *options]
    return subprocess.run(command, env=environment, check=False, cwd=Path(__file__).parents[2]).returncode


if __name__ == "__main__":
    sys.exit(main())
