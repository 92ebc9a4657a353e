"""Mark-a-Spot, as Cologne runs it: its own names for fields, objects for errors, filters that fall away in silence.

Source: DIALECTS section 16 and the module's index resource (markaspot/markaspot_open311), whose list knows `id` and
`nids` but no `service_request_id`.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from reports.sandbox.cities import City, Service
from reports.sandbox.clock import parse_moment
from reports.sandbox.encoding import encode
from reports.sandbox.filing import Filing
from reports.sandbox.georeport_v2 import GeoReportV2
from reports.sandbox.posting import Posting
from reports.sandbox.refusals import CityError
from reports.sandbox.request_rows import whole
from reports.sandbox.state import StoredRequest
from reports.sandbox.wire import Answer, Request

CITIES = (
    City(
        key="cologne",
        name="Stadt Köln",
        base="cologne/georeport/v2",
        jurisdiction_id="stadt-koeln.de",
        speaks="mark_a_spot",
        time_zone="Europe/Berlin",
        jurisdiction="ignored",
        formats=("json", "xml"),
        id_form="{serial}-20{year:02d}",
        first_serial=12_500,
        api_keys=("cologne-key",),
        empty="omit",
        contact="Sag's uns, Stadt Köln. Telefon 0221 / 221-0.",
        changeset="2026-03-16T09:00:00+01:00",
    ),
)
PAGE, LONG_PAGE = 100, 500  # the second with start_date or updated
EVERY_FIFTH = 4  # a request whose serial number leaves this rest by five is in no list
XML = "application/xml; charset=utf-8"
# What a validation error is about, and the number that stands before it.
SUBJECTS = (("service", "103 - service_code"), ("location", "104 - position"), ("lat or long", "104 - position"))
OTHER_SUBJECT = "106 - validation"
SORTS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "created": lambda row: row["requested_datetime"],
    "updated": lambda row: row["updated_datetime"],
    "status": lambda row: row["status"],
    "service_code": lambda row: row["service_code"],
    "request_id": lambda row: row["service_request_id"],
}


class MarkASpotPosting(Posting):
    """The key is read from the query alone; the answer is nested objects."""

    def read(self, request: Request) -> Filing:
        return super().read(replace(request, form=_json_form(request) or request.form))

    def check_access(self, request: Request) -> None:
        super().check_access(replace(request, form={}))

    def service(self, filing: Filing) -> Service:
        service = self.city.services.get(filing.service_code)
        if service is None:
            raise CityError(400, f"service_code is not known: {filing.service_code!r}")
        return service

    def taken(self, stored: StoredRequest, service: Service, format_: str) -> Answer:
        receipt = {"service_requests": {"request": {"service_request_id": stored.service_request_id}}}
        if format_ == "json":
            return encode("", receipt, format_, self.city.post_status)
        answer = encode("service_requests", receipt["service_requests"], format_, self.city.post_status)
        return replace(answer, content_type=XML)


class MarkASpot(GeoReportV2):
    """Answers for one Mark-a-Spot site."""

    posting = MarkASpotPosting

    def refuse(self, error: CityError, format_: str) -> Answer:
        """Validation in a list with codes that are text; everything else in one object."""
        if error.status == 400:
            listed = [{"code": _subject(text), "description": text} for text in error.descriptions]
            answer = encode("errors", listed, format_, 400)
        else:
            told = {"code": error.status, "description": "; ".join(error.descriptions)}
            if format_ == "json":
                return encode("", {"error": told}, format_, error.status)
            answer = encode("error", told, format_, error.status)
        return answer if format_ == "json" else replace(answer, content_type=XML)

    def show(self, root: str, value: Any, format_: str) -> Answer:
        answer = encode(root, value, format_)
        if format_ == "json":
            return answer
        body = answer.body.replace(b"<services>", b'<services is_array="true">', 1)
        return replace(answer, body=body, content_type=XML)

    def service_row(self, service: Service, request: Request) -> dict[str, Any]:
        """`metadata` is text, and "false" is as true as "true" to a careless reader."""
        return super().service_row(service, request) | {"metadata": "true" if service.metadata else "false"}

    def requests(self, request: Request, format_: str) -> Answer:
        """A page of what passes. An empty one is a 404."""
        found = self.passing(request)
        limit = self._limit(request)
        offset = whole(request.arg("offset")) or (max(whole(request.arg("page")), 1) - 1) * limit
        rows = [self.row(stored, request) for stored in found[offset : offset + limit]]
        if not rows:
            raise CityError(404, "No service requests found")
        if request.arg("meta").lower() == "true" and format_ == "json":
            meta = {"total": len(found), "limit": limit, "offset": offset}
            return self.show("", {"requests": rows, "meta": meta}, format_)
        return self.show("service_requests", rows, format_)

    def passing(self, request: Request) -> list[StoredRequest]:
        """Newest first unless sorted. What cannot be understood falls away; one unknown code alone is a 404."""
        codes = [part.strip() for part in request.arg("service_code").split(",") if part.strip()]
        known = [code for code in codes if code in self.city.services]
        if len(codes) == 1 and not known:
            raise CityError(404, f"No service with code {codes[0]}")
        start, end, updated = (_moment(request.arg(name)) for name in ("start_date", "end_date", "updated"))
        words = request.arg("q").casefold() if len(request.arg("q")) > 1 else ""
        statuses = {part.strip() for part in request.arg("status").split(",")} & {"open", "closed"}
        kept = []
        for stored in reversed(self.held()):
            row = self.plain_row(stored)
            filed, changed = (datetime.fromisoformat(row[name]) for name in ("requested_datetime", "updated_datetime"))
            if (
                stored.serial % 5 != EVERY_FIFTH
                and (not known or stored.service_code in known)
                and (not statuses or row["status"] in statuses)
                and (start is None or start <= filed)
                and (end is None or filed <= end)
                and (updated is None or updated <= changed)
                and words in f"{row['service_name']} {stored.description}".casefold()
                and request.arg("id") in ("", stored.service_request_id)
                and (not request.arg("nids") or str(stored.serial) in request.arg("nids").split(","))
            ):
                kept.append(stored)
        return self._sorted(kept, request)

    def row(self, stored: StoredRequest, request: Request) -> dict[str, Any]:
        plain = self.plain_row(stored)
        shown = {
            "service_request_id": stored.service_request_id,
            "title": f"#{stored.service_request_id} {plain['service_name']}",
            "description": plain.get("description"),
            "lat": stored.lat,
            "long": stored.long,
            "address_string": stored.address_string or None,
            "service_name": plain["service_name"],
            "service_code": stored.service_code,
            "requested_datetime": plain["requested_datetime"],
            "updated_datetime": plain["updated_datetime"],
            "status": plain["status"],
            "status_note": plain.get("status_notes"),
            "agency_responsible": plain["agency_responsible"],
            "media_url": ",".join(_links(stored)) or None,
        }
        if request.arg("extensions").lower() == "true":
            media = [{"mid": str(n), "url": url, "published": True} for n, url in enumerate(_links(stored), 1)]
            shown["extended_attributes"] = {
                "markaspot": {"nid": str(stored.serial), "status_descriptive_name": plain["status"]},
                "media": media,
            }
        return {name: value for name, value in shown.items() if value is not None}

    def _limit(self, request: Request) -> int:
        most = LONG_PAGE if request.arg("start_date") or request.arg("updated") else PAGE
        return min(whole(request.arg("limit")) or PAGE, most)

    def _sorted(self, found: list[StoredRequest], request: Request) -> list[StoredRequest]:
        asked = request.arg("sort") or ("-updated" if request.arg("updated") else "")
        key = SORTS.get(asked.lstrip("+-"))
        if key is None:
            return found
        return sorted(found, key=lambda stored: key(self.plain_row(stored)), reverse=asked.startswith("-"))


def _json_form(request: Request) -> dict[str, list[str]]:
    """The fields of a JSON body, or nothing where it is none."""
    if "json" not in request.headers.get("content-type", ""):
        return {}
    try:
        fields = json.loads(request.body)
    except ValueError:
        return {}
    return {name: [str(value)] for name, value in fields.items()} if isinstance(fields, dict) else {}


def _moment(text: str) -> datetime | None:
    try:
        return parse_moment(text) if text else None
    except ValueError:
        return None


def _links(stored: StoredRequest) -> list[str]:
    return [url.strip() for url in stored.media_url.split(",") if url.strip()]


def _subject(text: str) -> str:
    return next((subject for words, subject in SUBJECTS if text.startswith(words)), OTHER_SUBJECT)
