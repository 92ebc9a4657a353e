"""A list of requests, or one, to messages. Pure: a document in, messages out, nothing asked and nothing remembered."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any, Final

from reports import clock
from reports.dialects.formats.coerce import boolean, first_text, identifier, media_urls, number, position, text
from reports.dialects.formats.dates import moment, with_offset
from reports.dialects.formats.document import Document
from reports.dialects.formats.shapes import Row, members, rows
from reports.dialects.georeport_v2.notes import read_notes
from reports.dialects.georeport_v2.plain_rows import read_plain_row
from reports.dialects.georeport_v2.words import ALIASES, NATIVE_MARK, standard_names, status_of
from reports.dialects.messages import RequestStatus, Stage

REQUESTS: Final = ("service_requests", "requests")
REQUEST_MARKS: Final = ("service_request_id", "token", "service_code", NATIVE_MARK)


@dataclass(frozen=True, slots=True)
class RequestRows:
    """The requests in one answer. `total` counts its rows before those without id and token (`skipped`) and the stubs
    were left out; `listed` is False where the answer was an object that holds no list; `matched` is how many rows the
    query has in all, where the city says so."""

    rows: tuple[RequestStatus, ...]
    total: int
    skipped: int
    listed: bool = True
    matched: int | None = None


@dataclass(frozen=True, slots=True)
class RowRules:
    """How one endpoint's rows are to be taken.

    Dates without a zone are in `zone`, and with `utc_is_local` those labelled as UTC too; with `offset_twice` those had
    the zone's offset taken off once too often; `bbox` is the area in which
    places have to be, west, south, east, north; `filler_addresses` stand for "unknown"; with `ids_only` a row counts
    from when it has an id, and its token alone is not enough.
    """

    zone: tzinfo
    base_url: str = ""
    utc_is_local: bool = False
    offset_twice: bool = False
    bbox: tuple[float, ...] = ()
    filler_addresses: tuple[str, ...] = ()
    ids_only: bool = False

    @property
    def departs(self) -> bool:
        """Whether a row of the plainest kind has to be read by these rules all the same."""
        return self.utc_is_local or self.offset_twice or bool(self.bbox) or bool(self.filler_addresses)

    def when(self, value: Any) -> datetime | None:
        """A city's date as a moment."""
        found = moment(value, self.zone, utc_is_local=self.utc_is_local)
        early = self.offset_twice and found is not None and text(value).upper().endswith("Z")
        return with_offset(found, self.zone) if early and found else found


def read_requests(document: Document, zone: tzinfo, base_url: str = "") -> RequestRows:
    """Read a list of requests, or one, of an endpoint without rules of its own."""
    return read_request_rows(document, RowRules(zone, base_url))


def read_request_rows(document: Document, rules: RowRules) -> RequestRows:
    """Read a list of requests, or one. Rows with neither id nor token are counted and left out, and so are stubs: rows
    that name fewer than two of service code, service name and date, which Boston gave for ids that it did not know."""
    found = rows(document.data, REQUESTS, REQUEST_MARKS)
    read = _read_rows(found or [], rules)
    numbered = [each for each in read if each.service_request_id or (each.token and not rules.ids_only)]
    real = [each for each in numbered if not _is_stub(each)]
    return RequestRows(tuple(real), len(read), len(read) - len(numbered), listed=found is not None)


def _read_rows(found: list[Row], rules: RowRules) -> list[RequestStatus]:
    """Each row by the short way, where nothing is unusual, or else by the long one."""
    if rules.departs:
        return [_read_row(row, rules) for row in found]
    now = clock.now()
    return [read_plain_row(row, now) or _read_row(row, rules) for row in found]


def _read_row(row: Row, rules: RowRules) -> RequestStatus:
    named = standard_names(row)
    read = _request(named, rules)
    return read if named is row else replace(read, raw=row)


def _is_stub(request: RequestStatus) -> bool:
    if request.service_code and request.service_name:
        return False
    return not (request.requested_datetime and (request.service_code or request.service_name))


