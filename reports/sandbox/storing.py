"""A filing put into a city's records: its number, its token, what will be done with it. The same for every family."""

from hashlib import blake2b
from typing import Any

from reports.sandbox import work
from reports.sandbox.cities import City, Service
from reports.sandbox.filing import Filing
from reports.sandbox.state import Store, StoredRequest


def store_once(city: City, store: Store, filing: Filing, service: Service, words: list[str]) -> None:
    """Store a filing unless the city has the very same already."""
    if not any(stored.fingerprint == filing.fingerprint for stored in store.requests(city.key)):
        store_filing(city, store, filing, service, words)


def store_filing(
    city: City, store: Store, filing: Filing, service: Service, words: list[str], **more: Any
) -> StoredRequest:
    """Store a filing under the city's next number. `more`: fields that only some families have."""
    now = store.clock.now()
    earlier = [held for held in store.requests(city.key) if held.service_code == service.code]

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
            **more,
        )

    return store.add(city.key, make)
