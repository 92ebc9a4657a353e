"""A city in a can: answers that a test lists, given in process in place of the network."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPResponse

from reports import http

BASE = "http://canned.test/open311/v2/"
Plain = bytes | Exception | tuple[int, bytes] | tuple[int, bytes, dict[str, str]]
Reply = Plain | Callable[["Call"], Plain]


@dataclass
class Call:
    """One call that the canned city was made: what a test looks at."""

    method: str
    path: str
    fields: list[tuple[str, str]]
    headers: dict[str, str]
    body: str = ""

    @property
    def query(self) -> dict[str, str]:
        return dict(self.fields)


@dataclass
class Canned(BaseAdapter):
    """Gives `replies` one after the other, the last one for ever; with `by_path` by the end of the path. A reply that
    is a function is asked for the answer to each call."""

    replies: list[Reply] = field(default_factory=list)
    by_path: dict[str, Reply] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        url = urlsplit(request.url or "")
        body = request.body if isinstance(request.body, str) else (request.body or b"").decode(errors="replace")
        fields = parse_qsl(body or url.query, keep_blank_values=True)
        self.calls.append(Call(request.method or "", url.path, fields, dict(request.headers), body))
        reply = self._reply(url.path)
        if callable(reply):
            reply = reply(self.calls[-1])
        if isinstance(reply, Exception):
            raise reply
        status, content, *rest = (200, reply) if isinstance(reply, bytes) else reply
        headers = rest[0] if rest else {}
        raw = HTTPResponse(io.BytesIO(content), headers=headers, status=status, preload_content=False)
        return HTTPAdapter().build_response(request, raw)

    def _reply(self, path: str) -> Reply:
        for end, reply in self.by_path.items():
            if path.endswith(end):
                return reply
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    def close(self) -> None:
        """Nothing is open."""


@contextmanager
def canned(*replies: Reply, by_path: dict[str, Reply] | None = None) -> Iterator[Canned]:
    """Within the block, everything under http://canned.test/ is answered from the can."""
    city = Canned([*replies] or [(404, b"")], by_path or {})
    http.mount("http://canned.test/", city)
    try:
        yield city
    finally:
        http.unmount("http://canned.test/")
