"""JSON to the common shape."""

import json
import re
from collections.abc import Callable
from typing import Any, Final

from reports.dialects.formats.document import Document, Malformed
from reports.dialects.formats.shapes import is_normal, normalise

_STRING: Final = r'"(?:[^"\\]|\\.)*+"'
_TRAILING_COMMA = re.compile(rf"({_STRING})|,(?=\s*[\]}}])", re.DOTALL)
_LEADING_ZERO = re.compile(rf"({_STRING})|(?<![\w.+-])(0\d+)(?=\s*[,\]}}])", re.DOTALL)


def read_json(text: str, repairs: tuple[str, ...] = ()) -> Document:
    """Parse JSON that is already decoded. Raises `Malformed` or `RecursionError`.

    Strict first, where NaN and infinities count as unknown (None). Then the repairs that published answers needed:
    raw line breaks inside strings, a comma before a closing bracket (dev.hel.fi), and codes written as numbers with
    leading zeros (`"service_code":001` in the standard's own sample), which become strings and keep their zeros.
    """
    try:
        value = _load(text, strict=True)
        return Document(value if is_normal(value, text) else normalise(value), "", repairs)
    except json.JSONDecodeError:
        pass
    for name, repair in _REPAIRS:
        mended = repair(text)
        if mended != text:
            text, repairs = mended, (*repairs, name)
    try:
        return Document(normalise(_load(text, strict=False)), "", (*repairs, "raw characters in strings"))
    except json.JSONDecodeError as error:
        raise Malformed(f"The answer is not JSON: {error.msg} at character {error.pos}.") from error


def _load(text: str, *, strict: bool) -> Any:
    return json.loads(text, strict=strict, parse_int=_whole, parse_constant=_unknown)


def _unknown(_constant: str) -> None:
    """NaN, Infinity and -Infinity say no more than null does."""


def _whole(digits: str) -> int | str:
    """No id has a hundred digits; Python refuses to convert numbers of more than 4,300."""
    return int(digits) if len(digits) <= 100 else digits


_REPAIRS: Final[tuple[tuple[str, Callable[[str], str]], ...]] = (
    ("trailing commas dropped", lambda text: _TRAILING_COMMA.sub(lambda found: found.group(1) or "", text)),
    (
        "leading zeros kept as text",
        lambda text: _LEADING_ZERO.sub(lambda found: found.group(1) or f'"{found.group(2)}"', text),
    ),
)
