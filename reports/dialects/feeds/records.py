"""Feeds of each format to flat records: one dict for each request, by column name, only the columns that are kept."""

import csv
import html
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from reports.dialects.feeds.columns import COLUMNS, ID, KEPT, column_name
from reports.dialects.formats.clean import clean
from reports.dialects.formats.coerce import text
from reports.dialects.formats.document import Document, Malformed

Record = dict[str, str]
_IDS: Final = frozenset(COLUMNS[ID])
_DELIMITERS: Final = ",;\t|"
# Roots of documents that are feeds also while there is nothing in them.
_EMPTY_ROOTS: Final = frozenset({"feed", "rss", "kml", "servicerequests", "rdf"})
# What a pin's balloon is made of: cells of a table, or a heading in bold and the value up to the line's end.
_CELLS = re.compile(r"<t[dh][^>]*>([^<]{1,80})</t[dh]>\s*<t[dh][^>]*>([^<]{0,1000})</t[dh]>", re.IGNORECASE)
_LINES = re.compile(r"<(?:b|strong)>([^<]{1,80}?):?\s*</(?:b|strong)>\s*:?([^<]{0,1000})", re.IGNORECASE)


def from_document(document: Document) -> Iterator[Record]:
    """The records of XML, Atom, RDF or KML: every row that has a column with the request's number, however deep.

    Raises `Malformed` where there is none and the document is no feed by its root either.
    """
    found = False
    for row in _rows(document.data):
        found = True
        yield row
    if not found and column_name(document.root) not in _EMPTY_ROOTS:
        raise Malformed("There is no service request in the feed.")


def _rows(data: Any) -> Iterator[Record]:
    if isinstance(data, list):
        for each in data:
            yield from _rows(each)
    elif isinstance(data, dict):
        if "Point" in data or "ExtendedData" in data:  # a Placemark
            yield _placemark(data)
            return
        record = _kept((name, text(value)) for name, value in data.items() if not isinstance(value, dict))
        if _IDS & record.keys():
            yield record
            return
        for each in data.values():
            yield from _rows(each)


def _placemark(row: Mapping[str, Any]) -> Record:
    """A pin of a KML file: its extended data, else its balloon, its time, its point (longitude first, OGC KML 2.2)."""
    pairs = list(_extended(row.get("ExtendedData")))
    balloon = _words(row.get("description"))
    if not pairs:
        pairs = _CELLS.findall(balloon) or _LINES.findall(balloon)
    record = _kept((name, html.unescape(value)) for name, value in pairs)
    point = row.get("Point")
    written = text(point.get("coordinates")) if isinstance(point, dict) else ""
    stamp = row.get("TimeStamp")
    if isinstance(stamp, dict) and text(stamp.get("when")):
        record["when"] = text(stamp["when"])
    place = re.match(r"\s*(-?[\d.]+)\s*,\s*(-?[\d.]+)", written)
    if place:
        record["long"], record["lat"] = place.groups()
    return record


def _extended(data: Any) -> Iterator[tuple[str, str]]:
    """`Data` with a value inside, and `SimpleData` with the value as its text, both named by an attribute."""
    if isinstance(data, list):
        for each in data:
            yield from _extended(each)
    elif isinstance(data, dict):
        if isinstance(data.get("name"), str):
            yield data["name"], text(data.get("value")) or _words(data)
        for name in ("Data", "SchemaData", "SimpleData"):
            yield from _extended(data.get(name))


def _words(value: Any) -> str:
    return text(value.get("#text")) if isinstance(value, dict) else text(value)


def from_csv(written: str) -> Iterator[Record]:
    """The records of a CSV file with a line of names. `Malformed` where no column has the requests' numbers."""
    first = written.lstrip().partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(written.lstrip(), newline=""), delimiter=delimiter)
    try:
        names = next(reader, [])
        if not _IDS & {column_name(name) for name in names}:
            raise Malformed("No column of the feed holds the numbers of the requests.")
        for values in reader:
            if any(values):
                yield _kept(zip(names, values, strict=False))
    except csv.Error as error:
        raise Malformed(f"The feed is not CSV: {error}") from error


def _kept(pairs: Iterable[tuple[str, str]]) -> Record:
    named = ((column_name(name), clean(value).strip()) for name, value in pairs)
    record: Record = {}
    for name, value in named:
        if name in KEPT and value:
            record.setdefault(name, value)
    return record
