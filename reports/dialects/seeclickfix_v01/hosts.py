"""The host of a language: `https://es.city.example/api/0.1/` beside `https://city.example/api/0.1/`."""

import ipaddress
from collections.abc import Collection
from urllib.parse import urlsplit, urlunsplit


def localised(base_url: str, locale: str, locales: Collection[str]) -> str:
    """The base for a report's language: always the configured host or one right below it.

    Unchanged for a language without a host of its own, for an address in digits, for a name without a dot
    (`localhost`), and where a language stands in front already.
    """
    language = locale.replace("_", "-").partition("-")[0].lower()
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    first, _dot, rest = host.partition(".")
    if language not in locales or not rest or first in {*locales, "www"} or _is_address(host):
        return base_url
    return urlunsplit(parts._replace(netloc=f"{language}.{parts.netloc}"))


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
