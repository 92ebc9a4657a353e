"""The sandbox in process, for `requests`: no socket, and the same exceptions as one would give."""

from collections.abc import Mapping
from io import BytesIO
from time import sleep
from urllib.parse import unquote, urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3.response import HTTPResponse

from reports.sandbox.app import Sandbox
from reports.sandbox.wire import Answer, Ending, read_request

Timeout = float | tuple[float | None, float | None] | None


class SandboxAdapter(BaseAdapter):
    """Mount it on a session: `session.mount("http://sandbox.test", SandboxAdapter(app))`. Any host will do.

    A held connection is a ReadTimeout at once, and so is a delay beyond the caller's read time-out; a shorter
    delay is slept. A reset is a ConnectionError; a cut body is a ChunkedEncodingError when it is read.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__()
        self.sandbox = sandbox

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Timeout = None,
        verify: bool | str = True,
        cert: object = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        answer = self.sandbox.answer(read_request(_environ(request)))
        if answer.ending is Ending.RESET:
            reset = ConnectionResetError(104, "Connection reset by peer")
            raise requests.ConnectionError(("Connection aborted.", reset), request=request)
        limit = timeout[1] if isinstance(timeout, tuple) else timeout
        if answer.ending is Ending.HELD or (limit is not None and _first_byte(answer) > limit):
            raise requests.ReadTimeout(f"Read timed out. (read timeout={limit})", request=request)
        sleep(answer.delay)
        return self._response(request, answer)

    def close(self) -> None:
        """Nothing is open."""

    def _response(self, request: requests.PreparedRequest, answer: Answer) -> requests.Response:
        body = b"" if request.method == "HEAD" else answer.body
        if answer.ending in (Ending.MIDWAY, Ending.STALLED):
            body = body[: len(body) // 2]
        raw = HTTPResponse(
            body=BytesIO(body),
            headers=dict(answer.header_list()),
            status=answer.status,
            preload_content=False,
            request_method=request.method,
        )
        return HTTPAdapter().build_response(request, raw)


def _first_byte(answer: Answer) -> float:
    return 0.0 if answer.ending is Ending.DRIP else answer.delay


def _environ(request: requests.PreparedRequest) -> dict[str, object]:
    url = urlsplit(str(request.url))
    body = request.body or b""
    content = body.encode() if isinstance(body, str) else bytes(body)
    headers = {f"HTTP_{name.upper().replace('-', '_')}": str(value) for name, value in request.headers.items()}
    return (
        {"HTTP_HOST": url.netloc}
        | headers
        | {
            "REQUEST_METHOD": str(request.method),
            "REQUEST_URI": url.path or "/",
            "PATH_INFO": unquote(url.path),
            "QUERY_STRING": url.query,
            "CONTENT_TYPE": str(request.headers.get("Content-Type", "")),
            "CONTENT_LENGTH": str(len(content)),
            "wsgi.url_scheme": url.scheme,
            "wsgi.input": BytesIO(content),
        }
    )
