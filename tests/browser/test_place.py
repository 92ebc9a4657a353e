"""The place page in a real browser: a map that comes after the page, five ways of equal rank, what moving changes."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from reports.models import Draft, Endpoint, MissingPlace
from tests.browser.conftest import Opener, judged, picture
from tests.factories import make_endpoint, make_jurisdiction, make_service, square

EVANSTON = "lat=42.0451&long=-87.6877"


def open_words(page: Page) -> None:
    page.get_by_text("Say it in words instead").click()


def listen(page: Page) -> list[str]:
    """What the page asks for from now on."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    return asked


@pytest.mark.parametrize(("width", "javascript"), [(360, False), pytest.param(768, True, marks=pytest.mark.variant)])
def test_the_page_is_whole_at_every_width(site: str, open_browser: Opener, width: int, javascript: bool) -> None:
    page = open_browser(width=width, javascript=javascript)
    page.goto(f"{site}/report/?jurisdiction=evanston")
    if javascript:
        expect(page.locator("[data-map-wait]")).to_have_count(0)
        open_words(page)
        expect(page.get_by_label("Town, city or county")).to_have_value("evanston")
        judged(page, f"place-{width}")
    expect(page.locator("#in-words")).to_contain_text("No map and no address needed")


def test_nothing_moves_when_the_map_comes_and_leaflet_comes_last(site: str, open_browser: Opener) -> None:
    page = open_browser(width=360)
    page.add_init_script(
        "window.moved = 0; new PerformanceObserver((list) => list.getEntries().forEach((entry) => {"
        "window.moved += entry.value; })).observe({ type: 'layout-shift', buffered: true });"
    )
    answer = page.goto(f"{site}/report/")
    assert answer is not None
    assert not re.findall(r"<(?:script|link)[^>]*leaflet", answer.text())
    expect(page.locator("#place-map .outline-name").first).to_be_attached()  # drawn, names and all
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.evaluate("window.moved") == 0


def test_saving_data_loads_the_map_on_a_tap_only(site: str, open_browser: Opener) -> None:
    page = open_browser(width=360)
    page.add_init_script("Object.defineProperty(navigator, 'connection', { value: { saveData: true } });")
    asked = listen(page)
    page.goto(f"{site}/report/?{EVANSTON}")
    expect(page.get_by_role("button", name="Show the map")).to_be_visible()
    assert not [url for url in asked if "leaflet" in url]
    page.get_by_role("button", name="Show the map").click()
    expect(page.locator("[data-place-map] .leaflet-marker-icon")).to_have_count(1)


