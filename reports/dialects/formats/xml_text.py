"""XML to the common shape. No entities, no document type, no network, no huge tree; attributes only where asked for."""

import html
import re
from html.entities import html5
from typing import Any, Final

from lxml import etree

from reports.dialects.formats.clean import clean
from reports.dialects.formats.document import Document, Malformed
from reports.dialects.formats.shapes import CONTAINERS

_PROLOG = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_DECLARATION = re.compile(r"<\?xml\b.*?\?>", re.DOTALL)
_CDATA_OR_REFERENCE = re.compile(r"(<!\[CDATA\[.*?\]\]>)|&(#x?[0-9a-fA-F]+;|\w+;)?", re.DOTALL)
_PREDEFINED: Final = frozenset({"amp;", "lt;", "gt;", "quot;", "apos;"})
_OUTER_TAGS = re.compile(r"<([A-Za-z_][\w.-]*)(?=[\s>])(.*)</([A-Za-z_][\w.-]*)\s*>\s*\Z", re.DOTALL)
# An attribute's value ends at the quotation mark that another attribute or the end of the tag follows.
_OPENING = re.compile(r"<[A-Za-z_][\w.:-]*(?=\s)")
_ATTRIBUTE = re.compile(r'\s+[\w.:-]+\s*=\s*"([^<]{0,20000}?)"(?=\s+[\w.:-]+\s*=\s*"|\s*/?>)')
_XSI: Final = "{http://www.w3.org/2001/XMLSchema-instance}"
_NIL: Final = ("nil", "{http://www.w3.org/2001/XMLSchema-instance}nil")


def read_xml(text: str, repairs: tuple[str, ...] = (), *, attributes: bool = False) -> Document:
    """Parse XML that is already decoded. Raises `Malformed`.

    With `attributes` an element's attributes are members of it like its children, which win where both have a name; the
    text of an element that has attributes is its `#text`. GeoReport v1 has its services in attributes, KML its columns.

    Strict first. Then, one after the other, the repairs that published answers needed: characters that XML does not
    allow, a bare "&" and HTML's named entities in texts, and a root element that is opened under another name than
    it is closed (`<dicovery>` in Klarschiff's documentation). With `attributes` also quotation marks inside of one
    (`"The 4" side sewer"` in San Francisco's).
    """
    text = _DECLARATION.sub("", text, count=1) if text.startswith("<?xml") else text
    if text[(start := skip_prolog(text)) :][:9].upper() == "<!DOCTYPE":
        raise Malformed("The answer brings a document type of its own, which is refused.")
    text = text[start:]
    try:
        return _document(_strict(text), repairs, attributes)
    except etree.XMLSyntaxError as error:
        problem = error
    for name, repair in (*_REPAIRS, *(_ATTRIBUTE_REPAIRS if attributes else ())):
        mended = repair(text)
        if mended == text:
            continue
        text, repairs = mended, (*repairs, name)
        try:
            return _document(_strict(text), repairs, attributes)
        except etree.XMLSyntaxError as error:
            problem = error
    raise Malformed(f"The answer is not well-formed XML: {problem.msg}")


def skip_prolog(text: str) -> int:
    """Where the document type or the root element begins, after declaration, comments and space."""
    position = 0
    while found := _PROLOG.match(text, position):
        position = found.end()
    return position


def _strict(text: str) -> Any:
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    return etree.fromstring(text.encode("utf-8", "replace"), parser)


def _document(element: Any, repairs: tuple[str, ...], attributes: bool) -> Document:
    return Document(_value(element, attributes), _name(element), repairs)


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _value(element: Any, attributes: bool) -> Any:
    name = _name(element)
    children = [child for child in element if isinstance(child.tag, str)]
    if any((element.get(nil) or "").lower() in {"true", "1"} for nil in _NIL):
        return None
    if attributes and (named := _attributes(element)):
        return named | _attributed(element, children)
    if not children:
        text = clean(element.text or "")
        if text.strip():
            return text
        return [] if name in CONTAINERS else None
    if _is_prose(element, children):
        return clean("".join(element.itertext()))
    if name in CONTAINERS:
        return [_member(child, name, attributes) for child in children]
    return _row(children, attributes)


