"""Bytes that a city sent: their encoding, what surrounds them, how deep they go, and web pages in place of answers."""

import pytest

from reports.dialects.formats.document import Malformed, decode
from reports.dialects.formats.sniff import parse


def test_bytes_are_decoded_by_what_they_are_and_not_by_a_wrong_label():
    assert decode("\ufeff<a>ü".encode("utf-32-be")) == ("<a>ü", ())
    for encoding in ("utf-16-le", "utf-16-be"):
        assert decode("\ufeff<a>".encode(encoding) + b"x") == ("<a>\ufffd", ())
        for start in "<{[":
            assert decode(start.encode(encoding) + b"x") == (f"{start}\ufffd", ("UTF-16 without a mark",))
    assert decode("<?xml version='1.0' encoding='iso-8859-2'?><a>Ł</a>".encode("iso-8859-2"))[0].endswith("<a>Ł</a>")
    for label in ("utf-16", "unicode_escape", "raw_unicode_escape"):
        body = b"[\\u0041 \xfc]"
        assert decode(body, f"text/xml; charset={label}") == ("[\\u0041 ü]", ("Windows-1252 assumed",)), label
    assert decode(b"[\x81]") == ("[\x81]", ("Latin-1 assumed",))


@pytest.mark.parametrize("junk", [b" ", b"\t", b"\r", b"\n", b"\f", b"\v", b"\0", "\ufeff".encode()])
def test_what_surrounds_an_answer_is_no_part_of_it(junk):
    assert parse(b"<a>1</a>" + junk).data == "1"
    assert parse(b"  " + junk + b'{"a": 1}' + junk).data == {"a": 1}


@pytest.mark.parametrize(
    "tag",
    ["!doctype html", "html", "head", "body", "title", "script", "style", "meta", "div", "p", "h1", "h6", "center",
     "pre", "br", "hr", "b", "span", "table", "font"],
)  # fmt: skip
def test_a_web_page_by_its_first_tag(tag):
    for written in (f"<{tag}>x", f"<?xml version='1.0'?>\n<{tag.upper()} class='a'>x"):
        with pytest.raises(Malformed) as caught:
            parse(written.encode())
        assert caught.value.html
    if tag != "!doctype html":
        assert parse(f"<{tag}s>x</{tag}s>".encode()).data == "x"


@pytest.mark.parametrize(("start", "end"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_sixty_levels_are_read_and_no_more(start, end):
    assert parse(start * 60 + b"1" + end * 60).data
    with pytest.raises(Malformed):
        parse(start * 61 + b"1" + end * 61)


@pytest.mark.parametrize(
    ("body", "data", "repairs"),
    [
        (b'{"a": "x\\ny"}', {"a": "x\ny"}, ()),
        (b'{"a": "x\ny"}', {"a": "x\ny"}, ("raw characters in strings",)),
        (b'{"a": "x,]\\",}", "b": [1,],}', {"a": 'x,]",}', "b": [1]},
         ("trailing commas dropped", "raw characters in strings")),
        (b'{"a": 001, "b": "x\\", 002,"}', {"a": "001", "b": 'x", 002,'},
         ("leading zeros kept as text", "raw characters in strings")),
        (b'{"a": ' + b"9" * 100 + b"}", {"a": int("9" * 100)}, ()),
        (b'{"a": ' + b"9" * 101 + b"}", {"a": "9" * 101}, ()),
    ],
)  # fmt: skip
def test_what_had_to_be_mended_in_json(body, data, repairs):
    found = parse(body)
    assert (found.data, found.repairs) == (data, repairs)


XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


@pytest.mark.parametrize(
    ("written", "data"),
    [
        ("<a>1<!-- x -->2</a>", "12"),
        ("<a>1<?x y?>2</a>", "12"),
        (f'<a {XSI}><b xsi:nil="true">7</b><c xsi:nil="false">7</c></a>', {"b": None, "c": "7"}),
        ('<a><b nil="1">7</b></a>', {"b": None}),
        ("<a>Fish & Chips &lt;b&gt; &quot;x&quot; &apos;y&apos; &amp; &#65;&#x42; &unknown;</a>",
         "Fish & Chips <b> \"x\" 'y' & AB &unknown;"),
        ("<?xml version='1.0'?>\n<?style x?>\n<!-- x -->\n<a>1</a>", "1"),
    ],
)  # fmt: skip
def test_xml_s_own_ways(written, data):
    assert parse(written.encode()).data == data


def test_attributes_are_read_only_where_they_are_asked_for():
    written = f'<s {XSI} xsi:type="x" code="1" name="The 4" side "x" sewer"/>'.replace('"x" code', '"x"  code').encode()
    assert parse(written, attributes=True).data == {"code": "1", "name": 'The 4" side "x" sewer'}
    assert parse(b'<s code="1">x</s>').data == "x"
    assert parse(b'<s code="1">x</s>', attributes=True).data == {"code": "1", "#text": "x"}


@pytest.mark.parametrize(
    "start", ["", "\n", "<?xml version='1.0'?>", "<?xml version='1.0'?>\n<?style x?>\n", "<!-- x -->\n <!-- y -->"]
)
def test_a_document_type_is_refused_wherever_it_stands(start):
    for name, html in (("html", True), ("a SYSTEM 'file:///etc/passwd'", False), ("a [<!ENTITY x 'y'>]", False)):
        with pytest.raises(Malformed) as caught:
            parse(f"{start}<!DOCTYPE {name}><a>1</a>".encode())
        assert caught.value.html is html
