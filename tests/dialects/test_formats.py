"""Bytes to one shape, and values to types."""

import math
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.dialects.formats import coerce
from reports.dialects.formats.dates import moment
from reports.dialects.formats.document import Malformed
from reports.dialects.formats.remote_errors import RemoteError, field_errors, remote_errors, text_errors
from reports.dialects.formats.shapes import members, only, rows
from reports.dialects.formats.sniff import parse

BERLIN = ZoneInfo("Europe/Berlin")
MARKS = ("service_request_id",)


# --- parsing ---


@pytest.mark.parametrize(
    "body",
    [
        "\ufeff<a>ü</a>".encode(),
        "\ufeff<a>ü</a>".encode("utf-16-le"),
        "\ufeff<a>ü</a>".encode("utf-16-be"),
        "\ufeff<a>ü</a>".encode("utf-32-le"),
        "<a>ü</a>".encode("utf-16-le"),
        "<a>ü</a>".encode("utf-16-be"),
        '<?xml version="1.0" encoding="utf-16"?><a>ü</a>'.encode(),
        '<?xml version="1.0" encoding="nonsense-9"?><a>ü</a>'.encode(),
        '<?xml version="1.0" encoding="UTF-8"?><a>ü</a>'.encode("latin-1"),
        '<?xml version="1.0" encoding="iso-8859-1"?><a>ü</a>'.encode("latin-1"),
        "\n\n <?xml version='1.0'?><!-- note --><a>ü</a>\n".encode(),
        b"<a>&#252;</a>",
        b"<a>&uuml;</a>",
        "<a><![CDATA[ü]]></a>".encode(),
        "<a>ü\x0b\x01</a>".encode(),
        "<a>ü&#0;&#x1F;</a>".encode(),
        '<x:a xmlns:x="http://x.example" is_array="true">ü</x:a>'.encode(),
    ],
)
def test_xml_in_every_wrapping(body):
    found = parse(body)
    assert (found.root, found.data) == ("a", "ü")


def test_the_charset_of_the_header_helps_where_the_bytes_do_not():
    body = "<a>Ł</a>".encode("iso-8859-2")
    assert parse(body, "text/xml; charset=ISO-8859-2").data == "Ł"
    assert parse(body, "text/xml; charset=no-such").data == "£"
    assert parse("<a>Ł</a>".encode(), "text/html; charset=iso-8859-2").data == "Ł"


def test_xml_has_the_shape_of_json():
    found = parse(b"""<service_requests>
        <request type="x"><id nil="true">7</id><name> A &amp; B </name><text>a <b>bold</b> word</text>
          <media_url>1</media_url><media_url>2</media_url><media_url>3</media_url><notes><note>n</note></notes></request>
        <request/>
    </service_requests>""")
    assert found.root == "service_requests"
    assert found.data == [
        {"id": None, "name": " A & B ", "text": "a bold word", "media_url": ["1", "2", "3"], "notes": ["n"]},
        None,
    ]
    assert parse(b"<services/>").data == []
    assert parse(b"<service/>").data is None


def test_repairs_are_narrow_and_noted():
    assert parse(b"<a>ok</a>").repairs == ()
    assert parse(b"<a>Fish & Chips&nbsp;&amp; more</a>").data == "Fish & Chips\xa0& more"
    assert parse(b"<a>Fish & Chips</a>").repairs == ("ampersands escaped",)
    assert parse(b"<wrnog><a>1</a></wrong>").data == {"a": "1"}
    assert parse(b'{"a": [1, 2,], "b": "x,]",}').data == {"a": [1, 2], "b": "x,]"}
    assert parse(b'{"code": 007, "date": "2001, 01]", "n": 0.5, "z": 0}').data["code"] == "007"
    assert parse(b'{"a": "one\ntwo\ttabs"}').data == {"a": "one\ntwo\ttabs"}
    assert parse(b'{"a": NaN, "b": -Infinity}').data == {"a": None, "b": None}
    assert parse(b'{"a": "x\\u0000y\\ud800z"}').data == {"a": "xy\ufffdz"}
    assert parse(b'{"id": ' + b"9" * 5000 + b"}").data == {"id": "9" * 5000}


