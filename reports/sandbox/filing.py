"""A POSTed service request as a GeoReport v2 city reads it, and what a real city would find wrong with it."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from reports.sandbox.cities import City, Service
from reports.sandbox.clock import parse_moment
from reports.sandbox.dependencies import applies, keys
from reports.sandbox.wire import Request

_ATTRIBUTE = re.compile(r"attribute\[([^\[\]]+)\](\[\])?")


@dataclass(frozen=True)
class Filing:
    """The fields of a POST as they came, stripped; `attributes` maps a code to its values, empty ones left out."""

    service_code: str
    description: str
    lat: str
    long: str
    address_string: str
    address_id: str
    attributes: dict[str, list[str]]
    email: str
    first_name: str
    last_name: str
    phone: str
    media_url: str
    account_id: str
    device_id: str

    @property
    def fingerprint(self) -> str:
        """The same for two POSTs of the same filing: service, words, place and answers."""
        parts = (
            self.service_code, self.description, self.lat, self.long, self.address_string,
            sorted(self.attributes.items()),
        )  # fmt: skip
        return blake2b(repr(parts).encode("utf-8", "replace"), digest_size=12).hexdigest()

    @property
    def point(self) -> tuple[float | None, float | None]:
        """lat, long in WGS84 degrees, or None twice. Only for a filing in which `problems` found nothing."""
        return (float(self.lat), float(self.long)) if self.lat else (None, None)


def read_filing(request: Request) -> Filing:
    named = {name: request.arg(name) for name in Filing.__dataclass_fields__ if name != "attributes"}
    attributes: dict[str, list[str]] = {}
    for field, values in request.form.items():
        match = _ATTRIBUTE.fullmatch(field)
        given = [value for value in values if value.strip()]
        if match and given:
            attributes.setdefault(match[1], []).extend(given)
    return Filing(attributes=attributes, **named)


def problems(city: City, service: Service, filing: Filing) -> list[str]:
    """What is wrong with the filing, one sentence each, the attribute's code first where one is meant."""
    found = list(_place_problems(city, filing))
    least, most = city.description_lengths
    if len(filing.description) > most:
        found.append(f"description is too long (maximum is {most} characters)")
    if len(filing.description) < least:
        found.append(f"description is too short (minimum is {least} characters)")
    if filing.media_url and not filing.media_url.startswith(("http://", "https://")):
        found.append("media_url is not a URL")
    for attribute in service.definition:
        if attribute["variable"]:
            found.extend(_attribute_problems(attribute, filing.attributes))
    return found


def refusal(service: Service) -> list[str]:
    """What SANDBOX-REFUSE says: it names an attribute where the service asks for one."""
    for attribute in service.definition:
        if attribute["variable"]:
            return [f"{attribute['code']} is not valid for this location", "The request was not accepted."]
    return ["This location is not maintained by the city. The request was not accepted."]


def _place_problems(city: City, filing: Filing) -> Iterator[str]:
    if bool(filing.lat) != bool(filing.long):
        yield "lat and long must both be given, or neither"
    elif filing.lat and not (_within(filing.lat, 90) and _within(filing.long, 180)):
        yield "lat or long is not a WGS84 coordinate"
    if city.needs_address:
        if not (filing.lat and filing.address_string):
            yield "location required: lat, long and address_string must all be given"
    elif not (filing.lat or filing.address_string or filing.address_id):
        yield "location required: give lat and long, address_string or address_id"


def _within(text: str, limit: float) -> bool:
    try:
        value = float(text)
    except ValueError:
        return False
    return math.isfinite(value) and abs(value) <= limit


def _attribute_problems(attribute: dict[str, Any], given: dict[str, list[str]]) -> Iterator[str]:
    code, datatype = attribute["code"], attribute["datatype"]
    values = given.get(code, [])
    if not applies(attribute, given):
        if values:
            yield f"{code} does not apply to these answers"
        return
    if not values:
        if attribute["required"]:
            yield f"{code} required"
        return
    if len(values) > 1 and datatype != "multivaluelist":
        yield f"{code} takes one value"
    for value in values:
        wrong = _value_problem(datatype, keys(attribute, given), value)
        if wrong:
            yield f"{code} {wrong}"


def _value_problem(datatype: str, offered: set[str], value: str) -> str:
    if datatype in ("singlevaluelist", "multivaluelist"):
        return "" if value in offered else f"is not included in the list: {value}"
    if datatype == "number":
        return "" if _within(value, math.inf) else "is not a number"
    if datatype == "datetime":
        try:
            parse_moment(value)
        except ValueError:
            return "is not an ISO 8601 date and time with a zone"
    if datatype == "string" and "\n" in value:
        return "must be one line"
    return ""
