"""A GeoReport v2 endpoint in front of the canned city, and the rows that such a city lists."""

import json
from typing import Any
from zoneinfo import ZoneInfo

from reports import http
from reports.dialects.base import Connection
from reports.dialects.georeport_v2 import GeoReportV2
from reports.dialects.messages import RequestStatus
from tests.dialects.canned import BASE
from tests.dialects.filing import KEY


def city(**options: Any) -> GeoReportV2:
    client = http.Client("v2", secrets=(KEY,))
    chicago = ZoneInfo("America/Chicago")
    return GeoReportV2(
        Connection(BASE, client, jurisdiction_id="c.org", api_key=KEY, time_zone=chicago, options=options)
    )


def row(number: int | str, **fields: Any) -> dict[str, Any]:
    return {
        "service_request_id": str(number),
        "status": "open",
        "service_code": "POTH",
        "service_name": "Pothole",
        "requested_datetime": "2026-03-01T12:00:00Z",
    } | fields


def body(*rows: dict[str, Any]) -> bytes:
    return json.dumps(rows).encode()


def ids(found: tuple[RequestStatus, ...]) -> list[str | None]:
    return [each.service_request_id for each in found]


TAKEN = body({"service_request_id": "1"})
