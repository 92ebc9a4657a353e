"""Without a connection: the shell comes up, a report is kept on the device, and only the person sends it, later."""

import json
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from reports.models import Draft, Media, ServiceRequest
from tests.browser.conftest import Opener, accessibility_findings, judged, picture
from tests.browser.walk import choose, go_on

WORKING = "navigator.serviceWorker.ready.then(async () => { for (;;) { if (navigator.serviceWorker.controller) return; await new Promise(done => setTimeout(done, 50)); } })"  # noqa: E501 (one script)
PLANT = """note => new Promise(done => {
  const request = indexedDB.open("kept-reports", 1);
  request.onupgradeneeded = () => request.result.createObjectStore("notes", {keyPath: "id"});
  request.onsuccess = () => {
    const change = request.result.transaction("notes", "readwrite");
    change.objectStore("notes").put(note);
    change.oncomplete = () => { request.result.close(); done(); };
  };
})"""
COUNT = """() => new Promise(done => {
  const request = indexedDB.open("kept-reports", 1);
  request.onsuccess = () => {
    const counted = request.result.transaction("notes").objectStore("notes").count();
    counted.onsuccess = () => { request.result.close(); done(counted.result); };
  };
})"""


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"hole-{number}.jpg" for number in (1, 2)]
    for path, colour in zip(paths, ("#665544", "#445566"), strict=True):
        Image.new("RGB", (320, 240), colour).save(path)
    return paths


@pytest.fixture
def posts(site: str, open_browser: Opener) -> list[str]:
    """The addresses of every POST that the page sends; filled in by `watched`."""
    return []


def watched(page: Page, posts: list[str]) -> Page:
    page.context.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    return page


def test_noted_without_a_connection_and_finished_later_by_the_person(
    site: str, open_browser: Opener, photos: list[Path], posts: list[str]
) -> None:
    page = watched(open_browser(width=360, permissions=["geolocation"]), posts)
    page.context.set_geolocation({"latitude": 42.0451, "longitude": -87.6877, "accuracy": 12})
    page.goto(site)
    page.evaluate(WORKING)

    page.context.set_offline(True)
    page.goto(f"{site}/requests/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Note a problem without a connection")
    expect(page.get_by_text("You have no connection now.")).to_be_visible()
    page.get_by_role("button", name="Use where I am now").click()
    expect(page.locator("[data-locate-said]")).to_contain_text("42.0451, -87.6877")
    page.get_by_label("What is the problem?").fill("Graffiti")
    page.get_by_label("Describe it").fill("On the wall of the school. <b>Red</b>")
    page.get_by_label("Photos").set_input_files(photos)
    page.get_by_role("button", name="Keep on this device").click()
    expect(page.locator("[data-said]")).to_have_text("Kept on this device. Nothing has been sent yet.")
    picture(page, "offline-kept")

    page.reload()  # still without a connection
    expect(page.get_by_role("heading", name="Graffiti")).to_be_visible()
    expect(page.get_by_role("link", name="Finish this report")).to_be_hidden()
    page.context.set_offline(False)
    expect(page.get_by_role("link", name="Finish this report")).to_be_visible()
    assert not Draft.objects.exists()

    page.goto(site)
    expect(page.locator("[data-kept-count]")).to_have_text("Waiting on this device: 1")
    assert posts == []
    page.goto(f"{site}/offline/")
    page.get_by_role("link", name="Finish this report").click()
    expect(page.locator("input[name=lat]")).to_have_value("42.0451")
    go_on(page)
    expect(page.locator("[data-kept-words]")).to_contain_text("You noted: Graffiti")
    choose(page, "Graffiti")
    go_on(page)
    expect(page.locator("textarea[name=description]")).to_have_value("Graffiti\nOn the wall of the school. <b>Red</b>")
    expect(page.locator("[data-kept-words]")).to_contain_text("has been put into the description")
    go_on(page)
    expect(page.locator("[data-kept-words]")).to_contain_text("Photos that you kept on this device: 2.")
    assert not Media.objects.exists()
    assert accessibility_findings(page) == []
    page.get_by_role("button", name="Add these photos").click()
    add = page.get_by_role("button", name="Add photos")
    if add.is_visible():
        add.click()
    expect(page.locator("main .photos img")).to_have_count(2, timeout=20_000)
    go_on(page)
    go_on(page)
    assert page.evaluate(COUNT) == 1
    page.get_by_role("button", name="Send the report").click()
    expect(page.locator("[data-kept-words] [data-said]")).to_have_text("The note has been deleted from this device.")
    assert page.evaluate(COUNT) == 0
    filed = ServiceRequest.objects.get()
    assert filed.description == "Graffiti\nOn the wall of the school. <b>Red</b>"
    assert filed.media.count() == 2
    assert {page.evaluate("localStorage.length"), page.evaluate("sessionStorage.length")} == {0}


def test_the_page_speaks_the_language_of_the_address(site: str, open_browser: Opener) -> None:
    page = open_browser(width=360)
    page.goto(f"{site}/es/")
    page.evaluate(WORKING)
    page.context.set_offline(True)
    page.goto(f"{site}/es/requests/")
    expect(page.locator("[data-kept]")).to_be_visible()
    assert page.get_attribute("html", "lang") == "es"
    page.goto(f"{site}/requests/")
    assert page.get_attribute("html", "lang") == "en"


