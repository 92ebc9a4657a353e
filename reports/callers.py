"""Who calls this site over HTTP: from which address, how often, and how much it means to send."""

import ipaddress
import logging
import math
import time
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from limits import RateLimitItem
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter, RateLimiter

log = logging.getLogger(__name__)


def too_large(request: HttpRequest, most: int) -> bool:
    """Whether the request says that its body is longer than `most` bytes. Nothing of the body is read for it."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0) > most
    except ValueError:
        return True


def client_address(request: HttpRequest) -> str:
    """The address that limits count by; an IPv6 client by its /64, as that is what one household gets.

    X-Forwarded-For is believed only as far as TRUSTED_PROXIES of our own have appended to it, counted from the right.
    """
    address = request.META.get("REMOTE_ADDR", "")
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    if settings.TRUSTED_PROXIES and len(hops) >= settings.TRUSTED_PROXIES:
        address = hops[-settings.TRUSTED_PROXIES]
    try:
        parsed = ipaddress.ip_address(_without_port(address))
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:  # how a socket for both families names an IPv4 client
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
    return str(parsed)


def wait(limit: RateLimitItem, bucket: str, caller: str) -> int:
    """Count one call of `caller` in `bucket`; 0, or the seconds to wait where that was one too many.

    Where the counter cannot be reached nobody is kept waiting.
    """
    limiter = _limiter(settings.RATE_LIMIT_STORAGE)
    try:
        if limiter.hit(limit, bucket, caller):
            return 0
        return max(1, math.ceil(limiter.get_window_stats(limit, bucket, caller).reset_time - time.time()))
    except StorageError:
        log.exception("the rate limit storage does not answer; the call is let through")
        return 0


def forget_limits() -> None:
    """Start counting anew, in this process."""
    limiter = _limiter(settings.RATE_LIMIT_STORAGE)
    limiter.storage.reset()
    _limiter.cache_clear()


def _without_port(hop: str) -> str:
    """`192.0.2.1:5555` and `[2001:db8::1]:443` without their ports, as some proxies write them (RFC 7239, 6)."""
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop


@lru_cache(maxsize=4)
def _limiter(address: str) -> RateLimiter:
    storage = storage_from_string(address, wrap_exceptions=True)
    try:
        return MovingWindowRateLimiter(storage)
    except NotImplementedError:  # a storage that cannot keep single times
        return FixedWindowRateLimiter(storage)
