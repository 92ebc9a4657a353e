"""A line to a JSON system that is not GeoReport: its address, its key, its headers, and its pages."""

import base64
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from reports.dialects.answers import Answer, speak
from reports.dialects.base import Connection
from reports.dialects.formats.coerce import integer, text
from reports.http import Upload, redact_members

Fields = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Line:
    """Speaks with one endpoint. Raises `DialectError` and nothing else.

    `auth` is how the key is sent: "bearer", "basic" ("user:password"), or "none" where it stands among the fields.
    `secret_members` are names of an answer's members whose values are kept out of every exchange and error.
    """

    connection: Connection
    base_url: str
    auth: str = "bearer"
    key_on_reads: bool = False
    headers: Fields = ()
    secret_members: tuple[str, ...] = ()

    def get(
        self, operation: str, resource: str, params: Fields = (), *, conditional: bool = False, with_key: bool = False
    ) -> Answer:
        """GET a resource, `with_key` also where reads go without. Empty parameters are left out; a `conditional` one
        raises `Unchanged` where nothing has."""
        client = self.connection.client
        given = [(name, value) for name, value in params if value]
        headers = self._headers(with_key=with_key or self.key_on_reads)
        return speak(
            operation,
            lambda: client.get(self.base_url + resource, given, headers, conditional=conditional),
            writing=False,
            redact=self._redact,
        )

    def post(self, operation: str, resource: str, fields: Fields, files: Sequence[Upload] = ()) -> Answer:
        """POST a form, once; a multipart form where there are `files`."""
        return self.post_to(operation, self.base_url + resource, fields, files)

    def post_to(self, operation: str, address: str, fields: Fields, files: Sequence[Upload] = ()) -> Answer:
        """POST a form to an address that the system has named itself. The key goes along: look at `is_own` first."""
        client = self.connection.client
        headers = self._headers(with_key=True)
        return speak(
            operation,
            lambda: client.post(address, fields, headers, files, conceal=self.secret_members),
            writing=True,
            redact=self._redact,
        )

    def is_own(self, address: str) -> bool:
        """Whether an address is of the host, the port and the scheme of this system."""
        try:
            named, own = urlsplit(address), urlsplit(self.base_url)
        except ValueError:
            return False
        return (named.scheme, named.netloc) == (own.scheme, own.netloc)

    def _redact(self, written: str) -> str:
        return redact_members(self.connection.client.redact(written), self.secret_members)

    def _headers(self, *, with_key: bool) -> Fields:
        key = self.connection.api_key if with_key else ""
        if not key or self.auth == "none":
            return self.headers
        if self.auth == "basic":
            key = base64.b64encode(key.encode()).decode("ascii")
        return [*self.headers, ("Authorization", f"{self.auth.capitalize()} {key}")]


@dataclass(frozen=True, slots=True)
class Page:
    """What `metadata.pagination` says of one page; `entries` is None where it is not said."""

    entries: int | None
    has_next: bool


def read_page(data: Any) -> Page:
    """Read a page's metadata. Absent numbers are null, and in the documentation's own sample the text "null"."""
    metadata = data.get("metadata") if isinstance(data, dict) else None
    pagination = metadata.get("pagination") if isinstance(metadata, dict) else None
    said = pagination if isinstance(pagination, dict) else {}
    entries = integer(said.get("entries"), -1)
    return Page(entries if entries >= 0 else None, integer(said.get("next_page")) > integer(said.get("page")))


def pages(ask: Callable[[int], Answer], most: int) -> Iterator[tuple[Answer, Page]]:
    """Pages from the first, while each names a next one; at most `most` of them."""
    for number in range(1, most + 1):
        answer = ask(number)
        page = read_page(answer.document.data)
        yield answer, page
        if not page.has_next:
            return


def plain(value: Any) -> str:
    """Text, where "null" is none: the documentation prints it for a null."""
    found = text(value)
    return "" if found.casefold() == "null" else found
