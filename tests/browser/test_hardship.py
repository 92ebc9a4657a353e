"""Impatient people, slow lines, the way back, and browsers that lack or refuse what the scripts would like to have."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from reports.models import Comment, Draft, ServiceRequest
from tests.browser.conftest import Opener
from tests.browser.walk import choose, go_on, walk
from tests.factories import make_service_request, make_submission
from tests.pictures import picture

EVANSTON = "lat=42.0451&long=-87.6877"
ABSENT = """
for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"]) delete window[name];
const gone = ["geolocation", "serviceWorker", "connection", "share", "clipboard"];
for (const name of gone) delete Navigator.prototype[name];
"""
REFUSED = """
for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"])
  Object.defineProperty(window, name, { get() { throw new DOMException("refused", "SecurityError"); } });
"""
FULL = """
Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };
IDBObjectStore.prototype.put = () => { throw new DOMException("full", "QuotaExceededError"); };
"""

pytestmark = pytest.mark.hardship


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "hole.jpg"
    path.write_bytes(picture("JPEG", (1600, 1200), quality=95))
    return path


def nothing(_page: Page, _name: str) -> None:
    """Look at nothing: the fixture sees whether a script fails."""


@pytest.mark.parametrize("script", [ABSENT, REFUSED, FULL], ids=["absent", "refused", "full"])
def test_everything_works_without_what_browsers_may_lack(
    site: str, open_browser: Opener, photo: Path, script: str
) -> None:
    page = open_browser(width=360)
    page.add_init_script(script)
    for path in ("/", "/requests/", "/requests/map/", "/privacy/"):
        page.goto(site + path)
    walk(page, f"{site}/report/", nothing, photo)
    assert ServiceRequest.objects.get().media.count() == 1
    expect(page.locator("#request-map.leaflet-container")).to_be_attached()
    page.goto(f"{site}/offline/")
    page.get_by_label("What is the problem?").fill("Graffiti")
    page.get_by_role("button", name="Keep on this device").click()
    expect(page.locator("[data-said]")).to_contain_text("Nothing was kept.")
    expect(page.get_by_label("What is the problem?")).to_have_value("Graffiti")
    page.goto(f"{site}/report/")
    if script == ABSENT:
        page.get_by_role("button", name="Use where I am now").click()
        expect(page.locator("[data-locate-said]")).to_contain_text("Nothing is lost")


def test_answers_that_the_device_has_no_room_for_stay_on_the_page(site: str, open_browser: Opener) -> None:
    page = open_browser(width=360)
    page.add_init_script(FULL)
    page.goto(f"{site}/report/?{EVANSTON}")
    page.get_by_label("Landmark, or which side").fill("by the door")
    page.context.set_offline(True)
    page.locator("main form .actions button[type=submit]").last.click()
    expect(page.locator("[data-connection]")).to_contain_text("Leave this page open")
    page.context.set_offline(False)
    expect(page.get_by_label("Landmark, or which side")).to_have_value("by the door")
    go_on(page)
    assert Draft.objects.get().answers["location"]["place_detail"] == "by the door"


def to_the_check(page: Page, site: str) -> None:
    page.goto(f"{site}/report/?{EVANSTON}")
    go_on(page)
    choose(page, "Graffiti")
    go_on(page)
    page.locator("textarea[name=description]").fill("Paint.")
    for _page in ("questions", "photos", "contact"):
        go_on(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")


def test_pressed_again_and_again_on_a_slow_line_it_is_one_report(site: str, open_browser: Opener) -> None:
    page = open_browser(width=360)
    to_the_check(page, site)
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    slow = {"offline": False, "latency": 600, "downloadThroughput": 20_000, "uploadThroughput": 20_000}
    line.send("Network.emulateNetworkConditions", slow)
    send = page.get_by_role("button", name="Send the report")
    send.evaluate("button => { for (let press = 0; press < 4; press += 1) button.click(); }")
    expect(page.get_by_role("heading", level=1)).to_have_text("Report received")
    assert ServiceRequest.objects.count() == 1


def test_going_back_after_filing_leads_to_the_report_and_not_to_its_draft(site: str, open_browser: Opener) -> None:
    page = open_browser(width=360)
    to_the_check(page, site)
    go_on(page)
    done = page.get_by_role("heading", level=1, name="Report received")
    expect(done).to_be_visible()
    for _page in ("check", "contact"):
        page.go_back()
        expect(done).to_be_visible()
    assert ServiceRequest.objects.count() == 1


def test_going_back_before_that_keeps_what_was_typed(site: str, open_browser: Opener) -> None:
    page = open_browser(width=360)
    to_the_check(page, site)
    for _page in ("contact", "photos", "questions"):
        page.go_back()
    expect(page.locator("textarea[name=description]")).to_have_value("Paint.")


def test_the_device_says_where_it_is(site: str, open_browser: Opener) -> None:
    page = open_browser(width=360, permissions=["geolocation"])
    page.context.set_geolocation({"latitude": 42.0451, "longitude": -87.6877, "accuracy": 12})
    page.goto(f"{site}/report/")
    assert page.locator("input[name=lat]").input_value() == ""  # nobody has been asked yet
    page.get_by_role("button", name="Use where I am now").click()
    expect(page.locator("[data-here-words]")).to_contain_text("City of Evanston")
    go_on(page)
    assert Draft.objects.get().answers["location"]["lat"] == 42.0451


def test_with_a_finger_the_map_moves_below_a_crosshair(site: str, open_browser: Opener) -> None:
    page = open_browser(width=360, has_touch=True)
    page.goto(f"{site}/report/?{EVANSTON}")
    expect(page.locator("[data-crosshair] .crosshair")).to_be_visible()
    box = page.locator("#place-map").bounding_box()
    assert box is not None
    page.touchscreen.tap(box["x"] + 100, box["y"] + 100)
    expect(page.locator("input[name=lat]")).not_to_have_value("42.0451")
    expect(page.locator("[data-here-words]")).to_contain_text("City of Evanston")


def test_suggestions_are_taken_by_keyboard(site: str, open_browser: Opener) -> None:
    page = open_browser()
    page.goto(f"{site}/report/")
    field = page.get_by_label("Address, crossing or landmark")
    field.press_sequentially("lasalle")
    expect(page.locator("[data-suggestions] button").first).to_be_visible()
    field.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("[data-here-words]")).to_contain_text("Chicago")
    expect(field).to_be_focused()
    expect(page.locator("[data-suggestions]")).to_be_hidden()


def test_without_leaflet_every_page_says_so_and_works(site: str, open_browser: Opener) -> None:
    filed = make_service_request()
    page = open_browser(width=360, reduced_motion="reduce")
    page.route(re.compile(r"leaflet\.js"), lambda route: route.abort())
    for path in ("/", "/requests/map/", filed.get_absolute_url(), f"/report/?{EVANSTON}"):
        page.goto(site + path)
        expect(page.locator("[data-map-waiting]")).to_contain_text("The map could not be loaded.")
    go_on(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("What is the problem?")


def test_a_comment_with_a_photo_pressed_twice_is_one(
    site: str, open_browser: Opener, photo: Path, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT, settings.PHOTO_LONGEST_SIDE = str(tmp_path / "media"), 400
    request = make_submission(state="delivered", service_request_id="T-1").request
    page = open_browser(width=360)
    page.goto(site + request.get_absolute_url())
    page.locator("summary", has_text="Add a comment").click()
    page.get_by_label("Your comment").fill("Twice as large now.")
    page.locator("#add-comment input[type=file]").set_input_files(photo)
    send = page.get_by_role("button", name="Send the comment")
    send.evaluate("button => { button.click(); button.click(); }")
    expect(page.locator(".timeline__item", has_text="Twice as large now.").locator("img")).to_be_visible()
    sent = Comment.objects.get().media.get()
    assert (sent.width, sent.height) == (400, 300)
