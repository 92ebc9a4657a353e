import smtplib
import socket
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs

import pytest

from reports.sandbox.mail import smtp
from reports.sandbox.mail.browser import make_browser
from reports.sandbox.mail.smtp import MailRoom
from reports.sandbox.server import add_arguments, announcement, open_server
from tests.sandbox.test_email_city import DAY, FORM, held, letter

TO = "311@baltimore.example"


@pytest.fixture
def mail_room(sandbox):
    room = MailRoom("127.0.0.1", 0, sandbox)
    room.start()
    yield room
    room.stop()


def send(room, raw=None, to=TO):
    with smtplib.SMTP(*room.address, timeout=5) as client:
        return client.sendmail("reports@site.example", [to], raw or letter())


def fault(sandbox, kind):
    sandbox.control._fault(_Arguments(kind=kind, city="baltimore", operation="post", count="1"))


class _Arguments:
    def __init__(self, **given):
        self.given = given

    def arg(self, name):
        return self.given.get(name, "")


def test_a_message_arrives(mail_room, sandbox):
    assert send(mail_room) == {}
    assert held(sandbox)[0]["more"]["message_id"] == "<1@site.example>"


def test_lines_that_begin_with_a_dot_and_letters_beyond_ascii(mail_room, sandbox):
    send(mail_room, letter("Description: ñ\n.\n..two\nend\n"))
    assert held(sandbox)[0]["description"] == "ñ\n.\n..two\nend"


def test_an_unknown_mailbox_is_refused(mail_room, sandbox):
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(mail_room, to="mayor@baltimore.example")
    assert held(sandbox) == []


@pytest.mark.parametrize(
    ("kind", "error", "stored"),
    [
        ("503", smtplib.SMTPConnectError, 0),
        ("429", smtplib.SMTPConnectError, 0),
        ("wrong-key", smtplib.SMTPRecipientsRefused, 0),
        ("500", smtplib.SMTPDataError, 0),
        ("hang", smtplib.SMTPServerDisconnected, 0),
        ("lost-answer", smtplib.SMTPServerDisconnected, 1),
        ("504", smtplib.SMTPServerDisconnected, 1),
        ("reset", (smtplib.SMTPServerDisconnected, ConnectionResetError), 0),
        ("malformed", smtplib.SMTPException, 1),
    ],
)
def test_faults_on_the_socket(mail_room, sandbox, kind, error, stored):
    fault(sandbox, kind)
    with pytest.raises(error):
        send(mail_room)
    assert len(held(sandbox)) == stored
    assert send(mail_room) == {}


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        (b"HELO me\r\nDATA\r\n", b"503"),
        (b"RCPT TO:<311@baltimore.example>\r\n", b"503"),
        (b"MAIL nonsense\r\n", b"501"),
        (b"MAIL FROM:<a@b>\r\nRCPT nonsense\r\n", b"501"),
        (b"VRFY x\r\n", b"502"),
        (b"\r\n", b"502"),
        (b"\xff\xfe\r\n", b"502"),
        (b"MAIL FROM:<a@b>\r\nRSET\r\nRCPT TO:<311@baltimore.example>\r\n", b"503"),
    ],
)
def test_what_is_out_of_order_or_not_known(mail_room, said, answered):
    with socket.create_connection(mail_room.address, timeout=5) as client:
        client.sendall(said + b"QUIT\r\n")
        heard = b""
        while part := client.recv(4096):
            heard += part
    *_, last, goodbye = heard.strip().split(b"\r\n")
    assert last.startswith(answered)
    assert goodbye.startswith(b"221")


def test_a_line_without_an_end_and_a_message_without_a_dot(mail_room, sandbox):
    for said in (b"A" * 10_000, b"MAIL FROM:<a@b>\r\nRCPT TO:<311@baltimore.example>\r\nDATA\r\nhalf"):
        # The far end may close it in the middle, which is its right.
        with socket.create_connection(mail_room.address, timeout=5) as client, suppress(OSError):
            client.sendall(said)
            client.shutdown(socket.SHUT_WR)
            while client.recv(4096):
                pass
    assert held(sandbox) == []
    assert send(mail_room) == {}


class _Site(BaseHTTPRequestHandler):
    """A site with one form, a cookie, and a redirect after it."""

    posts: list = []
    gets: list = []

    def do_GET(self):
        self.gets.append((time.monotonic(), self.path))
        if self.path == "/away/":
            self.send_response(302)
            self.send_header("Location", "http://evil.example/")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Set-Cookie", "csrf=abc; Path=/")
        self.end_headers()
        self.wfile.write(FORM.encode() if self.path.startswith("/reply") else b"Thank you")

    def do_POST(self):
        fields = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.posts.append((time.monotonic(), self.headers["Cookie"], fields))
        self.send_response(303)
        self.send_header("Location", "/thanks/")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def site():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    Thread(target=server.serve_forever, daemon=True).start()
    _Site.posts, _Site.gets = [], []
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_the_clerk_answers_over_the_network_and_takes_its_time(mail_room, sandbox, site, monkeypatch):
    assert smtp.READING >= 3
    monkeypatch.setattr(smtp, "READING", 0.3)
    send(mail_room, letter(link=f"{site}/reply/token/"))
    sandbox.clock.advance(DAY)
    until = time.monotonic() + 10
    while not _Site.posts and time.monotonic() < until:
        time.sleep(0.05)
    [(posted, cookie, fields)] = _Site.posts
    assert cookie == "csrf=abc"
    assert fields["status"] == ["a"]
    assert posted - _Site.gets[0][0] >= 0.3


def test_the_browser_follows_no_redirect_to_elsewhere(site, sandbox):
    browse = make_browser(sandbox.clerk.may_open)
    assert "Thank you" in browse(f"{site}/", None).html
    with pytest.raises(OSError, match=r"evil\.example"):
        browse(f"{site}/away/", None)
    with pytest.raises(OSError, match="refused"):
        browse("http://127.0.0.1:1/", None)


def test_options(tmp_path):
    from argparse import ArgumentParser

    parser = ArgumentParser()
    add_arguments(parser)
    options = parser.parse_args(["--port", "0", "--smtp-port", "0", "--clerk-host", "site.example"])
    server = open_server(options)
    try:
        host, port = server.mail_room.address
        assert announcement(server) == f"Sandbox: {server.url}/\nMail: {host}:{port}"
        assert server.sandbox.clerk.may_open("https://site.example/reply/1/")
        taken = parser.parse_args(["--port", "0", "--smtp-port", str(port)])
        with pytest.raises(ValueError, match="cannot take mail"):
            open_server(taken)
        with pytest.raises(ValueError, match="cannot take mail"):
            open_server(parser.parse_args(["--port", "0", "--smtp-port", "99999"]))
    finally:
        server.mail_room.listener.server_close()
        server.server_close()
    plain = open_server(parser.parse_args(["--port", "0"]))
    assert "Mail" not in announcement(plain)
    plain.server_close()
