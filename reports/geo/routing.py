"""Who answers for a point, and what they take there."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from reports.geo import freshness
from reports.models import Jurisdiction, Service

NEAREST = 3


@dataclass(frozen=True, slots=True)
class Answering:
    """A body that answers for the point, why in plain words, and how far inside its border the point lies."""

    jurisdiction: Jurisdiction
    reason: str
    border_metres: float


@dataclass(frozen=True, slots=True)
class Nearby:
    """A body that does not answer for the point, and how far off its border is."""

    jurisdiction: Jurisdiction
    metres: float


def jurisdictions_at(lat: float, long: float) -> list[Answering]:
    """The active jurisdictions that hold the point (WGS84), the most local first; a point on the border is held.

    ValueError where the coordinates are none. `boundary` of the rows is deferred.
    """
    lat, long = checked(lat, long)
    index = freshness.index()
    distances = {place: index.border_metres(place, lat, long) for place in index.covering(lat, long)}
    rows = _rows(index.bodies[place].pk for place in distances)
    return [
        Answering(rows[pk], _reason(rows[pk], metres), metres)
        for place, metres in distances.items()
        if (pk := index.bodies[place].pk) in rows
    ]


def near_border(lat: float, long: float) -> list[Nearby]:
    """Active bodies that do not answer here although their border is within BORDER_METRES, the nearest first.

    ValueError where the coordinates are none.
    """
    lat, long = checked(lat, long)
    index = freshness.index()
    answering = index.covering(lat, long)
    distances = index.within(lat, long, settings.BORDER_METRES)
    return _nearby({index.bodies[place].pk: metres for place, metres in distances.items() if place not in answering})


def nearest(lat: float, long: float, limit: int = NEAREST) -> list[Nearby]:
    """The active bodies nearest to a point, also far from it; 0 metres for one that holds it.

    ValueError where the coordinates are none.
    """
    lat, long = checked(lat, long)
    index = freshness.index()
    distances = index.nearest(lat, long, max(0, limit))
    return _nearby({index.bodies[place].pk: metres for place, metres in distances.items()})


def services_at(lat: float, long: float) -> list[Service]:
    """What may be reported at a point: services of active endpoints of the bodies answering there.

    Neither suspended nor hidden ones. In a volunteer's order first, then the most local body's, then by group
    and name. `endpoint.jurisdiction` and `override` come with them. ValueError where the coordinates are none.
    """
    lat, long = checked(lat, long)
    index = freshness.index()
    rank = {index.bodies[place].pk: number for number, place in enumerate(index.covering(lat, long))}
    services = (
        Service.objects.filter(
            endpoint__active=True, endpoint__jurisdiction__active=True, endpoint__jurisdiction__in=rank, suspended=False
        )
        .exclude(override__hidden=True)
        .select_related("endpoint__jurisdiction", "override")
        .defer("endpoint__jurisdiction__boundary")
    )
    return sorted(services, key=lambda service: _place_in_list(service, rank))


def covered(lat: float, long: float) -> bool:
    """Whether any active body answers for the point. ValueError where the coordinates are none."""
    lat, long = checked(lat, long)
    return bool(freshness.index().covering(lat, long))


def outlines() -> dict[str, Any]:
    """A GeoJSON FeatureCollection of the active jurisdictions (`name`, `slug`), simplified to about 50 m.

    The same object until a jurisdiction changes: not to be changed by who asks.
    """
    return freshness.index().outlines()


def checked(lat: float, long: float) -> tuple[float, float]:
    """The pair as finite floats in range, or ValueError saying what is wrong with it."""
    try:
        lat, long = float(lat), float(long)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(_("Latitude and longitude have to be numbers.")) from error
    if not (math.isfinite(lat) and math.isfinite(long)):
        raise ValueError(_("Latitude and longitude have to be finite numbers."))
    if abs(lat) > 90 and abs(lat) <= 180 and abs(long) <= 90:
        raise ValueError(_("Latitude goes from -90 to 90; latitude and longitude look swapped."))
    if abs(lat) > 90 or abs(long) > 180:
        raise ValueError(_("Latitude goes from -90 to 90 and longitude from -180 to 180."))
    return lat, long


def _rows(keys: Iterable[int]) -> dict[int, Jurisdiction]:
    """Read anew, since people edit names and telephone numbers; the index is only about where."""
    return Jurisdiction.objects.filter(active=True).defer("boundary").in_bulk(list(keys))


def _nearby(distances: dict[int, float]) -> list[Nearby]:
    rows = _rows(distances)
    return [Nearby(rows[pk], metres) for pk, metres in distances.items() if pk in rows]


def _reason(jurisdiction: Jurisdiction, metres: float) -> str:
    if metres < 1:
        return _("On the border of %(name)s, which counts as inside.") % {"name": jurisdiction.name}
    return _("Inside %(name)s, %(distance)s from its border.") % {
        "name": jurisdiction.name,
        "distance": _("%(metres)d m") % {"metres": metres} if metres < 1000 else _("%.1f km") % (metres / 1000),
    }


def _place_in_list(service: Service, rank: dict[int, int]) -> tuple[int, int, str, str, int]:
    order = getattr(getattr(service, "override", None), "order", 0)
    group, name = service.shown_group.casefold(), service.shown_name.casefold()
    return order, rank[service.endpoint.jurisdiction_id], group, name, service.pk
