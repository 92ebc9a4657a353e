"""Fixtures for every test: the fake cities in process, and a clean slate in what processes remember."""

import gc
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import translation

from reports import http
from reports.browsing import index
from reports.sandbox import Sandbox, make_app
from reports.sandbox.transport import SandboxAdapter

SANDBOX = "http://sandbox.test"

# Fourteen thousand tests are made before the first one runs and stay to the end: looking through them for garbage
# again and again takes five of thirteen seconds.
gc.disable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL leave out what asks no database anything: it cannot differ there, and is run with SQLite."""
    if connection.vendor != "postgresql":
        return
    asks = {"db", "transactional_db", "live_server"}
    kept: list[pytest.Item] = []
    passed_over: list[pytest.Item] = []
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        (kept if item.get_closest_marker("django_db") or asks & fixtures else passed_over).append(item)
    config.hook.pytest_deselected(items=passed_over)
    items[:] = kept


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Fresh fake cities, reached in process under http://sandbox.test/."""
    app = make_app(slow_seconds=0.05, hold_seconds=0.05)
    http.mount(SANDBOX, SandboxAdapter(app))
    yield app
    http.unmount(SANDBOX)


@pytest.fixture(autouse=True)
def _clean_slate() -> Iterator[None]:
    cache.clear()
    index.forget()
    yield
    cache.clear()
    translation.deactivate()  # a page in Spanish leaves its language to whatever this thread does next
