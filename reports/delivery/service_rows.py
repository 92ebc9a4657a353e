"""Services as a city lists them, written into our rows. What volunteers say over them is another table and stays."""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from reports import clock
from reports.delivery.definitions import Definition
from reports.dialects import messages
from reports.models import Endpoint, Service

MISSES_BEFORE_SUSPENSION: Final = 2
CODE_MOST: Final = 200  # characters; a longer code cannot be stored, and a shortened one would name nothing
SHORT: Final = 0.5  # a list with less than half of what is known is taken for a broken one


@dataclass(slots=True)
class Difference:
    """What one sync found, as service codes. `recoded` has the new ones, whose rows remember the old.

    `without_definition` could not be had; `postponed` were not asked for in this round.
    """

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    recoded: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    suspended: list[str] = field(default_factory=list)
    returned: list[str] = field(default_factory=list)
    without_definition: list[str] = field(default_factory=list)
    postponed: list[str] = field(default_factory=list)
    list_was_short: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Its fields by name."""
        return dataclasses.asdict(self)


def by_code(services: Iterable[messages.Service]) -> dict[str, messages.Service]:
    """A list by code, in its order; of two with one code the last counts."""
    return {service.service_code: service for service in services if len(service.service_code) <= CODE_MOST}


def store(
    endpoint: Endpoint,
    listed: messages.Service,
    known: Service | None,
    definition: Definition | None,
    difference: Difference,
) -> None:
    """Write one listed service; `definition` is None where it was not fetched, and then the stored one stays."""
    row = known or Service(endpoint=endpoint, service_code=listed.service_code)
    before = _facts(row)
    _take(row, listed)
    never_had = row.definition_fetched_at is None  # then it was the list that said it takes none
    row.active = listed.active and (definition.active if definition else row.active or never_had)
    row.city_notice = listed.notice or (definition.notice if definition else row.city_notice)
    if definition is not None:
        definition.write(row)
    if row.suspended:
        difference.returned.append(listed.service_code)
    elif known is None:
        difference.added.append(listed.service_code)
    elif _facts(row) != before and listed.service_code not in difference.recoded:
        difference.changed.append(listed.service_code)
    row.suspended, row.missed_syncs, row.missing_since = False, 0, None
    row.save()


def store_in_passing(endpoint: Endpoint, listed: messages.Service, known: Service | None) -> None:
    """Write a service that was listed at one place, without its definition; what is as it was is not written again."""
    row = known or Service(endpoint=endpoint, service_code=listed.service_code)
    before = _facts(row)
    _take(row, listed)
    row.active = listed.active
    row.city_notice = listed.notice or row.city_notice
    if known is None or row.suspended or _facts(row) != before:
        row.suspended, row.missed_syncs, row.missing_since = False, 0, None
        row.save()


def count_missing(known: Mapping[str, Service], listed: Mapping[str, messages.Service], difference: Difference) -> None:
    """Count what a list leaves out, and suspend what two lists in a row leave out. A short list counts for nothing."""
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


def group_of(listed: messages.Service) -> str:
    """The one group under which it stands here: the first where a city names several."""
    return (listed.group or next(iter(listed.groups), ""))[:200]


def _take(row: Service, listed: messages.Service) -> None:
    row.service_name = listed.service_name[:300]
    row.description = listed.description
    if row.metadata != listed.metadata:  # what it asked before is not what it asks now
        row.metadata = listed.metadata
        row.definition, row.definition_hash, row.definition_fetched_at = [], "", None
    row.type = listed.type.value
    row.keywords = list(listed.keywords)
    row.group = group_of(listed)


def _facts(row: Service) -> tuple[Any, ...]:
    return (
        row.service_name, row.description, row.metadata, row.type, tuple(row.keywords), row.group, row.definition_hash,
        row.active, row.city_notice,
    )  # fmt: skip
