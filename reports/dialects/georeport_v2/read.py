"""A city's parsed answer to messages. Pure: a document in, messages out, nothing asked and nothing remembered.

Sources: GeoReport v2 at open311.github.io, and for what cities do to it the recordings in tests/payloads.
"""

from typing import Any

from reports.dialects.answers import Answer
from reports.dialects.errors import Unreadable
from reports.dialects.formats.coerce import boolean, first_text, identifier, integer, text, words
from reports.dialects.formats.document import Document
from reports.dialects.formats.shapes import Row, members, only, rows
from reports.dialects.georeport_v2.conditions import shown_if
from reports.dialects.georeport_v2.request_rows import REQUEST_MARKS, REQUESTS, RequestRows, read_requests
from reports.dialects.georeport_v2.words import (
    ALIASES,
    AUTOMATED,
    CHECKBOX_VALUES,
    CHECKBOXES,
    INFORMATION,
    datatype_of,
    plain,
    type_of,
)
from reports.dialects.messages import (
    Attribute,
    AttributeValue,
    DiscoveredEndpoint,
    Discovery,
    Receipt,
    Service,
    ServiceDefinition,
    TokenAnswer,
)
from reports.dialects.shown_if import ShownIf

__all__ = [
    "RequestRows",
    "read_discovery",
    "read_receipt",
    "read_requests",
    "read_service_definition",
    "read_services",
    "read_tokens",
]


def read_discovery(document: Document) -> Discovery:
    """Read a discovery document; `Unreadable` where it names no endpoint and no changeset."""
    found = only(document.data, "discovery")
    endpoints = members(found.get("endpoints"), "endpoints")
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
    if row.get("module") and row.get("value"):  # the Accela bridge: the name is the group, and the description the name
        row = {**row, "group": row.get("service_name"), "service_name": row.get("description"), "description": ""}
    groups = _groups(row.get("groups"))
    return Service(
        service_code=code,
        service_name=text(row.get("service_name")) or code,
        description=text(row.get("description")),
        metadata=boolean(row.get("metadata")),
        type=type_of(text(row.get("type"))),
        keywords=words(row.get("keywords")),
        group=text(row.get("group")) or next(iter(groups), ""),
        groups=groups,
        notice=_notice(row),
        active=_is_active(row),
        raw=row,
    )


def _groups(value: Any) -> tuple[str, ...]:
    """Every group of a service: FixMyStreet's `groups`, also as one text with commas. A single `group` is never cut at
    its comma, which may be part of the name."""
    if isinstance(value, str):
        return words(value)
    listed = members(value, "groups")
    written = (first_text(each, "group", "name") if isinstance(each, dict) else text(each) for each in listed)
    return tuple(dict.fromkeys(filter(None, written)))


def _extended(row: Row) -> Row:
    """Connected Bits' block on a service, given with `extensions=true`: active, notice, updated_at."""
    extended = row.get("extended_attributes")
    return extended if isinstance(extended, dict) else {}


def _notice(row: Row) -> str:
    return text(_extended(row).get("notice")) or text(row.get("notice"))


def _is_active(row: Row) -> bool:
    """False only where the city says so: a service of which nothing is said takes filings."""
    said = _extended(row).get("active", row.get("active"))
    return text(said) == "" or boolean(said)


def read_service_definition(document: Document, service_code: str) -> ServiceDefinition:
    """Read a definition, its attributes sorted by `order`. `service_code` is used where the answer names none."""
    found = only(document.data, "service_definition")
    if isinstance(found.get("service"), dict):  # Klarschiff: the service again, and no attributes
        found = {"attributes": [], **found["service"]}
    listed = found.get("attributes")
    if listed is None:  # the first draft had them without a wrapper, and one client's fixture still does
        listed = found.get("attribute")
    code = identifier(found.get("service_code"))
    if code is None and listed is None:
        raise Unreadable("The answer is not a service definition.", operation="service_definition")
    attributes = [_attribute(each) for each in members(_by_code(listed), "attributes") if isinstance(each, dict)]
    usable = [each for each in attributes if each.code or not each.variable]
    return ServiceDefinition(
        code or service_code,
        tuple(sorted(usable, key=_place_in_order)),
        notice=_notice(found),
        active=_is_active(found),
        raw=found,
    )


def _by_code(listed: Any) -> Any:
    """The attributes of an object that has them by their codes, as a list; everything else as it is."""
    named = isinstance(listed, dict) and not {"attribute", "attributes"} & listed.keys()
    if not named or not all(isinstance(each, dict) for each in listed.values()):
        return listed
    return [{"code": code, **each} for code, each in listed.items()]


def _place_in_order(attribute: Attribute) -> tuple[bool, int]:
    """By `order`; those without one come last, and equals stay as the city listed them."""
    return text(attribute.raw.get("order")) == "", attribute.order


def _attribute(row: Row) -> Attribute:
    word = text(row.get("datatype"))
    values = _values(row.get("values"))
    if not values and plain(word) in CHECKBOXES:
        values = tuple(AttributeValue(key, name) for key, name in CHECKBOX_VALUES)
    automated = text(row.get("automated")).lower()
    return Attribute(
        code=identifier(row.get("code")) or "",
        variable=_is_question(row.get("variable")) and plain(word) != INFORMATION,
        datatype=datatype_of(word, bool(values)),
        required=boolean(row.get("required")),
        datatype_description=text(row.get("datatype_description")),
        order=integer(row.get("order")),
        description=text(row.get("description")),
        values=values,
        automated=automated if automated in AUTOMATED else "",
        shown_if=shown_if(row.get("dependencies")),
        raw=row,
    )


def _is_question(variable: Any) -> bool:
    """Whether something is asked. A city that does not say asks."""
    return text(variable) == "" or boolean(variable)


def _values(value: Any, offered_if: ShownIf | None = None) -> tuple[AttributeValue, ...]:
    """The choices of a list attribute. Seen: absent, empty, a number (Boston Salesforce), an object of key and name."""
    named = isinstance(value, dict) and not {"key", "name", "value", "values"} & value.keys()
    if named and not any(isinstance(each, dict) for each in value.values()):
        return tuple(AttributeValue(key, text(name) or key, offered_if) for key, name in value.items() if key)
    found: list[AttributeValue] = []
    for each in members(value, "values"):
        if isinstance(each, list) or (isinstance(each, dict) and isinstance(each.get("values"), list)):
            # Boston Salesforce: choices that depend on another answer
            listed = (each["values"], shown_if(each.get("dependentOn"))) if isinstance(each, dict) else (each, None)
            found += _values(listed[0], listed[1] or offered_if)
            continue
        if isinstance(each, dict):
            key, name = text(each.get("key")), text(each.get("name"))  # a key may be the word “None”, or false
        elif isinstance(each, str) or isinstance(value, list):
            key = name = text(each)
        else:
            continue
        if key or name:
            found.append(AttributeValue(key or name, name or key, offered_if))
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
