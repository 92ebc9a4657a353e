"""What goes over the wire, apart from how: a request as the cities read it, and an answer with how it ends."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from enum import Enum
from typing import Any
from urllib.parse import parse_qs, quote, unquote

JSON = "application/json; charset=utf-8"
XML = "text/xml; charset=utf-8"
HTML = "text/html; charset=utf-8"

# A body longer than this is not a service request; GeoReport v2 caps the description at 4000 characters.
MAX_BODY_BYTES = 10_000_000


class Ending(Enum):
    """How the connection ends. Only WHOLE and DRIP deliver the answer."""

    WHOLE = "whole"
    DRIP = "drip"  # in ten pieces, spread over `delay`
    MIDWAY = "midway"  # half of the body, then closed
    STALLED = "stalled"  # half of the body, no more for `delay`, then closed
    HELD = "held"  # no byte for `delay`, then closed
    RESET = "reset"  # closed at once by a TCP reset


@dataclass(frozen=True)
class Answer:
    """An HTTP answer. `delay` is in seconds of real time, before the first byte (DRIP: over the body)."""

    status: int
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()
    delay: float = 0.0
    ending: Ending = Ending.WHOLE

    def header_list(self) -> list[tuple[str, str]]:
        return [("Content-Type", self.content_type), ("Content-Length", str(len(self.body))), *self.headers]


def json_answer(value: object, status: int = 200) -> Answer:
    return Answer(status, json.dumps(value, ensure_ascii=False).encode(), JSON)


@dataclass(frozen=True)
class File:
    """One uploaded file of a multipart form."""

    field: str
    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Request:
    """One request. `segments` is the path split at its slashes and then percent-decoded, so that a
    service_code with an encoded slash stays one segment. Header names are in lower case."""

    method: str
    segments: tuple[str, ...]
    query: Mapping[str, list[str]] = field(default_factory=dict)
    form: Mapping[str, list[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    origin: str = "http://sandbox.test"
    body: bytes = b""
    files: tuple[File, ...] = ()

    @property
    def path(self) -> str:
        return "/" + "/".join(self.segments)

    def arg(self, name: str) -> str:
        """The first value in the query, else in the form, stripped; "" when absent, as an empty one counts
        as absent (GeoReport v2, optional arguments)."""
        for values in (self.query.get(name), self.form.get(name)):
            if values and values[0].strip():
                return values[0].strip()
        return ""


def read_request(environ: Mapping[str, Any]) -> Request:
    """Build a Request from a WSGI environ. REQUEST_URI, where the server gives it, keeps encoded slashes apart."""
    raw_path = str(environ.get("REQUEST_URI") or quote(environ.get("PATH_INFO", "/"))).partition("?")[0]
    headers = {k[5:].replace("_", "-").lower(): str(v) for k, v in environ.items() if k.startswith("HTTP_")}
    headers["content-type"] = str(environ.get("CONTENT_TYPE", ""))
    host = headers.get("host") or f"{environ.get('SERVER_NAME')}:{environ.get('SERVER_PORT')}"
    length = max(int(environ.get("CONTENT_LENGTH") or 0), 0)
    body: bytes = environ["wsgi.input"].read(min(length, MAX_BODY_BYTES)) if length else b""
    form, files = _read_form(body, headers["content-type"])
    return Request(
        method=str(environ.get("REQUEST_METHOD", "GET")).upper(),
        segments=tuple(unquote(part) for part in raw_path.split("/") if part),
        query=_fields(str(environ.get("QUERY_STRING", ""))),
        form=form,
        headers=headers,
        origin=f"{environ.get('wsgi.url_scheme', 'http')}://{host}",
        body=body,
        files=tuple(files),
    )


def _read_form(body: bytes, content_type: str) -> tuple[dict[str, list[str]], list[File]]:
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        return _fields(body.decode("utf-8", "replace")), []
    return _read_parts(body, content_type) if kind == "multipart/form-data" else ({}, [])


def _read_parts(body: bytes, content_type: str) -> tuple[dict[str, list[str]], list[File]]:
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    form: dict[str, list[str]] = {}
    files: list[File] = []
    for part in message.iter_parts() if message.is_multipart() else ():
        name = str(part.get_param("name", "", header="content-disposition"))
        content = part.get_payload(decode=True)
        content = content if isinstance(content, bytes) else b""
        filename = part.get_filename()
        if filename:
            files.append(File(name, filename, part.get_content_type(), content))
        else:
            form.setdefault(name, []).append(content.decode("utf-8", "replace"))
    return form, files


def _fields(encoded: str) -> dict[str, list[str]]:
    return parse_qs(encoded, keep_blank_values=True, errors="replace")
