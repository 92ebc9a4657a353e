"""The one clock. Everything that records a time asks it, so that a demo can be filled with a believable past."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_pretended: ContextVar[datetime | None] = ContextVar("pretended", default=None)


def now() -> datetime:
    """The present as an aware datetime in UTC, or the moment set by `at`."""
    return _pretended.get() or datetime.now(UTC)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Within the block, in this thread, the present is `moment` (aware)."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    token = _pretended.set(moment)
    try:
        yield
    finally:
        _pretended.reset(token)
