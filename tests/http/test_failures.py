"""What went wrong, and whether the request had left; against a real server on a local socket."""

import gzip
import socket
import time

import pytest

from reports import http
from tests.http.server import answer, raw


def test_a_refused_connection_was_not_sent():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    client = http.Client("closed", policy=http.Policy(allowed_private=("127.0.0.1",)))
    with pytest.raises(http.ConnectionFailed) as caught:
        client.post(f"http://127.0.0.1:{port}/")
    assert caught.value.sent is False


def test_an_unknown_name_was_not_sent(client):
    with pytest.raises(http.ConnectionFailed) as caught:
        client.get("http://no-such-host.invalid/")
    assert caught.value.sent is False


def test_a_connect_time_out_was_not_sent():
    # A full backlog: the first connection waits there unaccepted, further ones are not answered.
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        address = deaf.getsockname()
        waiting = [socket.socket() for _ in range(3)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(address)
        policy = http.Policy(connect_timeout=0.1, allowed_private=("127.0.0.1",))
        started = time.monotonic()
        with pytest.raises(http.ConnectionFailed):
            http.Client("deaf", policy=policy).post(f"http://127.0.0.1:{address[1]}/")
        assert time.monotonic() - started < 2
        for each in waiting:
            each.close()


def test_a_server_without_tls_was_not_sent(client, server):
    with pytest.raises(http.ConnectionFailed) as caught:
        client.post(server.url.replace("http:", "https:"), (("a", "b"),))
    assert caught.value.sent is False


@pytest.mark.parametrize(
    "handler",
    [
        raw(b"", pause=0.25),
        raw(close=True),
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", close=True),
        raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf", close=True),
        raw(b"this is not HTTP\r\n\r\n", close=True),
        answer(b"not gzip", "200 OK", "Content-Encoding: gzip"),
    ],
    ids=["silence", "closed", "cut in the body", "cut chunk", "not HTTP", "broken gzip"],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_what_breaks_after_leaving_was_sent(hasty, server, seen, handler, method):
    server.script = [handler]

    with pytest.raises(http.NoAnswer) as caught:
        getattr(hasty, method)(server.url)

    assert caught.value.sent is True
    assert seen[0].error.startswith("NoAnswer")
    assert len(server.requests) == 1, "nothing is repeated"


def test_a_kept_connection_that_the_server_closed_counts_as_sent(client, server):
    server.script = [answer(), raw(close=True)]
    client.get(server.url)

    with pytest.raises(http.NoAnswer) as caught:
        client.get(server.url)
    assert caught.value.sent is True


@pytest.mark.parametrize(
    "parts",
    [
        [b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", *[b"x"] * 100],
        [b"HTTP/1.1 200 OK\r\n", *[b"X-Drip: 1\r\n"] * 100],
    ],
    ids=["body", "headers"],
)
def test_a_drip_ends_at_the_total_time_out(hasty, server, parts):
    server.script = [raw(*parts, pause=0.05)]
    started = time.monotonic()

    with pytest.raises(http.TooSlow) as caught:
        hasty.get(server.url)

    assert time.monotonic() - started < 4, "the whole drip takes five seconds"
    assert caught.value.sent is True


def test_a_large_body_is_cut_off(client, server):
    server.script = [answer(b"x" * 100_000), answer(b"x" * 100_001)]

    assert len(client.get(server.url).body) == 100_000
    with pytest.raises(http.BodyTooLarge) as caught:
        client.get(server.url)
    assert caught.value.sent is True


def test_an_endless_body_is_cut_off(client, server):
    server.script = [raw(b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * 50_000] * 5)]

    with pytest.raises(http.BodyTooLarge):
        client.get(server.url)


def test_the_unpacked_size_counts(client, server):
    bomb = gzip.compress(b"0" * 5_000_000)
    assert len(bomb) < 10_000
    server.script = [answer(bomb, "200 OK", "Content-Encoding: gzip")]

    with pytest.raises(http.BodyTooLarge):
        client.get(server.url)
