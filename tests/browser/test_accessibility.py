"""What WCAG 2.2 AA asks, on every page: axe in both themes (and with TEST_EVERYTHING=1 in both languages), and what
axe cannot see.

Pages of the flow are opened by walking it; every public address of the project has to be among those that are opened.
"""

from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import translation
from PIL import Image
from playwright.sync_api import Page, expect

from reports import links
from reports.models import Comment, Confirmation, Endpoint, Media, ServiceRequest, WatchSubscription
from reports.sandbox import Sandbox
from tests.browser.conftest import SIDEWAYS, Opener, judged
from tests.browser.walk import go_on, walk
from tests.cities import do_what_is_due, file_report
from tests.watched import make_area, make_watch

LANGUAGES = ["en", pytest.param("es", marks=pytest.mark.variant)]
UNSEEN_FOCUS = """() => {
  const style = getComputedStyle(document.activeElement);
  return style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2 ? document.activeElement.outerHTML : '';
}"""
MOVING = """() => [...document.querySelectorAll('*')].filter((each) => {
  const {transitionDuration, animationDuration, animationName} = getComputedStyle(each);
  const longest = (text) => Math.max(...text.split(',').map(parseFloat));
  return longest(transitionDuration) > 0.01 || (animationName !== 'none' && longest(animationDuration) > 0.01);
}).map((each) => each.outerHTML.slice(0, 90))"""


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "hole.jpg"
    Image.new("RGB", (600, 450), "#665544").save(path)
    return path


@pytest.fixture
def filed(site: str, sandbox: Sandbox, photo: Path) -> ServiceRequest:
    """A report that has reached its city, with a photo, a comment and somebody who follows it."""
    submission = file_report(
        Endpoint.objects.get(jurisdiction__slug="evanston"), email="rosa@example.org", tell_me=True
    )
    request = submission.request
    do_what_is_due(request.endpoint)
    Media.objects.create(
        service_request=request, file=ContentFile(photo.read_bytes(), "photo.jpg"), sha256="0" * 64, position=1
    )
    Comment.objects.create(service_request=request, text="It is still there.", state="kept", due_at=None)
    request.refresh_from_db()
    return request


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_the_flow(site: str, open_browser: Opener, photo: Path, language: str) -> None:
    prefix = "" if language == "en" else f"/{language}"
    page = open_browser(width=360)
    walk(page, f"{site}{prefix}/report/", lambda page, name: judged(page, f"axe-{language}-{name}"), photo)
    assert page.locator("html").get_attribute("lang") == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_public_page(site: str, open_browser: Opener, filed: ServiceRequest, language: str) -> None:
    page = open_browser(width=360)
    for name, address in public_pages(filed, language).items():
        page.goto(site + address)
        judged(page, f"axe-{language}-{name}")


def public_pages(filed: ServiceRequest, language: str) -> dict[str, str]:
    """Every page that anybody may open, by a name for its picture; keyed ones with a key that fits."""
    with translation.override(language):
        subscription = filed.subscriptions.get()
        return {
            "home": reverse("home"),
            "list": reverse("service_requests:list"),
            "list-empty": reverse("service_requests:list") + "?q=nowhere",
            "list-wrong": reverse("service_requests:list") + "?status=nonsense",
            "map": reverse("service_requests:map"),
            "find": reverse("service_requests:find") + "?number=XXX",
            "mirrored": reverse("service_requests:mirrored"),
            "request": filed.get_absolute_url(),
            "no-such-request": reverse("service_requests:detail", args=["XXX-XXX-XXXX"]),
            "privacy": reverse("privacy"),
            "bodies": reverse("bodies"),
            "body": reverse("body", args=["evanston"]),
            "body-without-reports": reverse("body", args=["chicago"]),
            "coverage": reverse("coverage"),
            "what-happens": reverse("what_happens"),
            "no-such-draft": reverse("report:service", args=["nonsense"]),
            "outside": reverse("report:start") + "?lat=36.1&long=-115.1",
            "words": reverse("report:start") + "?jurisdiction=evanston",
            "follow": reverse("service_requests:follow", args=[filed.reference]),
            "abuse": reverse("service_requests:report_abuse", args=[filed.reference]),
            "fixed-by-link": reverse("verdict", args=[links.verdict_key(subscription)]),
            "sheet": reverse("service_requests:sheet", args=[filed.reference]),
            "missing-place": reverse("places:missing") + "?lat=36.1&long=-115.1",
            "offline": reverse("offline"),
            "unsubscribe": reverse("unsubscribe", args=[links.subscription_key(subscription)]),
            "take-away": reverse("take_away", args=[links.owner_key(filed)]),
            **watch_pages(filed),
        }


