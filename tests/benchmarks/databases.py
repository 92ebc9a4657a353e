"""Databases full of requests, made once and kept: files in .bench/, and databases of PostgreSQL's.

A database is of its number of requests and of the sources that make it; where these change, another one is made and the
old one dropped. It is brought up to the newest migration whenever it is used.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from tests.run import POSTGRES, listens

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = Path(os.environ.get("BENCH_DIR") or ROOT / ".bench")
SOURCES: Final = ("million", "country", "vocabulary", "loading")
SERVER: Final = os.environ.get("TEST_POSTGRES_URL", POSTGRES)


@dataclass(frozen=True, slots=True)
class Database:
    """One that is filled: where it is, how many requests it has, how many bytes."""

    url: str
    count: int
    size: int

    @property
    def vendor(self) -> str:
        """What Django calls its kind."""
        return "sqlite" if self.url.startswith("sqlite") else "postgresql"

    def run(self, module: str, *arguments: str) -> str:
        """What a module prints that runs on it in a process of its own; RuntimeError with its errors where it fails."""
        return _run(self.url, "-m", module, *arguments)


def vendors() -> list[str]:
    """The kinds of database that this machine has."""
    return ["sqlite", *(["postgresql"] if listens(SERVER, 5432) else [])]


def filled(vendor: str, count: int) -> Database:
    """The database with so many requests; made where it is not there, which takes minutes for a million."""
    kind: Any = _Files if vendor == "sqlite" else _Server
    name = f"bench_{count}_{_sources()}"
    if not kind.has(name):
        kind.drop_others(f"bench_{count}_")
        making = f"making_{name}"
        url = kind.make(making)
        began = time.monotonic()
        print(f"\nMaking a {vendor} database with {count:,} requests, once ...", file=sys.stderr, flush=True)
        _run(url, "manage.py", "migrate", "--verbosity=0", "--skip-checks")
        _run(url, "-m", "tests.benchmarks.million", str(count))
        kind.rename(making, name)
        took, size = time.monotonic() - began, kind.size(name)
        print(f"... made in {took:.0f} s, {size / 2**20:.0f} MiB", file=sys.stderr, flush=True)
    else:
        _run(kind.url(name), "manage.py", "migrate", "--verbosity=0", "--skip-checks")
    return Database(kind.url(name), count, kind.size(name))


@contextmanager
def copied(database: Database) -> Iterator[Database]:
    """A copy that may be written to, and goes away at the end."""
    kind: Any = _Files if database.vendor == "sqlite" else _Server
    name = Path(urlsplit(database.url).path).stem
    copy = f"copy_{name}"
    kind.copy(name, copy)
    try:
        yield Database(kind.url(copy), database.count, database.size)
    finally:
        kind.drop(copy)


def _sources() -> str:
    texts = b"".join((Path(__file__).parent / f"{name}.py").read_bytes() for name in SOURCES)
    census = b"with the Census Bureau's bodies" if os.environ.get("CENSUS_DATA") else b""
    return hashlib.sha256(texts + census).hexdigest()[:8]


def _run(url: str, *command: str) -> str:
    environment = os.environ | {
        "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings", "DATA_DIR": str(FOLDER / "data"),
    }  # fmt: skip
    FOLDER.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} on {url} failed; its errors are above")
    return done.stdout


class _Files:
    """SQLite."""

    @staticmethod
    def url(name: str) -> str:
        return f"sqlite:///{FOLDER / name}.sqlite3"

    @staticmethod
    def has(name: str) -> bool:
        return (FOLDER / f"{name}.sqlite3").exists()

    @staticmethod
    def make(name: str) -> str:
        _Files.drop(name)
        return _Files.url(name)

    @staticmethod
    def drop(name: str) -> None:
        for path in FOLDER.glob(f"{name}.sqlite3*"):
            path.unlink()

    @staticmethod
    def drop_others(begin: str) -> None:
        for path in FOLDER.glob(f"{begin}*.sqlite3*"):
            path.unlink()

    @staticmethod
    def rename(old: str, new: str) -> None:
        (FOLDER / f"{old}.sqlite3").rename(FOLDER / f"{new}.sqlite3")

    @staticmethod
    def copy(name: str, copy: str) -> None:
        _Files.drop(copy)
        shutil.copyfile(FOLDER / f"{name}.sqlite3", FOLDER / f"{copy}.sqlite3")

    @staticmethod
    def size(name: str) -> int:
        return (FOLDER / f"{name}.sqlite3").stat().st_size


class _Server:
    """PostgreSQL, through the database that TEST_POSTGRES_URL names."""

    @staticmethod
    def url(name: str) -> str:
        return urlsplit(SERVER)._replace(path=f"/{name}").geturl()

    @staticmethod
    def _do(statement: str, *names: str) -> Any:
        with psycopg.connect(SERVER, autocommit=True) as connection:
            asked = connection.execute(sql.SQL(statement).format(*(sql.Identifier(name) for name in names)))
            return asked.fetchall() if asked.description else []

    @staticmethod
    def has(name: str) -> bool:
        return (name,) in _Server._do("SELECT datname::text FROM pg_database")

    @staticmethod
    def make(name: str) -> str:
        _Server.drop(name)
        _Server._do("CREATE DATABASE {}", name)
        return _Server.url(name)

    @staticmethod
    def drop(name: str) -> None:
        _Server._do("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    @staticmethod
    def drop_others(begin: str) -> None:
        for (name,) in _Server._do("SELECT datname::text FROM pg_database"):
            if name.startswith(begin):
                _Server.drop(name)

    @staticmethod
    def rename(old: str, new: str) -> None:
        _Server._do("ALTER DATABASE {} RENAME TO {}", old, new)

    @staticmethod
    def copy(name: str, copy: str) -> None:
        _Server.drop(copy)
        _Server._do("CREATE DATABASE {} TEMPLATE {}", copy, name)

    @staticmethod
    def size(name: str) -> int:
        with psycopg.connect(_Server.url(name)) as connection:
            row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
        return int(row[0]) if row else 0
