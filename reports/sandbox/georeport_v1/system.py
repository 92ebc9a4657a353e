"""A GeoReport v1 city: three methods, all by GET, all in XML (DIALECTS section 3, source 003).

San Francisco's service list is as broken as the documented one: an inch sign stands bare inside a quoted attribute.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

from reports.sandbox import work
from reports.sandbox.cities import City
from reports.sandbox.encoding import xml_text
from reports.sandbox.faults import magic_after, magic_before, magic_words
from reports.sandbox.filing import Filing, problems, read_filing, refusal
from reports.sandbox.georeport_v1.feeds import feed
from reports.sandbox.state import StoredRequest
from reports.sandbox.storing import store_filing, store_once
from reports.sandbox.system import System
from reports.sandbox.wire import XML, Answer, Request

CITIES = (
    City(
        key="sf-v1",
        name="City of San Francisco (GeoReport v1)",
        base="sf/V1",
        jurisdiction_id="sfgov.org",
        speaks="georeport_v1",
        time_zone="America/Los_Angeles",
        first_serial=293_900,
        api_keys=("sf-v1-key",),
    ),
    City(
        key="miami-dade",
        name="Miami-Dade County",
        base="miami-dade/V1",
        jurisdiction_id="miamidade.gov",
        speaks="georeport_v1",
        time_zone="America/New_York",
        first_serial=71_200,
        api_keys=("miami-dade-key",),
    ),
)
BARE_QUOTES = frozenset({"sf-v1"})  # whose service list is not well-formed
FEEDS = {"sf-v1": ("sf", "feeds")}  # Miami-Dade publishes none

NAMESPACES = ' xmlns:m="http://org/sfgov/sf311/services" xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'


@dataclass(frozen=True)
class Method:
    """One of the three: its root, the container that is empty on failure, and its error codes."""

    root: str
    container: str
    missing_key: int
    invalid_key: int
    general: int


METHODS: Mapping[str, Method] = {
    "service_list": Method("ServiceResponse", "Open311ServiceList", 100, 101, 102),
    "create_request": Method("CreateResponse", "Open311Create", 200, 201, 204),
    "status_update": Method("StatusResponse", "Open311Status", 300, 301, 302),
}
MISSING_SERVICE, INVALID_SERVICE = 202, 203
NOT_FOUND = 302  # the same number as status_update's general error: only the words tell them apart
OPERATIONS = {"service_list": "services", "create_request": "post", "status_update": "requests", "feeds": "feed"}


class Refusal(Exception):
    """An errorCode and its errorDescription, sent with HTTP 200."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(code, description)
        self.code = code
        self.description = description


