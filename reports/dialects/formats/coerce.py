"""Values off the wire to the types of the messages. Nothing here raises: what cannot be read is "", None or ()."""

import math
import re
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import urldefrag, urljoin, urlsplit

_TRUE: Final = frozenset({"true", "1", "yes", "y", "t", "on"})
NO_ID: Final = frozenset({"null", "none", "nil", "undefined", "nan"})
_NO_ADDRESS: Final = NO_ID | {"n/a", "false"}


def text(value: Any) -> str:
    """A trimmed string. Numbers are written out, a list of one is its member, an object (PHP's `{}`) is nothing."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if not math.isfinite(value):
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return ", ".join(filter(None, map(text, value)))
    return ""


def first_text(row: dict[str, Any], *names: str) -> str:
    """The first of several spellings of a field that holds anything."""
    return next(filter(None, (text(row.get(name)) for name in names)), "")


def identifier(value: Any) -> str | None:
    """An opaque id or token, from a string or a number; None where there is none, or several."""
    if isinstance(value, list):
        return identifier(value[0]) if len(value) == 1 else None
    if isinstance(value, bool):
        return None
    found = text(value)
    return found if found and found.lower() not in NO_ID else None


def boolean(value: Any) -> bool:
    """True for true, 1, "true", "1", "yes", "y", "t", "on"; false for the rest, "false" among it."""
    return text(value).lower() in _TRUE


def integer(value: Any, default: int = 0) -> int:
    """A whole number from a number or text ("3", 3.0, "3.0"); the default for anything else."""
    found = number(value)
    return default if found is None or abs(found) > 2**31 else int(found)


def number(value: Any) -> float | None:
    """A finite number from a number or text; a decimal comma is understood where there is no point."""
    written = text(value)
    if written.count(",") == 1 and "." not in written:
        written = written.replace(",", ".")
    if not re.fullmatch(r"[+-]?(\d{1,20}(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", written):
        return None
    found = float(written)
    return found if math.isfinite(found) else None


def position(lat: Any, long: Any) -> tuple[float, float] | None:
    """(lat, long) in WGS84 degrees. None where one is missing, where both are 0 (uReport and San Francisco write
    that for "unknown"), or where they are out of range (state plane feet at St. Louis)."""
    north, east = number(lat), number(long)
    if north is None or east is None or (north == 0 and east == 0):
        return None
    return (north, east) if -90 <= north <= 90 and -180 <= east <= 180 else None


def words(value: Any) -> tuple[str, ...]:
    """Keywords, from a comma-separated string, a list, or an object around them (a list in XML), each once."""
    parts = value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else [value]
    split = (part.strip() for each in parts for part in text(each).split(","))
    return tuple(dict.fromkeys(filter(None, split)))


def media_urls(values: Iterable[Any], base: str = "") -> tuple[str, ...]:
    """Addresses of pictures, each once and in order: from a string, a comma list of addresses (Mark-a-Spot), a list,
    or objects with `url` or `media_url`. Relative ones are joined to `base`; fragments (`#spot=...` at Boston) go.
    Only http and https are let through: a `data:` picture stays in the raw row, and `javascript:` has no business."""
    found = []
    for value in values:
        for each in _flat(value):
            for part in re.split(r"\s*,\s*(?=https?://)", each.strip()):
                address = _address(part.strip(" ,"), base)
                if address:
                    found.append(address)
    return tuple(dict.fromkeys(found))


def _flat(value: Any) -> list[str]:
    if isinstance(value, list):
        return [part for each in value for part in _flat(each)]
    if isinstance(value, dict):
        return _flat(value.get("media_url") or value.get("url"))
    return [value] if isinstance(value, str) else []


def _address(part: str, base: str) -> str:
    try:
        address = urldefrag(urljoin(base, part)).url if part and part.lower() not in _NO_ADDRESS else ""
        parts = urlsplit(address)
        good = parts.scheme in {"http", "https"} and parts.hostname and not re.search(r"[\s<>\"\\]", address)
    except ValueError:  # a bracketed host that is no IPv6 address
        return ""
    return address if good else ""