@pytest.mark.parametrize(
    ("body", "html", "empty"),
    [
        (b"", False, True),
        (b"\xef\xbb\xbf \n", False, True),
        (b"<!DOCTYPE html><html></html>", True, False),
        (b"  <HTML>", True, False),
        (b"<!-- proxy --><h1>Bad gateway</h1>", True, False),
        (b"<p>Sorry</p>", True, False),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', False, False),
        (b'<!DOCTYPE a SYSTEM "http://example.org/a.dtd"><a/>', False, False),
        (b"<a><b></a>", False, False),
        (b"<a>", False, False),
        (b"{", False, False),
        (b'{"a": 1} trailing', False, False),
        (b'{"a" 1}', False, False),
        (b"true", False, False),
        (b"Fatal error", False, False),
        (b"[" * 5000 + b"]" * 5000, False, False),
        (b'{"a":' * 80 + b"1" + b"}" * 80, False, False),
        (b"<a>" * 400 + b"</a>" * 400, False, False),
    ],
)
def test_what_cannot_be_read_is_malformed(body, html, empty):
    with pytest.raises(Malformed) as caught:
        parse(body)
    assert (caught.value.html, caught.value.empty) == (html, empty)


@given(st.binary(max_size=200) | st.text(alphabet='<>[]{}"&;ab:,0 \n/!-?', max_size=80).map(str.encode))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_or_malformed(body):
    try:
        found = parse(body)
    except Malformed:
        return
    assert found.data is None or isinstance(found.data, str | list | dict)


# --- shapes ---


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ([{"a": 1}, "x", None], [{"a": 1}]),
        ([], []),
        ({"service_requests": [{"a": 1}]}, [{"a": 1}]),
        ({"service_requests": {"request": {"a": 1}}}, [{"a": 1}]),
        ({"service_requests": {"request": [{"a": 1}, {"a": 2}]}}, [{"a": 1}, {"a": 2}]),
        ({"service_requests": {"service_requests": [{"a": 1}]}}, [{"a": 1}]),
        ({"requests": [{"request": {"a": 1}}]}, [{"a": 1}]),
        ({"requests": [{"request": [{"a": 1}, {"a": 2}]}]}, [{"a": 1}, {"a": 2}]),
        ({"0": {"a": 1}, "2": {"a": 2}}, [{"a": 1}, {"a": 2}]),
        ({"service_requests": {"0": {"a": 1}, "2": {"a": 2}}}, [{"a": 1}, {"a": 2}]),
        ({"service_requests": None}, []),
        ({"service_request_id": 1, "request": "of mine"}, [{"service_request_id": 1, "request": "of mine"}]),
        ({"totalCount": 0, "rows": 0}, None),
        ({}, None),
        (None, None),
        ("text", None),
        ({"service_requests": "text"}, None),
    ],
)
def test_rows(data, expected):
    assert rows(data, ("service_requests", "requests"), MARKS) == expected


def test_members_named_as_their_list():
    twice = b"<a><values><values><key>1</key><name>One</name></values><values><key>2</key></values></values></a>"
    assert parse(twice).data == {"values": [{"key": "1", "name": "One"}, {"key": "2"}]}
    assert parse(b"<a><values><values>x</values><values/></values></a>").data == {"values": ["x", []]}
    again = parse(b"<requests><requests><request><a>1</a></request></requests></requests>")
    assert rows(again.data, ("service_requests", "requests"), MARKS) == [{"a": "1"}]


def test_members_and_only():
    assert members({"value": [{"key": 1}]}, "values") == [{"key": 1}]
    assert members({"key": "a", "name": "b"}, "values") == [{"key": "a", "name": "b"}]
    assert members([{"format": "text/xml"}, {"format": ["a", "b"]}], "formats") == ["text/xml", "a", "b"]
    assert members({"1": "text/xml", "3": "text/html"}, "formats") == ["text/xml", "text/html"]
    assert members("", "values") == members(None, "values") == members({}, "values") == []
    assert only([{"a": 1}], "discovery") == only({"discovery": {"a": 1}}, "discovery") == {"a": 1}
    assert only([{"a": 1}, {"b": 1}], "discovery") == only("x", "discovery") == {}


