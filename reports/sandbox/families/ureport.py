"""uReport, as Bloomington and Peoria run it: photographs by upload, and things that are not for everybody.

Source: DIALECTS section 9. What is common to its rows and pages stands in the flags of `City`.
"""

from dataclasses import replace
from typing import Any

from reports.sandbox.cities import City, Service
from reports.sandbox.filing import Filing
from reports.sandbox.georeport_v2 import GeoReportV2
from reports.sandbox.posting import Posting
from reports.sandbox.refusals import CityError
from reports.sandbox.state import StoredRequest
from reports.sandbox.storing import store_filing, uploaded
from reports.sandbox.wire import File, Request

BLOOMINGTON = City(
    key="bloomington",
    name="City of Bloomington",
    base="bloomington/crm/open311/v2",
    jurisdiction_id="bloomington.in.gov",
    speaks="ureport",
    jurisdiction="ignored",
    time_zone="America/Indiana/Indianapolis",
    formats=("json",),
    number_ids=True,
    first_serial=187_300,
    api_keys=("bloomington-key",),
    post_status=200,
    post_gives_row=True,
    page_size=1000,
    id_lists=False,
    ignores_status=True,
    empty="mixed",
    contact="uReport, City of Bloomington, 401 N Morton St. 812-349-3400.",
    changeset="2026-01-12T08:30:00-05:00",
)
CITIES = (
    BLOOMINGTON,
    replace(
        BLOOMINGTON,
        key="peoria",
        name="City of Peoria",
        base="peoria/crm/open311/v2",
        jurisdiction_id="peoriagov.org",
        time_zone="America/Chicago",
        formats=("json", "xml"),
        first_serial=52_100,
        api_keys=("peoria-key",),
        contact="Peoria Cares, City of Peoria, 419 Fulton St. 309-494-2273.",
        changeset="2026-02-25T14:00:00-06:00",
    ),
)
OBSOLETE_KEY = "obsolete-key"  # a client that ought to be gone: its list of services is a notice
SHUTDOWN = ("THIS CLIENT IS NO LONGER SUPPORTED", "PLEASE USE THE WEB SITE", "OF THE CITY")
IMAGE_TYPES = frozenset({"image/jpeg", "image/png", "image/gif"})


class UReportPosting(Posting):
    """Takes one photograph in the field `media`. One that cannot be used is dropped without a word."""

    def service(self, filing: Filing) -> Service:
        service = super().service(filing)
        if not service.more.get("active", True):
            raise CityError(403, f"Service {service.code} may not be posted to")
        return service

    def keep(self, filing: Filing, service: Service, words: list[str], request: Request) -> StoredRequest:
        photos = [uploaded(file) for file in request.files if file.field == "media" and _is_image(file)][:1]
        if photos:
            number = len(self.store.requests(self.city.key)) + 1
            url = f"{request.origin}/{self.city.base.partition('/')[0]}/crm/media/{number}/{photos[0]['filename']}"
            filing = replace(filing, media_url=url)
        return store_filing(self.city, self.store, filing, service, words, photos=photos)


class UReport(GeoReportV2):
    """Answers for one uReport server."""

    posting = UReportPosting

    def services(self, request: Request) -> Any:
        if request.arg("api_key") == OBSOLETE_KEY:
            blank = {"service_code": "XXX", "description": "", "metadata": False, "type": "realtime", "group": "XXX"}
            return [blank | {"service_name": words, "keywords": ""} for words in SHUTDOWN]
        return super().services(request)

    def definition(self, code: str, request: Request) -> dict[str, Any]:
        service = self.city.services.get(code)
        if service and not service.more.get("active", True):
            raise CityError(403, f"Service {code} may not be posted to")
        return super().definition(code, request)

    def find(self, request_id: str) -> StoredRequest:
        stored = super().find(request_id)
        if self._private(stored):
            raise CityError(403, f"Service request {request_id} is not public")
        return stored

    def by_ids(self, request: Request) -> list[StoredRequest] | None:
        found = super().by_ids(request)
        return found and [stored for stored in found if not self._private(stored)]

    def passing(self, request: Request) -> list[StoredRequest]:
        box = _box(request.arg("bbox"))
        shown = [stored for stored in super().passing(request) if not self._private(stored)]
        return shown if box is None else [stored for stored in shown if _inside(stored, box)]

    def _private(self, stored: StoredRequest) -> bool:
        return bool(self.city.services[stored.service_code].more.get("private"))


def _is_image(file: File) -> bool:
    return bool(file.content) and file.content_type in IMAGE_TYPES


def _box(text: str) -> tuple[float, float, float, float] | None:
    """west, south, east, north; None where it cannot be read, which drops the filter."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        return None
    return west, south, east, north


def _inside(stored: StoredRequest, box: tuple[float, float, float, float]) -> bool:
    west, south, east, north = box
    if stored.lat is None or stored.long is None:
        return False
    return south <= stored.lat <= north and west <= stored.long <= east
