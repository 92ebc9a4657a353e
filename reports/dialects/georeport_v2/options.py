"""What an endpoint that speaks GeoReport v2 may set where it departs from the standard a little."""

import re
from dataclasses import dataclass
from typing import Any, Final

from reports.dialects.options import (
    Check,
    box,
    flag,
    header_lines,
    list_of,
    one_of,
    option,
    parameter_name,
    texts,
    whole_number,
)

REQUIRABLE = ("lat_long", "address_string", "email", "phone", "first_name", "last_name", "description", "media_url")
ACCOUNT_ID: Final = "account_id"


def _reference_place(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"description|account_id|attribute\[[^\[\]\s]{1,100}\]", value):
        raise ValueError("description, account_id, or attribute[CODE] with the code of one of the city's attributes")
    return value


@dataclass(frozen=True, slots=True)
class Options:
    """Every field has the standard's own behaviour as its default. README.md of the dialects gives the evidence."""

    formats: tuple[str, ...] = option(
        ("xml", "json"),
        list_of("xml", "json", empty=False),
        "Formats in order of preference. A filing uses the first; a look-up that fails tries the next.",
    )
    send_jurisdiction_id: bool = option(True, flag, "Send jurisdiction_id where the endpoint has one.")
    key_on_reads: bool = option(False, flag, "Send the API key when reading too, not only when filing.")
    key_in: str = option(
        "parameter",
        one_of("parameter", "bearer", "query"),
        "Where the API key goes: api_key in the query or form, an Authorization: Bearer header, or api_key in the "
        "query even of a filing.",
    )
    token_list: bool = option(False, flag, "Tokens may be asked for several at a time, with commas.")
    id_list: bool = option(True, flag, "Requests may be asked for several at a time, with commas.")
    id_batch: int = option(50, whole_number(1, 200), "How many requests to ask for at a time.")
    single_calls: int = option(
        200, whole_number(1, 200), "Most requests to ask for one by one in a round; the rest is asked for another time."
    )
    page_parameter: str = option("", parameter_name, "Name of the parameter that numbers pages; empty: no paging.")
    page_counts: str = option(
        "pages", one_of("pages", "rows"), "What that parameter counts: pages, or the rows that are passed over."
    )
    page_size_parameters: tuple[str, ...] = option(
        (),
        list_of("page_size", "per_page", "limit", "rows", "size", "max_requests"),
        "Names of the parameters that set the size of a page; several may be sent together.",
    )
    page_size: int = option(100, whole_number(1, 1000), "Rows to ask for in one page.")
    first_page: int = option(1, whole_number(0, 1), "Number of the first page.")
    max_calls: int = option(20, whole_number(1, 200), "Most calls for one list; what is left over is truncated.")
    max_rows: int = option(1000, whole_number(10, 10000), "Rows at which a city without paging cuts a list off.")
    max_window_days: int = option(90, whole_number(1, 366), "Longest span of time that one call may ask for.")
    updated_filter: bool = option(False, flag, "The city understands updated_after and updated_before.")
    follow_by_window: bool = option(False, flag, "Ask what changed in a span of time; ask by number only rarely.")
    ignored_filters: tuple[str, ...] = option(
        (),
        list_of("status", "service_code", "service_code_list"),
        "Filters of lists that this city ignores: they are not sent, and applied here.",
    )
    list_is_whole: bool = option(
        True, flag, "The city's list holds every request of the time asked for. False where some are missing."
    )
    omit_timezone: bool = option(False, flag, "Write dates in queries as local time without a zone.")
    extensions: bool = option(False, flag, "Ask for extensions=true (notes and photos) when reading requests.")
    lists_at_once: bool = option(
        True,
        flag,
        "A filing is in the city's list as soon as it was taken. False where it is moderated or imported first.",
    )
    reference_in: str = option(
        "description",
        Check("text", _reference_place),
        "Where our reference stands in a filing, by which it is found again: description, account_id, or "
        "attribute[CODE]. Only what the city's lists show again is of use.",
    )
    multivalue: str = option(
        "brackets",
        one_of("brackets", "repeated"),
        "How several answers are written: attribute[CODE][]=a&attribute[CODE][]=b, or attribute[CODE] repeated.",
    )
    required: tuple[str, ...] = option(
        (), list_of(*REQUIRABLE), "What this city refuses a filing without, beyond the standard."
    )
    private_attributes: tuple[str, ...] = option(
        (), texts, "Codes of attributes whose answers are never shown in public, such as a telephone number."
    )
    description_min: int = option(0, whole_number(0, 1000), "Shortest description that the city takes, in characters.")
    description_max: int = option(
        4000, whole_number(1, 20000), "Longest description that the city takes, in characters."
    )
    zone_correction: str = option(
        "none",
        one_of("none", "local_labelled_utc", "local_minus_offset_twice"),
        "Dates that the city labels as UTC and that are not: local_labelled_utc are in its own time, and asked for so; "
        "local_minus_offset_twice are UTC with its offset taken off once more (Zaragoza).",
    )
    bbox: tuple[float, ...] = option(
        (),
        box,
        "The area in which places have to be: west, south, east, north in degrees. Elsewhere they are taken for "
        "unknown, or for swapped where that puts them inside.",
    )
    filler_addresses: tuple[str, ...] = option(
        (), texts, "Addresses that the city writes where it knows none, such as that of its town hall."
    )
    ids_only: bool = option(False, flag, "Leave rows out until they have an id; a token alone is not enough.")
    token_filter: bool = option(False, flag, "Requests may be asked for by token= as well, several at a time.")
    search_parameter: str = option(
        "", parameter_name, "Name of the parameter that searches requests by text; empty: there is none."
    )
    split_failing_windows: bool = option(
        False, flag, "One bad row makes a list fail: ask in halves, and leave out the part that stays broken."
    )
    accept_encoding_identity: bool = option(
        False, flag, "Ask for answers that are not compressed, because this city's compressed ones are broken."
    )
    headers: tuple[tuple[str, str], ...] = option((), header_lines, "Extra HTTP headers of every call.")
