"""What nobody may see stands in no file, and what somebody typed does nothing there."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports.models import Comment, Contact, MirroredRequest, ServiceRequest
from reports.views.feeds import table, texts
from reports.views.feeds.table import guarded
from tests.factories import (
    make_endpoint,
    make_jurisdiction,
    make_service,
    make_service_request,
    make_status_update,
    make_submission,
    make_user,
)
from tests.views.feeds import reading
from tests.views.feeds.reading import ATOM, KML, READ, references

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
KINDS = list(READ)
SECRET = "Xyzzyplugh"
WAYS = [(kind, page) for kind in KINDS for page in ("1", "all") if page == "1" or kind in ("csv", "geojson")]


def content(client: Client, kind: str, page: str = "1") -> bytes:
    return client.get(f"/requests/feed.{kind}?page={page}").getvalue()


def unfolded(content: bytes) -> str:
    return content.replace(b"\r\n ", b"").decode()


def make_shown(**fields: Any) -> ServiceRequest:
    """A report that everybody may see, with a marker in whatever of it nobody may."""
    defaults: dict[str, Any] = {
        "requested_datetime": NOON,
        "expected_datetime": NOON + timedelta(days=30),
        "attributes": [
            {"code": "name", "datatype": "string", "values": [{"key": SECRET, "name": SECRET}], "private": True},
            {"code": "size", "datatype": "string", "values": [{"key": SECRET, "name": SECRET}]},
        ],
        "account": make_user(f"{SECRET}@example.org", first_name=SECRET, last_name=SECRET, phone=SECRET),
        "status_notes": SECRET,
        "service_notice": SECRET,
        "held_because": SECRET,
        "address_id": SECRET,
    }
    shown = make_service_request(**(defaults | fields))
    Contact.objects.create(
        service_request=shown, email=f"{SECRET}@example.org", first_name=SECRET, last_name=SECRET, phone=SECRET
    )
    Comment.objects.create(service_request=shown, text=SECRET)
    for private in ({"private": True}, {"hidden": True}, {"is_comment": True}, {"by_body": False}):
        make_status_update(shown, **({"by_body": True, "status_notes": SECRET} | private))
    make_submission(shown, state="cancelled", service_request_id=SECRET)
    return shown


@pytest.mark.parametrize(("kind", "page"), WAYS)
def test_nothing_that_is_personal_or_private_is_in_any_file(client: Client, kind: str, page: str) -> None:
    shown = make_shown()
    service = make_service(service_name=SECRET)
    marked = {"description": SECRET, "address_string": SECRET, "place_detail": SECRET, "expected_datetime": NOON}
    for gone in ({"hidden": True}, {"private": True}, {"held_at": NOON}, {"taken_away_at": NOON}):
        make_service_request(service, **(marked | gone))
    MirroredRequest.objects.create(
        endpoint=shown.endpoint, service_request_id=SECRET, service_name=SECRET, status="open", lat=1, long=1
    )
    found = content(client, kind, page)
    assert references(kind, found) == [shown.reference]
    assert SECRET.lower() not in unfolded(found).lower()


def test_the_marker_would_be_found(client: Client) -> None:
    make_shown(description=SECRET)
    for kind, page in WAYS:
        assert SECRET in unfolded(content(client, kind, page)), kind


SCRIPT = "<script>alert(1)</script> ]]> <![CDATA[ <img src=x onerror=alert(2)> & &lt;b&gt; javascript:alert(3)"


@pytest.mark.parametrize("kind", KINDS)
def test_script_in_words_and_notes_is_inert(client: Client, kind: str) -> None:
    shown = make_shown(
        description=SCRIPT, address_string=SCRIPT, service_name=SCRIPT, group=SCRIPT, place_detail=SCRIPT
    )
    make_status_update(shown, by_body=True, status_notes=SCRIPT, datetime=NOON + timedelta(days=1))
    found = content(client, kind)
    assert references(kind, found) == [shown.reference]
    if kind in ("atom", "rss", "kml"):
        assert b"<script" not in found
        assert b"<img" not in found


def html_of(client: Client, kind: str) -> str:
    """What a reader or a balloon shows as HTML."""
    root = READ[kind](content(client, kind))
    path = {"atom": f".//{ATOM}summary", "rss": ".//item/description", "kml": f".//{KML}Placemark/{KML}description"}
    return str(root.find(path[kind]).text)


@pytest.mark.parametrize("kind", ["atom", "rss", "kml"])
def test_html_in_readers_and_balloons_has_no_marks_but_ours(client: Client, kind: str) -> None:
    body = make_jurisdiction("<b>Body</b>")
    shown = make_shown(
        service=make_service(make_endpoint(body, licence="<i>", attribution="<u>")), description=SCRIPT,
        address_string=SCRIPT,
    )  # fmt: skip
    make_status_update(shown, by_body=True, status_notes=f"{SCRIPT}\n\n<a href='x'>", datetime=NOON + timedelta(days=1))
    html = html_of(client, kind)
    for mark in ("<p>", "</p>", "<br>"):
        html = html.replace(mark, "")
    assert "<" not in html
    assert ">" not in html
    assert "&lt;script&gt;" in html


def test_marks_that_turn_the_direction_are_left_out(client: Client) -> None:
    make_shown(
        description="abc \u202etxt.exe\u202c \u2067x\u2069", address_string="\u202d5 Main", place_detail="\ufeffx"
    )
    for kind in KINDS:
        found = unfolded(content(client, kind))
        assert "txt.exe" in found
        assert not set(found) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "＝1", "\t=1", "\r\n=1", " =1"])
def test_a_cell_is_never_a_formula(client: Client, text: str) -> None:
    make_shown(description=text, address_string=text, service_name=text, group=text, place_detail=text)
    for page in ("1", "all"):
        row = reading.table(content(client, "csv", page))[0]
        for name in ("description", "address", "service_name", "group", "place_detail"):
            assert row[name] == f"'{text.strip()}"
        assert float(row["long"]) < 0


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("a;=1", "a;'=1"),
        ('a; "=1', "a; \"'=1"),
        ("a;;-1", "a;;'-1"),
        ("=1;@2", "'=1;'@2"),
        ("5 - 3 = 2; good", "5 - 3 = 2; good"),
        ("a-b", "a-b"),
        ("", ""),
    ],
)
def test_what_a_formula_may_stand_behind(text: str, safe: str) -> None:
    assert guarded(text) == safe


def test_a_report_is_one_line_of_the_table(client: Client) -> None:
    make_shown(description='One\r\n=two\rthree\u2028four, "five"', address_string="a,b\nc")
    row = reading.table(content(client, "csv"))[0]
    assert row["description"] == 'One =two three four, "five"'
    assert row["address"] == "a,b c"


def test_texts_are_made_fit_for_xml() -> None:
    fit = texts.fit("a" + "".join(map(chr, range(0x10000))) + "\U0001f573")
    assert not set(fit) & set(map(chr, [*range(9), 0xB, 0xC, 0x7F, 0xD800, 0xDFFF, 0xFFFE, 0xFFFF]))
    assert {"\n", "\t", "a", "é", "\u200f", "\ufffd", "\U0001f573"} <= set(fit)
    assert texts.fit(" a\r\nb\rc\x85d\x0b ") == "a\nb\nc\nd"
    assert texts.line(" a\r\n  b\t") == "a b"
    assert texts.fit("\ud800") == ""


TYPED = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)


@given(description=TYPED, address=TYPED, name=TYPED, note=TYPED)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_typed_every_file_stays_valid(
    client: Client, description: str, address: str, name: str, note: str
) -> None:
    shown = ServiceRequest.objects.first() or make_shown()
    texts_ = {"description": description, "address_string": address, "service_name": name, "group": name}
    ServiceRequest.objects.filter(pk=shown.pk).update(**texts_, place_detail=address, agency_responsible=name)
    shown.status_updates.filter(status="accepted").delete()
    make_status_update(shown, by_body=True, status="accepted", status_notes=note, datetime=NOON + timedelta(days=1))
    for kind, page in WAYS:
        found = content(client, kind, page)
        assert references(kind, found) == [shown.reference], kind
    cells = next(iter(list(csv.reader(io.StringIO(content(client, "csv").decode(), newline="")))[1:]))
    assert not [
        cell for column, cell in zip(table.COLUMNS, cells, strict=True)
        if column not in ("lat", "long") and cell[:1] in ("=", "+", "-", "@", "\t", "\r", "\n")
    ]  # fmt: skip
