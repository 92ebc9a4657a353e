"""Bodies with their real outlines, and where in them people report: a few large, many small, hot spots in all.

The bodies of the demo, which the project carries; or all of the Census Bureau's places and counties, from the folder
that CENSUS_DATA names (us-places.geojson.gz and us-counties.geojson.gz), and then there are more.
"""

import gzip
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from django.utils.text import slugify

from reports.geo.boundaries import BoundaryError, clean
from reports.models import Endpoint, Jurisdiction, Service
from tests.benchmarks.vocabulary import SERVICES

ROOT: Final = Path(__file__).parents[2]
CENSUS: Final = os.environ.get("CENSUS_DATA")
CARRIED: Final = ROOT / "reports" / "geo" / "data" / "demo-boundaries.geojson"
BODIES: Final = 300
LARGEST: Final = (  # in the order of how many live there
    ("New York", "NY"), ("Los Angeles", "CA"), ("Chicago", "IL"), ("Houston", "TX"), ("Phoenix", "AZ"),
    ("Philadelphia", "PA"), ("San Antonio", "TX"), ("San Diego", "CA"), ("Dallas", "TX"), ("Austin", "TX"),
    ("San Jose", "CA"), ("Columbus", "OH"), ("San Francisco", "CA"), ("Denver", "CO"), ("Boston", "MA"),
    ("Seattle", "WA"), ("Washington", "DC"), ("Baltimore", "MD"), ("Miami", "FL"), ("Minneapolis", "MN"),
    ("New Haven", "CT"), ("Cambridge", "MA"), ("Miami Beach", "FL"), ("Evanston", "IL"), ("Oak Park", "IL"),
)  # fmt: skip
FALL: Final = 0.9  # the nth body has a share of 1 / n ** FALL
FAR_OFF: Final = ("02", "15", "72")  # the Census Bureau's numbers of Alaska, Hawaii, Puerto Rico
ZONES: Final = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles")
Floats = npt.NDArray[np.float64]
Draw = np.random.Generator


@dataclass(frozen=True, slots=True)
class Place:
    """A body, how much of all is reported there, and the spots where it happens again and again."""

    body: Jurisdiction
    endpoint: Endpoint
    services: list[Service]
    shape: Any
    share: float
    spots: Floats  # rows of long, lat

    def points(self, count: int, draw: Draw) -> Floats:
        """Rows of long, lat inside of the outline: round the spots, some far off, every twentieth exactly on one."""
        weights = fall(len(self.spots))
        spots = self.spots[draw.choice(len(self.spots), count, p=weights)]
        away = draw.standard_normal((count, 2)) * draw.choice([0.0005, 0.003, 0.02], (count, 1), p=[0.5, 0.35, 0.15])
        away[draw.random(count) < 0.05] = 0
        found = spots + away
        outside = ~shapely.contains_xy(self.shape, found[:, 0], found[:, 1])
        found[outside] = spots[outside] + away[outside] / 20
        outside = ~shapely.contains_xy(self.shape, found[:, 0], found[:, 1])
        found[outside] = spots[outside]
        return np.round(found, 6)


def fall(count: int, power: float = FALL) -> Floats:
    """Shares that fall as in Zipf's law, together 1."""
    shares = 1 / np.arange(1, count + 1) ** power
    found: Floats = shares / shares.sum()
    return found


def store(draw: Draw, most: int = BODIES) -> list[Place]:
    """Save the bodies, each with a system and its services; the one where most is reported comes first."""
    found = []
    for feature in _chosen(draw, most):
        properties = feature["properties"]
        slug = slugify(f"{properties['name']} {properties.get('state', '')}")
        try:
            boundary = clean(feature["geometry"])
        except BoundaryError:
            continue
        shape = shapely.from_geojson(json.dumps(boundary.multipolygon))
        body = Jurisdiction(
            name=properties["name"], slug=slug, boundary=boundary.multipolygon, area=boundary.area,
            time_zone=ZONES[min(max(int((-shape.centroid.x - 67) // 14), 0), 3)],
        )  # fmt: skip
        found.append((body, shape))
    Jurisdiction.objects.bulk_create(body for body, _shape in found)
    shares = fall(len(found))
    return [
        _place(number, body, shape, share, draw)
        for number, ((body, shape), share) in enumerate(zip(found, shares, strict=True))
    ]


def _place(number: int, body: Jurisdiction, shape: Any, share: float, draw: Draw) -> Place:
    endpoint = Endpoint.objects.create(
        jurisdiction=body, dialect="georeport_v2", base_url=f"https://open311.example.org/{number}/v2/", active=True
    )
    names = [(group, names[at]) for at in range(5) for group, names in SERVICES.items()]  # the most used first
    some = names if number < 40 else [names[at] for at in sorted(draw.choice(len(names), 18, replace=False))]
    services = Service.objects.bulk_create(
        Service(endpoint=endpoint, service_code=f"{code:03d}", service_name=name, group=group)
        for code, (group, name) in enumerate(some)
    )
    west, south, east, north = shape.bounds
    count = max(8, int(2000 * share**0.5))
    tried = draw.uniform((west, south), (east, north), (count * 12, 2))
    inside = tried[shapely.contains_xy(shape, tried[:, 0], tried[:, 1])][:count]
    if not len(inside):
        point = shape.representative_point()
        inside = np.array([(point.x, point.y)])
    shapely.prepare(shape)
    return Place(body, endpoint, services, shape, float(share), inside)


def _chosen(draw: Draw, most: int) -> list[Any]:
    counted = census()
    if not counted:
        features: list[Any] = json.loads(CARRIED.read_text(encoding="utf-8"))["features"]
        return _each_once(features)[:most]
    features = _each_once(counted)
    ranks = {each: rank for rank, each in enumerate(LARGEST)}
    named = sorted((row for row in features if _name(row) in ranks), key=lambda row: ranks[_name(row)])
    rest = [row for row in features if _name(row) not in ranks and row["properties"]["geoid"][:2] not in FAR_OFF]
    others = sorted(draw.choice(len(rest), most - len(named), replace=False).tolist())
    return named + [rest[at] for at in others]


def census() -> list[Any]:
    """All places and counties of the Census Bureau; none where CENSUS_DATA names no folder."""
    features: list[Any] = []
    for name in ("us-places.geojson.gz", "us-counties.geojson.gz") if CENSUS else ():
        with gzip.open(Path(CENSUS) / name, "rt", encoding="utf-8") as file:
            features += json.load(file)["features"]
    return features


def _name(feature: Any) -> tuple[str, str]:
    return feature["properties"]["name"], feature["properties"].get("state", "")


def _each_once(features: list[Any]) -> list[Any]:
    return list({slugify(" ".join(_name(row))): row for row in reversed(features)}.values())[::-1]
