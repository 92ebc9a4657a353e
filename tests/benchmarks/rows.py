"""Open requests by the thousand: at a fake city, and as our rows of them."""

import hashlib
from datetime import datetime, timedelta
from pathlib import Path

from reports import clock
from reports.models import Endpoint, PublicStatus, Service, ServiceRequest, Submission, SubmissionState
from reports.sandbox import Sandbox, make_app
from reports.sandbox.state import StoredRequest
from tests.cities import PLACES, PLAIN

CITY = "evanston"
PACE = 3600 * 24 * 365.0  # seconds from filing to close, so that all of them stay open


def write_city(path: Path, count: int) -> list[str]:
    """A state file of the sandbox in which a city holds so many open requests; returns their numbers."""
    sandbox = make_app(pace=PACE)
    city, now = sandbox.cities[CITY], sandbox.clock.now()
    code = next(each.code for each in city.services.values() if each.name == PLAIN[CITY])
    numbers = [city.id_form.format(serial=city.first_serial + each, year=26, code="x") for each in range(count)]
    sandbox.state.holdings[CITY].requests += [_stored(number, each, code, now) for each, number in enumerate(numbers)]
    sandbox.state.path = path
    sandbox.state.save()
    return numbers


def _stored(number: str, serial: int, code: str, now: datetime) -> StoredRequest:
    lat, long = PLACES[CITY]
    return StoredRequest(
        serial=serial,
        service_request_id=number,
        token="",
        received_at=(now - timedelta(days=1, seconds=serial)).isoformat(),
        pace=PACE,
        plan="ordinary",
        token_delay=0.0,
        fingerprint=hashlib.blake2b(number.encode(), digest_size=8).hexdigest(),
        service_code=code,
        description=f"It has been so for a while ({serial}).",
        lat=lat,
        long=long,
        address_string=f"{serial} Main Street",
    )


def make_open(
    endpoint: Endpoint,
    numbers: list[str],
    due_at: datetime | None = None,
    state: SubmissionState = SubmissionState.DELIVERED,
) -> None:
    """Our rows of these, delivered a day ago unless another state is named, due now unless another time is given."""
    now = clock.now()
    service = Service.objects.filter(endpoint=endpoint).first()
    filed = now - timedelta(days=1)
    for start in range(0, len(numbers), 1000):
        part = numbers[start : start + 1000]
        requests = ServiceRequest.objects.bulk_create(
            ServiceRequest(
                jurisdiction=endpoint.jurisdiction,
                endpoint=endpoint,
                service=service,
                service_code=service.service_code if service else "1",
                service_name=service.service_name if service else "Graffiti",
                lat=42.0451,
                long=-87.6877,
                description="It has been so for a while.",
                status=PublicStatus.ACCEPTED,
                requested_datetime=filed,
                updated_datetime=filed,
            )
            for _number in part
        )
        Submission.objects.bulk_create(
            Submission(
                request=request,
                endpoint=endpoint,
                state=state,
                service_request_id=number,
                due_at=due_at or now,
                sent_at=filed,
                delivered_at=filed,
                posts=1,
            )
            for request, number in zip(requests, part, strict=True)
        )


def known_cities() -> Sandbox:
    """What the fake cities are called and where they stand, to make their rows from."""
    return make_app()