class GeoReportV1(System):
    """Answers for one GeoReport v1 city. HTTP 404 means nothing but a wrong URL."""

    def below(self, segments: tuple[str, ...]) -> tuple[str, ...] | None:
        parts = tuple(self.city.base.split("/"))
        if segments[:2] == FEEDS.get(self.city.key):
            return ("feeds", *segments[2:])
        return segments[len(parts) :] if segments[: len(parts)] == parts else None

    def operation(self, method: str, rest: tuple[str, ...]) -> str:
        return OPERATIONS.get(rest[0], "none") if rest else "none"

    def answer(self, request: Request, rest: tuple[str, ...], *, key_revoked: bool = False) -> Answer:
        if rest[:1] == ("feeds",) and len(rest) > 1:
            return feed(self.city, self.store, request, "/".join(rest[1:]))
        method = METHODS.get(rest[0]) if len(rest) == 1 else None
        if method is None:
            return Answer(404, b"The URL request is invalid\n")
        if request.method != "GET":
            return Answer(405, f"{request.method} is not allowed here\n".encode())
        try:
            return self._call(request, rest[0], method, key_revoked=key_revoked)
        except Refusal as refused:
            return _failure(method, refused)

    def _call(self, request: Request, name: str, method: Method, *, key_revoked: bool) -> Answer:
        filing = _read_filing(request)
        tries = self.store.note_post(self.city.key, filing.fingerprint) if name == "create_request" else 0
        api_key = request.arg("api_key")
        if not api_key:
            raise Refusal(method.missing_key, f"api_key was not received -- can't proceed with {name}.")
        if key_revoked or not self.city.accepts_key(api_key):
            raise Refusal(method.invalid_key, f"Invalid api_key received -- can't proceed with {name}.")
        if request.arg("city_id") != self.city.jurisdiction_id:
            raise Refusal(method.general, f"General service error: city_id {request.arg('city_id')!r} is not served.")
        if name == "service_list":
            return _success(method, self._services())
        if name == "status_update":
            return _success(method, self._status(request, api_key))
        return self._create(method, filing, tries, api_key)

    def _services(self) -> str:
        bare = self.city.key in BARE_QUOTES
        return "".join(
            "\n        <service "
            + " ".join(
                f'{name}="{_attribute(value, bare=bare)}"'
                for name, value in (
                    ("service_code", service.code),
                    ("service_name", service.name),
                    ("service_description", service.description),
                )
            )
            + "/>"
            for service in self.city.services.values()
        )

    def _create(self, method: Method, filing: Filing, tries: int, api_key: str) -> Answer:
        """The same call twice makes two requests: a GET that creates cannot tell a repeat from a second report."""
        words = magic_words(filing.description)
        early = magic_before(words, tries)
        if early:
            return early
        if not filing.service_code:
            raise Refusal(MISSING_SERVICE, "service_code was not received -- can't proceed with create_request.")
        service = self.city.services.get(filing.service_code)
        if service is None:
            raise Refusal(INVALID_SERVICE, f"Invalid service_code received: {filing.service_code}")
        wrong = refusal(service) if "SANDBOX-REFUSE" in words else problems(self.city, service, filing)
        if wrong:
            raise Refusal(method.general, "General service error: " + "; ".join(wrong))
        if "SANDBOX-DUPLICATE" in words:
            store_once(self.city, self.store, filing, service, words)
            raise Refusal(method.general, "General service error: this request is a duplicate.")
        stored = store_filing(self.city, self.store, filing, service, words, more={"api_key": api_key})
        answer = _success(method, _receipt(stored, service.notice))
        return magic_after(words, answer, self.timing)

    def _status(self, request: Request, api_key: str) -> str:
        wanted = request.arg("service_request_id")
        if not wanted:
            raise Refusal(METHODS["status_update"].general, "General service error: service_request_id is missing.")
        for stored in self.store.requests(self.city.key):
            if stored.service_request_id == wanted and stored.more.get("api_key") == api_key:
                service = self.city.services[stored.service_code]
                done = work.progress(self.city.key, service.kind, stored, self.store.clock.now())
                fields = (stored.service_request_id, done.status, done.notes, service.name)
                return _elements(("service_request_id", "status", "status_notes", "service_name"), fields)
        raise Refusal(
            NOT_FOUND, "Id not valid or you are attempting to search for a service request you did not create"
        )


def _read_filing(request: Request) -> Filing:
    """v1's own names for what GeoReport v2 calls long, email and phone."""
    renamed = {"lon": "long", "customer_email": "email", "phone_number": "phone"}
    query = {renamed.get(name, name): values for name, values in request.query.items() if name not in renamed.values()}
    return read_filing(Request(request.method, request.segments, query))


def _receipt(stored: StoredRequest, notice: str) -> str:
    """The agreement is wrapped and indented as the documented one is; without one the element is not there."""
    number = _elements(("service_request_id",), (stored.service_request_id,))
    agreement = ""
    if notice:
        agreement = (
            f"\n\n        <service_level_agreement>\n            {_text(notice)}\n        </service_level_agreement>"
        )
    return f"{number}{agreement}\n" + _elements(("account_id",), (stored.account_id,))


def _success(method: Method, inner: str) -> Answer:
    filled = f"    <{method.container}>{inner}\n    </{method.container}>"
    blocks = (
        f"    <Open311Error/>\n\n{filled}"
        if method.container == "Open311Create"
        else f"{filled}\n\n    <Open311Error/>"
    )
    return _document(f"<{method.root}>\n{blocks}\n</{method.root}>\n")


def _failure(method: Method, refused: Refusal) -> Answer:
    inner = _elements(("errorCode", "errorDescription"), (str(refused.code), refused.description))
    return _document(
        f"<{method.root}{NAMESPACES}>\n    <Open311Error>{inner}\n    </Open311Error>\n"
        f"    <{method.container}/>\n</{method.root}>\n"
    )


def _document(text: str) -> Answer:
    return Answer(200, text.encode("utf-8", "replace"), XML)


def _elements(names: tuple[str, ...], values: tuple[str, ...]) -> str:
    return "".join(
        f"\n        <{name}>{_text(value)}</{name}>" if value else f"\n        <{name}/>"
        for name, value in zip(names, values, strict=True)
    )


def _text(value: str) -> str:
    return escape(xml_text(value) or "")


def _attribute(value: str, *, bare: bool) -> str:
    return _text(value) if bare else escape(value, {'"': "&quot;"})
