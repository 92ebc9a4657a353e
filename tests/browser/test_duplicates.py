"""What was reported close by, in a real browser: with JavaScript and without, by keyboard, and a draft that is kept."""

from typing import Any

import pytest
from django.core.files.base import ContentFile
from playwright.sync_api import Page, expect

from reports.links import confirmation_link
from reports.models import Confirmation, Draft, Media, Service, ServiceRequest, Sighting, Subscription
from tests.browser.conftest import Opener, judged, picture
from tests.factories import make_service_request
from tests.pictures import picture as photo

AT = (41.8837, -87.6320)
RATS = "Rodent Baiting / Rat Complaint"
JAVASCRIPT = [pytest.param(True, id="javascript"), pytest.param(False, id="no javascript", marks=pytest.mark.variant)]


@pytest.fixture
def near(site: str, settings: Any, tmp_path: Any) -> ServiceRequest:
    settings.MEDIA_ROOT = str(tmp_path)
    service = Service.objects.get(service_name=RATS)
    request = make_service_request(service, lat=AT[0] + 0.0003, long=AT[1], address_string="121 North LaSalle Street")
    Media.objects.create(service_request=request, sha256="x", file=ContentFile(photo(), "photo.jpg"))
    make_service_request(service, lat=AT[0], long=AT[1] + 0.001, address_string="1 West Randolph Street")
    return request


def arrive(page: Page, site: str) -> None:
    """Give the place by a link, and choose the service."""
    page.goto(f"{site}/report/?lat={AT[0]}&long={AT[1]}&service={Service.objects.get(service_name=RATS).pk}")
    page.get_by_role("button", name="Continue", exact=True).last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Has it been reported already?")


def look(page: Page, name: str, javascript: bool) -> None:
    judged(page, f"duplicates-{name}") if javascript else picture(page, f"duplicates-{name}")


@pytest.mark.parametrize(("width", "javascript"), [(360, True), (1280, False)])
def test_it_is_still_there_then_followed_and_the_report_is_kept(
    site: str, near: ServiceRequest, open_browser: Opener, width: int, javascript: bool
) -> None:
    page = open_browser(width=width, javascript=javascript)
    way = f"{width}-{'js' if javascript else 'nojs'}"
    arrive(page, site)
    look(page, f"{way}-1-list", javascript)
    with page.context.expect_page() as opened:  # looking at one loses nothing
        page.get_by_role("link", name="See this report").first.click()
    expect(opened.value.get_by_role("heading", level=1)).to_contain_text(RATS)
    opened.value.close()
    page.locator(f"button[name=sighting][value=r{near.pk}]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    look(page, f"{way}-2-thanks", javascript)
    assert Sighting.objects.get().service_request == near
    page.get_by_role("link", name="Follow this report by e-mail").click()
    page.get_by_label("Your e-mail address").fill("nobody")
    page.get_by_role("button", name="Send me the link").click()
    expect(page.locator(".error-summary")).to_be_visible()
    look(page, f"{way}-3-follow", javascript)
    page.get_by_label("Your e-mail address").fill("rosa@example.org")
    page.get_by_role("button", name="Send me the link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look in your e-mail")
    look(page, f"{way}-4-asked", javascript)
    mailed = open_browser(width=width, javascript=javascript)
    mailed.goto(confirmation_link(Confirmation.objects.get()))
    look(mailed, f"{way}-5-confirm", javascript)
    mailed.get_by_role("button", name="Follow this report").click()
    expect(mailed.get_by_role("heading", level=1)).to_have_text("Thank you")
    look(mailed, f"{way}-6-confirmed", javascript)
    assert Subscription.objects.get().service_request == near
    page.get_by_role("link", name="Go on with your own report, which is kept for 7 days").click()
    page.get_by_role("button", name="Mine is different, go on").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(RATS)
    page.get_by_role("link", name="Back", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Has it been reported already?")
    assert Draft.objects.count() == 1


@pytest.mark.parametrize("javascript", JAVASCRIPT)
def test_the_way_to_a_photo_leads_to_an_open_form(
    site: str, near: ServiceRequest, open_browser: Opener, javascript: bool
) -> None:
    page = open_browser(javascript=javascript)
    arrive(page, site)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Add a photo").first.click()
    expect(opened.value.get_by_label("Your comment")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Has it been reported already?")


def test_by_keyboard_alone(site: str, near: ServiceRequest, open_browser: Opener) -> None:
    page = open_browser(width=360)
    arrive(page, site)
    for _step in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "different":
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(RATS)


def test_on_the_page_of_the_report(site: str, near: ServiceRequest, open_browser: Opener) -> None:
    Sighting.objects.create(service_request=near, person="x")
    page = open_browser()
    page.goto(f"{site}{near.get_absolute_url()}")
    expect(page.locator("#take-part")).to_contain_text("1 person has said that it is still there")
    page.locator("#take-part summary").last.click()
    look(page, "7-report", True)
    page.locator("#take-part").get_by_label("Your e-mail address").last.fill("rosa@example.org")
    page.locator("#take-part").get_by_role("button", name="Send me the link").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look in your e-mail")
    picture(page, "duplicates-8-sent")  # the same page as "4-asked"
