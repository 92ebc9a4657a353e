"""A geocoder on a real socket that says whatever the test wants, and keeps what it was asked."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest


class Echo(ThreadingHTTPServer):
    status = 200
    body = b"[]"
    headers: tuple[tuple[str, str], ...] = ()

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[dict[str, Any]] = []

    def says(self, body: bytes, status: int = 200, *headers: tuple[str, str]) -> None:
        self.body, self.status, self.headers = body, status, headers


class _Handler(BaseHTTPRequestHandler):
    server: Echo

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        self.server.asked.append({"path": url.path, "agent": self.headers["User-Agent"], **query})
        self.send_response(self.server.status)
        for name, value in self.server.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def geocoder(settings: Any) -> Iterator[Echo]:
    server = Echo()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    settings.GEOCODER_URL = f"http://127.0.0.1:{server.server_port}/nominatim/"
    yield server
    server.shutdown()
    thread.join()
    server.server_close()
