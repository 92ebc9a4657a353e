"""What goes in and out of a call, and how it is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of a multipart POST."""

    field: str
    filename: str
    content: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Response:
    """A complete answer: `headers` ignore case, `body` is unpacked, `url` is the one that answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """One call as it may be stored and shown: keys and personal data are removed, tokens are kept."""

    method: str
    url: str
    request_headers: dict[str, str]
    request_body: str
    status: int | None
    response_headers: dict[str, str]
    response_body: str
    started_at: datetime
    seconds: float
    error: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The same for JSON storage; `started_at` becomes ISO 8601."""
        return asdict(self) | {"started_at": self.started_at.isoformat()}
