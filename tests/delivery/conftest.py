"""Bodies in cans for the tests of delivery."""

from dataclasses import fields

import pytest

from reports.dialects import registry
from tests.delivery import talkative


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> talkative.Script:
    """A fresh script, with the dialect that plays it in the table."""
    for key, row in talkative.TABLE.items():
        monkeypatch.setitem(registry.TABLE, key, row)
    new = talkative.Script()
    for each in fields(new):
        setattr(talkative.SCRIPT, each.name, getattr(new, each.name))
    return talkative.SCRIPT
