"""A feed's bytes to request rows."""

from collections.abc import Iterator
from datetime import tzinfo
from itertools import islice
from typing import Final

from reports.dialects.feeds import archive
from reports.dialects.feeds.columns import COLUMNS, NO_NUMBER, NOTHING, STATUSES
from reports.dialects.feeds.records import Record, from_csv, from_document
from reports.dialects.formats.coerce import media_urls, position
from reports.dialects.formats.dates import moment
from reports.dialects.formats.document import Malformed, decode
from reports.dialects.formats.sniff import is_html, parse
from reports.dialects.georeport_v2.words import status_of
from reports.dialects.messages import Completeness, RequestStatus, RequestStatuses, Stage, Status

MAX_ROWS: Final = 200_000


def read_feed(body: bytes, content_type: str, zone: tzinfo) -> RequestStatuses:
    """Read a whole feed; of a number that comes twice, the later row. Raises `Malformed`.

    `UNKNOWN`: that a request is not in it says nothing, since feeds are of the last days or the last year and no
    document says of which. `TRUNCATED` past 200,000 rows. Rows without a number are counted in `skipped`.
    """
    records = _records(archive.unpack(body) if archive.is_archive(body) else body, content_type)
    found: dict[str, RequestStatus] = {}
    skipped = 0
    for record in islice(records, MAX_ROWS):
        row = _request(record, zone)
        if row.service_request_id:
            found[row.service_request_id] = row
        else:
            skipped += 1
    cut = next(records, None) is not None
    return RequestStatuses(tuple(found.values()), Completeness.TRUNCATED if cut else Completeness.UNKNOWN, skipped)


def _records(body: bytes, content_type: str) -> Iterator[Record]:
    written, _repairs = decode(body, content_type)
    start = written.lstrip(" \t\r\n\f\v\0\ufeff")
    if not start:
        raise Malformed("The feed is empty.", empty=True)
    if start[0] == "<" and is_html(start):
        raise Malformed("The feed is a web page.", html=True)
    if start[0] in "<{[":
        return from_document(parse(body, content_type, attributes=True))
    return from_csv(start)


def _request(record: Record, zone: tzinfo) -> RequestStatus:
    number = _number(record, "service_request_id")
    word = _value(record, "status")
    closed_at = moment(_value(record, "closed_datetime"), zone)
    status, stage, known = _status(word, closed=closed_at is not None)
    place = position(_value(record, "lat"), _value(record, "long"))
    if place is None:
        north, _space, east = _value(record, "point").partition(" ")
        place = position(north, east)
    return RequestStatus(
        service_request_id=number or None,
        status=status,
        status_known=known,
        status_word=word,
        stage=stage,
        status_notes=_value(record, "status_notes"),
        service_code=_value(record, "service_code"),
        service_name=_value(record, "service_name"),
        description=_value(record, "description"),
        agency_responsible=_value(record, "agency_responsible"),
        service_notice=_value(record, "service_notice"),
        requested_datetime=moment(_value(record, "requested_datetime"), zone),
        updated_datetime=moment(_value(record, "updated_datetime"), zone) or closed_at,
        expected_datetime=moment(_value(record, "expected_datetime"), zone),
        address=_value(record, "address"),
        address_id=_number(record, "address_id"),
        zipcode=_number(record, "zipcode"),
        lat=place[0] if place else None,
        long=place[1] if place else None,
        media_urls=media_urls([_value(record, "media_url")]),
        duplicate_of=_number(record, "duplicate_of"),
        raw=record,
    )


def _status(word: str, *, closed: bool) -> tuple[Status, Stage, bool]:
    """What the word means; without one, a date of closing is a word too."""
    if not word:
        return (Status.CLOSED if closed else Status.OPEN), Stage.NONE, closed
    status, stage = STATUSES.get(word.casefold()) or status_of(word)
    return status, stage, True


def _value(record: Record, field: str) -> str:
    """The first column of a field that is filled with something."""
    values = (record.get(name, "") for name in COLUMNS[field])
    return next((value for value in values if value and value.casefold() not in NOTHING), "")


def _number(record: Record, field: str) -> str:
    value = _value(record, field)
    return "" if value in NO_NUMBER else value.removesuffix(".0")
