"""Whether a report may have reached the body although nobody has its word for it."""

import re
from collections.abc import Iterable

from reports.dialects.errors import DialectError, NotSent, Refused, Unsupported
from reports.models import Attempt

POST = "post_service_request"


def may_be_there(attempts: Iterable[Attempt]) -> bool:
    """Whether one of these calls could have left the report in the body's system, so that sending it again doubles it.

    Only a call that certainly did not arrive, or that the body refused, or that was never made, is no danger.
    """
    harmless = _names(NotSent) | _names(Refused) | {Unsupported.__name__}
    posts = [attempt for attempt in attempts if attempt.operation == POST]
    return any(not (attempt.outcome in harmless or _never_left(attempt)) for attempt in posts)


def _never_left(attempt: Attempt) -> bool:
    died = attempt.finished_at is None or re.search(r"\bdied\b", attempt.outcome)
    return not died and not attempt.exchanges


def _names(error: type[DialectError]) -> set[str]:
    return {error.__name__}.union(*(_names(each) for each in error.__subclasses__()))
