"""The demo's bodies as rows: real areas where there are any, and the fake city behind each."""

import json
import math
from pathlib import Path
from typing import Any, Final

from reports.geo import boundaries
from reports.management.demo.body_table import BODIES, KEY, Body
from reports.models import Endpoint, Environment, HoldRule, Jurisdiction, Service

BOUNDARIES: Final = Path(boundaries.__file__).parent / "data" / "demo-boundaries.geojson"
LETTER_SERVICES: Final = Path(__file__).parent / "letter_services.json"
SOURCE: Final = "US Census Bureau, TIGER 2019 places and cartographic counties (public domain)"
CIRCLE: Final = "Not its real border: a circle around the town hall, because this demo has no outline of it"
CORNERS: Final = 48
HELD_WORD: Final = "SANDBOX-HELD"  # in a description it keeps the report from the public until a volunteer has looked
METRES_PER_DEGREE: Final = 111_195


def seed(sandbox_url: str) -> list[Endpoint]:
    """Write the bodies and their endpoints; run again, it only corrects addresses. Returns the endpoints in use."""
    shapes = {
        (feature["properties"]["name"], feature["properties"].get("kind")): feature["geometry"]
        for feature in json.loads(BOUNDARIES.read_text())["features"]
    }
    HoldRule.objects.get_or_create(pattern=HELD_WORD, defaults={"note": "To be tried in the demo."})
    return [_seed(body, shapes, sandbox_url.rstrip("/")) for body in BODIES]


def city_of(endpoint: Endpoint) -> str:
    """The fake city behind an endpoint, by its name in the sandbox."""
    return next(body.city for body in BODIES if body.slug == endpoint.jurisdiction.slug)


def _seed(body: Body, shapes: dict[tuple[str, Any], dict[str, Any]], sandbox_url: str) -> Endpoint:
    jurisdiction = Jurisdiction.objects.filter(slug=body.slug).first() or Jurisdiction(slug=body.slug)
    if not jurisdiction.boundary:
        shape, source = (shapes[body.area], SOURCE) if body.area else (_circle(body), CIRCLE)
        boundaries.set_boundary(jurisdiction, shape, source=source)
    jurisdiction.name = body.name
    jurisdiction.phone = body.phone
    jurisdiction.website = body.website
    jurisdiction.jurisdiction_id = body.jurisdiction_id
    jurisdiction.time_zone = body.time_zone
    jurisdiction.languages = list(body.languages)
    jurisdiction.full_clean()
    jurisdiction.save()
    if body.test_base:
        _endpoint(jurisdiction, body, Environment.TEST, sandbox_url, active=False)
    environment = Environment.LIVE if body.test_base else Environment.TEST
    endpoint = _endpoint(jurisdiction, body, environment, sandbox_url, active=True)
    if body.dialect == "email":
        _write_services(endpoint)
    return endpoint


def _endpoint(
    jurisdiction: Jurisdiction, body: Body, environment: Environment, sandbox_url: str, *, active: bool
) -> Endpoint:
    base = body.base if active else body.test_base
    known = jurisdiction.endpoints.filter(environment=environment).first()
    endpoint = known or Endpoint(jurisdiction=jurisdiction, environment=environment, active=active)
    endpoint.dialect = body.dialect
    endpoint.label = "Sandbox" if active else "Sandbox, test system"
    endpoint.base_url = base if base.startswith("mailto:") else f"{sandbox_url}/{base}"
    endpoint.discovery_url = f"{sandbox_url}/{body.discovery}" if body.discovery and active else ""
    endpoint.options = dict(body.options) | ({"feed_url": f"{sandbox_url}/{body.feed}"} if body.feed else {})
    endpoint.licence, endpoint.attribution = body.licence, body.attribution
    endpoint.mirror_requests = body.mirrored
    if not endpoint.api_key_encrypted and not base.startswith("mailto:"):
        endpoint.api_key = KEY
    endpoint.full_clean()
    endpoint.save()
    return endpoint


def _write_services(endpoint: Endpoint) -> None:
    """What volunteers would write: a body reached by mail lists no services."""
    for row in json.loads(LETTER_SERVICES.read_text()):
        facts = {name: value for name, value in row.items() if name != "service_code"}
        Service.objects.update_or_create(endpoint=endpoint, service_code=row["service_code"], defaults=facts)


def _circle(body: Body) -> dict[str, Any]:
    """A polygon of 48 corners, counter-clockwise as GeoJSON has it."""
    lat, long, metres = body.circle or (0.0, 0.0, 0.0)
    north, east = metres / METRES_PER_DEGREE, metres / METRES_PER_DEGREE / math.cos(math.radians(lat))
    turns = (math.tau * corner / CORNERS for corner in range(CORNERS))
    ring = [[round(long + east * math.cos(turn), 5), round(lat + north * math.sin(turn), 5)] for turn in turns]
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
