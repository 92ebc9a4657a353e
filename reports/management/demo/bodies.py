"""The demo's bodies: real areas, invented telephone manners, and the fake city behind each."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reports.geo import boundaries
from reports.models import Endpoint, Environment, Jurisdiction

BOUNDARIES = Path(boundaries.__file__).parent / "data" / "demo-boundaries.geojson"
SOURCE = "US Census Bureau, TIGER 2019 places and cartographic counties (public domain)"
CENTRAL, EASTERN = "America/Chicago", "America/Indiana/Indianapolis"


@dataclass(frozen=True, slots=True)
class Body:
    """One jurisdiction of the demo. `area` is its name in the boundary file, `kind` tells a city from its county."""

    slug: str
    name: str
    area: tuple[str, str]
    phone: str
    website: str
    jurisdiction_id: str
    path: str
    api_key: str
    time_zone: str = CENTRAL
    options: tuple[tuple[str, Any], ...] = ()


BODIES = (
    Body("chicago", "City of Chicago", ("Chicago", "place"), "312-744-5000", "https://311.chicago.gov/",
         "cityofchicago.org", "chicago/open311/", "sandbox-key",
         options=(("token_list", True), ("extensions", True), ("page_parameter", "page"), ("omit_timezone", True),
                  ("required", ["address_string"]), ("private_attributes", ["A511OPTN"]))),
    Body("cook-county", "Cook County", ("Cook", "county"), "312-603-6400", "https://www.cookcountyil.gov/",
         "cookcountyil.gov", "cook/open311/", "sandbox-key"),
    Body("evanston", "City of Evanston", ("Evanston", "place"), "847-448-4311",
         "https://www.cityofevanston.org/", "cityofevanston.org", "evanston/open311/", "sandbox-key",
         options=(("formats", ["json"]),)),
    Body("oak-park", "Village of Oak Park", ("Oak Park", "place"), "708-383-6400", "https://www.oak-park.us/",
         "oak-park.us", "oak-park/open311/", "sandbox-key",
         options=(("formats", ["xml"]),)),
    Body("bloomington", "City of Bloomington", ("Bloomington", "place"), "812-349-3400",
         "https://bloomington.in.gov/", "bloomington.in.gov", "bloomington/crm/open311/", "sandbox-key", EASTERN,
         options=(("formats", ["json"]), ("send_jurisdiction_id", False), ("id_list", False))),
)  # fmt: skip


def seed(sandbox_url: str) -> list[Endpoint]:
    """Write the bodies and their endpoints; run again, it only corrects addresses. Returns the endpoints."""
    shapes = {
        (feature["properties"]["name"], feature["properties"].get("kind")): feature["geometry"]
        for feature in json.loads(BOUNDARIES.read_text())["features"]
    }
    return [_seed(body, shapes[body.area], sandbox_url.rstrip("/")) for body in BODIES]


def _seed(body: Body, shape: dict[str, Any], sandbox_url: str) -> Endpoint:
    jurisdiction = Jurisdiction.objects.filter(slug=body.slug).first() or Jurisdiction(slug=body.slug)
    if not jurisdiction.boundary:
        boundaries.set_boundary(jurisdiction, shape, source=SOURCE)
    jurisdiction.name = body.name
    jurisdiction.phone = body.phone
    jurisdiction.website = body.website
    jurisdiction.jurisdiction_id = body.jurisdiction_id
    jurisdiction.time_zone = body.time_zone
    jurisdiction.full_clean()
    jurisdiction.save()
    endpoint = jurisdiction.endpoints.first() or Endpoint(jurisdiction=jurisdiction, active=True)
    endpoint.dialect = "georeport_v2"
    endpoint.environment = Environment.TEST
    endpoint.label = "Sandbox"
    endpoint.base_url = f"{sandbox_url}/{body.path}v2/"
    endpoint.discovery_url = f"{sandbox_url}/{body.path}discovery.xml"
    endpoint.options = dict(body.options)
    if not endpoint.api_key_encrypted:
        endpoint.api_key = body.api_key
    endpoint.full_clean()
    endpoint.save()
    return endpoint
