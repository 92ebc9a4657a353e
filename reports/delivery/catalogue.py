"""What an endpoint offers, fetched and kept.

A short, empty or failed list deletes nothing, as it once did at FixMyStreet (PR #3462).
"""

import logging
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction

from reports import clock
from reports.delivery import catalogue_changes, definitions, endpoints, service_rows
from reports.delivery.definitions import definition_hash, with_definition
from reports.delivery.gate import Kind
from reports.delivery.listings import Listing, ask_around, forget_listings, listing_at
from reports.delivery.recoding import recode
from reports.delivery.service_rows import Difference
from reports.delivery.validators import is_young, refused_before, remembered, same_settings, to_store
from reports.dialects import messages, registry
from reports.dialects.base import Connection, Dialect
from reports.dialects.errors import DialectError, Unchanged
from reports.http import Client, Validators
from reports.models import Endpoint, Service

__all__ = [
    "Difference",
    "Listing",
    "ask_around",
    "definition_hash",
    "listing_at",
    "sync_services",
    "why_not_synced",
    "with_definition",
]

log = logging.getLogger(__name__)

Listed = dict[str, messages.Service]
Known = Mapping[str, Service]


def why_not_synced(endpoint: Endpoint) -> str:
    """Why there is no list to fetch, for a person: "written" by volunteers, or asked for by "place"; else empty."""
    kind = registry.get(endpoint.dialect)
    if not kind.has_services:
        return "written"
    return "place" if kind.services_depend_on_place else ""


def sync_services(endpoint: Endpoint) -> Difference:
    """Fetch services and definitions and store them. DialectError when the list cannot be had: then nothing changes.

    Nothing is asked of an endpoint without a list of its own (`why_not_synced`). A service that two lists in a row do
    not name is suspended, and comes back by itself. What volunteers wrote over a service is another table and stays.
    """
    forget_listings(endpoint)
    if why_not_synced(endpoint):
        return Difference()
    known = _known(endpoint)
    validators = remembered(endpoint)
    if not all(row.active for row in known.values()):
        validators.forget()  # which of list and definition said so is not kept, so both are read again
    with endpoints.passing(endpoint, Kind.READ) as permit:
        dialect = endpoints.dialect_for(endpoint, validators=validators, permit=permit)
        listed = _listed(dialect, validators, known)
        changeset = _changeset(endpoint, dialect)
        current = bool(changeset) and changeset == endpoint.changeset and same_settings(endpoint)
        wanted = _wanted(dialect, listed, known, refused_before(endpoint), current=current)
        fetched = definitions.fetch(endpoint, wanted, validators, permit)
    return _store(endpoint, listed, fetched, validators, changeset)


def _known(endpoint: Endpoint) -> dict[str, Service]:
    return {service.service_code: service for service in Service.objects.filter(endpoint=endpoint)}


def _listed(dialect: Dialect, validators: Validators, known: Known) -> Listed:
    """The city's list; where it has not changed, the one of the last time, as our rows remember it."""
    try:
        services = dialect.services()
    except Unchanged:
        last = [row for row in known.values() if not row.suspended and not row.missed_syncs]
        if last and validators.asked:
            return {row.service_code: _as_listed(row) for row in last}
        validators.forget()
        services = dialect.services()
    validators.keep()
    return service_rows.by_code(services)


def _as_listed(row: Service) -> messages.Service:
    return messages.Service(
        service_code=row.service_code,
        service_name=row.service_name,
        description=row.description,
        metadata=row.metadata,
        type=messages.ServiceType(row.type),
        keywords=tuple(row.keywords),
        group=row.group,
        notice=row.city_notice,
        active=row.active,
    )


def _changeset(endpoint: Endpoint, dialect: Dialect) -> str:
    """The discovery document's word for this endpoint's definitions; empty where there is no such document."""
    if not endpoint.discovery_url or not dialect.has_discovery:
        return ""
    if urlsplit(endpoint.discovery_url).netloc != urlsplit(endpoint.base_url).netloc:
        # Neither the key nor the headers, which may hold another, are for a third party.
        client = Client(f"endpoint-{endpoint.pk}-discovery")
        dialect = type(dialect)(Connection(endpoint.base_url, client, discovery_url=endpoint.discovery_url))
    try:
        found = dialect.discovery()
    except DialectError as error:
        log.info("no discovery document of %s: %s", endpoint.pk, error)
        return ""
    own = [each for each in found.endpoints if each.url.rstrip("/") == endpoint.base_url.rstrip("/")]
    return ((own[0].changeset if own else "") or found.changeset)[:100]


def _wanted(
    dialect: Dialect, listed: Listed, known: Known, refused: Collection[str], *, current: bool
) -> list[tuple[str, Service | None]]:
    """Whose definitions to fetch: the longest missed first, what was `refused` the last time at the end. With a
    `current` changeset, only what is new or old."""
    wanted = []
    for code, service in listed.items():
        row = known.get(code)
        had = row is not None and row.active and row.metadata and is_young(row.definition_fetched_at)
        if service.metadata and dialect.has_definitions and not (current and had):
            wanted.append((code, row))
    return sorted(wanted, key=lambda pair: (pair[0] in refused, _last_fetched(pair[1])))


def _last_fetched(row: Service | None) -> float:
    return row.definition_fetched_at.timestamp() if row is not None and row.definition_fetched_at else 0.0


def _store(
    endpoint: Endpoint, listed: Listed, fetched: definitions.Fetched, validators: Validators, changeset: str
) -> Difference:
    difference = Difference(without_definition=fetched.failed, postponed=fetched.postponed)
    whole = not fetched.failed and not fetched.postponed
    with transaction.atomic():
        Endpoint.objects.select_for_update(of=("self",)).only("pk").get(pk=endpoint.pk)  # one sync at a time
        known = _known(endpoint)
        first = not known
        recode(known, listed, difference)
        for code, service in listed.items():
            definition = fetched.definitions.get(code)
            if definition is None and not service.metadata:
                definition = definitions.Definition()
            service_rows.store(endpoint, service, known.get(code), definition, difference)
        service_rows.count_missing(known, listed, difference)
        if difference.list_was_short:
            validators.forget()  # a broken list must not become "not modified"
        if not first:
            catalogue_changes.record(endpoint, difference)
        facts: dict[str, Any] = {"validators": to_store(endpoint, validators, fetched.refused)}
        if whole:
            facts["changeset"] = changeset
        now = clock.now()
        Endpoint.objects.filter(pk=endpoint.pk).update(services_synced_at=now, last_success_at=now, **facts)
    endpoint.refresh_from_db(fields=["validators", "changeset"])
    return difference
