"""Toronto: JSON that keeps the root, ids that are numbers, one code that is a number, and short windows.

Source: DIALECTS section 8.
"""

from datetime import timedelta
from typing import Any

from reports.sandbox import work
from reports.sandbox.cities import City, Service
from reports.sandbox.clock import parse_moment
from reports.sandbox.encoding import encode
from reports.sandbox.faults import unavailable
from reports.sandbox.georeport_v2 import GeoReportV2
from reports.sandbox.posting import Posting
from reports.sandbox.refusals import CityError
from reports.sandbox.request_rows import passing
from reports.sandbox.state import StoredRequest
from reports.sandbox.wire import Answer, Request

CITIES = (
    City(
        key="toronto",
        name="City of Toronto",
        base="toronto/webwizard/ws",
        jurisdiction_id="toronto.ca",
        speaks="toronto",
        time_zone="America/Toronto",
        jurisdiction="required",
        type="batch",
        number_ids=True,
        first_serial=101_005_570_500,
        api_keys=("toronto-key",),
        contact="311 Toronto. Dial 311 or 416-392-2489.",
        changeset="2026-01-08T12:00:00-05:00",
    ),
)
WINDOW_NAMES = ("start_date", "end_date")
LONGEST_WINDOW = timedelta(days=25)  # a longer one ends in a gateway's time-out
PHRASES = {
    "opened": "In progress - The request has been received.",
    "assigned": "In progress - The request is being looked into.",
    "scheduled": "In progress - The request has been scheduled.",
    "inspected": "In progress - The site has been inspected.",
    "delayed": "In progress - The work has been delayed.",
    "reopened": "In progress - The request has been opened again.",
    "closed": "Completed - The request has been concluded.",
    "duplicate": "Cancelled - The request may be a duplicate, has been submitted in error or is no longer required.",
    "cancelled": "Cancelled - The request may be a duplicate, has been submitted in error or is no longer required.",
}


class TorontoPosting(Posting):
    def taken(self, stored: StoredRequest, service: Service, format_: str) -> Answer:
        return wrapped([self.receipt(stored, service)], format_, self.city.post_status)


class Toronto(GeoReportV2):
    """Answers for Toronto. A request is in the lists, and to be had by its id, once it has one."""

    posting = TorontoPosting

    def show(self, root: str, value: Any, format_: str) -> Answer:
        return wrapped(value, format_) if root == "service_requests" else encode(root, value, format_)

    def service_row(self, service: Service, request: Request) -> dict[str, Any]:
        return super().service_row(service, request) | {"service_code": _code(service)}

    def requests(self, request: Request, format_: str) -> Answer:
        try:
            first, last = (parse_moment(text) if (text := request.arg(name)) else None for name in WINDOW_NAMES)
        except ValueError as problem:
            raise CityError(400, str(problem)) from None
        if first and (last or self.store.clock.now()) - first > LONGEST_WINDOW:
            return unavailable(504)
        return super().requests(request, format_)

    def passing(self, request: Request) -> list[StoredRequest]:
        now = self.store.clock.now()
        numbered = [stored for stored in self.held() if work.token_ready(stored, now)]
        return passing(self.city, numbered, request, now, self.plain_row)

    def row(self, stored: StoredRequest, request: Request) -> dict[str, Any]:
        """In the city's order of fields, long before lat; null for everything that is not known."""
        service = self.city.services[stored.service_code]
        done = work.progress(self.city.key, service.kind, stored, self.store.clock.now())
        plain = self.plain_row(stored)
        lat = plain.pop("lat")
        media_url = plain.pop("media_url")
        touched = {"updated_datetime": plain["updated_datetime"] if len(done.history) > 1 else None}
        return (
            plain
            | touched
            | {
                "service_code": _code(service),
                "status_notes": PHRASES.get(done.history[-1].event, done.notes or None),
                "agency_responsible": "311 Toronto",
                "address_id": int(stored.address_id) if stored.address_id.isdigit() else None,
                "zipcode": None,
                "lat": lat,
                "media_url": media_url,
            }
        )


def wrapped(rows: list[dict[str, Any]], format_: str, status: int = 200) -> Answer:
    """Rows of requests: in JSON inside an object named as the XML's root."""
    return encode("service_requests", {"service_requests": rows} if format_ == "json" else rows, format_, status)


def _code(service: Service) -> str | int:
    return int(service.code) if service.more.get("number") else service.code
