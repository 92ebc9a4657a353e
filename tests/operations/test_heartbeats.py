"""Signs of life."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection

from reports import clock, tasks
from reports.models import Heartbeat
from reports.operations import heartbeats

pytestmark = pytest.mark.django_db


def test_a_sweep_leaves_one_row() -> None:
    assert heartbeats.last_sweep(clock.now()) is None
    for minutes in (0, 5):
        with clock.at(clock.now() + timedelta(minutes=minutes)):
            now = clock.now()
            heartbeats.note_sweep()
    assert heartbeats.last_sweep(now) == now
    assert Heartbeat.objects.count() == 1


def test_the_sweep_says_so_itself() -> None:
    tasks.sweep()
    assert heartbeats.last_sweep(clock.now()) is not None


def test_a_worker_counts_while_it_was_seen_lately() -> None:
    now = clock.now()
    Heartbeat.objects.create(name="worker a 1", at=now - timedelta(seconds=30))
    Heartbeat.objects.create(name="worker b 1", at=now - timedelta(seconds=300))
    heartbeats.note_sweep()
    assert heartbeats.workers(now) == 1


def test_old_ones_are_cleared_away() -> None:
    Heartbeat.objects.create(name="worker of last week", at=clock.now() - timedelta(days=7))
    heartbeats.show("worker now")
    assert set(Heartbeat.objects.values_list("name", flat=True)) == {"worker now"}


def test_a_database_that_is_away_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def refuse(*_args: object) -> None:
        raise OperationalError("away")

    with connection.execute_wrapper(refuse):
        heartbeats.quietly(heartbeats.show, "worker now")
    assert "a sign of life could not be written down" in caplog.text
    heartbeats.quietly(heartbeats.show, "worker now")
    assert heartbeats.workers(clock.now()) == 1
