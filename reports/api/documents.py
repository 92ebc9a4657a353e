"""GeoReport v2's documents, as this site answers with them: one list of rows in XML or JSON."""

import json
from collections.abc import Iterable, Mapping
from typing import Final
from xml.etree import ElementTree

from django.http import HttpResponse

TYPES: Final = {"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}
Rows = Iterable[Mapping[str, object]]


def document(format_: str, root: str, name: str, rows: Rows, status: int = 200) -> HttpResponse:
    """The rows, in XML under `root`, each in an element of that name, and in JSON as a list without a root (DIALECTS,
    section 26). To be kept by no cache."""
    listed = [dict(row) for row in rows]
    content = json.dumps(listed) if format_ == "json" else _xml(root, name, listed)
    return HttpResponse(content, TYPES[format_], status, headers={"Cache-Control": "no-store"})


def errors(format_: str, status: int, *sentences: str) -> HttpResponse:
    """An error document (GeoReport v2, Errors): each sentence with the HTTP status as its code."""
    rows = [{"code": status, "description": sentence} for sentence in sentences]
    return document(format_, "errors", "error", rows, status)


def _xml(root: str, name: str, rows: Rows) -> bytes:
    top = ElementTree.Element(root)
    for row in rows:
        element = ElementTree.SubElement(top, name)
        for field, value in row.items():
            ElementTree.SubElement(element, field).text = str(value)
    return bytes(ElementTree.tostring(top, encoding="utf-8", xml_declaration=True))
