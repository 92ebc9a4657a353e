"""What a monitor is told: numbers, and nothing that anybody should not know."""

import logging
from typing import Any

from django.db import Error, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client.exposition import choose_encoder

from reports import clock
from reports.operations import gauges, health
from reports.operations.worker_metrics import may_read

log = logging.getLogger(__name__)


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """For a monitor: 200 while all goes well, else 503. `status` is `ok`, `behind`, with what is in `problems`
    (`Health.problems`), or `down` where the database is away.

    `/healthz?web` is for a load balancer: 200 while this process reaches the database. What is behind is no reason to
    take the site away from residents; what they file waits safely.
    """
    try:
        found = _web() if "web" in request.GET else _everything()
    except Error as error:
        log.warning("the database does not answer: %s", type(error).__name__)
        connection.close()
        found = {"status": "down", "database": False}
    return JsonResponse(found, status=200 if found["status"] == "ok" else 503)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The gauges, for whoever brings METRICS_KEY as a bearer token; to others there is nothing here."""
    if not may_read(request.headers.get("Authorization", "")):
        raise Http404
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    try:
        return HttpResponse(encode(gauges.registry()), content_type=content_type)
    except Error as error:
        log.warning("the database does not answer: %s", type(error).__name__)
        connection.close()
        return HttpResponse("the database does not answer\n", status=503, content_type="text/plain")


def _web() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return {"status": "ok", "database": True}


def _everything() -> dict[str, Any]:
    found = health.measure(clock.now())
    problems = found.problems()
    return {"status": "behind" if problems else "ok", "database": True, "problems": problems, **found.as_dict()}
