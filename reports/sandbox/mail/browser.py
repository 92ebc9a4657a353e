"""What the clerk of `manage.py sandbox` browses with: cookies, redirects to allowed hosts, and nothing else."""

from collections.abc import Callable, Mapping
from http.client import HTTPMessage
from typing import IO
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, ProxyHandler, Request, build_opener

from reports.sandbox.mail.clerk import OpenUrl, Page

SECONDS = 10.0
MAX_BYTES = 2_000_000


class _Redirects(HTTPRedirectHandler):
    def __init__(self, may_open: Callable[[str], bool]) -> None:
        self.may_open = may_open

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        if not self.may_open(newurl):
            raise URLError(f"a redirect to {newurl} is not followed")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def make_browser(may_open: Callable[[str], bool]) -> OpenUrl:
    """An opener with a cookie jar of its own. It raises OSError for what cannot be reached and for error pages, and
    asks `may_open` before every redirect; the first address is the caller's to check."""
    opener = build_opener(ProxyHandler({}), HTTPCookieProcessor(), _Redirects(may_open))
    opener.addheaders = [("User-Agent", "Mozilla/5.0 (sandbox clerk)")]

    def open_url(url: str, fields: Mapping[str, str] | None) -> Page:
        body = None if fields is None else urlencode(fields).encode()
        with opener.open(Request(url, data=body), timeout=SECONDS) as answer:  # noqa: S310  the clerk checks the scheme
            return Page(str(answer.geturl()), answer.read(MAX_BYTES).decode("utf-8", "replace"))

    return open_url
