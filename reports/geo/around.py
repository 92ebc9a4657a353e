"""Rows with a `lat` and a `long` round a point: first a box that an index on both answers, then the distance."""

import math
from typing import Final

from django.db.models import Q

from reports.geo.measures import METRES_PER_DEGREE, great_circle

SLACK: Final = 1e-6  # degrees, so that rounding does not leave out what lies on the edge


def box(lat: float, long: float, metres: float) -> Q:
    """A box that holds the circle (WGS84 degrees), in two parts where it lies across the 180th meridian."""
    north = metres / METRES_PER_DEGREE + SLACK
    here = Q(lat__gte=lat - north, lat__lte=lat + north)
    furthest = min(abs(lat) + north, 90.0)
    narrowest = math.cos(math.radians(furthest))
    if north >= 180 * narrowest:  # a pole is within reach
        return here
    east = north / narrowest
    west, far_east = long - east, long + east
    if west < -180:
        return here & (Q(long__gte=west + 360) | Q(long__lte=far_east))
    if far_east > 180:
        return here & (Q(long__gte=west) | Q(long__lte=far_east - 360))
    return here & Q(long__gte=west, long__lte=far_east)


def metres_between(lat: float, long: float, other_lat: float, other_long: float) -> float:
    """Metres between two points (WGS84 degrees), the short way also across the 180th meridian."""
    return float(great_circle(lat, other_lat, math.remainder(other_long - long, 360)))
