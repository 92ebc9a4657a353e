"""Service definitions: fetched a few at a time and kept, or one by one at the moment when somebody needs it."""

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
from reports.dialects.shown_if import ShownIf
from reports.http import Validators
from reports.models import Endpoint, Service

log = logging.getLogger(__name__)

T = TypeVar("T")
R = TypeVar("R")
Rows = list[dict[str, Any]]
CALLS_KEPT_BACK: Final = 2  # of a minute's calls, for what residents need just then
AT_A_PLACE_MOST: Final = 40  # services of one endpoint whose questions are fetched before anybody has chosen
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
    _keep(service, as_definition(message))
    return service


def is_due(service: Service) -> bool:
    """Whether the service has questions that were never fetched, or not for a day. Reads `service.endpoint`."""
    return service.metadata and not is_young(service.definition_fetched_at) and _lists_definitions(service.endpoint)


def fetch_ahead(endpoint: Endpoint, keys: Sequence[int]) -> None:
    """Fetch the questions of these services (ids) before anybody chooses one, those first that were never had.

    No more than AT_A_PLACE_MOST; what fails is fetched when it is chosen. `HeldBack` where the endpoint has to wait.
    """
    rows = Service.objects.filter(endpoint=endpoint, pk__in=list(keys)[:AT_A_PLACE_MOST], suspended=False)
    due = [row for row in rows.select_related("endpoint") if is_due(row)]
    due.sort(key=lambda row: row.definition_fetched_at.timestamp() if row.definition_fetched_at else 0.0)
    if not due:
        return
    with endpoints.passing(endpoint, Kind.READ) as permit:
        fetched = fetch(endpoint, [(row.service_code, row) for row in due], Validators(), permit)
    for row in due:
        if row.service_code in fetched.definitions:
            _keep(row, fetched.definitions[row.service_code])


def _keep(service: Service, definition: Definition) -> None:
    definition.write(service)
    service.active = definition.active
    service.city_notice = definition.notice or service.city_notice
    service.save(update_fields=["definition", "definition_hash", "definition_fetched_at", "active", "city_notice"])


def as_definition(message: messages.ServiceDefinition) -> Definition:
    """A dialect's message in the form that is stored."""
    rows = [as_row(attribute) for attribute in message.attributes]
    return Definition(rows, message.notice, message.active)


def as_row(attribute: messages.Attribute) -> dict[str, Any]:
    """One attribute in the form that is stored. `automated` and `shown_if` stand there only where they are said, as
    older rows have them not: what is stored of an attribute decides whether open drafts are looked at again."""
    row = {
        "code": attribute.code,
        "variable": attribute.variable,
        "datatype": attribute.datatype.value,
        "required": attribute.required,
        "datatype_description": attribute.datatype_description,
        "order": attribute.order,
        "description": attribute.description,
        "values": [
            {"key": value.key, "name": value.name} | _when(value.shown_if)  # one more name only where it says something
            for value in attribute.values
        ],
        "private": attribute.private,
    }
    return row | ({"automated": attribute.automated} if attribute.automated else {}) | _when(attribute.shown_if)


def _when(shown_if: ShownIf | None) -> dict[str, Any]:
    """The `shown_if` of a row, in the form that is stored (see `Service`)."""
    if shown_if is None:
        return {}
    conditions = [{"code": each.code, each.test.value: list(each.values)} for each in shown_if.conditions]
    return {"shown_if": {"all" if shown_if.every else "any": conditions}}


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
