"""A filing to the query of GeoReport v1's create_request."""

from reports.dialects.errors import BadRequest
from reports.dialects.georeport_v1.options import Options
from reports.dialects.georeport_v2.write import degrees, missing
from reports.dialects.messages import Filing


def check_filing(filing: Filing, options: Options) -> None:
    """Raise `BadRequest`, before anything is sent, for what the body is known to refuse."""
    problems = missing(filing, options.required)
    if (filing.lat is None or filing.long is None) and not filing.address_string:
        problems.append("A place is needed: a point or an address.")
    length = len(filing.description)
    if length > options.description_max:
        problems.append(f"The description may have {options.description_max} characters at most; it has {length}.")
    if problems:
        raise BadRequest(" ".join(problems), operation="post_service_request", messages=tuple(problems))


def write_filing(filing: Filing) -> list[tuple[str, str]]:
    """The arguments in the document's order and under its names, without the key and the city. What is empty is left
    out. v1 has no attributes and no address_id."""
    fields = [
        ("service_code", filing.service_code),
        ("lat", degrees(filing.lat)),
        ("lon", degrees(filing.long)),
        ("address_string", filing.address_string),
        ("customer_email", filing.email),
        ("device_id", filing.device_id),
        ("account_id", filing.account_id),
        ("first_name", filing.first_name),
        ("last_name", filing.last_name),
        ("phone_number", filing.phone),
        ("description", filing.description),
        ("media_url", next(iter(filing.media_urls), "")),
    ]
    return [(name, value) for name, value in fields if value.strip()]
