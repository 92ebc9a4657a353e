"""Which dialect an endpoint may speak. It only proposes: what a volunteer has set always wins.

`guess` is a function of an address and of answers that somebody has; `probe` fetches at most four of them, never with a
POST and never with a key. The rules are tables in the order in which they tell most.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import IntEnum
from typing import Any, Final
from urllib.parse import urljoin

from reports import clock, http
from reports.dialects.base import Connection
from reports.dialects.detect_rows import Trait, request_traits, service_traits
from reports.dialects.formats.document import Document, Malformed
from reports.dialects.formats.sniff import parse

CALLS: Final = 4  # Spot answers anonymous callers four or five times a minute
STOP: Final = frozenset({401, 403, 429, 503})


class Confidence(IntEnum):
    """How much a sign tells; more is surer."""

    WEAK = 1  # several families do so
    LIKELY = 2  # one family is known for it
    SURE = 3  # nobody else does


@dataclass(frozen=True, slots=True)
class Guess:
    """A dialect's key, the sign that speaks for it in words for a volunteer, and how much it tells."""

    key: str
    reason: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Findings:
    """What `probe` made of an endpoint: guesses, the surest first; the calls that were made, and what went wrong."""

    guesses: tuple[Guess, ...] = ()
    calls: tuple[str, ...] = ()
    problems: tuple[str, ...] = field(default=())


_SURE, _LIKELY, _WEAK = Confidence.SURE, Confidence.LIKELY, Confidence.WEAK
# The first that fits an address is taken.
ADDRESSES: Final[tuple[tuple[str, str, Confidence], ...]] = (
    (r"^mailto:", "email", _SURE),
    (r"seeclickfix\.com/open311", "seeclickfix_open311", _SURE),
    (r"seeclickfix\.com/api/v2/organizations/", "seeclickfix_organizations", _SURE),
    (r"seeclickfix\.com/api/v2", "seeclickfix_v2", _SURE),
    (r"seeclickfix\.com/api(/0(\.1)?)?/?$", "seeclickfix_v01", _SURE),
    (r"/(crm|csr)/open311/", "ureport", _SURE),
    (r"/efeedback/api/georeport/", "citysdk", _SURE),
    (r"/georeport/v2", "mark_a_spot", _LIKELY),
    (r"palautews|/rest/open311/v1", "citysdk", _SURE),
    (r"/citysdk", "klarschiff", _LIKELY),
    (r"311api\.cityofchicago", "chicago", _SURE),
    (r"austin[^/]*\.spot(mobile|reporters)|311\.austintexas", "austin", _SURE),
    (r"spotmobile|spotreporters", "spot", _SURE),
    (r"webwizard/ws", "toronto", _SURE),
    (r"/api\.cfm", "georeport_v2", _LIKELY),
    (r"recurso/open311", "zaragoza", _SURE),
    (r"/V1(/service_list)?/?$", "georeport_v1", _LIKELY),
    (r"/cwi/open311", "washington_dc", _SURE),
    (r"api\.phila\.gov", "philadelphia", _SURE),
    (r"fixmystreet\.com|zueriwieneu|fiksgatami|fixamingata", "fixmystreet", _SURE),
)


def guess(
    base_url: str,
    *,
    discovery: http.Response | None = None,
    services: http.Response | None = None,
    requests: http.Response | None = None,
    error: http.Response | None = None,
) -> list[Guess]:
    """What an address and the answers at hand speak for, each dialect once, the surest first. `error` is the answer to
    a request that cannot exist. An empty list where nothing tells anything."""
    found = [
        *_from_address(base_url),
        *_from_discovery(discovery),
        *_from_services(services),
        *_from_requests(requests),
        *_from_error(error),
    ]
    best: dict[str, Guess] = {}
    for each in found:
        if each.key not in best or each.confidence > best[each.key].confidence:
            best[each.key] = each
    return sorted(best.values(), key=lambda each: -each.confidence)


def _from_address(base_url: str) -> Iterable[Guess]:
    for pattern, key, confidence in ADDRESSES:
        if found := re.search(pattern, base_url, re.IGNORECASE):
            return [Guess(key, f"The address has “{found.group()}” in it.", confidence)]
    return []


def _from_discovery(answer: http.Response | None) -> Iterable[Guess]:
    if answer is None:
        return []
    if answer.status == 404:
        drupal = any("drupal" in f"{name}: {value}".lower() for name, value in answer.headers.items())
        return [Guess("mark_a_spot", "There is no discovery, and the site runs Drupal.", _LIKELY)] if drupal else []
    data = _data(answer)
    if not isinstance(data, dict):
        return []
    inner = data["discovery"] if isinstance(data.get("discovery"), dict) else data
    if inner is not data:
        return [Guess("fixmystreet", "The discovery keeps its root in JSON.", _LIKELY)]
    if "max_requests" in inner:
        return [Guess("fixmystreet", "The discovery names max_requests.", _SURE)]
    if {"changeset", "endpoints"} & inner.keys():
        return [Guess("georeport_v2", "The discovery is as the standard has it.", _WEAK)]
    return []


