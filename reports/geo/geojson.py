"""Reading polygons out of whatever GeoJSON (RFC 7946) a person brings, and saying plainly what is wrong with it."""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from django.utils.translation import gettext as _

from reports.geo.measures import Floats

# A legacy `crs` member (GeoJSON of 2008) may name these: WGS84 itself, or NAD83, which is within two metres of it.
DEGREES: Final = ("CRS84", "EPSG::4326", "EPSG:4326", "EPSG::4269", "EPSG:4269")
MOST_POSITIONS: Final = 2_000_000
SOUTHERNMOST: Final = -60.0  # degrees; south of it lies Antarctica, where no body answers
FARTHEST_SWAPPED: Final = 85.0

Rings = list[Floats]  # the outer ring, then its holes; each an array of (long, lat), closed


class BoundaryError(ValueError):
    """This cannot be a boundary. The message is a plain reason for the person who brought it."""


def read_polygons(geojson: object) -> tuple[list[Rings], tuple[str, ...]]:
    """Every polygon of a geometry, Feature or FeatureCollection, and what was put right while reading.

    Coordinates are finite WGS84 degrees, longitude first; rings are closed; altitudes are dropped. Raises
    `BoundaryError`. Whether rings cross one another is not looked at here.
    """
    repairs: list[str] = []
    polygons = [_polygon(each, repairs) for each in _polygon_coordinates(geojson)]
    if not polygons:
        raise BoundaryError(_("There is no polygon in it."))
    rings = [ring for polygon in polygons for ring in polygon]
    if sum(map(len, rings)) > MOST_POSITIONS:
        raise BoundaryError(_("It has more than %(count)d positions.") % {"count": MOST_POSITIONS})
    _check_degrees(np.concatenate(rings))
    _check_antimeridian(rings)
    return polygons, tuple(dict.fromkeys(repairs))


def _polygon_coordinates(geojson: object) -> Iterator[Any]:
    waiting: list[Any] = [geojson]
    while waiting:
        each = waiting.pop()
        if not isinstance(each, dict):
            raise BoundaryError(_("This is not GeoJSON: an object with a “type” was expected."))
        _check_crs(each.get("crs"))
        match each.get("type"):
            case "Feature":
                waiting += [] if each.get("geometry") is None else [each["geometry"]]
            case "FeatureCollection":
                waiting += reversed(_list(each.get("features"), "features"))
            case "GeometryCollection":
                waiting += reversed(_list(each.get("geometries"), "geometries"))
            case "MultiPolygon":
                yield from _list(each.get("coordinates"), "coordinates")
            case "Polygon":
                yield each.get("coordinates")
            case other:
                kind = str(other)[:50]
                raise BoundaryError(_("A boundary is made of polygons; this is “%(type)s”.") % {"type": kind})


def _check_crs(crs: object) -> None:
    if crs is None:
        return
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = str(properties.get("name") if isinstance(properties, dict) else crs)
    if not name.endswith(DEGREES):
        raise BoundaryError(_("The file says it is in “%(crs)s”; export it in WGS84 (EPSG:4326).") % {"crs": name[:80]})


def _list(value: object, name: str) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise BoundaryError(_("“%(name)s” is not a list.") % {"name": name})
    return list(value)


def _polygon(coordinates: object, repairs: list[str]) -> Rings:
    rings = [_ring(each, repairs) for each in _list(coordinates, "coordinates")]
    if not rings:
        raise BoundaryError(_("A polygon in it has no ring."))
    return rings


def _ring(coordinates: object, repairs: list[str]) -> Floats:
    positions = _list(coordinates, "coordinates")
    if not all(isinstance(each, list | tuple) and len(each) >= 2 for each in positions):
        raise BoundaryError(_("A position is not a pair of numbers, longitude and latitude."))
    if any(len(each) > 2 for each in positions):
        repairs.append(_("altitudes dropped"))
    ring = _numbers([each[:2] for each in positions])
    if len(ring) and (ring[0] != ring[-1]).any():
        ring = np.vstack((ring, ring[:1]))
        repairs.append(_("open rings closed"))
    if len(ring) < 4:
        raise BoundaryError(_("A ring has %(count)d positions; it needs at least 4.") % {"count": len(ring)})
    return ring


def _numbers(positions: list[Any]) -> Floats:
    # The type is found by numpy and not asked for, so that "41.8" in quotes is not taken for a number.
    try:
        found = np.array(positions or np.empty((0, 2)))
    except (ValueError, OverflowError):
        found = np.array(None)
    if found.dtype.kind not in "iuf" or not np.isfinite(found).all():
        raise BoundaryError(_("A coordinate is not a finite number."))
    return found.astype(np.float64)


def _check_degrees(positions: Floats) -> None:
    first, second = np.abs(positions).max(axis=0)
    if max(first, second) > 360:
        raise BoundaryError(
            _("Coordinates such as %(first).0f, %(second).0f are not degrees but metres or feet of a map projection; "
              "export it in WGS84 (EPSG:4326).") % {"first": positions[0, 0], "second": positions[0, 1]}
        )  # fmt: skip
    if first <= 90 < second <= 180 or _in_antarctica_only_as_written(positions):
        raise BoundaryError(_("In GeoJSON longitude comes first; these look swapped."))
    if first > 180 or second > 90:
        raise BoundaryError(_("Longitudes go from -180 to 180 and latitudes from -90 to 90; these do not."))


def _in_antarctica_only_as_written(positions: Floats) -> bool:
    """Catches the whole of North and South America written latitude first, where the range alone does not."""
    return bool((positions[:, 1] < SOUTHERNMOST).all() and (np.abs(positions[:, 0]) < FARTHEST_SWAPPED).all())


def _check_antimeridian(rings: Rings) -> None:
    if any(np.abs(np.diff(ring[:, 0])).max() > 180 for ring in rings):
        raise BoundaryError(_("It crosses the 180th meridian; cut it in two parts there (RFC 7946, section 3.1.9)."))
