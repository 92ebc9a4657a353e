"""Who calls this site over HTTP: from which address, how often, and how much it means to send."""

import ipaddress
import logging
import math
import time
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.http import HttpRequest
from limits import RateLimitItem
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter, RateLimiter

log = logging.getLogger(__name__)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
UNKNOWN: Final = "unknown"
HOUSEHOLD: Final = 64  # bits of an IPv6 address that one household gets; the rest a device changes as it likes
HEADER_MOST: Final = 2000  # characters of X-Forwarded-For that are read, from its end, which is what our proxies wrote


def too_large(request: HttpRequest, most: int) -> bool:
    """Whether the request says that its body is longer than `most` bytes. Nothing of the body is read for it."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0) > most
    except ValueError:
        return True


def exact_address(request: HttpRequest) -> Address | None:
    """The whole address of whoever calls; None where what stands there is none.

    X-Forwarded-For is believed only as far as TRUSTED_PROXIES of our own have appended to it, counted from the right.
    `Forwarded` (RFC 7239) is not read: a proxy that writes it lets what the client wrote there pass too.
    """
    address = request.META.get("REMOTE_ADDR", "")
    header = request.headers.get("X-Forwarded-For", "")[-HEADER_MOST:]
    hops = [hop.strip() for hop in header.split(",") if hop.strip()]
    if settings.TRUSTED_PROXIES and len(hops) >= settings.TRUSTED_PROXIES:
        address = hops[-settings.TRUSTED_PROXIES]
    try:
        parsed = ipaddress.ip_address(_without_port(address).partition("%")[0])
    except ValueError:
        return None
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        return parsed.ipv4_mapped  # how a socket for both families names an IPv4 client
    return parsed


def client_address(request: HttpRequest) -> str:
    """The address that limits count by; an IPv6 client by its /64, as that is what one household gets."""
    parsed = exact_address(request)
    if parsed is None:
        return UNKNOWN
    return str(parsed) if parsed.version == 4 else _network(parsed, HOUSEHOLD)


def client_network(request: HttpRequest) -> str:
    """The network round that address, whose limits are wider: NETWORK_PREFIX_V4 or NETWORK_PREFIX_V6 bits of it."""
    parsed = exact_address(request)
    if parsed is None:
        return UNKNOWN
    bits = settings.NETWORK_PREFIX_V4 if parsed.version == 4 else settings.NETWORK_PREFIX_V6
    return _network(parsed, bits)


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


def _network(address: Address, bits: int) -> str:
    return str(ipaddress.ip_network((address, bits), strict=False).network_address)


@lru_cache(maxsize=4)
def _limiter(address: str) -> RateLimiter:
    storage = storage_from_string(address, wrap_exceptions=True)
    try:
        return MovingWindowRateLimiter(storage)
    except NotImplementedError:  # a storage that cannot keep single times
        return FixedWindowRateLimiter(storage)
