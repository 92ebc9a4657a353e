"""Calls through the gate, the short way, for its tests."""

from datetime import UTC, datetime, timedelta

from reports.delivery import gate
from reports.delivery.gate import Kind, Permit
from reports.dialects.errors import (
    HeldBack,
    Unavailable,
)
from reports.models import Breaker, Endpoint, Traffic
from tests.factories import make_endpoint

START = datetime(2026, 6, 1, 12, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def row(endpoint: Endpoint) -> Traffic:
    return Traffic.objects.get(pk=endpoint.pk)


def call(endpoint: Endpoint, kind: Kind, error: BaseException | None = None) -> bool:
    """One call from its beginning to its end; True when the endpoint has just recovered."""
    return gate.leave(gate.enter(endpoint.pk, kind), error)


def trusted(**fields: object) -> Endpoint:
    """An endpoint that has earned all the calls at once that it may have."""
    endpoint = make_endpoint(**fields)
    call(endpoint, Kind.WAITED_FOR)
    Traffic.objects.filter(pk=endpoint.pk).update(recent=[], allowed=endpoint.max_concurrency)
    return endpoint


def admitted(endpoint: Endpoint, kind: Kind, times: int) -> list[Permit]:
    """As many as are let in of so many that ask at once."""
    permits = []
    for _each in range(times):
        try:
            permits.append(gate.enter(endpoint.pk, kind))
        except HeldBack:
            continue
    return permits


def broken(endpoint: Endpoint, kind: Kind = Kind.READ) -> None:
    """Let calls fail until the breaker opens."""
    while row_or_new(endpoint).breaker != Breaker.OPEN:
        call(endpoint, kind, Unavailable("It failed."))


def row_or_new(endpoint: Endpoint) -> Traffic:
    return Traffic.objects.filter(pk=endpoint.pk).first() or Traffic(endpoint=endpoint)
