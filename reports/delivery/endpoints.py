"""An endpoint row made into a dialect that can speak, and what its last calls say of its health."""

import logging
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django.db import DatabaseError, transaction

from reports import clock
from reports.delivery.letters import send_letter
from reports.dialects import registry
from reports.dialects.base import Connection, Dialect
from reports.dialects.errors import ConfigurationError, DialectError
from reports.http import Client, Exchange, Validators
from reports.models import Endpoint

log = logging.getLogger(__name__)


def dialect_for(
    endpoint: Endpoint,
    on_exchange: Callable[[Exchange], None] | None = None,
    private: Iterable[str] = (),
    *,
    validators: Validators | None = None,
    patience: float | None = None,
) -> Dialect:
    """Open the endpoint's dialect. ConfigurationError when its row cannot work.

    The key, the values of extra headers and the `private` texts are removed from every exchange and log line.
    `validators` are sent with the calls that can be conditional. `patience` is the longest that one call may take, in
    seconds, where somebody waits for it.
    """
    api_key = endpoint.api_key
    headers = endpoint.options.get("headers")
    others = headers.values() if isinstance(headers, dict) else ()
    secrets = tuple(str(text) for text in (api_key, *private, *others) if text)
    client = Client(
        f"endpoint-{endpoint.pk}",
        on_exchange=on_exchange,
        secrets=secrets,
        validators=validators,
        read_timeout=patience,
        total_timeout=patience,
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
            mail=partial(send_letter, on_exchange=on_exchange, secrets=secrets),
        ),
    )


def follows_by_window(endpoint: Endpoint) -> bool:
    """Whether this endpoint is asked for all that changed since the last time: where some news comes in no other way,
    and where its option `follow_by_window` says so. False for a dialect that is not known, or has no such call."""
    try:
        dialect = registry.get(endpoint.dialect)
    except ConfigurationError:
        return False
    asked_for = dialect.news_only_by_window or endpoint.options.get("follow_by_window") is True
    return dialect.follows_by_window and asked_for


def keeps_private(endpoint: Endpoint) -> bool:
    """Whether the body keeps some of its requests from the public, and shows which only when it is asked about one."""
    try:
        return registry.get(endpoint.dialect).keeps_private
    except ConfigurationError:
        return False


def note_success(endpoint: Endpoint) -> None:
    """Remember that the endpoint answered."""
    _note(endpoint, last_success_at=clock.now())


def note_failure(endpoint: Endpoint, error: DialectError) -> None:
    """Remember what the endpoint's last failure was; the words are redacted already."""
    words = f"{error.operation or 'call'}: {error}"
    _note(endpoint, last_failure_at=clock.now(), last_failure=words[:500])


def _note(endpoint: Endpoint, **facts: Any) -> None:
    """Health is worth knowing and never worth losing a report's record over."""
    try:
        with transaction.atomic():
            Endpoint.objects.filter(pk=endpoint.pk).update(**facts)
    except DatabaseError:
        log.exception("the health of endpoint %s could not be written down", endpoint.pk)
