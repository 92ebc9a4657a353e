"""The areas that somebody watches: all of them in memory, to find those round a report, and one of them as a filter.

As in `geo/freshness.py` each process keeps an R-tree, and makes it anew as soon as an area has changed in any process.
"""

import json
import math
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from django.conf import settings
from django.db.models import Count, F, Max, QuerySet, Sum, TextField
from django.db.models.functions import Cast
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from reports.browsing import words
from reports.browsing.filters import Circle, Filter
from reports.geo import boundaries, freshness
from reports.geo.measures import METRES_PER_DEGREE, Floats, great_circle, square_kilometres
from reports.models import ChangeReader, District, Jurisdiction, WatchArea, WatchSubscription
from reports.templatetags.report import distance

CORNERS: Final = 64  # of the polygon that stands for a circle
_CHUNK: Final = 1000
_SHAPES: Final = "watch-shapes"  # the row that counts how often shapes were changed

Stamp = tuple[Any, ...]
Place = tuple[float, float]  # latitude, longitude


@dataclass(frozen=True, slots=True)
class Area:
    """What the index keeps of an area: besides the shape, what it watches for."""

    pk: int
    created_at: Any
    services: frozenset[str]
    words: tuple[str, ...]  # as `words.asked` gives them; where it gives none for what was typed, that
    body: int | None
    circle: Circle | None
    shape: int  # its place among the shapes, which areas share that are alike; of no meaning for a circle


@dataclass
class AreaIndex:
    """An R-tree over the boxes of areas. `exact_tests` counts the points that were held against a shape or circle."""

    areas: list[Area]
    shapes: list[Any]
    exact_tests: int = 0
    _tree: Any = None
    _owners: list[int] = field(default_factory=list)  # of each box of the tree: whose it is, as a place in `_outlines`
    _outlines: list[Any] = field(default_factory=list)  # each circle, and each shape that an area has
    _watching: list[list[Area]] = field(default_factory=list)  # of each outline, the areas that have it
    _zones: "Zones | None" = None
    _by_key: dict[int, Area] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known: dict[Any, int] = {}
        boxes: list[Any] = []
        for area in self.areas:
            outline: Circle | int = area.circle or area.shape
            if outline not in known:
                known[outline] = len(self._outlines)
                self._outlines.append(area.circle or self.shapes[area.shape])
                self._watching.append([])
                found = boxes_of(area.circle) if area.circle else shapely.get_parts(self.shapes[area.shape])
                boxes += list(found)
                self._owners += [known[outline]] * len(found)
            self._watching[known[outline]].append(area)
        self._by_key = {area.pk: area for area in self.areas}
        self._tree = shapely.STRtree(boxes)

    def watching(self, places: Sequence[Place]) -> dict[int, list[Area]]:
        """For each of these points by its number the areas that it is in; numbers without any are left out.

        As many exact tests as there are boxes of distinct areas round the points: nothing else is looked at.
        """
        if not places or not self.areas:
            return {}
        points = shapely.points([(long, lat) for lat, long in places])
        number, box = self._tree.query(points)
        pairs = {(self._owners[at], int(each)) for each, at in zip(number, box, strict=True)}
        by_outline: dict[int, list[int]] = {}
        for outline, each in sorted(pairs):
            by_outline.setdefault(outline, []).append(each)
        found: dict[int, list[Area]] = {}
        for outline, numbers in by_outline.items():
            for each in self._inside(self._outlines[outline], places, numbers):
                found.setdefault(each, []).extend(self._watching[outline])
        return found

    def zone(self, pk: int) -> ZoneInfo:
        """The time zone in which an area's days begin; settings.TIME_ZONE for one that is not in the index."""
        area = self._by_key.get(pk)
        if area is None:
            return ZoneInfo(settings.TIME_ZONE)
        self._zones = self._zones or Zones(many=True)
        return self._zones.of(area.body, area.circle, None if area.circle else self.shapes[area.shape])

    def _inside(self, outline: Any, places: Sequence[Place], numbers: Sequence[int]) -> Iterable[int]:
        self.exact_tests += len(numbers)
        lat, long = (np.array([places[each][axis] for each in numbers]) for axis in (0, 1))
        if isinstance(outline, Circle):
            inside = great_circle(outline.lat, lat, long - outline.long) <= outline.metres
        else:
            shapely.prepare(outline)
            inside = shapely.intersects_xy(outline, long, lat)
        return (each for each, holds in zip(numbers, inside, strict=True) if holds)


