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


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("203.0.113.77", "203.0.113.0"),
        ("::ffff:203.0.113.77", "203.0.113.0"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"),
        ("fe80::1%eth0", "fe80::"),
        ("nonsense", "unknown"),
        ("", "unknown"),
    ],
)
def test_which_network_counts(address: str, expected: str) -> None:
    assert callers.client_network(posts.get("/", REMOTE_ADDR=address)) == expected


def test_a_network_is_as_wide_as_the_settings_say(settings) -> None:
    settings.NETWORK_PREFIX_V4, settings.NETWORK_PREFIX_V6 = 16, 32
    assert callers.client_network(posts.get("/", REMOTE_ADDR="203.0.113.77")) == "203.0.0.0"
    assert callers.client_network(posts.get("/", REMOTE_ADDR="2001:db8:1::1")) == "2001:db8::"


def test_an_exact_address_is_not_shortened(settings) -> None:
    settings.TRUSTED_PROXIES = 1
    request = posts.get("/", headers={"x-forwarded-for": "2001:db8:1:2:3::9"}, REMOTE_ADDR="10.0.0.9")
    assert str(callers.exact_address(request)) == "2001:db8:1:2:3::9"
    assert callers.exact_address(posts.get("/", headers={"x-forwarded-for": "me"})) is None


@pytest.mark.parametrize("claimed", ["1.2.3.4, " * 5000, "x" * 100_000 + ", ", ", , ,", "\u0663.1.1.1, "])
def test_what_a_client_claims_in_front_changes_nothing(settings, claimed: str) -> None:
    settings.TRUSTED_PROXIES = 1
    request = posts.get("/", REMOTE_ADDR="10.0.0.9", HTTP_X_FORWARDED_FOR=f"{claimed}203.0.113.5")
    assert callers.client_address(request) == "203.0.113.5"


def test_forwarded_is_not_believed(settings) -> None:
    settings.TRUSTED_PROXIES = 1
    request = posts.get("/", headers={"forwarded": "for=198.51.100.1"}, REMOTE_ADDR="10.0.0.9")
    assert callers.client_address(request) == "10.0.0.9"
