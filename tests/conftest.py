"""Fixtures for every test: the fake cities in process, and a clean slate in what processes remember."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from reports import http
from reports.sandbox import Sandbox, make_app
from reports.sandbox.transport import SandboxAdapter

SANDBOX = "http://sandbox.test"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Fresh fake cities, reached in process under http://sandbox.test/."""
    app = make_app(slow_seconds=0.05, hold_seconds=0.05)
    http.mount(SANDBOX, SandboxAdapter(app))
    yield app
    http.unmount(SANDBOX)


@pytest.fixture(autouse=True)
def _clean_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()
