"""Photos of these tests lie in a folder of their own."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def photo_folder(settings: Any, tmp_path: Path) -> None:
    """Where photos are kept for one test."""
    settings.MEDIA_ROOT = str(tmp_path)
