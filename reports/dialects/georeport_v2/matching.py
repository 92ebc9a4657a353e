"""Is a filing whose answer was lost among the rows of the city's list?"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from difflib import SequenceMatcher
from typing import Any, Final

from reports.dialects.messages import Completeness, Filing, Found, RequestStatus, RequestStatuses

NEAR_METRES: Final = 30.0
MOVED_METRES: Final = 300.0  # to which a city may move a place: to the nearest address, or by dropping decimals
FAR_METRES: Final = 1000.0  # from which a row with other words only quotes our reference
CLOCKS: Final = timedelta(minutes=65)  # by which a row may be dated before it was filed
EARTH_METRES: Final = 6_371_000.0
ALIKE: Final = 0.6  # of the characters of two texts, from which one may be the other, edited
ENOUGH_TEXT: Final = 20  # characters from which the start of a text is as good as the whole
ELSEWHERE: Final = ("account_id", "attributes", "attribute", "extended_attributes")
DEPTH: Final = 5  # of objects in one another


@dataclass(frozen=True, slots=True)
class Matches:
    """`same`: rows that are the filing, by our reference in them (`by_reference`) or by what they say. `perhaps`: rows
    that may be it as a city has changed it: its text, its service or its place. They are no candidates, but with them
    nobody can say that the filing is not there."""

    same: tuple[RequestStatus, ...]
    perhaps: tuple[RequestStatus, ...]
    by_reference: bool = False


def found_in(filing: Filing, answer: RequestStatuses, *, lists_at_once: bool) -> Found:
    """Look for a filing in a list of the time in question. The list is whole only where every row was had with every
    filter heard, each with a number, and where the city shows a filing as soon as it took it (`lists_at_once`)."""
    matches = match(filing, answer.rows)
    whole = lists_at_once and answer.completeness is Completeness.COMPLETE and not answer.skipped
    return Found(matches.same, by_reference=matches.by_reference, whole=whole and not matches.perhaps)


def match(filing: Filing, rows: Iterable[RequestStatus]) -> Matches:
    """Look for our reference in the rows; failing that, for the same service, place and text. `rows` are those of the
    time in question."""
    listed = list(rows)
    if mentioned := named(filing, listed):
        return Matches(mentioned, (), by_reference=True)
    there = [row for row in listed if _same_service(row, filing) and _same_place(row, filing) is not False]
    same = [row for row in there if _same_text(row, filing) and _is_telling(row, filing)]
    if _shows_references(listed, filing):  # ours would stand in it as well
        same = [row for row in same if _plain(row.description) != _unsigned(filing)]
    perhaps = [row for row in listed if row not in same and (_may_be(row, filing) or _quotes(row, filing))]
    return Matches(tuple(same), tuple(perhaps))


def named(filing: Filing, rows: Iterable[RequestStatus]) -> tuple[RequestStatus, ...]:
    """The rows that carry our reference: after our text, or as the last one in brackets of theirs, as we write it, or
    as the whole of `account_id` or of an attribute. Without brackets only at the filing's place: anybody may quote a
    reference."""
    return tuple(row for row in rows if _carries(row, filing))


def _carries(row: RequestStatus, filing: Filing) -> bool:
    if not filing.reference:
        return False
    if _starts_with_ours(row, filing):
        return True
    if signature := _signature(row.description, filing.reference):
        return signature == filing.reference.casefold() and not _is_of_elsewhere(row, filing)
    if any(text.strip().casefold() == filing.reference.casefold() for text in _kept_elsewhere(row.raw)):
        return True
    return _quotes(row, filing) and bool(_same_place(row, filing))


def _starts_with_ours(row: RequestStatus, filing: Filing) -> bool:
    """Whether a row's text begins with all of ours and our reference: whatever the city has written after it, as a
    telephone number in brackets, which has the form of a reference."""
    ours = _plain(filing.description)
    return ours.endswith(f"[{filing.reference.casefold()}]") and _plain(row.description).startswith(ours)


def _is_of_elsewhere(row: RequestStatus, filing: Filing) -> bool:
    """Whether a row says other things of a place far away: then it quotes our reference, however it writes it."""
    apart = _apart(row, filing)
    return apart is not None and apart > FAR_METRES and not _alike(row, filing)


def _signature(text: str, reference: str) -> str:
    """The last text in brackets that has the form of our references; empty without one. A report that quotes another
    one's reference still ends with its own."""
    form = "-".join(rf"\w{{{len(part)}}}" for part in reference.split("-"))
    found = re.findall(rf"\[({form})\]", text)
    return found[-1].casefold() if found else ""


