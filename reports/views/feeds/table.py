"""CSV (RFC 4180) in UTF-8, for spreadsheets and statistics.

A spreadsheet takes a cell that begins with = + - @ for a formula, which may fetch and send (OWASP, "CSV Injection").
Such a text gets an apostrophe before it, which spreadsheets take as "this is text". So does one behind a semicolon
within a text, since half of Europe's spreadsheets would begin a new cell there; and a text has no line breaks, since it
could begin a new row. Numbers (`lat`, `long`) are written by us and stay numbers: -89.65 gets nothing before it.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from reports.views.feeds.document import Document
from reports.views.feeds.items import Item

MEDIA_TYPE: Final = "text/csv; charset=utf-8; header=present"
COLUMNS: Final = (
    "reference", "url", "service_request_id", "status", "public_status", "status_label", "verdict", "status_notes",
    "service_name", "group", "body", "body_slug", "agency_responsible", "requested_datetime", "updated_datetime",
    "expected_datetime", "place", "address", "place_detail", "lat", "long", "description", "language", "licence",
    "attribution",
)  # fmt: skip
_FORMULA: Final = re.compile(r"^(?=[=+\-@＝＋－＠])|(?<=;)([\s\"']*)(?=[=+\-@＝＋－＠])")


def table(document: Document) -> bytes:
    """The page as CSV with a line of names first."""
    return b"".join(stream(document, [document.items]))


def stream(document: Document, chunks: Iterable[Iterable[Item]]) -> Iterator[bytes]:
    """The table of these chunks, a piece for each."""
    yield _lines([COLUMNS])
    for chunk in chunks:
        yield _lines([_cell(value) for value in values(item).values()] for item in chunk)


def values(item: Item) -> dict[str, Any]:
    """What is said of a report, by the name of its column: texts, numbers, or None."""
    here = {"licence": item.terms.licence, "attribution": item.terms.attribution}
    return {name: _plain(here[name] if name in here else getattr(item, name)) for name in COLUMNS}


def _plain(value: Any) -> Any:
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value


def _cell(value: Any) -> Any:
    return guarded(" ".join(value.split())) if isinstance(value, str) else value


def guarded(text: str) -> str:
    """The text, with an apostrophe before whatever a spreadsheet would take for a formula."""
    return _FORMULA.sub(lambda found: f"{found[1] or ''}'", text)


def _lines(rows: Iterable[Iterable[Any]]) -> bytes:
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    return file.getvalue().encode()
