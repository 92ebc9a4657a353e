"""What opens on the map of reports when the network is slow, fails, or somebody opens the same again and again."""

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from reports.models import Jurisdiction
from tests.browser.conftest import Opener
from tests.factories import make_endpoint, make_service, make_service_request

LAT, LONG = 42.045, -87.69  # in Evanston
NEAR = f"#18/{LAT}/{LONG}"
DATA = "**/requests/map.geojson?*"
# How many more listeners for keys the boxes of popups have been given than were taken from them.
COUNTED = """() => {
  window.listening = 0;
  for (const [name, by] of [['addEventListener', 1], ['removeEventListener', -1]]) {
    const own = EventTarget.prototype[name];
    EventTarget.prototype[name] = function (type, ...rest) {
      if (type === 'keydown' && this.matches?.('.leaflet-popup')) window.listening += by;
      return own.call(this, type, ...rest);
    };
  }
}"""


@pytest.fixture
def three_at_one_point(site: str) -> str:
    service = make_service(make_endpoint(Jurisdiction.objects.get(slug="evanston")), service_name="Lamp")
    for _number in range(3):
        make_service_request(service, lat=LAT, long=LONG, status="accepted")
    return site


def the_three(page: Page, site: str) -> Locator:
    page.goto(f"{site}/requests/map/{NEAR}")
    expect(page.locator("[data-requests-count]")).to_have_text("3 reports in this part of the map")
    return page.get_by_role("button", name="3 reports, 3 of them open. Show them.")


def test_a_list_that_could_not_be_loaded_is_said_and_can_be_asked_for_again(
    three_at_one_point: str, open_browser: Opener
) -> None:
    page = open_browser()
    several = the_three(page, three_at_one_point)
    page.route(DATA, lambda route: route.abort())
    several.press("Enter")
    count = page.locator("[data-requests-count]")
    expect(count).to_have_text("The reports could not be loaded just now. Move the map to try again.")
    page.unroute(DATA)
    several.press("Enter")
    expect(page.locator(".leaflet-popup h3")).to_have_count(3)
    expect(count).to_have_text("3 reports in this part of the map")


def test_a_second_press_while_the_first_one_waits_opens_nothing_anew(
    three_at_one_point: str, open_browser: Opener
) -> None:
    page = open_browser()
    several = the_three(page, three_at_one_point)
    late: list[Route] = []
    page.route(DATA, lambda route: late.append(route))
    for asked in (1, 2):
        with page.expect_request(DATA):
            several.press("Enter")
        page.wait_for_timeout(100)
        assert len(late) == asked
    late[0].continue_()
    links = page.locator(".leaflet-popup h3 a")
    expect(links.first).to_be_focused()
    page.keyboard.press("Tab")
    expect(links.nth(1)).to_be_focused()
    with page.expect_response(DATA):
        late[1].continue_()
    page.wait_for_timeout(300)  # the time in which another one would open
    expect(links).to_have_count(3)
    expect(links.nth(1)).to_be_focused()


def test_a_popup_that_is_opened_again_and_again_listens_once(three_at_one_point: str, open_browser: Opener) -> None:
    page = open_browser()
    several = the_three(page, three_at_one_point)
    page.evaluate(COUNTED)
    for _turn in range(3):
        several.press("Enter")
        expect(page.locator(".leaflet-popup h3 a").first).to_be_focused()
        assert page.evaluate("window.listening") == 1
        page.keyboard.press("Escape")
        expect(several).to_be_focused()
        expect(page.locator(".leaflet-popup")).to_have_count(0)
    assert page.evaluate("window.listening") == 0
