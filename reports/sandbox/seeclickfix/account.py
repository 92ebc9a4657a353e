"""What the SeeClickFix systems share: organisations with their areas, request types with their questions, and how far
an issue has come in SeeClickFix's own four words (DIALECTS sections 10 to 13)."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from reports.sandbox import work
from reports.sandbox.cities import City
from reports.sandbox.clock import parse_moment
from reports.sandbox.state import StoredRequest

ARCHIVE_AFTER = timedelta(days=7)  # an issue is Archived that long after it was Closed, for good
OTHER = "other"  # the request type that every place has


@dataclass(frozen=True)
class Area:
    """A box in WGS84 degrees."""

    south: float
    west: float
    north: float
    east: float

    def holds(self, lat: float, long: float) -> bool:
        return self.south <= lat <= self.north and self.west <= long <= self.east


@dataclass(frozen=True)
class Organization:
    id: int
    name: str
    place: str  # its url_name
    state: str
    area: Area


NEW_HAVEN = Organization(29, "City of New Haven", "new-haven", "CT", Area(41.24, -73.00, 41.35, -72.86))
CAMBRIDGE = Organization(51, "City of Cambridge", "cambridge", "MA", Area(42.35, -71.17, 42.41, -71.06))
MIAMI_BEACH = Organization(77, "City of Miami Beach", "miami-beach", "FL", Area(25.75, -80.16, 25.88, -80.11))
DALY_CITY = Organization(113, "City of Daly City", "daly-city", "CA", Area(37.64, -122.51, 37.71, -122.40))
ORGANIZATIONS = (NEW_HAVEN, CAMBRIDGE, MIAMI_BEACH, DALY_CITY)


@dataclass(frozen=True)
class Question:
    """One question of a request type; `type` is SeeClickFix's word, `values` are keys and names."""

    key: str
    type: str
    text: str
    required: bool
    private: bool
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class RequestType:
    code: str
    title: str
    internal: bool  # shown to members of the organisation alone
    organization_id: int | None
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Course:
    """How far an issue has come. `status` is Open, Acknowledged, Closed or Archived."""

    status: str
    updated: datetime
    acknowledged: datetime | None
    closed: datetime | None
    reopened: datetime | None
    history: tuple[work.Step, ...]


@cache
def request_types(city_key: str) -> dict[str, RequestType]:
    """The request types of one fake city, by code, from data/<key>.json."""
    text = files("reports.sandbox").joinpath(f"data/{city_key}.json").read_text(encoding="utf-8")
    return {row["service_code"]: _request_type(row) for row in json.loads(text)}


def course(city: City, stored: StoredRequest, now: datetime) -> Course:
    """An official's first entry acknowledges an issue, a later one on a closed issue opens it again."""
    done = work.progress(city.key, city.services[stored.service_code].kind, stored, now)
    status, acknowledged, closed, reopened = "Open", None, None, None
    for step in done.history:
        if step.status == "closed":
            status, closed = "Closed", step.at
        elif status == "Closed":
            status, closed, reopened = "Open", None, step.at
        elif step.event != "opened":
            status, acknowledged = "Acknowledged", acknowledged or step.at
    updated = max([done.updated, *(parse_moment(comment["at"]) for comment in stored.comments)])
    if closed and now >= closed + ARCHIVE_AFTER:
        status, updated = "Archived", closed + ARCHIVE_AFTER
    return Course(status, updated, acknowledged, closed, reopened, done.history)


def local(city: City, moment: datetime | None) -> str | None:
    return moment.astimezone(city.zone).isoformat(timespec="seconds") if moment else None


def whole(text: str, *, otherwise: int, most: int) -> int:
    """A page number or size from a query: what cannot be read counts as not given."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    return min(number or otherwise, most)


def _request_type(row: dict[str, Any]) -> RequestType:
    questions = tuple(
        Question(
            key=question["code"],
            type=question["datatype"],
            text=question["description"],
            required=question.get("required", False),
            private=question.get("private", False),
            values=tuple((key, name) for key, name in question.get("values", ())),
        )
        for question in row.get("attributes", ())
    )
    return RequestType(
        row["service_code"], row["service_name"], row.get("internal", False), row.get("organization"), questions
    )
