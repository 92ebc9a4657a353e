"""What a place means for a report: who answers there, who is just over the border, and what may be reported."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from reports.delivery import catalogue
from reports.geo import geocoding, routing, spots
from reports.geo.spots import Spot
from reports.models import Jurisdiction, Service

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """A point (WGS84) and its bodies, the most local first. `nearest` is filled only where nobody answers.

    `near_border` are the bodies across a border near by, whose services are offered too; `side` (an id) is the body on
    whose side the person says that it lies. With `in_words` the point stands for a body's whole area, and is not shown;
    `want_a_point` counts the services that are left out then.

    `away` are bodies whose system could not be asked what it takes at this place: what is offered of theirs is what
    they last said here, if they ever did. `only_read` are bodies whose system takes no report from any other site.
    """

    lat: float
    long: float
    answering: tuple[Jurisdiction, ...]
    near_border: tuple[routing.Nearby, ...]
    nearest: tuple[routing.Nearby, ...]
    services: tuple[Service, ...]
    away: tuple[Jurisdiction, ...] = ()
    only_read: tuple[Jurisdiction, ...] = ()
    side: int | None = None
    in_words: bool = False
    want_a_point: int = 0

    @property
    def sides(self) -> tuple[Jurisdiction, ...]:
        """Near a border, the bodies to choose between: the most local one that answers, and those across."""
        here = [body for body in self.answering if body.pk == self.side] or self.answering[:1]
        across = tuple(near.jurisdiction for near in self.near_border)
        return (*here, *across) if across else ()

    @property
    def covered(self) -> bool:
        """Whether any body answers here."""
        return bool(self.answering)

    @property
    def sentence(self) -> str:
        """Who answers and how much may be reported, in one sentence to be read aloud."""
        if not self.answering:
            return _("Nobody who takes reports through this site answers for this place.")
        bodies = ", ".join(body.name for body in self.answering)
        number = len(self.services)
        count = ngettext(
            "%(count)d kind of problem can be reported.", "%(count)d kinds of problem can be reported.", number
        ) % {"count": number}
        return _("Who answers here: %(bodies)s.") % {"bodies": bodies} + f" {count}"


def look(lat: float, long: float, *, ask: bool = True, side: int | None = None) -> Whereabouts:
    """Find out about a point; ValueError where the coordinates are none.

    With `ask`, the systems whose services depend on the place are asked for them, where that was not done within the
    hour; without, what they said last is shown. A `side` that is no neighbour there changes nothing.
    """
    listings = catalogue.ask_around(lat, long) if ask else []
    spot = Spot(lat, long, side)
    answering = tuple(spots.answering(spot))
    offer = spots.offer(spot)
    return Whereabouts(
        lat=lat,
        long=long,
        answering=answering,
        near_border=tuple(spots.across(spot)),
        nearest=() if answering else _elsewhere(lat, long),
        services=offer.services if answering else (),
        only_read=tuple(routing.only_read(answering)),
        away=tuple(dict.fromkeys(each.endpoint.jurisdiction for each in listings if not each.fresh)),
        side=side if side in {body.pk for body in answering} else None,
    )


def look_at(location: Mapping[str, Any], *, ask: bool = True) -> Whereabouts:
    """Find out about the place of a draft (its `location`), which may be in words alone."""
    spot = Spot.of(location)
    if spot.body is None:
        return look(spot.lat, spot.long, ask=ask, side=spot.side)
    answering, offer = tuple(spots.answering(spot)), spots.offer(spot)
    return Whereabouts(
        lat=spot.lat,
        long=spot.long,
        answering=answering,
        near_border=(),
        nearest=(),
        services=offer.services,
        only_read=tuple(routing.only_read(answering)),
        in_words=True,
        want_a_point=offer.want_a_point,
    )


def _elsewhere(lat: float, long: float) -> tuple[routing.Nearby, ...]:
    """The nearest bodies, without those whose outline holds the point although they take nothing there."""
    return tuple(near for near in routing.nearest(lat, long) if near.metres > 0)


def covered(lat: float, long: float) -> bool:
    """Whether any body answers for the point; False for coordinates that are none."""
    try:
        return bool(routing.jurisdictions_at(lat, long))
    except ValueError:
        return False


def address_of(lat: float, long: float) -> str:
    """The address at a point in words; empty where the geocoder knows none or does not answer."""
    try:
        found = geocoding.reverse(lat, long, locale=get_language() or "en")
    except geocoding.GeocodingUnavailable:
        log.info("no address for a point: the geocoder does not answer")
        return ""
    return found.address_string[:500] if found else ""
