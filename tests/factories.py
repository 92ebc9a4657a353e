"""Rows for tests: each maker fills in what the test does not name, and saves.

Boundaries are squares round a point, so that a test can say where it stands without a file of coordinates.
"""

import itertools
from typing import Any

from reports.models import (
    Endpoint,
    Jurisdiction,
    PublicStatus,
    Service,
    ServiceRequest,
    StatusUpdate,
    Submission,
    SubmissionState,
    User,
)

LAT, LONG = 39.78, -89.65  # Springfield, Illinois: the middle of the boundary that `make_jurisdiction` draws
DIALECT = "georeport_v2"

_numbers = itertools.count(1)


def square(lat: float = LAT, long: float = LONG, half_side: float = 0.05) -> dict[str, Any]:
    """A GeoJSON MultiPolygon: the square with its middle there and this half side (degrees, WGS84)."""
    west, east, south, north = long - half_side, long + half_side, lat - half_side, lat + half_side
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "MultiPolygon", "coordinates": [[ring]]}


def make_jurisdiction(name: str = "", *, boundary: dict[str, Any] | None = None, **fields: Any) -> Jurisdiction:
    """A body that answers for a square round LAT, LONG unless a boundary is given."""
    number = next(_numbers)
    fields.setdefault("slug", f"body-{number}")
    fields.setdefault("area", 100.0)
    return Jurisdiction.objects.create(name=name or f"Body {number}", boundary=boundary or square(), **fields)


def make_endpoint(jurisdiction: Jurisdiction | None = None, **fields: Any) -> Endpoint:
    """An active endpoint; of a new body unless one is given."""
    fields.setdefault("dialect", DIALECT)
    fields.setdefault("base_url", "https://open311.example.org/v2/")
    fields.setdefault("active", True)
    return Endpoint.objects.create(jurisdiction=jurisdiction or make_jurisdiction(), **fields)


def make_service(endpoint: Endpoint | None = None, **fields: Any) -> Service:
    """A service without questions, named Pothole."""
    fields.setdefault("service_code", f"S{next(_numbers)}")
    fields.setdefault("service_name", "Pothole")
    return Service.objects.create(endpoint=endpoint or make_endpoint(), **fields)


def make_service_request(service: Service | None = None, **fields: Any) -> ServiceRequest:
    """A request for that service in the middle of the square; no submission and no history yet."""
    service = service or make_service()
    defaults: dict[str, Any] = {
        "endpoint": service.endpoint,
        "jurisdiction": service.endpoint.jurisdiction,
        "service_code": service.service_code,
        "service_name": service.service_name,
        "group": service.group,
        "lat": LAT,
        "long": LONG,
        "address_string": "12 Main Street",
        "description": "A deep hole in the road.",
    }
    return ServiceRequest.objects.create(service=service, **(defaults | fields))


def make_submission(service_request: ServiceRequest | None = None, **fields: Any) -> Submission:
    """A submission of that request to its endpoint, pending unless another state is named."""
    service_request = service_request or make_service_request()
    fields.setdefault("endpoint", service_request.endpoint)
    fields.setdefault("state", SubmissionState.PENDING)
    return Submission.objects.create(request=service_request, **fields)


def make_status_update(service_request: ServiceRequest | None = None, **fields: Any) -> StatusUpdate:
    """One line of that request's history, said by us unless `by_body` is set."""
    service_request = service_request or make_service_request()
    fields.setdefault("status", PublicStatus.RECEIVED)
    fields.setdefault("datetime", service_request.requested_datetime)
    fields.setdefault("fingerprint", f"f{next(_numbers)}")
    return StatusUpdate.objects.create(service_request=service_request, **fields)


def make_user(email: str = "", **fields: Any) -> User:
    """An account that can sign in with the password `correct horse`."""
    return User.objects.create_user(email or f"person{next(_numbers)}@example.org", "correct horse", **fields)
