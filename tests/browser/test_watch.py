"""Saying what to watch in a real browser: a circle by a tap, an area with Leaflet.draw's tool, either without a map."""

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from reports.models import WatchArea
from tests.browser.conftest import Opener, accessibility_findings

DRAW = "**/leaflet.draw*.js"
OUTLINE = '{"type": "Polygon", "coordinates": [[[-87.7, 42], [-87.6, 42], [-87.6, 42.1], [-87.7, 42]]]}'
TOOL = ".leaflet-draw-draw-polygon"
CORNERS = ((160, 180), (160, 280), (260, 280), (260, 180), (160, 180))  # of the map, in pixels; the last is the first


def the_map(page: Page) -> Locator:
    return page.locator("[data-watch-map] .leaflet-container")


def inside(part: Locator, whole: Locator) -> bool:
    inner, outer = part.bounding_box(), whole.bounding_box()
    assert inner
    assert outer
    return outer["x"] <= inner["x"] and inner["x"] + inner["width"] <= outer["x"] + outer["width"]


def take(page: Page, way: str) -> None:
    page.locator(f"input[name=where][value={way}]").check()


def send(page: Page) -> WatchArea:
    """Give an address, send the form, and find the area that came of it."""
    page.locator("input[name=how][value=weekly]").check()
    page.locator("input[name=email]").fill("ada@example.org")
    page.locator(".actions button[type=submit]").click()
    page.wait_for_url("**/watch/?sent=1")
    return WatchArea.objects.get()


def test_a_circle_is_chosen_by_tapping_the_map(site: str, open_browser: Opener) -> None:
    page = open_browser(width=360)
    page.goto(f"{site}/watch/")
    expect(page.get_by_label("How far round it, in metres")).to_be_visible()
    expect(page.get_by_label("Outline as GeoJSON")).to_be_hidden()
    the_map(page).click()
    expect(page.get_by_role("button", name="The middle of the area")).to_be_visible()
    page.get_by_label("How far round it, in metres").fill("800")
    area = send(page)
    assert area.circle["metres"] == 800
    assert 41 < area.circle["lat"] < 43  # Chicago and Evanston are what the map shows
    assert -89 < area.circle["long"] < -87


def test_the_keyboard_chooses_the_middle_of_the_map(site: str, open_browser: Opener) -> None:
    page = open_browser()
    page.goto(f"{site}/watch/")
    the_map(page).press("Enter")
    expect(page.get_by_role("button", name="The middle of the area")).to_be_visible()
    assert send(page).circle["metres"] == 500


@pytest.mark.parametrize("prefix", ["", pytest.param("/es", marks=pytest.mark.variant)])
def test_an_area_is_drawn_and_sent(site: str, open_browser: Opener, prefix: str) -> None:
    page = open_browser(width=360)
    page.goto(f"{site}{prefix}/watch/")
    take(page, "polygon")
    page.locator(TOOL).click()
    for action in page.locator(".leaflet-draw-actions a").filter(visible=True).all():
        assert inside(action, the_map(page)), action.inner_text()
    assert accessibility_findings(page) == []
    box = the_map(page).bounding_box()
    assert box is not None
    corners = page.locator(".leaflet-editing-icon")
    for number, (x, y) in enumerate(CORNERS, start=1):
        page.mouse.click(box["x"] + x, box["y"] + y)
        expect(corners).to_have_count(number if number < len(CORNERS) else 0)  # the last one closes the ring
        page.wait_for_timeout(200)  # Leaflet.draw takes no corner within 50 ms of another (_enableNewMarkers)
    area = send(page)
    assert area.circle is None
    ((ring,),) = area.shape["coordinates"]
    assert len(ring) == len(CORNERS)


@pytest.mark.parametrize(("then", "tools"), [(("circle", "polygon"), 1), (("circle",), 0)])
def test_tools_that_come_late_come_once_and_only_where_they_belong(
    site: str, open_browser: Opener, then: tuple[str, ...], tools: int
) -> None:
    page = open_browser()
    late: list[Route] = []
    page.route(DRAW, lambda route: late.append(route))
    page.goto(f"{site}/watch/")
    expect(the_map(page)).to_be_visible()
    with page.expect_request(DRAW):
        take(page, "polygon")
    for way in then:
        take(page, way)
        page.wait_for_timeout(100)  # what is asked for a second time is held back as well
    for route in late:
        route.continue_()
    page.wait_for_load_state("networkidle")  # a second set would have come by now
    assert page.locator(TOOL).count() == tools
    take(page, "body")
    take(page, "polygon")
    expect(page.locator(TOOL)).to_have_count(1)


def test_without_scripts_coordinates_are_typed(site: str, open_browser: Opener) -> None:
    page = open_browser(width=360, javascript=False)
    page.goto(f"{site}/watch/")
    expect(page.locator("[data-watch-map]")).to_be_hidden()
    take(page, "circle")
    page.get_by_text("Give coordinates instead").click()
    page.get_by_label("Latitude").fill("42.045")
    page.get_by_label("Longitude").fill("-87.69")
    assert send(page).circle == {"lat": 42.045, "long": -87.69, "metres": 500}


def test_where_leaflet_cannot_be_had_the_other_ways_stand_open(site: str, open_browser: Opener) -> None:
    page = open_browser()
    page.route("**/leaflet/leaflet*.js", lambda route: route.abort())
    page.goto(f"{site}/watch/")
    expect(page.get_by_text("The map could not be loaded.")).to_be_visible()
    expect(page.get_by_label("Latitude")).to_be_visible()
    take(page, "polygon")
    page.get_by_label("Outline as GeoJSON").fill(OUTLINE)
    assert send(page).shape["coordinates"] == [[[[-87.7, 42], [-87.6, 42], [-87.6, 42.1], [-87.7, 42]]]]


def test_where_only_the_tools_cannot_be_had_the_outline_stands_open(site: str, open_browser: Opener) -> None:
    page = open_browser()
    page.route(DRAW, lambda route: route.abort())
    page.goto(f"{site}/watch/")
    take(page, "polygon")
    expect(page.get_by_label("Outline as GeoJSON")).to_be_visible()
    page.unroute(DRAW)
    take(page, "circle")
    take(page, "polygon")
    expect(page.locator(TOOL)).to_have_count(1)
