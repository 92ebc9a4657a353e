"""What an endpoint that speaks SeeClickFix API 0.1 may set."""

import re
from dataclasses import dataclass
from typing import Any

from reports.dialects.options import box, flag, header_lines, list_of, option, whole_number


def _languages(value: Any) -> tuple[str, ...]:
    good = isinstance(value, list | tuple) and all(
        isinstance(each, str) and re.fullmatch(r"[a-z]{2}", each) for each in value
    )
    if not good or len(set(value)) != len(value):
        raise ValueError("a list of languages of two letters, each once")
    return tuple(value)


def _address(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[^@\s<>]{1,64}@[^@\s<>]{1,190}|", value):
        raise ValueError("an e-mail address, or empty")
    return value


@dataclass(frozen=True, slots=True)
class Options:
    """README.md of the dialects gives the evidence."""

    formats: tuple[str, ...] = option(
        ("json", "xml"),
        list_of("json", "xml", empty=False),
        "Formats in order of preference. A filing uses the first; a look-up that fails tries the next.",
    )
    locale_hosts: bool = option(
        False, flag, "File in the report's language, at the host that has the language before its name (es.)."
    )
    locales: tuple[str, ...] = option(("es",), _languages, "The languages that have a host of their own.")
    comment_email: str = option(
        "", _address, "The e-mail address under which comments are made where their writer gave none to pass on."
    )
    bbox: tuple[float, ...] = option(
        (),
        box,
        "The area whose requests are listed, and outside of which no row of a list is believed: west, south, east, "
        "north in degrees.",
    )
    follow_by_window: bool = option(
        True, flag, "Ask for all that changed since the last time in the area (bbox); by number only rarely."
    )
    page_size: int = option(100, whole_number(1, 1000), "Rows to ask for in one page.")
    max_calls: int = option(20, whole_number(1, 200), "Most calls for one list; what is left over is truncated.")
    lists_at_once: bool = option(
        False, flag, "A filing is in the list as soon as it was taken. Off because some are taken for spam at first."
    )
    description_max: int = option(
        4000, whole_number(1, 20000), "Longest description that the site sends, in characters."
    )
    headers: tuple[tuple[str, str], ...] = option((), header_lines, "Extra HTTP headers of every call.")
