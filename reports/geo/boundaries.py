"""A boundary as it is stored: one clean MultiPolygon, whatever the volunteer's file looked like."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from django.utils.translation import gettext as _

from reports.geo import crossings
from reports.geo.geojson import BoundaryError, Rings, read_polygons
from reports.geo.measures import square_kilometres
from reports.models import Jurisdiction

__all__ = ["Boundary", "BoundaryError", "clean", "set_boundary"]

AREA_TOLERANCE: Final = 0.03  # what repairing a crossing may change, as a share of the area
SMALLEST: Final = 1e-6  # km2; less than a square metre is no area to answer for
PLENTY: Final = 50_000  # positions; from here on the outline is simplified
SIMPLIFY_DEGREES: Final = 0.00005  # about 5 metres


@dataclass(frozen=True, slots=True)
class Boundary:
    """A GeoJSON MultiPolygon in WGS84, rings as RFC 7946 turns them; `area` in km2; `repairs` in plain words."""

    multipolygon: dict[str, Any]
    area: float
    repairs: tuple[str, ...]


def clean(geojson: object) -> Boundary:
    """Make a boundary of a GeoJSON geometry, Feature or FeatureCollection; several polygons become their union.

    Rings are closed and turned, altitudes dropped, crossings repaired where that leaves the area as it was, and
    outlines of more than 50,000 positions simplified to about 5 m. Holes are kept. Raises `BoundaryError` with
    a plain reason for everything else. The argument is not changed.
    """
    polygons, read_repairs = read_polygons(geojson)
    repairs = list(read_repairs)
    parts = [part for rings in polygons for part in _valid_parts(rings, repairs)]
    shape = _simplified(_joined(parts, repairs), repairs)
    area = square_kilometres(shape)
    if area < SMALLEST:
        raise BoundaryError(_("It has no area."))
    turned = shapely.orient_polygons(shape)
    if not shapely.equals_identical(turned, shape):
        repairs.append(_("rings turned, outer ones counter-clockwise"))
    return Boundary(_as_geojson(turned), area, tuple(dict.fromkeys(repairs)))


def set_boundary(jurisdiction: Jurisdiction, geojson: object, source: str = "") -> Boundary:
    """Give the jurisdiction this boundary, its area and its source, without saving. Raises `BoundaryError`.

    An empty `source` leaves the one that it has.
    """
    boundary = clean(geojson)
    jurisdiction.boundary, jurisdiction.area = boundary.multipolygon, boundary.area
    if source:
        jurisdiction.boundary_source = source
    return boundary


def _valid_parts(rings: Rings, repairs: list[str]) -> list[Any]:
    polygon = shapely.Polygon(rings[0], rings[1:])
    if polygon.is_valid:
        return [polygon]
    if crossings.are_too_many([polygon]):
        raise _crossed(polygon)
    fixed = shapely.make_valid(polygon, method="structure", keep_collapsed=False)
    before, after = float(polygon.area), float(fixed.area)
    if abs(after - before) > AREA_TOLERANCE * before:
        raise _crossed(polygon)
    repairs.append(_("crossing outlines repaired"))
    return _polygons_in(fixed)


def _crossed(shape: Any) -> BoundaryError:
    words = _("An outline crosses itself and cannot be repaired without changing its area (%(problem)s).")
    return BoundaryError(words % {"problem": shapely.is_valid_reason(shape)})


def _polygons_in(shape: Any) -> list[Any]:
    """The polygons, also those of a multipolygon within a collection; points and lines of a repair are dropped."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    return [part for part in parts if part.geom_type == "Polygon" and not part.is_empty]


def _joined(parts: list[Any], repairs: list[str]) -> Any:
    shape = shapely.MultiPolygon(parts)
    if shape.is_valid:
        return shape
    if crossings.are_too_many(parts):
        raise _crossed(shape)
    repairs.append(_("overlapping or touching parts joined"))
    return shapely.MultiPolygon(_polygons_in(shapely.union_all(np.array(parts))))


def _simplified(shape: Any, repairs: list[str]) -> Any:
    before = shapely.get_num_coordinates(shape)
    if before <= PLENTY:
        return shape
    simple = shapely.MultiPolygon(_polygons_in(shapely.simplify(shape, SIMPLIFY_DEGREES)))
    after = shapely.get_num_coordinates(simple)
    if after > PLENTY:
        raise BoundaryError(_("It has %(count)d positions, far more than needed; simplify it.") % {"count": before})
    counts = {"before": before, "after": after}
    repairs.append(_("simplified to about 5 m, %(before)d positions to %(after)d") % counts)
    return simple


def _as_geojson(shape: Any) -> dict[str, Any]:
    polygons = [[polygon.exterior, *polygon.interiors] for polygon in shape.geoms]
    coordinates = [[shapely.get_coordinates(ring).tolist() for ring in rings] for rings in polygons]
    return {"type": "MultiPolygon", "coordinates": coordinates}
