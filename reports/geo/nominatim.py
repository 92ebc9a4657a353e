"""Nominatim, OpenStreetMap's geocoder: https://nominatim.org/release-docs/latest/api/Overview/"""

import json
import math
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlsplit

from reports import http
from reports.geo.geocoding import GeocodedPlace, GeocodingUnavailable

CONNECT_SECONDS: Final = 2.0
TOTAL_SECONDS: Final = 6.0
MOST_BYTES: Final = 1024 * 1024
NEAR_DEGREES: Final = 0.25  # the view box preferred around `near`: about 25 km each way
LONGEST_ADDRESS: Final = 500  # characters
TOWNS: Final = ("city", "town", "village", "municipality", "hamlet")  # how a settlement is named depends on its size
PATIENCE_SECONDS: Final = 5.0  # after a 429 that names no time


class Nominatim:
    """A Nominatim server, by the address that `search` and `reverse` stand under.

    The address comes from the site's own settings, so its host may be a private one. `GeocodingUnavailable`
    where it is none at all.
    """

    def __init__(self, url: str) -> None:
        self._base = url.rstrip("/")
        policy = http.default_policy()
        allowed = (*policy.allowed_private, _host(url))
        self._client = http.Client(
            "geocoder",
            policy=replace(policy, max_bytes=MOST_BYTES, allowed_private=allowed),
            connect_timeout=CONNECT_SECONDS,
            read_timeout=TOTAL_SECONDS,
            total_timeout=TOTAL_SECONDS,
            private=True,
        )

    def search(self, query: str, near: tuple[float, float] | None, locale: str, limit: int) -> list[GeocodedPlace]:
        """GET /search with `q`; the view box is a wish and not a limit. Raises `GeocodingUnavailable`."""
        params = [("q", query), ("limit", str(limit)), ("accept-language", locale)]
        if near:
            params += [("viewbox", _view_box(*near)), ("bounded", "0")]
        rows = self._ask("search", params)
        if not isinstance(rows, list):
            raise GeocodingUnavailable("The geocoder's answer is not a list of places.")
        return [_place(row) for row in rows[:limit]]

    def reverse(self, lat: float, long: float, locale: str) -> GeocodedPlace | None:
        """GET /reverse at the detail of buildings (zoom 18). Raises `GeocodingUnavailable`.

        "Unable to geocode", which comes with status 200, means that nothing is there.
        """
        row = self._ask("reverse", [("lat", str(lat)), ("lon", str(long)), ("zoom", "18"), ("accept-language", locale)])
        if isinstance(row, dict) and row.get("error") == "Unable to geocode":
            return None
        return _place(row)

    def _ask(self, operation: str, params: list[tuple[str, str]]) -> Any:
        try:
            response = self._client.get(
                f"{self._base}/{operation}", params=[*params, ("format", "jsonv2"), ("addressdetails", "1")]
            )
        except http.HttpError as error:
            raise GeocodingUnavailable(f"The geocoder could not be asked: {error}") from error
        if response.status == 429:
            patience = _seconds(response.headers.get("Retry-After", ""))
            raise GeocodingUnavailable("The geocoder asks for patience.", retry_after=patience)
        if response.status != 200:
            raise GeocodingUnavailable(f"The geocoder answered with status {response.status}.")
        try:
            return json.loads(response.body)
        except (ValueError, RecursionError) as error:
            raise GeocodingUnavailable("The geocoder's answer is not JSON.") from error


def _place(row: object) -> GeocodedPlace:
    if not isinstance(row, dict) or not isinstance(row.get("display_name"), str):
        raise GeocodingUnavailable("A place in the geocoder's answer has no name.")
    try:
        lat, long = float(row["lat"]), float(row["lon"])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise GeocodingUnavailable("A place in the geocoder's answer has no coordinates.") from error
    if not (math.isfinite(lat) and math.isfinite(long) and abs(lat) <= 90 and abs(long) <= 180):
        raise GeocodingUnavailable("A place in the geocoder's answer lies nowhere on earth.")
    return GeocodedPlace(lat, long, (_short(row) or " ".join(row["display_name"].split()))[:LONGEST_ADDRESS], row)


def _short(row: dict[str, Any]) -> str:
    """The address as one writes it on a letter; "" where the parts that make one are not there.

    `display_name` goes on to district, county and country, which a form's one line has no room for.
    """
    parts = row.get("address")
    if not isinstance(parts, dict):
        return ""
    known = {name: " ".join(value.split()) for name, value in parts.items() if isinstance(value, str)}
    town = next((known[kind] for kind in TOWNS if known.get(kind)), "")
    street = " ".join(filter(None, (known.get("house_number"), known.get("road"))))
    name = row.get("name") if isinstance(row.get("name"), str) else ""
    if not town or not (street or name):
        return ""
    region = " ".join(filter(None, (known.get("state"), known.get("postcode"))))
    return ", ".join(dict.fromkeys(filter(None, (name if name != known.get("road") else "", street, town, region))))


def _view_box(lat: float, long: float) -> str:
    west, east = max(-180.0, long - NEAR_DEGREES), min(180.0, long + NEAR_DEGREES)
    south, north = max(-90.0, lat - NEAR_DEGREES), min(90.0, lat + NEAR_DEGREES)
    return f"{west:.2f},{north:.2f},{east:.2f},{south:.2f}"


def _seconds(header: str) -> float:
    return float(header) if header.isascii() and header.isdigit() else PATIENCE_SECONDS


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.lower()
    except ValueError as error:
        raise GeocodingUnavailable("GEOCODER_URL is not an address.") from error
