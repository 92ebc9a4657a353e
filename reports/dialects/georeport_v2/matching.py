"""Is a filing whose answer was lost among the rows of the city's list?"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from reports.dialects.messages import Filing, RequestStatus

NEAR_METRES: Final = 30.0
EARTH_METRES: Final = 6_371_000.0
ALIKE: Final = 0.6  # of the characters of two texts, from which one may be the other, edited
ENOUGH_TEXT: Final = 20  # characters from which the start of a text is as good as the whole


@dataclass(frozen=True, slots=True)
class Matches:
    """`same`: rows that are the filing. `perhaps`: rows of that service at that place whose text is not published or
    reads much the same; they are no candidates, but with them nobody can say that the filing is not there."""

    same: tuple[RequestStatus, ...]
    perhaps: tuple[RequestStatus, ...]


def match(filing: Filing, rows: Iterable[RequestStatus]) -> Matches:
    """Look for our reference in the descriptions; failing that, for the same service, place and text. `rows` are those
    of the time in question."""
    listed = list(rows)
    if mentioned := named(filing, listed):
        return Matches(mentioned, ())
    there = [row for row in listed if _same_service(row, filing) and _same_place(row, filing) is not False]
    same = [row for row in there if _same_text(row, filing) and _is_telling(row, filing)]
    others = (row for row in there if row not in same)
    return Matches(tuple(same), tuple(row for row in others if _may_be(row, filing)))


def named(filing: Filing, rows: Iterable[RequestStatus]) -> tuple[RequestStatus, ...]:
    """The rows whose description holds our reference."""
    return tuple(row for row in rows if _names(row, filing.reference))


def _names(row: RequestStatus, reference: str) -> bool:
    if not reference:
        return False
    return bool(re.search(rf"(?<!\w){re.escape(reference)}(?!\w)", row.description, re.IGNORECASE))


def _may_be(row: RequestStatus, filing: Filing) -> bool:
    """Whether a row with another text may still be the filing: its text is kept back, or was edited."""
    text = _plain(row.description)
    theirs = re.search(r"\[(\w+(?:-\w+)*)\]$", text)
    if theirs and filing.reference and len(theirs.group(1)) == len(filing.reference):
        return False  # it ends with a reference like ours, which is another one's
    return not text or SequenceMatcher(None, text[:500], _plain(filing.description)[:500]).ratio() >= ALIKE


def _same_service(row: RequestStatus, filing: Filing) -> bool:
    """Whether the row is of the filing's service; every row is where either does not say, and where the filing's code
    is one under which the city stores nothing, which is the dialect's to say by leaving it empty."""
    return not filing.service_code or row.service_code in {filing.service_code, ""}


def _same_place(row: RequestStatus, filing: Filing) -> bool | None:
    """Whether the row is at the filing's place; None where the two cannot be compared."""
    if row.lat is not None and row.long is not None and filing.lat is not None and filing.long is not None:
        return metres(row.lat, row.long, filing.lat, filing.long) <= NEAR_METRES
    if row.address_id and filing.address_id:
        return row.address_id == filing.address_id
    if row.address and filing.address_string:
        return True if _plain(row.address) == _plain(filing.address_string) else None
    return None


def _same_text(row: RequestStatus, filing: Filing) -> bool:
    """Equal, or one the beginning of the other: cities append the answers to the text, or cut it."""
    here, there = _plain(filing.description), _plain(row.description)
    shorter, longer = sorted((here, there), key=len)
    return here == there or (len(shorter) >= ENOUGH_TEXT and longer.startswith(shorter))


def _is_telling(row: RequestStatus, filing: Filing) -> bool:
    """Two empty texts at the same place are the same; without a comparable place the text has to say enough."""
    return bool(_same_place(row, filing)) or len(_plain(row.description)) >= ENOUGH_TEXT


def _plain(words: str) -> str:
    return " ".join(words.casefold().split())


def metres(lat: float, long: float, other_lat: float, other_long: float) -> float:
    """Distance of two points near to each other, in metres, on a sphere."""
    middle = math.radians((lat + other_lat) / 2)
    east = math.radians((other_long - long + 180) % 360 - 180) * math.cos(middle)
    north = math.radians(other_lat - lat)
    return EARTH_METRES * math.hypot(east, north)
