"""An endpoint's options as validated data: a frozen dataclass whose fields say what they accept.

A dialect declares its options with `option`, checks a volunteer's JSON with `problems` and reads it with `build`.
"""

import dataclasses
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from reports.dialects.errors import ConfigurationError

T = TypeVar("T")
Check = Callable[[Any], Any]  # the value as it will be used, or ValueError saying what is expected


def option(default: Any, check: Check, help_text: str) -> Any:
    """One field of an options dataclass: its default, its check, and a sentence for the person who sets it."""
    return dataclasses.field(default=default, metadata={"check": check, "help": help_text})


def problems(options: type[Any], given: Mapping[str, Any]) -> list[str]:
    """Say in plain sentences what is wrong with `given`; an empty list when nothing is."""
    return _read(options, given)[1]


def build(options: type[T], given: Mapping[str, Any]) -> T:
    """Read `given` into the dataclass; `ConfigurationError` with every problem named."""
    values, wrong = _read(options, given)
    if wrong:
        raise ConfigurationError(" ".join(wrong))
    return options(**values)


def describe(options: type[Any]) -> list[tuple[str, Any, str]]:
    """Name, default and explanation of every option, for the admin's help and for the README."""
    return [(each.name, each.default, each.metadata["help"]) for each in dataclasses.fields(options)]


def _read(options: type[Any], given: object) -> tuple[dict[str, Any], list[str]]:
    known = {each.name: each.metadata["check"] for each in dataclasses.fields(options)}
    if not isinstance(given, Mapping):
        return {}, ["The options have to be an object with names and values."]
    values: dict[str, Any] = {}
    wrong = []
    for name, value in given.items():
        if name not in known:
            wrong.append(f"“{name}” is not an option of this dialect.")
            continue
        try:
            values[name] = known[name](value)
        except ValueError as error:
            wrong.append(f"“{name}” has to be {error}.")
    return values, wrong


def flag(value: Any) -> bool:
    """Accept true or false."""
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def whole_number(low: int, high: int) -> Check:
    """Accept a whole number from `low` to `high`."""

    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return value

    return check


def one_of(*words: str) -> Check:
    """Accept one of `words`."""

    def check(value: Any) -> str:
        if not isinstance(value, str) or value not in words:
            raise ValueError("one of " + ", ".join(words))
        return value

    return check


def list_of(*words: str, empty: bool = True) -> Check:
    """Accept a list of some of `words`, each once, in the order given."""

    def check(value: Any) -> tuple[str, ...]:
        good = isinstance(value, list | tuple) and all(isinstance(each, str) and each in words for each in value)
        if not good or len(set(value)) != len(value) or not (value or empty):
            raise ValueError("a list of some of " + ", ".join(words) + ", each once")
        return tuple(value)

    return check


def texts(value: Any) -> tuple[str, ...]:
    """Accept a list of short texts, each once."""
    good = isinstance(value, list | tuple) and all(isinstance(each, str) and 0 < len(each) <= 100 for each in value)
    if not good or len(set(value)) != len(value):
        raise ValueError("a list of texts of up to 100 characters, each once")
    return tuple(value)


def parameter_name(value: Any) -> str:
    """Accept the name of a query parameter, or nothing."""
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_.\[\]-]{0,39}|", value):
        raise ValueError("the name of a query parameter, or empty")
    return value


_OURS = {"host", "content-length", "content-type", "transfer-encoding", "connection", "cookie", "user-agent"}


def header_lines(value: Any) -> tuple[tuple[str, str], ...]:
    """Accept an object of HTTP header names and values, none of them a header that the client itself writes."""
    expected = "an object of header names and one-line texts, without " + ", ".join(sorted(_OURS))
    if not isinstance(value, Mapping):
        raise ValueError(expected)
    for name, text in value.items():
        named = isinstance(name, str) and re.fullmatch(r"[A-Za-z0-9-]{1,60}", name) and name.lower() not in _OURS
        if not named or not isinstance(text, str) or not re.fullmatch(r"[\x20-\x7e]{1,500}", text):
            raise ValueError(expected)
    return tuple(value.items())
