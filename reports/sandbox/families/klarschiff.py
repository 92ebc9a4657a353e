"""Klarschiff, as Rostock runs it: an address to write to, a link to follow, and errors that are all the server's.

Source: DIALECTS section 15, and CitySDK_API.md of bfpi/klarschiff-backoffice for the paths of comments and coverage.
"""

import binascii
from base64 import b64decode
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from reports.sandbox import work
from reports.sandbox.cities import City, Service
from reports.sandbox.clock import parse_moment
from reports.sandbox.encoding import encode
from reports.sandbox.families.rails_xml import rails_xml
from reports.sandbox.filing import Filing
from reports.sandbox.georeport_v2 import GeoReportV2
from reports.sandbox.posting import Posting
from reports.sandbox.refusals import CityError, check_key, given_key
from reports.sandbox.request_rows import whole
from reports.sandbox.state import CLERK, StoredRequest
from reports.sandbox.storing import store_filing
from reports.sandbox.wire import Answer, Request

CITIES = (
    City(
        key="rostock",
        name="Hanse- und Universitätsstadt Rostock",
        base="rostock/citysdk",
        jurisdiction_id="rostock.de",
        speaks="klarschiff",
        time_zone="Europe/Berlin",
        jurisdiction="ignored",
        number_ids=True,
        first_serial=29_400,
        api_keys=("rostock-key",),
        contact="Klarschiff, Hanse- und Universitätsstadt Rostock, Holbeinplatz 14. 0381 381-0.",
        changeset="2026-01-19T08:43:00+01:00",
    ),
)
CONFIRM_SECONDS, REVIEW_SECONDS = 120.0, 600.0  # until the mailed link is followed, until the text is released
CONFIRM_PACE_SHARE, REVIEW_PACE_SHARE = 0.02, 0.05  # at a quick pace no longer than these shares of it
UNREVIEWED = "redaktionelle Prüfung ausstehend"
THANKS = "Vielen Dank. Bitte bestätigen Sie Ihre Meldung über den Link in der E-Mail, die wir Ihnen geschickt haben."
NO_KEY, WRONG_KEY = "Es wurde kein API-Key übergeben.", "Der übergebene API-Key ist ungültig."
TIP = "tip"  # requests of this kind are for callers with a key
AREA = (54.05, 11.99, 54.25, 12.30)  # south, west, north, east
DETAILED = {
    "opened": "RECEIVED", "assigned": "IN_PROCESS", "scheduled": "IN_PROCESS", "inspected": "IN_PROCESS",
    "delayed": "IN_PROCESS", "closed": "PROCESSED", "duplicate": "REJECTED", "cancelled": "REJECTED",
    "reopened": "IN_PROCESS",
}  # fmt: skip
DETAILED_BY_STATUS = {"open": "IN_PROCESS", "closed": "PROCESSED"}


class KlarschiffPosting(Posting):
    """An address is required, a photograph comes as Base64 text, and what is wrong with a filing is a 422."""

    def post(self, request: Request, format_: str) -> Answer:
        try:
            return super().post(request, format_)
        except CityError as error:
            raise CityError(422 if error.status in (400, 404) else error.status, *error.descriptions) from None

    def problems(self, service: Service, filing: Filing, request: Request) -> list[str]:
        found = super().problems(service, filing, request)
        if "@" not in filing.email:
            found.append("email muss ausgefüllt werden")
        if not filing.description:
            found.append("description muss ausgefüllt werden")
        if request.arg("media") and _decoded(request.arg("media")) is None:
            found.append("media ist kein Base64")
        return found

    def keep(self, filing: Filing, service: Service, words: list[str], request: Request) -> StoredRequest:
        content = _decoded(request.arg("media")) or b""
        photo = {"field": "media", "filename": "", "content_type": "image/jpeg", "bytes": len(content)}
        more = {"privacy_policy_accepted": request.arg("privacy_policy_accepted")}
        return store_filing(self.city, self.store, filing, service, words, photos=[photo] if content else [], more=more)

    def taken(self, stored: StoredRequest, service: Service, format_: str) -> Answer:
        receipt = {"service_request_id": int(stored.service_request_id), "create_message": THANKS}
        if format_ == "json":
            return encode("", receipt, format_, self.city.post_status)
        return rails_xml("service_requests", [receipt], self.city.post_status)


