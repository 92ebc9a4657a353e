"""Libre311: numbers for codes, HAL for errors, totals in headers, and a puzzle before a filing.

Source: DIALECTS section 19 and RootController of UnityFoundation-io/Libre311. Some requests are there from the start
(data/libre_requests.json), as hardly anybody can file.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, TypeVar
from xml.sax.saxutils import escape

from reports.sandbox import work
from reports.sandbox.cities import City, Service
from reports.sandbox.clock import parse_moment
from reports.sandbox.encoding import encode
from reports.sandbox.families.seeding import seed
from reports.sandbox.filing import Filing
from reports.sandbox.georeport_v2 import GeoReportV2
from reports.sandbox.posting import Posting
from reports.sandbox.refusals import CityError, check_jurisdiction, find_service
from reports.sandbox.request_rows import whole
from reports.sandbox.state import StoredRequest
from reports.sandbox.storing import store_filing
from reports.sandbox.wire import Answer, Request

CITIES = (
    City(
        key="libre",
        name="St. Louis Metro Area",
        base="libre/api",
        jurisdiction_id="stlma",
        speaks="libre311",
        jurisdiction="required",
        formats=("json", "xml"),
        number_ids=True,
        first_serial=1_500,
        empty="omit",
        contact="Libre311, St. Louis Metro Area.",
        changeset="2026-02-04T12:00:00Z",
    ),
)
PAGE = 100
PUZZLE = "g_recaptcha_response"
STATES = {"opened": "open", "assigned": "assigned", "scheduled": "in_progress", "inspected": "in_progress",
          "delayed": "in_progress", "reopened": "open"}  # fmt: skip
PRIORITIES = ("low", "medium", "high")
ESCAPED = ("description", "status_notes", "address")  # once more than XML needs

Row = TypeVar("Row")


class Libre311Posting(Posting):
    """No key opens it: a browser's answer to a puzzle does. The same client_request_id is the same filing."""

    def check_access(self, request: Request) -> None:
        check_jurisdiction(self.city, request)
        if not request.arg(PUZZLE):
            raise CityError(400, "ReCaptcha verification failed.")

    def keep(self, filing: Filing, service: Service, words: list[str], request: Request) -> StoredRequest:
        given = request.arg("client_request_id")
        for stored in self.store.requests(self.city.key) if given else ():
            if stored.more.get("client_request_id") == given:
                return stored
        return store_filing(self.city, self.store, filing, service, words, more={"client_request_id": given})