_lock: Final = threading.Lock()
_current: tuple[Stamp, AreaIndex] | None = None


def index() -> AreaIndex:
    """The index of the areas that are watched now: by anybody whose subscription is confirmed and not ended."""
    global _current
    with _lock:
        # Asked before the rows are read: a change in between then shows next time.
        now = stamp()
        if _current is None or _current[0] != now:
            _current = (now, _read())
        return _current[1]


def running() -> QuerySet[WatchSubscription]:
    """The subscriptions that are to be told something."""
    return WatchSubscription.objects.filter(confirmed_at__isnull=False, ended_at=None)


def stamp() -> Stamp:
    """What differs as soon as any area is watched, is watched no longer, or has another shape. Two queries."""
    facts = running().aggregate(Count("pk"), Sum("pk"), Max("confirmed_at"), areas=Sum("area_id"))
    changed = ChangeReader.objects.filter(name=_SHAPES).values_list("last_id", flat=True).first()
    return (*facts.values(), changed or 0)


def note_changed_shapes() -> None:
    """To be called after the shape of an area that is there already was changed."""
    ChangeReader.objects.get_or_create(name=_SHAPES)
    ChangeReader.objects.filter(name=_SHAPES).update(last_id=F("last_id") + 1)


def joined(districts: Iterable[District]) -> boundaries.Boundary:
    """One shape of the areas of all of these; BoundaryError where they have too many corners together."""
    parts = [{"type": "Feature", "geometry": each.boundary} for each in districts]
    return boundaries.clean({"type": "FeatureCollection", "features": parts})


def reshaped(district: District) -> list[WatchArea]:
    """The areas that this district is a part of with the shape that its boundary gives them, unsaved; BoundaryError
    where one of them has too many corners then."""
    areas = list(WatchArea.objects.filter(districts=district).prefetch_related("districts"))
    for area in areas:
        area.shape = joined(district if each == district else each for each in area.districts.all()).multipolygon
    return areas


def reshape(district: District) -> None:
    """Give the areas that this district is a part of their new shape: of all of them, or BoundaryError."""
    for area in reshaped(district):
        area.save(update_fields=["shape"])
    note_changed_shapes()


def _read() -> AreaIndex:
    """Shapes are read of those areas alone that are not round: they may be megabytes."""
    rows = WatchArea.objects.filter(pk__in=running().values("area")).order_by("pk")
    columns = ("pk", "created_at", "services", "words", "body_id", "circle")
    areas = [_area(row, -1) for row in rows.filter(circle__isnull=False).values_list(*columns).iterator(_CHUNK)]
    texts: dict[str, int] = {}
    shapes: list[Any] = []
    drawn = rows.filter(circle__isnull=True).annotate(text=Cast("shape", TextField()))
    for *row, text in drawn.values_list(*columns, "text").iterator(_CHUNK):
        if text not in texts:
            texts[text] = len(shapes)
            shapes.append(shapely.from_geojson(text))
        areas.append(_area(row, texts[text]))
    return AreaIndex(areas, shapes)


def _area(row: Sequence[Any], shape: int) -> Area:
    pk, created_at, services, said, body, circle = row
    given = Circle(**circle) if circle else None
    # Words without a letter or a figure are in no report, as lists have it: left out, every report would have them.
    asked = tuple(words.asked(said)) or ((said,) if said else ())
    return Area(pk, created_at, frozenset(services), asked, body, given, shape)


def filter_of(area: WatchArea) -> Filter:
    """The reports that an area shows, as lists, feeds and figures take it."""
    circle = Circle(**area.circle) if area.circle else None
    shape = None if circle else shapely.from_geojson(json.dumps(area.shape))
    return Filter(q=area.words, services=tuple(area.services), circle=circle, shape=shape)


def zone_of(area: WatchArea) -> ZoneInfo:
    """The time zone in which the area's days begin: of its body, else of the body in whose area its middle lies, else
    settings.TIME_ZONE."""
    circle = Circle(**area.circle) if area.circle else None
    return Zones().of(area.body_id, circle, None if circle else shapely.from_geojson(json.dumps(area.shape)))


def _middle(shape: Any) -> Place:
    point = shapely.point_on_surface(shape)
    return float(point.y), float(point.x)


