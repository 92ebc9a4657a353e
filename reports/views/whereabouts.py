"""What a point means for a report: who answers there, who is just over the border, and what may be reported."""

import logging
from dataclasses import dataclass

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from reports.delivery import catalogue
from reports.geo import geocoding, routing
from reports.models import Jurisdiction, Service

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """A point (WGS84) and its bodies, the most local first. `nearest` is filled only where nobody answers.

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


def look(lat: float, long: float, *, ask: bool = True) -> Whereabouts:
    """Find out about a point; ValueError where the coordinates are none.

    With `ask`, the systems whose services depend on the place are asked for them, where that was not done within the
    hour; without, what they said last is shown.
    """
    listings = catalogue.ask_around(lat, long) if ask else []
    answering = tuple(found.jurisdiction for found in routing.jurisdictions_at(lat, long))
    return Whereabouts(
        lat=lat,
        long=long,
        answering=answering,
        near_border=tuple(routing.near_border(lat, long)) if answering else (),
        nearest=() if answering else _elsewhere(lat, long),
        services=tuple(routing.services_at(lat, long)) if answering else (),
        only_read=tuple(routing.only_read(answering)),
        away=tuple(dict.fromkeys(each.endpoint.jurisdiction for each in listings if not each.fresh)),
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
