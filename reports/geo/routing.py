"""Who answers for a point, and what they take there."""

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from reports.dialects import registry
from reports.dialects.base import Dialect
from reports.dialects.errors import ConfigurationError
from reports.geo import freshness, rules
from reports.models import Endpoint, Jurisdiction, PlaceListing, Service
from reports.templatetags.report import distance

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

    Not one whose only systems say what they offer at a place, and said that it is nothing here (an aggregate such as
    SeeClickFix's, drawn with a whole country). ValueError where the coordinates are none. `boundary` of the rows is
    deferred.
    """
    lat, long = checked(lat, long)
    index = freshness.index()
    distances = {place: index.border_metres(place, lat, long) for place in index.covering(lat, long)}
    rows = _rows(index.bodies[place].pk for place in distances)
    for silent in _silent(rows, PlaceListing.cell_at(lat, long)):
        del rows[silent]
    return [
        Answering(rows[pk], _reason(rows[pk], metres), metres)
        for place, metres in distances.items()
        if (pk := index.bodies[place].pk) in rows
    ]


def near_border(lat: float, long: float) -> list[Nearby]:
    """Active bodies that do not answer here although their border is within BORDER_METRES, the nearest first; without
    those that said they offer nothing here, as in `jurisdictions_at`.

    ValueError where the coordinates are none.
    """
    lat, long = checked(lat, long)
    across = _across(lat, long)
    silent = _silent(across, PlaceListing.cell_at(lat, long))
    return _nearby({pk: metres for pk, metres in across.items() if pk not in silent})


def nearest(lat: float, long: float, limit: int = NEAREST) -> list[Nearby]:
    """The active bodies nearest to a point, also far from it; 0 metres for one that holds it.

    ValueError where the coordinates are none.
    """
    lat, long = checked(lat, long)
    index = freshness.index()
    distances = index.nearest(lat, long, max(0, limit))
    return _nearby({index.bodies[place].pk: metres for place, metres in distances.items()})


def services_at(
    lat: float, long: float, *, also: Collection[int] = (), first: int | None = None, only: int | None = None
) -> list[Service]:
    """What may be reported at a point: the services of `offers_at`. ValueError where the coordinates are none."""
    return offers_at(lat, long, also=also, first=first, only=only).services


def offers_at(
    lat: float, long: float, *, also: Collection[int] = (), first: int | None = None, only: int | None = None
) -> rules.Outcome:
    """The services of active endpoints of the bodies answering at a point, and what routing rules did to them.

    `also` are bodies (ids) whose services are offered as if they answered there too, as across a border; those of
    `first` stand before all others; `only` leaves those of one body alone, as where no exact point is known.

    Neither suspended nor hidden ones, nor those that take no reports now, nor any of a system that is read only; of
    endpoints whose services depend on the
    place only what they last listed here. In a volunteer's order first, then the most local body's, then by group
    and name. `endpoint.jurisdiction` and `override` come with them. ValueError where the coordinates are none.
    """
    lat, long = checked(lat, long)
    rank = {only: 0} if only is not None else _rank(lat, long)
    for body in also:
        rank.setdefault(body, len(rank))
    in_force = rules.active_rules() if rank else []
    bodies = [*rank, *rules.targets(in_force, rank)]
    services = (
        Service.objects.filter(
            endpoint__active=True,
            endpoint__jurisdiction__active=True,
            endpoint__jurisdiction__in=bodies,
            suspended=False,
            active=True,
        )
        .exclude(override__hidden=True)
        .select_related("endpoint__jurisdiction", "override")
        .defer("endpoint__jurisdiction__boundary")
    )
    taken = [service for service in services if takes_filings(service.endpoint)]
    outcome = rules.apply(_listed_at(taken, PlaceListing.cell_at(lat, long)), in_force, rank)
    outcome.services.sort(key=lambda service: _place_in_list(service, rank, first))
    return outcome


def endpoints_by_place(lat: float, long: float) -> list[Endpoint]:
    """The active endpoints whose services depend on the place: of the bodies there and across a border near by, and of
    those that act for them.

    ValueError where the coordinates are none.
    """
    here = {*_rank(*checked(lat, long)), *_across(lat, long)}
    if not here:
        return []
    bodies = [*here, *rules.targets(rules.active_rules(), here)]
    endpoints = Endpoint.objects.filter(active=True, jurisdiction__active=True, jurisdiction__in=bodies)
    rows = endpoints.select_related("jurisdiction").defer("jurisdiction__boundary").order_by("pk")
    return [endpoint for endpoint in rows if depends_on_place(endpoint)]


def depends_on_place(endpoint: Endpoint) -> bool:
    """Whether what the endpoint offers has to be asked for with a point."""
    dialect = _dialect(endpoint)
    return dialect is not None and dialect.services_depend_on_place


def takes_words(endpoint: Endpoint) -> bool:
    """Whether a report whose place is said in words alone, without a point, can be filed there."""
    dialect = _dialect(endpoint)
    return dialect is not None and dialect.takes_words_alone(endpoint.options)


def takes_filings(endpoint: Endpoint) -> bool:
    """Whether reports can be filed there at all. One of an unknown dialect is left to the volunteer who mends it."""
    dialect = _dialect(endpoint)
    return dialect is None or dialect.files


def only_read(bodies: Iterable[Jurisdiction]) -> list[Jurisdiction]:
    """Those of these bodies whose systems are all read and take no filing from anybody else."""
    by_body: dict[int, list[Endpoint]] = {}
    bodies = list(bodies)
    for endpoint in Endpoint.objects.filter(active=True, jurisdiction__in=bodies):
        by_body.setdefault(endpoint.jurisdiction_id, []).append(endpoint)
    return [body for body in bodies if body.pk in by_body and not any(map(takes_filings, by_body[body.pk]))]


def covered(lat: float, long: float) -> bool:
    """Whether any active body answers for the point. ValueError where the coordinates are none."""
    lat, long = checked(lat, long)
    return bool(freshness.index().covering(lat, long))


def point_inside(jurisdiction: Jurisdiction) -> tuple[float, float] | None:
    """Some point (WGS84) within an active body's area, the same each time; None where it has no area."""
    return freshness.index().point_inside(jurisdiction.pk)


def bounds(jurisdiction: Jurisdiction) -> tuple[float, float, float, float] | None:
    """West, south, east, north (degrees) of an active body's area; None where it has none."""
    return freshness.index().bounds(jurisdiction.pk)


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


def _dialect(endpoint: Endpoint) -> type[Dialect] | None:
    try:
        return registry.get(endpoint.dialect)
    except ConfigurationError:
        return None


def _rank(lat: float, long: float) -> dict[int, int]:
    """The active bodies that hold the point, by id, with their places in the order, the most local first."""
    index = freshness.index()
    return {index.bodies[place].pk: number for number, place in enumerate(index.covering(lat, long))}


def _across(lat: float, long: float) -> dict[int, float]:
    """Bodies that do not hold the point and whose border is near, by id, with the metres, the nearest first."""
    index = freshness.index()
    holding = index.covering(lat, long)
    distances = index.within(lat, long, settings.BORDER_METRES)
    return {index.bodies[place].pk: metres for place, metres in distances.items() if place not in holding}


def _listed_at(services: list[Service], cell: str) -> list[Service]:
    """The services without those that their endpoint does not list at this place."""
    by_place = {each.endpoint_id for each in services if depends_on_place(each.endpoint)}
    if not by_place:
        return services
    listings = PlaceListing.objects.filter(cell=cell, endpoint__in=by_place)
    listed = {row.endpoint_id: set(row.service_codes) for row in listings}
    return [
        each
        for each in services
        if each.endpoint_id not in by_place or each.service_code in listed.get(each.endpoint_id, ())
    ]


def _silent(bodies: Collection[int], cell: str) -> set[int]:
    """Those of the bodies whose every active endpoint was asked what it offers at this place, and offers nothing."""
    listings = PlaceListing.objects.filter(cell=cell, endpoint__jurisdiction__in=bodies, endpoint__active=True)
    rows = listings.select_related("endpoint") if bodies else ()
    empty = [row.endpoint for row in rows if not row.service_codes and depends_on_place(row.endpoint)]
    if not empty:
        return set()
    silent = {endpoint.jurisdiction_id for endpoint in empty}
    others = Endpoint.objects.filter(active=True, jurisdiction__in=silent).exclude(
        pk__in=[endpoint.pk for endpoint in empty]
    )
    return silent - set(others.values_list("jurisdiction_id", flat=True))


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
        "distance": distance(metres),
    }


def _place_in_list(service: Service, rank: dict[int, int], first: int | None) -> tuple[bool, int, int, str, str, int]:
    order = getattr(getattr(service, "override", None), "order", 0)
    group, name = service.shown_group.casefold(), service.shown_name.casefold()
    body = service.endpoint.jurisdiction_id
    place = rank.get(body, len(rank))  # last where only a rule brings it here
    return first is not None and body != first, order, place, group, name, service.pk
