"""The proxy passes on, cuts, refuses, and takes again."""

import socket
from collections.abc import Iterator

import pytest

from reports.sandbox import make_app
from reports.sandbox.server import SandboxServer
from tests.faults.proxy import Proxy


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with SandboxServer("127.0.0.1", 0, make_app()) as server:
        proxy = Proxy("127.0.0.1", int(server.url.rpartition(":")[2]))
        yield proxy
        proxy.close()


def connected(proxy: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=5)


def asked(connection: socket.socket) -> bytes:
    connection.sendall(b"GET /_control/faults.json HTTP/1.1\r\nHost: x\r\n\r\n")
    return connection.recv(65536)


def answers(connection: socket.socket) -> bool:
    try:
        return bool(asked(connection))
    except ConnectionError:
        return False


def test_passes_on(proxy: Proxy) -> None:
    with connected(proxy) as connection:
        assert asked(connection).startswith(b"HTTP/1.1 200")


def test_cuts_what_is_connected_and_takes_the_next(proxy: Proxy) -> None:
    with connected(proxy) as connection:
        assert asked(connection)
        assert proxy.cut() == 1
        assert not answers(connection)
    with connected(proxy) as connection:
        assert asked(connection)


def test_refuses_until_it_takes_again(proxy: Proxy) -> None:
    proxy.refuse()
    with pytest.raises(ConnectionRefusedError):
        connected(proxy)
    proxy.take_again()
    with connected(proxy) as connection:
        assert asked(connection)


def test_an_absent_target_is_a_closed_connection() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        absent = Proxy("127.0.0.1", probe.getsockname()[1])
    with connected(absent) as connection:
        assert connection.recv(1) == b""
    absent.close()
