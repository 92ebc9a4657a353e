"""The page of a report in a browser: news comes by itself, and never under the reader's hands."""

import pytest
from playwright.sync_api import expect

from reports import clock
from reports.models import Endpoint
from tests.browser.conftest import Opener, accessibility_findings
from tests.cities import file_report
from tests.factories import make_service_request, make_status_update

pytestmark = pytest.mark.django_db(transaction=True)


def test_news_waits_for_a_reader_who_is_in_the_middle_of_something(site: str, open_browser: Opener) -> None:
    request = make_service_request(status="closed")
    make_status_update(request, status="closed", by_body=True, datetime=clock.now())
    page = open_browser(width=360)
    page.goto(f"{site}{request.get_absolute_url()}")
    yes = page.get_by_role("button", name="Yes, it is fixed")
    yes.focus()
    make_status_update(request, status="closed", by_body=True, datetime=clock.now(), status_notes="Filled today.")
    offer = page.get_by_role("button", name="There is news. Show it")
    expect(offer).to_be_visible()
    expect(yes).to_be_focused()
    expect(page.locator("main")).not_to_contain_text("Filled today.")
    offer.click()
    expect(page.locator("[data-live]")).to_contain_text("Filled today.")
    expect(page.locator("[data-live]")).to_be_focused()
    expect(page.locator("[data-live-said]")).to_contain_text("says that this is done")
    page.context.set_offline(True)
    expect(page.locator("[data-live-when]")).to_contain_text("There is no connection.")
    page.context.set_offline(False)
    assert accessibility_findings(page) == []


APART = """() => {
  const [pin, name] = ['.leaflet-marker-pane > *', '.outline-name'].map((each) => document.querySelector(each));
  if (!pin || !name || name.hidden) return null;
  const [a, b] = [pin, name].map((each) => each.getBoundingClientRect());
  return a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
}"""


@pytest.mark.parametrize("width", [pytest.param(360, marks=pytest.mark.variant), 1280])
def test_the_pin_covers_no_letter_of_the_area_s_name(site: str, open_browser: Opener, width: int) -> None:
    """In the middle of its body's area, where the name would stand."""
    request = file_report(Endpoint.objects.get(jurisdiction__slug="evanston")).request
    page = open_browser(width=width)
    page.goto(f"{site}{request.get_absolute_url()}")
    page.locator("[data-map], .map").last.scroll_into_view_if_needed()
    expect(page.locator(".outline-name")).to_have_count(1)
    expect(page.locator(".outline-name")).to_have_text("City of Evanston")
    page.wait_for_function(f"({APART})() === true")
