"""The calls of SeeClickFix API 0.1, as the site makes them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, TypeVar
from urllib.parse import quote

from reports.dialects.answers import Answer, judge
from reports.dialects.base import Connection, Dialect, Message
from reports.dialects.errors import DialectError, NotFound, Unreadable, Unsupported
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
from reports.dialects.seeclickfix_v01 import read, write
from reports.dialects.seeclickfix_v01.hosts import localised
from reports.dialects.seeclickfix_v01.listing import list_issues
from reports.dialects.seeclickfix_v01.options import Options
from reports.dialects.seeclickfix_v2.area import Area, around
from reports.dialects.seeclickfix_v2.following import one_at_a_time
from reports.dialects.seeclickfix_v2.line import Line
from reports.dialects.seeclickfix_v2.write import Field, check_filing, uploads
from reports.http import Response, Upload

T = TypeVar("T")


class SeeClickFixV01(Dialect):
    """SeeClickFix API 0.1: issues, comments and request types by extension, with the key on writing alone."""

    has_definitions = True
    services_depend_on_place = True
    takes_photos = "UPLOAD"
    photo_limit = 1
    follows_by_window = True
    takes_comments = True
    comment_photos = "UPLOAD"
    comment_photo_limit = 1
    comment_option = ("comment_email", "")
    gives_comments = True
    searchable = True

    options_class: ClassVar[type[Options]] = Options
    options: Options

    @classmethod
    def contact_sent(cls, options: Mapping[str, Any]) -> tuple[str, ...]:
        return ("email",)  # its form has a field for no other

    @classmethod
    def is_asked_by_window(cls, options: Mapping[str, Any]) -> bool:
        """As for every dialect, but only in an area (`bbox`): there are no lists without one."""
        return bool(options.get("bbox")) and super().is_asked_by_window(options)

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        base_url = connection.base_url.rstrip("/") + "/"
        self.line = Line(
            connection, base_url, auth="none", headers=self.options.headers, secret_members=("token", "signature")
        )

    def services(self, place: Place | None = None) -> tuple[Service, ...]:
        """Fetch what can be reported at a point. `Unsupported` without one: there is no other list."""
        if place is None:
            raise Unsupported("This body lists what can be reported at a point only.", operation="services")
        point = [("lat", degrees(place.lat)), ("lng", degrees(place.long))]
        return self._get("services", "request_types/at", point, read.read_services)

    def service_definition(self, service_code: str) -> ServiceDefinition:
        resource = f"request_types/{quote(service_code, safe='')}/request_type_questions"
        return self._get(
            "service_definition", resource, [], lambda document: read.read_definition(document, service_code)
        )

    def post_service_request(self, filing: Filing) -> Receipt:
        """File, once, in the report's language where the endpoint has hosts for them."""
        check_filing(filing, self.options.description_max)
        fields, files = write.write_filing(filing), uploads(filing.photos, write.IMAGE)
        return read.read_receipt(self._post("post_service_request", "issues", fields, files, filing.locale))

    @property
    def finds_changes(self) -> bool:
        return True

    def service_requests(self, ids: Collection[str]) -> RequestStatuses:
        """Ask one by one; there is no list of ids."""
        return one_at_a_time(ids, self._one)

    def _one(self, service_request_id: str) -> tuple[RequestStatus, ...]:
        try:
            resource = f"issues/{quote(service_request_id, safe='')}"
            return self._get("service_requests", resource, [], read.read_issues)[0]
        except NotFound:
            return ()

    def service_requests_by_query(
        self, window: Window, service_codes: Collection[str] = (), status: Collection[str] = ()
    ) -> RequestStatuses:
        """Fetch the requests made in a window of time in the endpoint's area. `Unsupported` where it names none."""
        codes = frozenset(filter(None, service_codes))
        return self._list(Query(window, codes, frozenset(str(each).lower() for each in status)), self.area())

    def service_requests_updated(self, window: Window) -> RequestStatuses:
        """Fetch the requests that changed in a window of time: the list by last change, back to its start."""
        return self._list(Query(window, by_update=True), self.area())

    def area(self) -> Area:
        """Where the lists of this endpoint are asked for."""
        return Area(box=self.options.bbox)

    def _list(self, query: Query, area: Area) -> RequestStatuses:
        def ask(params: list[tuple[str, str]]) -> Document:
            return self._get("service_requests", "issues", params, lambda document: document)

        return list_issues(ask, query, area, self.options)

    def find(self, filing: Filing, window: Window) -> Found:
        """Look for a filing among the issues made around its point in the window."""
        area = around(filing)
        answer = self._list(Query(window), area if area.given else self.area())
        return found_in(filing, answer, lists_at_once=self.options.lists_at_once)

    def comment(self, service_request_id: str, comment: Comment) -> CommentReceipt:
        """Add a comment, once. It has to have an e-mail address: its writer's where passed on, else the option
        `comment_email`; `Unsupported` where there is neither."""
        email = comment.email or self.options.comment_email
        if not email:
            raise Unsupported(
                "This body takes no comment without an e-mail address, and none is set for it.", operation="comment"
            )
        resource = f"issues/{quote(service_request_id, safe='')}/comments"
        files = uploads(comment.photos, write.COMMENT_IMAGE)
        return read.read_comment_receipt(self._post("comment", resource, write.write_comment(comment, email), files))

    def comments(self, service_request_id: str) -> tuple[Note, ...]:
        resource = f"issues/{quote(service_request_id, safe='')}/comments"
        return self._get("comments", resource, [], self._notes)

    def _notes(self, document: Document) -> tuple[Note, ...]:
        return read.read_comments(document, self.line.base_url)

    def _get(self, operation: str, resource: str, params: Sequence[Field], reader: Callable[[Document], T]) -> T:
        """GET in the first format, and in the next where this one seems not to be served."""
        first: DialectError | None = None
        for form in self.options.formats:
            try:
                return reader(self.line.get(operation, f"{resource}.{form}", params).document)
            except DialectError as error:
                unspoken = isinstance(error, NotFound | Unreadable) or error.status_code in {406, 415}
                if error.messages or not unspoken:
                    raise
                first = first or error
        raise first or Unreadable("There is no format to ask in.", operation=operation)

    def _post(
        self, operation: str, resource: str, fields: list[Field], files: tuple[Upload, ...], locale: str = ""
    ) -> Answer:
        line = self.line
        if self.options.locale_hosts:
            line = replace(line, base_url=localised(line.base_url, locale, self.options.locales))
        key = [("api_key", self.connection.api_key)] if self.connection.api_key else []
        return line.post(operation, f"{resource}.{self.options.formats[0]}", [*key, *fields], files)

    def replay(self, operation: str, answer: Response) -> tuple[Message, ...]:
        """Read a recorded answer as a live one would be read. `error` judges it as the answer to a POST."""
        judged = judge(operation, answer, writing=operation in {"post", "error"}, redact=self.connection.client.redact)
        if operation == "services":
            return read.read_services(judged.document)
        if operation == "service_definition":
            return (read.read_definition(judged.document, ""),)
        if operation == "post":
            return (read.read_receipt(judged),)
        if operation in {"request", "requests", "updates"}:
            return read.read_issues(judged.document)[0]
        if operation == "comments":
            return self._notes(judged.document)
        if operation == "error":
            return ()
        raise Unsupported(f"“{operation}” cannot be replayed.", operation=operation)
