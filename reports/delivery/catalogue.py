"""What an endpoint offers, fetched and kept.

A short, empty or failed list deletes nothing, as it once did at FixMyStreet (PR #3462).
"""

import dataclasses
import hashlib
import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from reports import clock
from reports.delivery import endpoints
from reports.dialects import messages
from reports.dialects.base import Dialect
from reports.dialects.errors import DialectError, NoAnswer, RateLimited, Unreachable
from reports.models import Endpoint, Service

log = logging.getLogger(__name__)

MISSES_BEFORE_SUSPENSION = 2
SHORT = 0.5  # a list with less than half of what is known is taken for a broken one


@dataclass(slots=True)
class Difference:
    """What one sync found: service codes, and codes whose definition could not be had."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    suspended: list[str] = field(default_factory=list)
    returned: list[str] = field(default_factory=list)
    without_definition: list[str] = field(default_factory=list)
    list_was_short: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Its fields by name."""
        return dataclasses.asdict(self)


def sync_services(endpoint: Endpoint) -> Difference:
    """Fetch services and definitions and store them. DialectError when the list cannot be had: then nothing changes.

    A service that two complete lists in a row do not name is suspended, and comes back by itself.
    What volunteers wrote over a service is another table and stays.
    """
    dialect = endpoints.dialect_for(endpoint)
    try:
        listed = {service.service_code: service for service in dialect.services()}
    except DialectError as error:
        endpoints.note_failure(endpoint, error)
        raise
    difference = Difference()
    definitions = _definitions(dialect, listed.values(), difference)
    with transaction.atomic():
        known = {service.service_code: service for service in Service.objects.filter(endpoint=endpoint)}
        for service in listed.values():
            _store(
                endpoint, service, known.get(service.service_code), definitions.get(service.service_code), difference
            )
        _count_missing(known, listed, difference)
        Endpoint.objects.filter(pk=endpoint.pk).update(services_synced_at=clock.now(), last_success_at=clock.now())
    return difference


def definition_hash(definition: list[dict[str, Any]]) -> str:
    """The same for two definitions that ask the same questions."""
    return hashlib.sha256(json.dumps(definition, sort_keys=True).encode()).hexdigest() if definition else ""


def _definitions(
    dialect: Dialect, services: Iterable[messages.Service], difference: Difference
) -> dict[str, list[dict[str, Any]]]:
    """The definitions of the services that have one; one that cannot be had leaves the stored one as it is."""
    definitions: dict[str, list[dict[str, Any]]] = {}
    for service in services:
        if not service.metadata:
            definitions[service.service_code] = []
            continue
        try:
            definition = dialect.service_definition(service.service_code)
        except DialectError as error:
            log.warning("no definition of %s: %s", service.service_code, error)
            difference.without_definition.append(service.service_code)
            if isinstance(error, Unreachable | NoAnswer | RateLimited):
                difference.list_was_short = True  # the city is away: nothing is concluded from this round
                break
            continue
        definitions[service.service_code] = [_as_json(attribute) for attribute in definition.attributes]
    return definitions


def _as_json(attribute: messages.Attribute) -> dict[str, Any]:
    return {
        "code": attribute.code,
        "variable": attribute.variable,
        "datatype": attribute.datatype.value,
        "required": attribute.required,
        "datatype_description": attribute.datatype_description,
        "order": attribute.order,
        "description": attribute.description,
        "values": [dataclasses.asdict(value) for value in attribute.values],
        "private": attribute.private,
    }


def _store(
    endpoint: Endpoint,
    listed: messages.Service,
    known: Service | None,
    definition: list[dict[str, Any]] | None,
    difference: Difference,
) -> None:
    row = known or Service(endpoint=endpoint, service_code=listed.service_code)
    before = _facts(row)
    row.service_name = listed.service_name[:300]
    row.description = listed.description
    row.metadata = listed.metadata
    row.type = listed.type.value
    row.keywords = list(listed.keywords)
    row.group = listed.group[:200]
    if definition is not None:
        row.definition = definition
        row.definition_hash = definition_hash(definition)
        row.definition_fetched_at = clock.now()
    if row.suspended:
        difference.returned.append(listed.service_code)
    row.suspended, row.missed_syncs, row.missing_since = False, 0, None
    if known is None:
        difference.added.append(listed.service_code)
    elif _facts(row) != before:
        difference.changed.append(listed.service_code)
    row.save()


def _facts(row: Service) -> tuple[Any, ...]:
    return (
        row.service_name, row.description, row.metadata, row.type, tuple(row.keywords), row.group, row.definition_hash,
    )  # fmt: skip


def _count_missing(known: dict[str, Service], listed: dict[str, messages.Service], difference: Difference) -> None:
    offered = [service for service in known.values() if not service.suspended]
    gone = [service for service in offered if service.service_code not in listed]
    difference.missing = [service.service_code for service in gone]
    if len(offered) - len(gone) < SHORT * len(offered):
        difference.list_was_short = True
        return
    for service in gone:
        service.missed_syncs += 1
        service.missing_since = service.missing_since or clock.now()
        service.suspended = service.missed_syncs >= MISSES_BEFORE_SUSPENSION
        service.save(update_fields=["missed_syncs", "missing_since", "suspended"])
        if service.suspended:
            difference.suspended.append(service.service_code)
