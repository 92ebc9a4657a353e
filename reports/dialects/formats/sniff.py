"""Bytes to a `Document`: find out what it is, parse strictly, repair only what is known, else `Malformed`."""

import re

from reports.dialects.formats.document import Document, Malformed, decode
from reports.dialects.formats.json_text import read_json
from reports.dialects.formats.xml_text import read_xml, skip_prolog

_HTML = re.compile(
    r"<(?:!doctype\s+html|html|head|body|title|script|style|meta|div|p|h[1-6]|center|pre|br|hr|b|span|table|font)\b",
    re.IGNORECASE,
)


def parse(body: bytes, content_type: str = "", *, attributes: bool = False) -> Document:
    """Parse what a city sent. The content type only helps with the character set: it is often wrong about the rest
    (`text/html` over XML, `application/xml` over JSON). `attributes` keeps those of XML, which GeoReport v2 does not
    use. Raises `Malformed` and nothing else."""
    text, repairs = decode(body, content_type)
    text = text.strip(" \t\r\n\f\v\0\ufeff")
    if not text:
        raise Malformed("The answer is empty.", empty=True)
    try:
        if text[0] in "{[":
            return read_json(text, repairs)
        if text[0] == "<":
            if is_html(text):
                raise Malformed("The answer is a web page.", html=True)
            return read_xml(text, repairs, attributes=attributes)
    except RecursionError as error:
        raise Malformed("The answer is nested too deeply.") from error
    raise Malformed("The answer is neither XML nor JSON.")


def is_html(text: str) -> bool:
    """Whether the text begins as a web page, also one that calls itself XML."""
    return bool(_HTML.match(text, skip_prolog(text)))
