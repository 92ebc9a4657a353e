"""Feeds of all requests beside a GeoReport v1 server: KML, and the report service's XML (source 003, "Query Service
Requests"). What stood inside is not recorded anywhere: the KML is the plainest that KML 2.2 allows, and the XML has
GeoReport v1's own names. Nothing about the person who reported is in either."""

from datetime import date, datetime
from xml.sax.saxutils import escape

from reports.sandbox import work
from reports.sandbox.cities import City
from reports.sandbox.encoding import encode, xml_text
from reports.sandbox.state import Store, StoredRequest
from reports.sandbox.wire import Answer, Request

KML_NAME = "311.kml"
REPORT_NAME = "ReportCommandHandler"
KML = "application/vnd.google-earth.kml+xml"


def feed(city: City, store: Store, request: Request, name: str) -> Answer:
    """The feed of this name; 404 for another name, 400 in plain text for a report that cannot be drawn up."""
    if request.method not in ("GET", "HEAD"):
        return Answer(405, f"{request.method} is not allowed here\n".encode())
    now = store.clock.now()
    rows = [_row(city, stored, now) for stored in store.requests(city.key)]
    if name == KML_NAME:
        return _kml(city, rows)
    if name != REPORT_NAME:
        return Answer(404, b"The URL request is invalid\n")
    try:
        first, last = (date.fromisoformat(request.arg(bound)) for bound in ("start_date", "end_date"))
    except ValueError:
        return Answer(400, b"start_date and end_date are required, in the form 2010-04-13\n")
    kind = request.arg("request_type")
    if kind != "all" and kind not in city.services:
        return Answer(400, b"request_type is required: all, or a service code\n")
    passing = [row for row in rows if _asked(row, kind, first, last)]
    return encode("service_requests", passing, "xml")


def _row(city: City, stored: StoredRequest, now: datetime) -> dict[str, str]:
    service = city.services[stored.service_code]
    done = work.progress(city.key, service.kind, stored, now)
    return {
        "service_request_id": stored.service_request_id,
        "status": done.status,
        "status_notes": done.notes,
        "service_name": service.name,
        "service_code": service.code,
        "description": stored.description,
        "requested_datetime": _local(city, work.received(stored)),
        "updated_datetime": _local(city, done.updated),
        "address_string": stored.address_string,
        "lat": "" if stored.lat is None else str(stored.lat),
        "lon": "" if stored.long is None else str(stored.long),
    }


def _asked(row: dict[str, str], kind: str, first: date, last: date) -> bool:
    """Both days are whole days of the city's own time, the last one included."""
    day = datetime.fromisoformat(row["requested_datetime"]).date()
    return kind in ("all", row["service_code"]) and first <= day <= last


def _kml(city: City, rows: list[dict[str, str]]) -> Answer:
    marks = "".join(_placemark(row) for row in rows)
    document = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>\n'
        f"<name>{escape(city.name)}: service requests</name>\n{marks}</Document></kml>\n"
    )
    return Answer(200, document.encode("utf-8", "replace"), KML)


def _placemark(row: dict[str, str]) -> str:
    kept = "".join(f'<Data name="{name}"><value>{_text(value)}</value></Data>' for name, value in row.items() if value)
    point = f"<Point><coordinates>{row['lon']},{row['lat']},0</coordinates></Point>" if row["lat"] else ""
    return (
        f'<Placemark id="{_text(row["service_request_id"])}"><name>{_text(row["service_name"])}</name>'
        f"<description>{_text(row['description'])}</description>"
        f"<TimeStamp><when>{row['requested_datetime']}</when></TimeStamp>"
        f"<ExtendedData>{kept}</ExtendedData>{point}</Placemark>\n"
    )


def _text(value: str) -> str:
    return escape(xml_text(value) or "")


def _local(city: City, moment: datetime) -> str:
    return moment.astimezone(city.zone).isoformat(timespec="seconds")
