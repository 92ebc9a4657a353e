"""Trying whether an endpoint that was left alone is back: with one call that changes nothing there."""

import logging
from datetime import datetime, timedelta

from django.conf import settings

from reports import clock
from reports.delivery import endpoints, gate
from reports.dialects.base import Dialect
from reports.dialects.errors import DialectError, HeldBack
from reports.dialects.messages import Place, Window
from reports.models import Breaker, Endpoint, ServiceRequest, Traffic

log = logging.getLogger(__name__)


def due(now: datetime) -> list[int]:
    """The endpoints whose breaker is open and may be tried now. A time further off than any pause counts as come."""
    rows = Traffic.objects.filter(breaker=Breaker.OPEN, endpoint__active=True)
    furthest = now + timedelta(seconds=settings.BREAKER_LONGEST)
    return [row.pk for row in rows.only("pk", "probe_at") if not row.probe_at or not now < row.probe_at <= furthest]


def probe(endpoint: Endpoint) -> bool:
    """Try it, if it is time; True when it answered. From then on it is called with care.

    Safe to call at any time. Where the dialect has nothing to read (a mailbox), the next filing is the try.
    """
    try:
        permit = gate.enter_as_probe(endpoint.pk)
    except HeldBack:
        return False
    error: BaseException | None = None
    try:
        if not _ask(endpoints.dialect_for(endpoint, permit=permit), endpoint):
            error = HeldBack("There is nothing to ask it.")
    except DialectError as failure:
        error = failure
        endpoints.note_failure(endpoint, failure)
    except BaseException as failure:
        error = failure
        raise
    finally:
        gate.leave(permit, error)
    if isinstance(error, HeldBack):
        gate.try_again_with_care(endpoint.pk)
    return error is None


def _ask(dialect: Dialect, endpoint: Endpoint) -> bool:
    """One reading call; False where there is none."""
    if dialect.has_services and not dialect.services_depend_on_place:
        dialect.services()
    elif dialect.has_services and (place := _somewhere(endpoint)):
        dialect.services(place)
    elif dialect.follows_by_window:
        now = clock.now()
        dialect.service_requests_updated(Window(now - timedelta(hours=1), now))
    else:
        return False
    return True


def _somewhere(endpoint: Endpoint) -> Place | None:
    """A place for which the endpoint was asked before."""
    known = ServiceRequest.objects.filter(endpoint=endpoint).order_by("-pk").values_list("lat", "long").first()
    return Place(*known) if known else None