def watch_pages(filed: ServiceRequest) -> dict[str, str]:
    """Those of a watched area in which the report is, from the form to the end of its mails."""
    area = make_area(filed.lat, filed.long)
    asked = WatchSubscription.objects.create(area=area, email="rosa@example.org", locale="en")
    confirmation = Confirmation.objects.create(watch=asked, kind="watch", email=asked.email)
    return {
        "watch": reverse("watch:make"),
        "watch-confirm": reverse("confirm", args=[links.confirmation_key(confirmation)]),
        "watch-area": reverse("watch:area", args=[area.key]),
        "watch-sheet": reverse("watch:sheet", args=[area.key]),
        "watch-stop": reverse("watch:stop", args=[links.watch_stop_key(make_watch(area))]),
    }


def test_the_whole_flow_by_keyboard_alone(site: str, open_browser: Opener) -> None:
    """From the front page to the reference with Tab, arrows, space, Enter and typing; each stop shows where it is."""
    page = open_browser()
    page.goto(site)
    press_until(page, "Street and number", "input[name=q]")
    page.keyboard.type("42.0451, -87.6877")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Where is the problem?")
    press_until(page, "Continue", "main form .actions button")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("What is the problem?")
    press_until(page, "the search", "input[type=search][name=q]")
    page.keyboard.type("graffiti")
    press_until(page, "a service", "input[type=radio][name=service]")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Graffiti")
    press_until(page, "the description", "textarea[name=description]")
    page.keyboard.type("Paint on the wall.")
    for heading in ("Have you got a photo of it?", "How can you be reached?", "Check your answers", "Report received"):
        press_until(page, "the main button", "main form .actions button")
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text(heading)
    assert ServiceRequest.objects.count() == 1


def press_until(page: Page, what: str, selector: str, most: int = 60) -> None:
    """Tab on until what has the focus fits; on the way every stop can be seen and has a name."""
    page.wait_for_load_state()
    for _press in range(most):
        page.keyboard.press("Tab")
        assert page.evaluate(UNSEEN_FOCUS) == "", "a stop that cannot be seen"
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"the Tab key does not get to {what}")


def test_how_people_set_their_browsers(site: str, open_browser: Opener, filed: ServiceRequest) -> None:
    """Reflow (1.4.10) is 320 px, a screen at 400 %; text alone may be doubled (1.4.4); forced colours; no motion."""
    page = open_browser(width=320)
    for address in [reverse("report:start") + "?lat=41.8837&long=-87.6320", *public_pages(filed, "en").values()]:
        page.emulate_media(forced_colors="none", reduced_motion="reduce")
        page.set_viewport_size({"width": 320, "height": 800})
        page.goto(site + address)
        assert page.evaluate(SIDEWAYS) <= 0, f"{address} at 320 px"
        assert page.evaluate(MOVING) == [], address
        page.set_viewport_size({"width": 720, "height": 800})
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate(SIDEWAYS) <= 0, f"{address} with text twice as large"
        page.emulate_media(forced_colors="active")
        page.keyboard.press("Tab")
        assert page.evaluate(UNSEEN_FOCUS) == "", address


def test_what_a_screen_reader_is_told(site: str, open_browser: Opener) -> None:
    """Roles, names and states of the place page, and where the focus is after a form came back with errors."""
    page = open_browser()
    page.goto(f"{site}/report/?lat=41.8837&long=-87.6320")
    told = page.locator("main").aria_snapshot()
    assert '- heading "Where is the problem?" [level=1]' in told
    assert '- button "Continue"' in told
    assert page.locator("[role=status], [role=alert], output").count() > 0
    page.goto(f"{site}/report/")
    go_on(page)
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    summary.locator("a").first.press("Enter")
    assert page.evaluate("document.activeElement.matches('input, select, textarea')")
