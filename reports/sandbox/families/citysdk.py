"""The CitySDK participation profile as Helsinki has it: three languages, uploads, and a moderator before the list.

Source: DIALECTS section 14.
"""

from collections.abc import Mapping
from datetime import timedelta
from math import cos, hypot, radians
from typing import Any

from reports.sandbox import work
from reports.sandbox.cities import City, Service
from reports.sandbox.filing import Filing
from reports.sandbox.georeport_v2 import GeoReportV2
from reports.sandbox.posting import Posting
from reports.sandbox.refusals import CityError
from reports.sandbox.state import StoredRequest
from reports.sandbox.storing import store_filing, uploaded
from reports.sandbox.wire import Answer, Request

CITIES = (
    City(
        key="helsinki",
        name="Helsingin kaupunki",
        base="helsinki/palautews/rest/v1",
        jurisdiction_id="hel.fi",
        speaks="citysdk",
        time_zone="Europe/Helsinki",
        jurisdiction="ignored",
        formats=("json", "xml"),
        id_form="{code}",
        api_keys=("helsinki-key",),
        description_lengths=(10, 5000),
        contact="Helsingin kaupunki, palautejärjestelmä. 09 310 11 111.",
        changeset="2026-02-20T09:00:00+02:00",
    ),
)
MOST_ROWS = 200
MODERATION_SECONDS = 300.0
MODERATION_PACE_SHARE = 0.05  # at a quick pace a moderator takes no longer than this share of it
IMAGE_ENDINGS = (".jpg", ".jpeg", ".png", ".gif")
UPLOADS = "media[]"
DEGREE = 111_195.0  # metres in a degree of latitude
# `detailed_status` is a set of words. A clerk's own hand sets no more than the last two.
DETAILED = {
    "opened": "RECEIVED",
    "assigned": "IN_PROCESS",
    "scheduled": "IN_PROCESS,PUBLIC_WORKS_NEW",
    "inspected": "IN_PROCESS,PUBLIC_WORKS_IN_PROGRESS",
    "delayed": "IN_PROCESS,PUBLIC_WORKS_INTERRUPTED",
    "closed": "PROCESSED,PUBLIC_WORKS_COMPLETED",
    "duplicate": "REJECTED",
    "cancelled": "PROCESSED,PUBLIC_WORKS_COMPLETED_REQUIRES_NO_ACTION",
    "reopened": "IN_PROCESS",
}
DETAILED_BY_STATUS = {"open": "IN_PROCESS", "closed": "PROCESSED"}


class CitySdkPosting(Posting):
    """Photographs by upload and by URL, and a place or the thing that the report is about."""

    def problems(self, service: Service, filing: Filing, request: Request) -> list[str]:
        found = super().problems(service, filing, request)
        of_object = request.arg("service_object_id")
        if of_object and not request.arg("service_object_type"):
            found.append("service_object_type is required with service_object_id")
        elif of_object:
            found = [problem for problem in found if not problem.startswith("location required")]
        if filing.media_url and not filing.media_url.lower().endswith(IMAGE_ENDINGS):
            found.append("media_url must end in .jpg, .jpeg, .png or .gif")
        found.extend(
            f"media is not an image: {file.filename}"
            for file in request.files
            if file.field == UPLOADS and not file.content_type.startswith("image/")
        )
        return found

    def keep(self, filing: Filing, service: Service, words: list[str], request: Request) -> StoredRequest:
        photos = [uploaded(file) for file in request.files if file.field == UPLOADS]
        names = ("title", "service_object_id", "service_object_type")
        more: dict[str, Any] = {name: request.arg(name) for name in names if request.arg(name)}
        base = f"{request.origin}/{self.city.base}/attachment/{filing.fingerprint[:8]}"
        more["media_urls"] = [f"{base}/{number}/{photo['filename']}" for number, photo in enumerate(photos, 1)]
        return store_filing(self.city, self.store, filing, service, words, photos=photos, more=more)

    def receipt(self, stored: StoredRequest, service: Service) -> dict[str, Any]:
        return {"service_request_id": stored.service_request_id, "service_notice": ""}


class CitySdk(GeoReportV2):
    """Answers for one CitySDK city. A request can be read by its id at once, and is in lists once it was seen."""

    posting = CitySdkPosting

    def service_row(self, service: Service, request: Request) -> dict[str, Any]:
        names = service.more["names"].get(request.arg("locale")[:2], (service.name, service.description, service.group))
        told = dict(zip(("service_name", "description", "group"), names, strict=True))
        return super().service_row(service, request) | told

    def definition(self, code: str, request: Request) -> dict[str, Any]:
        """Not in use: no service has one."""
        raise CityError(404, f"Service definition not found: {code}")

    def requests(self, request: Request, format_: str) -> Answer:
        if request.arg("service_object_id") and not request.arg("service_object_type"):
            raise CityError(400, "service_object_type is required with service_object_id")
        found = self.by_ids(request)
        if found is None:
            found = self.passing(request)[:MOST_ROWS]
        return self.show("service_requests", [self.row(stored, request) for stored in found], format_)

    def passing(self, request: Request) -> list[StoredRequest]:
        wanted = {name: request.arg(name) for name in ("service_object_id", "service_object_type") if request.arg(name)}
        return [
            stored
            for stored in super().passing(request)
            if self.published(stored)
            and all(stored.more.get(name) == value for name, value in wanted.items())
            and _near(stored, request)
        ]

    def published(self, stored: StoredRequest) -> bool:
        """Whether a moderator has let it into the lists."""
        wait = min(MODERATION_SECONDS, stored.pace * MODERATION_PACE_SHARE)
        return self.store.clock.now() >= work.received(stored) + timedelta(seconds=wait)

    def row(self, stored: StoredRequest, request: Request) -> dict[str, Any]:
        """Coordinates are text, and so is everything that is not known: the empty one."""
        plain = self.plain_row(stored)
        plain["zip_code"] = plain.pop("zipcode")
        shown = {name: "" if value is None else value for name, value in plain.items()}
        shown |= {"service_name": "", "lat": _text(stored.lat), "long": _text(stored.long)}
        if not shown["media_url"] and stored.more.get("media_urls"):
            shown["media_url"] = stored.more["media_urls"][0]
        if request.arg("extensions").lower() == "true":
            shown["extended_attributes"] = self._extended(stored)
        return shown

    def _extended(self, stored: StoredRequest) -> dict[str, Any]:
        kind = self.city.services[stored.service_code].kind
        last = work.progress(self.city.key, kind, stored, self.store.clock.now()).history[-1]
        more: Mapping[str, Any] = stored.more
        return {
            "title": more.get("title", ""),
            "service_object_id": more.get("service_object_id", ""),
            "service_object_type": more.get("service_object_type", ""),
            "detailed_status": DETAILED.get(last.event, DETAILED_BY_STATUS[last.status]),
            "media_urls": [*filter(None, [stored.media_url]), *more.get("media_urls", [])],
        }


def _text(degrees: float | None) -> str:
    return "" if degrees is None else str(degrees)


def _near(stored: StoredRequest, request: Request) -> bool:
    """Within `radius` metres of lat, long, where all three are given. Raises CityError 400 for what is no number."""
    asked = [request.arg(name) for name in ("lat", "long", "radius")]
    if not all(asked):
        return True
    try:
        lat, long, radius = (float(text) for text in asked)
    except ValueError:
        raise CityError(400, "lat, long and radius are numbers") from None
    if stored.lat is None or stored.long is None:
        return False
    return hypot(stored.lat - lat, (stored.long - long) * cos(radians(lat))) * DEGREE <= radius
