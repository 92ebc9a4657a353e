"""KML 2.2 (OGC 07-147r2), for globes and maps. What a balloon shows is escaped text between marks of our own."""

import io
from typing import Any, Final

from lxml import etree

from reports.views.feeds.document import Document
from reports.views.feeds.items import Item
from reports.views.feeds.table import values
from reports.views.feeds.texts import line

MEDIA_TYPE: Final = "application/vnd.google-earth.kml+xml"
_KML: Final = "http://www.opengis.net/kml/2.2"
_ATOM: Final = "http://www.w3.org/2005/Atom"
_NAMESPACES: Final[Any] = {None: _KML, "atom": _ATOM}
_SHOWN: Final = frozenset({"lat", "long", "description", "address"})  # in elements of their own


def kml(document: Document) -> bytes:
    """The page as one Document; a report without a point is a Placemark without one."""
    file = io.BytesIO()
    with etree.xmlfile(file, encoding="utf-8") as out:
        out.write_declaration()
        with out.element(f"{{{_KML}}}kml", nsmap=_NAMESPACES), out.element(f"{{{_KML}}}Document"):
            out.write(_element("name", line(document.title)))
            out.write(_link(document.home))
            about = "\n".join(part for part in (document.summary(), document.rights()) if part)
            out.write(_element("description", about))
            for item in document.items:
                out.write(_placemark(item))
    return file.getvalue()


def _placemark(item: Item) -> Any:
    placemark = etree.Element(f"{{{_KML}}}Placemark", {"id": f"r{item.reference}"}, _NAMESPACES)
    _under(placemark, "name", item.title)
    placemark.append(_link(item.url))
    if item.address:
        _under(placemark, "address", item.address)
    _under(placemark, "Snippet", item.status_label)
    _under(placemark, "description", item.html())
    _under(_under(placemark, "TimeStamp"), "when", item.requested_datetime.isoformat(timespec="seconds"))
    data = _under(placemark, "ExtendedData")
    for name, value in values(item).items():
        if value not in ("", None) and name not in _SHOWN:
            one = _under(data, "Data")
            one.set("name", name)
            _under(one, "value", str(value))
    if item.lat is not None:
        _under(_under(placemark, "Point"), "coordinates", f"{item.long},{item.lat}")
    return placemark


def _link(address: str) -> Any:
    return etree.Element(f"{{{_ATOM}}}link", {"rel": "related", "href": address}, _NAMESPACES)


def _element(name: str, text: str) -> Any:
    element = etree.Element(f"{{{_KML}}}{name}", {}, _NAMESPACES)
    element.text = text
    return element


def _under(parent: Any, name: str, text: str | None = None) -> Any:
    element = etree.SubElement(parent, f"{{{_KML}}}{name}")
    element.text = text
    return element
