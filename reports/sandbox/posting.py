"""POST requests at a GeoReport v2 city: count it, check it, store it, answer with an id, a token or neither."""

from hashlib import blake2b
from typing import Any

from reports.sandbox import work
from reports.sandbox.cities import City, Service
from reports.sandbox.encoding import encode
from reports.sandbox.faults import Timing, magic_after, magic_before, magic_words
from reports.sandbox.filing import Filing, problems, read_filing, refusal
from reports.sandbox.refusals import CityError, check_jurisdiction, check_key, find_service
from reports.sandbox.request_rows import public_id, row
from reports.sandbox.state import Store, StoredRequest
from reports.sandbox.wire import Answer, Request


class Posting:
    """Takes one city's POSTs."""

    def __init__(self, city: City, store: Store, timing: Timing) -> None:
        self.city = city
        self.store = store
        self.timing = timing

    def post(self, request: Request, format_: str) -> Answer:
        """Every POST is counted first, also one that is then refused. Raises CityError."""
        filing = read_filing(request)
        tries = self.store.note_post(self.city.key, filing.fingerprint)
        check_key(self.city, request)
        check_jurisdiction(self.city, request)
        words = magic_words(filing.description)
        early = magic_before(words, tries)
        if early:
            return early
        if not filing.service_code:
            raise CityError(400, "service_code required")
        service = find_service(self.city, filing.service_code)
        wrong = refusal(service) if "SANDBOX-REFUSE" in words else problems(self.city, service, filing)
        if wrong:
            raise CityError(400, *wrong)
        if "SANDBOX-DUPLICATE" in words:
            self._store_once(filing, service, words)
            raise CityError(400, "Invalid service request: base is a duplicate.")
        stored = self._store(filing, service, words)
        answer = encode("service_requests", [self._receipt(stored, service)], format_, self.city.post_status)
        return magic_after(words, answer, self.timing)

    def _receipt(self, stored: StoredRequest, service: Service) -> dict[str, Any]:
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

    def _store_once(self, filing: Filing, service: Service, words: list[str]) -> None:
        held = self.store.requests(self.city.key)
        if not any(stored.fingerprint == filing.fingerprint for stored in held):
            self._store(filing, service, words)

    def _store(self, filing: Filing, service: Service, words: list[str]) -> StoredRequest:
        city, store = self.city, self.store
        now = store.clock.now()
        earlier = [s for s in store.requests(city.key) if s.service_code == service.code]

        def make(serial: int) -> StoredRequest:
            year = now.astimezone(city.zone).year % 100
            form = "{serial}" if city.number_ids or "SANDBOX-ID-NUMBER" in words else city.id_form
            # Where nothing was filed before it, a duplicate is one of a request older than these records.
            older = city.id_form.format(serial=city.first_serial - 10 - serial, year=year)
            batch = service.type == "batch"
            token = blake2b(f"{city.key}/{serial}".encode(), digest_size=12).hexdigest()
            lat, long = filing.point
            return StoredRequest(
                serial=serial,
                service_request_id=form.format(serial=city.first_serial + serial, year=year),
                token=token if batch else "",
                received_at=now.isoformat(),
                pace=store.pace,
                plan=work.choose_plan(city.key, serial, words),
                token_delay=work.choose_token_delay(city.key, serial, store.pace, words) if batch else 0.0,
                fingerprint=filing.fingerprint,
                service_code=service.code,
                description=filing.description,
                lat=lat,
                long=long,
                address_string=filing.address_string,
                address_id=filing.address_id,
                attributes=filing.attributes,
                email=filing.email,
                first_name=filing.first_name,
                last_name=filing.last_name,
                phone=filing.phone,
                media_url=filing.media_url,
                account_id=filing.account_id,
                device_id=filing.device_id,
                duplicate_of=earlier[-1].service_request_id if earlier else older,
                words=words,
            )

        return store.add(city.key, make)
