"""What an answer of GeoReport v1 amounts to: its own codes first, then what every dialect makes of an answer."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from reports.dialects.answers import EXCERPT, Answer, judge, kind_by_words
from reports.dialects.errors import BadRequest, DialectError, KeyRejected, NotFound, Unavailable, Unreadable
from reports.dialects.formats.document import Document, Malformed
from reports.dialects.formats.remote_errors import remote_errors
from reports.dialects.formats.sniff import parse
from reports.dialects.georeport_v1.read import Said, error_in
from reports.http import Response

Verdict = tuple[type[DialectError], str]
_KEY: Final[Verdict] = (KeyRejected, "The city did not accept the API key.")
_UNSURE: Final[Verdict] = (Unreadable, "The city's system failed, perhaps after it had taken the filing.")
_FAILED: Final[Verdict] = (Unavailable, "The city's system failed.")
# 204 is not among them. It is "anything captured during create_request processing": nobody can tell whether before or
# after the filing was stored, and "the web service is down" does not say which half of it. So it is as unsure as a code
# that nobody knows, unless its words decide (a duplicate, too many calls).
VERDICTS: Final[Mapping[str, Verdict]] = {
    "100": _KEY,
    "101": _KEY,
    "102": _FAILED,
    "200": _KEY,
    "201": _KEY,
    "202": (BadRequest, "The city says that the service code is missing."),
    "203": (NotFound, "The city does not know the service code."),
    "300": _KEY,
    "301": _KEY,
}
# 302 is two things: an id that is not valid or not of this key, and a general error. Only the words tell them apart.
AMBIGUOUS: Final = "302"
_NO_SUCH: Final = re.compile(
    r"\b(not|in)[ -]?valid\b|\bdid ?n[o']t create\b|\bnot create\b|\bnot found\b|\bno such\b|\bunknown id\b|"
    r"\bdoes not exist\b",
    re.IGNORECASE,
)
WRONG_ADDRESS: Final = (
    "There is nothing at this address (HTTP 404): the base address is wrong, or the service is not running."
)


def judge_v1(operation: str, response: Response, *, writing: bool, redact: Callable[[str], str]) -> Answer:
    """Parse an answer, or raise the `DialectError` that it amounts to. A code in the body decides over the status."""
    document = _document(response)
    said = error_in(document) if document else None
    if said:
        raise _error(operation, response, said, writing=writing, redact=redact)
    if document and 200 <= response.status < 300 and not remote_errors(document):
        return Answer(response.status, document, response.headers)
    try:
        return judge(operation, response, writing=writing, redact=redact)
    except NotFound as error:
        if response.status != 404 or error.messages:
            raise
        raise NotFound(
            WRONG_ADDRESS, operation=operation, status_code=response.status, excerpt=error.excerpt
        ) from error


def _document(response: Response) -> Document | None:
    try:
        return parse(response.body, response.headers.get("Content-Type", ""), attributes=True)
    except Malformed:
        return None


def _error(
    operation: str, response: Response, said: Said, *, writing: bool, redact: Callable[[str], str]
) -> DialectError:
    kind, sentence = _verdict(said, writing=writing)
    words = redact(said.description)[:EXCERPT]
    return kind(
        f"{sentence} (code {said.code or 'missing'})",
        operation=operation,
        status_code=response.status,
        messages=(words,) if words else (),
        excerpt=redact(response.body[: EXCERPT * 4].decode("utf-8", "replace"))[:EXCERPT],
    )


def _verdict(said: Said, *, writing: bool) -> Verdict:
    """An unknown code is no clear answer to a filing."""
    if said.code in VERDICTS:
        return VERDICTS[said.code]
    if said.code == AMBIGUOUS and not writing:
        if _NO_SUCH.search(said.description):
            return NotFound, "The city does not know this request, or it was made with another key."
        return _FAILED
    return kind_by_words((said.entry,), writing=writing) or (_UNSURE if writing else _FAILED)
