"""Every recorded or documented answer in the project's shared folder, read by the dialect that it belongs to.

The folder is not part of the repository; where it is missing these tests are skipped. What is looked for: that the
answer is read, and that nothing which a message has a field for is lost on the way.
"""

import html
import json
import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest

from reports import http
from reports.dialects import registry
from reports.dialects.base import Connection
from reports.dialects.errors import DialectError, Duplicate, KeyRejected, NotFound, Refused
from tests.dialects.canned import BASE
from tests.dialects.plain import assert_plain

SHARED: Final = Path(__file__).resolve().parents[3] / "shared" / "payloads"
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared recordings are not here")

V2: Final = "georeport_v2"
# file: dialect, operation, messages that come of it. Those of another family are read as plain GeoReport v2 too where
# that is their shape (PLAIN): a volunteer begins with it.
READ: Final[dict[str, tuple[str, str, int]]] = {
    "accela-services-documented.json": (V2, "services", 1),
    "bloomington-services-2012.json": ("ureport", "services", 46),
    "boston-post-token.xml": ("spot", "post", 1),
    "boston-salesforce-unknown-id.json": (V2, "request", 0),
    "chicago-requests-2014.json": ("chicago", "requests", 2),
    "chicago-service-abandoned-vehicle.json": ("chicago", "service_definition", 1),
    "cologne-request-2026.json": ("mark_a_spot", "request", 1),
    "dc-discovery.xml": ("washington_dc", "discovery", 1),
    "dc-service-S0301.xml": ("washington_dc", "service_definition", 1),
    "giessen-services.xml": ("mark_a_spot", "services", 8),
    "helsinki-post-response-2016.json": ("citysdk", "post", 1),
    "helsinki-requests-documented-2013.json": ("citysdk", "requests", 1),
    "helsinki-services-documented.json": ("citysdk", "services", 2),
    "markaspot-demo-2014.json": ("mark_a_spot", "requests", 1),
    "merton-adapter-requestpost.xml": ("fixmystreet", "post", 1),
    "merton-adapter-service.xml": ("fixmystreet", "service_definition", 1),
    "merton-adapter-services.xml": ("fixmystreet", "services", 1),
    "merton-adapter-token.xml": ("fixmystreet", "token", 1),
    "rostock-discovery-documented.xml": ("klarschiff", "discovery", 1),
    "seeclickfix-v01-create-issue.json": ("seeclickfix_v01", "post", 1),
    "seeclickfix-v01-issue-details-1050.json": ("seeclickfix_v01", "request", 1),
    "seeclickfix-v01-request-type-questions.json": ("seeclickfix_v01", "service_definition", 1),
    "seeclickfix-v01-request-types.json": ("seeclickfix_v01", "services", 9),
    "sf-spot-request-extended-2015.json": ("spot", "requests", 1),
    "sf-v1-create-request-documented.xml": ("georeport_v1", "post", 1),
    "sf-v1-service-list-documented.xml": ("georeport_v1", "services", 33),
    "sf-v1-status-update-documented.xml": ("georeport_v1", "request", 1),
    "sf-v2-services-2011.xml": (V2, "services", 36),
    "toronto-requests-empty.json": ("toronto", "requests", 0),
    "toronto-requests-single.xml": ("toronto", "requests", 1),
    "toronto-services-2018.json": ("toronto", "services", 6),
    "unnamed-requests-empty.xml": (V2, "requests", 0),
    "unnamed-service-definition-no-attributes-wrapper.xml": (V2, "service_definition", 1),
    "zaragoza-requests-empty-2026.json": ("zaragoza", "requests", 0),
}
REFUSED: Final[dict[str, tuple[str, int, type[DialectError], str]]] = {
    "boston-error-duplicate.xml": ("spot", 400, Duplicate, "Invalid service request: base is a duplicate."),
    "chicago-error-request-not-found.xml": ("chicago", 404, NotFound, "Service request not found with id or token"),
    "unnamed-error-403-raw.txt": (V2, 403, KeyRejected, "Invalid api_key received -- can't proceed with"),
    "sf-v1-error-documented.xml": ("georeport_v1", 200, Refused, ""),
}
PLAIN: Final = sorted(name for name, (key, _, _) in READ.items() if key not in {"georeport_v1", "seeclickfix_v01"})

# What a recording may name and a message has a field for, by operation; all of it has to be found again.
OF_REQUESTS: Final = frozenset({
    "service_request_id", "token", "status", "status_notes", "service_name", "service_code", "description",
    "agency_responsible", "service_notice", "address", "address_string", "address_id", "adress_id", "zipcode",
    "zip_code", "media_url", "lat", "long", "lng", "requested_datetime", "updated_datetime", "expected_datetime",
    "datetime", "summary", "title", "type",
})  # fmt: skip
OF_SERVICES: Final = frozenset({
    "service_code", "service_name", "description", "service_description", "metadata", "type", "keywords", "group",
    "title",
})  # fmt: skip
OF_DEFINITIONS: Final = frozenset({
    "service_code", "code", "variable", "datatype", "datatype_description", "required", "order", "description",
    "automated", "key", "name", "primary_key", "question",
})  # fmt: skip
FIELDS: Final[dict[str, frozenset[str]]] = {
    "discovery": frozenset({"changeset", "contact", "key_service", "specification", "url", "type", "format"}),
    "services": OF_SERVICES,
    "service_definition": OF_DEFINITIONS,
    "requests": OF_REQUESTS,
    "request": OF_REQUESTS,
    "post": frozenset({
        "service_request_id", "token", "service_notice", "account_id", "service_level_agreement", "id",
    }),
    "token": frozenset({"service_request_id", "token"}),
}  # fmt: skip
# What a dialect or the reading in common leaves out on purpose, with the reason.
LEFT_OUT: Final[dict[tuple[str, str], frozenset[str]]] = {
    ("mark_a_spot", "cologne-request-2026.json"): frozenset({"title"}),  # number and service name again
    (V2, "cologne-request-2026.json"): frozenset({"title"}),
    ("washington_dc", "dc-service-S0301.xml"): frozenset({"datatype_description"}),  # the same of every attribute
    ("seeclickfix_v01", "seeclickfix-v01-create-issue.json"): frozenset({"token"}),  # a secret of the reporter's
}
BLOCKS: Final = ("attributes", "extended_attributes", "details")  # of requests: personal, and left out on purpose
ALLOWED: Final = ("photos", "media_urls")  # of them


