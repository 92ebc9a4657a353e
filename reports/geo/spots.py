"""A place as a draft keeps it, and what it means: who answers there, who is across the border, what is offered."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reports.geo import routing
from reports.models import Jurisdiction, PlaceMeant, Service


@dataclass(frozen=True, slots=True)
class Spot:
    """A point (WGS84). `side` is the body (id) on whose side of a border near by the person says that it lies.

    With `body` the place was said in words alone: it lies somewhere in that body's area, of which the point is only
    some point, and no system that wants a point is told of it.
    """

    lat: float
    long: float
    side: int | None = None
    body: int | None = None

    @classmethod
    def of(cls, location: Mapping[str, Any]) -> "Spot":
        """From a draft's `location`."""
        in_words = location.get("place_meant") == PlaceMeant.WORDS
        body = location.get("body") if in_words else None
        return cls(location["lat"], location["long"], location.get("side"), body)


@dataclass(frozen=True, slots=True)
class Offer:
    """What may be reported at a spot, and how many more services there are of which the systems want a point."""

    services: tuple[Service, ...]
    want_a_point: int = 0


def answering(spot: Spot) -> list[Jurisdiction]:
    """The bodies that answer there, the chosen side before the others and then the most local first."""
    if spot.body is not None:
        return list(Jurisdiction.objects.filter(pk=spot.body, active=True).defer("boundary"))
    holding = [found.jurisdiction for found in routing.jurisdictions_at(spot.lat, spot.long)]
    if spot.side is None:
        return holding
    across = [near.jurisdiction for near in routing.near_border(spot.lat, spot.long)]
    chosen = [body for body in (*holding, *across) if body.pk == spot.side]
    return [*chosen, *(body for body in holding if body.pk != spot.side)]


def across(spot: Spot) -> list[routing.Nearby]:
    """The bodies whose border is near and who do not answer there, without the side that was chosen."""
    if spot.body is not None:
        return []
    return [near for near in routing.near_border(spot.lat, spot.long) if near.jurisdiction.pk != spot.side]


def offer(spot: Spot) -> Offer:
    """What may be reported there: near a border that of both sides, the chosen side's first."""
    if spot.body is not None:
        return _offer_in_words(spot)
    near = [each.jurisdiction.pk for each in routing.near_border(spot.lat, spot.long)]
    side = spot.side if spot.side is not None and near else None
    return Offer(tuple(routing.services_at(spot.lat, spot.long, also=near, first=side)))


def _offer_in_words(spot: Spot) -> Offer:
    services = routing.services_at(spot.lat, spot.long, only=spot.body)
    takes = {service.endpoint_id: routing.takes_words(service.endpoint) for service in services}
    offered = tuple(service for service in services if takes[service.endpoint_id])
    return Offer(offered, want_a_point=len(services) - len(offered))
