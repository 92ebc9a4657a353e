"""The sandbox's cities as rows, and reports filed to them the short way (the long way is `test_story.py`)."""

from datetime import timedelta
from typing import Any

from reports import clock, intake
from reports.delivery import catalogue, reconcile, refresh, submit, tokens
from reports.models import Draft, Endpoint, Service, ServiceRequest, Submission
from reports.sandbox import Sandbox
from tests.conftest import SANDBOX
from tests.factories import make_jurisdiction, square

PLACES = {
    "chicago": (41.8837, -87.6320),
    "cook": (41.8837, -87.6320),
    "evanston": (42.0451, -87.6877),
    "bloomington": (39.1653, -86.5264),
    "oak-park": (41.8885, -87.7987),
}
# A service without questions in each city.
PLAIN = {"chicago": "Tree Trim", "cook": "Forest preserve: tree down", "evanston": "Graffiti", "bloomington": "Others",
         "oak-park": "Graffiti"}  # fmt: skip

OPTIONS: dict[str, dict[str, Any]] = {
    "chicago": {"token_list": True, "extensions": True, "omit_timezone": True, "private_attributes": ["A511OPTN"]},
    "evanston": {"formats": ["json"]},
    "bloomington": {"formats": ["json"], "id_list": False},
    "oak-park": {"formats": ["xml"]},
}


def make_city(sandbox: Sandbox, key: str, *, at: str = SANDBOX, **fields: Any) -> Endpoint:
    """A body with the sandbox's city behind it, its services fetched; `at` is where the sandbox is reached."""
    city = sandbox.cities[key]
    lat, long = PLACES[key]
    jurisdiction = make_jurisdiction(
        city.name, slug=key, jurisdiction_id=city.jurisdiction_id, time_zone=city.time_zone, boundary=square(lat, long)
    )
    endpoint = Endpoint(
        jurisdiction=jurisdiction,
        dialect="georeport_v2",
        base_url=f"{at}/{city.base}/",
        active=True,
        options=OPTIONS.get(key, {}),
        **fields,
    )
    endpoint.api_key = "sandbox-key"
    endpoint.save()
    catalogue.sync_services(endpoint)
    return endpoint


def file_report(endpoint: Endpoint, description: str = "A deep hole.", **contact: Any) -> Submission:
    """File a report without questions at the city's middle; it waits in the outbox."""
    key = endpoint.jurisdiction.slug
    lat, long = PLACES[key]
    service = Service.objects.get(endpoint=endpoint, service_name=PLAIN[key])
    draft = Draft.objects.create(
        answers={
            "location": {
                "lat": lat,
                "long": long,
                "address_string": "1 Main Street",
                "place_meant": "point",
                "place_detail": "",
            },
            "service": {"service": service.pk, "definition_hash": service.definition_hash},
            "attributes": {"description": description, "attributes": []},
            "contact": contact,
        }
    )
    return intake.file_service_request(draft).submissions.get()


def pass_time(sandbox: Sandbox, endpoint: Endpoint, seconds: float) -> None:
    """Let both clocks go on by so many seconds, then do whatever is due at the endpoint."""
    sandbox.clock.advance(seconds)
    with clock.at(sandbox.clock.now() + timedelta(milliseconds=1)):
        do_what_is_due(endpoint)


def do_what_is_due(endpoint: Endpoint) -> None:
    """What the sweep would wake, here and now."""
    for submission in Submission.objects.filter(endpoint=endpoint, state__in=("pending", "retry")):
        submit.submit(submission.pk)
    reconcile.reconcile(endpoint)
    tokens.look_up_tokens(endpoint)
    refresh.refresh(endpoint)


def history(request: ServiceRequest) -> list[tuple[str, str]]:
    """The request's history as (status, the body's words)."""
    return [(update.status, update.status_notes) for update in request.status_updates.all()]
