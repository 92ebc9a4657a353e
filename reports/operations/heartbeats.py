"""Signs of life, in the database because that is what web and workers share on any number of machines.

A sweep shows that beat, broker and a worker work together; a worker's own sign tells which of them it is that does not.
"""

import logging
import os
import socket
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from celery.signals import worker_shutdown
from django.db import Error, connection

from reports import clock
from reports.models import Heartbeat
from reports.models.heartbeats import SWEEP

log = logging.getLogger(__name__)

EVERY: Final = 20.0  # seconds
ALIVE: Final = timedelta(seconds=90)
KEPT: Final = timedelta(days=1)

_ended = threading.Event()


def note_sweep() -> None:
    """Write down that a sweep has begun."""
    _note(SWEEP)


def start() -> None:
    """Show this worker's life every 20 seconds, from a thread, until it shuts down."""
    _ended.clear()
    name = f"worker {socket.gethostname()} {os.getpid()}"[-200:]
    thread = threading.Thread(target=_beat, args=(name,), name="heartbeat", daemon=True)
    thread.start()

    def end(**_facts: object) -> None:
        _ended.set()
        thread.join(2)

    worker_shutdown.connect(end, weak=False, dispatch_uid="heartbeats")


def workers(now: datetime) -> int:
    """How many workers have shown life lately. A sign from the future is from before the clock was put back."""
    return Heartbeat.objects.filter(at__gt=now - ALIVE, at__lt=now + ALIVE).exclude(name=SWEEP).count()


def last_sweep(now: datetime) -> datetime | None:
    """When the last sweep began; None before the first, and where none has begun since the clock was put back."""
    return Heartbeat.objects.filter(name=SWEEP, at__lt=now + ALIVE).values_list("at", flat=True).first()


def _beat(name: str) -> None:
    ended = False
    while not ended:
        quietly(show, name)
        connection.close()  # this thread's own; nothing keeps it between two signs
        ended = _ended.wait(EVERY)
    quietly(_forget, name)
    connection.close()


def show(name: str) -> None:
    """Write down that this process lives, and forget those that were not seen for a day."""
    _note(name)
    Heartbeat.objects.filter(at__lt=clock.now() - KEPT).exclude(name=SWEEP).delete()


def _forget(name: str) -> None:
    Heartbeat.objects.filter(name=name).delete()


def quietly(step: Callable[[str], None], name: str) -> None:
    """Do it, or say why not: a database that is away is no reason to fall silent for good."""
    try:
        step(name)
    except Error as error:
        log.warning("a sign of life could not be written down: %s", error)


def _note(name: str) -> None:
    Heartbeat.objects.update_or_create(name=name, defaults={"at": clock.now()})