def _request(row: Row, rules: RowRules) -> RequestStatus:
    word = text(row.get("status"))
    status, stage = status_of(word)
    requested = rules.when(row.get("requested_datetime"))
    extended = _dict(row.get("extended_attributes"))
    duplicate, duplicate_of = _duplicate(row, extended)
    place = _place(row, rules)
    photos = members(extended.get("photos"), "photos")
    return RequestStatus(
        service_request_id=identifier(row.get("service_request_id")),
        token=identifier(row.get("token")),
        status=status,
        status_word=word,
        stage=Stage.DUPLICATE if duplicate else stage,
        status_notes=first_text(row, *ALIASES["status_notes"]),
        notes=read_notes(row, rules.when, rules.base_url),
        service_code=identifier(row.get("service_code")) or "",
        service_name=text(row.get("service_name")),
        description=text(row.get("description")),
        agency_responsible=_agency(row),
        service_notice=first_text(row, *ALIASES["service_notice"]) or _agreement(row),
        requested_datetime=requested,
        updated_datetime=_updated(rules.when(row.get("updated_datetime")), requested),
        expected_datetime=rules.when(row.get("expected_datetime")),
        address=_unless(
            rules.filler_addresses,
            first_text(row, *ALIASES["address"]) or text(_dict(row.get("reported_location")).get("address")),
        ),
        address_id=first_text(row, *ALIASES["address_id"]),
        zipcode=_unless(("0",), first_text(row, *ALIASES["zipcode"])),  # San Francisco's "unknown" in 2012
        lat=place[0] if place else None,
        long=place[1] if place else None,
        media_urls=media_urls(
            (row.get("media_url"), row.get("media_urls"), extended.get("media_urls"), photos), rules.base_url
        ),
        duplicate_of=duplicate_of,
        status_known=bool(word),  # Toronto has rows with null
        private=boolean(row.get("non_public")),  # mysociety/fixmystreet t/open311/getservicerequests.t
        raw=row,
    )


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _duplicate(row: Row, extended: Row) -> tuple[bool, str]:
    """Whether the city marked the row as a duplicate, and of which. With `duplicate` false the parent is none: Chicago
    gives one to requests that follow on from another as well."""
    marked = extended.get("duplicate", row.get("duplicate"))
    parent = first_text(extended, "parent_service_request_id") or first_text(
        row, "parent_service_request_id", "duplicate_parent_service_request_id"
    )
    said_no = text(marked).lower() in {"false", "0", "no"}
    return boolean(marked), "" if said_no else parent


def _place(row: Row, rules: RowRules) -> tuple[float, float] | None:
    """The place, where it is one. Outside of the endpoint's area it is unknown, unless latitude and longitude changed
    places lie inside: two numbers do that by being swapped (a fixture of Helsinki's) and hardly by chance."""
    elsewhere = _dict(row.get("reported_location"))  # Boston's Salesforce, where the row itself names no place
    lat, long = (
        next((each[name] for each in (row, elsewhere) for name in ALIASES[key] if text(each.get(name))), None)
        for key in ("lat", "long")
    )
    if not rules.bbox:
        return position(lat, long)
    west, south, east, north = rules.bbox
    for found in (position(lat, long), position(long, lat)):
        if found and south <= found[0] <= north and west <= found[1] <= east:
            return found
    return None


def _agency(row: Row) -> str:
    """Who answers for the row: FixMyStreet names the bodies in an object, `agency_responsible{recipient[]}`, and
    Mark-a-Spot one in a field of its own, `organisation{label}`."""
    agency, organisation = row.get("agency_responsible"), _dict(row.get("organisation"))
    named = [text(_dict(each).get("recipient")) or text(each) for each in _list(agency)]
    return ", ".join(filter(None, named)) or text(organisation.get("label"))


def _agreement(row: Row) -> str:
    """Boston's Salesforce says in how long it answers with an object that has the two names swapped."""
    agreement = _dict(row.get("service_level_agreement"))
    span, unit = (text(agreement.get(name)) for name in ("type", "value"))
    return " ".join(filter(None, (unit, span) if number(unit) is not None else (span, unit)))


def _unless(fillers: tuple[str, ...], written: str) -> str:
    """What is written, unless it is what the city writes where it knows nothing; a filler may be followed by a town."""
    plain = _plain(written)
    filled = any(plain == _plain(each) or plain.startswith(_plain(each) + ",") for each in fillers)
    return "" if filled else written


def _plain(written: str) -> str:
    return re.sub(r"\s*,\s*", ", ", " ".join(written.casefold().split()))


def _updated(updated: datetime | None, requested: datetime | None) -> datetime | None:
    """Chicago gives dates in the future, San Francisco none, Boston some before the request itself."""
    if updated is None or (requested is not None and updated < requested):
        return requested
    return min(updated, clock.now())
