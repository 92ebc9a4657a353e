"""The lists of SeeClickFix's API 0.1: issues by place, age and status, and watch areas (DIALECTS section 13).

Lists are asked with `lat` and `lon`; what they give has `lat` and `lng`.
"""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from reports.sandbox import work
from reports.sandbox.seeclickfix.account import ORGANIZATIONS, Area, Organization, course, whole
from reports.sandbox.seeclickfix.errors import number_of
from reports.sandbox.seeclickfix.v01_rows import list_row, watcher_row
from reports.sandbox.state import StoredRequest
from reports.sandbox.wire import Request

if TYPE_CHECKING:
    from reports.sandbox.seeclickfix.v01 import SeeClickFixV01

STATUSES = ("Open", "Acknowledged", "Closed", "Archived")
DEFAULT_STATUSES = ("Open", "Acknowledged", "Closed")
PAGE, MOST = 10, 1000
WATCHERS_PAGE = 20
NEAR = 0.05  # degrees around a point without a zoom


def found(system: "SeeClickFixV01", request: Request) -> list[dict[str, Any]]:
    """One page of issues; past the end there is nothing."""
    now, city = system.store.clock.now(), system.city
    held = [stored for stored in system.store.requests(city.key) if _asked(system, request, stored)]
    by_update = request.arg("sort") == "issues.updated_at"
    held.sort(
        key=lambda stored: (
            course(city, stored, now).updated if by_update else work.received(stored),
            stored.serial,
        ),
        reverse=request.arg("direction").upper() != "ASC",
    )
    size, page = whole(request.arg("num_results"), otherwise=PAGE, most=MOST), _page(request)
    return [list_row(city, stored, now, page) for stored in held[(page - 1) * size : page * size]]


def found_watchers(organization: Organization, request: Request) -> list[dict[str, Any]]:
    """Watch areas within `radius` degrees of a point."""
    area = _area(request, number_of(request.arg("radius"), 180) or 1.0)
    near = [known for known in ORGANIZATIONS if area is None or _overlap(known.area, area)]
    near = [known for known in near if request.arg("watcher_search").lower() in known.name.lower()]
    if request.arg("at") and organization.name.partition(" of ")[2].lower() not in request.arg("at").lower():
        near = []
    size = whole(request.arg("num_results"), otherwise=WATCHERS_PAGE, most=MOST)
    start = (_page(request) - 1) * size
    return [watcher_row(known) for known in near[start : start + size]]


def _asked(system: "SeeClickFixV01", request: Request, stored: StoredRequest) -> bool:
    now = system.store.clock.now()
    wanted = [status for status in STATUSES if request.arg(f"status[{status}]").lower() in ("true", "1")]
    if course(system.city, stored, now).status not in (wanted or DEFAULT_STATUSES):
        return False
    tags = {tag.strip() for tag in request.arg("request_tags").split(",") if tag.strip()}
    if tags and f"request_type_{stored.service_code}" not in tags:
        return False
    if request.arg("search").lower() not in f"{stored.more.get('summary', '')} {stored.description}".lower():
        return False
    start, end = (number_of(request.arg(name), 10**6) for name in ("start", "end"))
    age = now - work.received(stored)
    if (start is not None and age > timedelta(hours=start)) or (end is not None and age < timedelta(hours=end)):
        return False
    return _lies(system.organization, request, stored)


def _lies(organization: Organization, request: Request, stored: StoredRequest) -> bool:
    if request.arg("at"):
        return organization.name.partition(" of ")[2].lower() in request.arg("at").lower()
    area = _area(request, None)
    return area is None or (stored.lat is not None and stored.long is not None and area.holds(stored.lat, stored.long))


def _area(request: Request, radius: float | None) -> Area | None:
    corners = [number_of(request.arg(name), 180) for name in ("lat_min", "lon_min", "lat_max", "lon_max")]
    if None not in corners:
        return Area(*(corner or 0.0 for corner in corners))
    lat, lon = number_of(request.arg("lat"), 90), number_of(request.arg("lon"), 180)
    if lat is None or lon is None:
        return None
    zoom = whole(request.arg("zoom"), otherwise=0, most=19)
    reach = radius or (180 / 2**zoom if zoom else NEAR)
    return Area(lat - reach, lon - reach, lat + reach, lon + reach)


def _overlap(one: Area, other: Area) -> bool:
    along = one.south <= other.north and other.south <= one.north
    return along and one.west <= other.east and other.west <= one.east


def _page(request: Request) -> int:
    return whole(request.arg("page"), otherwise=1, most=10**9)
