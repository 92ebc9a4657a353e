"""A parsed body, why one could not be parsed, and the decoding of bytes."""

import codecs
import re
from dataclasses import dataclass
from typing import Any, Final


class Malformed(ValueError):
    """The body is not something that a GeoReport server may answer. `html` where it is a web page, `empty`
    where there is nothing in it."""

    def __init__(self, message: str, *, html: bool = False, empty: bool = False) -> None:
        super().__init__(message)
        self.html = html
        self.empty = empty


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed body. `data` holds dicts, lists, strings, numbers, booleans and None; the root element of XML is
    not in it but in `root` ("" for JSON). `repairs` says what had to be mended to read it."""

    data: Any
    root: str = ""
    repairs: tuple[str, ...] = ()


_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decode(body: bytes, content_type: str = "") -> tuple[str, tuple[str, ...]]:
    """Bytes to text, and what had to be assumed.

    A byte order mark decides; then UTF-8, if the bytes are valid UTF-8, whatever label they carry (servers declare
    utf-16 or iso-8859-1 over UTF-8); then the header's charset, the XML declaration's, and last Windows-1252.
    """
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace"), ()
    for start, encoding in ((b"\0<", "utf-16-be"), (b"\0{", "utf-16-be"), (b"\0[", "utf-16-be")):
        if body.startswith(start):
            return body.decode(encoding, "replace"), ("UTF-16 without a mark",)
        if body.startswith(start[::-1]):
            return body.decode("utf-16-le", "replace"), ("UTF-16 without a mark",)
    try:
        return body.decode("utf-8"), ()
    except UnicodeDecodeError:
        return _decode_labelled(body, content_type)


def _decode_labelled(body: bytes, content_type: str) -> tuple[str, tuple[str, ...]]:
    header = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", content_type, re.IGNORECASE)
    declaration = re.match(rb"\s*<\?xml[^>]*?encoding\s*=\s*[\"']([\w.:-]+)", body)
    labels = [header.group(1)] if header else []
    labels += [declaration.group(1).decode("ascii")] if declaration else []
    for label in labels:
        try:
            # Not UTF-8, which was tried, nor UTF-16 and its like: those would have begun with a NUL or a mark.
            if codecs.lookup(label).name.startswith(("utf", "unicode", "raw", "punycode", "idna")):
                continue
            return body.decode(label), ()
        except (LookupError, UnicodeError, TypeError, ValueError):
            continue
    try:
        return body.decode("cp1252"), ("Windows-1252 assumed",)
    except UnicodeDecodeError:
        return body.decode("latin-1"), ("Latin-1 assumed",)
