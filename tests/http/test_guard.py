"""Addresses and URLs: what is let through and what is refused before anything is sent."""

import pytest

from reports import http
from tests.http.server import answer


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "2130706433", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "[::1]", "[::]", "[fe80::1]", "[fd00::1]",
        "[ff02::1]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "localhost",
        "[fec0::1]",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public_are_refused(host):
    client = http.Client("guarded", policy=http.Policy(connect_timeout=0.2))
    with pytest.raises((http.AddressRefused, http.ConnectionFailed)) as caught:
        client.post(f"http://{host}:9/")
    assert caught.value.sent is False
    assert isinstance(caught.value, http.AddressRefused) or "looked up" in str(caught.value)


@pytest.mark.parametrize("entry", ["127.0.0.1", "127.0.0.1:{port}", "127.0.0.0/8", "127.0.0.1/32"])
def test_what_the_policy_lists_is_let_through(server, entry):
    server.script = [answer()]
    policy = http.Policy(allowed_private=("10.0.0.0/8", "elsewhere", entry.format(port=server.port)))

    assert http.Client("city", policy=policy).get(server.url).status == 200


@pytest.mark.parametrize("entry", ["127.0.0.1:1", "localhost", "10.0.0.0/8", "not an address", ""])
def test_what_the_policy_does_not_list_is_refused(server, entry):
    with pytest.raises(http.AddressRefused):
        http.Client("city", policy=http.Policy(allowed_private=(entry,))).get(server.url)
    assert server.connections == 0


def test_a_listed_name_is_let_through_wherever_it_points(server):
    server.script = [answer()]
    policy = http.Policy(allowed_private=(f"LocalHost:{server.port}",))

    assert http.Client("city", policy=policy).get(f"http://localhost:{server.port}/").status == 200


@pytest.mark.parametrize(
    "url",
    ["", "x", "/x", "ftp://example.org/", "file:///etc/passwd", "http://", "http://user:pw@example.org/",
     "http://user@example.org/", "http://exa mple.org/", "http://example.org/\r\nX: y", "http://example.org:99999/",
     "http://[::1", "javascript:alert(1)", "http://example.org\\@127.0.0.1/", "http://exa\x00mple.org/",
     "http://" + "a" * 300 + ".org/"],
)  # fmt: skip
def test_bad_urls_are_refused(url):
    for call in (http.Client("bad").get, http.Client("bad").post):
        with pytest.raises((http.BadUrl, http.ConnectionFailed)) as caught:
            call(url)
        assert caught.value.sent is False


def test_a_header_with_a_line_break_is_refused(client, server):
    with pytest.raises(http.BadUrl):
        client.get(server.url, headers=(("X-Bad", "a\r\nInjected: b"),))
    assert server.requests == []
