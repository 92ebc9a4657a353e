"""The table of fake systems: the class that answers for a kind of city, and its cities."""

from typing import Final

from reports.sandbox import cities, georeport_v1, georeport_v2, mail, seeclickfix
from reports.sandbox.cities import City
from reports.sandbox.families import (
    citysdk,
    fixmystreet,
    klarschiff,
    libre311,
    mark_a_spot,
    philadelphia,
    spot,
    spot_boston,
    toronto,
    ureport,
    washington,
    zaragoza,
)
from reports.sandbox.faults import Timing
from reports.sandbox.state import Store
from reports.sandbox.system import System

FAMILIES: Final[tuple[tuple[type[System], tuple[City, ...]], ...]] = (
    (georeport_v2.GeoReportV2, cities.CITIES),
    (spot.Spot, spot.CITIES),
    (spot_boston.Boston, spot_boston.CITIES),
    (washington.Washington, washington.CITIES),
    (fixmystreet.FixMyStreetCouncil, fixmystreet.CITIES),
    (toronto.Toronto, toronto.CITIES),
    (ureport.UReport, ureport.CITIES),
    (mark_a_spot.MarkASpot, mark_a_spot.CITIES),
    (citysdk.CitySdk, citysdk.CITIES),
    (klarschiff.Klarschiff, klarschiff.CITIES),
    (libre311.Libre311, libre311.CITIES),
    (philadelphia.Philadelphia, philadelphia.CITIES),
    (zaragoza.Zaragoza, zaragoza.CITIES),
    (georeport_v1.GeoReportV1, georeport_v1.CITIES),
    (seeclickfix.open311.SeeClickFixOpen311, seeclickfix.open311.CITIES),
    (seeclickfix.v2.SeeClickFixV2, seeclickfix.v2.CITIES),
    (seeclickfix.organizations.SeeClickFixOrganizations, seeclickfix.organizations.CITIES),
    (seeclickfix.v01.SeeClickFixV01, seeclickfix.v01.CITIES),
    (mail.city.EmailCity, mail.city.CITIES),
)
CITIES: Final = tuple(city for _system, family in FAMILIES for city in family)


def open_systems(store: Store, timing: Timing) -> list[System]:
    """One system for each city."""
    return [system(city, store, timing) for system, family in FAMILIES for city in family]
