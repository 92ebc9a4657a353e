"""A city's parsed answer to messages. Pure: a document in, messages out, nothing asked and nothing remembered.

Sources: GeoReport v2 at open311.github.io, and for what cities do to it the recordings in tests/payloads.
"""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Final

from reports import clock
from reports.dialects.answers import Answer
from reports.dialects.errors import Unreadable
from reports.dialects.formats.coerce import boolean, first_text, identifier, integer, media_urls, position, text, words
from reports.dialects.formats.dates import moment
from reports.dialects.formats.document import Document
from reports.dialects.formats.shapes import Row, members, only, rows
from reports.dialects.georeport_v2.words import ALIASES, datatype_of, status_of, type_of
from reports.dialects.messages import (
    Attribute,
    AttributeValue,
    DiscoveredEndpoint,
    Discovery,
    Note,
    Receipt,
    RequestStatus,
    Service,
    ServiceDefinition,
    TokenAnswer,
)

REQUESTS: Final = ("service_requests", "requests")
REQUEST_MARKS: Final = ("service_request_id", "token", "service_code")


@dataclass(frozen=True, slots=True)
class RequestRows:
    """The requests in one answer. `total` counts its rows before those without id and token (`skipped`) and the stubs
    were left out; `listed` is False where the answer was an object that holds no list."""

    rows: tuple[RequestStatus, ...]
    total: int
    skipped: int
    listed: bool = True


def read_discovery(document: Document) -> Discovery:
    """Read a discovery document; `Unreadable` where it names no endpoint and no changeset."""
    found = only(document.data, "discovery")
    endpoints = members(found.get("endpoints"), "endpoints")
    # Gießen wrote the list as an object with numbers for names.
    if len(endpoints) == 1 and isinstance(endpoints[0], dict) and "url" not in endpoints[0]:
        endpoints = list(endpoints[0].values())
    if not endpoints and not found.get("changeset"):
        raise Unreadable("The answer is not a discovery document.", operation="discovery")
    return Discovery(
        changeset=text(found.get("changeset")),
        contact=text(found.get("contact")),
        key_service=text(found.get("key_service")),
        endpoints=tuple(_endpoint(each) for each in endpoints if isinstance(each, dict)),
        raw=found,
    )


def _endpoint(row: Row) -> DiscoveredEndpoint:
    formats = (text(each) for each in members(row.get("formats"), "formats"))
    return DiscoveredEndpoint(
        specification=text(row.get("specification")),
        url=text(row.get("url")),
        type=text(row.get("type")).lower(),
        changeset=text(row.get("changeset")),
        formats=tuple(filter(None, formats)),
    )


def read_services(document: Document) -> tuple[Service, ...]:
    """Read a service list, each code once. `Unreadable` where there are rows and no code among them, or where several
    rows have one and the same code: uReport answers an obsolete key with a list of `XXX` that spells a notice."""
    found = rows(document.data, ("services",), ("service_code",))
    if found is None:
        raise Unreadable("The answer is not a service list.", operation="services")
    services: dict[str, Service] = {}
    usable = 0
    for row in found:
        code = identifier(row.get("service_code"))
        if code is not None:
            usable += 1
            services.setdefault(code, _service(code, row))
    if found and (not services or (usable > 1 and len(services) == 1)):
        raise Unreadable("The service list has no service codes that can be told apart.", operation="services")
    return tuple(services.values())


def _service(code: str, row: Row) -> Service:
    groups = [text(row.get("group")), *(text(each) for each in members(row.get("groups"), "groups"))]
    return Service(
        service_code=code,
        service_name=text(row.get("service_name")) or code,
        description=text(row.get("description")),
        metadata=boolean(row.get("metadata")),
        type=type_of(text(row.get("type"))),
        keywords=words(row.get("keywords")),
        group=next(filter(None, groups), ""),
        raw=row,
    )


def read_service_definition(document: Document, service_code: str) -> ServiceDefinition:
    """Read a definition, its attributes sorted by `order`. `service_code` is used where the answer names none."""
    found = only(document.data, "service_definition")
    listed = found.get("attributes")
    if listed is None:  # the first draft had them without a wrapper, and one client's fixture still does
        listed = found.get("attribute")
    code = identifier(found.get("service_code"))
    if code is None and listed is None:
        raise Unreadable("The answer is not a service definition.", operation="service_definition")
    attributes = [_attribute(each) for each in members(listed, "attributes") if isinstance(each, dict)]
    usable = [each for each in attributes if each.code or not each.variable]
    return ServiceDefinition(code or service_code, tuple(sorted(usable, key=lambda each: each.order)), raw=found)


def _attribute(row: Row) -> Attribute:
    values = _values(row.get("values"))
    return Attribute(
        code=identifier(row.get("code")) or "",
        variable=boolean(row.get("variable", True)),
        datatype=datatype_of(text(row.get("datatype")), bool(values)),
        required=boolean(row.get("required")),
        datatype_description=text(row.get("datatype_description")),
        order=integer(row.get("order")),
        description=text(row.get("description")),
        values=values,
        raw=row,
    )


