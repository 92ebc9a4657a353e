"""Lengths and areas of WGS84 coordinates, with numpy only; a projection library would bring PROJ and its data files."""

import json
import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]

EQUATOR_KILOMETRES: Final = 6378.137  # WGS84, semi-major axis
ECCENTRICITY: Final = 0.0818191908426215  # WGS84, first eccentricity
EARTH_METRES: Final = 6_371_008.8  # mean radius (IUGG)
METRES_PER_DEGREE: Final = math.radians(EARTH_METRES)


def square_kilometres(shape: Any) -> float:
    """The area of a polygon or multipolygon in km2, holes left out.

    Snyder, Map Projections (USGS 1395), equation 3-12: the cylindrical equal-area projection of the
    ellipsoid. Only the edges are approximate, being straight in the projection; with edges of up to
    100 km that is less than 0.2 % of the area, with a city's it cannot be seen.
    """
    return float(shapely.area(shapely.transform(shape, _equal_area)))


def inner_point(boundary: dict[str, Any]) -> tuple[float, float]:
    """A point (lat, long) inside of a stored boundary, well away from its border."""
    point = shapely.point_on_surface(shapely.from_geojson(json.dumps(boundary)))
    return float(point.y), float(point.x)


def _equal_area(coordinates: Floats) -> Floats:
    sine = np.sin(np.radians(coordinates[:, 1]))
    curve = sine / (1 - (ECCENTRICITY * sine) ** 2) + np.arctanh(ECCENTRICITY * sine) / ECCENTRICITY
    x = EQUATOR_KILOMETRES * np.radians(coordinates[:, 0])
    return np.column_stack((x, EQUATOR_KILOMETRES * (1 - ECCENTRICITY**2) / 2 * curve))


def segments_of(shape: Any) -> Floats:
    """The border as rows of (long, lat, step in long, step in lat), in degrees.

    Edges along the 180th meridian are left out: RFC 7946 section 3.1.9 cuts shapes there, and a cut is no border.
    """
    rings = shapely.get_rings(shapely.get_parts(shape))
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    start, step = coordinates[:-1], np.diff(coordinates, axis=0)
    edge = (ring[:-1] == ring[1:]) & (step != 0).any(axis=1)
    cut = (np.abs(start[:, 0]) == 180) & (step[:, 0] == 0)
    segments: Floats = np.column_stack((start, step))[edge & ~cut]
    return segments


def metres_to(lat: float, long: float, segments: Floats) -> float:
    """Metres from a point to the nearest of these segments; infinite where there are none.

    The nearest spot is looked for on a plane scaled at the point's latitude, and the way there measured along
    a great circle: within 0.5 % up to some 100 km, and good enough to say "far away" beyond.
    """
    if not len(segments):
        return math.inf
    scale = math.cos(math.radians(lat))
    x, y = (segments[:, 0] - long + 180) % 360 - 180, segments[:, 1] - lat
    dx, dy = segments[:, 2], segments[:, 3]
    length = np.maximum((dx * scale) ** 2 + dy**2, 1e-300)
    share = np.clip(-(x * dx * scale**2 + y * dy) / length, 0, 1)
    x, y = x + share * dx, y + share * dy
    nearest = int(np.argmin((x * scale) ** 2 + y**2))
    return float(great_circle(lat, lat + y[nearest], x[nearest]))


def great_circle(lat: Any, other_lat: Any, long_between: Any) -> Any:
    """Metres between two points of the sphere (haversine), from degrees; numbers or arrays."""
    a, b = np.radians(lat), np.radians(other_lat)
    h = np.sin((b - a) / 2) ** 2 + np.cos(a) * np.cos(b) * np.sin(np.radians(long_between) / 2) ** 2
    return 2 * EARTH_METRES * np.arcsin(np.minimum(1.0, np.sqrt(h)))
