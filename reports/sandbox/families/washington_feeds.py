"""Washington's feeds of all service requests: KML, XML and a zipped CSV, with the columns of the data set SRC.

The names are those that the city's data catalogue gave to "Service Requests (SRC)"; the XML is an Atom feed with the
row inside `content`. The resident's own words are not in it, nor is the resident.
"""

import csv
from datetime import datetime
from io import BytesIO, StringIO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from reports.sandbox import work
from reports.sandbox.cities import City
from reports.sandbox.encoding import xml_text
from reports.sandbox.request_rows import local
from reports.sandbox.state import Store, StoredRequest
from reports.sandbox.wire import Answer, Request

KML = "application/vnd.google-earth.kml+xml"
ATOM = "application/atom+xml; charset=utf-8"
ZIP = "application/zip"
DCST = "http://dc.gov/dcstat/types/1.0/"
COLUMNS = (
    "SERVICEREQUESTID", "SERVICEPRIORITY", "SERVICECODE", "SERVICECODEDESCRIPTION", "SERVICETYPECODE",
    "SERVICETYPECODEDESCRIPTION", "SERVICEORDERDATE", "SERVICEORDERSTATUS", "SERVICECALLCOUNT", "AGENCYABBREVIATION",
    "INSPECTIONFLAG", "INSPECTIONDATE", "RESOLUTION", "RESOLUTIONDATE", "SERVICEDUEDATE", "SERVICENOTES",
    "PARENTSERVICEREQUESTID", "ADDDATE", "LASTMODIFIEDDATE", "SITEADDRESS", "LATITUDE", "LONGITUDE", "ZIPCODE",
    "MARADDRESSREPOSITORYID", "WARD", "ANC", "SMD", "DISTRICT", "PSA", "NEIGHBORHOODCLUSTER",
)  # fmt: skip


def feed(city: City, store: Store, request: Request, name: str) -> Answer:
    """The feed of this name, oldest request first; 404 for another name."""
    if request.method not in ("GET", "HEAD"):
        return Answer(405, f"{request.method} is not allowed here\n".encode())
    make = {"src_current.kml": _kml, "src_current.xml": _atom, "src_current_csv.zip": _zipped}.get(name)
    if make is None:
        return Answer(404, b"Not found\n")
    now = store.clock.now()
    return make([_row(city, stored, now) for stored in store.requests(city.key)])


def _row(city: City, stored: StoredRequest, now: datetime) -> dict[str, str]:
    service = city.services[stored.service_code]
    done = work.progress(city.key, service.kind, stored, now)
    received, updated = local(city, work.received(stored)), local(city, done.updated)
    closed = done.status == "closed"
    known = {
        "SERVICEREQUESTID": stored.service_request_id,
        "SERVICEPRIORITY": "STANDARD",
        "SERVICECODE": service.code,
        "SERVICECODEDESCRIPTION": service.name,
        "SERVICETYPECODE": service.group[:8].upper(),
        "SERVICETYPECODEDESCRIPTION": service.group,
        "SERVICEORDERDATE": received,
        "SERVICEORDERSTATUS": "CLOSED" if closed else "OPEN",
        "SERVICECALLCOUNT": "1",
        "AGENCYABBREVIATION": work.agency(service.kind, stored.serial),
        "INSPECTIONFLAG": "N",
        "RESOLUTION": done.notes if closed else "",
        "RESOLUTIONDATE": updated if closed else "",
        "SERVICEDUEDATE": local(city, done.expected) if done.expected else "",
        "SERVICENOTES": done.notes,
        "PARENTSERVICEREQUESTID": stored.duplicate_of if done.history[-1].event == "duplicate" else "",
        "ADDDATE": received,
        "LASTMODIFIEDDATE": updated,
        "SITEADDRESS": stored.address_string.upper(),
        "LATITUDE": "" if stored.lat is None else str(stored.lat),
        "LONGITUDE": "" if stored.long is None else str(stored.long),
        "MARADDRESSREPOSITORYID": stored.address_id,
    }
    return {name: known.get(name, "") for name in COLUMNS}


def _zipped(rows: list[dict[str, str]]) -> Answer:
    """One file, named as the feed. An empty feed has its heading line nevertheless."""
    text = StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        archive.writestr(ZipInfo("src_current.csv"), text.getvalue().encode("utf-8", "replace"))
    return Answer(200, packed.getvalue(), ZIP)


def _atom(rows: list[dict[str, str]]) -> Answer:
    entries = "".join(
        f"<entry><id>urn:dc:src:{row['SERVICEREQUESTID']}</id><title>{_text(row['SERVICECODEDESCRIPTION'])}</title>"
        f"<updated>{row['LASTMODIFIEDDATE']}</updated>"
        f'<content type="text/xml"><dcst:ServiceRequest xmlns:dcst="{DCST}">{_fields(row)}</dcst:ServiceRequest>'
        "</content></entry>\n"
        for row in rows
    )
    newest = max((row["LASTMODIFIEDDATE"] for row in rows), default="")
    return _document(
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>Service Requests (SRC)</title><id>urn:dc:src</id>'
        f"<updated>{newest}</updated>\n{entries}</feed>\n",
        ATOM,
    )


def _fields(row: dict[str, str]) -> str:
    """The columns as elements, in lower case; an unknown one stands there empty."""
    return "".join(
        f"<dcst:{name.lower()}>{_text(value)}</dcst:{name.lower()}>" if value else f"<dcst:{name.lower()}/>"
        for name, value in row.items()
    )


def _kml(rows: list[dict[str, str]]) -> Answer:
    marks = "".join(_placemark(row) for row in rows)
    return _document(
        f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>src_current</name>\n{marks}</Document></kml>\n',
        KML,
    )


def _placemark(row: dict[str, str]) -> str:
    kept = "".join(f'<Data name="{name}"><value>{_text(value)}</value></Data>' for name, value in row.items() if value)
    point = f"<Point><coordinates>{row['LONGITUDE']},{row['LATITUDE']},0</coordinates></Point>"
    return (
        f'<Placemark id="{_text(row["SERVICEREQUESTID"])}"><name>{_text(row["SERVICECODEDESCRIPTION"])}</name>'
        f"<ExtendedData>{kept}</ExtendedData>{point if row['LATITUDE'] else ''}</Placemark>\n"
    )


def _document(text: str, content_type: str) -> Answer:
    return Answer(200, ('<?xml version="1.0" encoding="utf-8"?>\n' + text).encode("utf-8", "replace"), content_type)


def _text(value: str) -> str:
    return escape(xml_text(value) or "")
