"""GeoJSON (RFC 7946), for maps and for programs; its further members are those of OGC API - Features, part 1."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from reports.views.feeds.document import Document
from reports.views.feeds.items import Item
from reports.views.feeds.table import values
from reports.views.feeds.terms import Terms

MEDIA_TYPE = "application/geo+json"


def geojson(document: Document) -> bytes:
    """The page as a FeatureCollection."""
    return b"".join(stream(document, [document.items]))


def stream(document: Document, chunks: Iterable[Iterable[Item]]) -> Iterator[bytes]:
    """The FeatureCollection of these chunks, a piece for each; what holds for all of it comes last."""
    head = {"type": "FeatureCollection", "title": document.title, "language": document.language}
    yield f'{_written(head)[:-1]},"features":['.encode()
    count = 0
    terms: dict[Terms, None] = {}
    for chunk in chunks:
        features = []
        for item in chunk:
            features.append(_written(feature(item)))
            terms[item.terms] = None
        separator = "," if count and features else ""
        count += len(features)
        yield f"{separator}{','.join(features)}".encode()
    tail = {
        "numberMatched": document.total,
        "numberReturned": count,
        "timeStamp": document.changed.isoformat(),
        "capped": document.capped,
        "links": _links(document),
        "licences": [{"body": each.body, "licence": each.licence, "attribution": each.attribution} for each in terms],
    }
    yield f"],{_written(tail)[1:]}".encode()


def feature(item: Item) -> dict[str, Any]:
    """One report, without a geometry where it has no point; its properties are the columns of the table."""
    point = None if item.lat is None else {"type": "Point", "coordinates": [item.long, item.lat]}
    properties = {name: value for name, value in values(item).items() if name not in ("lat", "long")}
    return {"type": "Feature", "id": item.reference, "geometry": point, "properties": properties}


def _links(document: Document) -> list[dict[str, str]]:
    """OGC API - Features says `prev` where Atom says `previous`."""
    ways = {"self": document.here} | document.links()
    links = [
        {"rel": "prev" if rel == "previous" else rel, "href": href, "type": MEDIA_TYPE} for rel, href in ways.items()
    ]
    return [*links, {"rel": "alternate", "href": document.home, "type": "text/html"}]


def _written(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