class Klarschiff(GeoReportV2):
    """Answers for one Klarschiff. The sandbox follows the mailed link by itself."""

    posting = KlarschiffPosting

    def operation(self, method: str, rest: tuple[str, ...]) -> str:
        if rest[:1] == ("requests",) and any(part.partition(".")[0] == "comments" for part in rest[1:]):
            return "comments"
        return super().operation(method, rest)

    def refuse(self, error: CityError, format_: str) -> Answer:
        """422 and 404 are what they say; all else is a 500, with the code in the body."""
        code, texts = error.status, error.descriptions
        if code == 403:
            missing = "not provided" in texts[0]
            code, texts = (400, (NO_KEY,)) if missing else (401, (WRONG_KEY,))
        if code == 404:
            texts = ("record_not_found",)
        listed = [{"code": code, "description": text} for text in texts]
        status = code if code in (404, 422) else 500
        return encode("", listed, format_, status) if format_ == "json" else rails_xml("error_messages", listed, status)

    def show(self, root: str, value: Any, format_: str) -> Answer:
        return encode(root, value, format_) if format_ == "json" else rails_xml(root, value)

    def resource(self, request: Request, path: tuple[str, ...], format_: str) -> Answer:
        name, *parts = path or ("",)
        if name == "requests" and len(parts) == 2 and "comments" in parts:
            number = parts[1] if parts[0] == "comments" else parts[0]
            return self._comments(number, request, format_)
        if path == ("coverage",):
            return self.show("hash", {"result": _covered(request)}, format_)
        return super().resource(request, path, format_)

    def services(self, request: Request) -> Any:
        wanted = {"group": request.arg("group"), "keywords": request.arg("keywords")}
        rows = [row for row in super().services(request) if self._knows(request) or row["keywords"] != TIP]
        return [row for row in rows if all(row[name] == value for name, value in wanted.items() if value)]

    def definition(self, code: str, request: Request) -> Any:
        """A service, where a definition is due: there are no attributes at all."""
        service = self.city.services.get(code)
        if service is None:
            raise CityError(404, "record_not_found")
        told = {"service_code": service.code, "service_name": service.name}
        told |= {"keywords": service.keywords, "group": service.group}
        return [told]

    def requests(self, request: Request, format_: str) -> Answer:
        found = self.by_ids(request)
        if found is None:
            found = self.passing(request)
        found = [stored for stored in found if self._knows(request) or self._service(stored).keywords != TIP]
        if request.arg("just_count").lower() == "true":
            return self.show("hash", {"count": len(found)}, format_)
        most = whole(request.arg("max_requests")) or len(found)
        return self.show("service_requests", [self.row(stored, request) for stored in found[:most]], format_)

    def passing(self, request: Request) -> list[StoredRequest]:
        """Newest first. Without a status those that are open; nothing before its link was followed; no end to the
        past."""
        status = request.arg("status").lower() or "open"
        detailed = {part.strip() for part in request.arg("detailed_status").split(",") if part.strip()}
        codes = {part.strip() for part in request.arg("service_code").split(",") if part.strip()}
        within = self._windows(request)
        return [
            stored
            for stored in reversed(self.held())
            if self._confirmed(stored)
            and (detailed or self._progress(stored).status in status.split(","))
            and (not detailed or self._detailed(stored) in detailed)
            and (not codes or stored.service_code in codes)
            and request.arg("keyword") in ("", self._service(stored).keywords)
            and within(stored)
        ]

    def one_request(self, request_id: str, request: Request, format_: str) -> Answer:
        """In JSON the object itself, in XML a list of one."""
        row = self.row(self.find(request_id), request)
        return self.show("service_requests", row if format_ == "json" else [row], format_)

    def row(self, stored: StoredRequest, request: Request) -> dict[str, Any]:
        done, service = self._progress(stored), self._service(stored)
        reviewed = self._after(stored, REVIEW_SECONDS, REVIEW_PACE_SHARE)
        picture = f"{request.origin}/{self.city.base}/photos/{stored.service_request_id}.jpg"
        shown: dict[str, Any] = {
            "service_request_id": int(stored.service_request_id),
            "status_notes": done.notes or None,
            "status": done.status,
            "service_code": int(service.code),
            "service_name": service.name,
            "description": stored.description if reviewed else UNREVIEWED,
            "agency_responsible": work.agency(service.kind, stored.serial),
            "service_notice": None,
            "requested_datetime": self._moment(work.received(stored)),
            "updated_datetime": self._moment(done.updated),
            "expected_datetime": self._moment(done.expected) if done.expected else None,
            "address": stored.address_string or None,
            "adress_id": None,
            "lat": _text(stored.lat),
            "long": _text(stored.long),
            "media_url": picture if stored.photos and reviewed else None,
            "zipcode": None,
        }
        if request.arg("extensions").lower() == "true":
            shown["extended_attributes"] = {
                "detailed_status": self._detailed(stored),
                "detailed_status_datetime": self._moment(done.updated),
                "description_public": reviewed,
                "media_urls": [picture] if stored.photos and reviewed else [],
                "photo_required": False,
                "trust": 0,
                "votes": 0,
            }
        return shown

    def _comments(self, number: str, request: Request, format_: str) -> Answer:
        """Those of a request, or a new one. The author is an address to write to."""
        check_key(self.city, request)
        stored = self.find(number)
        if request.method == "POST":
            missing = [f"{name} muss ausgefüllt werden" for name in ("author", "comment") if not request.arg(name)]
            if missing:
                raise CityError(422, *missing)
            new = self.store.add_comment(
                self.city.key, stored.service_request_id, request.arg("comment"), request.arg("author")
            )
            row = self._comment(stored, new)
            return encode("", row, format_, 201) if format_ == "json" else rails_xml("comments", [row], 201)
        return self.show("comments", [self._comment(stored, each) for each in stored.comments], format_)

    def _comment(self, stored: StoredRequest, comment: dict[str, str]) -> dict[str, Any]:
        return {
            "id": int(comment["id"]),
            "jurisdiction_id": None,
            "author": "klarschiff@rostock.example" if comment["by"] == CLERK else comment["by"],
            "comment": comment["text"],
            "datetime": self._moment(parse_moment(comment["at"])),
            "service_request_id": int(stored.service_request_id),
        }

    def _windows(self, request: Request) -> Callable[[StoredRequest], bool]:
        """Whether a request lies in the windows that are asked for. Raises CityError 400 for a bad date."""
        names = ("start_date", "end_date", "updated_after", "updated_before")
        try:
            start, end, after, before = (parse_moment(t) if (t := request.arg(name)) else None for name in names)
        except ValueError as problem:
            raise CityError(400, str(problem)) from None

        def within(stored: StoredRequest) -> bool:
            filed, changed = work.received(stored), self._progress(stored).updated
            return _between(start, filed, end) and _between(after, changed, before)

        return within

    def _detailed(self, stored: StoredRequest) -> str:
        if not self._confirmed(stored):
            return "PENDING"
        last = self._progress(stored).history[-1]
        return DETAILED.get(last.event, DETAILED_BY_STATUS[last.status])

    def _confirmed(self, stored: StoredRequest) -> bool:
        return self._after(stored, CONFIRM_SECONDS, CONFIRM_PACE_SHARE)

    def _after(self, stored: StoredRequest, seconds: float, share: float) -> bool:
        wait = timedelta(seconds=min(seconds, stored.pace * share))
        return self.store.clock.now() >= work.received(stored) + wait

    def _progress(self, stored: StoredRequest) -> work.Progress:
        return work.progress(self.city.key, self._service(stored).kind, stored, self.store.clock.now())

    def _service(self, stored: StoredRequest) -> Service:
        return self.city.services[stored.service_code]

    def _knows(self, request: Request) -> bool:
        return self.city.accepts_key(given_key(self.city, request))

    def _moment(self, moment: datetime) -> str:
        return moment.astimezone(self.city.zone).isoformat(timespec="milliseconds")


def _between(first: datetime | None, moment: datetime, last: datetime | None) -> bool:
    return (first is None or first <= moment) and (last is None or moment <= last)


def _decoded(text: str) -> bytes | None:
    """The bytes behind Base64 text, or None where it is none."""
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _text(degrees: float | None) -> str | None:
    return None if degrees is None else str(degrees)


def _covered(request: Request) -> bool:
    south, west, north, east = AREA
    try:
        return south <= float(request.arg("lat")) <= north and west <= float(request.arg("long")) <= east
    except ValueError:
        raise CityError(400, "lat und long sind Zahlen") from None
