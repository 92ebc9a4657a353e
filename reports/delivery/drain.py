"""One endpoint's due submissions sent one after the other, for as long as it is this endpoint's turn.

A worker thread serves one endpoint for DELIVERY_TURN seconds and then goes to the end of the queue, so that a long
outbox of one body never keeps another body's waiting; the gate bounds how many threads serve one endpoint at once.
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db.models import Exists, OuterRef

from reports import log_context
from reports.delivery import gate, outbox, submit
from reports.dialects.errors import HeldBack
from reports.models import Endpoint, Traffic

log = logging.getLogger(__name__)

_ending = threading.Event()


def deliver(endpoint_id: int, wake: Callable[[], None] = lambda: None) -> int:
    """Send what is due at an endpoint, until nothing is, it has to wait, or its turn is over; returns how many.

    Safe to call at any time, from any number of workers at once. `wake` is called where more could be sent: once
    for the rest when the turn is over, and once for each further call that the endpoint has room for.
    """
    end, sent, woken = time.monotonic() + settings.DELIVERY_TURN, 0, 0
    turn = None if _ending.is_set() else outbox.Turn.begin(endpoint_id)
    while turn and not _ending.is_set():
        try:
            claimed = outbox.claim_next(endpoint_id, turn)
        except HeldBack:
            return sent
        if claimed is None:
            return sent
        if sent and woken < claimed.permit.room:  # there is a queue, and more of it could be under way
            woken += 1
            wake()
        with log_context.bind(**claimed.facts()):
            try:
                submit.send(claimed)
            except Exception:  # it is recorded, and is no reason to keep the others waiting
                log.exception("submission %s: not foreseen", claimed.submission.pk)
        sent += 1
        if time.monotonic() > end:
            wake()
            return sent
    return sent


def end_soon() -> None:
    """Finish the call under way and claim nothing more: this worker was told to end."""
    _ending.set()


def go_on() -> None:
    """Take back `end_soon`, for a process that goes on after all."""
    _ending.clear()


def ending() -> bool:
    """Whether this worker was told to end: nothing more is begun."""
    return _ending.is_set()


def waiting_endpoints(now: datetime) -> list[tuple[int, int]]:
    """The endpoints with something to send that may be called now, each with how many could be sent at once."""
    due = outbox.due_for_sending(now).filter(endpoint=OuterRef("pk"))
    found = []
    for endpoint in Endpoint.objects.filter(Exists(due), active=True).select_related("traffic"):
        row: Traffic | None = getattr(endpoint, "traffic", None)
        if row is None:
            found.append((endpoint.pk, 1))
        elif room := gate.room(row, gate.Kind.WRITE, now):
            found.append((endpoint.pk, room))
    return found
