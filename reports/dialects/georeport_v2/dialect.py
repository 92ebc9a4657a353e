"""The calls of GeoReport v2, as the site makes them."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import ClassVar
from urllib.parse import quote, urljoin

from reports.dialects.answers import judge
from reports.dialects.base import Connection, Dialect, Message
from reports.dialects.errors import Refused, Unsupported
from reports.dialects.formats.document import Document
from reports.dialects.georeport_v2 import read, write
from reports.dialects.georeport_v2.by_id import ids_by_token, lists, requests_by_id
from reports.dialects.georeport_v2.line import Fields, Line
from reports.dialects.georeport_v2.listing import Query, list_requests, longest
from reports.dialects.georeport_v2.matching import found_in
from reports.dialects.georeport_v2.options import Options
from reports.dialects.georeport_v2.request_rows import RowRules, read_request_rows
from reports.dialects.messages import (
    Completeness,
    Discovery,
    Filing,
    Found,
    Place,
    Receipt,
    RequestStatus,
    RequestStatuses,
    Service,
    ServiceDefinition,
    Window,
)
from reports.http import Response, Upload


class GeoReportV2(Dialect):
    """GeoReport v2 as written, with options for cities that depart from it a little."""

    has_discovery = True
    has_definitions = True
    gives_tokens = True
    takes_photos = "URL"
    photo_limit = 1
    follows_by_window = True
    gives_notes = True
    searchable = True
    takes_words = True  # the standard: lat and long, or address_string, or address_id

    options_class: ClassVar[type[Options]] = Options
    options: Options

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.line = Line(connection, self.options, self.read_requests)

    # What a family makes of a message after the standard's reading of it: itself, here. The row is in its `raw`.

    def finish_service(self, service: Service) -> Service:
        return service

    def finish_definition(self, definition: ServiceDefinition) -> ServiceDefinition:
        """Mark the attributes whose answers stay private, and the one for our reference, which nobody is asked."""
        private, ours = self.options.private_attributes, write.reference_attribute(self.options)
        attributes = (
            replace(
                each,
                private=each.private or each.code in private,
                automated=each.automated or ("server_set" if ours and each.code == ours else ""),
            )
            for each in definition.attributes
        )
        return replace(definition, attributes=tuple(attributes))

    def finish_request(self, request: RequestStatus) -> RequestStatus:
        return request

    def read_requests(self, document: Document) -> read.RequestRows:
        """Read the requests in an answer as this family writes them."""
        answer = read_request_rows(document, self.rules)
        return replace(answer, rows=tuple(map(self.finish_request, answer.rows)))

    @property
    def rules(self) -> RowRules:
        """How this endpoint's rows are to be taken, from its options."""
        options = self.options
        return RowRules(
            zone=self.connection.time_zone,
            base_url=self.line.base_url,
            utc_is_local=options.zone_correction == "local_labelled_utc",
            offset_twice=options.zone_correction == "local_minus_offset_twice",
            bbox=options.bbox,
            filler_addresses=options.filler_addresses,
            ids_only=options.ids_only,
        )

    def read_services(self, document: Document) -> tuple[Service, ...]:
        """Read a service list as this family writes it."""
        return tuple(map(self.finish_service, read.read_services(document)))

    def discovery(self) -> Discovery:
        """Fetch the discovery document: from its own URL if the endpoint has one, else beside the base or above it."""
        places = [self.connection.discovery_url]
        if not self.connection.discovery_url:
            bases = (self.line.base_url, urljoin(self.line.base_url, ".."))
            places = [f"{base}discovery.{form}" for base in bases for form in self.options.formats]
        return self.line.get_first("discovery", places, read.read_discovery)

    def services(self, place: Place | None = None) -> tuple[Service, ...]:
        """Fetch the service list. The standard has one for the whole jurisdiction, so `place` changes nothing."""
        return self.line.get("services", "services", [], self.read_services, conditional=True)

    def service_definition(self, service_code: str) -> ServiceDefinition:
        """Fetch a service's attributes. `NotFound` also where the city keeps none for a service without metadata."""
        resource = f"services/{quote(service_code, safe='')}"
        reader = partial(read.read_service_definition, service_code=service_code)
        params = [("extensions", "true" if self.options.extensions else "")]
        return self.finish_definition(self.line.get("service_definition", resource, params, reader, conditional=True))

    def post_service_request(self, filing: Filing) -> Receipt:
        """File, once, in the first format. `BadRequest` without a call where the city is known to refuse it so."""
        write.check_filing(filing, self.options)
        fields, files = self.write_fields(filing), self.write_files(filing)
        return self.finish_receipt(read.read_receipt(self.line.post("post_service_request", "requests", fields, files)))

    def write_fields(self, filing: Filing) -> Fields:
        """The form of a filing, without the key and the jurisdiction."""
        return write.write_filing(filing, self.options)

    def write_files(self, filing: Filing) -> Sequence[Upload]:
        """The photos that go with it, where this family takes uploads."""
        return ()

    def finish_receipt(self, receipt: Receipt) -> Receipt:
        return receipt

    def service_request_ids(self, tokens: Collection[str]) -> dict[str, str | None]:
        return ids_by_token(self.line, tokens)

    @property
    def round_size(self) -> int:
        return super().round_size if self.options.id_list else min(super().round_size, self.options.single_calls)

    @property
    def asks_in_lists(self) -> bool:
        return self.options.id_list

    def lists_of(self, ids: Sequence[str]) -> Iterator[list[str]]:
        """Lists of `id_batch` numbers at most that fit a URL: numbers differ in length."""
        asked = list(dict.fromkeys(filter(None, ids)))
        return (batch for _name, batch in lists(self.line, asked)) if self.asks_in_lists else iter([asked])

    @property
    def finds_changes(self) -> bool:
        return self.options.updated_filter

    def service_requests(self, ids: Collection[str]) -> RequestStatuses:
        return requests_by_id(self.line, ids)

    def service_requests_by_query(
        self, window: Window, service_codes: Collection[str] = (), status: Collection[str] = ()
    ) -> RequestStatuses:
        codes = frozenset(filter(None, service_codes))
        wanted = frozenset(str(each).lower() for each in status)
        return list_requests(self.line, Query(window, codes, wanted))

    def service_requests_updated(self, window: Window) -> RequestStatuses:
        """Fetch the requests that changed in a window of time.

        Where the city has no `updated_after` (option `updated_filter`), those of the last `max_window_days` are
        looked through, and the answer is `UNKNOWN`: an older request may have changed too.
        """
        if self.options.updated_filter:
            return list_requests(self.line, Query(window, by_update=True))
        earlier = window.end - longest(self.options)
        answer = list_requests(self.line, Query(Window(min(earlier, window.start), window.end)))
        query = Query(window, by_update=True)
        changed = tuple(row for row in answer.rows if query.matches(row, window))
        return replace(answer, rows=changed, completeness=Completeness.UNKNOWN)

    def find(self, filing: Filing, window: Window) -> Found:
        """Look for a filing among the requests made in the window, of whatever service: some cities store a request
        under another code than it was filed with (Boston). Absence is certain only where the whole list was had, no
        row was without a number, nothing like the filing was there nor among the closed ones, and the option
        `lists_at_once` holds."""
        answer = self.service_requests_by_query(window)
        found = found_in(filing, answer, lists_at_once=self.options.lists_at_once)
        if not found.absence_certain or "status" in {*self.options.ignored_filters, *dict(self.line.list_fields)}:
            return found
        closed = self._closed(window)
        known = {row.service_request_id or row.token for row in answer.rows}
        more = (row for row in closed.rows if (row.service_request_id or row.token) not in known)
        answer = replace(closed, rows=(*answer.rows, *more))
        return found_in(filing, answer, lists_at_once=self.options.lists_at_once)

    def _closed(self, window: Window) -> RequestStatuses:
        """The closed requests of the window: a list that is asked for no status may hold the open ones alone, and ours
        may have been closed at once. A city that does not hear the filter gives the same list again."""
        line = Line(self.connection, self.options, self.read_requests)
        line.list_fields = [*self.line.list_fields, ("status", "closed")]
        try:
            return list_requests(line, Query(window))
        except Refused:  # one that knows no such filter: what its list leaves out is not known
            return RequestStatuses((), Completeness.UNKNOWN)

    def replay(self, operation: str, answer: Response) -> tuple[Message, ...]:
        """Read a recorded answer as a live one would be read. `error` judges it as the answer to a POST; without
        messages, and without an error raised, it was none."""
        writing = operation in {"post", "error"}
        judged = judge(operation, answer, writing=writing, redact=self.connection.client.redact)
        document = judged.document
        if operation == "discovery":
            return (read.read_discovery(document),)
        if operation == "services":
            return self.read_services(document)
        if operation == "service_definition":
            return (self.finish_definition(read.read_service_definition(document, "")),)
        if operation == "post":
            return (self.finish_receipt(read.read_receipt(judged)),)
        if operation == "token":
            return read.read_tokens(document)
        if operation in {"request", "requests"}:
            return self.read_requests(document).rows
        if operation == "error":
            return ()
        raise Unsupported(f"“{operation}” cannot be replayed.", operation=operation)
