"""What endpoints offer at one place, where that depends on the place (SeeClickFix): asked for there, and remembered."""

import logging
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.db import transaction

from reports import clock
from reports.delivery import endpoints, gate, service_rows
from reports.delivery.definitions import PAUSE
from reports.delivery.gate import Kind, Permit
from reports.dialects import messages
from reports.dialects.base import Dialect
from reports.dialects.errors import ConfigurationError, DialectError, HeldBack, NoAnswer
from reports.geo import routing
from reports.models import Endpoint, PlaceListing, Service

log = logging.getLogger(__name__)

FRESH_FOR: Final = timedelta(hours=1)
KEPT: Final = timedelta(days=30)
MOST: Final = 20_000  # places remembered of one endpoint; who asks for many must not fill the disk
Answer = tuple[messages.Service, ...] | DialectError | ConfigurationError


@dataclass(frozen=True, slots=True)
class Listing:
    """The codes that an endpoint offers at a place. `fresh` is false where it could not be asked and these are older,
    or none at all because it never answered there (`known` is false)."""

    endpoint: Endpoint
    service_codes: tuple[str, ...]
    fresh: bool
    known: bool = True


def ask_around(lat: float, long: float) -> list[Listing]:
    """The listings at a point of every endpoint there whose services depend on the place; asked for at once.

    Takes a moment longer than PLACE_SERVICES_TIMEOUT at the most. ValueError where the coordinates are none.
    """
    lat, long = routing.checked(lat, long)
    return _listings(routing.endpoints_by_place(lat, long), lat, long)


def listing_at(endpoint: Endpoint, lat: float, long: float) -> Listing:
    """The same for one endpoint. ValueError where the coordinates are none."""
    lat, long = routing.checked(lat, long)
    return _listings([endpoint], lat, long)[0]


def forget_listings(endpoint: Endpoint) -> None:
    """Delete what is too old to be of use, and the oldest of too many."""
    rows = PlaceListing.objects.filter(endpoint=endpoint)
    rows.filter(fetched_at__lt=clock.now() - KEPT).delete()
    beyond = rows.order_by("-fetched_at").values_list("fetched_at", flat=True)[MOST : MOST + 1]
    for moment in beyond:
        rows.filter(fetched_at__lte=moment).delete()


def _listings(asked: Sequence[Endpoint], lat: float, long: float) -> list[Listing]:
    if not asked:
        return []
    cell = PlaceListing.cell_at(lat, long)
    rows = {row.endpoint_id: row for row in PlaceListing.objects.filter(endpoint__in=asked, cell=cell)}
    due = [endpoint for endpoint in asked if not _is_fresh(rows.get(endpoint.pk)) and not cache.get(_paused(endpoint))]
    answers = _ask(due, messages.Place(lat, long))
    for endpoint in due:
        answer = answers[endpoint.pk]
        if isinstance(answer, tuple):
            rows[endpoint.pk] = _store(endpoint, cell, answer)
        else:
            _put_off(endpoint, answer)
    return [_listing(endpoint, rows.get(endpoint.pk)) for endpoint in asked]


def _listing(endpoint: Endpoint, row: PlaceListing | None) -> Listing:
    codes = tuple(row.service_codes) if row else ()
    return Listing(endpoint, codes, fresh=_is_fresh(row), known=row is not None)


def _is_fresh(row: PlaceListing | None) -> bool:
    return row is not None and clock.now() - row.fetched_at < FRESH_FOR


def _ask(due: Sequence[Endpoint], place: messages.Place) -> dict[int, Answer]:
    """One call to each, side by side, in threads that touch no database. What is late is not waited for."""
    if not due:
        return {}
    patience = settings.PLACE_SERVICES_TIMEOUT
    permits = {endpoint.pk: _entered(endpoint) for endpoint in due}
    pool = ThreadPoolExecutor(len(due), thread_name_prefix="listings")
    calls = {endpoint.pk: pool.submit(_ask_one, _opened(endpoint, permits[endpoint.pk]), place) for endpoint in due}
    wait(calls.values(), timeout=patience + 0.5)
    pool.shutdown(wait=False, cancel_futures=True)
    answers = {pk: _outcome(call) for pk, call in calls.items()}
    for endpoint in due:
        _leave(endpoint, permits[endpoint.pk], answers[endpoint.pk])
    return answers


def _entered(endpoint: Endpoint) -> Permit | HeldBack:
    try:
        return gate.enter(endpoint.pk, Kind.WAITED_FOR)
    except HeldBack as error:
        return error


def _leave(endpoint: Endpoint, permit: Permit | HeldBack, answer: Answer) -> None:
    if isinstance(permit, Permit):
        endpoints.left(endpoint, permit, answer if isinstance(answer, Exception) else None)


def _opened(endpoint: Endpoint, permit: Permit | HeldBack) -> Dialect | ConfigurationError | HeldBack:
    if isinstance(permit, HeldBack):
        return permit
    try:
        return endpoints.dialect_for(endpoint, patience=settings.PLACE_SERVICES_TIMEOUT, permit=permit)
    except ConfigurationError as error:
        return error
    except Exception:  # as in `_outcome`; and all have entered, so that each has to leave
        log.exception("services at a place: not foreseen")
        return ConfigurationError("It could not be opened.")


def _ask_one(dialect: Dialect | ConfigurationError | HeldBack, place: messages.Place) -> Answer:
    try:
        return dialect.services(place) if isinstance(dialect, Dialect) else dialect
    except DialectError as error:
        return error


def _outcome(call: "Future[Answer]") -> Answer:
    if not call.done():
        return NoAnswer("It did not answer in the time that a resident can be asked to wait.", operation="services")
    try:
        return call.result()
    except Exception:  # a mistake about one body's system must not keep residents from all the others
        log.exception("services at a place: not foreseen")
        return NoAnswer("Its answer could not be dealt with.", operation="services")


def _store(endpoint: Endpoint, cell: str, answer: tuple[messages.Service, ...]) -> PlaceListing:
    """Write the services and what is offered here. That others are not offered here says nothing of them."""
    listed = service_rows.by_code(answer)
    with transaction.atomic():
        Endpoint.objects.select_for_update(of=("self",)).only("pk").get(pk=endpoint.pk)  # one writer at a time
        known = {row.service_code: row for row in Service.objects.filter(endpoint=endpoint, service_code__in=listed)}
        for code, service in listed.items():
            service_rows.store_in_passing(endpoint, service, known.get(code))
        row, _new = PlaceListing.objects.update_or_create(
            endpoint=endpoint, cell=cell, defaults={"service_codes": list(listed), "fetched_at": clock.now()}
        )
    return row


def _put_off(endpoint: Endpoint, error: DialectError | ConfigurationError) -> None:
    log.warning("services of endpoint %s at a place not fetched: %s", endpoint.pk, error)
    if not isinstance(error, HeldBack):  # the gate knows better for how long
        cache.set(_paused(endpoint), True, PAUSE)


def _paused(endpoint: Endpoint) -> str:
    return f"listings-paused-{endpoint.pk}"
