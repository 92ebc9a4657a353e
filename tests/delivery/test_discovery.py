"""A discovery document read for a person to confirm, and the endpoints that come of it."""

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from reports.delivery import discovery
from reports.dialects.errors import DialectError
from reports.models import Endpoint, Jurisdiction
from reports.sandbox import Sandbox
from tests.conftest import SANDBOX
from tests.dialects.canned import canned
from tests.factories import make_endpoint, make_jurisdiction

pytestmark = pytest.mark.django_db
URL = "http://canned.test/open311/discovery.json"
V2 = "http://wiki.open311.org/GeoReport_v2"
# Washington DC lists the draft beside the standard; Klarschiff's documented example opens <dicovery>.
BROKEN = f"""<?xml version="1.0" encoding="utf-8"?>
<dicovery><changeset>2026-01-05 08:43</changeset><contact>kontakt@example.org</contact><endpoints>
<endpoint><specification>{V2}</specification><url>https://city.example.org/citysdk</url><changeset>7</changeset>
<type>production</type><formats><format>application/json</format><format>text/xml</format></formats></endpoint>
<endpoint><specification>{V2}</specification><url>https://demo.example.org/citysdk</url><changeset>7</changeset>
<type>test</type><formats><format>application/json</format></formats></endpoint>
</endpoints></discovery>""".encode()


@pytest.fixture
def body() -> Jurisdiction:
    return make_jurisdiction("Springfield", slug="springfield")


def row(url: str, specification: str = V2, type: str = "production", *formats: str) -> dict[str, Any]:
    return {"specification": specification, "url": url, "type": type, "formats": list(formats), "changeset": "1"}


def document(*rows: dict[str, Any], **fields: Any) -> bytes:
    return json.dumps({"changeset": "2026", "endpoints": rows} | fields).encode()


def test_every_environment_is_proposed(body: Jurisdiction) -> None:
    with canned(BROKEN):
        live, test = discovery.read_discovery(URL, body)
    assert (live.url, live.environment, live.changeset) == ("https://city.example.org/citysdk", "live", "7")
    assert (test.environment, test.options) == ("test", {"formats": ["json"]})
    assert live.ticked
    assert test.ticked
    assert live.discovery_url == URL
    assert live.options == {"formats": ["json", "xml"]}


def test_drafts_and_other_specifications_are_shown_and_not_ticked(body: Jurisdiction) -> None:
    rows = [
        row("https://a.example.org/v2"),
        row("https://a.example.org/v21", "http://wiki.open311.org/GeoReport_v2.1_Draft"),
        row("https://a.example.org/inquiry", "http://wiki.open311.org/Inquiry_v1"),
        row("https://b.example.org/v2", "HTTP://WIKI.OPEN311.ORG/GEOREPORT_V2", "TEST"),
    ]
    with canned(document(*rows)):
        found = discovery.read_discovery(URL, body)
    assert [each.ticked for each in found] == [True, False, False, True]
    assert "draft" in found[1].why
    assert "Another specification" in found[2].why
    assert found[3].environment == "test"


def test_what_the_body_has_already_is_recognised(body: Jurisdiction) -> None:
    endpoint = make_endpoint(body, base_url="https://A.example.org/v2/", environment="live")
    make_endpoint(make_jurisdiction(), base_url="https://b.example.org/v2", environment="live")
    rows = [
        row("https://a.example.org/v2"),
        row("https://a.example.org/v2", type="test"),
        row("https://b.example.org/v2"),
    ]
    with canned(document(*rows)):
        found = discovery.read_discovery(URL, body)
    assert [each.exists for each in found] == [endpoint.pk, None, None]
    assert [each.ticked for each in found] == [False, True, True]
    assert discovery.create(body, found[:1]) == []


def test_one_address_is_ticked_once(body: Jurisdiction) -> None:
    rows = [row("https://a.example.org/v2"), row("https://a.example.org/v2/"), row("https://a.example.org/v2")]
    with canned(document(*rows)):
        found = discovery.read_discovery(URL, body)
    assert [each.ticked for each in found] == [True, False]


