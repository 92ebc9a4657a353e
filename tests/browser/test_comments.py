"""The page of a report with all that can stand on it, and a comment written there, in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from reports import clock
from reports.models import Comment, ServiceRequest
from tests.browser.conftest import Opener, judged, picture
from tests.delivery.conftest import script
from tests.delivery.talkative import Script, make_delivered
from tests.factories import make_service_request, make_status_update, make_submission

__all__ = ["script"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def request_(script: Script) -> ServiceRequest:
    """Turned down, a duplicate, commented on here and there."""
    submission = make_delivered("T-2")
    request = submission.request
    first = make_submission(
        make_service_request(request.service), state="delivered", service_request_id="T-1", endpoint=submission.endpoint
    ).request
    assert first.reference
    ServiceRequest.objects.filter(pk=request.pk).update(status="rejected", duplicate_of="T-1")
    told = {"by_body": True, "datetime": clock.now()}
    make_status_update(request, status="in_progress", status_notes="A crew looks at it.", **told)
    make_status_update(request, status="rejected", status_word="Not solvable", status_notes="Private land.", **told)
    make_status_update(request, status="rejected", is_comment=True, status_notes="Still there\n" + "w" * 90, **told)
    Comment.objects.create(service_request=request, text="Twice as large now.", state="uncertain", due_at=None)
    return request


WAYS = [pytest.param(360, True, id="narrow"), pytest.param(1280, False, id="wide, no javascript")]


def look(page: Page, name: str, javascript: bool) -> None:
    judged(page, name) if javascript else picture(page, name)


def to_the_button(page: Page) -> None:
    """From the comment with the Tab key, past the photos."""
    page.keyboard.press("Tab")
    expect(page.locator("#add-comment input[type=file]")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Send the comment")).to_be_focused()


@pytest.mark.parametrize(("width", "javascript"), WAYS)
def test_a_comment_by_keyboard(
    site: str, open_browser: Opener, request_: ServiceRequest, width: int, javascript: bool
) -> None:
    page = open_browser(width=width, javascript=javascript)
    way = f"{width}-{'js' if javascript else 'nojs'}"
    page.goto(f"{site}{request_.get_absolute_url()}")
    expect(page.locator("main")).to_contain_text("Turned down")
    look(page, f"{way}-13-comments", javascript)

    summary = page.locator("summary", has_text="Add a comment")
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Springfield gets it, and it is shown here.")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Your comment")).to_be_focused()
    to_the_button(page)
    page.keyboard.press("Enter")  # nothing written yet
    expect(page.locator(".error-summary")).to_contain_text("Write your comment first, or add a photo.")
    look(page, f"{way}-14-comment-error", javascript)

    page.locator(".error-summary a").focus()
    page.keyboard.press("Enter")
    if not javascript:
        page.get_by_label("Your comment").focus()
    page.keyboard.type("It is <b>still</b> there.")
    to_the_button(page)
    page.keyboard.press("Enter")
    expect(page.locator(".timeline__item", has_text="It is <b>still</b> there.")).to_be_in_viewport()
    expect(page.locator("main")).to_contain_text("On its way to Springfield.")
    assert Comment.objects.filter(text="It is <b>still</b> there.").count() == 1
    look(page, f"{way}-15-commented", javascript)


def test_a_report_that_the_body_keeps_private(site: str, open_browser: Opener, request_: ServiceRequest) -> None:
    ServiceRequest.objects.update(private=True)
    page = open_browser(width=360)
    page.goto(f"{site}{request_.get_absolute_url()}")
    expect(page.locator("main")).to_contain_text("keeps this report private")
    expect(page.locator("main")).not_to_contain_text("Private land.")
    judged(page, "360-private")
