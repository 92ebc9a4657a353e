"""The scripted server, running, and clients that may call it."""

import threading
from collections.abc import Iterator

import pytest

from reports import http
from tests.http.server import Server


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    threading.Thread(target=server.run, daemon=True).start()
    yield server
    server.sock.close()


@pytest.fixture
def seen() -> list[http.Exchange]:
    return []


@pytest.fixture
def client(server: Server, seen: list[http.Exchange]) -> http.Client:
    policy = http.Policy(user_agent="test/1", max_bytes=100_000, allowed_private=(f"127.0.0.1:{server.port}",))
    return http.Client("city", policy=policy, on_exchange=seen.append, secrets=("S3cret/key+1",))


@pytest.fixture
def hasty(server: Server, seen: list[http.Exchange]) -> http.Client:
    policy = http.Policy(read_timeout=0.15, total_timeout=0.3, allowed_private=("127.0.0.1",))
    return http.Client("city", policy=policy, on_exchange=seen.append)