def replay(key: str, operation: str, name: str, status: int = 200) -> tuple[Any, ...]:
    content = (SHARED / name).read_bytes()
    if content.startswith(b"HTTP/"):
        content = re.split(rb"\r?\n\r?\n", content, maxsplit=1)[1]
    if key not in registry.TABLE:
        pytest.skip(f"there is no dialect {key}")
    connection = Connection(BASE, http.Client("shared"), time_zone=ZoneInfo("America/Los_Angeles"))
    return registry.open_dialect(key, connection).replay(operation, http.Response(status, {}, content, BASE))


def test_every_recording_has_its_row():
    here = {path.name for path in SHARED.iterdir()} - {"INDEX.md"}
    assert here <= READ.keys() | REFUSED.keys()


@pytest.mark.parametrize("name", READ)
def test_a_recording_is_read_without_losing_a_field(name):
    key, operation, count = READ[name]
    messages = replay(key, operation, name)
    assert len(messages) == count
    for message in messages:
        assert_plain(message)
    if count:
        assert missing(key, name, operation, messages) == []


@pytest.mark.parametrize("name", PLAIN)
def test_plain_georeport_v2_reads_what_has_its_shape(name):
    _, operation, count = READ[name]
    messages = replay(V2, operation, name)
    assert len(messages) == count
    for message in messages:
        assert_plain(message)
    if count:
        assert missing(V2, name, operation, messages) == []


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_is_read_with_its_words(name):
    key, status, kind, words = REFUSED[name]
    with pytest.raises(kind) as caught:
        replay(key, "error", name, status)
    assert caught.value.messages
    assert caught.value.messages[0].startswith(words)


# --- what a recording holds, found without the dialects' code ---


def missing(key: str, name: str, operation: str, messages: tuple[Any, ...]) -> list[str]:
    """The recording's known values that are in no message. Dates and numbers are compared by what they mean."""
    told = _told(messages)
    known = FIELDS[operation] - LEFT_OUT.get((key, name), frozenset())
    there = [pair for pair in _values(name, operation) if pair[0] in known and pair[1].strip()]
    assert there, "the recording holds nothing that was looked for"
    return [f"{field}={value}" for field, value in there if not _is_told(field, value, told)]


def _told(messages: tuple[Any, ...]) -> str:
    def visible(message: Any) -> Any:
        if hasattr(message, "__slots__"):
            return [visible(getattr(message, each)) for each in message.__slots__ if each != "raw"]
        return [visible(each) for each in message] if isinstance(message, tuple) else message

    return " ".join(_flat(visible(messages))).casefold()


def _flat(value: Any) -> list[str]:
    if isinstance(value, list):
        return [part for each in value for part in _flat(each)]
    return [value.isoformat() if hasattr(value, "isoformat") else str(value)]


def _is_told(field: str, value: str, told: str) -> bool:
    plain = " ".join(value.split()).casefold()
    if field.endswith("datetime") or field == "datetime":
        return datetime.fromisoformat(value).astimezone(UTC).isoformat().casefold() in told
    if field in {"keywords", "groups"}:
        return all(each.strip() in told for each in plain.split(","))
    if field == "media_url":
        return plain.partition("#")[0] in told
    if field in {"lat", "long", "lng"}:
        return str(float(value)) in told
    return plain in " ".join(told.split())


def _values(name: str, operation: str) -> list[tuple[str, str]]:
    text = (SHARED / name).read_text()
    if name.endswith(".json"):
        found = json.loads(text)
        if operation == "requests" and isinstance(found, dict) and "requests" in found:
            found = found["requests"]
        return _of_json(found, "")
    if name.startswith("sf-v1"):  # its values are attributes, and one has quotation marks inside
        pairs = re.findall(r'(\w+)="(.*?)"(?=\s+\w+="|\s*/?>)', text, re.DOTALL)
        pairs += re.findall(r"<(\w+)>([^<>]+)</\1>", text)
        return [(field, html.unescape(value)) for field, value in pairs]
    text = re.sub(r"^\s*<\?xml.*?\?>", "", text.replace("<dicovery", "<discovery"), flags=re.DOTALL)
    root = ET.fromstring(text)
    return [(each.tag.rpartition("}")[2], each.text or "") for each in root.iter() if not len(each)]


def _of_json(value: Any, field: str) -> list[tuple[str, str]]:
    if isinstance(value, list):
        return [pair for each in value for pair in _of_json(each, field)]
    if isinstance(value, dict):
        is_request = "service_request_id" in value
        kept = {
            name: {each: inner[each] for each in ALLOWED if each in inner} if isinstance(inner, dict) else None
            for name, inner in value.items()
            if is_request and name in BLOCKS
        }
        return [pair for name, inner in (value | kept).items() for pair in _of_json(inner, name)]
    if value is None:
        return []
    return [(field, str(value).lower() if isinstance(value, bool) else str(value))]