@pytest.mark.parametrize(
    ("url", "dialect"),
    [
        ("https://city.example.org/open311/v2", "georeport_v2"),
        ("https://city.example.org/crm/open311/v2", "ureport"),
        ("https://city.example.org/citysdk", "klarschiff"),
    ],
)
def test_the_dialect_is_proposed_by_the_address(body: Jurisdiction, url: str, dialect: str) -> None:
    with canned(document(row(url))):
        assert discovery.read_discovery(URL, body)[0].dialect == dialect


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ("wrapped", {"discovery": {"changeset": "1", "endpoints": [row("https://a.example.org/v2")]}}),
        ("numbered", {"changeset": "1", "endpoints": {"0": row("https://a.example.org/v2")}}),
    ],
)
def test_odd_documents_are_read(body: Jurisdiction, changed: str, fields: dict[str, Any]) -> None:
    with canned(json.dumps(fields).encode()):
        assert [each.url for each in discovery.read_discovery(URL, body)] == ["https://a.example.org/v2"], changed


@pytest.mark.parametrize("reply", [b"", b"<html>", b"{}", b"[1, 2", (404, b""), (500, b""), ConnectionError()])
def test_what_is_no_document_is_an_error(body: Jurisdiction, reply: Any) -> None:
    with canned(reply), pytest.raises(DialectError):
        discovery.read_discovery(URL, body)


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/discovery.xml", "http://10.1.2.3/d.json", "file:///etc/passwd", "x", ""]
)
def test_private_and_other_addresses_are_refused(body: Jurisdiction, url: str) -> None:
    with pytest.raises(DialectError):
        discovery.read_discovery(url, body)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "mailto:a@example.org", "", "ftp://a.example.org/"])
def test_addresses_that_no_endpoint_can_have_are_not_ticked_and_not_stored(body: Jurisdiction, url: str) -> None:
    with canned(document(row(url))):
        found = discovery.read_discovery(URL, body)
    assert [each.ticked for each in found] == [False]
    if not url.startswith("mailto:"):
        with pytest.raises(ValidationError):
            discovery.create(body, found)


def test_endpoints_are_made_switched_off(body: Jurisdiction) -> None:
    with canned(BROKEN):
        made = discovery.create(body, discovery.read_discovery(URL, body))
        assert [each.exists for each in discovery.read_discovery(URL, body)] == [each.pk for each in made]
    assert Endpoint.objects.count() == 2
    assert not Endpoint.objects.filter(active=True).exists()
    assert made[1].discovery_url == URL


@pytest.mark.parametrize("key", ["chicago", "evanston"])
def test_the_fake_cities_documents(sandbox: Sandbox, body: Jurisdiction, key: str) -> None:
    base = f"{SANDBOX}/{sandbox.cities[key].base}"
    found = discovery.read_discovery(f"{base}/discovery.json", body)
    assert f"{base}/".rstrip("/") in {each.url.rstrip("/") for each in found}


# --- the command ----------------------------------------------------------------------------------------------------


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    call_command("import_discovery", URL, "--jurisdiction", "springfield", *arguments)
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


def test_the_command_stores_nothing_without_apply(body: Jurisdiction, capsys: pytest.CaptureFixture[str]) -> None:
    with canned(BROKEN):
        answer = run(capsys)
        assert [each["environment"] for each in answer["proposals"]] == ["live", "test"]
        assert "created" not in answer
        assert not Endpoint.objects.exists()
        assert len(run(capsys, "--apply")["created"]) == 2
        assert run(capsys, "--apply")["created"] == []
    assert Endpoint.objects.filter(active=False, jurisdiction=body).count() == 2


def test_the_command_refuses_what_it_cannot_do(body: Jurisdiction) -> None:
    with pytest.raises(CommandError, match="slug"):
        call_command("import_discovery", URL, "--jurisdiction", "nowhere")
    with pytest.raises(CommandError, match="jurisdiction"):
        call_command("import_discovery", URL)
    with canned((404, b"")), pytest.raises(CommandError, match="no discovery document"):
        call_command("import_discovery", URL, "--jurisdiction", "springfield", "--apply")
