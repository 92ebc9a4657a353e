"""What the tests of the question pages share: a body with one service, and no geocoder in reach."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reports import callers
from reports.models import Service
from tests.factories import make_endpoint, make_jurisdiction, make_service
from tests.forms.definitions import EVERY_TYPE


@pytest.fixture
def reporting(settings, tmp_path: Path) -> Iterator[None]:
    """Fresh rate limits, a folder of its own for photos, and no address look-ups."""
    settings.GEOCODER_URL = ""
    settings.MEDIA_ROOT = str(tmp_path)
    callers.forget_limits()
    yield
    callers.forget_limits()


@pytest.fixture
def service() -> Service:
    """Springfield's pothole service, which asks every type of question; the plate is required."""
    body = make_jurisdiction("Springfield", phone="217-555-0100", time_zone="America/Chicago")
    return make_service(make_endpoint(body), service_name="Pothole", definition=EVERY_TYPE, definition_hash="one")
