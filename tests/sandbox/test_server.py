"""The socket server and the two ways to start it."""

import io
import os
import re
import signal
import socket
import threading
from contextlib import closing
from wsgiref.util import setup_testing_defaults

import pytest
import requests
from django.core.management import CommandError, call_command

from reports.sandbox.app import BrokenConnectionError
from reports.sandbox.server import main, serve
from tests.sandbox.conftest import PLAIN


def raw(url, message):
    """What comes back for the bytes of `message`, to the end of the connection."""
    host, port = url.removeprefix("http://").split(":")
    with closing(socket.create_connection((host, int(port)), timeout=2)) as connection:
        connection.sendall(message)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def _pools(session, url):
    pools = session.get_adapter(url).poolmanager.pools
    return list(map(pools.get, pools.keys()))


def test_keeps_the_connection(socket_cities):
    for _ in range(3):
        assert socket_cities.get("evanston", "services.json").ok
    [pool] = _pools(socket_cities.session, socket_cities.host)
    assert (pool.num_connections, pool.num_requests) == (1, 3)


def test_several_answers_at_once(socket_cities):
    socket_cities.control("timing", slow=2)
    socket_cities.control("fault", kind="slow", city="evanston", count=1)
    url = socket_cities.host + "/evanston/open311/v2/services.json"
    slow = threading.Thread(target=lambda: requests.get(url, timeout=9))
    slow.start()
    assert requests.get(socket_cities.host + "/_control/log.json", timeout=9).ok
    assert slow.is_alive(), "the second answer waited for the first"
    slow.join()


def test_head_has_no_body(socket_cities):
    answer = socket_cities.session.head(socket_cities.host + "/evanston/open311/v2/services.json")
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["Content-Length"]) > 1000


@pytest.mark.parametrize(
    ("message", "status"),
    [
        (b"POST /evanston/open311/v2/requests.json HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n", b"411"),
        (b"POST /evanston/open311/v2/requests.json HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", b"411"),
        (b"POST /evanston/open311/v2/requests.json HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n", b"413"),
        (b"GET / HTTP/x\r\n\r\n", b"400"),
        (b"GET /" + b"a" * 70000 + b" HTTP/1.1\r\n\r\n", b""),
    ],
)
def test_requests_that_make_no_sense(socket_cities, message, status):
    answer = raw(socket_cities.host, message)
    assert status in answer[:400]
    assert socket_cities.get("evanston", "services.json").ok


def test_drop_midway_sends_exactly_half(socket_cities):
    form = f"api_key=sandbox-key&service_code={PLAIN['evanston']}&address_id=1&description=SANDBOX-DROP-MIDWAY"
    head = f"POST /evanston/open311/v2/requests.json HTTP/1.1\r\nHost: x\r\nContent-Length: {len(form)}\r\n"
    head += "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    answer = raw(socket_cities.host, (head + form).encode())
    promised = int(re.search(rb"Content-Length: (\d+)", answer)[1])
    assert len(answer.partition(b"\r\n\r\n")[2]) == promised // 2


def test_stop_ends_idle_and_held_connections(sandbox):
    sandbox.control.set_timing(type(sandbox.timing)(slow=30, hold=30))
    server = serve(sandbox)
    with requests.Session() as session:
        assert session.get(server.url + "/evanston/open311/v2/services.json", timeout=5).ok
        session.post(server.url + "/_control/fault?kind=hang&city=evanston", timeout=5)
        failures = []

        def held():
            try:
                requests.get(server.url + "/evanston/open311/v2/services.json", timeout=20)
            except requests.ConnectionError as problem:
                failures.append(problem)

        waiting = threading.Thread(target=held)
        waiting.start()
        while not any(row["ending"] == "held" for row in list(sandbox.state.exchanges)):
            pass
        server.stop()
        waiting.join(2)
        assert len(failures) == 1
        with pytest.raises(requests.ConnectionError):
            session.get(server.url + "/evanston/open311/v2/services.json", timeout=1)


def test_the_port_is_free_again_after_stop(sandbox):
    first = serve(sandbox)
    first.stop()
    port = int(first.url.rpartition(":")[2])
    second = serve(sandbox, port=port)
    assert requests.get(second.url + "/", timeout=5).ok
    second.stop()


def test_as_plain_wsgi(sandbox):
    environ = {"PATH_INFO": "/evanston/open311/v2/services.json"}
    setup_testing_defaults(environ)
    started = []
    [body] = sandbox(environ, lambda status, headers: started.append((status, dict(headers))))
    assert started[0][0] == "200 OK"
    assert started[0][1]["Content-Length"] == str(len(body))
    environ |= {"REQUEST_METHOD": "HEAD"}
    assert list(sandbox(environ, lambda status, headers: None)) == []


def test_plain_wsgi_cannot_break_a_connection_and_says_so(sandbox):
    environ = {"PATH_INFO": "/evanston/open311/v2/services.json"}
    setup_testing_defaults(environ)
    advance = {"PATH_INFO": "/_control/fault", "QUERY_STRING": "kind=reset", "REQUEST_METHOD": "POST"}
    setup_testing_defaults(advance)
    list(sandbox(advance, lambda status, headers: None))
    with pytest.raises(BrokenConnectionError, match="reset"):
        sandbox(environ, lambda status, headers: None)


class Announced(io.StringIO):
    """A stdout that, once the address is announced, is called up there and then ends the command."""

    answers: list[int]

    def flush(self):
        found = re.search(r"Sandbox: (http://\S+)", self.getvalue())
        if found and not hasattr(self, "caller"):
            self.answers = []
            self.caller = threading.Thread(target=self.call, args=(found[1],))
            self.caller.start()

    def call(self, url):
        self.answers.append(requests.get(url, timeout=5).status_code)
        os.kill(os.getpid(), signal.SIGTERM)


def test_the_command_announces_its_address_and_ends_on_sigterm(tmp_path):
    out = Announced()
    call_command("sandbox", port=0, pace=60, state=tmp_path / "state.json", stdout=out)
    out.caller.join()
    assert out.answers == [200]
    assert '"pace": 60' in (tmp_path / "state.json").read_text()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--clock", "noon"], "not an ISO 8601 moment"),
        (["--pace", "0"], "pace"),
        (["--pace", "quick"], "invalid float"),
        (["--port", "many"], "invalid int"),
        (["--port", "99999"], "cannot listen"),
        (["--state", "/nowhere/at/all.json"], "cannot be written"),
    ],
)
def test_bad_options(options, words, capsys):
    with pytest.raises(CommandError, match=words):
        call_command("sandbox", *options)
    with pytest.raises(SystemExit) as ended:
        main(options)
    assert ended.value.code == 2
    assert words in capsys.readouterr().err


def test_a_port_in_use(socket_cities):
    port = socket_cities.host.rpartition(":")[2]
    with pytest.raises(CommandError, match=f"cannot listen on 127.0.0.1:{port}.*in use"):
        call_command("sandbox", "--port", port)
