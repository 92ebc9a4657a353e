"""What a message of `reports.dialects.messages` may hold."""

import dataclasses
from datetime import datetime
from enum import Enum

import pytest


def assert_plain(message: object, *, inside_raw: bool = False) -> None:
    """Frozen all the way down, text that a database can hold, aware datetimes, ids as text."""
    if dataclasses.is_dataclass(message):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(message, dataclasses.fields(message)[0].name, None)
        for each in dataclasses.fields(message):
            value = getattr(message, each.name)
            if each.name.endswith(("_id", "_code", "token")):
                assert value is None or isinstance(value, str)
            if each.name != "raw":
                assert_plain(value)
    elif isinstance(message, tuple):
        for each in message:
            assert_plain(each)
    elif isinstance(message, datetime):
        assert message.tzinfo is not None
    elif isinstance(message, str):
        assert "\0" not in message
        message.encode()
    else:
        assert message is None or isinstance(message, bool | int | float | Enum)


def assert_plain_or_rows(found: object) -> None:
    for each in found.items() if isinstance(found, dict) else found if isinstance(found, tuple) else (found,):
        assert_plain(each)
