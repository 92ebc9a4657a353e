"""The table of dialects. The only place that names a concrete one; each is imported on first use."""

from importlib import import_module
from typing import Final

from reports.dialects.base import Connection, Dialect
from reports.dialects.errors import ConfigurationError

TABLE: Final[dict[str, tuple[str, str]]] = {
    "email": ("E-mail", "reports.dialects.email_letter.EmailLetter"),
    "georeport_v1": ("GeoReport v1", "reports.dialects.georeport_v1.GeoReportV1"),
    "georeport_v2": ("GeoReport v2", "reports.dialects.georeport_v2.GeoReportV2"),
    "washington_dc": ("Washington, DC", "reports.dialects.families.washington_dc.WashingtonDC"),
    "toronto": ("Toronto", "reports.dialects.families.toronto.Toronto"),
    "ureport": ("uReport (Bloomington, Peoria)", "reports.dialects.families.ureport.UReport"),
    "mark_a_spot": ("Mark-a-Spot (Cologne)", "reports.dialects.families.mark_a_spot.MarkASpot"),
    "citysdk": ("CitySDK (Helsinki, Tampere)", "reports.dialects.families.citysdk.CitySDK"),
    "klarschiff": ("Klarschiff (Rostock)", "reports.dialects.families.klarschiff.Klarschiff"),
    "fixmystreet": ("FixMyStreet's extension", "reports.dialects.families.fixmystreet.FixMyStreet"),
    "libre311": ("Libre311 (read only)", "reports.dialects.families.libre311.Libre311"),
    "philadelphia": ("Philadelphia", "reports.dialects.families.philadelphia.Philadelphia"),
    "zaragoza": ("Zaragoza (read only)", "reports.dialects.families.zaragoza.Zaragoza"),
    "seeclickfix_open311": ("SeeClickFix Open311", "reports.dialects.seeclickfix_open311.SeeClickFixOpen311"),
    "seeclickfix_v2": ("SeeClickFix API v2", "reports.dialects.seeclickfix_v2.SeeClickFixV2"),
    "seeclickfix_organizations": (
        "SeeClickFix APIv2 for organisations",
        "reports.dialects.seeclickfix_organizations.SeeClickFixOrganizations",
    ),
    "seeclickfix_v01": ("SeeClickFix API 0.1", "reports.dialects.seeclickfix_v01.SeeClickFixV01"),
    "chicago": ("Chicago", "reports.dialects.spot.Chicago"),
    "austin": ("Austin", "reports.dialects.spot.Austin"),
    "spot": ("Spot (Boston, San Francisco, San Diego and others)", "reports.dialects.spot.Spot"),
}


def choices() -> list[tuple[str, str]]:
    """Key and label of every dialect, for a form's select."""
    return [(key, label) for key, (label, _path) in TABLE.items()]


def name_of(key: str) -> str:
    """What residents call a dialect: its label without the cities that speak it. The key where there is no such one."""
    return TABLE[key][0].partition(" (")[0] if key in TABLE else key


def get(key: str) -> type[Dialect]:
    """The dialect's class; `ConfigurationError` for a key that is not in the table."""
    if key not in TABLE:
        raise ConfigurationError(f"There is no dialect “{key}”. There are: {', '.join(TABLE)}.")
    module, _, name = TABLE[key][1].rpartition(".")
    found: type[Dialect] = getattr(import_module(module), name)
    return found


def open_dialect(key: str, connection: Connection) -> Dialect:
    """A dialect ready to speak to one endpoint; `ConfigurationError` for an unknown key or a bad option."""
    return get(key)(connection)
