"""SeeClickFix's Open311: one organisation's endpoint, and the aggregate that is asked by place (DIALECTS section 10).

GeoReport v2 in outline, with numbers for ids, text for coordinates, null for what is unknown, pages of twenty, and
SeeClickFix's own words in `status`.
"""

import math
import re
from dataclasses import replace
from datetime import datetime
from typing import Any

from reports.sandbox import work
from reports.sandbox.cities import City, Service
from reports.sandbox.clock import parse_moment
from reports.sandbox.encoding import encode
from reports.sandbox.faults import magic_after, magic_before, magic_words
from reports.sandbox.filing import Filing, problems, read_filing, refusal
from reports.sandbox.georeport_v2 import SPECIFICATION
from reports.sandbox.refusals import CityError, find_service
from reports.sandbox.seeclickfix.account import (
    NEW_HAVEN,
    ORGANIZATIONS,
    Area,
    Organization,
    course,
    local,
    request_types,
    whole,
)
from reports.sandbox.state import StoredRequest
from reports.sandbox.storing import store_filing, store_once
from reports.sandbox.system import System
from reports.sandbox.wire import Answer, Request

_ORGANIZATION_CITY = City(
    key="new-haven",
    name="City of New Haven (SeeClickFix Open311)",
    base="seeclickfix/open311/v2/29",
    jurisdiction_id="cityofnewhaven.com",
    speaks="seeclickfix_open311",
    jurisdiction="ignored",
    time_zone="America/New_York",
    number_ids=True,
    first_serial=14_239_700,
    api_keys=("new-haven-key",),
    page_size=20,
    max_page_size=100,
)
AGGREGATE = "scf-aggregate"
# The organisation first: its base lies below the aggregate's.
CITIES = (
    _ORGANIZATION_CITY,
    replace(
        _ORGANIZATION_CITY,
        key=AGGREGATE,
        name="SeeClickFix Open311, by place",
        base="seeclickfix/open311/v2",
        jurisdiction_id="seeclickfix.com",
        first_serial=15_800_000,
        api_keys=("scf-aggregate-key",),
    ),
)
NEAR = 0.05  # degrees around an asked point within which the aggregate finds requests
OUTSIDE = "The selected point is not within boundary of associated request type."

# How far SeeClickFix's words stand for the standard's two when a list is asked for by status.
STANDARD = {"open": {"open", "acknowledged"}, "closed": {"closed", "archived"}}
_ZIP = re.compile(r"\b\d{5}\b")


