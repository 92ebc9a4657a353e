"""Importing endpoints from a discovery document: shown, ticked, stored switched off, and only by who may."""

import json

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from reports.models import Endpoint, Jurisdiction
from tests.admin.conftest import volunteer
from tests.delivery.test_discovery import BROKEN, URL, document, row
from tests.dialects.canned import canned
from tests.factories import make_endpoint, make_jurisdiction

pytestmark = pytest.mark.django_db


@pytest.fixture
def body() -> Jurisdiction:
    return make_jurisdiction("Springfield")


def page(body: Jurisdiction) -> str:
    return f"/admin/reports/jurisdiction/{body.pk}/import-discovery/"


def test_the_bodys_page_leads_there(staff: Client, body: Jurisdiction) -> None:
    assert page(body) in staff.get(f"/admin/reports/jurisdiction/{body.pk}/change/").content.decode()
    assert "Read the document" in staff.get(page(body)).content.decode()


def test_what_is_listed_is_shown_and_only_what_is_ticked_is_stored(staff: Client, body: Jurisdiction) -> None:
    with canned(BROKEN):
        response = staff.post(page(body), {"url": URL})
        keys = [each.key for each in response.context["proposals"]]
        assert response.content.decode().count(" checked") == 2
        assert not Endpoint.objects.exists()
        response = staff.post(page(body), {"url": URL, "take": "yes", "take_key": keys[:1]}, follow=True)
    assert "1 endpoint added" in response.content.decode()
    endpoint = Endpoint.objects.get()
    assert (endpoint.active, endpoint.environment, endpoint.jurisdiction) == (False, "live", body)
    assert LogEntry.objects.filter(object_id=str(body.pk)).count() == 1


def test_a_draft_is_stored_only_where_a_person_ticks_it(staff: Client, body: Jurisdiction) -> None:
    make_endpoint(body, base_url="https://a.example.org/v2", environment="live")
    rows = [row("https://a.example.org/v2"), row("https://a.example.org/v21", "GeoReport_v2.1_Draft")]
    with canned(document(*rows)):
        text = staff.post(page(body), {"url": URL}).content.decode()
        assert " checked" not in text
        assert " disabled" in text
        known, draft = staff.post(page(body), {"url": URL}).context["proposals"]
        asked = {"url": URL, "take": "yes", "take_key": [known.key, draft.key, "made up"]}
        staff.post(page(body), asked)
    assert Endpoint.objects.count() == 2


@pytest.mark.parametrize("reply", [(404, b""), b"<html>", document()])
def test_what_is_no_document_is_said(staff: Client, body: Jurisdiction, reply: bytes) -> None:
    with canned(reply):
        text = staff.post(page(body), {"url": URL, "take": "yes", "take_key": ["x"]}).content.decode()
    assert 'role="alert"' in text
    assert not Endpoint.objects.exists()


@pytest.mark.parametrize("url", ["", "http://10.0.0.1/discovery.xml", "file:///etc/passwd", "x" * 3000])
def test_bad_addresses_are_said(staff: Client, body: Jurisdiction, url: str) -> None:
    assert 'role="alert"' in staff.post(page(body), {"url": url}).content.decode()


def test_nothing_ticked_and_nothing_storable_come_back(staff: Client, body: Jurisdiction) -> None:
    with canned(document(row("javascript:alert(1)"), row("https://a.example.org/v2"))):
        shown = staff.post(page(body), {"url": URL})
        keys = [each.key for each in shown.context["proposals"]]
        assert "Tick at least one" in staff.post(page(body), {"url": URL, "take": "yes"}).content.decode()
        response = staff.post(page(body), {"url": URL, "take": "yes", "take_key": keys})
    assert "Nothing was stored" in response.content.decode()
    assert not Endpoint.objects.exists()


def test_who_may_and_who_may_not(body: Jurisdiction) -> None:
    assert volunteer("view_jurisdiction", "add_endpoint").get(page(body)).status_code == 200
    for client in (volunteer("view_jurisdiction"), volunteer("add_endpoint")):
        assert client.get(page(body)).status_code == 403
        assert client.post(page(body), {"url": URL}).status_code == 403
    assert Client().post(page(body), {"url": URL}).status_code == 302


def test_it_is_guarded_against_other_sites(superuser: object, body: Jurisdiction) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(superuser)
    assert client.post(page(body), {"url": URL}).status_code == 403


def test_a_body_that_is_not_there(staff: Client) -> None:
    assert staff.get("/admin/reports/jurisdiction/999999/import-discovery/").status_code == 302
    assert staff.get("/admin/reports/jurisdiction/nonsense/import-discovery/").status_code == 302


def test_the_known_address_is_proposed(staff: Client, body: Jurisdiction) -> None:
    make_endpoint(body, discovery_url=URL)
    assert json.dumps(URL)[1:-1] in staff.get(page(body)).content.decode()
