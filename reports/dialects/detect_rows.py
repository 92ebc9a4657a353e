"""What the rows of an endpoint's lists say of its dialect: the tables behind `detect`."""

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from reports.dialects.formats.shapes import Row, rows

Trait = tuple[str, str, int]  # a dialect's key, the sign in words, and a confidence from 1 to 3
Rows = list[Row]
KLARSCHIFF_KEYWORDS: Final = frozenset({"problem", "idea", "tip", "idee", "tipp"})
_HEX: Final = re.compile(r"[0-9a-f]{24}")


def service_traits(data: Any, body: bytes = b"") -> list[Trait]:
    """What a service list says, from the parsed answer; `body` for what parsing drops. Empty where it is none."""
    found: list[Trait] = []
    if isinstance(data, dict) and isinstance(data.get("services"), list) and "requests" not in data:
        found.append(("fixmystreet", "The service list keeps its root in JSON.", 2))
    if re.search(rb"<services[^>]*\bis_array=", body[:500]):
        found.append(("mark_a_spot", "The service list is marked is_array.", 3))
    is_json = body.lstrip()[:1] in {b"[", b"{"}
    listed = rows(data, ("services",), ("service_code",)) or []
    return found + [trait for rule, trait in _SERVICES if listed and rule(listed, is_json)]


def _all(listed: Rows, test: Callable[[Row], bool]) -> bool:
    return all(test(row) for row in listed)


_ServiceRule = Callable[[Rows, bool], bool]
_SERVICES: Final[tuple[tuple[_ServiceRule, Trait], ...]] = (
    (
        lambda listed, is_json: is_json and _all(listed, lambda row: row.get("metadata") in ("false", "true")),
        ("mark_a_spot", "“metadata” is text.", 2),
    ),
    (
        lambda listed, _json: _all(listed, lambda row: "group_id" in row and isinstance(row.get("service_code"), int)),
        ("libre311", "Services have a group_id and numbers for codes.", 3),
    ),
    (
        lambda listed, _json: _all(listed, lambda row: str(row.get("keywords")).lower() in KLARSCHIFF_KEYWORDS),
        ("klarschiff", "Keywords are kinds of report: problem, idea or tip.", 3),
    ),
    (
        lambda listed, _json: _all(listed, lambda row: bool(row.get("module") and row.get("value"))),
        ("georeport_v2", "Services have a module and a value, as the Accela bridge's.", 2),
    ),
    (
        lambda listed, _json: _all(listed, lambda row: bool(_HEX.fullmatch(str(row.get("service_code"))))),
        ("spot", "Codes are 24 hexadecimal digits.", 2),
    ),
    (
        lambda listed, _json: _all(listed, lambda row: bool(_HEX.fullmatch(str(row.get("service_code"))))),
        ("ureport", "Codes are 24 hexadecimal digits, as in old releases.", 1),
    ),
    (
        lambda listed, _json: _all(listed, lambda row: row.get("service_code") == row.get("service_name")),
        ("fixmystreet", "Codes are the names of the services.", 2),
    ),
)


def request_traits(data: Any) -> list[Trait]:
    """What a list of requests says. Empty where it is none, or where it is as the standard has it."""
    found: list[Trait] = []
    if isinstance(data, dict):
        found += _request_object(data)
    listed = rows(data, ("service_requests", "requests"), ("service_request_id", "REQUESTID")) or []
    return found + _unique(trait for row in listed for rule, trait in _REQUESTS if rule(row))


def _request_object(data: Row) -> list[Trait]:
    if "totalCount" in data:
        return [("zaragoza", "An empty list is an object with totalCount.", 3)]
    if "issues" in data and "metadata" in data:
        return [("seeclickfix_v2", "Rows are issues beside metadata.", 3)]
    if "requests" in data and "meta" in data:
        return [("mark_a_spot", "The list stands beside “meta”.", 3)]
    if "service_requests" in data:
        sign = "The list keeps its root in JSON."
        return [("toronto", sign, 1), ("fixmystreet", sign, 1)]
    return []


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _titled(row: Row) -> bool:
    return "title" in row and "address_string" in row


_REQUESTS: Final[tuple[tuple[Callable[[Row], bool], Trait], ...]] = (
    (lambda row: "REQUESTID" in row, ("georeport_v2", "Rows are columns in capitals, as St. Louis's.", 3)),
    (lambda row: "adress_id" in row, ("klarschiff", "The address's id is spelt adress_id.", 3)),
    (lambda row: "zip_code" in row, ("citysdk", "The postal code is spelt zip_code.", 3)),
    (
        lambda row: _titled(row) and not _is_number(row.get("service_request_id")),
        ("mark_a_spot", "Rows have title and address_string.", 2),
    ),
    (
        lambda row: _titled(row) and _is_number(row.get("service_request_id")),
        ("zaragoza", "Rows have title and address_string, and numbers for ids.", 2),
    ),
    (
        lambda row: bool(row.get("token") and row.get("service_request_id")),
        ("spot", "Rows have a token beside their id.", 2),
    ),
    (
        lambda row: "requestor_name" in row or "agency_sent_datetime" in row,
        ("fixmystreet", "Rows name when the body was told.", 3),
    ),
    (lambda row: row.get("agency_responsible") == "311 Toronto", ("toronto", "Rows name 311 Toronto.", 3)),
    (
        lambda row: (
            _is_number(row.get("service_request_id"))
            and isinstance(row.get("lat"), str)
            and not {"adress_id", "jurisdiction_id"} & row.keys()
        ),
        ("seeclickfix_open311", "Ids are numbers and places are text.", 2),
    ),
)


def _unique(traits: Iterable[Trait]) -> list[Trait]:
    return list(dict.fromkeys(traits))
