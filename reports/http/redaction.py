"""Taking keys and personal data out of texts before they are stored, logged or shown."""

import re
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import quote, quote_plus

KEPT: Final = 16 * 1024  # characters of an answer that an Exchange keeps
REMOVED: Final = "[removed]"

_SECRET = ("api[_-]?key", "x[_-]api[_-]key", "authorization", "proxy-authorization", "cookie", "set-cookie",
           "access[_-]token", "refresh[_-]token", "client[_-]secret", "password", "secret",
           "g[_-]recaptcha[_-]response")  # fmt: skip
_PERSONAL = ("(?:customer|reporter|requestor)[_-]e?mail", "e-?mail(?:[_-]address)?", "phone(?:[_-]number)?",
             "first[_-]?name", "last[_-]?name", "requestor[_-]name", "reporter[_-]display",
             "account[_-]id", "device[_-]id")  # fmt: skip
_NAME = "(?:" + "|".join(_SECRET + _PERSONAL) + ")"
_QUOTED = r'"(?:[^"\\]|\\.)*+"?|\'[^\']*+\'?'
_RULES: Final = (
    # Header lines of a raw reply; the rest of the line goes.
    (re.compile(rf"(?im)^((?:{'|'.join(_SECRET)})[ \t]*:[ \t]*)[^\r\n]++"), rf"\1{REMOVED}"),
    # XML elements, with or without a namespace, also CDATA and an element that was cut off.
    (re.compile(rf"(?is)(<(?:[\w.-]+:)?{_NAME}(?:\s[^<>]*)?>)(?:<!\[CDATA\[.*?(?:\]\]>|\Z)|[^<]++)"),
     rf"\1{REMOVED}"),
    # JSON members, also inside a JSON string (with backslashes before the quotes).
    (re.compile(rf'(?is)(\\*"{_NAME}\\*"\s*:\s*)(?:\\+".*?(?:\\+"|\Z)|{_QUOTED}|\[[^\]]*+\]?|[^,}}\]\s]++)'),
     rf'\1"{REMOVED}"'),
    # Queries, forms and XML attributes; `issue[reporter_email]=` and `comment%5Bemail%5D=` too.
    (re.compile(rf"(?i)((?:(?<![a-z0-9])|(?<=%5B)){_NAME}(?:%5D|\])?\s*=\s*)(?:{_QUOTED}|[^&;\s\"'<>]++)"),
     rf"\1{REMOVED}"),
)  # fmt: skip
_NAMED_HEADER = re.compile(rf"(?i){_NAME}\Z")


def redact(text: str, secrets: Sequence[str] = ()) -> str:
    """Take API keys and personal data out of a query, form, header block, JSON or XML text.

    `secrets` are removed wherever they stand, percent-encoded too; those under four characters are left to
    the field names, because removing every "K" would leave nothing to read. GeoReport tokens are kept.
    """
    variants = {form for secret in secrets if len(secret) >= 4 for form in _spellings(secret)}
    if variants:
        longest_first = sorted(variants, key=len, reverse=True)
        text = re.sub("|".join(map(re.escape, longest_first)), REMOVED, text, flags=re.IGNORECASE)
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


def redact_members(text: str, names: Sequence[str]) -> str:
    """Take the values of members called so out of JSON and XML, for secrets that only one call's answer holds."""
    for name in map(re.escape, names):
        text = re.sub(rf'(?is)("{name}"\s*:\s*)(?:{_QUOTED}|[^,}}\]\s]++)', rf'\1"{REMOVED}"', text)
        text = re.sub(rf"(?is)(<{name}(?:\s[^<>]*)?>)[^<]++", rf"\1{REMOVED}", text)
    return text


def _spellings(secret: str) -> set[str]:
    escaped = secret.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return {secret, quote(secret), quote(secret, safe=""), quote_plus(secret), escaped}


def redact_headers(headers: Mapping[str, str], secrets: Sequence[str]) -> dict[str, str]:
    """Headers with the values of telling names, and secrets in the others, removed."""
    clean = {name: redact(value, secrets) for name, value in headers.items()}
    return {name: REMOVED if _NAMED_HEADER.match(name) else value for name, value in clean.items()}


def excerpt(body: bytes, secrets: Sequence[str], members: Sequence[str] = ()) -> str:
    """The start of a body, without the values of `members`. More than is kept is read first, so that a value cut in two
    is recognised."""
    margin = 4096 + 3 * max(map(len, secrets), default=0)
    text = body[: KEPT + margin].decode("utf-8", "replace")
    text = redact_members(redact(text, secrets), members)
    if len(body) > KEPT + margin:
        text = text[: -(margin // 2)]
    return text[:KEPT]
