"""The calls of SeeClickFix API v2, as the site makes them."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import quote

from reports.dialects.answers import judge
from reports.dialects.base import Connection, Dialect, Message
from reports.dialects.errors import NotFound, Unsupported
from reports.dialects.formats.document import Document
from reports.dialects.georeport_v2.listing import Query
from reports.dialects.georeport_v2.matching import found_in
from reports.dialects.georeport_v2.write import degrees
from reports.dialects.messages import (
    Comment,
    CommentReceipt,
    Filing,
    Found,
    Note,
    Place,
    Receipt,
    RequestStatus,
    RequestStatuses,
    Service,
    ServiceDefinition,
    Window,
)
from reports.dialects.seeclickfix_v2 import read, request_types, write
from reports.dialects.seeclickfix_v2.area import Area, around
from reports.dialects.seeclickfix_v2.following import ROUND, one_at_a_time
from reports.dialects.seeclickfix_v2.line import Line, pages
from reports.dialects.seeclickfix_v2.listing import Paging, list_issues
from reports.dialects.seeclickfix_v2.options import Options
from reports.http import Response


class SeeClickFixV2(Dialect):
    """SeeClickFix API v2: request types at a point, questions with types of their own, comments both ways."""

    has_definitions = True
    services_depend_on_place = True
    takes_photos = "UPLOAD"
    photo_limit = 1
    follows_by_window = True
    gives_notes = True
    takes_comments = True
    comment_photos = "UPLOAD"
    comment_photo_limit = 1
    reopens = True
    gives_comments = True
    searchable = True

    options_class: ClassVar[type[Options]] = Options
    options: Options
    lists_need_area: ClassVar[bool] = True  # else they list what is in everybody's

    @classmethod
    def contact_sent(cls, options: Mapping[str, Any]) -> tuple[str, ...]:
        return ()  # issues stand under the name of the account that files

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.line = Line(
            connection,
            connection.base_url.rstrip("/") + "/",
            auth=self.options.auth,
            key_on_reads=self.options.key_on_reads,
            headers=self.options.headers,
        )

    @classmethod
    def is_asked_by_window(cls, options: Mapping[str, Any]) -> bool:
        """As for every dialect, but only in an area: by default in one that rows can be checked against (`bbox`), and
        in a place alone (`place_url`) where the endpoint says so itself."""
        place = "follow_by_window" in options and options.get("place_url")
        somewhere = not cls.lists_need_area or options.get("bbox") or place
        return bool(somewhere) and super().is_asked_by_window(options)

    def services(self, place: Place | None = None) -> tuple[Service, ...]:
        """Fetch what can be reported at a point. `Unsupported` without one: there is no other list."""
        if place is None:
            raise Unsupported("This body lists what can be reported at a point only.", operation="services")
        point = [("lat", degrees(place.lat)), ("lng", degrees(place.long))]
        return request_types.read_services(self.line.get("services", "issues/new", point).document)

    def service_definition(self, service_code: str) -> ServiceDefinition:
        return self.definition_from(self.line, service_code)

    def definition_from(self, line: Line, service_code: str) -> ServiceDefinition:
        """Fetch a request type's questions by a line."""
        resource = f"request_types/{quote(service_code, safe='')}"
        answer = line.get("service_definition", resource, conditional=True)
        return request_types.read_definition(answer.document, service_code)

    def post_service_request(self, filing: Filing) -> Receipt:
        """File, once. A receipt that is `held` has no number, and never gets one that can be asked for."""
        write.check_filing(filing, self.options.description_max)
        fields = self.filing_fields(filing)
        return read.read_receipt(self.line.post("post_service_request", "issues", fields, write.uploads(filing.photos)))

    def filing_fields(self, filing: Filing) -> list[tuple[str, str]]:
        """The form of a filing."""
        return write.write_filing(filing, self.options)

    @property
    def round_size(self) -> int:
        return ROUND

    @property
    def finds_changes(self) -> bool:
        return True

    def service_requests(self, ids: Collection[str]) -> RequestStatuses:
        """Ask one by one; there is no list of ids. 20 calls a minute are allowed, so a round asks for 15 and ends at
        the first refusal: many requests are better followed by `service_requests_updated`."""
        return one_at_a_time(ids, self._one, ROUND)

    def _one(self, service_request_id: str) -> tuple[RequestStatus, ...]:
        resource = f"issues/{quote(service_request_id, safe='')}"
        try:
            return self._read(self.line.get("service_requests", resource, [("details", "true")]).document)
        except NotFound:
            return ()

    def _read(self, document: Document) -> tuple[RequestStatus, ...]:
        return read.read_issues(document, self.connection.time_zone, self.line.base_url).rows

    def area(self) -> Area:
        """Where the lists of this endpoint are asked for."""
        return Area(self.options.place_url, self.options.bbox)

    def service_requests_by_query(
        self, window: Window, service_codes: Collection[str] = (), status: Collection[str] = ()
    ) -> RequestStatuses:
        """Fetch the requests made in a window of time in the endpoint's area. `Unsupported` where it names none."""
        codes = frozenset(filter(None, service_codes))
        query = Query(window, codes, frozenset(str(each).lower() for each in status))
        return list_issues(self.line, query, self.area(), self._paging())

    def service_requests_updated(self, window: Window) -> RequestStatuses:
        """Fetch the requests that changed in a window of time. `Unsupported` where the endpoint names no area."""
        query = Query(window, by_update=True)
        return list_issues(self.line, query, self.area(), self._paging(details=self.options.details))

    def _paging(self, *, details: bool = False) -> Paging:
        return Paging(self.options.page_size, self.options.max_calls, details)

    def find(self, filing: Filing, window: Window) -> Found:
        """Look for a filing among the requests made around its point in the window. Absence is certain only where the
        whole list was had with every filter heard, and where no filing is held back (option `lists_at_once`)."""
        area = around(filing)
        answer = list_issues(self.line, Query(window), area if area.given else self.area(), self._paging())
        return found_in(filing, answer, lists_at_once=self.options.lists_at_once)

    def comment(self, service_request_id: str, comment: Comment) -> CommentReceipt:
        """Add a comment, once, under the name of the account whose key this is."""
        files = write.uploads(comment.photos, "image")
        resource = f"issues/{quote(service_request_id, safe='')}/comments"
        return read.read_comment_receipt(self.line.post("comment", resource, write.write_comment(comment), files))

    def reopen(self, service_request_id: str, comment: Comment) -> CommentReceipt:
        """Open an issue again, once, by the address that it names for that to an account that is signed in.
        `Unsupported` where it names none: it is archived, or was never closed."""
        resource = f"issues/{quote(service_request_id, safe='')}"
        address = read.read_open_url(self.line.get("reopen", resource, with_key=True).document)
        if not self.line.is_own(address):
            raise Unsupported("This request cannot be opened again.", operation="reopen")
        files = write.uploads(comment.photos, "image")
        return read.read_comment_receipt(self.line.post_to("reopen", address, write.write_comment(comment), files))

    def comments(self, service_request_id: str) -> tuple[Note, ...]:
        resource = f"issues/{quote(service_request_id, safe='')}/comments"
        size = ("per_page", str(self.options.page_size))
        found: dict[Note, None] = {}  # a page that is had twice gives the same notes
        for answer, _page in pages(
            lambda number: self.line.get("comments", resource, [("page", str(number)), size]), self.options.max_calls
        ):
            found |= dict.fromkeys(read.read_comments(answer.document, self.connection.time_zone, self.line.base_url))
        return tuple(found)

    def replay(self, operation: str, answer: Response) -> tuple[Message, ...]:
        """Read a recorded answer as a live one would be read. `error` judges it as the answer to a POST."""
        judged = judge(operation, answer, writing=operation in {"post", "error"}, redact=self.connection.client.redact)
        document = judged.document
        if operation == "services":
            return request_types.read_services(document)
        if operation == "service_definition":
            found = request_types.read_definition(document, "")
            return (replace(found, service_code=str(found.raw.get("id") or "")),)
        if operation == "post":
            return (read.read_receipt(judged),)
        if operation in {"request", "requests", "updates"}:
            return self._read(document)
        if operation == "comments":
            return read.read_comments(document, self.connection.time_zone, self.line.base_url)
        if operation == "error":
            return ()
        raise Unsupported(f"“{operation}” cannot be replayed.", operation=operation)
