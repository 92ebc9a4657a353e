"""Reads each kind of file as a strict program would, and holds it against its schema."""

import csv
import io
import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import fastjsonschema
from django.test import Client
from icalendar import Calendar
from lxml import etree

SCHEMAS = Path(__file__).parents[2] / "schemas"
ATOM = "{http://www.w3.org/2005/Atom}"
KML = "{http://www.opengis.net/kml/2.2}"
GEORSS = "{http://www.georss.org/georss}"
DC = "{http://purl.org/dc/elements/1.1/}"
# RFC 5545, section 3.1: no control character but the tab and the ends of lines, and at most 75 bytes in a line.
CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def get(client: Client, kind: str, **query: Any) -> Any:
    """The list of all reports as a file of that kind."""
    return client.get(f"/requests/feed.{kind}", query)


@cache
def schema(kind: str) -> Any:
    if kind == "kml":
        return etree.XMLSchema(file=str(SCHEMAS / "kml" / "ogckml22.xsd"))
    return etree.RelaxNG(file=str(SCHEMAS / f"{kind}.rng"))


@cache
def geojson_schema() -> Callable[[Any], Any]:
    compiled: Callable[[Any], Any] = fastjsonschema.compile(
        json.loads((SCHEMAS / "geojson-feature-collection.json").read_text())
    )
    return compiled


def xml(kind: str, content: bytes) -> Any:
    root = etree.fromstring(content, etree.XMLParser(resolve_entities=False))
    schema(kind).assertValid(root)
    return root


def atom(content: bytes) -> Any:
    root = xml("atom", content)
    assert root.find(f"{ATOM}author") is not None
    ids = [each.text for each in root.findall(f"{ATOM}entry/{ATOM}id")]
    assert len(ids) == len(set(ids))
    assert points(root)
    return root


def rss(content: bytes) -> Any:
    root = xml("rss", content)
    assert points(root)
    return root


def points(root: Any) -> bool:
    """Whether every point is latitude and longitude, as GeoRSS-Simple has it."""
    pairs = [[float(part) for part in each.text.split(" ")] for each in root.iter(f"{GEORSS}point")]
    return all(len(pair) == 2 and abs(pair[0]) <= 90 and abs(pair[1]) <= 180 for pair in pairs)


def geojson(content: bytes) -> Any:
    found = json.loads(content, parse_constant=lambda name: [][0])
    geojson_schema()(found)
    assert found["numberReturned"] == len(found["features"])
    return found


def kml(content: bytes) -> Any:
    return xml("kml", content)


def table(content: bytes) -> list[dict[str, str]]:
    text = content.decode()
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    assert not [row for row in rows if None in row or None in row.values()]
    return rows


def ics(content: bytes) -> Any:
    assert not CONTROL.search(content)
    assert content.endswith(b"\r\n")
    for line in content.split(b"\r\n"):
        assert len(line) <= 75
        assert b"\n" not in line
        assert b"\r" not in line
    content.decode()
    calendar = Calendar.from_ical(content)
    assert not calendar.errors
    for event in calendar.walk("VEVENT"):
        assert not event.errors
        assert {"UID", "DTSTAMP", "DTSTART"} <= set(event)
    return calendar


READ: dict[str, Callable[[bytes], Any]] = {
    "atom": atom,
    "rss": rss,
    "geojson": geojson,
    "kml": kml,
    "csv": table,
    "ics": ics,
}


def references(kind: str, content: bytes) -> list[str]:
    """The reports in the file, in its order."""
    found = READ[kind](content)
    match kind:
        case "atom":
            return [each.text.rpartition(":")[2] for each in found.findall(f"{ATOM}entry/{ATOM}id")]
        case "rss":
            return [each.text.rpartition(":")[2] for each in found.findall("channel/item/guid")]
        case "geojson":
            return [each["id"] for each in found["features"]]
        case "kml":
            return [each.get("id")[1:] for each in found.iter(f"{KML}Placemark")]
        case "csv":
            return [each["reference"] for each in found]
    return [str(each["UID"]).partition("@")[0] for each in found.walk("VEVENT")]
