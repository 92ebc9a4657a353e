"""XML as a Rails application writes it: the type of a value in an attribute, nil in another (DIALECTS section 15)."""

from typing import Any

from lxml import etree

from reports.sandbox.encoding import CHILD_TAGS, xml_text
from reports.sandbox.wire import XML, Answer

TAGS = {**CHILD_TAGS, "error_messages": "error_message", "comments": "comment", "service_definition": "service"}


def rails_xml(root: str, value: Any, status: int = 200) -> Answer:
    element = _element(root, value)
    etree.indent(element)
    body = etree.tostring(element, encoding="utf-8", xml_declaration=False)
    return Answer(status, b'<?xml version="1.0" encoding="UTF-8"?>\n' + body + b"\n", XML)


def _element(tag: str, value: Any) -> etree._Element:
    element = etree.Element(tag)
    if isinstance(value, dict):
        element.extend(_element(str(name), child) for name, child in value.items())
    elif isinstance(value, list):
        element.set("type", "array")
        element.extend(_element(TAGS.get(tag, "item"), child) for child in value)
    elif value is None:
        element.set("nil", "true")
    else:
        type_ = _type(value)
        if type_:
            element.set("type", type_)
        element.text = xml_text(value)
    return element


def _type(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    return {int: "integer", float: "float"}.get(type(value), "")