def _from_services(answer: http.Response | None) -> Iterable[Guess]:
    return _of_traits(service_traits(_data(answer), answer.body)) if answer else []


def _from_requests(answer: http.Response | None) -> Iterable[Guess]:
    if answer is None:
        return []
    if answer.headers.get("page-TotalSize"):
        return [Guess("libre311", "The list's total stands in the header page-TotalSize.", _SURE)]
    return _of_traits(request_traits(_data(answer)))


def _of_traits(traits: Iterable[Trait]) -> list[Guess]:
    return [Guess(key, reason, Confidence(confidence)) for key, reason, confidence in traits]


def _from_error(answer: http.Response | None) -> Iterable[Guess]:
    if answer is None:
        return []
    if b"ERROR: Missing jurisdiction_id" in answer.body:
        return [Guess("fixmystreet", "An error is a page that names jurisdiction_id, with HTTP 200.", _SURE)]
    document = _document(answer)
    if document is None:
        return []
    if document.root == "error_messages":
        return [Guess("klarschiff", "Errors stand in error_messages.", _SURE)]
    data = document.data
    if isinstance(data, dict):
        return _from_error_object(data)
    is_list = isinstance(data, list) and any(isinstance(each, dict) and "description" in each for each in data)
    return [Guess("georeport_v2", "An error is a list, as the standard has it.", _WEAK)] if is_list else []


def _from_error_object(data: dict[str, Any]) -> Iterable[Guess]:
    if "_embedded" in data or "logref" in data:
        return [Guess("libre311", "Errors are HAL.", _LIKELY)]
    if "documentation_url" in data:
        return [Guess("seeclickfix_v2", "An error names a documentation_url.", _LIKELY)]
    if "error_messages" in data:
        return [Guess("klarschiff", "Errors stand in error_messages.", _SURE)]
    if isinstance(data.get("error"), dict):
        return [Guess("mark_a_spot", "An error is an object, not a list.", _LIKELY)]
    return []


def _document(answer: http.Response | None) -> Document | None:
    try:
        return parse(answer.body, answer.headers.get("Content-Type", "")) if answer else None
    except Malformed:
        return None


def _data(answer: http.Response) -> Any:
    """What an answer holds, without the root of XML; None where it is an error or cannot be read."""
    document = _document(answer) if answer.status < 300 else None
    return document.data if document else None


def probe(connection: Connection) -> Findings:
    """Ask an endpoint what it is: its services, a week of its requests, its discovery, an error. Stops when a dialect
    is sure, at an answer that asks for fewer calls, and after four calls. Without the key, which is for one host."""
    if connection.base_url.lower().startswith("mailto:"):
        return Findings(tuple(guess(connection.base_url)))
    return _Probe(connection).run()


class _Probe:
    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.answers: dict[str, http.Response] = {}
        self.calls: list[str] = []
        self.problems: list[str] = []
        self.base = connection.base_url.rstrip("/") + "/"
        self.form = "json"

    def run(self) -> Findings:
        week = [("start_date", (clock.now() - timedelta(days=7)).strftime("%Y-%m-%dT%H:%M:%SZ"))]
        self._ask("services", "services", [])
        if "services" in self.answers and self._found_nothing(self.answers["services"]):
            self.form = "xml"
            self._ask("services", "services", [])
        self._ask("requests", "requests", week)
        self._ask("discovery", "discovery", [])
        self._ask("error", "requests/nope-0", [])
        return Findings(tuple(self._guesses()), tuple(self.calls), tuple(self.problems))

    def _guesses(self) -> list[Guess]:
        return guess(self.connection.base_url, **self.answers)

    def _found_nothing(self, answer: http.Response) -> bool:
        return answer.status in {404, 406, 415} or _document(answer) is None

    def _ask(self, name: str, resource: str, params: list[tuple[str, str]]) -> None:
        done = len(self.calls) >= CALLS or self.problems
        if done or any(each.confidence is _SURE for each in self._guesses() if self.answers):
            return
        url = urljoin(self.base, f"{resource}.{self.form}")
        if name == "discovery" and self.connection.discovery_url:
            url = self.connection.discovery_url
        jurisdiction = self.connection.jurisdiction_id
        everything = [*params, *([("jurisdiction_id", jurisdiction)] if jurisdiction else [])]
        self.calls.append(url)
        try:
            answer = self.connection.client.get(url, everything)
        except http.HttpError as error:
            self.problems.append(str(error))
            return
        if answer.status in STOP:
            self.problems.append(f"The city answered with HTTP {answer.status}.")
        self.answers[name] = answer
