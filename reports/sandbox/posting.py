"""POST requests at a GeoReport v2 city: count it, check it, store it, answer with an id, a token or neither."""

from typing import Any

from reports.sandbox.cities import City, Service
from reports.sandbox.encoding import encode
from reports.sandbox.faults import Timing, magic_after, magic_before, magic_words
from reports.sandbox.filing import Filing, problems, read_filing, refusal
from reports.sandbox.refusals import CityError, check_jurisdiction, check_key, find_service
from reports.sandbox.request_rows import public_id, row
from reports.sandbox.state import Store, StoredRequest
from reports.sandbox.storing import store_filing, store_once
from reports.sandbox.wire import Answer, Request


class Posting:
    """Takes one city's POSTs. A family that departs further than the flags of `City` go overrides the methods that
    `post` calls."""

    def __init__(self, city: City, store: Store, timing: Timing) -> None:
        self.city = city
        self.store = store
        self.timing = timing

    def post(self, request: Request, format_: str) -> Answer:
        """Every POST is counted first, also one that is then refused. Raises CityError."""
        filing = self.read(request)
        tries = self.store.note_post(self.city.key, filing.fingerprint)
        self.check_access(request)
        words = magic_words(filing.description)
        early = magic_before(words, tries)
        if early:
            return early
        service = self.service(filing)
        wrong = refusal(service) if "SANDBOX-REFUSE" in words else self.problems(service, filing, request)
        if wrong:
            raise CityError(400, *wrong)
        if "SANDBOX-DUPLICATE" in words:
            store_once(self.city, self.store, filing, service, words)
            raise CityError(400, "Invalid service request: base is a duplicate.")
        stored = self.keep(filing, service, words, request)
        return magic_after(words, self.taken(stored, service, format_), self.timing)

    def read(self, request: Request) -> Filing:
        return read_filing(request)

    def check_access(self, request: Request) -> None:
        """Key and jurisdiction. Raises CityError."""
        check_key(self.city, request)
        check_jurisdiction(self.city, request)

    def service(self, filing: Filing) -> Service:
        """The service that is asked for. Raises CityError where there is none."""
        if not filing.service_code:
            raise CityError(400, "service_code required")
        return find_service(self.city, filing.service_code)

    def problems(self, service: Service, filing: Filing, request: Request) -> list[str]:
        """What is wrong with the filing, one sentence each."""
        return problems(self.city, service, filing)

    def keep(self, filing: Filing, service: Service, words: list[str], request: Request) -> StoredRequest:
        """Put the filing into the city's records. Raises CityError where the city has a reason not to."""
        return store_filing(self.city, self.store, filing, service, words)

    def taken(self, stored: StoredRequest, service: Service, format_: str) -> Answer:
        """The answer to a filing that was taken."""
        return encode("service_requests", [self.receipt(stored, service)], format_, self.city.post_status)

    def receipt(self, stored: StoredRequest, service: Service) -> dict[str, Any]:
        """What a POST gives back: id, token or neither, by the service's type; the whole row at uReport."""
        if self.city.post_gives_row:
            return row(self.city, stored, self.store.clock.now())
        receipt: dict[str, Any] = {}
        if service.type == "realtime":
            receipt["service_request_id"] = public_id(self.city, stored)
        elif service.type == "batch":
            receipt["token"] = stored.token
        receipt |= {"service_notice": service.notice or None, "account_id": stored.account_id or None}
        if self.city.empty == "omit":
            return {name: value for name, value in receipt.items() if value is not None}
        return receipt
