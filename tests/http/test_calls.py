"""Plain calls: what goes over the wire and what comes back, against a real server on a local socket."""

import gzip
import io
from dataclasses import FrozenInstanceError

import pytest
from requests import PreparedRequest
from requests import Response as RequestsResponse
from requests.adapters import BaseAdapter

from reports import http
from tests.http.server import answer


def test_get_sends_parameters_in_order_and_identifies_itself(client, server):
    server.script = [answer(b'[{"a": 1}]', "200 OK", "Content-Type: application/json")]

    response = client.get(server.url + "x.json?a=1", (("b", "ü &"), ("c", "+")), (("X-Extra", "yes"),))

    assert (response.status, response.body) == (200, b'[{"a": 1}]')
    assert response.headers["content-TYPE"] == "application/json"
    head = server.requests[0].decode()
    assert head.startswith("GET /x.json?a=1&b=%C3%BC+%26&c=%2B HTTP/1.1\r\n")
    assert "User-Agent: test/1" in head
    assert "Accept-Encoding: gzip, identity" in head
    assert "X-Extra: yes" in head


def test_post_sends_a_form_in_its_order(client, server):
    server.script = [answer(b"{}", "201 Created")]

    response = client.post(server.url + "requests.json", (("b", "1"), ("attribute[A][]", "x"), ("attribute[A][]", "y")))

    head, _, body = server.requests[0].decode().partition("\r\n\r\n")
    assert response.status == 201
    assert body == "b=1&attribute%5BA%5D%5B%5D=x&attribute%5BA%5D%5B%5D=y"
    assert "Content-Type: application/x-www-form-urlencoded; charset=utf-8" in head


def test_post_sends_bytes_as_they_are(client, server):
    server.script = [answer()]

    client.post(server.url, b'{"a":1}', (("Content-Type", "application/json"),))

    assert server.requests[0].endswith(b'\r\n\r\n{"a":1}')
    assert b"Content-Type: application/json" in server.requests[0]


def test_post_sends_files_as_multipart_and_keeps_them_out_of_the_exchange(client, server, seen):
    server.script = [answer()]

    client.post(server.url, (("lat", "1.5"),), files=[http.Upload("media", "a.jpg", b"\xff\xd8PICTURE", "image/jpeg")])

    assert b'name="media"; filename="a.jpg"' in server.requests[0]
    assert b"\xff\xd8PICTURE" in server.requests[0]
    assert b'name="lat"' in server.requests[0]
    assert seen[0].request_body == "lat=1.5&media=a.jpg (9 bytes)"


def test_error_statuses_are_answers(client, server):
    server.script = [answer(b"no", "500 Internal Server Error")]

    assert client.get(server.url).status == 500


def test_connections_are_reused_for_reading_but_never_for_filing(client, server):
    server.script = [answer(), answer(), answer()]

    client.get(server.url)
    client.get(server.url)
    assert server.connections == 1
    client.post(server.url)
    assert server.connections == 2


def test_cookies_are_not_kept(client, server):
    server.script = [answer(b"", "200 OK", "Set-Cookie: resident=1"), answer()]

    client.get(server.url)
    client.get(server.url)

    assert b"resident" not in server.requests[1]


def test_the_machine_s_proxy_and_netrc_are_not_used(client, server, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password hidden\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    server.script = [answer()]

    assert client.get(server.url).status == 200
    assert b"Authorization" not in server.requests[0]


def test_messages_are_frozen(client, server):
    server.script = [answer()]
    with pytest.raises(FrozenInstanceError):
        client.get(server.url).status = 3


def test_gzip_is_unpacked(client, server):
    server.script = [answer(gzip.compress(b"[]"), "200 OK", "Content-Encoding: gzip")]

    assert client.get(server.url).body == b"[]"


# --- the default policy ---


def test_configure_reaches_clients_that_exist(server):
    before = http.default_policy()
    client = http.Client("city", read_timeout=7.0)
    server.script = [answer()]
    try:
        http.configure(http.Policy(user_agent="configured/1", allowed_private=("127.0.0.1",)))
        assert client.get(server.url).status == 200
        assert client.policy.read_timeout == 7.0
    finally:
        http.configure(before)
    assert b"User-Agent: configured/1" in server.requests[0]


# --- mounted adapters ---


class Canned(BaseAdapter):
    def __init__(self, problem: Exception | None = None) -> None:
        super().__init__()
        self.problem = problem

    def send(self, request: PreparedRequest, **_: object) -> RequestsResponse:
        if self.problem:
            raise self.problem
        response = RequestsResponse()
        response.status_code = 200
        response.raw = io.BytesIO(b"canned " + (request.url or "").encode())
        return response

    def close(self) -> None:
        pass


def test_an_adapter_can_be_mounted_and_unmounted():
    client = http.Client("mounted")
    http.mount("http://sandbox.test/", Canned())
    try:
        assert client.get("http://sandbox.test/a").body == b"canned http://sandbox.test/a"
    finally:
        http.unmount("http://sandbox.test/")
    with pytest.raises(http.ConnectionFailed):
        client.get("http://sandbox.test/a")
