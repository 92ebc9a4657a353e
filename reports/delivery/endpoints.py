"""An endpoint row made into a dialect that can speak, and what its last calls say of its health."""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import DatabaseError, transaction

from reports import clock, log_context, metrics
from reports.delivery import gate, outbox
from reports.delivery.letters import send_letter
from reports.dialects import registry
from reports.dialects.base import Connection, Dialect
from reports.dialects.errors import ConfigurationError, DialectError, HeldBack, Unchanged
from reports.http import Client, Exchange, Validators
from reports.models import Endpoint

log = logging.getLogger(__name__)

HEALTH_AGE = timedelta(seconds=10)  # a success is noted no more often than this


@contextmanager
def speaking(endpoint: Endpoint, kind: gate.Kind, **options: Any) -> Iterator[Dialect]:
    """The endpoint's dialect for one operation, through the gate, which learns what came of it, as its health does.

    `HeldBack` where the endpoint has to wait; what the dialect raises goes on to the caller. `options` are those of
    `dialect_for`. Nothing but the calls themselves belongs into the block: it holds one of the endpoint's places.
    """
    with passing(endpoint, kind) as permit:
        yield dialect_for(endpoint, permit=permit, **options)


@contextmanager
def passing(endpoint: Endpoint, kind: gate.Kind) -> Iterator[gate.Permit]:
    """The same with the permit alone, for an operation that opens several dialects."""
    permit = gate.enter(endpoint.pk, kind)
    with log_context.bind(endpoint=endpoint.pk):
        try:
            yield permit
        except BaseException as error:
            left(endpoint, permit, error)
            raise
        else:
            left(endpoint, permit)


def left(endpoint: Endpoint, permit: gate.Permit, error: BaseException | None = None) -> None:
    """Give the place back, and write down what came of it. What waited for an endpoint that is back is due now."""
    metrics.note_operation(str(endpoint.pk), endpoint.jurisdiction.slug, permit.kind.value, error)
    if gate.leave(permit, error):
        outbox.bring_forward(endpoint.pk)
    if error is None:
        note_success(endpoint)
    elif isinstance(error, DialectError):
        note_failure(endpoint, error)


def dialect_for(
    endpoint: Endpoint,
    on_exchange: Callable[[Exchange], None] | None = None,
    private: Iterable[str] = (),
    *,
    validators: Validators | None = None,
    patience: float | None = None,
    permit: gate.Permit | None = None,
) -> Dialect:
    """Open the endpoint's dialect. ConfigurationError when its row cannot work.

    The key, the values of extra headers and the `private` texts are removed from every exchange and log line.
    `validators` are sent with the calls that can be conditional. `patience` is the longest that one call may take, in
    seconds, where somebody waits for it. `permit` is told of each call on the wire.
    """
    api_key = endpoint.api_key
    headers = endpoint.options.get("headers")
    others = headers.values() if isinstance(headers, dict) else ()
    secrets = tuple(str(text) for text in (api_key, *private, *others) if text)
    log_context.conceal(secrets)
    client = Client(
        f"endpoint-{endpoint.pk}",
        on_exchange=partial(_tell, endpoint, on_exchange),
        secrets=secrets,
        validators=validators,
        read_timeout=patience,
        total_timeout=patience,
        before_call=permit.before_call if permit else None,
    )
    return registry.open_dialect(
        endpoint.dialect,
        Connection(
            base_url=endpoint.base_url,
            client=client,
            discovery_url=endpoint.discovery_url,
            jurisdiction_id=endpoint.jurisdiction.jurisdiction_id,
            api_key=api_key,
            time_zone=endpoint.jurisdiction.zone,
            options=endpoint.options,
            mail=partial(send_letter, on_exchange=partial(_tell, endpoint, on_exchange), secrets=secrets),
        ),
    )


def _tell(endpoint: Endpoint, listener: Callable[[Exchange], None] | None, exchange: Exchange) -> None:
    slug = endpoint.jurisdiction.slug
    metrics.note_call(str(endpoint.pk), slug, exchange.status, exchange.error, exchange.seconds)
    if listener:
        listener(exchange)


def follows_by_window(endpoint: Endpoint) -> bool:
    """Whether this endpoint is asked for all that changed since the last time (`Dialect.is_asked_by_window`). False
    for a dialect that is not known, or has no such call."""
    try:
        return registry.get(endpoint.dialect).is_asked_by_window(endpoint.options)
    except ConfigurationError:
        return False


def keeps_private(endpoint: Endpoint) -> bool:
    """Whether the body keeps some of its requests from the public, and shows which only when it is asked about one."""
    try:
        return registry.get(endpoint.dialect).keeps_private
    except ConfigurationError:
        return False


def note_success(endpoint: Endpoint) -> None:
    """Remember that the endpoint answered; not each time where it answers all the time."""
    now, last = clock.now(), endpoint.last_success_at
    if last is None or not timedelta(0) <= now - last < HEALTH_AGE:
        endpoint.last_success_at = now
        _note(endpoint, last_success_at=now)


def note_failure(endpoint: Endpoint, error: DialectError) -> None:
    """Remember what the endpoint's last failure was; the words are redacted already."""
    if isinstance(error, HeldBack | Unchanged):
        return  # it was not asked, or has answered
    words = f"{error.operation or 'call'}: {error}"
    _note(endpoint, last_failure_at=clock.now(), last_failure=words[:500])


def _note(endpoint: Endpoint, **facts: Any) -> None:
    """Health is worth knowing and never worth losing a report's record over."""
    try:
        with transaction.atomic():
            Endpoint.objects.filter(pk=endpoint.pk).update(**facts)
    except DatabaseError:
        log.exception("the health of endpoint %s could not be written down", endpoint.pk)
