"""Watched areas of the demo: a neighbour's, in Spanish, a board's with a weekly sheet, and a city's districts."""

import json
import math
from typing import Any, Final

import shapely

from reports import clock
from reports.browsing import watch_areas
from reports.browsing.filters import Circle
from reports.geo import boundaries
from reports.models import DigestForm, District, Jurisdiction, Rhythm, WatchArea, WatchSubscription
from reports.notifications import digests

CITY: Final = "evanston"
SOURCE: Final = "Drawn for this demo with a ruler; the city’s real wards lie elsewhere"
QUARTERS: Final = (("Northwest", 0, 1), ("Northeast", 1, 1), ("Southwest", 0, 0), ("Southeast", 1, 0))
NEIGHBOUR, BOARD = "vecina@example.org", "board@example.org"
MIDDLE: Final = Circle(42.0451, -87.6877, 3000)


def seed() -> None:
    """Write them once; nothing of them is changed when the demo goes on. Whoever files near by sees the digest come."""
    city = Jurisdiction.objects.filter(slug=CITY).first()
    if city is None or not city.boundary:
        return
    for name, east, north in QUARTERS:
        defaults = {"name": name, "boundary": _quarter(city.boundary, east, north), "boundary_source": SOURCE}
        District.objects.get_or_create(jurisdiction=city, slug=name.lower(), defaults=defaults)
    if not WatchSubscription.objects.filter(email=NEIGHBOUR).exists():
        circle = {"lat": MIDDLE.lat, "long": MIDDLE.long, "metres": MIDDLE.metres}
        area = WatchArea.objects.create(name="Mi barrio", shape=watch_areas.ring_of(MIDDLE), circle=circle)
        _watch(area, NEIGHBOUR, "es", Rhythm.DAILY, DigestForm.LIST)
    if not WatchSubscription.objects.filter(email=BOARD).exists():
        parts = District.objects.filter(jurisdiction=city, slug__endswith="east")
        area = WatchArea.objects.create(name="Eastside Neighbors", shape={}, body=city)
        area.districts.set(parts)
        for district in parts:
            watch_areas.reshape(district)
        area.refresh_from_db()
        _watch(area, BOARD, "en", Rhythm.WEEKLY, DigestForm.SHEET)


def _watch(area: WatchArea, email: str, locale: str, rhythm: Rhythm, form: DigestForm) -> None:
    row = WatchSubscription.objects.create(
        area=area, email=email, locale=locale, rhythm=rhythm, form=form, created_at=clock.now()
    )
    digests.begin(row, watch_areas.zone_of(area))


def _quarter(boundary: dict[str, Any], east: int, north: int) -> dict[str, Any]:
    """What of a city lies in one quarter of the box round it."""
    shape = shapely.from_geojson(json.dumps(boundary))
    west, south, right, top = shape.bounds
    width, height = (right - west) / 2, (top - south) / 2
    box = shapely.box(
        west + east * width, south + north * height, west + (1 + east) * width, south + (1 + north) * height
    )
    part = shapely.intersection(shape, box)
    kept = [each for each in shapely.get_parts(part) if each.geom_type == "Polygon" and not math.isclose(each.area, 0)]
    whole = json.loads(shapely.to_geojson(shapely.MultiPolygon(kept)))
    return boundaries.clean(whole).multipolygon
