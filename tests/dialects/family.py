"""A dialect of any family in front of the canned city, and the payloads of its folder."""

import re
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from reports import http
from reports.dialects import registry
from reports.dialects.base import Connection, Dialect, Message
from reports.dialects.messages import Photo, RequestStatus
from tests.dialects.canned import BASE, Call
from tests.dialects.filing import KEY

PAYLOADS = Path(__file__).parent.parent / "payloads"
PHOTO = Photo("hole.jpg", "image/jpeg", b"JPEG bytes")


def family(key: str, *, time_zone: str = "UTC", jurisdiction_id: str = "example.org", **options: Any) -> Dialect:
    client = http.Client(key, secrets=(KEY,))
    connection = Connection(
        BASE, client, api_key=KEY, jurisdiction_id=jurisdiction_id, time_zone=ZoneInfo(time_zone), options=options
    )
    return registry.open_dialect(key, connection)


def payload(key: str, name: str) -> bytes:
    return (PAYLOADS / key / name).read_bytes()


def replay(dialect: Dialect, operation: str, body: bytes, status: int = 200) -> Any:
    """The messages of a recorded answer; `Any`, because which kind they are is what a test knows."""
    found: tuple[Message, ...] = dialect.replay(operation, http.Response(status, {}, body, BASE))
    return found


def by_id(rows: tuple[RequestStatus, ...]) -> dict[str | None, RequestStatus]:
    return {row.service_request_id: row for row in rows}


def parts(call: Call) -> dict[str, str]:
    """Names and contents of a multipart form."""
    found = re.findall(r'name="([^"]+)"[^\r]*\r\n(?:[^\r]+\r\n)*\r\n(.*?)\r\n--', call.body, re.DOTALL)
    return dict(found)
