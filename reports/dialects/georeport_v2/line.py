"""One endpoint's line: base URL, key, jurisdiction and formats put to every call, so that the calls need not."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

from reports.dialects.answers import Answer, speak
from reports.dialects.base import Connection
from reports.dialects.errors import BadRequest, DialectError, NotFound, Unreadable
from reports.dialects.formats.coerce import integer
from reports.dialects.formats.document import Document
from reports.dialects.georeport_v2.options import Options
from reports.dialects.georeport_v2.read import RequestRows, read_requests
from reports.http import Upload

T = TypeVar("T")
Fields = list[tuple[str, str]]
MAX_URL: Final = 1800  # characters; proxies and old servers give up at about 2,000
# Headers that say how many rows a query has in all: Libre311 (Micronaut Data), 6Aika's issue-reporting, and a custom.
TOTALS: Final = ("page-TotalSize", "X-Result-Count", "X-Total-Count")


class Line:
    """Speaks with one endpoint in GeoReport v2's manner. Raises `DialectError` and nothing else."""

    def __init__(
        self, connection: Connection, options: Options, reader: Callable[[Document], RequestRows] | None = None
    ) -> None:
        """`reader` is how this family reads requests, where it is not the standard's way."""
        self.connection = connection
        self.options = options
        self.base_url = connection.base_url.rstrip("/") + "/"
        self.read_requests = reader or self._read_requests
        self.list_fields: Fields = []  # what a family sends with every list, unless the call says otherwise
        self.id_parameter = "service_request_id"  # the name under which a list takes ids

    def get(
        self,
        operation: str,
        resource: str,
        params: Fields,
        read: Callable[[Document], T],
        *,
        with_key: bool = False,
        formats: Iterable[str] = (),
        conditional: bool = False,
    ) -> T:
        """GET a resource and read it: in the first format, and in the next where the city seems not to speak the first.

        `with_key` sends the API key even where reading needs none. Empty parameters are left out. A `conditional` one
        raises `Unchanged` where the city says that nothing has.
        """
        urls = [f"{self.base_url}{resource}.{form}" for form in formats or self.options.formats]
        return read(self._first_answer(operation, urls, params, with_key=with_key, conditional=conditional).document)

    def requests(self, resource: str, params: Fields) -> RequestRows:
        """GET requests and read them; `matched` is how many the query has in all, where the city says so."""
        urls = [f"{self.base_url}{resource}.{form}" for form in self.options.formats]
        answer = self._first_answer("service_requests", urls, params, with_key=False)
        return replace(self.read_requests(answer.document), matched=_total(answer))

    def get_first(self, operation: str, urls: list[str], read: Callable[[Document], T]) -> T:
        """GET the first of several whole URLs that answers."""
        return read(self._first_answer(operation, urls, [], with_key=False).document)

    def post(self, operation: str, resource: str, fields: Fields, files: Sequence[Upload] = ()) -> Answer:
        """POST a form, once, in the first format; a multipart form where there are `files`."""
        client = self.connection.client
        everything = [*self._jurisdiction(), *fields]
        url = f"{self.base_url}{resource}.{self.options.formats[0]}"
        if self.options.key_in == "query":
            url += f"?{urlencode(self._key_fields())}" if self.connection.api_key else ""
        else:
            everything = [*self._key_fields(), *everything]
        return speak(
            operation,
            lambda: client.post(url, everything, self._headers(with_key=True), files),
            writing=True,
            redact=client.redact,
        )

    def room(self, resource: str) -> int:
        """Characters left for one parameter's value in the URL of a reading call."""
        fixed = urlencode([*self._read_params(with_key=False), ("service_request_id", "")])
        return MAX_URL - len(self.base_url) - len(resource) - len(fixed) - 10

    def _first_answer(
        self, operation: str, urls: list[str], params: Fields, *, with_key: bool, conditional: bool = False
    ) -> Answer:
        """The answer of the first URL that has one. An error with words in it is an answer and ends the search."""
        first: DialectError | None = None
        for url in urls:
            try:
                return self._ask(operation, url, params, with_key=with_key, conditional=conditional)
            except DialectError as error:
                if error.messages or not _speaks_otherwise(error):
                    raise
                first = first or error
        raise first or Unreadable("There is no format to ask in.", operation=operation)

    def _ask(self, operation: str, url: str, params: Fields, *, with_key: bool, conditional: bool) -> Answer:
        client = self.connection.client
        everything = [*self._read_params(with_key=with_key), *((name, value) for name, value in params if value)]
        headers = self._headers(with_key=with_key or self.options.key_on_reads)
        return speak(
            operation,
            lambda: client.get(url, everything, headers, conditional=conditional),
            writing=False,
            redact=client.redact,
        )

    def _read_params(self, *, with_key: bool) -> Fields:
        return [*(self._key_fields() if with_key or self.options.key_on_reads else []), *self._jurisdiction()]

    def _read_requests(self, document: Document) -> RequestRows:
        return read_requests(document, self.connection.time_zone, self.base_url)

    def _jurisdiction(self) -> Fields:
        jurisdiction_id = self.connection.jurisdiction_id if self.options.send_jurisdiction_id else ""
        return [("jurisdiction_id", jurisdiction_id)] if jurisdiction_id else []

    def _key_fields(self) -> Fields:
        in_fields = self.connection.api_key and self.options.key_in != "bearer"
        return [("api_key", self.connection.api_key)] if in_fields else []

    def _headers(self, *, with_key: bool) -> Fields:
        in_header = with_key and self.connection.api_key and self.options.key_in == "bearer"
        key = [("Authorization", f"Bearer {self.connection.api_key}")] if in_header else []
        encoding = [("Accept-Encoding", "identity")] if self.options.accept_encoding_identity else []
        return [*encoding, *self.options.headers, *key]


def _total(answer: Answer) -> int | None:
    """Rows in all, from a header or from Mark-a-Spot's `meta`. Zaragoza's `totalCount`, always 0, is not read."""
    said: list[Any] = [answer.headers.get(name) for name in TOTALS]
    data = answer.document.data
    meta = data.get("meta") if isinstance(data, dict) else None
    said += [meta.get("total")] if isinstance(meta, dict) else []
    return next((found for each in said if (found := integer(each, -1)) >= 0), None)


def _speaks_otherwise(error: DialectError) -> bool:
    """Whether the failure may only mean that the city does not serve this format."""
    return isinstance(error, NotFound | Unreadable) or (
        isinstance(error, BadRequest) and error.status_code in {406, 415}
    )
