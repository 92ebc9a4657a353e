"""Service definitions: fetched a few at a time and kept, or one by one at the moment when somebody needs it."""

import dataclasses
import hashlib
import json
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event
from typing import Any, Final, TypeVar

from django.conf import settings
from django.core.cache import cache

from reports import clock
from reports.delivery import endpoints
from reports.delivery.gate import Kind, Permit
from reports.delivery.validators import is_young
from reports.dialects import messages, registry
from reports.dialects.errors import (
    ConfigurationError,
    DialectError,
    HeldBack,
    NoAnswer,
    RateLimited,
    Unchanged,
    Unreachable,
)
from reports.http import Validators
from reports.models import Endpoint, Service

log = logging.getLogger(__name__)

T = TypeVar("T")
R = TypeVar("R")
Rows = list[dict[str, Any]]
CALLS_KEPT_BACK: Final = 2  # of a minute's calls, for what residents need just then
PAUSE: Final = 15  # seconds after a failure in which nobody has to wait for that endpoint again
ENDING: Final = (HeldBack, NoAnswer, RateLimited, Unreachable)  # what ends a round


@dataclass(frozen=True, slots=True)
class Definition:
    """A service definition as our rows keep it."""

    attributes: Rows = field(default_factory=list)
    notice: str = ""
    active: bool = True

    def write(self, row: Service) -> None:
        """Put it into a row, unsaved."""
        row.definition = self.attributes
        row.definition_hash = definition_hash(self.attributes)
        row.definition_fetched_at = clock.now()


@dataclass(slots=True)
class Fetched:
    """What came of a round: by service code, and the codes of what failed and of what was not asked for."""

    definitions: dict[str, Definition] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)  # those of the failed that say nothing of the city's other answers
    postponed: list[str] = field(default_factory=list)


def definition_hash(definition: Rows) -> str:
    """The same for two definitions that ask the same questions."""
    return hashlib.sha256(json.dumps(definition, sort_keys=True).encode()).hexdigest() if definition else ""


def fetch(
    endpoint: Endpoint, wanted: Sequence[tuple[str, Service | None]], validators: Validators, permit: Permit
) -> Fetched:
    """Fetch these codes' definitions, in this order; the row of each, where there is one, answers for "not modified".

    A city that asks for patience or goes away ends the round; what is left over comes first the next time, being the
    oldest. An endpoint with a limit of calls a minute is asked one by one, and for no more than that limit.
    """
    most = max(1, endpoint.requests_per_minute - CALLS_KEPT_BACK) if endpoint.requests_per_minute else len(wanted)
    at_once = 1 if endpoint.requests_per_minute else min(settings.DEFINITIONS_AT_ONCE, endpoint.max_concurrency)
    found = Fetched(postponed=[code for code, _row in wanted[most:]])
    over = Event()

    def one(pair: tuple[str, Service | None]) -> Definition | DialectError | None:
        return None if over.is_set() else _one(endpoint, *pair, validators, over, permit)

    for (code, _row), outcome in zip(wanted[:most], _each(one, wanted[:most], max(1, at_once)), strict=True):
        if outcome is None:
            found.postponed.append(code)
        elif isinstance(outcome, DialectError):
            log.warning("no definition of %s: %s", code, outcome)
            found.failed.append(code)
            if not isinstance(outcome, ENDING):
                found.refused.append(code)
        else:
            found.definitions[code] = outcome
    return found


def with_definition(service: Service, *, newest: bool = True) -> Service:
    """The service with its questions: fetched now where they never were, or (`newest`) a day ago or longer.

    DialectError where they were never had and cannot be had now; old ones serve while a city is away.
    """
    if not service.metadata or not _lists_definitions(service.endpoint):
        return service
    had = service.definition_fetched_at is not None
    paused = f"definitions-paused-{service.endpoint_id}"
    if had and (not newest or is_young(service.definition_fetched_at) or cache.get(paused)):
        return service
    patience = settings.PLACE_SERVICES_TIMEOUT
    try:
        with endpoints.speaking(service.endpoint, Kind.WAITED_FOR, patience=patience) as dialect:
            message = dialect.service_definition(service.service_code)
    except DialectError:
        cache.set(paused, True, PAUSE)
        if had:
            return service
        raise
    definition = as_definition(message)
    definition.write(service)
    service.active = definition.active
    service.city_notice = definition.notice or service.city_notice
    service.save(update_fields=["definition", "definition_hash", "definition_fetched_at", "active", "city_notice"])
    return service


def as_definition(message: messages.ServiceDefinition) -> Definition:
    """A dialect's message in the form that is stored."""
    rows = [as_row(attribute) for attribute in message.attributes]
    return Definition(rows, message.notice, message.active)


def as_row(attribute: messages.Attribute) -> dict[str, Any]:
    """One attribute in the form that is stored. `automated` stands there only where it is said, as older rows have it
    not: what is stored of an attribute decides whether open drafts have to be looked at again."""
    row = {
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
    return row | {"automated": attribute.automated} if attribute.automated else row


def _lists_definitions(endpoint: Endpoint) -> bool:
    try:
        kind = registry.get(endpoint.dialect)
    except ConfigurationError:
        return False
    return kind.has_services and kind.has_definitions


def _one(
    endpoint: Endpoint, code: str, row: Service | None, validators: Validators, over: Event, permit: Permit
) -> Definition | DialectError:
    """One definition. In a thread of its own, so it has its own client and touches no database."""
    had = row is not None and row.metadata and row.definition_fetched_at is not None
    asked = Validators(validators.known if had else {})
    try:
        message = endpoints.dialect_for(endpoint, validators=asked, permit=permit).service_definition(code)
    except Unchanged as error:
        if row is None or not asked.asked:
            return error
        return Definition(row.definition, row.city_notice, row.active)
    except DialectError as error:
        if isinstance(error, ENDING):
            over.set()
        return error
    asked.keep()
    validators.known.update(asked.known)
    return as_definition(message)


def _each(call: Callable[[T], R], items: Sequence[T], at_once: int) -> list[R]:
    if at_once == 1:
        return [call(item) for item in items]
    with ThreadPoolExecutor(at_once, thread_name_prefix="definitions") as pool:
        return list(pool.map(call, items))