# --- errors ---


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"<errors><error><code>400</code><description>a</description></error></errors>", [("400", "a")]),
        (b"<errors><error>plain</error><error>more</error></errors>", [("", "plain"), ("", "more")]),
        (b"<error>plain</error>", [("", "plain")]),
        (b"<error/>", [("", "")]),
        (b"<r><Open311Error><errorCode>201</errorCode><errorDescription>b</errorDescription></Open311Error></r>",
         [("201", "b")]),
        (b"<r><Open311Error/><Open311Create><service_request_id>1</service_request_id></Open311Create></r>", []),
        (b'[{"code": 400, "description": "a"}, {"code": "103 - x", "message": "b"}]', [("400", "a"), ("103 - x", "b")]),
        (b'{"errors": [{"code": 1, "msg": "c"}]}', [("1", "c")]),
        (b'{"errors": {"lat": ["is blank", "is odd"], "base": "no"}}', [("", "lat: is blank; is odd; base: no")]),
        (b'{"error": "Unauthenticated."}', [("", "Unauthenticated.")]),
        (b'{"code": 500, "error": "broken"}', [("500", "broken")]),
        (b'{"status_code": 404, "detail": "x"}', [("404", "x")]),
        (b'{"errors": [], "service_requests": []}', []),
        (b'{"errors": {}, "issues": [1]}', []),
        (b'[{"service_code": "1", "description": "a service"}]', []),
        (b'[{"description": "a", "lat": 1}]', []),
        (b'[{"token": "t"}]', []),
        (b'{"id": 5120, "title": "Pothole", "questions": []}', []),
        (b'[{"id": 31, "title": "Pothole", "additional_questions_count": 0}]', []),
        (b"[]", []),
    ],
)  # fmt: skip
def test_remote_errors(body, expected):
    assert remote_errors(parse(body)) == tuple(RemoteError(*each) for each in expected)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"email": "Can\'t be blank.", "lat": ["is odd", "is far"]}', "email: Can't be blank.; lat: is odd; is far"),
        (b'{"base": "No."}', "No."),
        (b'[["lat", "can\'t be blank"], ["base", "No."]]', "lat: can't be blank; No."),
        (b'{"id": 7, "lat": ["is odd"]}', ""),
        (b'{"issue": {"lat": "is odd"}}', ""),
        (b'[["lat"]]', ""),
        (b"[[1, 2]]", ""),
        (b'{"lat": ""}', ""),
        (b"{}", ""),
        (b"[]", ""),
    ],
)
def test_fields_and_what_is_wrong_with_them(body, words):
    assert field_errors(parse(body)) == ((RemoteError("", words),) if words else ())


@pytest.mark.parametrize("status", [400, 401, 405, 407, 414, 416, 422, 500])
@pytest.mark.parametrize("body", ["Quota used up", "'lat missing'", "x" * 500])
def test_short_words_with_an_error_s_status_are_an_error(status, body):
    assert text_errors(body, status) == (RemoteError("", body.strip("'")),)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, "lat missing"), (399, "lat missing"), (404, "lat missing"), (406, "lat missing"), (415, "lat missing"),
        (400, "x" * 501), (400, "<lat missing"), (400, "{lat missing"), (400, "[lat missing"), (400, "lat\ufffd"),
        (400, " \n"), (400, '""'),
    ],
)  # fmt: skip
def test_what_are_no_words_of_an_error(status, body):
    assert text_errors(body, status) == ()


@pytest.mark.parametrize(
    ("code", "number"), [("404", 404), ("400 - x", 400), ("103 - x", None), ("4040", None), ("", None)]
)
def test_http_codes_in_bodies(code, number):
    assert RemoteError(code, "").http_code == number


# --- values ---


@pytest.mark.parametrize(
    ("value", "expected"),
    [(" a ", "a"), (7, "7"), (7.0, "7"), (7.5, "7.5"), (True, "true"), (None, ""), (["a", "b"], "a, b"), ({}, ""),
     (math.nan, ""), (1e300, "1e+300"), (False, "false"), (2.0**53 - 1, "9007199254740991"),
     (2.0**53, "9007199254740992.0")],
)  # fmt: skip
def test_text(value, expected):
    assert coerce.text(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("001", "001"), (101005570514, "101005570514"), (12.0, "12"), (0, "0"), ("", None), (None, None), ("null", None),
     ([5], "5"), ([5, 6], None), ({"a": 1}, None), (True, None), (" x ", "x")],
)  # fmt: skip
def test_identifier(value, expected):
    assert coerce.identifier(value) == expected


@pytest.mark.parametrize("value", [True, "true", "TRUE", 1, "1", " yes "])
def test_true(value):
    assert coerce.boolean(value)


@pytest.mark.parametrize("value", [False, "false", 0, "0", "", None, "no", [], {}, "falsetrue"])
def test_false(value):
    assert not coerce.boolean(value)


