"""Coordinates as people write them: decimal degrees, degrees and minutes, a decimal comma, letters before or after."""

import math
import re
import unicodedata
from typing import Final

from reports.geo import routing

LONGEST: Final = 100  # characters; what is longer is an address

_SEPARATOR: Final = r"(?:\s*[,;/]\s*|\s+)"
_POINTS: Final = re.compile(rf"([+-]?\d{{1,3}}(?:\.\d+)?){_SEPARATOR}([+-]?\d{{1,3}}(?:\.\d+)?)")
_COMMAS: Final = re.compile(rf"([+-]?\d{{1,3}},\d+){_SEPARATOR}([+-]?\d{{1,3}},\d+)")
_BARE: Final = re.compile(r"\d+\s+\d+")  # two plain numbers and no comma: more likely a part of an address
_ANGLE: Final = re.compile(
    r"(?P<before>[NSEW])?\s*(?P<sign>[+-])?\s*(?P<degrees>\d{1,3}(?:[.,]\d+)?)"
    r"(?:[\s°:]+(?P<minutes>\d{1,2}(?:[.,]\d+)?)(?:[\s':]+(?P<seconds>\d{1,2}(?:[.,]\d+)?))?)?"
    r"[\s°'\":]*(?P<after>[NSEW])?"
)
_SPELLINGS: Final = str.maketrans("−–º˚′’‘´″”“", "--°°''''\"\"\"")
Angle = tuple[float, str]  # degrees, and N, S, E, W or nothing


def parse_coordinates(text: str) -> tuple[float, float] | None:
    """Read "41.88, -87.63", "41,88 -87,63", "41°53′N 87°38′W", "41 53 01 N, 87 37 55 W" and "geo:41.88,-87.63".

    Gives (lat, long) in degrees, or None for anything else, so that it can be asked about every search. Where no
    letters say which is which, latitude is taken to come first, and may be out of range (up to 180): ask
    `looks_swapped`, and `routing` refuses it.
    """
    text = text.strip()
    if len(text) > LONGEST:
        return None
    text = unicodedata.normalize("NFC", text).translate(_SPELLINGS).strip("()[] ")
    text = text.upper().removeprefix("GEO:").strip()
    if _BARE.fullmatch(text):
        return None
    plain = _POINTS.fullmatch(text) or _COMMAS.fullmatch(text)
    if plain:
        return _pair((_number(plain[1]), ""), (_number(plain[2]), ""))
    return _two_angles(text.replace("''", '"'))


def looks_swapped(lat: float, long: float) -> bool:
    """Whether the pair makes sense only the other way round: no latitude as given, or covered only when swapped.

    False as well where neither way makes sense.
    """
    if not (math.isfinite(lat) and math.isfinite(long)) or abs(long) > 90 or abs(lat) > 180:
        return False
    if abs(lat) > 90:
        return True
    return not routing.covered(lat, long) and routing.covered(long, lat)


def _two_angles(text: str) -> tuple[float, float] | None:
    """Cut the text wherever it is not inside a number, until both sides are an angle that says what it is."""
    for cut in range(1, len(text)):
        if text[cut - 1 : cut + 1].isdigit():
            continue
        left, right = text[:cut], text[cut:]
        if ("°" in left and "°" in right) or (re.search("[NS]", text) and re.search("[EW]", text)):
            first, second = _angle(left), _angle(right)
            if first and second and bool(first[1]) == bool(second[1]):
                return _pair(first, second)
    return None


def _angle(text: str) -> Angle | None:
    found = _ANGLE.fullmatch(text.strip(" ,;/"))
    if not found or (found["before"] and found["after"]):
        return None
    letter = found["before"] or found["after"] or ""
    degrees, minutes, seconds = (_number(found[name] or "0") for name in ("degrees", "minutes", "seconds"))
    if minutes >= 60 or seconds >= 60 or (found["sign"] and letter):
        return None
    size = degrees + minutes / 60 + seconds / 3600
    return (-size if found["sign"] == "-" or letter in ("S", "W") else size), letter


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _pair(first: Angle, second: Angle) -> tuple[float, float] | None:
    if first[1] and (first[1] in "EW") == (second[1] in "EW"):
        return None
    lat, long = (second[0], first[0]) if first[1] and first[1] in "EW" else (first[0], second[0])
    if max(abs(lat), abs(long)) > 180 or (first[1] and abs(lat) > 90):
        return None
    return lat, long
