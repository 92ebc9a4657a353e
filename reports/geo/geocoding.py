"""Addresses to points and back, whichever geocoder the site uses. GEOCODER names it, GEOCODER_URL says where it is."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

from django.conf import settings
from django.core.cache import cache
from django.utils.module_loading import import_string

from reports.geo.coordinates import looks_swapped, parse_coordinates
from reports.geo.routing import checked

__all__ = ["GeocodedPlace", "GeocodingUnavailable", "looks_swapped", "parse_coordinates", "reverse", "search"]

DIALECTS: Final = {"nominatim": "reports.geo.nominatim.Nominatim"}
LONGEST_QUERY: Final = 300  # characters
MOST_PLACES: Final = 10
CACHE_SECONDS: Final = 24 * 3600
LONGEST_PAUSE: Final = 60.0  # seconds; how long a geocoder that asks for patience is left alone at most
_LOCALE: Final = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_MISSING: Final = object()


class GeocodingUnavailable(Exception):
    """No geocoder is set, or it gave no usable answer; `retry_after` seconds where it asked for patience."""

    def __init__(self, message: str, retry_after: float = 0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class GeocodedPlace:
    """A place that the geocoder knows: WGS84, its address in one line, and the raw answer for what else it says."""

    lat: float
    long: float
    address_string: str
    raw: dict[str, Any]


class Geocoder(Protocol):
    """What a geocoder's module gives. Both methods raise `GeocodingUnavailable` and nothing else."""

    def __init__(self, url: str) -> None: ...

    def search(self, query: str, near: tuple[float, float] | None, locale: str, limit: int) -> list[GeocodedPlace]: ...

    def reverse(self, lat: float, long: float, locale: str) -> GeocodedPlace | None: ...


def search(
    query: str, *, near: tuple[float, float] | None = None, locale: str = "en", limit: int = 5
) -> list[GeocodedPlace]:
    """Places that fit the words, best first, those `near` (lat, long) preferred; no words, no places.

    Waits 6 seconds at most. Raises `GeocodingUnavailable`; ValueError where `near` is no point.
    """
    query = _cleaned(query)
    if not query:
        return []
    # A tenth of a degree says which town is meant, and lets neighbours share an answer.
    lat, long = checked(*near) if near else (0.0, 0.0)
    rounded = (round(lat, 1), round(long, 1)) if near else None
    arguments = (query, rounded, _locale(locale), min(max(1, limit), MOST_PLACES))
    found: list[GeocodedPlace] = _cached("search", arguments, lambda: _geocoder().search(*arguments))
    return found


def reverse(lat: float, long: float, locale: str = "en") -> GeocodedPlace | None:
    """The address at a point, to about a metre, or None where there is none.

    Waits 6 seconds at most. Raises `GeocodingUnavailable`; ValueError where the coordinates are none.
    """
    lat, long = checked(lat, long)
    arguments = (round(lat, 5), round(long, 5), _locale(locale))
    place: GeocodedPlace | None = _cached("reverse", arguments, lambda: _geocoder().reverse(*arguments))
    return place


def _geocoder() -> Geocoder:
    path = DIALECTS.get(settings.GEOCODER)
    if path is None or not settings.GEOCODER_URL:
        raise GeocodingUnavailable("No geocoder is set: see GEOCODER and GEOCODER_URL.")
    if cache.get(_key("pause")):
        raise GeocodingUnavailable("The geocoder asked to be left alone for a while.")
    geocoder: Geocoder = import_string(path)(settings.GEOCODER_URL)
    return geocoder


def _cached(operation: str, arguments: tuple[Any, ...], ask: Callable[[], Any]) -> Any:
    key = _key(operation, *arguments)
    answer = cache.get(key, _MISSING)
    if answer is not _MISSING:
        return answer[0]
    try:
        found = ask()
    except GeocodingUnavailable as problem:
        if problem.retry_after > 0:
            cache.set(_key("pause"), True, min(problem.retry_after, LONGEST_PAUSE))
        raise
    cache.set(key, [found], CACHE_SECONDS)  # in a list, because "no address here" is an answer too
    return found


def _key(*parts: Any) -> str:
    # Hashed, since a cache key may hold neither spaces nor 300 characters, and so that no address stands in it.
    text = json.dumps([settings.GEOCODER, settings.GEOCODER_URL, *parts])
    return f"geocoding:{hashlib.sha256(text.encode()).hexdigest()}"


def _cleaned(query: str) -> str:
    # NUL and its like break a URL, and lone surrogates cannot be written in one.
    text = "".join(" " if unicodedata.category(each) in ("Cc", "Cs") else each for each in query[: 4 * LONGEST_QUERY])
    return " ".join(unicodedata.normalize("NFC", text).split())[:LONGEST_QUERY].strip()


def _locale(locale: str) -> str:
    return locale if _LOCALE.fullmatch(locale) else "en"
