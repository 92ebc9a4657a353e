"""A city on Connected Bits in front of the canned city, and its recorded answers."""

from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any

from reports import http
from reports.dialects import registry
from reports.dialects.base import Connection, Dialect
from tests.dialects.canned import BASE
from tests.dialects.filing import KEY

PAYLOADS = Path(__file__).parents[1] / "payloads"


def open_city(key: str, *, time_zone: tzinfo = UTC, api_key: str = KEY, **options: Any) -> Dialect:
    client = http.Client(key, secrets=(KEY,))
    connection = Connection(
        BASE, client, jurisdiction_id="c.org", api_key=api_key, time_zone=time_zone, options=options
    )
    return registry.open_dialect(key, connection)


def replay(key: str, operation: str, file: str, *, time_zone: tzinfo = UTC, **options: Any) -> tuple[Any, ...]:
    answer = http.Response(200, {}, (PAYLOADS / key / file).read_bytes(), BASE)
    return open_city(key, time_zone=time_zone, **options).replay(operation, answer)
