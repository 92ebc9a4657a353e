"""Watched areas for tests: a circle round the middle of the square in which `factories` puts its reports."""

from datetime import timedelta
from typing import Any

from reports import clock
from reports.browsing.filters import Circle
from reports.browsing.watch_areas import ring_of
from reports.models import WatchArea, WatchSubscription
from tests.factories import LAT, LONG


def make_area(lat: float = LAT, long: float = LONG, metres: float = 500, **fields: Any) -> WatchArea:
    """A circle; a polygon where `shape` is given. Watched since an hour ago."""
    circle = {"lat": lat, "long": long, "metres": metres}
    fields.setdefault("created_at", clock.now() - timedelta(hours=1))
    if "shape" not in fields:
        fields |= {"shape": ring_of(Circle(**circle)), "circle": circle}
    return WatchArea.objects.create(**({"name": "Our street"} | fields))


def make_watch(area: WatchArea | None = None, email: str = "ada@example.org", **fields: Any) -> WatchSubscription:
    """A subscription that runs, and is due."""
    now = clock.now()
    fields.setdefault("confirmed_at", now)
    fields.setdefault("due_at", now)
    return WatchSubscription.objects.create(area=area or make_area(), email=email, **fields)
