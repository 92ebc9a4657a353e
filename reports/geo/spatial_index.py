"""The boundaries of all active jurisdictions in memory: which of them hold a point, and which are near it."""

import logging
import math
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

import numpy as np
import shapely
from django.db.models import TextField
from django.db.models.functions import Cast

from reports.geo.measures import METRES_PER_DEGREE, Floats, great_circle, metres_to, segments_of, square_kilometres
from reports.models import Jurisdiction

log = logging.getLogger("reports.geo")

CHUNK: Final = 2000  # rows whose GeoJSON text is held while it is parsed
MOST_MEASURED: Final = 100  # borders measured for one question about what is nearest
OUTLINE_DEGREES: Final = 0.0005  # about 50 m, which cannot be seen where whole bodies are shown


class Body(NamedTuple):
    """What the index keeps of a jurisdiction beside its shape; `area` in km2."""

    pk: int
    name: str
    slug: str
    area: float


class SpatialIndex:
    """An R-tree over shapes, each prepared for point queries. Never changed once made, so threads share it.

    Bodies are spoken of by their place in `bodies`.
    """

    def __init__(self, bodies: Iterable[Body], shapes: Any) -> None:
        self.bodies = list(bodies)
        self._shapes = shapes
        shapely.prepare(shapes)
        self._tree = shapely.STRtree(shapes)
        self._bounds = shapely.bounds(shapes)
        # GEOS completes a prepared shape at its first question, and shapely asks without holding the GIL; so the
        # first question is asked here, by one thread, about the middle of each shape's box.
        west, south, east, north = self._bounds.T
        shapely.intersects_xy(shapes, (west + east) / 2, (south + north) / 2)
        self._segments: dict[int, Floats] = {}
        self._inner: dict[int, tuple[float, float]] = {}
        self._places = {body.pk: place for place, body in enumerate(self.bodies)}
        self._outlines: dict[str, Any] | None = None

    @classmethod
    def of_active_jurisdictions(cls) -> "SpatialIndex":
        """Read every active jurisdiction that has a boundary; one that cannot be read is logged and left out."""
        rows = Jurisdiction.objects.filter(active=True, boundary__isnull=False).order_by("pk")
        # As text, so that shapely parses the GeoJSON and Python does not have to build its lists first.
        rows_as_text = rows.values_list("pk", "name", "slug", "area", Cast("boundary", TextField()))
        bodies, chunks, texts = [], [], []
        for pk, name, slug, area, text in rows_as_text.iterator(CHUNK):
            bodies.append(Body(pk, name, slug, area))
            texts.append(text)
            if len(texts) == CHUNK:
                chunks.append(shapely.from_geojson(texts, on_invalid="ignore"))
                texts = []
        chunks.append(shapely.from_geojson(np.array(texts, dtype=object), on_invalid="ignore"))
        return cls(*_readable(bodies, np.concatenate(chunks)))

    def covering(self, lat: float, long: float) -> list[int]:
        """The bodies whose shape holds the point or has it on its border, the smallest first."""
        found = [
            place
            for x in _same_meridian(long, 0)
            for place in self._tree.query(shapely.Point(x, lat)).tolist()
            if shapely.intersects_xy(self._shapes[place], x, lat)
        ]
        return sorted(set(found), key=self._most_local) if len(found) > 1 else found

    def within(self, lat: float, long: float, metres: float) -> dict[int, float]:
        """The bodies whose border is that near, with the distance in metres, the nearest first."""
        up = metres / METRES_PER_DEGREE * 1.01
        across = min(180.0, up / max(1e-9, math.cos(math.radians(lat))))
        boxes = [shapely.box(x - across, lat - up, x + across, lat + up) for x in _same_meridian(long, across)]
        places = {int(place) for box in boxes for place in self._tree.query(box)}
        distances = {place: self.border_metres(place, lat, long) for place in places}
        near = [place for place in places if distances[place] <= metres]
        return {place: distances[place] for place in sorted(near, key=lambda each: (distances[each], each))}

    def border_metres(self, place: int, lat: float, long: float) -> float:
        """Metres from the point to that body's border, from inside or outside."""
        if place not in self._segments:
            self._segments[place] = segments_of(self._shapes[place])
        return metres_to(lat, long, self._segments[place])

    def point_inside(self, pk: int) -> tuple[float, float] | None:
        """A point (latitude, longitude) well within that body's shape, always the same; None for a body without one."""
        place = self._places.get(pk)
        if place is None:
            return None
        if place not in self._inner:
            point = self._shapes[place].representative_point()
            self._inner[place] = round(point.y, 6), round(point.x, 6)
        return self._inner[place]

    def bounds(self, pk: int) -> tuple[float, float, float, float] | None:
        """West, south, east and north of that body's shape (degrees); None for a body without one."""
        place = self._places.get(pk)
        if place is None:
            return None
        west, south, east, north = (float(side) for side in self._bounds[place])
        return west, south, east, north

    def nearest(self, lat: float, long: float, limit: int) -> dict[int, float]:
        """The bodies nearest to a point, with metres; 0 for one that holds it.

        Borders are measured in the order of their bounding boxes until no box can be nearer than what was found.
        """
        holding = self.covering(lat, long)
        found = [(0.0, place) for place in holding]
        boxes = self._box_metres(lat, long)
        for place in np.argsort(boxes, kind="stable")[: limit + MOST_MEASURED].tolist():
            found.sort()
            if len(found) >= limit and (not limit or boxes[place] > found[limit - 1][0]):
                break
            if place not in holding:
                found.append((self.border_metres(place, lat, long), place))
        return {place: metres for metres, place in sorted(found)[:limit]}

    def _box_metres(self, lat: float, long: float) -> Floats:
        """From the point to the nearest corner or edge of every bounding box, 0 inside of it."""
        west, south, east, north = self._bounds.T
        gaps = [np.maximum(0.0, np.maximum(west - x, x - east)) for x in (long, long - 360, long + 360)]
        return np.asarray(great_circle(lat, np.clip(lat, south, north), np.minimum.reduce(gaps)))

    def outlines(self) -> dict[str, Any]:
        """A GeoJSON FeatureCollection of all bodies, simplified to about 50 m. Shared: not to be changed."""
        if self._outlines is None:
            simple = shapely.simplify(self._shapes, OUTLINE_DEGREES)
            self._outlines = {
                "type": "FeatureCollection",
                "features": [
                    {
                        "type": "Feature",
                        "properties": {"name": body.name, "slug": body.slug},
                        "geometry": shapely.geometry.mapping(shape),
                    }
                    for body, shape in zip(self.bodies, simple, strict=True)
                ],
            }
        return self._outlines

    def _most_local(self, place: int) -> tuple[float, str, int]:
        body = self.bodies[place]
        return body.area, body.name, body.pk


def _readable(bodies: list[Body], shapes: Any) -> tuple[list[Body], Any]:
    kept, kept_shapes = [], []
    for body, shape in zip(bodies, shapes, strict=True):
        if shape is None or shape.geom_type not in ("Polygon", "MultiPolygon") or shape.is_empty:
            log.warning("the boundary of %s cannot be read; the body answers nowhere", body.slug)
            continue
        # A row saved without its area must not become the most local of all.
        kept.append(body if body.area > 0 else body._replace(area=square_kilometres(shape)))
        kept_shapes.append(shape)
    array = np.empty(len(kept), dtype=object)
    array[:] = kept_shapes
    return kept, array


def _same_meridian(long: float, margin: float) -> Iterator[float]:
    """The longitude, and its other names where a shape within `margin` degrees may lie beyond the 180th meridian."""
    yield long
    if long + margin >= 180:
        yield long - 360
    if long - margin <= -180:
        yield long + 360
