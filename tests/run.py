"""`make test`: the suite on every database, broker and browser that this machine has.

On PostgreSQL only what uses a database runs: the rest cannot differ. Workers run as most people will: over files beside
SQLite, over Redis and RabbitMQ beside PostgreSQL. TEST_EVERYTHING=1 adds the pages on PostgreSQL, every broker with
both databases, browsers in hardship, and variants of what is always played. With CI=true an absent service is a
failure, else it is said and passed over. Pytest's own summary line comes last.
"""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres")
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
RABBITMQ = os.environ.get("TEST_RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672//")
EVERYTHING = os.environ.get("TEST_EVERYTHING") == "1"
# What asks no database anything cannot differ on another one, and runs once, with SQLite. Pages differ hardly, and are
# opened on PostgreSQL only on demand: with them a machine of two cores takes longer than a quarter of an hour.
WITHOUT_DATABASE = ("tests/dialects", "tests/http", "tests/sandbox")
PAGES = ("tests/views", "tests/forms", "tests/admin")
CHROMIUM = os.environ.get("TEST_CHROMIUM", "/usr/bin/chromium")


def main() -> int:
    """Run what uses a database on PostgreSQL where there is one, then all on SQLite; the first failure decides."""
    there = {
        "PostgreSQL": listens(POSTGRES, 5432),
        "Redis": listens(REDIS, 6379),
        "RabbitMQ": listens(RABBITMQ, 5672),
        "Chromium": shutil.which(CHROMIUM) is not None,
    }
    absent = [name for name, found in there.items() if not found]
    if absent and os.environ.get("CI") == "true":
        print(f"CI=true, and not here: {', '.join(absent)}.", file=sys.stderr)
        return 1
    if absent:
        print(f"Not on this machine, so not tested with: {', '.join(absent)}.", file=sys.stderr, flush=True)
    environment = os.environ | {
        "TEST_REDIS_URL": REDIS if there["Redis"] else "",
        "TEST_RABBITMQ_URL": RABBITMQ if there["RabbitMQ"] else "",
        "TEST_CHROMIUM": CHROMIUM if there["Chromium"] else "",
    }
    worst = 0
    if there["PostgreSQL"]:
        if not EVERYTHING:
            environment["TEST_BROKERS"] = "redis,rabbitmq"
        without = [f"--ignore={folder}" for folder in WITHOUT_DATABASE + (() if EVERYTHING else PAGES)]
        worst = _pytest("PostgreSQL", environment | {"DATABASE_URL": POSTGRES}, *without, marks="not browser")
        if not EVERYTHING:
            environment["TEST_BROKERS"] = "filesystem"
    return _pytest("SQLite", {name: value for name, value in environment.items() if name != "DATABASE_URL"}) or worst


def _pytest(database: str, environment: dict[str, str], *options: str, marks: str = "") -> int:
    arguments = sys.argv[1:]
    # One worker more than processors: tests of real workers, brokers and cities spend most of their time waiting.
    spread = ["-n", str((os.cpu_count() or 1) + 1), "--dist", "loadgroup"]
    if any(argument.startswith(("-n", "-p")) for argument in arguments):
        spread = []
    print(f"\nThe suite on {database}", flush=True)
    wanted = " and ".join(filter(None, (marks, "" if EVERYTHING else "not hardship and not variant")))
    command = [sys.executable, "-m", "pytest", "-q", *spread, *options, *(["-m", wanted] if wanted else []), *arguments]
    return subprocess.run(command, env=environment, check=False, cwd=Path(__file__).parent.parent).returncode


def listens(url: str, port: int) -> bool:
    """Whether somebody listens where the URL says; `port` where it names none."""
    parts = urlsplit(url)
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((parts.hostname or "127.0.0.1", parts.port or port)) == 0


if __name__ == "__main__":
    sys.exit(main())
