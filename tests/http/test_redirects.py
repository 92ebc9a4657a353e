"""Redirects: which are followed, how far, and what goes along."""

import pytest

from reports import http
from tests.http.server import answer, raw


def test_get_follows_redirects(client, server, seen):
    server.script = [answer(b"", "302 Found", "Location: /there?x=1"), answer(b"here")]

    response = client.get(server.url + "a", headers=(("Authorization", "Bearer k"),))

    assert (response.body, response.url) == (b"here", server.url + "there?x=1")
    assert b"Authorization: Bearer k" in server.requests[1]
    assert [exchange.status for exchange in seen] == [302, 200]


def test_get_follows_three_redirects_and_returns_the_fourth(client, server):
    server.script = [answer(b"", "301 Moved Permanently", f"Location: /{hop}") for hop in range(4)]

    assert client.get(server.url).status == 301
    assert len(server.requests) == 4


def test_a_redirect_to_a_private_address_is_refused(client, server):
    server.script = [answer(b"", "302 Found", "Location: http://127.0.0.1:1/admin")]

    with pytest.raises(http.AddressRefused):
        client.get(server.url)


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "http://a:b@127.0.0.1/", "mailto:a@b.org"]
)
def test_a_redirect_to_a_bad_url_is_refused(client, server, target):
    server.script = [answer(b"", "302 Found", f"Location: {target}")]

    with pytest.raises(http.BadUrl):
        client.get(server.url)


def test_headers_stay_behind_when_another_host_takes_over(client, server):
    other = f"http://localhost:{server.port}/"
    policy = http.Policy(allowed_private=("127.0.0.1/32", "::1"))
    server.script = [answer(b"", "302 Found", f"Location: {other}"), answer(b"")]

    http.Client("city", policy=policy).get(server.url, headers=(("Authorization", "Bearer k"), ("X-Api-Key", "k")))

    assert b"Authorization" not in server.requests[1]
    assert b"X-Api-Key" not in server.requests[1]


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_post_is_never_redirected(client, server, status):
    server.script = [answer(b"", status, "Location: /again"), answer()]

    assert client.post(server.url).status == int(status[:3])
    assert len(server.requests) == 1


def test_redirects_share_one_total_time(hasty, server):
    hop = raw(b"HTTP/1.1 302 Found\r\n", b"Location: /on\r\nContent-Length: 0\r\n\r\n", pause=0.12)
    server.script = [hop, hop, hop, answer(b"late")]

    with pytest.raises(http.HttpError):
        hasty.get(server.url)

    assert len(server.requests) < 4
