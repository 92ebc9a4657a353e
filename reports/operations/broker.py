"""Whether the broker can be reached: asked of it, within a second or two, and not more often than every five."""

import logging
import os
import threading
import time
from typing import Any, Final

from django.conf import settings
from kombu import Connection

log = logging.getLogger(__name__)

PATIENCE: Final = 1.0  # seconds, for connecting and for the answer
KEPT: Final = 5.0  # seconds for which an answer is believed: anybody may ask for /healthz

_lock = threading.Lock()
_last: dict[str, tuple[float, bool]] = {}


def answers() -> bool:
    """Whether messages can be left at the broker just now."""
    url = settings.CELERY_BROKER_URL
    with _lock:  # whoever comes meanwhile gets the same answer
        at, found = _last.get(url, (0.0, False))
        if not at or time.monotonic() - at > KEPT:
            found = _ask(url)
            _last[url] = (time.monotonic(), found)
        return found


def _ask(url: str) -> bool:
    if url.startswith("filesystem:"):
        return os.access(str(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_out"]), os.W_OK)
    limits: dict[str, Any] = {"max_retries": 0, "socket_connect_timeout": PATIENCE, "socket_timeout": PATIENCE}
    if url.startswith("amqp"):
        limits = {"max_retries": 0, "read_timeout": PATIENCE, "write_timeout": PATIENCE}
    try:
        with Connection(url, connect_timeout=PATIENCE, transport_options=limits) as broker:
            channel: Any = broker.default_channel
            if hasattr(channel, "client"):  # a store that is made to look like a broker connects only when it is asked
                channel.client.ping()
    except Exception as error:  # noqa: BLE001 (each transport has its own, and all of them mean no)
        log.warning("the broker does not answer: %s", type(error).__name__)
        return False
    return True


def forget() -> None:
    """Ask anew at the next look, in this process."""
    with _lock:
        _last.clear()
