"""What an endpoint that speaks GeoReport v1 may set."""

from dataclasses import dataclass

from reports.dialects.feeds import feed_address
from reports.dialects.options import header_lines, list_of, option, whole_number

REQUIRABLE = ("lat_long", "address_string", "email", "phone", "first_name", "last_name", "description", "media_url")


@dataclass(frozen=True, slots=True)
class Options:
    """README.md of the dialects gives the evidence."""

    required: tuple[str, ...] = option((), list_of(*REQUIRABLE), "What this body refuses a filing without.")
    description_max: int = option(4000, whole_number(1, 4000), "Longest description in characters.")
    url_max: int = option(
        7500,
        whole_number(1000, 60000),
        "Longest address in characters: a filing is one address, and servers cut off or refuse long ones.",
    )
    feed_url: str = feed_address()
    headers: tuple[tuple[str, str], ...] = option((), header_lines, "Extra HTTP headers of every call.")
