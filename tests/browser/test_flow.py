"""A report filed in a real browser, wide with JavaScript and narrow without it."""

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from reports.models import ServiceRequest
from reports.sandbox import Sandbox
from tests.browser.conftest import Opener, accessibility_findings, picture
from tests.browser.walk import choose
from tests.cities import do_what_is_due

WAYS = [pytest.param(1280, True, id="wide"), pytest.param(360, False, id="narrow, no javascript")]
JAVASCRIPT = [pytest.param(True, id="javascript", marks=pytest.mark.variant), pytest.param(False, id="no javascript")]


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "hole.jpg"
    Image.new("RGB", (1200, 900), "#665544").save(path, exif=b"Exif\x00\x00")
    return path


def look(page: Page, name: str, javascript: bool) -> None:
    """Keep a picture, let axe judge (narrow pages: test_accessibility.py), see that nothing stands out sideways."""
    picture(page, name)
    if javascript:
        assert accessibility_findings(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{name} scrolls sideways"


def go_on(page: Page) -> None:
    page.get_by_role("button", name="Continue", exact=True).last.click()


def give_place(page: Page, javascript: bool) -> None:
    page.get_by_label("Address, crossing or landmark").fill("121 North LaSalle Street")
    page.get_by_role("button", name="Search", exact=True).click()
    page.wait_for_load_state()
    hit = page.get_by_role("radio").first
    if hit.count():
        hit.check()
    if not javascript:
        return
    expect(page.locator("[data-here-words]")).to_contain_text("Chicago")


def choose_service(page: Page, name: str, javascript: bool) -> None:
    page.get_by_label("Search in the list").fill(name)
    if not javascript:
        page.get_by_role("button", name="Search", exact=True).click()
    page.get_by_role("radio", name=name, exact=True).check()


@pytest.mark.parametrize(("width", "javascript"), WAYS)
def test_a_report_from_the_front_page_to_the_number(
    site: str, sandbox: Sandbox, open_browser: Opener, photo: Path, width: int, javascript: bool
) -> None:
    page = open_browser(width=width, javascript=javascript)
    way = f"{width}-{'js' if javascript else 'nojs'}"

    page.goto(site)
    look(page, f"{way}-1-home", javascript)
    page.get_by_role("link", name="Report a problem").first.click()
    look(page, f"{way}-2-place-empty", javascript)
    give_place(page, javascript)
    look(page, f"{way}-3-place", javascript)
    go_on(page)

    expect(page.get_by_role("heading", level=1)).to_have_text("What is the problem?")
    expect(page.locator("main")).to_contain_text("Cook County")
    look(page, f"{way}-4-service", javascript)
    choose_service(page, "Rodent Baiting / Rat Complaint", javascript)
    go_on(page)

    look(page, f"{way}-5-questions", javascript)
    go_on(page)  # nothing filled in: told what is missing, with a link to it
    expect(page.locator(".error-summary")).to_be_visible()
    look(page, f"{way}-6-questions-error", javascript)
    page.get_by_label(re.compile("^Alley")).first.check()
    page.locator("textarea[name=description]").fill("Rats at dusk behind the bins. <b>Many</b> of them.")
    go_on(page)

    page.locator("input[type=file]").set_input_files(photo)
    if not javascript:
        page.get_by_role("button", name="Add photos").click()
    expect(page.get_by_alt_text("Your photo 1")).to_be_visible()
    look(page, f"{way}-7-photos", javascript)
    go_on(page)

    page.get_by_label(re.compile("mail", re.IGNORECASE)).first.fill("rosa@example.org")
    look(page, f"{way}-8-contact", javascript)
    go_on(page)

    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    look(page, f"{way}-9-check", javascript)
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Report received")
    look(page, f"{way}-10-done", javascript)

    request = ServiceRequest.objects.get()
    expect(page.locator("main")).to_contain_text(request.reference)
    page.get_by_role("link", name="See the page of your report").click()
    look(page, f"{way}-11-request", javascript)
    do_what_is_due(request.endpoint)
    if javascript:  # the page sees it by itself
        expect(page.locator("main")).to_contain_text("gave a receipt token", timeout=20_000)
    else:
        page.reload()
        expect(page.locator("main")).to_contain_text("gave a receipt token")
    look(page, f"{way}-12-request-sent", javascript)
    expect(page.locator("main")).to_contain_text("<b>Many</b> of them.")
    expect(page.locator("main img").first).to_be_visible()
    expect(page.locator("body")).not_to_contain_text("rosa@example.org")
    assert len(sandbox.control.received()["cities"]["chicago"]["requests"]) == 1


@pytest.mark.parametrize("javascript", JAVASCRIPT)
def test_by_coordinates_with_a_change_from_the_check_page(site: str, open_browser: Opener, javascript: bool) -> None:
    page = open_browser(width=360, javascript=javascript)
    page.goto(f"{site}/report/?lat=42.0451&long=-87.6877")
    go_on(page)
    choose(page, "Graffiti")
    go_on(page)
    page.locator("textarea[name=description]").fill("Paint.")
    go_on(page)
    go_on(page)
    go_on(page)
    page.get_by_role("link", name=re.compile("Change.*(What|Description|problem)", re.IGNORECASE)).last.click()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    page.get_by_role("button", name="Send the report").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("Report received")
    assert ServiceRequest.objects.count() == 1
    page.go_back()
    page.goto(page.url)
    assert ServiceRequest.objects.count() == 1


def test_the_pin_says_who_answers_where_it_stands(site: str, open_browser: Opener) -> None:
    page = open_browser()
    page.goto(f"{site}/report/?lat=42.0451&long=-87.6877")
    words = page.locator("[data-here-words]")
    expect(words).to_contain_text("Evanston")
    page.locator("[data-place-map] .leaflet-marker-icon").first.focus()
    for _press in range(3):
        page.keyboard.press("ArrowDown")
    expect(page.locator("input[name=lat]")).not_to_have_value("42.0451")
    expect(words).to_contain_text("Evanston")


def test_a_hit_is_forgotten_for_good_when_the_pin_moves_on(site: str, open_browser: Opener) -> None:
    page = open_browser()
    page.goto(f"{site}/report/?q=chicago")
    hits = page.get_by_role("radio")
    assert hits.count() > 1
    held: list[Route] = []
    page.route(re.compile(r"/here\?"), lambda route: held.append(route))
    hits.first.check()
    page.locator("[data-place-map] .leaflet-marker-icon").first.focus()
    with page.expect_request(re.compile(r"/here\?")):  # the pin asks once the key has rested
        page.keyboard.press("ArrowDown")
    expect(hits.first).not_to_be_checked()
    assert len(held) == 2
    with page.expect_response(held[1].request.url):
        for route in held:
            route.continue_()
    expect(page.locator("[data-place-form] [data-said]")).not_to_be_empty()
    expect(hits.first).not_to_be_checked()


def test_the_pin_counts_for_more_than_words_left_in_the_search_box(site: str, open_browser: Opener) -> None:
    page = open_browser()
    page.goto(f"{site}/report/?lat=42.0451&long=-87.6877")
    page.get_by_label("Address, crossing or landmark").fill("nowhere in particular")
    page.locator("[data-place-map] .leaflet-marker-icon").first.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("input[name=lat]")).not_to_have_value("42.0451")
    go_on(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("What is the problem?")


@pytest.mark.parametrize("javascript", JAVASCRIPT)
def test_outside_of_all_bodies(site: str, open_browser: Opener, javascript: bool) -> None:
    page = open_browser(width=360, javascript=javascript)
    page.goto(f"{site}/report/?lat=36.1&long=-115.1")
    go_on(page)
    expect(page.locator("main")).to_contain_text("Chicago")
    look(page, f"360-{'js' if javascript else 'nojs'}-outside", javascript)
    assert not ServiceRequest.objects.exists()
