"""Which address is counted, and what happens where the counter is away."""

from types import SimpleNamespace

import pytest
from django.test import RequestFactory
from limits import RateLimitItemPerMinute

from reports import callers

posts = RequestFactory()


@pytest.fixture(autouse=True)
def _fresh_limits():
    callers.forget_limits()
    yield
    callers.forget_limits()


def test_each_caller_and_each_bucket_has_its_own_count() -> None:
    limit = RateLimitItemPerMinute(2)
    assert [callers.wait(limit, "first", "rosa") for _turn in range(2)] == [0, 0]
    assert 0 < callers.wait(limit, "first", "rosa") <= 60
    assert callers.wait(limit, "first", "juan") == 0
    assert callers.wait(limit, "second", "rosa") == 0


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "", "10.0.0.9"),
        (0, "203.0.113.5", "10.0.0.9"),  # nobody of ours wrote that
        (1, "203.0.113.5", "203.0.113.5"),
        (1, "198.51.100.1, 203.0.113.5", "203.0.113.5"),  # the left part is what the client claims
        (2, "198.51.100.1, 203.0.113.5, 10.0.0.1", "203.0.113.5"),
        (2, "203.0.113.5", "10.0.0.9"),
        (1, "nonsense", "unknown"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        (1, "::ffff:203.0.113.5", "203.0.113.5"),
        (1, "203.0.113.5:5555", "203.0.113.5"),
        (1, "[2001:db8:1:2:3::1]:443", "2001:db8:1:2::"),
        (1, "[2001:db8:1:2:3::1]", "2001:db8:1:2::"),
        (1, "[2001:db8", "unknown"),
        (1, "[]:443", "unknown"),
    ],
)
def test_whose_address_counts(settings, proxies: int, forwarded: str, expected: str) -> None:
    settings.TRUSTED_PROXIES = proxies
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    assert callers.client_address(posts.get("/", headers=headers, REMOTE_ADDR="10.0.0.9")) == expected


@pytest.mark.parametrize(("length", "large"), [("", False), ("10", False), ("11", True), ("many", True)])
def test_length_is_judged_before_the_body_is_read(length: str, large: bool) -> None:
    request = SimpleNamespace(META={"CONTENT_LENGTH": length})
    assert callers.too_large(request, 10) is large  # type: ignore[arg-type]  # bad input is the point
