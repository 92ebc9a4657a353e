"""A GeoReport v2 city: discovery, services, service definitions, requests and tokens, in XML and JSON.

Source: GeoReport v2 (DIALECTS section 1), with the departures that `City` switches on.
"""

from typing import Any
from urllib.parse import urlsplit

from reports.sandbox import work
from reports.sandbox.cities import Service
from reports.sandbox.encoding import encode
from reports.sandbox.faults import unavailable
from reports.sandbox.posting import Posting
from reports.sandbox.refusals import CityError, check_jurisdiction, find_service
from reports.sandbox.request_rows import ServerBrokenError, asked_ids, found_by, one_page, passing, public_id, row
from reports.sandbox.state import StoredRequest
from reports.sandbox.system import System
from reports.sandbox.wire import Answer, Request

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
MIME = {"xml": "text/xml", "json": "application/json"}


class GeoReportV2(System):
    """Answers for one GeoReport v2 city. A family that departs further than the flags of `City` go overrides the
    methods without an underscore."""

    posting: type[Posting] = Posting

    def operation(self, method: str, rest: tuple[str, ...]) -> str:
        name = rest[0].partition(".")[0] if rest else ""
        if name == "requests" and method == "POST":
            return "post"
        if name == "services" and len(rest) > 1:
            return "definition"
        return {"tokens": "token"}.get(name, name or "none")

    def answer(self, request: Request, rest: tuple[str, ...], *, key_revoked: bool = False) -> Answer:
        """`rest` is the path below the base, such as ("services", "001.json")."""
        path, format_ = self.path_and_format(rest)
        offered = self.formats_of(path)
        spoken = format_ if format_ in offered else offered[0]
        try:
            if format_ not in offered:
                raise CityError(404, f"No such resource or format: {'/'.join(rest)}")
            if key_revoked:
                raise CityError(403, "api_key is not valid")
            return self.resource(request, path, format_)
        except CityError as error:
            return self.refuse(error, spoken)
        except ServerBrokenError:
            return unavailable(500)

    def path_and_format(self, rest: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
        """The path without the ending of its last part, and that ending, "" where there is none."""
        stem, dot, format_ = (rest[-1] if rest else "").rpartition(".")
        return ((*rest[:-1], stem), format_) if dot else (rest, "")

    def formats_of(self, path: tuple[str, ...]) -> tuple[str, ...]:
        """Discovery is in both formats everywhere, as the standard has it."""
        return ("xml", "json") if path == ("discovery",) else self.city.formats

    def refuse(self, error: CityError, format_: str) -> Answer:
        """An error in the city's own form."""
        listed = [{"code": error.status, "description": text} for text in error.descriptions]
        return encode("errors", listed, format_, error.status)

    def show(self, root: str, value: Any, format_: str) -> Answer:
        """What a reading call gives back, in the city's own form."""
        return encode(root, value, format_)

    def resource(self, request: Request, path: tuple[str, ...], format_: str) -> Answer:
        """Answer for the resource at `path`. Raises CityError and ServerBrokenError."""
        if path == ("discovery",):
            return self.show("discovery", self.discovery(request), format_)
        if request.method == "POST" and path == ("requests",):
            return self.posting(self.city, self.store, self.timing).post(request, format_)
        if request.method not in ("GET", "HEAD"):
            raise CityError(405, f"{request.method} is not allowed here")
        check_jurisdiction(self.city, request)
        name, *names = path or ("",)
        if name == "services" and not names:
            return self.show("services", self.services(request), format_)
        if name == "services" and len(names) == 1:
            return self.show("service_definition", self.definition(names[0], request), format_)
        if name == "tokens" and len(names) == 1:
            return self.show("service_requests", self.tokens(names[0], request), format_)
        if name == "requests" and not names:
            return self.requests(request, format_)
        if name == "requests" and len(names) == 1:
            return self.one_request(names[0], request, format_)
        raise CityError(404, f"No such resource: {'/'.join(path)}")

    def discovery(self, request: Request) -> dict[str, Any]:
        """The discovery document: this city, and its other environments."""
        places = (("production", self.city.base), *self.city.environments)
        endpoints = [
            {
                "specification": SPECIFICATION,
                "url": f"{request.origin}/{base}",
                "changeset": self.city.changeset,
                "type": type_,
                "formats": [MIME[format_] for format_ in self.city.formats],
            }
            for type_, base in places
        ]
        return {
            "changeset": self.city.changeset,
            "contact": self.city.contact,
            "key_service": f"Keys of the sandbox are in its README; {urlsplit(request.origin).netloc} gives out none.",
            "endpoints": endpoints,
        }

    def services(self, request: Request) -> Any:
        return [self.service_row(service, request) for service in self.city.services.values()]

    def service_row(self, service: Service, request: Request) -> dict[str, Any]:
        """One row of `services`."""
        return {
            "service_code": service.code,
            "service_name": service.name,
            "description": service.description,
            "metadata": service.metadata,
            "type": service.type,
            "keywords": service.keywords,
            "group": service.group,
        }

    def definition(self, code: str, request: Request) -> dict[str, Any]:
        """A service's definition. Raises CityError 404 for an unknown code."""
        service = find_service(self.city, code)
        definition: dict[str, Any] = {"service_code": service.code, "attributes": list(service.definition)}
        if self.city.extensions and request.arg("extensions").lower() == "true":
            active = service.more.get("active", True)
            extended = {"active": active, "notice": service.notice, "updated_at": self.city.changeset}
            definition["extended_attributes"] = extended
        return definition

    def tokens(self, asked: str, request: Request) -> list[dict[str, Any]]:
        """The rows for a token, or a list of them. Raises CityError 404 where none is known."""
        tokens = asked.split(",") if self.city.token_lists else [asked]
        by_token = {stored.token: stored for stored in self.held() if stored.token}
        rows = [shown for token in tokens if token in by_token and (shown := self.token_row(by_token[token]))]
        if not rows:
            raise CityError(404, f"Token not found: {asked}")
        return rows

    def token_row(self, stored: StoredRequest) -> dict[str, Any] | None:
        """Token and id; before there is an id the token alone, or None with SANDBOX-TOKEN-404."""
        if work.token_ready(stored, self.store.clock.now()):
            return {"service_request_id": public_id(self.city, stored), "token": stored.token}
        return None if "SANDBOX-TOKEN-404" in stored.words else {"token": stored.token}

    def held(self) -> list[StoredRequest]:
        """Every request of the city's that a client may come to see, oldest first."""
        held = self.store.requests(self.city.key)
        return [stored for stored in held if self.city.services[stored.service_code].type != "blackbox"]

    def requests(self, request: Request, format_: str) -> Answer:
        """`GET requests`: the ids that are asked for, or a page of what passes the query."""
        found = self.by_ids(request)
        if found is None:
            found = one_page(self.city, self.passing(request), request)
        return self.show("service_requests", [self.row(stored, request) for stored in found], format_)

    def by_ids(self, request: Request) -> list[StoredRequest] | None:
        """The requests whose ids are asked for, which overrides every other argument; None where none is."""
        wanted = request.arg("service_request_id")
        if not wanted:
            return None
        ids, now = asked_ids(self.city, wanted), self.store.clock.now()
        return [stored for stored in self.held() if found_by(self.city, stored, ids, now)]

    def passing(self, request: Request) -> list[StoredRequest]:
        """What passes the query, newest first. Raises CityError 400 for a bad date."""
        try:
            return passing(self.city, self.held(), request, self.store.clock.now(), self.plain_row)
        except ValueError as problem:
            raise CityError(400, str(problem)) from None

    def one_request(self, request_id: str, request: Request, format_: str) -> Answer:
        """`GET requests/{id}`: a list of one. Raises CityError 404."""
        return self.show("service_requests", [self.row(self.find(request_id), request)], format_)

    def find(self, request_id: str) -> StoredRequest:
        """The request with this id. Raises CityError 404."""
        now = self.store.clock.now()
        for stored in self.held():
            if found_by(self.city, stored, {request_id}, now):
                return stored
        raise CityError(404, f"Service request not found with id or token {request_id}")

    def plain_row(self, stored: StoredRequest) -> dict[str, Any]:
        """The row in the standard's form, by which a query is judged."""
        return row(self.city, stored, self.store.clock.now())

    def row(self, stored: StoredRequest, request: Request) -> dict[str, Any]:
        """A request as this city shows it to this call."""
        extended = request.arg("extensions").lower() == "true"
        return row(self.city, stored, self.store.clock.now(), extended=extended)