def test_the_list_of_suggestions_is_said_and_walked_by_arrow_keys(site: str, open_browser: Opener) -> None:
    page = open_browser()
    page.goto(f"{site}/report/")
    field = page.get_by_label("Address, crossing or landmark")
    field.press_sequentially("lasalle")
    expect(page.locator("[data-place-form] [data-said]")).to_contain_text(re.compile(r"Places found: \d"))
    expect(field).to_be_focused()
    field.press("ArrowDown")
    expect(page.locator("[data-suggestions] button").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(field).to_be_focused()
    expect(field).to_have_value("lasalle")
    expect(page.locator("[data-suggestions]")).to_be_hidden()


def test_a_geocoder_that_is_away_is_said_and_loses_nothing(site: str, open_browser: Opener, settings: Any) -> None:
    settings.GEOCODER_URL = ""
    page = open_browser()
    page.goto(f"{site}/report/")
    page.get_by_label("Address, crossing or landmark").press_sequentially("lasalle")
    expect(page.locator("[data-place-form] [data-said]")).to_contain_text("does not answer just now")
    expect(page.get_by_label("Address, crossing or landmark")).to_have_value("lasalle")


def test_a_device_that_refuses_is_told_the_other_ways(site: str, open_browser: Opener) -> None:
    page = open_browser(width=360, permissions=[])
    page.goto(f"{site}/report/")
    page.get_by_role("button", name="Use where I am now").click()
    expect(page.locator("[data-locate-said]")).to_contain_text("Nothing is lost")


def test_moving_the_pin_says_what_changed(site: str, open_browser: Opener) -> None:
    page = open_browser()
    page.goto(f"{site}/report/?{EVANSTON}")
    expect(page.locator("[data-place-map] .leaflet-marker-icon")).to_have_count(1)
    page.get_by_label("Latitude").fill("41.8837")
    page.get_by_label("Longitude").fill("-87.6320")
    page.get_by_label("Longitude").press("Tab")
    expect(page.locator("[data-changed]")).to_contain_text("Who answers has changed: City of Chicago")
    expect(page.locator("[data-changed]")).to_contain_text("no longer City of Evanston")
    expect(page.locator("[data-place-form] [data-said]")).to_contain_text("no longer City of Evanston")
    picture(page, "place-changed-1280")


@pytest.mark.parametrize("javascript", [pytest.param(True, marks=pytest.mark.variant), False])
def test_a_place_in_words_alone(site: str, open_browser: Opener, javascript: bool) -> None:
    Endpoint.objects.filter(jurisdiction__slug="chicago").update(options={"required": ["lat_long"]})
    page = open_browser(width=360, javascript=javascript)
    page.goto(f"{site}/report/")
    open_words(page)
    page.get_by_label("Town, city or county").select_option("City of Chicago")
    page.get_by_label("The place in words").fill("in front of the library, north side")
    page.get_by_role("button", name="Continue with these words").click()
    expect(page.locator(".error-summary")).to_contain_text("City of Chicago takes no report without the exact point")
    expect(page.get_by_label("The place in words")).to_have_value("in front of the library, north side")
    picture(page, f"place-words-refused-{javascript}")
    page.get_by_label("Town, city or county").select_option("City of Evanston")
    page.get_by_label("The place in words").fill("in front of the library, north side")
    page.get_by_role("button", name="Continue with these words").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What is the problem?")
    expect(page.locator("main")).to_contain_text("in front of the library, north side")
    expect(page.locator("main")).not_to_contain_text("42.0")
    picture(page, f"place-words-service-{javascript}")


@pytest.mark.parametrize("javascript", [True, pytest.param(False, marks=pytest.mark.variant)])
def test_near_a_border_the_side_is_one_tap(site: str, open_browser: Opener, javascript: bool) -> None:
    over = make_jurisdiction("Wilmette", slug="wilmette", boundary=square(42.1451, -87.6877))
    make_service(make_endpoint(over), service_name="Wilmette pothole")
    page = open_browser(width=360, javascript=javascript)
    page.goto(f"{site}/report/?lat=42.09505&long=-87.6877")
    page.get_by_label("Wilmette").check()
    picture(page, f"place-border-{javascript}")
    page.get_by_role("button", name="Continue", exact=True).last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What is the problem?")
    expect(page.locator("main")).to_contain_text("Wilmette pothole")
    expect(page.locator("main")).to_contain_text("Graffiti")
    assert Draft.objects.get().answers["location"]["side"] == over.pk


@pytest.mark.parametrize("javascript", [pytest.param(True, marks=pytest.mark.variant), False])
def test_a_missing_place_is_told_to_volunteers(site: str, open_browser: Opener, javascript: bool) -> None:
    page = open_browser(width=360, javascript=javascript)
    page.goto(f"{site}/report/?lat=36.1&long=-115.1")
    page.get_by_role("button", name="Continue", exact=True).last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nobody answers for this place here")
    expect(page.get_by_role("link", name="Report something in City of Chicago")).to_have_attribute(
        "href", re.compile("jurisdiction=chicago")
    )
    picture(page, f"place-outside-{javascript}")
    page.get_by_label(re.compile("What is the place called")).fill("Las Vegas")
    page.get_by_role("button", name="Tell the volunteers").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, the volunteers will see it")
    assert MissingPlace.objects.get().words == "Las Vegas"
    picture(page, f"place-missing-thanks-{javascript}")
