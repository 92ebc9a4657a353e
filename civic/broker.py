"""kombu's filesystem broker, made safe against processes that die while they write (kombu 5.7).

kombu creates a message's file and then fills it. A worker that comes in between, or after the writer was killed,
reads an empty file, and that ends the worker; an empty table of queues keeps every later worker from starting.
Messages are only wake-ups here, so one that cannot be read is dropped: the sweep finds what it was about.
"""

import json
import logging
import os
import uuid
from pathlib import Path
from queue import Empty
from time import monotonic_ns
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps

log = logging.getLogger(__name__)


class Channel(filesystem.Channel):
    """Writes a message under another name first, and survives what cannot be read."""

    def _put(self, queue: str, payload: dict[str, Any], **kwargs: Any) -> None:  # type: ignore[override]  # kombu names it two ways
        name = f"{monotonic_ns():020d}_{uuid.uuid4()}.{queue}.msg"
        half = Path(self.data_folder_out, f"{name}.writing")
        half.write_text(dumps(payload))
        half.replace(Path(self.data_folder_out, name))

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        try:
            return super()._get(queue)
        except json.JSONDecodeError:
            log.warning("a message in %s could not be read and was dropped", queue)
            raise Empty from None

    def _queue_bind(self, exchange: str, routing_key: str | None, pattern: str | None, queue: str) -> None:
        table = self.control_folder / f"{exchange}.exchange"
        try:
            super()._queue_bind(exchange, routing_key or "", pattern or "", queue)
        except json.JSONDecodeError:
            log.warning("the table of queues in %s could not be read and is written anew", table)
            rows = [filesystem.exchange_queue_t(routing_key or "", pattern or "", queue)]
            half = table.with_suffix(f".{os.getpid()}")
            half.write_text(dumps(rows))
            half.replace(table)

    def get_table(self, exchange: str) -> Any:
        """The queues bound to an exchange; none where the table cannot be read."""
        try:
            return super().get_table(exchange)
        except json.JSONDecodeError:
            return []


class Transport(filesystem.Transport):
    """The transport behind `filesystem://` in this project."""

    Channel = Channel


def install() -> None:
    """Let `filesystem://` mean this transport, in this process."""
    TRANSPORT_ALIASES["filesystem"] = f"{__name__}:Transport"
