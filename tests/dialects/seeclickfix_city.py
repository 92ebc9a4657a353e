"""SeeClickFix endpoints in front of the canned city, and the recorded shapes read through them."""

from pathlib import Path
from typing import Any

from reports import http
from reports.dialects import registry
from reports.dialects.base import Connection, Dialect, Message
from tests.dialects.filing import KEY

PAYLOADS = Path(__file__).parents[1] / "payloads"
BASES = {
    "seeclickfix_open311": "http://canned.test/open311/v2/29",
    "seeclickfix_v2": "http://canned.test/api/v2",
    "seeclickfix_organizations": "http://canned.test/api/v2/organizations/77",
    "seeclickfix_v01": "http://canned.test/api/0.1",
}


def city(key: str, base_url: str = "", seen: list[http.Exchange] | None = None, **options: Any) -> Any:
    """A dialect of that key; `Any`, because the tests look at what is its own as well."""
    client = http.Client(key, secrets=(KEY,), on_exchange=seen.append if seen is not None else None)
    return registry.open_dialect(key, Connection(base_url or BASES[key], client, api_key=KEY, options=options))


def payload(key: str, file: str) -> bytes:
    return (PAYLOADS / key / file).read_bytes()


def replayed(
    dialect: Dialect, operation: str, key: str, file: str, status: int = 200, headers: dict[str, str] | None = None
) -> tuple[Message, ...]:
    return dialect.replay(operation, http.Response(status, headers or {}, payload(key, file), BASES[key]))
