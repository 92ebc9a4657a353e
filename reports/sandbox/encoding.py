"""One value, two formats. XML is the standard's form; JSON is its "Spark" conversion, in which the root's name
disappears and a container is an array even with one child (GeoReport v2, JSON_and_XML_Conversion)."""

import json
import re
from typing import Any

from lxml import etree

from reports.sandbox.wire import JSON, XML, Answer

# The child element of each container. A container that is not named here holds <item> elements.
CHILD_TAGS = {
    "services": "service",
    "service_requests": "request",
    "attributes": "attribute",
    "values": "value",
    "endpoints": "endpoint",
    "formats": "format",
    "errors": "error",
    "notes": "note",
    "groups": "group",
    "media_urls": "media_url",
    "photos": "photo",
    "service_request_updates": "request_update",
}

# XML 1.0 cannot carry these at all, and a resident may paste one.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# What an extended block may hold as a key but XML not as a name.
_NOT_NAME = re.compile(r"[^A-Za-z0-9_.-]")


def encode(root: str, value: Any, format_: str, status: int = 200) -> Answer:
    """`value` (lists, dicts, scalars) as an answer in "xml" or "json"; `root` names the XML's outermost element."""
    if format_ == "json":
        return Answer(status, json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"), JSON)
    element = _element(root, value)
    etree.indent(element)
    body = etree.tostring(element, encoding="utf-8", xml_declaration=False)
    return Answer(status, b'<?xml version="1.0" encoding="utf-8"?>\n' + body + b"\n", XML)


def _element(tag: str, value: Any) -> etree._Element:
    element = etree.Element(tag)
    if isinstance(value, dict):
        for name, child in value.items():
            element.append(_element(_tag_name(str(name)), child))
    elif isinstance(value, list):
        for child in value:
            element.append(_element(CHILD_TAGS.get(tag, "item"), child))
    else:
        element.text = xml_text(value)
    return element


def xml_text(value: Any) -> str | None:
    """A scalar as an element's text, without what XML cannot carry; None for an empty element."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return _NOT_XML.sub("", str(value))


def _tag_name(name: str) -> str:
    tag = _NOT_NAME.sub("_", name)
    return tag if tag[:1].isalpha() or tag[:1] == "_" else f"_{tag}"
