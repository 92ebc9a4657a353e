"""The fake cities: how each one departs from plain GeoReport v2, and the services it offers (data/<key>.json)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Any, Literal
from zoneinfo import ZoneInfo

SHARED_KEY = "sandbox-key"  # every city takes it, beside its own

_PLAIN_FIELDS = frozenset(
    {
        "service_code", "service_name", "description", "group", "keywords", "kind", "type", "attributes",
        "service_notice",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Service:
    """One row of `services`. `definition` holds the attributes in the order in which the city lists them."""

    code: str
    name: str
    description: str
    group: str
    keywords: str
    metadata: bool
    kind: str
    type: str
    definition: tuple[dict[str, Any], ...] = ()
    notice: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)  # what only some families know of: active, groups, names


@dataclass(frozen=True)
class City:
    """A fake city. `base` is its path without outer slashes, `speaks` the dialect's key on the client side.

    What follows `speaks` is about GeoReport v2 servers (DIALECTS sections 1, 4 and 9); other families read what fits.
    """

    key: str
    name: str
    base: str
    jurisdiction_id: str
    speaks: str = "georeport_v2"
    time_zone: str = "America/Chicago"
    # "required": 400 without it; "checked": optional, but 404 when wrong; "ignored"
    jurisdiction: Literal["required", "checked", "ignored"] = "checked"
    formats: tuple[str, ...] = ("xml", "json")
    type: Literal["realtime", "batch", "blackbox"] = "realtime"
    # {serial}, {year} (two digits), {code} (20 letters and digits that tell nothing)
    id_form: str = "{serial}"
    uuid_tokens: bool = False  # else 24 hexadecimal digits
    first_serial: int = 0
    number_ids: bool = False
    api_keys: tuple[str, ...] = ()
    takes_bearer: bool = False
    # a comma list at tokens/, and a token in place of an id at requests/
    token_lists: bool = False
    token_as_id: bool = False
    needs_address: bool = False
    description_lengths: tuple[int, int] = (0, 4000)  # characters, least and most (GeoReport v2, POST service request)
    post_status: int = 201
    post_gives_row: bool = False
    page_size: int = 0  # default rows of a page; 0: no paging, the first 1000
    max_page_size: int = 1000
    page_size_names: tuple[str, ...] = ("page_size",)
    anonymous_limit: int = 0  # calls a minute without a key; 0: as many as one likes
    id_lists: bool = True
    ignores_status: bool = False
    # what stands where a field is empty: nothing at all, null, or null here and "" there
    empty: Literal["omit", "null", "mixed"] = "null"
    capitals: bool = False  # addresses come back in capitals
    extensions: bool = False  # answers extensions=true with notes and extended attributes
    # a date with a fraction of a second breaks the server; one without a zone is read as local time
    breaks_on_fractions: bool = False
    reads_local_dates: bool = False
    contact: str = ""
    services_file: str = ""
    changeset: str = "2026-02-02T09:00:00-06:00"
    environments: tuple[tuple[str, str], ...] = field(default_factory=tuple)  # (type, base) besides this one

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def services(self) -> dict[str, Service]:
        return _services(self.services_file or self.key, self.type, self.empty)

    def accepts_key(self, api_key: str) -> bool:
        return api_key in (SHARED_KEY, *self.api_keys)


_CHICAGO = City(
    key="chicago",
    name="City of Chicago",
    base="chicago/open311/v2",
    jurisdiction_id="cityofchicago.org",
    speaks="chicago",
    type="batch",
    id_form="{year:02d}-{serial:08d}",
    first_serial=1_100_000,
    api_keys=("chicago-live-key",),
    takes_bearer=True,
    token_lists=True,
    token_as_id=True,
    needs_address=True,
    page_size=50,
    max_page_size=500,
    empty="omit",
    capitals=True,
    extensions=True,
    breaks_on_fractions=True,
    reads_local_dates=True,
    contact="Chicago 311, 2111 W Lexington St. Dial 311 inside the city, 312-744-5000 outside.",
    services_file="chicago",
    environments=(("test", "chicago-test/open311/v2"),),
)

CITIES = (
    _CHICAGO,
    replace(
        _CHICAGO,
        key="chicago-test",
        name="City of Chicago (test system)",
        base="chicago-test/open311/v2",
        api_keys=("chicago-test-key",),
        environments=(),
    ),
    City(
        key="cook",
        name="Cook County",
        base="cook/open311/v2",
        jurisdiction_id="cookcountyil.gov",
        jurisdiction="required",
        type="blackbox",
        id_form="CC{serial:06d}",
        first_serial=48_200,
        api_keys=("cook-key",),
        contact="Cook County, 118 N Clark St, Chicago. 312-603-6400.",
    ),
    City(
        key="evanston",
        name="City of Evanston",
        base="evanston/open311/v2",
        jurisdiction_id="cityofevanston.org",
        formats=("json",),
        id_form="EVN-{serial:06d}",
        first_serial=210_400,
        api_keys=("evanston-key",),
        contact="Evanston 311. Dial 3-1-1 in Evanston or 847-448-4311, text 847-448-4311.",
    ),
    City(
        key="oak-park",
        name="Village of Oak Park",
        base="oak-park/open311/v2",
        jurisdiction_id="oak-park.us",
        jurisdiction="required",
        formats=("xml",),
        id_form="{year:02d}{serial:05d}",
        first_serial=3_900,
        api_keys=("oak-park-key",),
        contact="Village of Oak Park, 123 Madison St. 708-383-6400.",
    ),
)


@cache
def _services(name: str, city_type: str, empty: str) -> dict[str, Service]:
    text = files("reports.sandbox").joinpath(f"data/{name}.json").read_text(encoding="utf-8")
    services = (_service(row, city_type, keep_empty=empty != "omit") for row in json.loads(text))
    return {service.code: service for service in services}


def _service(row: dict[str, Any], city_type: str, *, keep_empty: bool) -> Service:
    attributes = tuple(_attribute(attribute, keep_empty=keep_empty) for attribute in row.get("attributes", ()))
    return Service(
        code=row["service_code"],
        name=row["service_name"],
        description=row["description"],
        group=row["group"],
        keywords=row.get("keywords", ""),
        metadata=bool(attributes),
        kind=row["kind"],
        type=row.get("type", city_type),
        definition=attributes,
        notice=row.get("service_notice", ""),
        more={name: value for name, value in row.items() if name not in _PLAIN_FIELDS},
    )


def _attribute(row: dict[str, Any], *, keep_empty: bool) -> dict[str, Any]:
    """An attribute in the standard's field order. Spot servers leave out what is not set (DIALECTS 4.3)."""
    attribute: dict[str, Any] = {
        "variable": row.get("variable", True),
        "code": row["code"],
        "datatype": row["datatype"],
        "required": row.get("required", False),
        "datatype_description": row.get("datatype_description"),
        "order": row["order"],
        "description": row["description"],
        "values": [{"key": key, "name": name} for key, name in row.get("values", ())],
    }
    if not keep_empty:
        attribute = {name: value for name, value in attribute.items() if value not in (None, [])}
    if "more_values" in row:  # Boston's Salesforce: choices only after certain answers (DIALECTS 5)
        attribute["values"] += [
            {"dependentOn": each["dependentOn"], "values": [{"key": key, "name": name} for key, name in each["values"]]}
            for each in row["more_values"]
        ]
    if "dependencies" in row:  # and whole questions
        attribute["dependencies"] = row["dependencies"]
    if "automated" in row:  # mySociety's extension: the sender fills it, the resident is not asked (DIALECTS 18)
        attribute["automated"] = row["automated"]
    return attribute
