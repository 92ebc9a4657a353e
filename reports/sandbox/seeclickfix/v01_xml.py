"""A list as JSON, or as XML in Rails's fashion: hyphens in names, the type of what is not text in an attribute."""

import json
from typing import Any

from lxml import etree

from reports.sandbox.encoding import xml_text
from reports.sandbox.wire import JSON, Answer

XML = "application/xml; charset=utf-8"


def encode(root: str, child: str, rows: list[Any], format_: str, status: int = 200) -> Answer:
    """`rows` are dicts, or pairs of a name and a sentence, which in XML become one sentence."""
    if format_ == "json":
        return Answer(status, json.dumps(rows, ensure_ascii=False).encode("utf-8", "replace"), JSON)
    element = etree.Element(root)
    if root != "errors":
        element.set("type", "array")
    for row in rows:
        element.append(_element(child, row))
    etree.indent(element)
    body = etree.tostring(element, encoding="UTF-8", xml_declaration=False)
    return Answer(status, b'<?xml version="1.0" encoding="UTF-8"?>\n' + body + b"\n", XML)


def _element(name: str, value: Any) -> etree._Element:
    element = etree.Element(name.replace("_", "-"))
    if isinstance(value, dict):
        element.extend([_element(key, inner) for key, inner in value.items()])
        return element
    if isinstance(value, tuple):
        value = f"{value[0].replace('_', ' ').capitalize()} {value[1]}"
    if value is None:
        element.set("nil", "true")
    for kind, word in ((bool, "boolean"), (int, "integer"), (float, "float")):
        if isinstance(value, kind):
            element.set("type", word)
            break
    element.text = xml_text(value)
    return element
