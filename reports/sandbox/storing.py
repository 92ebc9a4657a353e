"""A filing put into a city's records: its number, its token, what will be done with it. The same for every family."""

from base64 import b32hexencode
from datetime import datetime
from hashlib import blake2b
from typing import Any
from uuid import UUID

from reports.sandbox import work
from reports.sandbox.cities import City, Service
from reports.sandbox.filing import Filing
from reports.sandbox.state import Store, StoredRequest
from reports.sandbox.wire import File


def store_once(city: City, store: Store, filing: Filing, service: Service, words: list[str]) -> None:
    """Store a filing unless the city has the very same already."""
    if not any(stored.fingerprint == filing.fingerprint for stored in store.requests(city.key)):
        store_filing(city, store, filing, service, words)


def uploaded(file: File) -> dict[str, Any]:
    """What is kept of an uploaded file: not its content."""
    return {
        "field": file.field,
        "filename": file.filename,
        "content_type": file.content_type,
        "bytes": len(file.content),
    }


def store_filing(
    city: City,
    store: Store,
    filing: Filing,
    service: Service,
    words: list[str],
    *,
    received: datetime | None = None,
    **more: Any,
) -> StoredRequest:
    """Store a filing under the city's next number, as received at the clock's present unless a moment is given.
    `more`: fields that only some families have."""
    now = received or store.clock.now()
    earlier = [held for held in store.requests(city.key) if held.service_code == service.code]

    def make(serial: int) -> StoredRequest:
        year = now.astimezone(city.zone).year % 100
        seed = blake2b(f"{city.key}/{serial}".encode(), digest_size=16).digest()
        code = b32hexencode(seed).decode().lower()[:20]
        form = "{serial}" if city.number_ids or "SANDBOX-ID-NUMBER" in words else city.id_form
        # Where nothing was filed before it, a duplicate is one of a request older than these records.
        older = city.id_form.format(serial=city.first_serial - 10 - serial, year=year, code=code[::-1])
        batch = service.type == "batch"
        token = str(UUID(bytes=seed, version=4)) if city.uuid_tokens else _hex(city, serial)
        lat, long = filing.point
        return StoredRequest(
            serial=serial,
            service_request_id=form.format(serial=city.first_serial + serial, year=year, code=code),
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


def _hex(city: City, serial: int) -> str:
    return blake2b(f"{city.key}/{serial}".encode(), digest_size=12).hexdigest()
