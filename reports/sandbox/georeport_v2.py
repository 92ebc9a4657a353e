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
from reports.sandbox.request_rows import ServerBrokenError, found_by, listing, public_id, row
from reports.sandbox.state import StoredRequest
from reports.sandbox.system import System
from reports.sandbox.wire import Answer, Request

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
MIME = {"xml": "text/xml", "json": "application/json"}


class GeoReportV2(System):
    """Answers for one GeoReport v2 city."""

    def operation(self, method: str, rest: tuple[str, ...]) -> str:
        name = rest[0].partition(".")[0] if rest else ""
        if name == "requests" and method == "POST":
            return "post"
        if name == "services" and len(rest) > 1:
            return "definition"
        return {"tokens": "token"}.get(name, name or "none")

    def answer(self, request: Request, rest: tuple[str, ...], *, key_revoked: bool = False) -> Answer:
        """`rest` is the path below the base, such as ("services", "001.json")."""
        stem, dot, format_ = (rest[-1] if rest else "").rpartition(".")
        path = (*rest[:-1], stem)
        offered = ("xml", "json") if path == ("discovery",) else self.city.formats
        spoken = format_ if format_ in offered else offered[0]
        try:
            if not dot or format_ not in offered:
                raise CityError(404, f"No such resource or format: {'/'.join(rest)}")
            if key_revoked:
                raise CityError(403, "api_key is not valid")
            return self._resource(request, path, format_)
        except CityError as error:
            listed = [{"code": error.status, "description": text} for text in error.descriptions]
            return encode("errors", listed, spoken, error.status)
        except ServerBrokenError:
            return unavailable(500)

    def _resource(self, request: Request, path: tuple[str, ...], format_: str) -> Answer:
        if path == ("discovery",):
            return encode("discovery", self._discovery(request), format_)
        if request.method == "POST" and path == ("requests",):
            return Posting(self.city, self.store, self.timing).post(request, format_)
        if request.method not in ("GET", "HEAD"):
            raise CityError(405, f"{request.method} is not allowed here")
        check_jurisdiction(self.city, request)
        name, *names = path
        if name == "services" and len(names) <= 1:
            return self._services(names, format_, request)
        if name == "tokens" and len(names) == 1:
            return encode("service_requests", self._tokens(names[0]), format_)
        if name == "requests" and len(names) <= 1:
            return encode("service_requests", self._requests(names, request), format_)
        raise CityError(404, f"No such resource: {'/'.join(path)}")

    def _discovery(self, request: Request) -> dict[str, Any]:
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

    def _services(self, names: list[str], format_: str, request: Request) -> Answer:
        if not names:
            return encode("services", [_service_row(service) for service in self.city.services.values()], format_)
        service = find_service(self.city, names[0])
        definition: dict[str, Any] = {"service_code": service.code, "attributes": list(service.definition)}
        if self.city.extensions and request.arg("extensions").lower() == "true":
            extended = {"active": True, "notice": service.notice, "updated_at": self.city.changeset}
            definition["extended_attributes"] = extended
        return encode("service_definition", definition, format_)

    def _tokens(self, asked: str) -> list[dict[str, Any]]:
        tokens = asked.split(",") if self.city.token_lists else [asked]
        by_token = {stored.token: stored for stored in self.store.requests(self.city.key) if stored.token}
        rows = [shown for token in tokens if token in by_token and (shown := self._token_row(by_token[token]))]
        if not rows:
            raise CityError(404, f"Token not found: {asked}")
        return rows

    def _token_row(self, stored: StoredRequest) -> dict[str, Any] | None:
        """Token and id; before there is an id the token alone, or None with SANDBOX-TOKEN-404."""
        if work.token_ready(stored, self.store.clock.now()):
            return {"service_request_id": public_id(self.city, stored), "token": stored.token}
        return None if "SANDBOX-TOKEN-404" in stored.words else {"token": stored.token}

    def _requests(self, names: list[str], request: Request) -> list[dict[str, Any]]:
        held, now = self.store.requests(self.city.key), self.store.clock.now()
        if not names:
            try:
                return listing(self.city, held, request, now)
            except ValueError as problem:
                raise CityError(400, str(problem)) from None
        extended = request.arg("extensions").lower() == "true"
        for stored in held:
            visible = self.city.services[stored.service_code].type != "blackbox"
            if visible and found_by(self.city, stored, {names[0]}, now):
                return [row(self.city, stored, now, extended=extended)]
        raise CityError(404, f"Service request not found with id or token {names[0]}")


def _service_row(service: Service) -> dict[str, Any]:
    return {
        "service_code": service.code,
        "service_name": service.name,
        "description": service.description,
        "metadata": service.metadata,
        "type": service.type,
        "keywords": service.keywords,
        "group": service.group,
    }
