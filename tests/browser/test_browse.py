"""List and map of reports in a real browser: clusters by keyboard, the same reports in both, and without scripts."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from reports import clock
from reports.models import Jurisdiction, ServiceRequest
from tests.browser.conftest import Opener, judged
from tests.factories import make_endpoint, make_service, make_service_request

EVANSTON = (42.045, -87.69)


@pytest.fixture
def many(site: str) -> str:
    """Forty reports in Evanston: a dozen at one point, three that ended long ago."""
    lat, long = EVANSTON
    service = make_service(
        make_endpoint(Jurisdiction.objects.get(slug="evanston")), service_name="Lamp", group="Lights"
    )
    model = make_service_request(service, lat=lat, long=long, status="accepted")
    names = ("jurisdiction", "endpoint", "service", "service_code", "service_name", "group", "status")
    fields = {name: getattr(model, name) for name in names}
    rows = [ServiceRequest(**fields, lat=lat, long=long) for _number in range(11)]
    for number in range(1, 26):
        rows.append(ServiceRequest(**fields, lat=lat + number % 5 * 0.0015, long=long + number // 5 * 0.005))
    old = fields | {"status": "closed", "ended_at": clock.now() - timedelta(days=99)}
    rows += [ServiceRequest(**old, lat=lat, long=long + 0.02) for _number in range(3)]
    ServiceRequest.objects.bulk_create(rows)
    return site


def ready(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator(".marker").first).to_be_attached()


def shown(page: Page) -> int:
    """How many reports the markers stand for."""
    labels = page.locator(".marker").evaluate_all("all => all.map((each) => each.getAttribute('aria-label'))")
    return sum(int(match[1]) if (match := re.match(r"(\d+) reports,", label)) else 1 for label in labels)


def test_clusters_come_apart_by_keyboard(many: str, open_browser: Opener) -> None:
    page = open_browser()
    ready(page, f"{many}/requests/map/?body=evanston")
    expect(page.locator("[data-requests-count]")).to_have_text("37 reports in this part of the map")
    assert shown(page) == 37
    before = page.url
    page.locator(".marker--group[aria-label$='Zoom in.']").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-requests-count]")).not_to_have_text("37 reports in this part of the map")
    assert page.evaluate("document.activeElement.matches('.leaflet-container')")
    assert page.url != before  # which leads back to this place
    count = page.locator("[data-requests-count]").inner_text()
    page.reload()
    expect(page.locator("[data-requests-count]")).to_have_text(count)


def test_what_cannot_come_apart_is_listed(many: str, open_browser: Opener) -> None:
    page = open_browser()
    ready(page, f"{many}/requests/map/#18/{EVANSTON[0]}/{EVANSTON[1]}")
    several = page.get_by_role("button", name="12 reports, 12 of them open. Show them.")
    several.focus()
    page.keyboard.press("Space")
    popup = page.locator(".leaflet-popup")
    expect(popup.locator("h3")).to_have_count(12)
    expect(popup.locator("h3 a").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(several).to_be_focused()


@pytest.mark.parametrize("motion", ["reduce", pytest.param("no-preference", marks=pytest.mark.variant)])
def test_a_popup_at_the_edge_comes_into_view_whether_or_not_the_map_may_glide(
    many: str, open_browser: Opener, motion: str
) -> None:
    lat, long = EVANSTON
    page = open_browser(width=360, reduced_motion=motion)
    ready(page, f"{many}/requests/map/#18/{lat + 0.0007}/{long + 0.0004}")  # what is at one point is in a corner
    page.locator(".marker--group").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".leaflet-popup h3")).to_have_count(12)
    page.wait_for_timeout(500)  # that the map takes to glide
    box, view = (page.locator(each).bounding_box() for each in (".leaflet-popup", "[data-requests-map]"))
    assert box
    assert view
    buttons = page.locator(".leaflet-control-zoom").bounding_box()
    assert buttons
    assert buttons["x"] + buttons["width"] <= box["x"]
    assert box["x"] + box["width"] <= view["x"] + view["width"]
    assert view["y"] <= box["y"]


def test_the_list_is_what_the_map_shows(many: str, open_browser: Opener) -> None:
    page = open_browser()
    ready(page, f"{many}/requests/map/?service=Lamp")
    expect(page.locator("[data-requests-list] > li")).to_have_count(25)
    page.get_by_role("link", name="All of them, as a list").click()
    expect(page.locator("main")).to_contain_text("37 reports, newest first")
    page.go_back()
    ready(page, f"{many}/requests/map/?service=Lamp&ended=all#17/{EVANSTON[0]}/{EVANSTON[1] + 0.02}")
    total = int(page.locator("[data-requests-count]").inner_text().split()[0])
    assert shown(page) == total == page.locator("[data-requests-list] > li").count()
    expect(page.locator("[data-requests-list]")).to_contain_text("Done, says the city")


@pytest.mark.parametrize("width", [360, pytest.param(1280, marks=pytest.mark.variant)])
def test_list_and_map_at_both_widths(many: str, open_browser: Opener, width: int) -> None:
    page = open_browser(width=width)
    page.goto(f"{many}/requests/?q=nothing&since=2026-01-01")
    judged(page, f"browse-empty-{width}")
    page.goto(f"{many}/requests/?service=Lamp&status=open&body=evanston")
    judged(page, f"browse-list-{width}")
    ready(page, f"{many}/requests/map/?body=evanston&ended=all")
    page.get_by_text("Filters", exact=True).click()
    judged(page, f"browse-map-{width}")


def test_without_scripts_everything_is_there(many: str, open_browser: Opener) -> None:
    page = open_browser(width=360, javascript=False)
    page.goto(f"{many}/requests/map/")
    expect(page.locator("[data-requests-map]")).to_be_hidden()
    expect(page.locator("[data-requests-list] > li")).to_have_count(25)
    expect(page.get_by_role("link", name="All of them, as a list")).to_be_hidden()
    page.get_by_role("link", name="Older").click()
    expect(page.locator("[data-requests-list] > li")).to_have_count(12)
    page.get_by_text("Filters", exact=True).click()
    page.get_by_label("What").select_option("Lamp")
    page.get_by_label("Who answers").select_option("evanston")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("main")).to_contain_text("37 reports, newest first")
    page.get_by_role("link", name="Who answers: City of Evanston").click()
    assert page.url.endswith("/requests/map/?service=Lamp")
