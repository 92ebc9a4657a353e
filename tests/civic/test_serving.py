"""A worker of gunicorn begins to read the columns before anybody asks for a list."""

import logging
import threading

import pytest
from django.db import OperationalError

from civic import serving
from reports.browsing import index
from tests.factories import make_service_request


def _wait() -> None:
    for thread in threading.enumerate():
        if thread.name == "columns":
            thread.join(30)


@pytest.mark.django_db(transaction=True)
def test_the_columns_are_there_before_they_are_asked_for() -> None:
    make_service_request()
    serving.post_worker_init(None)
    _wait()
    kept = index._keeper._index
    assert kept is not None
    assert len(kept) == 1


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_is_said_and_ends_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away() -> None:
        raise OperationalError("no connection")

    monkeypatch.setattr(index, "current", away)
    with caplog.at_level(logging.WARNING, logger="gunicorn.error"):
        serving.post_worker_init(None)
        _wait()
    assert "columns could not be read yet: no connection" in caplog.text
