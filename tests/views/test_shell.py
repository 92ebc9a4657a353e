"""The manifest, the service worker and the page that devices keep."""

import json
import re
from typing import Any

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("prefix", "language"), [("", "en"), ("/es", "es")])
def test_the_manifest_installs_the_site_in_the_language_of_its_address(
    client: Client, settings: Any, prefix: str, language: str
) -> None:
    settings.SITE_NAME = 'Ask "Us" & <Co>'
    response = client.get(f"{prefix}/manifest.webmanifest")
    assert response.headers["Content-Type"] == "application/manifest+json"
    manifest = json.loads(response.content)
    assert manifest["name"] == settings.SITE_NAME
    assert manifest["lang"] == language
    assert manifest["start_url"] == manifest["id"] == f"{prefix}/"
    assert manifest["display"] == "standalone"
    assert {icon["sizes"] for icon in manifest["icons"]} >= {"192x192", "512x512"}
    assert any(icon.get("purpose") == "maskable" for icon in manifest["icons"])
    for place in [manifest["start_url"], *(shortcut["url"] for shortcut in manifest["shortcuts"])]:
        assert place.startswith(f"{prefix}/")
        assert client.get(place).status_code == 200
    assert not response.cookies


def test_an_unknown_language_has_no_manifest_and_no_page(client: Client) -> None:
    assert client.get("/xx/manifest.webmanifest").status_code == 404
    assert client.get("/xx/offline/").status_code == 404


def test_every_page_names_the_manifest_and_the_worker(client: Client) -> None:
    page = client.get("/es/report/").content.decode()
    assert '<link rel="manifest" href="/es/manifest.webmanifest">' in page
    assert 'data-worker="/sw.js"' in page


def shell(client: Client) -> dict[str, Any]:
    script = client.get("/sw.js").content.decode()
    found = re.search(r"^const SHELL = (.+);$", script, re.MULTILINE)
    assert found
    kept: dict[str, Any] = json.loads(found[1])
    return kept


def test_the_worker_is_for_the_whole_site_and_asked_for_anew(client: Client) -> None:
    response = client.get("/sw.js")
    assert response.headers["Content-Type"].startswith("text/javascript")
    assert response.headers["Service-Worker-Allowed"] == "/"
    assert "no-cache" in response.headers["Cache-Control"]
    assert not response.cookies
    again = client.get("/sw.js", headers={"if-none-match": response.headers["ETag"]})
    assert again.status_code == 304
    assert "worker-src 'self'" in response.headers["Content-Security-Policy"]


def test_the_worker_keeps_pages_that_are_the_same_for_everybody(client: Client) -> None:
    kept = shell(client)
    assert kept["pages"] == [{"under": "/", "page": "/offline/"}, {"under": "/es/", "page": "/es/offline/"}]
    assert all(str(path).startswith("/static/") for path in kept["files"])


def test_what_the_worker_keeps_changes_its_version(client: Client, settings: Any) -> None:
    before = shell(client)["version"]
    assert shell(client)["version"] == before
    settings.SITE_NAME = "Another name"
    assert shell(client)["version"] != before


def test_switched_off_the_worker_takes_itself_away(client: Client, settings: Any) -> None:
    settings.SERVICE_WORKER = False
    response = client.get("/sw.js")
    assert response.status_code == 200
    assert b"registration.unregister()" in response.content
    assert b'addEventListener("fetch"' not in response.content
    assert "data-worker" not in client.get("/").content.decode()


def test_the_page_for_devices_is_about_nobody(client: Client) -> None:
    response = client.get("/offline/")
    assert not response.cookies
    assert "no-cache" in response.headers["Cache-Control"]
    page = response.content.decode()
    assert "<form" in page
    assert "form_key" not in page
    for text in re.findall(r"data-text-[\w-]+=\"([^\"]*)\"", page):
        assert text


@pytest.mark.parametrize("path", ["/sw.js", "/offline/", "/manifest.webmanifest"])
def test_nothing_can_be_sent_to_the_shell(client: Client, path: str) -> None:
    assert client.post(path, {"where": "x\x00"}).status_code == 405
