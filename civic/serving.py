"""How gunicorn serves the site (`gunicorn -c python:civic.serving civic.wsgi`); its command line wins over this.

Threads, because a request waits for databases and cities, not for the processor. Its own lines go the way of all
others, cleaned: an error of gunicorn's names the path, which may hold a signed key.
"""

import logging
import os
import threading
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "civic.settings")

from django.conf import settings  # the environment has to be set first

threads = 8
control_socket_disable = True  # nobody steers it from afar, and its folder may be read-only
graceful_timeout = 30  # seconds in which requests under way come to their end
if Path("/dev/shm").is_dir():  # noqa: S108 (a folder in memory, where a slow disk does not look like a hanging worker)
    worker_tmp_dir = "/dev/shm"  # noqa: S108 (as above)
_loggers: dict[str, Any] = {
    name: {"handlers": [], "propagate": True, "level": "INFO"} for name in ("gunicorn.error", "gunicorn.access")
}
logconfig_dict: dict[str, Any] = {**settings.LOGGING, "loggers": {**settings.LOGGING["loggers"], **_loggers}}


def post_worker_init(worker: Any) -> None:
    """Let a new worker read what lists and maps count over, while it answers already: of a million reports that takes
    some seconds, which else the first reader would wait."""
    threading.Thread(target=_read_columns, name="columns", daemon=True).start()


def _read_columns() -> None:
    from django.db import DatabaseError, connection

    from reports.browsing import index

    try:
        index.current()
    except DatabaseError as error:
        logging.getLogger("gunicorn.error").warning("columns could not be read yet: %s", error)
    finally:
        connection.close()
