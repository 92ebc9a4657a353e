"""The city's own words for what went wrong, wherever it puts them."""

import re
from dataclasses import dataclass
from typing import Any, Final

from reports.dialects.formats.coerce import text
from reports.dialects.formats.document import Document

_ROOTS: Final = ("errors", "error", "error_messages", "Open311Error", "fault", "Fault")
_WORDS: Final = ("description", "message", "msg", "error", "faultstring", "errorDescription", "error_description",
                 "detail", "title")  # fmt: skip
_CODES: Final = ("code", "errorCode", "error_code", "status_code", "faultcode")
# A row with one of these is a service, a request or an attribute that happens to have a description.
_DATA: Final = frozenset({"service_code", "service_name", "service_request_id", "token", "variable", "datatype",
                          "changeset", "endpoints", "attributes", "requested_datetime", "lat", "address",
                          "questions", "question_type", "additional_questions_count"})  # fmt: skip

MOST_WORDS: Final = 500  # characters; a longer text is a log or a page and no message
_TEXT_ERROR: Final = re.compile(r"error\b\s*(?:code\s*)?([45]\d\d)?\s*[:\-–]\s*\S", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RemoteError:
    """One entry of a city's error answer: its code as written ("404", "103 - service_code") and its words."""

    code: str
    description: str

    @property
    def http_code(self) -> int | None:
        """The code where it is one of HTTP's error codes."""
        found = re.match(r"\s*([45]\d\d)(?!\d)", self.code)
        return int(found.group(1)) if found else None


def remote_errors(document: Document) -> tuple[RemoteError, ...]:
    """The errors in an answer; an empty tuple where it is not error-shaped.

    Known shapes: GeoReport's `errors[error{code, description}]`; a bare `<error>text</error>`; `error_messages`
    (Klarschiff); `{"error": {"code", "description"}}` (Mark-a-Spot); `{"message", "documentation_url"}`
    (SeeClickFix); HAL's `_embedded.errors` (Libre311); `{"description": ["…"]}` and `{"error": "…"}` (Tampere);
    v1's `Open311Error`, which is empty on success.
    """
    data = document.data
    if document.root in _ROOTS:
        return _entries(data) or (RemoteError("", ""),)
    if isinstance(data, list):
        shaped = [each for each in data if isinstance(each, dict)]
        return _entries(shaped) if shaped and all(map(_is_error, shaped)) else ()
    if not isinstance(data, dict):
        return ()
    embedded = data.get("_embedded")
    if isinstance(embedded, dict) and embedded.get("errors"):
        return _entries(embedded["errors"])
    for root in _ROOTS:
        if data.get(root) and not _DATA & data.keys():
            return _entries(data[root], data)
    return _entries(data) if _is_error(data) else ()


def field_errors(document: Document) -> tuple[RemoteError, ...]:
    """The errors of an answer that is known to be a refusal and names fields: `{"email": "Can't be blank.", "lat":
    ["…"]}`, `{"request": "Unable to parse JSON"}` (SeeClickFix API v2), `[["lat", "can't be blank"]]` (0.1, as Rails
    wrote it then). An object of anything else than texts is none."""
    data = document.data
    if isinstance(data, list) and data and all(type(pair) is list and len(pair) == 2 for pair in data):
        fields: list[tuple[str, Any]] = [(text(name), said) for name, said in data]
    else:
        fields = list(data.items()) if isinstance(data, dict) else []
    parts = [part for _name, said in fields for part in (said if type(said) is list else [said])]
    if not all(isinstance(part, str) for part in parts):
        return ()
    named = ((name, _words(said)) for name, said in fields)
    # Rails' `base` is no field: what is said there is of the whole.
    words = "; ".join(said if name == "base" else f"{name}: {said}" for name, said in named if said)
    return (RemoteError("", words),) if words else ()


def text_errors(body: str, status: int) -> tuple[RemoteError, ...]:
    """The error in an answer of plain words, such as `ERROR: Missing jurisdiction_id`.

    With an HTTP error any short text is what the city says of it; not with 404, 406 and 415, where a web server's own
    "Not found" is no word of the city's. There, and with a status of success, it has to call itself an error.
    """
    words = " ".join(body.split()).strip("\"'")
    if not words or words[0] in "<{[" or len(words) > MOST_WORDS or not words.isprintable() or "\ufffd" in words:
        return ()
    named = _TEXT_ERROR.match(words)
    if not named and (status < 400 or status in {404, 406, 415}):
        return ()
    return (RemoteError((named and named.group(1)) or "", words),)


def _is_error(row: dict[str, Any]) -> bool:
    return not _DATA & row.keys() and any(row.get(word) for word in _WORDS)


def _entries(data: Any, around: dict[str, Any] | None = None) -> tuple[RemoteError, ...]:
    if isinstance(data, list):
        return tuple(entry for each in data for entry in _entries(each))
    if not isinstance(data, dict):
        words = text(data)
        return (RemoteError(_code(around or {}), words),) if words else ()
    words = next(filter(None, (_words(data.get(name)) for name in _WORDS)), "")
    code = _code(data) or _code(around or {})
    if not words and not code:
        words = _words(data)  # {"email": ["can't be blank"]}
    return (RemoteError(code, words),) if words or code else ()


def _code(row: dict[str, Any]) -> str:
    return next(filter(None, (text(row.get(name)) for name in _CODES)), "")


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_words(each)}" for name, each in value.items() if _words(each))
    if isinstance(value, list):
        return "; ".join(filter(None, map(_words, value)))
    return text(value)
