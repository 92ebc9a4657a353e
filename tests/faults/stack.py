"""Three ways to run the site: PostgreSQL and Redis, PostgreSQL and RabbitMQ, SQLite and the filesystem.

What stands between the worker and its servers is ours, so that it can be cut without harm to anybody else's.
"""

import shutil
import sqlite3
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from kombu import Connection

from tests.faults.proxy import Proxy
from tests.processes import delete_queue, free_port, queue_name
from tests.run import POSTGRES, RABBITMQ, REDIS, listens

STACKS = ("sqlite-filesystem", "postgresql-redis", "postgresql-rabbitmq")
CLOCK = "clock"  # the file that says by how many seconds the wall clock is off
AWAY = 2.0  # seconds for which a broker is away when it restarts
IMPATIENT = 1.0  # seconds that a process waits for SQLite's lock where that is what is tried; 20 in production
LOCKED = 4.0  # seconds for which it is held

# Everything in a hurry, and each longest time longer than what it has to outlast.
HURRY = {
    "DJANGO_SETTINGS_MODULE": "civic.settings",
    "SECRET_KEY": "not-a-secret: tests only",
    "EMAIL_URL": "dummymail://",
    "HTTP_ALLOWED_PRIVATE": "127.0.0.1",
    "LOG_LEVEL": "ERROR",
    "SWEEP_SECONDS": "1",
    "SYNC_SERVICES_SECONDS": "86400",
    "NEWS_SECONDS": "86400",
    "MIRROR_SECONDS": "86400",
    "HTTP_CONNECT_TIMEOUT": "1",
    "HTTP_READ_TIMEOUT": "1.2",
    "HTTP_TOTAL_TIMEOUT": "1.8",
    "SUBMISSION_LEASE": "5",
    "RETRY_FIRST": "0.3",
    "RETRY_LONGEST": "2",
    "BREAKER_FIRST": "0.5",
    "BREAKER_LONGEST": "2",
    "DELIVERY_TURN": "2",
    "RECONCILE_FIRST": "0.5",
    "RECONCILE_SETTLE": "2",
    "RECONCILE_LONGEST": "1",
    "TOKEN_FIRST": "0.3",
    "TOKEN_LONGEST": "3",
    "REFRESH_FIRST": "3600",
}


class Stack:
    """A database and a broker of this run's own, below `folder`. `close` removes them."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.folder = folder
        self.queue = queue_name()
        database, broker = name.split("-")
        self.database: Sqlite | Postgres = Sqlite(folder) if database == "sqlite" else Postgres(self.queue)
        self.broker: Folder | Server = Folder(folder) if broker == "filesystem" else Server(broker, self.queue, folder)

    def environment(self) -> dict[str, str]:
        """What a process of the site needs to run on it."""
        return HURRY | {
            "DATA_DIR": str(self.folder),
            "DATABASE_URL": self.database.url,
            "CELERY_BROKER_URL": self.broker.url,
            "CELERY_QUEUE": self.queue,
        }

    def close(self) -> None:
        self.broker.close()
        self.database.close()


class Sqlite:
    """A file."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "db.sqlite3"
        self.url = self.direct_url = f"sqlite:///{self.path}"

    def cut(self) -> None:
        """There is no connection to cut: somebody holds the lock for longer than the others have patience."""
        with sqlite3.connect(self.path, timeout=20, isolation_level=None) as holder:
            holder.execute("BEGIN EXCLUSIVE")
            time.sleep(LOCKED)
            holder.execute("ROLLBACK")
        holder.close()

    def close(self) -> None:
        """The folder goes with the run."""


class Postgres:
    """A database of its own, reached by the worker through a proxy."""

    def __init__(self, name: str) -> None:
        self.name = name.replace("-", "_")
        parts = urlsplit(POSTGRES)
        self.server = parts._replace(scheme="postgresql", path="/postgres").geturl()
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{self.name}"')
        self.proxy = Proxy(parts.hostname or "127.0.0.1", parts.port or 5432)
        user = f"{parts.username}:{parts.password}" if parts.password else parts.username or "postgres"
        self.direct_url = parts._replace(scheme="postgres", path=f"/{self.name}").geturl()
        self.url = f"postgres://{user}@127.0.0.1:{self.proxy.port}/{self.name}"

    def cut(self) -> None:
        """All connections broken, and none taken for a second."""
        self.proxy.refuse()
        time.sleep(1)
        self.proxy.take_again()

    def close(self) -> None:
        self.proxy.close()
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')


class Folder:
    """The filesystem broker: a folder, which can go away as a network share does."""

    url = "filesystem://"

    def __init__(self, folder: Path) -> None:
        self.path = folder / "broker"

    def restart(self) -> None:
        away = self.path.with_name("broker-away")
        self.path.rename(away)
        time.sleep(AWAY)
        shutil.rmtree(self.path, ignore_errors=True)  # what was made in its place meanwhile
        away.rename(self.path)

    def wipe(self) -> int:
        """Delete every message; returns how many."""
        count = 0
        for message in (self.path / "queue").glob("*.msg"):
            with suppress(FileNotFoundError):
                message.unlink()
                count += 1
        return count

    def close(self) -> None:
        """The folder goes with the run."""


class Server:
    """Redis or RabbitMQ behind a proxy. Redis is a process of our own where this machine has the program."""

    def __init__(self, kind: str, queue: str, folder: Path) -> None:
        self.kind, self.queue, self.folder = kind, queue, folder
        self.process: subprocess.Popen[bytes] | None = None
        given = REDIS if kind == "redis" else RABBITMQ
        self.own = kind == "redis" and shutil.which("redis-server") is not None
        if self.own:
            self.port = free_port()
            given = f"redis://127.0.0.1:{self.port}/0"
            self._start()
        parts = urlsplit(given)
        self.direct_url = given
        self.proxy = Proxy(parts.hostname or "127.0.0.1", parts.port or {"redis": 6379}.get(kind, 5672))
        netloc = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
        self.url = parts._replace(netloc=f"{netloc}127.0.0.1:{self.proxy.port}").geturl()

    def restart(self) -> None:
        """Away, then there again: our own Redis with nothing left in it, any other with every connection cut."""
        self.proxy.refuse()
        if self.own:
            self._stop()
        time.sleep(AWAY)
        if self.own:
            self._start()
        self.proxy.take_again()

    def wipe(self) -> int:
        """Delete what waits in the queue, and in a Redis of our own all else; returns how many messages."""
        with Connection(self.direct_url) as connection:
            channel = connection.default_channel
            if self.own:
                count = channel.client.llen(self.queue)
                channel.client.flushall()
                return int(count)
            return int(channel.queue_purge(self.queue) or 0)

    def close(self) -> None:
        self.proxy.close()
        if self.own:
            self._stop()
        else:
            delete_queue(self.direct_url, self.queue)

    def _start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        with (self.folder / "redis.log").open("ab") as log:
            self.process = subprocess.Popen([*command, "--dir", str(self.folder)], stdout=log, stderr=log)
        for _try in range(200):
            if listens(f"redis://127.0.0.1:{self.port}/0", self.port):
                return
            time.sleep(0.05)
        raise RuntimeError("our own redis-server did not start")

    def _stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
