"""GET issues: which ones a query finds, in which order, and the page's metadata (DIALECTS section 11).

Forms of geography that are not supported are ignored, not refused: then everything is found.
"""

from collections.abc import Iterator
from datetime import datetime
from math import hypot
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from reports.sandbox import work
from reports.sandbox.clock import parse_moment
from reports.sandbox.seeclickfix.account import Area, course, whole
from reports.sandbox.seeclickfix.errors import number_of
from reports.sandbox.seeclickfix.rows import first, issue_row
from reports.sandbox.state import StoredRequest
from reports.sandbox.wire import Request

if TYPE_CHECKING:
    from reports.sandbox.seeclickfix.v2 import SeeClickFixV2, User

DEFAULT_STATUSES = ("open", "acknowledged", "closed")
PAGE, MOST, MOST_WITH_DETAILS = 20, 100, 20
NEAR = 0.05  # degrees around a point that is asked for without a zoom


def listing(system: "SeeClickFixV2", request: Request, user: "User | None") -> dict[str, Any]:
    now, details = system.store.clock.now(), request.arg("details") == "true"
    found = [stored for stored in system.store.requests(system.city.key) if system.visible(stored, user)]
    found = [stored for stored in found if all(_tests(system, request, stored, now))]
    found.sort(key=lambda stored: _rank(system, request, stored, now), reverse=request.arg("sort_direction") != "ASC")
    size = whole(request.arg("per_page"), otherwise=PAGE, most=MOST_WITH_DETAILS if details else MOST)
    page = whole(request.arg("page"), otherwise=1, most=10**9)
    viewer = system.viewer(request, user)
    shown = found[(page - 1) * size : page * size]
    return {
        "metadata": {"pagination": _pagination(request, viewer.base, len(found), page, size)},
        "issues": [issue_row(system, stored, viewer, now, details=details) for stored in shown],
        "errors": {},
    }


def _tests(system: "SeeClickFixV2", request: Request, stored: StoredRequest, now: datetime) -> Iterator[bool]:
    come = course(system.city, stored, now)
    yield come.status.lower() in (_words(request, "status") or DEFAULT_STATUSES)
    codes = _words(request, "request_types")
    yield not codes or stored.service_code in codes
    assigned = _words(request, "assigned")
    yield not assigned or "unassigned" in assigned  # nobody is assigned here
    text = f"{first(stored, 'summary') or ''} {stored.description}".lower()
    yield request.arg("search").lower() in text
    yield _between(request, "after", "before", work.received(stored))
    yield _between(request, "updated_at_after", "updated_at_before", come.updated)
    yield _lies(system, request, stored)


def _lies(system: "SeeClickFixV2", request: Request, stored: StoredRequest) -> bool:
    """Point, area, place, box, in this order of precedence."""
    lat, lng = number_of(request.arg("lat"), 90), number_of(request.arg("lng"), 180)
    place = request.arg("place_url")
    corners = [number_of(request.arg(name), 180) for name in ("min_lat", "min_lng", "max_lat", "max_lng")]
    if lat is not None and lng is not None:
        zoom = whole(request.arg("zoom"), otherwise=0, most=19)
        reach = 180 / 2**zoom if zoom else NEAR
        area = Area(lat - reach, lng - reach, lat + reach, lng + reach)
    elif place:
        return place == system.organization.place
    elif None not in corners:
        area = Area(*(corner or 0.0 for corner in corners))
    else:
        return True
    return stored.lat is not None and stored.long is not None and area.holds(stored.lat, stored.long)


def _between(request: Request, first_name: str, last_name: str, moment: datetime) -> bool:
    """From the first on, and before the last. What is no moment is ignored."""
    after, before = _moment(request, first_name), _moment(request, last_name)
    return not ((after and moment < after) or (before and moment >= before))


def _moment(request: Request, name: str) -> datetime | None:
    try:
        return parse_moment(request.arg(name))
    except ValueError:
        return None


def _rank(system: "SeeClickFixV2", request: Request, stored: StoredRequest, now: datetime) -> tuple[float, int]:
    """Newest first unless asked otherwise; the nearest first where distance is asked for."""
    if request.arg("sort") == "updated_at":
        return course(system.city, stored, now).updated.timestamp(), stored.serial
    lat, lng = number_of(request.arg("lat"), 90), number_of(request.arg("lng"), 180)
    if request.arg("sort") == "distance" and lat is not None and lng is not None:
        return -hypot((stored.lat or 0) - lat, (stored.long or 0) - lng), stored.serial
    return work.received(stored).timestamp(), stored.serial


def _pagination(request: Request, base: str, entries: int, page: int, size: int) -> dict[str, Any]:
    pages = max(1, -(-entries // size))

    def url(number: int) -> str:
        asked = {name: values[0] for name, values in request.query.items()}
        return f"{base}/issues?{urlencode(asked | {'page': str(number)})}"

    following, previous = (page + 1 if page < pages else None), (page - 1 if page > 1 else None)
    return {
        "entries": entries,
        "page": page,
        "per_page": size,
        "pages": pages,
        "next_page": following,
        "next_page_url": url(following) if following else None,
        "previous_page": previous,
        "previous_page_url": url(previous) if previous else None,
    }


def _words(request: Request, name: str) -> set[str]:
    return {part.strip().lower() for part in request.arg(name).split(",") if part.strip()}