def _is_anothers(row: RequestStatus, filing: Filing) -> bool:
    """Whether a row is signed with another reference like ours; not with one that the filing's own words quote, which
    is the last one left of them where a city has cut the text."""
    signature = _signature(row.description, filing.reference) if filing.reference else ""
    return signature not in {"", filing.reference.casefold()} and f"[{signature}]" not in filing.description.casefold()


def _shows_references(rows: Iterable[RequestStatus], filing: Filing) -> bool:
    """Whether the city shows the end of what it is sent, where we sign: a row is signed by another report, and the
    filing is signed there."""
    signed = bool(filing.reference) and _plain(filing.description) != _unsigned(filing)
    return signed and any(_is_anothers(row, filing) for row in rows)


def _unsigned(filing: Filing) -> str:
    return _plain(_plain(filing.description).removesuffix(f"[{filing.reference.casefold()}]"))


def _quotes(row: RequestStatus, filing: Filing) -> bool:
    """Whether our reference stands anywhere in a row's text, unless the row is signed with another one."""
    if not filing.reference or _is_anothers(row, filing):
        return False
    return bool(re.search(rf"(?<![\w-]){re.escape(filing.reference)}(?![\w-])", row.description, re.IGNORECASE))


def _kept_elsewhere(raw: Mapping[str, Any]) -> Iterator[str]:
    """The texts where a city may show what we sent beside the description (option `reference_in`)."""
    yield from _texts([raw.get(name) for name in ELSEWHERE], DEPTH)


def _texts(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth and isinstance(value, Mapping | list):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(each, depth - 1)


def _may_be(row: RequestStatus, filing: Filing) -> bool:
    """Whether a row may be the filing all the same: at its place and of its service under another text, which a city
    may keep back, edit or replace; or with a text like it under another service, or near to its place."""
    if _is_anothers(row, filing):
        return False
    place = _same_place(row, filing)
    if _same_service(row, filing) and place is not False:
        text = _plain(row.description)
        return not text or _alike(row, filing) or (place is True and not _is_earlier(row, filing))
    if place is None:
        return _same_text(row, filing) and _is_telling(row, filing)
    apart = _apart(row, filing)
    near = apart is not None and apart <= MOVED_METRES
    return (place is True or near) and bool(_plain(row.description)) and _alike(row, filing)


def _is_earlier(row: RequestStatus, filing: Filing) -> bool:
    """Whether a row is dated so long before the filing was made that it is another one."""
    return row.requested_datetime is not None and row.requested_datetime < filing.requested_datetime - CLOCKS


def _alike(row: RequestStatus, filing: Filing) -> bool:
    """Whether the two texts read much the same, or one is the beginning of the other."""
    if _same_text(row, filing):
        return True
    matcher = SequenceMatcher(None, _plain(row.description)[:500], _plain(filing.description)[:500])
    return matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE


def _same_service(row: RequestStatus, filing: Filing) -> bool:
    """Whether the row is of the filing's service; every row is where either does not say, and where the filing's code
    is one under which the city stores nothing, which is the dialect's to say by leaving it empty."""
    return not filing.service_code or row.service_code in {filing.service_code, ""}


def _same_place(row: RequestStatus, filing: Filing) -> bool | None:
    """Whether the row is at the filing's place; None where the two cannot be compared."""
    apart = _apart(row, filing)
    if apart is not None:
        return apart <= NEAR_METRES
    if row.address_id and filing.address_id:
        return row.address_id == filing.address_id
    if row.address and filing.address_string:
        return True if _plain(row.address) == _plain(filing.address_string) else None
    return None


def _apart(row: RequestStatus, filing: Filing) -> float | None:
    """The metres between the row and the filing; None where either has no coordinates."""
    if row.lat is None or row.long is None or filing.lat is None or filing.long is None:
        return None
    return metres(row.lat, row.long, filing.lat, filing.long)


def _same_text(row: RequestStatus, filing: Filing) -> bool:
    """Equal, with our reference or where it was taken out; or one the beginning of the other: cities append the
    answers to the text, or cut it."""
    if _is_anothers(row, filing):
        return False
    here, there = _plain(filing.description), _plain(row.description)
    shorter, longer = sorted((here, there), key=len)
    return there in {here, _unsigned(filing)} or (len(shorter) >= ENOUGH_TEXT and longer.startswith(shorter))


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