def test_nothing_personal_and_no_page_but_the_shell_is_kept(site: str, open_browser: Opener) -> None:
    page = open_browser()
    page.goto(site)
    page.evaluate(WORKING)
    page.goto(f"{site}/report/?lat=42.0451&long=-87.6877")
    go_on(page)
    kept = page.evaluate(
        """async () => {
          const names = await caches.keys();
          const kept = await Promise.all(names.map(async name => (await caches.open(name)).keys()));
          return kept.flat().map(({url}) => new URL(url).pathname);
        }"""
    )
    assert {path for path in kept if not path.startswith("/static/")} == {"/offline/", "/es/offline/"}


def test_what_was_typed_outlives_the_connection(site: str, open_browser: Opener, posts: list[str]) -> None:
    page = watched(open_browser(width=360), posts)
    page.goto(f"{site}/report/?lat=42.0451&long=-87.6877")
    go_on(page)
    choose(page, "Graffiti")
    go_on(page)
    sent = len(posts)
    page.locator("textarea[name=description]").fill("Red letters.")
    page.context.set_offline(True)
    page.locator("main form .actions button[type=submit]").last.click()
    expect(page.get_by_text("nothing has been sent. What you typed is kept on this device.")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("You are connected again.")).to_be_visible()
    assert len(posts) == sent
    page.reload()
    expect(page.locator("textarea[name=description]")).to_have_value("Red letters.")
    expect(page.get_by_text("What you typed here without a connection has been filled in.")).to_be_visible()
    go_on(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("photo")
    assert "Red letters." in json.dumps(Draft.objects.get().answers)
    assert page.evaluate("localStorage.length") == 0


def test_what_is_no_note_or_too_old_is_deleted(site: str, open_browser: Opener) -> None:
    whole = {"at": 4e12, "where": "", "what": "x", "description": "", "lat": 1, "long": 0, "photos": []}
    page = open_browser(width=360)
    page.goto(f"{site}/healthz")
    page.evaluate(PLANT, {"id": "0", **whole})
    page.evaluate(PLANT, {"id": "empty"})
    for name, wrong in {
        "no time": {"at": "yesterday"},
        "no place on earth": {"lat": 91},
        "no photo": {"photos": ["no file"]},
        "too old": {"at": 1},
    }.items():
        page.evaluate(PLANT, {"id": name, **whole, **wrong})
    assert page.evaluate(COUNT) == 6
    page.goto(f"{site}/offline/")
    expect(page.get_by_role("button", name="Keep on this device")).to_be_visible()
    expect(page.locator("[data-notes] li")).to_have_count(1)
    assert page.evaluate(COUNT) == 1


def test_bad_links_and_empty_notes(site: str, open_browser: Opener) -> None:
    page = open_browser(width=360)
    page.goto(f"{site}/report/?lat=42.0451&long=-87.6877#kept=no-such-note")
    go_on(page)
    expect(page.locator("[data-kept-words]")).to_be_hidden()
    page.goto(f"{site}/offline/")
    page.get_by_role("button", name="Keep on this device").click()
    expect(page.locator("[data-said]")).to_have_text("Say at least where it is, or what is wrong.")
    expect(page.get_by_label("Where is it?")).to_be_focused()
    page.get_by_label("Where is it?").fill("Main and 1st")
    page.get_by_role("button", name="Keep on this device").click()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete").click()
    expect(page.locator("[data-said]")).to_have_text("The note has been deleted.")
    assert page.evaluate(COUNT) == 0


def test_a_new_worker_takes_over_and_the_notes_stay(site: str, open_browser: Opener, settings) -> None:
    page = open_browser(width=360)
    page.goto(site)
    page.evaluate(WORKING)
    before = page.evaluate("caches.keys()")
    page.goto(f"{site}/offline/")
    page.get_by_label("What is the problem?").fill("Graffiti")
    page.get_by_role("button", name="Keep on this device").click()
    expect(page.get_by_role("heading", name="Graffiti")).to_be_visible()
    settings.SITE_CONTACT = "new@example.org"  # stands on the page that devices keep
    page.evaluate("navigator.serviceWorker.getRegistration().then(found => found.update())")
    page.wait_for_function(
        "async ([old]) => { const kept = await caches.keys(); return kept.length === 1 && kept[0] !== old; }",
        arg=before,
    )
    page.context.set_offline(True)
    page.goto(f"{site}/requests/")
    expect(page.get_by_role("heading", name="Graffiti")).to_be_visible()
    assert page.evaluate(COUNT) == 1


def test_switched_off_it_takes_itself_away(site: str, open_browser: Opener, settings) -> None:
    page = open_browser(width=360)
    page.goto(site)
    page.evaluate(WORKING)
    settings.SERVICE_WORKER = False
    page.goto(f"{site}/privacy/")
    page.evaluate("navigator.serviceWorker.getRegistration().then(found => found?.update())")
    page.wait_for_function(
        "async () => !(await navigator.serviceWorker.getRegistration()) && !(await caches.keys()).length"
    )
    page.goto(site)
    assert page.evaluate("navigator.serviceWorker.getRegistration().then(found => !found)")


def test_the_page_without_a_connection_in_both_themes(site: str, open_browser: Opener) -> None:
    page = open_browser(width=360)
    page.goto(f"{site}/offline/")
    expect(page.get_by_role("button", name="Keep on this device")).to_be_visible()
    judged(page, "offline-360")
