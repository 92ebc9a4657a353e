"""How SeeClickFix refuses, and the arguments that several of its calls read."""

import json
import math
from typing import Any

from reports.sandbox.wire import JSON, Answer, Request


class SeeClickFixError(Exception):
    """An HTTP status with a JSON body, or with none (404 has none)."""

    def __init__(self, status: int, body: dict[str, Any] | None = None, *headers: tuple[str, str]) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body
        self.headers = headers

    def answer(self) -> Answer:
        text = b"" if self.body is None else json.dumps(self.body, ensure_ascii=False).encode("utf-8", "replace")
        return Answer(self.status, text, JSON, self.headers)


def point_of(request: Request) -> tuple[float, float]:
    """`lat` and `lng` of the query. Raises the documented 400 without them; an address alone is not read."""
    lat, lng = number_of(request.arg("lat"), 90), number_of(request.arg("lng"), 180)
    if lat is None or lng is None:
        raise SeeClickFixError(400, {"message": "Point missing from request."})
    return lat, lng


def number_of(text: str, limit: float) -> float | None:
    """A finite number within plus and minus `limit`, or None."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) <= limit else None
