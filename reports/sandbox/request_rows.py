"""Service requests as a city shows them: the public row, which requests a query finds, and pages."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from reports.sandbox import work
from reports.sandbox.cities import City, Service
from reports.sandbox.clock import parse_moment
from reports.sandbox.state import StoredRequest
from reports.sandbox.wire import Request

WINDOW = timedelta(days=90)  # GeoReport v2, GET service requests: 90 days or the first 1000
MAX_ROWS = 1000

_ZIP = re.compile(r"\b\d{5}(?:-\d{4})?\s*$")
_FRACTION = re.compile(r"T\d\d:\d\d:\d\d\.\d")


class ServerBrokenError(Exception):
    """The query brings the server down: a plain 500."""


def public_id(city: City, stored: StoredRequest) -> str | int:
    """The id on the wire: text, or a JSON number where the city or SANDBOX-ID-NUMBER has it so."""
    number = city.number_ids or "SANDBOX-ID-NUMBER" in stored.words
    return int(stored.service_request_id) if number else stored.service_request_id


def row(city: City, stored: StoredRequest, now: datetime, *, extended: bool = False) -> dict[str, Any]:
    """The row of `requests`. Nothing about the person who reported is in it, save for what the extended
    attributes of a Spot server give away (DIALECTS 4.2, the privacy trap)."""
    service = city.services[stored.service_code]
    done = work.progress(city.key, service.kind, stored, now)
    address = stored.address_string.upper() if city.capitals else stored.address_string
    zipcode = _ZIP.search(stored.address_string)
    ready = work.token_ready(stored, now)
    shown: dict[str, Any] = {
        "service_request_id": public_id(city, stored) if ready else None,
        "token": stored.token if city.token_as_id else None,
        "status": done.status,
        "status_notes": done.notes or None,
        "service_name": service.name,
        "service_code": service.code,
        "description": stored.description or None,
        "agency_responsible": work.agency(service.kind, stored.serial),
        "service_notice": service.notice or None,
        "requested_datetime": local(city, work.received(stored)),
        "updated_datetime": local(city, done.updated),
        "expected_datetime": local(city, done.expected) if done.expected else None,
        "address": address or None,
        "address_id": stored.address_id or None,
        "zipcode": zipcode.group().strip() if zipcode else None,
        "lat": stored.lat,
        "long": stored.long,
        "media_url": stored.media_url or None,
    }
    if extended and city.extensions:
        shown |= _extension(city, stored, service, done)
    return _with_empties(city, shown)


def _with_empties(city: City, shown: dict[str, Any]) -> dict[str, Any]:
    if not city.token_as_id:
        del shown["token"]
    if city.empty == "omit":
        return {name: value for name, value in shown.items() if value is not None}
    if city.empty == "mixed":  # uReport: null and "" for the same thing, and 0 for a missing place
        instead = {"description": "", "media_url": "", "address": "", "lat": 0, "long": 0}
        return {name: instead.get(name) if value is None else value for name, value in shown.items()}
    return shown


def _extension(city: City, stored: StoredRequest, service: Service, done: work.Progress) -> dict[str, Any]:
    """The blocks that extensions=true adds, in Chicago's list form (DIALECTS 4.2)."""
    summaries = {"opened": "Request opened", "closed": "Completed"}
    notes = [
        {
            "datetime": local(city, step.at),
            "summary": step.note or summaries.get(step.event, step.event.capitalize()),
            "type": step.event if step.event in summaries else "activity",
        }
        for step in done.history
    ]
    extended: dict[str, Any] = {"channel": "API", "duplicate": False}
    if any(step.event == "duplicate" for step in done.history):
        extended |= {"duplicate": True, "parent_service_request_id": stored.duplicate_of}
    attributes = {code: values[0] if len(values) == 1 else values for code, values in stored.attributes.items()}
    return {"attributes": attributes, "extended_attributes": extended, "notes": notes}


def asked_ids(city: City, text: str) -> set[str]:
    """The ids that a `service_request_id` argument names."""
    return {part.strip() for part in text.split(",")} if city.id_lists else {text}


def passing(
    city: City,
    held: list[StoredRequest],
    request: Request,
    now: datetime,
    show: Callable[[StoredRequest], dict[str, Any]],
) -> list[StoredRequest]:
    """Those of `held` whose rows, by `show`, the query's code, status and dates let through, newest first. Raises
    ValueError with a sentence for a bad date and ServerBrokenError where the server cannot bear the query."""
    return [stored for stored in reversed(held) if _passes(city, stored, show(stored), request, now)]


def found_by(city: City, stored: StoredRequest, ids: set[str], now: datetime) -> bool:
    """Whether one of `ids` names this request: by its number once it has one, at a Spot server also by its token."""
    if city.token_as_id and stored.token in ids:
        return True
    return work.token_ready(stored, now) and stored.service_request_id in ids


def _passes(city: City, stored: StoredRequest, shown: dict[str, Any], request: Request, now: datetime) -> bool:
    codes = {part.strip() for part in request.arg("service_code").split(",") if part.strip()}
    if codes and stored.service_code not in codes:
        return False
    statuses = {part.strip().lower() for part in request.arg("status").split(",") if part.strip()}
    if statuses and not city.ignores_status and shown["status"] not in statuses:
        return False
    by_update = request.arg("updated_after") or request.arg("updated_before")
    if by_update and not _between(city, request, "updated_after", "updated_before", shown["updated_datetime"], now):
        return False
    if by_update and not (request.arg("start_date") or request.arg("end_date")):
        return True
    return _between(city, request, "start_date", "end_date", shown["requested_datetime"], now)


def _between(city: City, request: Request, first: str, last: str, moment: str, now: datetime) -> bool:
    """Whether `moment` lies in the asked window, of which only the last 90 days count."""
    end = read_query_moment(city, request.arg(last)) if request.arg(last) else now
    start = read_query_moment(city, request.arg(first)) if request.arg(first) else end - WINDOW
    return max(start, end - WINDOW) <= datetime.fromisoformat(moment) <= end


def read_query_moment(city: City, text: str) -> datetime:
    if city.breaks_on_fractions and _FRACTION.search(text):
        raise ServerBrokenError
    if city.reads_local_dates:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise ValueError(f"not an ISO 8601 moment: {text!r}") from None
        return moment if moment.tzinfo else moment.replace(tzinfo=city.zone)
    return parse_moment(text)


def one_page(city: City, held: list[StoredRequest], request: Request) -> list[StoredRequest]:
    """The page that is asked for; of a city without pages the first 1000."""
    if not city.page_size:
        return held[:MAX_ROWS]
    asked = next((size for name in city.page_size_names if (size := whole(request.arg(name)))), city.page_size)
    size = min(asked, city.max_page_size)
    start = (max(whole(request.arg("page")), 1) - 1) * size  # page 0 is page 1
    return held[start : start + size]


def whole(text: str) -> int:
    """A whole number from a query; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() else 0


def local(city: City, moment: datetime) -> str:
    """A moment as the city writes it: ISO 8601 in its own zone, whole seconds."""
    return moment.astimezone(city.zone).isoformat(timespec="seconds")
