"""Texts that anybody may have typed, made fit for files that other programs open."""

import re
from typing import Final

_LINE_ENDS: Final = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# Not allowed in XML 1.0 (https://www.w3.org/TR/xml/#charsets) or in a text of RFC 5545 (CONTROL); and the marks that
# turn the direction of what stands after them, up to the end of the line (https://www.unicode.org/reports/tr9/).
_UNFIT: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]")


def fit(text: str) -> str:
    """The text with `\\n` at the ends of its lines, without what no file of these may hold or what turns letters."""
    return _UNFIT.sub("", _LINE_ENDS.sub("\n", text)).strip()


def line(text: str) -> str:
    """The same in one line."""
    return " ".join(fit(text).split())