@pytest.mark.parametrize(
    ("lat", "long", "expected"),
    [
        (41.8, -87.6, (41.8, -87.6)), ("41.8", " -87.6 ", (41.8, -87.6)), ("50,5", "6,9", (50.5, 6.9)),
        (0, 0, None), ("0.0", 0.0, None), (0, 6.5, (0.0, 6.5)), (None, 5, None), (5, None, None), ("", "", None),
        (2112060.1, 6006819.5, None), (91, 0, None), (1, 181, None), ("x", 1, None), (math.nan, 1, None),
        (math.inf, 1, None), (True, True, None), ("1_0", "2", None), ("4.2e1", "1", (42.0, 1.0)),
        (".5", "-.5", (0.5, -0.5)), (90, 180, (90.0, 180.0)), (-90, -180, (-90.0, -180.0)), (90.5, 1, None),
        (-90.5, 1, None), (1, 180.5, None), (1, -180.5, None), ("1.234,5", 1, None),
    ],
)  # fmt: skip
def test_position(lat, long, expected):
    assert coerce.position(lat, long) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("3", 3), (3.0, 3), ("3.0", 3), (2**31, 2**31), (-(2**31), -(2**31)), (2**31 + 1, 0), ("x", 0), (None, 0)],
)
def test_integer(value, expected):
    assert coerce.integer(value) == expected
    assert coerce.integer("x", -1) == -1


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a, b,,a ", ("a", "b")),
        (["a", "b, c"], ("a", "b", "c")),
        ({"keyword": ["a", "b, c"]}, ("a", "b", "c")),
        ("", ()),
        (None, ()),
        (5, ("5",)),
    ],
)
def test_words(value, expected):
    assert coerce.words(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("https://a.example/1.jpg ", ("https://a.example/1.jpg",)),
        ("http://a.example/1.jpg, ", ("http://a.example/1.jpg",)),
        ("https://a.example/1.jpg#spot=1", ("https://a.example/1.jpg",)),
        ("https://a.example/1.jpg,https://a.example/x,y.jpg", ("https://a.example/1.jpg", "https://a.example/x,y.jpg")),
        (["https://a.example/1", "https://a.example/1"], ("https://a.example/1",)),
        ([{"url": "https://a.example/1"}, {"media_url": "/2"}], ("https://a.example/1", "https://base.example/2")),
        ("data:image/png;base64,AAAA", ()),
        ("javascript:alert(1)", ()),
        ("https://[::1", ()),
        ('https://a.example/"><script>', ()),
        ("", ()),
        (None, ()),
        (5, ()),
    ],
)
def test_media_urls(value, expected):
    assert coerce.media_urls([value], "https://base.example/v2/") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2020-07-01T12:00:00Z", "2020-07-01T12:00:00+00:00"),
        ("2020-07-01T12:00:00-05:00", "2020-07-01T17:00:00+00:00"),
        ("2020-07-01t12:00:00.1234567z", "2020-07-01T12:00:00.123456+00:00"),
        ("2020-07-01T12:00:00+0200", "2020-07-01T10:00:00+00:00"),
        ("2020-07-01T12:00:00 02:00", "2020-07-01T10:00:00+00:00"),
        ("2020-07-01T12:00:00+05:30", "2020-07-01T06:30:00+00:00"),
        ("2020-07-01T12:00:00-0330", "2020-07-01T15:30:00+00:00"),
        ("2020-07-01 12:00:00 UTC", "2020-07-01T12:00:00+00:00"),
        ("2020-07-01 12:00:00 GMT", "2020-07-01T12:00:00+00:00"),
        ("1/2/2008", "2008-01-01T23:00:00+00:00"),
        ("2020-07-01 12:00:00.5", "2020-07-01T10:00:00.500000+00:00"),
        ("2020-01-01 12:00", "2020-01-01T11:00:00+00:00"),
        ("2020-07-01", "2020-06-30T22:00:00+00:00"),
        ("2011/06/20 13:16:46 +0000", "2011-06-20T13:16:46+00:00"),
        ("08/29/2008 at 02:05AM", "2008-08-29T00:05:00+00:00"),
        ("Tue Mar 30 16:27:21 UTC 2010", "2010-03-30T16:27:21+00:00"),
        ("Mon Apr 12 12:00:01 -0400 2010", "2010-04-12T16:00:01+00:00"),
        ("Tue, 15 Nov 1994 08:12:31 GMT", "1994-11-15T08:12:31+00:00"),
        ("24.12.2020 18:00", "2020-12-24T17:00:00+00:00"),
        (1593604800, "2020-07-01T12:00:00+00:00"),
        ("1593604800000", "2020-07-01T12:00:00+00:00"),
        ("2020-12-31T23:59:60Z", "2020-12-31T23:59:59+00:00"),
    ],
)
def test_moment(value, expected):
    found = moment(value, BERLIN)
    assert found is not None
    assert found.isoformat() == expected
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    ["", None, "soon", "0001-01-01T00:00:00", "9999-12-31T23:59:59Z", "2020-13-01", "2020-02-30", "20200701",
     "2020-07-01T25:00:00Z", "2020-07-01T12:00:00+99:00", {}, [], True, 5, "1" * 400, "2020-07-01T12:00:00Zzz"],
)  # fmt: skip
def test_no_moment(value):
    assert moment(value, UTC) is None


@given(st.text(max_size=30) | st.integers() | st.floats() | st.datetimes().map(str))
@settings(max_examples=200, deadline=None)
def test_coercions_never_raise(value):
    found = moment(value, BERLIN)
    assert found is None or isinstance(found, datetime)
    coerce.position(value, value)
    coerce.media_urls([value], "https://base.example/")
    coerce.words(value)
    coerce.integer(value)
    coerce.identifier(value)