class Zones:
    """The time zones of bodies at one moment. `many` reads those of all at once, to be asked for many places."""

    def __init__(self, *, many: bool = False) -> None:
        self._bodies = freshness.index()
        self._names: dict[int, str] | None = dict(self._rows()) if many else None

    def of(self, body: int | None, circle: Circle | None, shape: Any) -> ZoneInfo:
        """The zone of an area, as `zone_of` says."""
        if body is None:
            lat, long = (circle.lat, circle.long) if circle else _middle(shape)
            here = self._bodies.covering(lat, long)
            body = self._bodies.bodies[here[0]].pk if here else None
        if body is None:
            return ZoneInfo(settings.TIME_ZONE)
        names = dict(self._rows().filter(pk=body)) if self._names is None else self._names
        return ZoneInfo(names.get(body) or settings.TIME_ZONE)

    @staticmethod
    def _rows() -> Any:
        return Jurisdiction.objects.order_by().values_list("pk", "time_zone")


def ring_of(circle: Circle) -> dict[str, Any]:
    """A GeoJSON MultiPolygon that comes close to a circle, cut in two at the 180th meridian (RFC 7946, 3.1.9)."""
    turns = np.linspace(0, math.tau, CORNERS, endpoint=False)
    up = circle.metres / METRES_PER_DEGREE
    lat = circle.lat + up * np.sin(turns)
    long = circle.long + up * np.cos(turns) / np.cos(np.radians(np.clip(lat, -89.0, 89.0)))
    whole = shapely.Polygon(np.column_stack((long, np.clip(lat, -90, 90))))
    here = [whole] if abs(long).max() <= 180 else _cut(whole)
    shape = shapely.orient_polygons(shapely.MultiPolygon(here))
    parsed: dict[str, Any] = json.loads(shapely.to_geojson(shapely.set_precision(shape, 1e-6)))
    return parsed if parsed["type"] == "MultiPolygon" else _of_one(parsed)


def _of_one(polygon: dict[str, Any]) -> dict[str, Any]:
    return {"type": "MultiPolygon", "coordinates": [polygon["coordinates"]]}


def _cut(shape: Any) -> list[Any]:
    """What of a shape lies on this side of the 180th meridian, and the rest brought to the other side."""
    parts = []
    for turn in (-360, 0, 360):
        moved = shapely.intersection(_moved(shape, turn), shapely.box(-180, -90, 180, 90))
        parts += [part for part in shapely.get_parts(moved) if part.geom_type == "Polygon" and not part.is_empty]
    return parts


def _moved(shape: Any, degrees: float) -> Any:
    def move(coordinates: Floats) -> Floats:
        moved: Floats = coordinates + np.array([degrees, 0.0])
        return moved

    return shapely.transform(shape, move)


def boxes_of(circle: Circle) -> list[Any]:
    """The box round a circle, or two of them at the 180th meridian."""
    up = circle.metres / METRES_PER_DEGREE * 1.01
    across = min(180.0, up / max(1e-9, math.cos(math.radians(min(90.0, abs(circle.lat) + up)))))
    box = shapely.box(circle.long - across, circle.lat - up, circle.long + across, circle.lat + up)
    return [box] if abs(circle.long) + across <= 180 else [_moved(box, turn) for turn in (-360, 0, 360)]


def outline(area: WatchArea) -> dict[str, Any]:
    """The area's shape with as many corners as a map of a page shows."""
    shape = shapely.from_geojson(json.dumps(area.shape))
    west, south, east, north = shape.bounds
    simple = shapely.simplify(shape, max(east - west, north - south) / 1000)
    parsed: dict[str, Any] = json.loads(shapely.to_geojson(simple if not simple.is_empty else shape))
    return parsed


def described(area: WatchArea) -> str:
    """Where it is, in words of ours and of bodies alone: what whoever made it has typed is not among them."""
    if area.circle:
        circle = Circle(**area.circle)
        place = f"{circle.lat:.4f}, {circle.long:.4f}"
        return _("Within %(distance)s of %(place)s") % {"distance": distance(circle.metres), "place": place}
    if area.body is not None:
        parts = ", ".join(area.districts.values_list("name", flat=True))
        return f"{area.body.name}: {parts}" if parts else area.body.name
    size = square_kilometres(shapely.from_geojson(json.dumps(area.shape)))
    return _("An area of %(size)s km², drawn on the map") % {"size": number_format(size, 2 if size < 10 else 0)}
