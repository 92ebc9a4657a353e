"""Rows as the standard writes them, read by the shortest way.

A body with ten thousand open requests is read whole again and again, and nearly every row of it has the standard's own
fields with plain text in them. Such a row needs none of what `request_rows` knows of cities' habits, which costs ten
times what taking the JSON apart does. Whatever is out of the ordinary here, if only in one field, is left to the long
way: both give the same message, and tests/dialects/test_georeport_v2_plain_rows.py compares them.
"""

import re
from dataclasses import fields, make_dataclass
from datetime import UTC, datetime
from typing import Any, Final

from reports.dialects.formats.coerce import NO_ID
from reports.dialects.formats.shapes import Row
from reports.dialects.georeport_v2.words import status_of
from reports.dialects.messages import RequestStatus, Stage, Status

# GeoReport v2, GET service request. A row with any other field takes the long way.
FIELDS: Final = frozenset({
    "service_request_id", "token", "status", "status_notes", "service_name", "service_code", "description",
    "agency_responsible", "service_notice", "requested_datetime", "updated_datetime", "expected_datetime", "address",
    "address_id", "zipcode", "lat", "long", "media_url",
})  # fmt: skip
REMEMBERED: Final = 500  # sets of fields, and status words; a body has a few of each
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?/[A-Za-z0-9._~/%=&?-]*")
_NUMBER = re.compile(r"-?\d{1,3}\.\d{1,20}")
_SHAPES: Final = frozenset({"--T::-:", "--T::+:", "--T::Z"})  # every third character of a date, from the fifth on

_parse: Final = datetime.fromisoformat

# A frozen class sets each of its 25 attributes through a call, and that alone is a third of the time. This one has the
# same attributes in the same order and is open; what it has made becomes the frozen one's (measured: 0.4 us for 1.9).
_Open: Any = make_dataclass("_Open", [(each.name, object) for each in fields(RequestStatus)], slots=True)

_plain_fields: dict[tuple[str, ...], bool] = {}
_statuses: dict[str, tuple[Status, Stage]] = {}


def read_plain_row(row: Row, now: datetime) -> RequestStatus | None:
    """The message of a row that has an id, a code, a name, a date and nothing unusual; None for the long way.

    `now` is when the answer is read, since nothing was updated later than that.
    """
    try:
        return _read(row, row.get, now) if _is_plain(row) else None
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):  # a field is missing, empty, or no text
        return None


def _is_plain(row: Row) -> bool:
    """Whether it has no other fields, and no 0 or false, which are words where they stand for text."""
    names = tuple(row)
    plain = _plain_fields.get(names)
    if plain is None:
        plain = _remember(_plain_fields, names, FIELDS.issuperset(names))
    return plain and (all(row.values()) or 0 not in row.values())


def _read(row: Row, get: Any, now: datetime) -> RequestStatus | None:
    number, word, zipcode = row["service_request_id"].strip(), row["status"].strip(), (get("zipcode") or "").strip()
    code, name = row["service_code"].strip(), row["service_name"].strip()
    if not (number and word and code and name) or zipcode[:1] == "0":
        return None
    if (number.isalpha() and number.lower() in NO_ID) or (code.isalpha() and code.lower() in NO_ID):
        return None
    meaning = _statuses.get(word) or _remember(_statuses, word, status_of(word))
    requested = _moment(row["requested_datetime"])
    updated, expected = get("updated_datetime"), get("expected_datetime")
    changed = _moment(updated) if updated else requested
    if changed > now and updated:
        changed = now if now >= requested else requested
    lat, long = _place(get("lat"), get("long"))
    token = get("token")
    made = _Open(
        number,
        meaning[0],
        _plain_token(token) if token else None,
        word,
        meaning[1],
        (get("status_notes") or "").strip(),
        (),
        code,
        name,
        (get("description") or "").strip(),
        (get("agency_responsible") or "").strip(),
        (get("service_notice") or "").strip(),
        requested,
        requested if changed < requested else changed,
        _moment(expected) if expected else None,
        (get("address") or "").strip(),
        (get("address_id") or "").strip(),
        zipcode,
        lat,
        long,
        _media(media) if (media := get("media_url")) else (),
        "",
        False,
        True,
        row,
    )
    made.__class__ = RequestStatus
    found: RequestStatus = made
    return found


def _moment(written: str) -> datetime:
    """`2026-07-12T10:58:43-05:00` or with a Z, in UTC. ValueError for any other form, for the long way to read."""
    if written[4::3] not in _SHAPES or not "1901" < written < "2199":
        raise ValueError(written)
    return _parse(written).astimezone(UTC)


def _place(lat: Any, long: Any) -> tuple[float | None, float | None]:
    if lat is None and long is None:
        return None, None
    if type(lat) is not float or type(long) is not float:
        if not (_NUMBER.fullmatch(lat) and _NUMBER.fullmatch(long)):
            raise ValueError(lat)
        lat, long = float(lat), float(long)
    if not (-90 <= lat <= 90 and -180 <= long <= 180 and (lat or long)):
        raise ValueError(lat)
    return lat, long


def _plain_token(written: str) -> str:
    token = written.strip()
    if not token or token.lower() in NO_ID:
        raise ValueError(written)
    return token


def _media(written: str) -> tuple[str, ...]:
    if not _ADDRESS.fullmatch(written):
        raise ValueError(written)
    return (written,)


def _remember(known: dict[Any, Any], key: Any, value: Any) -> Any:
    if len(known) >= REMEMBERED:
        known.clear()
    known[key] = value
    return value
