"""The one place where the network's and a city's ways of failing become the errors of `errors.py`.

The rule behind every line: a filing may be sent again only where it certainly was not taken. So for a POST anything
short of a clear yes or no is `PerhapsSent`, also a 503 that names no time and no code; a reading call can be repeated,
and a server error is `Unavailable`.
"""

import email.utils
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urljoin, urlsplit

from reports import clock, http
from reports.dialects.errors import (
    BadRequest,
    DialectError,
    Duplicate,
    HeldBack,
    KeyRejected,
    NoAnswer,
    NotFound,
    RateLimited,
    Refused,
    Unavailable,
    Unchanged,
    Unreachable,
    Unreadable,
)
from reports.dialects.formats.document import Document, Malformed, decode
from reports.dialects.formats.remote_errors import RemoteError, field_errors, remote_errors, text_errors
from reports.dialects.formats.sniff import parse

EXCERPT: Final = 500
MAX_WORDS: Final = 10
DAY: Final = 86_400.0
# Words that decide over the status. Boston: "Invalid service request: base is a duplicate." San Francisco: "Invalid
# api_key received -- can't proceed with create_request." SeeClickFix: "Too Many Requests".
_BY_WORDS: Final = (
    (re.compile(r"\bis a duplicate\b|\bduplicate (service )?request\b|\brequest already exists\b|"
                r"\bhas already been reported\b", re.I), 409),
    (re.compile(r"\b(invalid|missing|unknown|wrong|bad|no|kein) api[ _-]?key\b|"
                r"\bapi[ _-]?key\b.{0,40}\b(invalid|missing|required|not valid|not provided|ungültig)\b", re.I), 401),
    (re.compile(r"\btoo many requests\b|\brate limit", re.I), 429),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that is not an error: its HTTP status, the parsed body (None where a 202 came without one), headers."""

    status: int
    document: Document
    headers: Mapping[str, str] = field(default_factory=dict)


def speak(operation: str, call: Callable[[], http.Response], *, writing: bool, redact: Callable[[str], str]) -> Answer:
    """Make a call and judge its outcome. Raises `DialectError` and nothing else; for a 304 to a GET `Unchanged`."""
    response = reach(operation, call)
    if response.status == 304 and not writing:
        raise Unchanged("It has not changed since it was last asked for.", operation=operation, status_code=304)
    return judge(operation, response, writing=writing, redact=redact)


def reach(operation: str, call: Callable[[], http.Response]) -> http.Response:
    """Make a call. The answer, whatever it is; what fails on the way is a `DialectError`."""
    try:
        return call()
    except http.BodyTooLarge as error:
        raise Unreadable(str(error), operation=operation) from error
    except http.HeldBack as error:
        raise HeldBack(str(error), operation=operation, retry_after=error.retry_after) from error
    except http.HttpError as error:
        kind = NoAnswer if error.sent else Unreachable
        raise kind(str(error), operation=operation) from error


def judge(
    operation: str, response: http.Response, *, writing: bool, redact: Callable[[str], str] = http.redact
) -> Answer:
    """Parse an answer, or raise the `DialectError` that it amounts to.

    A code in the body decides over the HTTP status where there is one: Klarschiff answers every client error with
    HTTP 500 and the real code inside, and others answer errors with 200.
    """
    document, malformed = None, None
    try:
        document = parse(response.body, response.headers.get("Content-Type", ""))
    except Malformed as error:
        malformed = error
    errors = remote_errors(document) if document else ()
    if document and not errors and response.status in {400, 422}:  # Rails: a map of fields and words, and no more
        errors = field_errors(document)
    if malformed and not malformed.html and not malformed.empty:
        errors = text_errors(decode(response.body, response.headers.get("Content-Type", ""))[0], response.status)
    if writing and not errors and (there := _seen_elsewhere(response)):
        return Answer(response.status, there, response.headers)
    if response.status == 202 and malformed and malformed.empty:
        return Answer(202, Document(None), response.headers)
    if 200 <= response.status < 300 and document and not errors:
        return Answer(response.status, document, response.headers)
    raise _error(operation, response, errors, malformed, writing=writing, redact=redact)


# Where GeoReport v2 keeps what a filing became; a number has a digit in it, a form or a page of thanks has not.
_FILED_AT: Final = re.compile(r"/(requests|tokens)/([^/]*\d[^/]*)\.(?:xml|json)$")


def _seen_elsewhere(response: http.Response) -> Document | None:
    """What a 303 to `requests/{id}` or `tokens/{token}` says: taken, and that is its number. Any other place says
    nothing of the filing."""
    found = _FILED_AT.search(urlsplit(_target(response)).path) if response.status == 303 else None
    if found is None:
        return None
    name = "token" if found.group(1) == "tokens" else "service_request_id"
    return Document([{name: unquote(found.group(2))}])


def _error(
    operation: str,
    response: http.Response,
    errors: tuple[RemoteError, ...],
    malformed: Malformed | None,
    *,
    writing: bool,
    redact: Callable[[str], str],
) -> DialectError:
    words = tuple(filter(None, (_plain(each.description) for each in errors)))[:MAX_WORDS]
    kind, sentence = _kind(response, errors, malformed, writing=writing)
    retry_after = _retry_after(response.headers) if kind in {RateLimited, Unavailable} else None
    return kind(
        f"{redact(sentence)} (HTTP {response.status})",  # a redirect's target may repeat a query with its key
        operation=operation,
        status_code=response.status,
        retry_after=retry_after,
        messages=tuple(redact(each) for each in words),
        excerpt=redact(response.body[: EXCERPT * 4].decode("utf-8", "replace"))[:EXCERPT],
    )


_Verdict = tuple[type[DialectError], str]


def _kind(
    response: http.Response, errors: tuple[RemoteError, ...], malformed: Malformed | None, *, writing: bool
) -> _Verdict:
    status = response.status
    if 300 <= status < 400:
        return _moved(response)
    if status < 300 and not any(each.code or each.description for each in errors):
        return Unreadable, str(malformed or "The answer is an error that does not say what is wrong.")
    if status == 429:
        return _by_code(429, writing=writing)
    inner = _code_of(errors)
    if writing and _is_about_another_call(status, inner, errors):
        inner = None
    if writing and status == 503 and inner is None and not _took_nothing(response):
        return NoAnswer, "The city's system is not available, perhaps after it had been passed the filing."
    if writing and status in {201, 202} and inner is None and not any(each.code for each in errors):
        return Unreadable, "The city answers that it took this, and with words that may be an error's."
    if status < 300:
        status = inner or 400
    elif inner is not None and (status >= 500 or inner < 500):
        status = inner
    return _by_code(status, writing=writing)


def _is_about_another_call(status: int, inner: int | None, errors: tuple[RemoteError, ...]) -> bool:
    """Whether a code that says "not taken" is not the filing's: a gateway that gave up (502, 504) may have passed it
    on, whatever its page says; and what failed with words alone about a limit may have failed at a step after it was
    stored, as the sending of a mail."""
    if inner not in {429, 503}:
        return False
    return status in {502, 504} or (inner == 429 and status == 500 and not any(each.http_code for each in errors))


# A cache writes its 503 with a Retry-After of its own whatever became of the request behind it: Varnish's builtin
# `vcl_backend_error` also after `first_byte_timeout`, Fastly (which spells it Mediation) the same.
_CACHE_PAGE: Final = re.compile(rb"guru medi[tr]?ation", re.IGNORECASE)
_CACHE_HEADERS: Final = frozenset({"x-varnish", "x-served-by"})


def _took_nothing(response: http.Response) -> bool:
    """Whether a 503 without an error document says that a filing was not taken: its sender asks to have it again
    later, by Retry-After, and is the system itself. A bare one is a balancer's as often as not (HAProxy, nginx, Envoy,
    AWS), which may have passed the filing on before it gave up."""
    names = {name.lower() for name in response.headers}
    by_cache = bool(names & _CACHE_HEADERS) or "varnish" in response.headers.get("Via", "").lower()
    return "retry-after" in names and not by_cache and not _CACHE_PAGE.search(response.body[:4000])


def kind_by_words(errors: tuple[RemoteError, ...], *, writing: bool) -> _Verdict | None:
    """What the words alone amount to where they are of those that decide; for dialects with codes of their own."""
    code = _code_by_words(errors)
    return _by_code(code, writing=writing) if code else None


def _code_of(errors: tuple[RemoteError, ...]) -> int | None:
    """The HTTP code that the body's words or code amount to."""
    return _code_by_words(errors) or next((each.http_code for each in errors if each.http_code), None)


