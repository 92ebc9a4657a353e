"""Bodies that no client likes: HTML where data is due, cut or garbled documents, bombs, and very long lists."""

import re
from http import HTTPStatus

HUGE_BYTES = 21_000_000
_DEEP = 100_000
_ID = re.compile(rb'(service_request_id(?:"\s*:\s*"?|>))(?=[^\s"<])(?!null)')


def html_page() -> bytes:
    """A proxy's friendly page, sent with 200 (seen at uReport and at FixMyStreet servers)."""
    return (
        b"<!DOCTYPE html>\n<html><head><title>Scheduled maintenance</title></head><body>"
        b"<h1>We will be back soon</h1><p>The customer service system is being updated.</p></body></html>\n"
    )


def gateway_page(status: int) -> bytes:
    phrase = HTTPStatus(status).phrase
    return (
        f"<html><head><title>{status} {phrase}</title></head><body><h1>{status} {phrase}</h1></body></html>\n".encode()
    )


def spoil(kind: str, body: bytes, *, is_json: bool) -> bytes:
    """`body` spoilt in the way that `kind` names: empty, malformed, truncated, billion-laughs, huge or
    other-id."""
    if kind == "empty":
        return b""
    if kind == "truncated":
        return body[: max(1, len(body) // 2)]
    if kind == "other-id":
        return _ID.sub(rb"\g<1>9", body)
    if kind == "malformed":
        return _malformed(body, is_json=is_json)
    if kind == "billion-laughs":
        return b"[" * _DEEP if is_json else _entity_bomb()
    return _huge(is_json=is_json)


def _malformed(body: bytes, *, is_json: bool) -> bytes:
    if is_json:
        return body.rstrip()[:-1] + b", 001,]]\n"  # the standard's own samples write "service_code":001
    return body.rstrip() + b"</oops & </service>\n"


def _entity_bomb() -> bytes:
    """Nine levels of ten: 10^9 copies of "lol" in a parser that expands entities. JSON has no entities; there
    the like danger is depth."""
    levels = "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1};" * 10 if n else "lol"}">\n' for n in range(10))
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE services [\n{levels}]>\n'
        "<services><service><service_code>&lol9;</service_code></service></services>\n"
    ).encode()


def _huge(*, is_json: bool) -> bytes:
    """A well-formed list of over 20 MB."""
    text = "The same words again and again. " * 60
    if is_json:
        item = f'{{"service_code":"HUGE","service_request_id":"HUGE","description":"{text}"}}'
        return ("[" + ",".join([item] * (HUGE_BYTES // len(item) + 1)) + "]").encode()
    item = f"<service><service_code>HUGE</service_code><description>{text}</description></service>\n"
    items = item * (HUGE_BYTES // len(item) + 1)
    return f'<?xml version="1.0" encoding="utf-8"?>\n<services>\n{items}</services>\n'.encode()
