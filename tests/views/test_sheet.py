"""The sheet to put up: its words, its QR code, and what must not stand on it."""

import re
from typing import Any

import pytest
import segno
from django.test import Client

from reports import clock
from reports.models import ServiceRequest
from reports.views.service_requests.sheet import ERROR_CORRECTION, qr_code
from tests.factories import make_service_request, make_submission
from tests.views.test_service_requests import text

pytestmark = pytest.mark.django_db


def sheet(client: Client, request: ServiceRequest) -> Any:
    return client.get(f"/requests/{request.reference}/sheet/")


def test_it_says_what_where_when_who_and_how_far(client: Client) -> None:
    request = make_service_request(status="in_progress")
    make_submission(request, state="delivered", service_request_id="24-001")
    page = sheet(client, request)
    seen = text(page)
    for words in ("Pothole", "12 Main Street", "A deep hole in the road.", request.reference, "24-001", "In progress"):
        assert words in seen
    assert "Scan to see what became of it" in seen
    assert f"http://testserver{request.get_absolute_url()}" in seen
    assert page["X-Robots-Tag"] == "noindex"
    assert not client.cookies


def test_the_code_is_of_the_page_s_whole_address(client: Client) -> None:
    request = make_service_request()
    address = f"http://testserver{request.get_absolute_url()}"
    assert qr_code(address) in sheet(client, request).content.decode()
    code = segno.make(address, error=ERROR_CORRECTION, micro=False)
    width = code.symbol_size(border=4)[0]
    assert f'viewBox="0 0 {width} {width}"' in qr_code(address)
    assert qr_code(f"{address}x") != qr_code(address)
    assert not re.search(r"\b(?:style|onload|href)=", qr_code(address))  # the policy allows none


def test_people_s_verdict_is_the_status(client: Client) -> None:
    assert "Confirmed fixed" in text(sheet(client, make_service_request(status="closed", verdict="confirmed")))


@pytest.mark.parametrize("fields", [{"private": True}, {"held_at": clock.now(), "held_because": "words"}])
def test_of_what_is_not_public_no_words_stand_on_it(client: Client, fields: dict[str, Any]) -> None:
    page = sheet(client, make_service_request(place_detail="Behind the shed", **fields))
    assert page.status_code == 200
    assert "deep hole" not in page.content.decode()
    assert "Behind the shed" not in page.content.decode()


@pytest.mark.parametrize("fields", [{"hidden": True}, {"taken_away_at": clock.now()}])
def test_of_what_is_gone_there_is_none(client: Client, fields: dict[str, Any]) -> None:
    page = sheet(client, make_service_request(**fields))
    assert page.status_code == 410
    assert "deep hole" not in page.content.decode()


def test_long_words_are_cut_and_mark_up_is_words(client: Client) -> None:
    page = sheet(client, make_service_request(description="<b>x</b>" + "word " * 700))
    assert "&lt;b&gt;x&lt;/b&gt;" in page.content.decode()
    assert page.content.decode().count("word ") < 130


def test_an_unknown_reference_and_another_spelling(client: Client) -> None:
    request = make_service_request()
    assert client.get(f"/requests/{request.reference.lower().replace('-', '')}/sheet/").status_code == 200
    for bad in ("777-777-7777", "%00", "x" * 200):
        assert client.get(f"/requests/{bad}/sheet/").status_code == 404
    assert client.post(f"/requests/{request.reference}/sheet/").status_code == 405
