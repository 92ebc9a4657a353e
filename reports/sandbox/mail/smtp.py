"""The mailboxes on a real socket: enough of SMTP (RFC 5321) for one sender, and the clerk who answers by the links.

Written out here, in a hundred lines, because the fake has to misbehave: it cuts, resets and holds connections where a
proper server will not. The library for the proper kind, aiosmtpd, would also come to every production install.
"""

import socket
import struct
from contextlib import suppress
from re import IGNORECASE
from re import compile as pattern
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Event, Thread

from reports.sandbox.app import Sandbox
from reports.sandbox.faults import Fault
from reports.sandbox.mail.browser import make_browser
from reports.sandbox.mail.city import ADDRESSES, AT_GREETING, EmailCity
from reports.sandbox.wire import MAX_BODY_BYTES, Answer, Ending

MAX_LINE = 4096  # RFC 5321 asks for 1000 at least
MAX_COMMANDS = 200  # of one connection
CLERK_EVERY = 1.0  # seconds between two rounds
READING = 4.0  # seconds that a person takes over a form; forms refuse what comes back sooner than 3
_PATH = pattern(r"(?:FROM|TO):\s*<([^<>]*)>", IGNORECASE)


class MailRoom:
    """The SMTP listener and the clerk, each in a thread. Listens from construction on; port 0 picks a free one. Raises
    OSError when the port is in use, OverflowError when it is none."""

    def __init__(self, host: str, port: int, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.stopping = Event()
        self.listener = _Listener((host, port), sandbox, self.stopping)

    @property
    def address(self) -> tuple[str, int]:
        host, port = self.listener.server_address[:2]
        return str(host), int(port)

    def start(self) -> None:
        for task in (lambda: self.listener.serve_forever(poll_interval=0.05), self._answer_letters):
            Thread(target=task, daemon=True).start()

    def stop(self) -> None:
        self.stopping.set()
        self.listener.shutdown()
        self.listener.server_close()

    def _answer_letters(self) -> None:
        clerk = self.sandbox.clerk
        while not self.stopping.wait(CLERK_EVERY):
            clerk.work(make_browser(clerk.may_open), lambda: self.stopping.wait(READING))


class _Listener(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], sandbox: Sandbox, stopping: Event) -> None:
        self.sandbox = sandbox
        self.stopping = stopping
        super().__init__(address, _Conversation)

    def handle_error(self, request: object, client_address: object) -> None:
        """A sender that went away is no error of ours."""


class _Conversation(StreamRequestHandler):
    timeout = 60
    server: _Listener

    def handle(self) -> None:
        self.mailbox: EmailCity = self.server.sandbox.mailboxes[0]
        self.fault: Fault | None = self.mailbox.take_fault()
        self.recipients: list[str] = []
        self.sender: str | None = None
        if self.fault and self.fault.kind in AT_GREETING:
            self._say("421 4.3.2 sandbox: come back later")
            return
        if self.fault and self.fault.kind == "hang":
            self.server.stopping.wait(self.mailbox.timing.hold)
            return
        self._say("220 sandbox ESMTP")
        for _ in range(MAX_COMMANDS):
            line = self.rfile.readline(MAX_LINE)
            if not line.endswith(b"\n") or not self._command(line.decode("utf-8", "replace").strip()):
                return

    def _command(self, line: str) -> bool:
        """Answer one command; false at the end of the conversation."""
        verb, _, rest = line.partition(" ")
        match verb.upper():
            case "EHLO":
                self._say("250-sandbox", f"250-SIZE {MAX_BODY_BYTES}", "250-8BITMIME", "250 SMTPUTF8")
            case "HELO" | "NOOP":
                self._say("250 sandbox")
            case "RSET":
                self.sender, self.recipients = None, []
                self._say("250 2.0.0 Forgotten")
            case "MAIL":
                self._mail(rest)
            case "RCPT":
                self._recipient(rest)
            case "DATA":
                return self._data()
            case "QUIT":
                self._say("221 2.0.0 Goodbye")
                return False
            case _:
                self._say("502 5.5.1 Not known here")
        return True

    def _mail(self, rest: str) -> None:
        found = _PATH.match(rest)
        if found is None:
            self._say("501 5.5.4 Write MAIL FROM:<address>")
            return
        self.sender, self.recipients = found[1], []
        self._say("250 2.1.0 Good")

    def _recipient(self, rest: str) -> None:
        found = _PATH.match(rest)
        if self.sender is None:
            self._say("503 5.5.1 MAIL first")
        elif found is None:
            self._say("501 5.5.4 Write RCPT TO:<address>")
        elif self.fault and self.fault.kind == "wrong-key":
            self._say("550 5.7.1 Not allowed to send here")
        elif found[1].lower() not in ADDRESSES:
            self._say("550 5.1.1 No such mailbox")
        else:
            self.recipients.append(found[1].lower())
            self._say("250 2.1.5 Good")

    def _data(self) -> bool:
        if not self.recipients:
            self._say("503 5.5.1 RCPT first")
            return True
        self._say("354 Go on, end with a dot")
        raw = self._message()
        if raw is None:
            self._say("552 5.3.4 Too large")
            return False
        self.sender, self.recipients = None, []
        return self._end(self.mailbox.receive(raw, self.fault))

    def _message(self) -> bytes | None:
        """Up to the lone dot, without the dots that were put in front of others; None for too much, or an end that
        never came."""
        lines: list[bytes] = []
        size = 0
        while True:
            line = self.rfile.readline(MAX_BODY_BYTES)
            if line in (b".\r\n", b".\n"):
                return b"".join(lines)
            size += len(line)
            if not line or size > MAX_BODY_BYTES:
                return None
            lines.append(line.removeprefix(b"."))

    def _end(self, answer: Answer) -> bool:
        if answer.ending is Ending.RESET:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            return False
        self.server.stopping.wait(answer.delay)
        if answer.ending in (Ending.HELD, Ending.MIDWAY):
            return False
        words = answer.body.decode()
        self._say(f"{answer.status} {words}" if answer.status else words)
        return answer.status != 0

    def _say(self, *lines: str) -> None:
        with suppress(ConnectionError):
            self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())
