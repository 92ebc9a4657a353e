"""What an endpoint that speaks SeeClickFix API v2 may set."""

import re
from dataclasses import dataclass
from typing import Any

from reports.dialects.options import box, flag, header_lines, one_of, option, whole_number


def _place_name(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9_.-]{1,100}|", value):
        raise ValueError("the url_name of a place, such as new-haven, or empty")
    return value


@dataclass(frozen=True, slots=True)
class Options:
    """README.md of the dialects gives the evidence."""

    auth: str = option(
        "bearer",
        one_of("bearer", "basic"),
        "What the key is: a personal or OAuth access token, or “user:password” for HTTP Basic, documented until 2024.",
    )
    key_on_reads: bool = option(False, flag, "Send the key when reading too, not only when writing.")
    anonymize_reporter: bool = option(
        True, flag, "Ask that the account that files is not named in public with the request."
    )
    place_url: str = option("", _place_name, "The url_name of the place whose requests are listed.")
    bbox: tuple[float, ...] = option(
        (),
        box,
        "The area whose requests are listed, and outside of which no row of a list is believed: west, south, east, "
        "north in degrees.",
    )
    details: bool = option(True, flag, "Ask for comments with each list of changes; pages are then of 20 rows.")
    follow_by_window: bool = option(
        True, flag, "Ask for all that changed since the last time in the area (bbox); by number only rarely."
    )
    page_size: int = option(100, whole_number(1, 100), "Rows to ask for in one page.")
    max_calls: int = option(10, whole_number(1, 200), "Most calls for one list; the limit is 20 calls a minute.")
    lists_at_once: bool = option(
        False,
        flag,
        "A filing is in the list as soon as it was taken. Off because SeeClickFix holds some for moderation.",
    )
    description_max: int = option(
        4000, whole_number(1, 20000), "Longest description that the site sends, in characters."
    )
    headers: tuple[tuple[str, str], ...] = option((), header_lines, "Extra HTTP headers of every call.")
