"""An endpoint row made into a dialect that can speak, and what its last calls say of its health."""

from collections.abc import Callable, Iterable

from reports import clock
from reports.dialects import registry
from reports.dialects.base import Connection, Dialect
from reports.dialects.errors import DialectError
from reports.http import Client, Exchange
from reports.models import Endpoint


def dialect_for(
    endpoint: Endpoint, on_exchange: Callable[[Exchange], None] | None = None, private: Iterable[str] = ()
) -> Dialect:
    """Open the endpoint's dialect. ConfigurationError when its row cannot work.

    The key and the `private` texts are removed from every exchange and log line.
    """
    api_key = endpoint.api_key
    secrets = tuple(text for text in (api_key, *private) if text)
    client = Client(f"endpoint-{endpoint.pk}", on_exchange=on_exchange, secrets=secrets)
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
        ),
    )


def note_success(endpoint: Endpoint) -> None:
    """Remember that the endpoint answered."""
    Endpoint.objects.filter(pk=endpoint.pk).update(last_success_at=clock.now())


def note_failure(endpoint: Endpoint, error: DialectError) -> None:
    """Remember what the endpoint's last failure was; the words are redacted already."""
    words = f"{error.operation or 'call'}: {error}"
    Endpoint.objects.filter(pk=endpoint.pk).update(last_failure_at=clock.now(), last_failure=words[:500])
