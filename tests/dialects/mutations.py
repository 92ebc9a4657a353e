"""Answers spoiled at random: in their bytes, or in what they say while they stay well-formed.

Every function draws from hypothesis' `data`, so that a failure is found again and made small.
"""

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any, Final

from hypothesis import strategies as st

Data = st.DataObject
JUNK: Final = (
    b"", b"\0", b"<", b">", b"&", b"]]>", b"{}", b"[[", b'"', b"\\ud800", b"null", b"NaN", b"1e999", b"\xff\xfe",
    b"<!DOCTYPE a>", b"<html>", b"HTTP/1.1 200 OK\r\n\r\n",
)  # fmt: skip
SCALARS: Final = (
    None, True, False, 0, -1, 1.5, 10**30, 1e300, "", " ", "null", "0", "0.0", "true", "x" * 5000, "\x00\x0b", "\ud800",
    "<b>&amp;</b>", "javascript:alert(1)", "http://[::1", "2026-02-30T25:61:00Z", "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00+14:00", "12/31/1969 at 11:59PM", "-", "ünïcode", "1,2", [], {}, [[]], [None], {"": None},
    ["a", ["b"]], {"a": {"b": "c"}},
)  # fmt: skip
NAMES: Final = (
    "", "id", "status", "code", "errors", "error", "description", "service_code", "service_request_id", "token",
    "attributes", "values", "notes", "lat", "requested_datetime", "issues", "metadata", "media_url",
)  # fmt: skip


def spoil(body: bytes, data: Data) -> bytes:
    """The answer with one to four things wrong with it."""
    for _ in range(data.draw(st.integers(1, 4))):
        body = _one(body, data)
    return body


def _one(body: bytes, data: Data) -> bytes:
    kind = data.draw(st.sampled_from(("content", "content", "bytes", "cut")))
    if kind == "cut":
        return body[: data.draw(st.integers(0, len(body)))]
    if kind == "content":
        changed = _json(body, data) if body.lstrip()[:1] in b"{[" else _xml(body, data)
        if changed is not None:
            return changed
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, min(len(body), start + 30)))
    return body[:start] + data.draw(st.sampled_from(JUNK) | st.binary(max_size=4)) + body[end:]


# --- JSON ---


def _json(body: bytes, data: Data) -> bytes | None:
    try:
        root = {"root": json.loads(body)}
    except (ValueError, RecursionError):
        return None
    holder, key = data.draw(st.sampled_from(list(_places(root))))
    _change(holder, key, data)
    return json.dumps(root.get("root"), ensure_ascii=True).encode()


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container with each of its keys, the root's first."""
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _places(value[key])


def _change(holder: Any, key: Any, data: Data) -> None:
    kind = data.draw(st.sampled_from(("drop", "double", "rename", "wrap", "nest", "unwrap", "replace", "swap")))
    value = holder[key]
    if kind == "drop":
        del holder[key]
    elif kind == "double":
        holder[key] = [value, value]
    elif kind == "rename" and isinstance(holder, dict):
        holder[data.draw(st.sampled_from(NAMES))] = holder.pop(key)
    elif kind == "wrap":
        holder[key] = {data.draw(st.sampled_from(NAMES)): value}
    elif kind == "nest":
        holder[key] = [[value]]
    elif kind == "unwrap" and isinstance(value, dict | list) and value:
        holder[key] = next(iter(value.values() if isinstance(value, dict) else value))
    elif kind == "swap":
        holder[key] = str(value) if isinstance(value, int | float | bool) else {"0": value}
    else:
        holder[key] = data.draw(st.sampled_from(SCALARS))


# --- XML ---


def _xml(body: bytes, data: Data) -> bytes | None:
    try:
        root = ET.fromstring(body)
    except (ET.ParseError, ValueError, LookupError):
        return None
    parents = [each for each in root.iter() if len(each)]
    if not parents:
        return None
    parent = data.draw(st.sampled_from(parents))
    child = data.draw(st.sampled_from(list(parent)))
    kind = data.draw(st.sampled_from(("drop", "double", "rename", "nest", "text", "empty", "attribute", "root")))
    if kind == "drop":
        parent.remove(child)
    elif kind == "double":
        parent.append(child)
    elif kind == "rename":
        child.tag = data.draw(st.sampled_from(NAMES)) or "x"
    elif kind == "nest":
        parent.remove(child)
        ET.SubElement(parent, data.draw(st.sampled_from(NAMES)) or "x").append(child)
    elif kind == "text":
        child.text = data.draw(
            st.sampled_from([each for each in SCALARS if isinstance(each, str) and each.isprintable()])
        )
    elif kind == "empty":
        child.clear()
    elif kind == "attribute":
        child.set(data.draw(st.sampled_from(("nil", "type", "code", "service_code"))), "true")
    else:
        root.tag = data.draw(st.sampled_from(NAMES)) or "x"
    return ET.tostring(root, encoding="utf-8")
