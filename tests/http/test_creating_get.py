"""A GET that creates something, as GeoReport v1 files: as careful as a POST."""

import json
import logging

import pytest

from reports import http
from tests.http.server import answer, raw

PRIVATE = (("api_key", "K-9271-key"), ("customer_email", "jane@example.org"), ("phone_number", "415-555-0100"),
           ("first_name", "Josefine"), ("last_name", "Doeringer"), ("lat", "1.5"))  # fmt: skip


def test_it_uses_a_connection_of_its_own(client, server):
    server.script = [answer(), answer(), answer()]
    client.get(server.url)
    client.get(server.url, creates=True)
    assert server.connections == 2
    client.get(server.url)
    assert [request.split(b" ")[0] for request in server.requests] == [b"GET"] * 3


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_it_is_never_redirected(client, server, status):
    server.script = [answer(b"", status, "Location: /elsewhere"), answer()]
    response = client.get(server.url, creates=True)
    assert response.status == int(status[:3])
    assert len(server.requests) == 1


def test_it_is_never_repeated(client, server):
    server.script = [raw(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf", close=True), answer()]
    with pytest.raises(http.NoAnswer) as caught:
        client.get(server.url, creates=True)
    assert caught.value.sent
    assert len(server.requests) == 1


def test_its_address_and_an_answer_that_quotes_it_are_redacted(client, server, seen, caplog):
    server.script = [answer(b"jane@example.org and 415-555-0100 are no customers")]
    with caplog.at_level(logging.DEBUG):
        client.get(server.url + "create_request", PRIVATE, creates=True)
    sent = server.requests[0].decode()
    assert "customer_email=jane%40example.org&phone_number=415-555-0100" in sent
    told = json.dumps([each.as_dict() for each in seen]) + caplog.text
    assert "create_request?api_key=[removed]&customer_email=[removed]" in told
    assert "lat=1.5" in told
    for private in ("K-9271", "jane", "555-0100", "Josefine", "Doeringer"):
        assert private not in told
