"""An endpoint's options as validated data: a frozen dataclass whose fields say what they accept.

A dialect declares its options with `option`, checks a volunteer's JSON with `problems` and reads it with `build`.
"""

import dataclasses
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from reports.dialects.errors import ConfigurationError

T = TypeVar("T")
Accept = Callable[[Any], Any]  # the value as it will be used, or ValueError saying what is expected


@dataclasses.dataclass(frozen=True, slots=True)
class Check:
    """What an option accepts, and by `kind` what a form needs to ask for it: `low` and `high`, or `words` to choose."""

    kind: str  # "flag", "number", "choice", "choices", "texts", "text", "headers" or "json"
    accept: Accept
    low: int = 0
    high: int = 0
    words: tuple[str, ...] = ()

    def __call__(self, value: Any) -> Any:
        return self.accept(value)


@dataclasses.dataclass(frozen=True, slots=True)
class Declared:
    """One option of a dialect as its dataclass declares it."""

    name: str
    default: Any
    check: Check
    help: str


def option(default: Any, check: Accept, help_text: str) -> Any:
    """One field of an options dataclass: its default, its check, and a sentence for the person who sets it.

    A check that is a plain function is asked for as JSON.
    """
    checked = check if isinstance(check, Check) else Check("json", check)
    return dataclasses.field(default=default, metadata={"check": checked, "help": help_text})


def declared(options: type[Any]) -> list[Declared]:
    """Every option in the order in which the dataclass names them."""
    return [
        Declared(each.name, each.default, each.metadata["check"], each.metadata["help"])
        for each in dataclasses.fields(options)
    ]


def other_default(options: type[Any], name: str, default: Any) -> Any:
    """A field of `options` again, for a subclass in which it has another default."""
    return dataclasses.field(default=default, metadata=options.__dataclass_fields__[name].metadata)


def problems(options: type[Any], given: Mapping[str, Any]) -> list[str]:
    """Say in plain sentences what is wrong with `given`; an empty list when nothing is."""
    return _read(options, given)[1]


def build(options: type[T], given: Mapping[str, Any]) -> T:
    """Read `given` into the dataclass; `ConfigurationError` with every problem named."""
    values, wrong = _read(options, given)
    if wrong:
        raise ConfigurationError(" ".join(wrong))
    return options(**values)


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


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


flag: Final = Check("flag", _flag)  # accepts true or false


def whole_number(low: int, high: int) -> Check:
    """Accept a whole number from `low` to `high`."""

    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return value

    return Check("number", check, low, high)


def one_of(*words: str) -> Check:
    """Accept one of `words`."""

    def check(value: Any) -> str:
        if not isinstance(value, str) or value not in words:
            raise ValueError("one of " + ", ".join(words))
        return value

    return Check("choice", check, words=words)


def list_of(*words: str, empty: bool = True) -> Check:
    """Accept a list of some of `words`, each once, in the order given."""

    def check(value: Any) -> tuple[str, ...]:
        good = isinstance(value, list | tuple) and all(isinstance(each, str) and each in words for each in value)
        if not good or len(set(value)) != len(value) or not (value or empty):
            raise ValueError("a list of some of " + ", ".join(words) + ", each once")
        return tuple(value)

    return Check("choices", check, low=int(not empty), words=words)


def _texts(value: Any) -> tuple[str, ...]:
    good = isinstance(value, list | tuple) and all(isinstance(each, str) and 0 < len(each) <= 100 for each in value)
    if not good or len(set(value)) != len(value):
        raise ValueError("a list of texts of up to 100 characters, each once")
    return tuple(value)


texts: Final = Check("texts", _texts)  # accepts a list of short texts, each once


def _parameter_name(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_.\[\]-]{0,39}|", value):
        raise ValueError("the name of a query parameter, or empty")
    return value


parameter_name: Final = Check("text", _parameter_name)  # accepts the name of a query parameter, or nothing


def _box(value: Any) -> tuple[float, ...]:
    good = isinstance(value, list | tuple) and all(isinstance(each, int | float) for each in value)
    if not good or any(isinstance(each, bool) for each in value) or len(value) not in {0, 4}:
        raise ValueError("a list of four numbers: west, south, east, north")
    if value:
        west, south, east, north = value
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
            raise ValueError("west, south, east, north in degrees, west before east and south before north")
    return tuple(float(each) for each in value)


box: Final = Check("json", _box)  # accepts west, south, east and north in degrees, or nothing


_OURS = {"host", "content-length", "content-type", "transfer-encoding", "connection", "cookie", "user-agent"}


def _header_lines(value: Any) -> tuple[tuple[str, str], ...]:
    expected = "an object of header names and one-line texts, without " + ", ".join(sorted(_OURS))
    if not isinstance(value, Mapping):
        raise ValueError(expected)
    for name, text in value.items():
        named = isinstance(name, str) and re.fullmatch(r"[A-Za-z0-9-]{1,60}", name) and name.lower() not in _OURS
        if not named or not isinstance(text, str) or not re.fullmatch(r"[\x20-\x7e]{1,500}", text):
            raise ValueError(expected)
    return tuple(value.items())


# accepts an object of HTTP header names and values, none of them a header that the client itself writes
header_lines: Final = Check("headers", _header_lines)