def _code_by_words(errors: tuple[RemoteError, ...]) -> int | None:
    for pattern, code in _BY_WORDS:
        if any(pattern.search(each.description) for each in errors):
            return code
    return None


_BY_CODE: Final[Mapping[int, _Verdict]] = {
    401: (KeyRejected, "The city did not accept the API key."),
    403: (KeyRejected, "The city does not allow this with the API key."),
    404: (NotFound, "The city does not know what was asked for."),
    409: (Duplicate, "The city says that it has this service request already."),
    408: (NoAnswer, "The city gave up waiting for the request."),
    410: (NotFound, "What was asked for is gone."),
    429: (RateLimited, "The city asks for fewer calls."),
    503: (Unavailable, "The city's system is not available."),
}


def _by_code(code: int, *, writing: bool) -> _Verdict:
    if code in _BY_CODE:
        return _BY_CODE[code]
    if code < 500:
        return BadRequest, "The city did not accept the request."
    if not writing:
        return Unavailable, "The city's system failed."
    if code in {502, 504}:
        return NoAnswer, "The city's system did not answer its own gateway."
    return Unreadable, "The city's system failed, perhaps after it had taken the filing."


def _target(response: http.Response) -> str:
    """Where a redirect leads; nowhere where that is no URL."""
    try:
        target = urljoin(response.url, response.headers.get("Location", ""))
        urlsplit(target)
    except ValueError:  # a bracketed host that is no IPv6 address
        return ""
    return target


def _moved(response: http.Response) -> _Verdict:
    """A redirect. Only where the same resource is said to be elsewhere was nothing done here: 307 and 308 say so by
    definition, 301 and 302 where the path stays the same (http to https, another host). A 303, or a 302 to another
    page, may be what a form answers after it has stored its content."""
    target = _target(response)
    same = urlsplit(target).path == urlsplit(response.url).path and target != response.url
    if response.status in {307, 308} or (response.status in {301, 302} and same):
        return Refused, f"The endpoint has moved to {target}; its base URL has to be changed."
    return Unreadable, "The city answered with a redirect, which does not say what became of the request."


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds from a Retry-After header in either of its forms, at most a day."""
    written = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", written):
        return min(float(written), DAY)
    try:
        moment = email.utils.parsedate_to_datetime(written)
        return min(max((moment - clock.now()).total_seconds(), 0.0), DAY)
    except (TypeError, ValueError):
        return None


def _plain(words: str) -> str:
    """An error's words without mark-up, and no longer than a person reads."""
    return re.sub(r"\s+", " ", re.sub(r"<[^<>]{0,200}>", " ", words)).strip()[:EXCERPT]
