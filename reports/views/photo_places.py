"""Where photos were taken, beside the place that was given: offered where the two differ, and never taken by itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.formats import number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from reports.geo import geocoding
from reports.geo.measures import great_circle
from reports.models import Media, PlaceMeant

NEAR: Final = 50  # metres: closer than that, a photo's place says nothing new
KILOMETRE: Final = 1000


@dataclass(frozen=True, slots=True)
class Offer:
    """A photo's place: coordinates for a link (WGS84), its address or empty, and how far it is, or empty."""

    lat: str
    long: str
    address: str
    distance: str


def offers(photos: Iterable[Media], place: Mapping[str, Any], ask: bool = True) -> dict[int, Offer]:
    """The places of photos that are worth offering, by the photos' ids. `place` is the draft's `location`.

    One that was given in words alone has no point worth comparing with, so that every photo's is offered. With `ask`
    the geocoder is asked for addresses, until it fails to answer once: each look may take seconds.
    """
    found: dict[int, Offer] = {}
    in_words = place.get("place_meant") == PlaceMeant.WORDS
    for photo in photos:
        if photo.lat is None or photo.long is None:
            continue
        metres = float(great_circle(photo.lat, place["lat"], photo.long - place["long"]))
        if not in_words and metres <= NEAR:
            continue
        address = ""
        if ask:
            try:
                address = _address(photo.lat, photo.long)
            except geocoding.GeocodingUnavailable:
                ask = False
        distance = "" if in_words else _far(metres)
        found[photo.pk] = Offer(f"{photo.lat:.6f}", f"{photo.long:.6f}", address, distance)
    return found


def _address(lat: float, long: float) -> str:
    known = geocoding.reverse(lat, long, locale=get_language() or "en")
    return known.address_string[:500] if known else ""


def _far(metres: float) -> str:
    """How far, as exactly as a camera knows."""
    if metres < KILOMETRE:
        return _("about %(distance)s m away from the place you gave") % {"distance": int(round(metres, -1))}
    kilometres = metres / KILOMETRE
    places = 1 if kilometres < 10 else 0
    shown = number_format(round(kilometres, places), decimal_pos=places, force_grouping=True)
    return _("about %(distance)s km away from the place you gave") % {"distance": shown}
