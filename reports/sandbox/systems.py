"""The table of fake systems: each family's cities, and the class that answers for them."""

from typing import Final

from reports.sandbox import cities
from reports.sandbox.cities import City
from reports.sandbox.faults import Timing
from reports.sandbox.georeport_v2 import GeoReportV2
from reports.sandbox.state import Store
from reports.sandbox.system import System

FAMILIES: Final[tuple[tuple[type[System], tuple[City, ...]], ...]] = ((GeoReportV2, cities.CITIES),)
CITIES: Final = tuple(city for _system, family in FAMILIES for city in family)


def open_systems(store: Store, timing: Timing) -> list[System]:
    """One system for each city."""
    return [system(city, store, timing) for system, family in FAMILIES for city in family]