class Libre311(GeoReportV2):
    """Answers for one Libre311 jurisdiction."""

    posting = Libre311Posting

    def answer(self, request: Request, rest: tuple[str, ...], *, key_revoked: bool = False) -> Answer:
        seed(self.city, self.store)
        if not request.arg("jurisdiction_id") and rest[:1] and not rest[0].startswith("discovery"):
            return self.refuse(CityError(404, "Page Not Found"), self.path_and_format(rest)[1])
        return super().answer(request, rest, key_revoked=key_revoked)

    def path_and_format(self, rest: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
        """Without an ending it is JSON."""
        path, format_ = super().path_and_format(rest)
        return (path, format_) if format_ in ("json", "xml") else (rest, "json")

    def refuse(self, error: CityError, format_: str) -> Answer:
        """HAL, always in JSON."""
        phrase = HTTPStatus(error.status).phrase
        return encode(
            "",
            {
                "message": phrase,
                "_links": {"self": {"href": f"/{self.city.base}", "templated": False}},
                "_embedded": {"errors": [{"message": text} for text in error.descriptions]},
            },
            "json",
            error.status,
        )

    def show(self, root: str, value: Any, format_: str) -> Answer:
        """Lists in XML come without a declaration, and with texts that are escaped before they are escaped."""
        if format_ == "json":
            return encode(root, value, format_)
        if not isinstance(value, list):
            return encode(root, value, format_)
        twice = [row | {name: escape(str(row[name])) for name in ESCAPED if row.get(name) is not None} for row in value]
        answer = encode(root, twice, format_)
        return replace(answer, body=answer.body.partition(b"?>\n")[2])

    def resource(self, request: Request, path: tuple[str, ...], format_: str) -> Answer:
        """`services` is in pages too."""
        if path == ("services",) and request.method in ("GET", "HEAD"):
            check_jurisdiction(self.city, request)
            page, headers = _page(self.services(request), request)
            return replace(self.show("services", page, format_), headers=headers)
        return super().resource(request, path, format_)

    def service_row(self, service: Service, request: Request) -> dict[str, Any]:
        return {
            "service_code": int(service.code),
            "jurisdiction_id": self.city.jurisdiction_id,
            "service_name": service.name,
            "description": service.description,
            "metadata": service.metadata,
            "type": service.type,
            "keywords": [word.strip() for word in service.keywords.split(",") if word.strip()],
            "group_id": int(service.group),
        }

    def definition(self, code: str, request: Request) -> dict[str, Any]:
        service = find_service(self.city, code)
        attributes = [attribute | {"code": int(attribute["code"])} for attribute in service.definition]
        return {"service_code": int(service.code), "attributes": attributes}

    def requests(self, request: Request, format_: str) -> Answer:
        try:
            found = self.passing(request)
        except ValueError as problem:
            raise CityError(500, f"Internal Server Error: {problem}") from None
        page, headers = _page(found, request)
        rows = [self.row(stored, request) for stored in page]
        return replace(self.show("service_requests", rows, format_), headers=headers)

    def passing(self, request: Request) -> list[StoredRequest]:
        """Newest first; raises ValueError for a bad date."""
        ids, codes, statuses, priorities = (
            _asked(request, name) for name in ("service_request_id", "service_code", "status", "priority")
        )
        start, end = (
            parse_moment(text) if (text := request.arg(name)) else None for name in ("start_date", "end_date")
        )
        return [
            stored
            for stored in reversed(self.held())
            if (not ids or stored.service_request_id in ids)
            and (not codes or stored.service_code in codes)
            and (not statuses or self._state(stored) in statuses)
            and (not priorities or _priority(stored) in priorities)
            and (start is None or start <= work.received(stored))
            and (end is None or work.received(stored) <= end)
        ]

    def row(self, stored: StoredRequest, request: Request) -> dict[str, Any]:
        plain, done = self.plain_row(stored), self._progress(stored)
        shown = plain | {
            "service_code": int(stored.service_code),
            "jurisdiction_id": self.city.jurisdiction_id,
            "status": self._state(stored),
            "priority": _priority(stored),
            "requested_datetime": _instant(work.received(stored)),
            "updated_datetime": _instant(done.updated),
            "selected_values": self._selected(stored),
        }
        if done.expected:
            shown["expected_datetime"] = _instant(done.expected)
        if done.status == "closed":
            shown["closed_datetime"] = _instant(done.updated)
        return shown | {name: str(shown[name]) for name in ("lat", "long") if name in shown}

    def _selected(self, stored: StoredRequest) -> list[dict[str, Any]]:
        questions = {attribute["code"]: attribute for attribute in self.city.services[stored.service_code].definition}
        selected = []
        for code, values in stored.attributes.items():
            question = questions.get(code, {"datatype": "string"})
            names = {str(choice["key"]): choice["name"] for choice in question.get("values", ())}
            told = [{"key": value, "name": names.get(value, value)} for value in values]
            selected.append({"code": code, "datatype": question["datatype"], "values": told})
        return selected

    def _state(self, stored: StoredRequest) -> str:
        last = self._progress(stored).history[-1]
        return STATES.get(last.event, last.status)

    def _progress(self, stored: StoredRequest) -> work.Progress:
        kind = self.city.services[stored.service_code].kind
        return work.progress(self.city.key, kind, stored, self.store.clock.now())


def _page(rows: Sequence[Row], request: Request) -> tuple[list[Row], tuple[tuple[str, str], ...]]:
    """A page, counted from 0, and the headers that tell how many there are."""
    number, size = whole(request.arg("page")), whole(request.arg("size")) or PAGE
    offset = number * size
    headers = {
        "page-TotalSize": len(rows),
        "page-TotalPages": -(-len(rows) // size),
        "page-PageNumber": number,
        "page-Offset": offset,
        "page-Size": size,
    }
    return list(rows[offset : offset + size]), tuple((name, str(value)) for name, value in headers.items())


def _asked(request: Request, name: str) -> set[str]:
    """The values of an argument that may be repeated and may hold commas."""
    return {part.strip() for text in request.query.get(name, ()) for part in text.split(",") if part.strip()}


def _priority(stored: StoredRequest) -> str:
    return PRIORITIES[stored.serial % len(PRIORITIES)]


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
