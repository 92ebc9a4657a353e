"""Who is told, and how soon."""

from typing import Any

import pytest

from reports.models import User
from tests.factories import make_user


@pytest.fixture
def gather_nothing(settings: Any) -> None:
    """News is told at once."""
    settings.MAIL_GATHER = 0


@pytest.fixture
def chief(db: None) -> User:
    """The one volunteer that there is."""
    return make_user("chief@example.org", is_staff=True, is_superuser=True)