def _member(element: Any, container: str, attributes: bool) -> Any:
    """A member of a list. Jackson names it as the list where nobody said otherwise: Libre311 has `<values><values>`."""
    children = [child for child in element if isinstance(child.tag, str)]
    if _name(element) == container and children and not _is_prose(element, children):
        return _row(children, attributes)
    return _value(element, attributes)


def _row(children: list[Any], attributes: bool) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for child in children:
        _add(row, _name(child), _value(child, attributes))
    return row


def _attributes(element: Any) -> dict[str, Any]:
    """Its attributes without their namespaces; those of XML Schema say nothing of the content."""
    kept = ((str(name), value) for name, value in element.attrib.items() if not str(name).startswith(_XSI))
    return {name.rpartition("}")[2]: clean(str(value)) for name, value in kept}


def _attributed(element: Any, children: list[Any]) -> dict[str, Any]:
    text = clean(element.text or "")
    if children and not _is_prose(element, children):
        return _row(children, attributes=True)
    return {"#text": clean("".join(element.itertext()))} if children or text.strip() else {}


def _is_prose(element: Any, children: list[Any]) -> bool:
    """Text with mark-up in it, such as `<description>See <b>this</b></description>`, is text."""
    return any((text or "").strip() for text in (element.text, *(child.tail for child in children)))


def _add(row: dict[str, Any], name: str, value: Any) -> None:
    if name not in row:
        row[name] = value
    elif isinstance(row[name], _Repeated):
        row[name].append(value)
    else:
        row[name] = _Repeated([row[name], value])


class _Repeated(list[Any]):
    """The values of a tag that was repeated; its own class, because a single value may be a list."""


def _drop_illegal(text: str) -> str:
    def reference(found: re.Match[str]) -> str:
        digits = found.group(1)
        code = int(digits[1:], 16) if digits[0] in "xX" else int(digits)
        return found.group() if code in {9, 10, 13} or (code >= 32 and code < 0x110000) else ""

    return re.sub(r"&#(x[0-9a-fA-F]{1,8}|[0-9]{1,9});", reference, clean(text))


def _escape_ampersands(text: str) -> str:
    def mend(found: re.Match[str]) -> str:
        cdata, reference = found.groups()
        if cdata or (reference and (reference.startswith("#") or reference in _PREDEFINED)):
            return found.group()
        if reference and (known := html5.get(reference)):
            return html.escape(known)
        return "&amp;" + (reference or "")

    return _CDATA_OR_REFERENCE.sub(mend, text)


def _rename_root(text: str) -> str:
    found = _OUTER_TAGS.match(text)
    if not found or found.group(1) == found.group(3):
        return text
    return f"<{found.group(3)}{found.group(2)}</{found.group(3)}>"


def _escape_quotes(text: str) -> str:
    """Escape the quotation marks inside an attribute's value; tags whose attributes cannot be told apart stay."""
    parts: list[str] = []
    copied = 0
    for opening in _OPENING.finditer(text):
        position = opening.end()
        while found := _ATTRIBUTE.match(text, position):
            if '"' in found.group(1):
                parts += [text[copied : found.start(1)], found.group(1).replace('"', "&quot;")]
                copied = found.end(1)
            position = found.end()
    return "".join([*parts, text[copied:]])


_ATTRIBUTE_REPAIRS: Final = (("quotation marks in attributes escaped", _escape_quotes),)
_REPAIRS: Final = (
    ("illegal characters dropped", _drop_illegal),
    ("ampersands escaped", _escape_ampersands),
    ("root element renamed to its closing tag", _rename_root),
)
