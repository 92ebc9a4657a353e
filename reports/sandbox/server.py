"""The sandbox on a real socket: HTTP/1.1 with keep-alive, one thread a connection, able to reset, cut, hold and drip.

python -m reports.sandbox.server --port 8311
"""

import argparse
import signal
import socket
import struct
import sys
from collections.abc import Sequence
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import TCPServer, ThreadingMixIn
from threading import Event, Thread
from types import FrameType, TracebackType
from typing import Self
from urllib.parse import unquote

from reports.sandbox.app import Sandbox, make_app
from reports.sandbox.mail.smtp import MailRoom
from reports.sandbox.wire import MAX_BODY_BYTES, Answer, Ending, read_request

DRIPS = 10


class SandboxServer(ThreadingMixIn, TCPServer):
    """Listens from construction on. Port 0 picks a free one. Raises OSError when the port is in use.

    As a context manager it serves in a thread of its own and stops at the end.
    """

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    mail_room: MailRoom | None = None  # started and stopped by `run`

    def __init__(self, host: str, port: int, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.stopping = Event()
        self.resets: set[socket.socket] = set()
        self.connections: set[socket.socket] = set()
        super().__init__((host, port), _Handler)

    @property
    def url(self) -> str:
        """Such as http://127.0.0.1:8311, without a slash at the end."""
        host, port = self.server_address[:2]
        return f"http://{host if isinstance(host, str) else host.decode()}:{port}"

    def start(self) -> Self:
        Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def stop(self) -> None:
        """Stop listening, let go of held connections and close the idle ones, as a process that ends would."""
        self.stopping.set()
        self.shutdown()
        self.server_close()
        for connection in list(self.connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        """Close; without the polite FIN where a reset is due."""
        if isinstance(request, socket.socket):
            self.connections.discard(request)
            if request in self.resets:
                self.resets.discard(request)
                request.close()
                return
        super().shutdown_request(request)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no error of ours; anything else is shown."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # typeshed's private alias


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "Sandbox"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 75
    server: SandboxServer

    def setup(self) -> None:
        super().setup()
        self.server.connections.add(self.connection)

    def handle_one_request(self) -> None:
        """As the standard library's, but every method comes to `_serve`, where the city decides about it."""
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or len(self.raw_requestline) > 65536:
            self.close_connection = True
            return
        if self.parse_request():
            self._serve()
            self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """Silent: /_control/log.json tells what came."""

    def _serve(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if self.headers.get("Transfer-Encoding") or not length.isdigit():
            self.close_connection = True
            self._send(Answer(411, b"Content-Length required\n"))
        elif int(length) > MAX_BODY_BYTES:
            self.close_connection = True
            self._send(Answer(413, b"Too large\n"))
        else:
            self._send(self.server.sandbox.answer(read_request(self._environ(length))))

    def _environ(self, length: str) -> dict[str, object]:
        path, _, query = self.path.partition("?")
        headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in self.headers.items()}
        return headers | {
            "REQUEST_METHOD": self.command,
            "REQUEST_URI": self.path,
            "PATH_INFO": unquote(path),
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": length,
            "SERVER_NAME": str(self.server.server_address[0]),
            "SERVER_PORT": str(self.server.server_address[1]),
            "wsgi.url_scheme": "http",
            "wsgi.input": self.rfile,
        }

    def _send(self, answer: Answer) -> None:
        if answer.ending is Ending.RESET:
            self._reset()
            return
        if answer.ending not in (Ending.DRIP, Ending.STALLED):
            self.server.stopping.wait(answer.delay)
        if answer.ending is Ending.HELD:
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.header_list():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self._send_body(answer)

    def _send_body(self, answer: Answer) -> None:
        if answer.ending in (Ending.MIDWAY, Ending.STALLED):
            self.wfile.write(answer.body[: len(answer.body) // 2])
            self.close_connection = True
            if answer.ending is Ending.STALLED:
                self.wfile.flush()
                self.server.stopping.wait(answer.delay)
        elif answer.ending is Ending.DRIP:
            size = len(answer.body) // DRIPS + 1
            for start in range(0, len(answer.body), size):
                self.wfile.write(answer.body[start : start + size])
                self.wfile.flush()
                self.server.stopping.wait(answer.delay / DRIPS)
        else:
            self.wfile.write(answer.body)

    def _reset(self) -> None:
        """Closing with a linger time of zero sends RST in place of FIN."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.server.resets.add(self.connection)


def serve(sandbox: Sandbox | None = None, *, host: str = "127.0.0.1", port: int = 0) -> SandboxServer:
    """A server that answers when this returns. Stop it with `stop()`, or use it in a `with` statement through
    SandboxServer. Raises OSError when the port is in use."""
    return SandboxServer(host, port, sandbox or make_app()).start()


def run(server: SandboxServer) -> None:
    """Serve in this thread until SIGINT or SIGTERM."""

    def leave(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, leave)
    if server.mail_room:
        server.mail_room.start()
    try:
        server.serve_forever(poll_interval=0.2)
    except KeyboardInterrupt:
        server.stopping.set()
    finally:
        signal.signal(signal.SIGTERM, before)
        if server.mail_room:
            server.mail_room.stop()
        server.server_close()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that this module and `manage.py sandbox` share."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8311, help="port to listen on; 0 picks a free one")
    parser.add_argument("--state", type=Path, help="JSON file that keeps the cities' state over a restart")
    parser.add_argument("--pace", type=float, help="seconds from filing to close of an ordinary request")
    parser.add_argument("--smtp-port", type=int, help="port for mail to the city without an API; 0 picks a free one")
    parser.add_argument(
        "--clerk-host", action="append", help="host on which that city's clerk may open links, besides this machine"
    )
    parser.add_argument("--clock", help="moment at which the clock starts, ISO 8601 with a zone")


def open_server(options: argparse.Namespace) -> SandboxServer:
    """A listening server from parsed options. Raises ValueError with a sentence when one of them cannot be used."""
    clerk_hosts = options.clerk_host or ()
    sandbox = make_app(options.state, pace=options.pace, clock=options.clock, clerk_hosts=clerk_hosts)
    try:
        server = SandboxServer(options.host, options.port, sandbox)
    except (OSError, OverflowError) as problem:
        raise ValueError(f"cannot listen on {options.host}:{options.port}: {problem}") from problem
    if options.smtp_port is not None:
        try:
            server.mail_room = MailRoom(options.host, options.smtp_port, sandbox)
        except (OSError, OverflowError) as problem:
            server.server_close()
            raise ValueError(f"cannot take mail on {options.host}:{options.smtp_port}: {problem}") from problem
    return server


def announcement(server: SandboxServer) -> str:
    """What is printed once everything listens."""
    lines = f"Sandbox: {server.url}/"
    return lines + "\nMail: {}:{}".format(*server.mail_room.address) if server.mail_room else lines


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m reports.sandbox.server", description="Fake Open311 cities.")
    add_arguments(parser)
    try:
        server = open_server(parser.parse_args(arguments))
    except ValueError as problem:
        parser.error(str(problem))
    sys.stdout.write(f"{announcement(server)}\n")
    sys.stdout.flush()
    run(server)
    return 0


if __name__ == "__main__":
    sys.exit(main())