class SeeClickFixOpen311(System):
    """Answers for one organisation, or for the aggregate. Nothing is asked of who reads; a key of who reports only
    has to be right where one is given."""

    def below(self, segments: tuple[str, ...]) -> tuple[str, ...] | None:
        parts = tuple(self.city.base.split("/"))
        return segments[len(parts) :] if segments[: len(parts)] == parts else None

    def operation(self, method: str, rest: tuple[str, ...]) -> str:
        name = rest[0].partition(".")[0] if rest else "none"
        if name == "requests" and method == "POST":
            return "post"
        return "definition" if name == "services" and len(rest) > 1 else name

    def answer(self, request: Request, rest: tuple[str, ...], *, key_revoked: bool = False) -> Answer:
        stem, _, format_ = (rest[-1] if rest else "").rpartition(".")
        spoken = format_ if format_ in ("xml", "json") else "json"
        try:
            if format_ != spoken:
                raise CityError(404, f"No such resource or format: {'/'.join(rest)}")
            if key_revoked:
                raise CityError(403, "api_key is not valid")
            answer = self._resource(request, (*rest[:-1], stem), format_)
        except CityError as error:
            listed = [{"code": error.status, "description": text} for text in error.descriptions]
            return encode("errors", listed, spoken, error.status)
        return _padded(answer, request) if spoken == "json" else answer

    def _resource(self, request: Request, path: tuple[str, ...], format_: str) -> Answer:
        if request.method == "POST" and path == ("requests",):
            return self._post(request, format_)
        if request.method not in ("GET", "HEAD"):
            raise CityError(405, f"{request.method} is not allowed here")
        match path:
            case ("discovery",):
                return encode("discovery", self._discovery(request), format_)
            case ("services",):
                return encode("services", [_service_row(service) for service in self._services(request)], format_)
            case ("services", code):
                service = find_service(self.city, code)
                definition = {"service_code": service.code, "attributes": list(service.definition)}
                return encode("service_definition", definition, format_)
            case ("requests",):
                return encode("service_requests", self._requests(request), format_)
            case ("requests", number):
                held = [stored for stored in self._held() if stored.service_request_id == number]
                if not held:
                    raise CityError(404, f"Service request not found with id {number}")
                return encode("service_requests", [self._row(held[0], request)], format_)
        raise CityError(404, f"No such resource: {'/'.join(path)}")

    def _organization(self, code: str) -> Organization:
        owner = request_types(self.city.key)[code].organization_id
        return next((known for known in ORGANIZATIONS if known.id == owner), NEW_HAVEN)

    def _services(self, request: Request) -> list[Service]:
        """The aggregate's depend on the place; where no organisation is, the list is empty."""
        services = list(self.city.services.values())
        if self.city.key != AGGREGATE:
            return services
        organization = request.arg("organization_id")
        if organization:
            return [s for s in services if str(self._organization(s.code).id) == organization]
        point = _point(request)
        if point is None:
            raise CityError(400, "lat and long are required")
        return [service for service in services if self._organization(service.code).area.holds(*point)]

    def _post(self, request: Request, format_: str) -> Answer:
        filing = read_filing(request)
        tries = self.store.note_post(self.city.key, filing.fingerprint)
        api_key = request.arg("api_key")
        if api_key and not self.city.accepts_key(api_key):
            raise CityError(403, "api_key is not valid")
        words = magic_words(filing.description)
        early = magic_before(words, tries)
        if early:
            return early
        if not filing.service_code:
            raise CityError(400, "service_code required")
        service = find_service(self.city, filing.service_code)
        wrong = refusal(service) if "SANDBOX-REFUSE" in words else self._problems(service, filing)
        if wrong:
            raise CityError(400, *wrong)
        if "SANDBOX-DUPLICATE" in words:
            store_once(self.city, self.store, filing, service, words)
            raise CityError(400, "Invalid service request: base is a duplicate.")
        stored = store_filing(self.city, self.store, filing, service, words)
        receipt = {
            "service_request_id": int(stored.service_request_id),
            "service_notice": service.notice or None,
            "account_id": None,
        }
        return magic_after(words, encode("service_requests", [receipt], format_, 201), self.timing)

    def _problems(self, service: Service, filing: Filing) -> list[str]:
        found = problems(self.city, service, filing)
        if not found and filing.lat and not self._organization(service.code).area.holds(*_floats(filing)):
            found.append(OUTSIDE)
        return found

    def _held(self) -> list[StoredRequest]:
        """Newest first."""
        return self.store.requests(self.city.key)[::-1]

    def _requests(self, request: Request) -> list[dict[str, Any]]:
        wanted = _listed(request, "service_request_id")
        if wanted:
            return [self._row(stored, request) for stored in self._held() if stored.service_request_id in wanted]
        rows = [self._row(stored, request) for stored in self._held() if self._placed(stored, request)]
        rows = [row for row in rows if _passes(row, request)]
        size = whole(request.arg("per_page") or request.arg("page_size"), otherwise=20, most=100)
        start = (whole(request.arg("page"), otherwise=1, most=10**9) - 1) * size
        return rows[start : start + size]

    def _placed(self, stored: StoredRequest, request: Request) -> bool:
        organization = request.arg("organization_id")
        if organization and str(self._organization(stored.service_code).id) != organization:
            return False
        point = _point(request)
        if point is None:
            return True
        if stored.lat is None or stored.long is None:
            return False
        lat, long = point
        return Area(lat - NEAR, long - NEAR, lat + NEAR, long + NEAR).holds(stored.lat, stored.long)

    def _row(self, stored: StoredRequest, request: Request) -> dict[str, Any]:
        service = self.city.services[stored.service_code]
        come = course(self.city, stored, self.store.clock.now())
        zipcode = _ZIP.search(stored.address_string)
        signed = f"{request.origin}/seeclickfix/files/{stored.service_request_id}.jpg?X-Expires=604800&X-Signature="
        return {
            "description": stored.description or None,
            "address": stored.address_string or None,
            "lat": None if stored.lat is None else str(stored.lat),
            "service_request_id": int(stored.service_request_id),
            "requested_datetime": local(self.city, work.received(stored)),
            "long": None if stored.long is None else str(stored.long),
            "service_code": service.code,
            "status": come.status.lower(),
            "zipcode": zipcode.group() if zipcode else None,
            "updated_datetime": local(self.city, come.updated),
            "agency_responsible": self._organization(service.code).name,
            "service_name": service.name,
            "media_url": signed + stored.fingerprint if stored.media_url else None,
            "expected_datetime": None,
            "address_id": None,
            "service_notice": None,
            "status_notes": come.history[-1].note or None if come.closed else None,
        }

    def _discovery(self, request: Request) -> dict[str, Any]:
        endpoint = {
            "specification": SPECIFICATION,
            "url": f"{request.origin}/{self.city.base}",
            "changeset": self.city.changeset,
            "type": "production",
            "formats": ["text/xml", "application/json"],
        }
        return {
            "changeset": self.city.changeset,
            "contact": "Write to the people who run this sandbox.",
            "key_service": "A key or a cookie of the client is accepted. None is needed to read.",
            "endpoints": [endpoint],
        }


