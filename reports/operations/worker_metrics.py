"""A worker's own figures for Prometheus, on a port of its own.

A pool of threads is one process, so that what it counts is whole as it is; each worker is scraped by itself.
"""

import hmac
import logging
import threading
from collections.abc import Iterable
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.conf import settings
from prometheus_client import make_wsgi_app
from prometheus_client.exposition import ThreadingWSGIServer

log = logging.getLogger(__name__)


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing: somebody asks every few seconds."""


def may_read(authorization: str) -> bool:
    """Whether an Authorization header holds METRICS_KEY. Nobody may where there is none."""
    key = settings.METRICS_KEY
    given = authorization.removeprefix("Bearer ") if authorization.startswith("Bearer ") else ""
    return bool(key) and hmac.compare_digest(given.encode(), key.encode())


def start() -> WSGIServer | None:
    """Answer on WORKER_METRICS_PORT from a thread, if there is one and a METRICS_KEY.

    A port that is taken is said, and keeps nobody from working.
    """
    if not (settings.WORKER_METRICS_PORT and settings.METRICS_KEY):
        return None
    try:
        return serve(settings.WORKER_METRICS_ADDRESS, settings.WORKER_METRICS_PORT)
    except OSError as error:
        log.error("no figures on port %s: %s", settings.WORKER_METRICS_PORT, error)
        return None


def serve(address: str, port: int) -> WSGIServer:
    """Answer there from a thread; 0 takes any port. OSError for one that cannot be had."""
    server = make_server(address, port, _guarded(make_wsgi_app()), ThreadingWSGIServer, handler_class=_Quiet)
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    return server


def _guarded(app: WSGIApplication) -> WSGIApplication:
    def guarded(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not may_read(environ.get("HTTP_AUTHORIZATION", "")):
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b""]
        return app(environ, start_response)

    return guarded