def _values(value: Any) -> tuple[AttributeValue, ...]:
    """The choices of a list attribute. Seen: absent, empty, a number (Boston Salesforce), an object of key and name."""
    if isinstance(value, dict) and not {"key", "name", "value", "values"} & value.keys():
        return tuple(AttributeValue(key, text(name) or key) for key, name in value.items() if key)
    found: list[AttributeValue] = []
    for each in members(value, "values"):
        if isinstance(each, dict) and isinstance(each.get("values"), list):
            found += _values(each["values"])  # Boston Salesforce: choices that depend on another answer
            continue
        if isinstance(each, dict):
            key, name = identifier(each.get("key")), text(each.get("name"))
        elif isinstance(each, str) and each.strip():
            key, name = each.strip(), each.strip()
        else:
            continue
        if key or name:
            found.append(AttributeValue(key or name, name or key or ""))
    return tuple(found)


def read_receipt(answer: Answer) -> Receipt:
    """Read what a POST was answered with.

    An id, a token, or both; a row or an empty list with neither is a clear yes without a number (blackbox); HTTP 202
    without a number is held for moderation. Anything else is `Unreadable`: perhaps taken.
    """
    found = rows(answer.document.data, REQUESTS, REQUEST_MARKS)
    held = answer.status == 202
    if found is None and not held:
        raise Unreadable("The answer does not say what became of the filing.", operation="post_service_request")
    numbered = [row for row in found or [] if identifier(row.get("service_request_id")) or identifier(row.get("token"))]
    row = next(iter(numbered or found or []), {})
    return Receipt(
        service_request_id=identifier(row.get("service_request_id")),
        token=identifier(row.get("token")),
        service_notice=first_text(row, *ALIASES["service_notice"]),
        account_id=text(row.get("account_id")),
        held=held and not numbered,
        raw=row,
    )


def read_tokens(document: Document) -> tuple[TokenAnswer, ...]:
    """Read a token look-up."""
    found = rows(document.data, REQUESTS, REQUEST_MARKS) or []
    return tuple(TokenAnswer(identifier(row.get("token")), identifier(row.get("service_request_id"))) for row in found)


def read_requests(document: Document, zone: tzinfo, base_url: str = "") -> RequestRows:
    """Read a list of requests, or one. Rows with neither id nor token are counted and left out, and so are stubs: rows
    that name fewer than two of service code, service name and date, which Boston gave for ids that it did not know."""
    found = rows(document.data, REQUESTS, REQUEST_MARKS)
    read = [_request(row, zone, base_url) for row in found or []]
    numbered = [each for each in read if each.service_request_id or each.token]
    real = [each for each in numbered if bool(each.service_code) + bool(each.service_name) + _is_dated(each) >= 2]
    return RequestRows(tuple(real), len(read), len(read) - len(numbered), listed=found is not None)


def _is_dated(request: RequestStatus) -> bool:
    return request.requested_datetime is not None


def _request(row: Row, zone: tzinfo, base_url: str) -> RequestStatus:
    word = text(row.get("status"))
    status, stage = status_of(word)
    requested = moment(row.get("requested_datetime"), zone)
    place = position(*(next((row[name] for name in ALIASES[key] if name in row), None) for key in ("lat", "long")))
    extended = _dict(row.get("extended_attributes"))
    photos = members(extended.get("photos"), "photos")
    return RequestStatus(
        service_request_id=identifier(row.get("service_request_id")),
        token=identifier(row.get("token")),
        status=status,
        status_word=word,
        stage=stage,
        status_notes=first_text(row, *ALIASES["status_notes"]),
        notes=_notes(row.get("notes"), zone),
        service_code=identifier(row.get("service_code")) or "",
        service_name=text(row.get("service_name")),
        description=text(row.get("description")),
        agency_responsible=text(row.get("agency_responsible")),
        service_notice=first_text(row, *ALIASES["service_notice"]),
        requested_datetime=requested,
        updated_datetime=_updated(moment(row.get("updated_datetime"), zone), requested),
        expected_datetime=moment(row.get("expected_datetime"), zone),
        address=first_text(row, *ALIASES["address"]),
        address_id=first_text(row, *ALIASES["address_id"]),
        zipcode=_unless("0", first_text(row, *ALIASES["zipcode"])),  # San Francisco's "unknown" in 2012
        lat=place[0] if place else None,
        long=place[1] if place else None,
        media_urls=media_urls(
            (row.get("media_url"), row.get("media_urls"), extended.get("media_urls"), photos), base_url
        ),
        duplicate_of=first_text(extended, "parent_service_request_id")
        or first_text(row, "parent_service_request_id", "duplicate_parent_service_request_id"),
        raw=row,
    )


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _unless(nothing: str, written: str) -> str:
    return "" if written == nothing else written


def _updated(updated: datetime | None, requested: datetime | None) -> datetime | None:
    """Chicago gives dates in the future, San Francisco none, Boston some before the request itself."""
    if updated is None or (requested is not None and updated < requested):
        return requested
    return min(updated, clock.now())


def _notes(value: Any, zone: tzinfo) -> tuple[Note, ...]:
    """The city's public history: text, date and type only, because what else stands there may be personal."""
    found = []
    for each in members(value, "notes"):
        if isinstance(each, dict) and (said := first_text(each, "description", "summary")):
            found.append(Note(said, moment(each.get("datetime"), zone), text(each.get("type"))))
    return tuple(found)