def _padded(answer: Answer, request: Request) -> Answer:
    """JSONP, where a `callback` is named."""
    callback = request.arg("callback")
    if not re.fullmatch(r"[A-Za-z_$][\w$.]{0,99}", callback):
        return answer
    return replace(
        answer, body=callback.encode() + b"(" + answer.body + b")", content_type="text/javascript; charset=utf-8"
    )


def _service_row(service: Service) -> dict[str, Any]:
    return {
        "service_code": service.code,
        "service_name": service.name,
        "description": service.description,
        "metadata": service.metadata,
        "type": service.type,
        "keywords": service.keywords or None,
        "group": service.group,
    }


def _passes(row: dict[str, Any], request: Request) -> bool:
    codes = _listed(request, "service_code")
    statuses = {word for asked in _listed(request, "status") for word in STANDARD.get(asked.lower(), {asked.lower()})}
    if (codes and row["service_code"] not in codes) or (statuses and row["status"] not in statuses):
        return False
    moment = datetime.fromisoformat(row["requested_datetime"])
    start, end = _moment(request, "start_date"), _moment(request, "end_date")
    return not ((start and moment < start) or (end and moment > end))


def _listed(request: Request, name: str) -> set[str]:
    return {part.strip() for part in request.arg(name).split(",") if part.strip()}


def _moment(request: Request, name: str) -> datetime | None:
    try:
        return parse_moment(request.arg(name)) if request.arg(name) else None
    except ValueError as problem:
        raise CityError(400, f"{name}: {problem}") from None


def _point(request: Request) -> tuple[float, float] | None:
    """lat and long of the query; None without them. What is no coordinate is a 400."""
    if not (request.arg("lat") and request.arg("long")):
        return None
    try:
        lat, long = float(request.arg("lat")), float(request.arg("long"))
    except ValueError:
        raise CityError(400, "lat or long is not a number") from None
    if not (math.isfinite(lat) and math.isfinite(long)):
        raise CityError(400, "lat or long is not a number")
    return lat, long


def _floats(filing: Filing) -> tuple[float, float]:
    return float(filing.lat), float(filing.long)
