"""A filing to the form of GeoReport v2's POST service request."""

import re
from collections.abc import Collection
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import Final

from reports.dialects.errors import BadRequest
from reports.dialects.georeport_v2.options import ACCOUNT_ID, Options
from reports.dialects.messages import Answer, Datatype, Filing, Photo
from reports.http import Upload

Field = tuple[str, str]
_NEEDED: Final = {
    "lat_long": "This body needs the exact place on the map.",
    "address_string": "This body needs an address or a description of the place.",
    "email": "This body needs an e-mail address.",
    "phone": "This body needs a phone number.",
    "first_name": "This body needs a first name.",
    "last_name": "This body needs a last name.",
    "description": "This body needs a description.",
    "media_url": "This body needs a photo.",
}


def check_filing(filing: Filing, options: Options) -> None:
    """Raise `BadRequest`, before anything is sent, where the city is known to refuse the filing as it stands."""
    problems = missing(filing, options.required)
    if not (_has_point(filing) or filing.address_string or filing.address_id):
        problems.append("A place is needed: a point, an address or an address id.")
    if (filing.lat is None) != (filing.long is None):
        problems.append("Latitude and longitude are needed both, or neither.")
    length = len(filing.description)
    if length < options.description_min:
        problems.append(f"The description needs at least {options.description_min} characters; it has {length}.")
    if length > options.description_max:
        problems.append(f"The description may have {options.description_max} characters at most; it has {length}.")
    if problems:
        raise BadRequest(" ".join(problems), operation="post_service_request", messages=tuple(problems))


def missing(filing: Filing, required: Collection[str]) -> list[str]:
    """A sentence for each of the required things that the filing lacks, in a fixed order."""
    here = {name: bool(getattr(filing, name, "")) for name in _NEEDED}
    here |= {"lat_long": _has_point(filing), "media_url": bool(filing.media_urls)}
    return [sentence for name, sentence in _NEEDED.items() if name in required and not here[name]]


def _has_point(filing: Filing) -> bool:
    return filing.lat is not None and filing.long is not None


def write_filing(filing: Filing, options: Options) -> list[Field]:
    """The form's fields in their fixed order, without the key and the jurisdiction. What is empty is not sent: several
    servers take a present but empty argument for a wrong one."""
    ours = reference_attribute(options)
    account_id = filing.reference if options.reference_in == ACCOUNT_ID else filing.account_id
    fields = [
        ("service_code", filing.service_code),
        ("lat", degrees(filing.lat)),
        ("long", degrees(filing.long)),
        ("address_string", filing.address_string),
        ("address_id", filing.address_id),
        *(field for answer in filing.answers if answer.code != ours for field in _attribute(answer, options)),
        (f"attribute[{ours}]", filing.reference if ours else ""),
        ("email", filing.email),
        ("device_id", filing.device_id),
        ("account_id", account_id),
        ("first_name", filing.first_name),
        ("last_name", filing.last_name),
        ("phone", filing.phone),
        ("description", filing.description),
        ("media_url", next(iter(filing.media_urls), "")),  # the standard has one address and no upload
    ]
    return [(name, value) for name, value in fields if value.strip()]


def reference_attribute(options: Options) -> str:
    """The code of the attribute that holds our reference; empty where it stands elsewhere."""
    found = re.fullmatch(r"attribute\[(.+)\]", options.reference_in)
    return found.group(1) if found else ""


def upload(field: str, photo: Photo) -> Upload:
    """A photo as a file of a multipart form."""
    return Upload(field, photo.filename, photo.content, photo.content_type)


def _attribute(answer: Answer, options: Options) -> list[Field]:
    if answer.datatype is not Datatype.MULTIVALUELIST:
        return [(f"attribute[{answer.code}]", value) for value in answer.values[:1]]
    name = f"attribute[{answer.code}]" + ("[]" if options.multivalue == "brackets" else "")
    return [(name, value) for value in answer.values]


def degrees(value: float | None) -> str:
    """Every digit there is and never an exponent, which 0.00001 would have in Python."""
    return "" if value is None else format(Decimal(repr(float(value))), "f")


def write_moment(moment: datetime, options: Options, zone: tzinfo) -> str:
    """A date for a query, in whole seconds: Chicago answers fractions with HTTP 500, and reads query dates as local
    time whatever zone they name, for which there is the option `omit_timezone`."""
    whole = moment.replace(microsecond=0)
    if options.zone_correction == "local_labelled_utc":  # its windows follow its dates
        return whole.astimezone(zone).strftime("%Y-%m-%dT%H:%M:%SZ")
    if options.omit_timezone:
        return whole.astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S")
    return whole.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
