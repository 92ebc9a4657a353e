"""What may have reached a body although nobody has its word for it."""

import pytest

from reports import clock
from reports.delivery.arrival import may_be_there
from reports.models import Attempt


@pytest.mark.parametrize(
    ("outcome", "finished", "exchanges", "doubtful"),
    [
        ("Unreachable", True, 1, False),
        ("RateLimited", True, 1, False),
        ("KeyRejected", True, 1, False),
        ("Unsupported", True, 0, False),
        ("ConfigurationError", True, 0, False),
        ("NoAnswer", True, 1, True),
        ("Unreadable", True, 1, True),
        ("receipt", True, 1, True),
        ("KeyError", True, 1, True),
        ("worker died", True, 0, True),
        ("", False, 0, True),
    ],
)
def test_only_what_certainly_did_not_arrive_is_no_danger(
    outcome: str, finished: bool, exchanges: int, doubtful: bool
) -> None:
    attempt = Attempt(
        operation="post_service_request",
        outcome=outcome,
        finished_at=clock.now() if finished else None,
        exchanges=[{}] * exchanges,
    )
    assert may_be_there([attempt]) is doubtful


def test_one_doubtful_call_among_harmless_ones_is_enough() -> None:
    calls = [
        Attempt(operation="post_service_request", outcome=outcome, finished_at=clock.now(), exchanges=[{}])
        for outcome in ("NoAnswer", "Unreachable")
    ]
    assert may_be_there(calls)
    assert not may_be_there(calls[1:])
    assert not may_be_there([Attempt(operation="service_requests", outcome="NoAnswer")])
