"""A geocoder with Nominatim's search and reverse calls, over a small gazetteer of real places (data/gazetteer.json).

Shapes and error texts after Nominatim 4.4, `format=jsonv2`. Its words match by prefix, so that typing ahead works;
house numbers are not interpolated.
"""

import json
import math
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from reports.sandbox.wire import Answer, Request, json_answer

REACH_METRES = 400.0  # how far from an entry a point may lie for reverse to name it
LICENCE = "Data © OpenStreetMap contributors, ODbL 1.0. http://osm.org/copyright"
MAX_LIMIT = 40

# How people write streets, both ways made one.
_SHORT = {
    "street": "st", "avenue": "ave", "av": "ave", "boulevard": "blvd", "road": "rd", "drive": "dr", "place": "pl",
    "court": "ct", "parkway": "pkwy", "highway": "hwy", "north": "n", "south": "s", "east": "e", "west": "w",
    "saint": "st", "and": "", "at": "", "illinois": "il", "indiana": "in", "massachusetts": "ma", "texas": "tx",
    "california": "ca", "usa": "", "us": "", "connecticut": "ct", "florida": "fl", "maryland": "md",
    "northwest": "nw", "northeast": "ne", "southwest": "sw", "southeast": "se",
}  # fmt: skip
# by country and its own code of the state or province
_STATES = {
    ("US", "IL"): "Illinois", ("US", "IN"): "Indiana", ("US", "MA"): "Massachusetts", ("US", "TX"): "Texas",
    ("US", "CA"): "California", ("US", "CT"): "Connecticut", ("US", "FL"): "Florida", ("US", "MD"): "Maryland",
    ("US", "PA"): "Pennsylvania", ("US", "MO"): "Missouri", ("US", "DC"): "District of Columbia",
    ("CA", "ON"): "Ontario", ("GB", "ENG"): "England", ("DE", "NW"): "Nordrhein-Westfalen",
    ("DE", "MV"): "Mecklenburg-Vorpommern",
    ("FI", "18"): "Uusimaa",
    ("ES", "AR"): "Aragón",
}  # fmt: skip
_COUNTRIES = {
    "US": "United States", "CA": "Canada", "GB": "United Kingdom", "DE": "Deutschland", "FI": "Suomi", "ES": "España",
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A gazetteer entry: an address, a crossing or a landmark; WGS84."""

    number: int
    name: str
    house_number: str
    road: str
    neighbourhood: str
    city: str
    county: str
    state: str
    postcode: str
    lat: float
    lon: float
    category: str
    type: str
    country: str = "US"

    @property
    def state_name(self) -> str:
        return _STATES[self.country, self.state]

    @property
    def display_name(self) -> str:
        parts = (
            self.name, self.house_number, self.road, self.neighbourhood, self.city, self.county, self.state_name,
            self.postcode, _COUNTRIES[self.country],
        )  # fmt: skip
        return ", ".join(part for part in parts if part)

    @property
    def words(self) -> set[str]:
        return set(_words(f"{self.display_name} {self.state}"))


class QueryError(ValueError):
    """An argument is missing or wrong; the message is Nominatim's."""


def answer(request: Request, rest: tuple[str, ...]) -> Answer:
    """`rest` is the path below /nominatim: search or reverse."""
    name = rest[0].removesuffix(".php") if len(rest) == 1 else ""
    try:
        if name == "search":
            _check_format(request)
            return json_answer(_search(request))
        if name == "reverse":
            _check_format(request)
            return json_answer(_reverse(request))
    except QueryError as problem:
        return json_answer({"error": {"code": 400, "message": str(problem)}}, 400)
    return json_answer({"error": {"code": 404, "message": "Not found"}}, 404)


def _search(request: Request) -> list[dict[str, Any]]:
    asked = _words(request.arg("q"))
    if not request.arg("q"):
        raise QueryError("Nothing to search for.")
    limit = min(max(int(_number(request, "limit", "10")), 1), MAX_LIMIT)
    box = _viewbox(request)
    found = [place for place in _gazetteer() if asked and _matches(asked, place)]
    if box and request.arg("bounded") == "1":
        found = [place for place in found if _inside(place, box)]
    found.sort(key=lambda place: (not (box and _inside(place, box)), -_closeness(asked, place), place.number))
    details = request.arg("addressdetails") == "1"
    return [_shown(place, details=details) for place in found[:limit]]


def _reverse(request: Request) -> dict[str, Any]:
    for name in ("lat", "lon"):
        if not request.arg(name):
            raise QueryError(f"Parameter '{name}' missing.")
    lat, lon = _number(request, "lat", ""), _number(request, "lon", "")
    _number(request, "zoom", "18")
    nearest = min(_gazetteer(), key=lambda place: metres(lat, lon, place.lat, place.lon))
    if metres(lat, lon, nearest.lat, nearest.lon) > REACH_METRES:
        return {"error": "Unable to geocode"}
    return _shown(nearest, details=request.arg("addressdetails") != "0")


def metres(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """The distance of two WGS84 points on a sphere, good to half a percent."""
    north = math.radians(other_lat - lat)
    east = math.radians(other_lon - lon) * math.cos(math.radians((lat + other_lat) / 2))
    return 6_371_000 * math.hypot(north, east)


def _check_format(request: Request) -> None:
    if (request.arg("format") or "jsonv2") not in ("json", "jsonv2"):
        raise QueryError("Parameter 'format' must be one of: json, jsonv2")


def _number(request: Request, name: str, default: str) -> float:
    try:
        value = float(request.arg(name) or default)
    except ValueError:
        raise QueryError(f"Parameter '{name}' must be a number.") from None
    if not math.isfinite(value):
        raise QueryError(f"Parameter '{name}' must be a number.")
    return value


def _viewbox(request: Request) -> tuple[float, float, float, float] | None:
    """west, south, east, north, from two corners in any order."""
    if not request.arg("viewbox"):
        return None
    try:
        x1, y1, x2, y2 = (float(part) for part in request.arg("viewbox").split(","))
    except ValueError:
        raise QueryError("Bad format for parameter 'viewbox'. Expected 4 numbers separated by comma.") from None
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def _inside(place: Place, box: tuple[float, float, float, float]) -> bool:
    return box[0] <= place.lon <= box[2] and box[1] <= place.lat <= box[3]


def _matches(asked: list[str], place: Place) -> bool:
    return all(any(word.startswith(part) for word in place.words) for part in asked)


def _closeness(asked: list[str], place: Place) -> int:
    """How many of the asked words are whole words of the place."""
    return sum(word in place.words for word in asked)


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower().replace("'", "")
    shortened = (_SHORT.get(word, word) for word in re.findall(r"[a-z0-9]+", plain))
    return [word for word in shortened if word]


def _shown(place: Place, *, details: bool) -> dict[str, Any]:
    half = 0.00005 if place.house_number else 0.0005
    box = (place.lat - half, place.lat + half, place.lon - half, place.lon + half)
    shown: dict[str, Any] = {
        "place_id": 300_000 + place.number,
        "licence": LICENCE,
        "osm_type": "node",
        "osm_id": 7_000_000_000 + place.number,
        "lat": f"{place.lat:.7f}",
        "lon": f"{place.lon:.7f}",
        "category": place.category,
        "type": place.type,
        "place_rank": 30,
        "importance": 0.0001,
        "addresstype": place.category,
        "name": place.name,
        "display_name": place.display_name,
    }
    if details:
        shown["address"] = _address(place)
    return shown | {"boundingbox": [f"{edge:.7f}" for edge in box]}


def _address(place: Place) -> dict[str, str]:
    parts = {
        place.category if place.name else "": place.name,
        "house_number": place.house_number,
        "road": place.road,
        "neighbourhood": place.neighbourhood,
        "city": place.city,
        "county": place.county,
        "state": place.state_name,
        "ISO3166-2-lvl4": f"{place.country}-{place.state}",
        "postcode": place.postcode,
        "country": _COUNTRIES[place.country],
        "country_code": place.country.lower(),
    }
    return {name: value for name, value in parts.items() if name and value}


@cache
def _gazetteer() -> tuple[Place, ...]:
    text = files("reports.sandbox").joinpath("data/gazetteer.json").read_text(encoding="utf-8")
    return tuple(Place(number=number, **row) for number, row in enumerate(json.loads(text), 1))
