"""A real Chromium against the live test server, with the fake cities in process behind it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import leaflet
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from reports.sandbox import Sandbox
from tests.cities import make_city

CHROMIUM = os.environ.get("TEST_CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",  # no test leaves this machine
]  # fmt: skip
PATIENCE = 30_000  # milliseconds; a machine that does much else at the same time is no failure
SHOTS = Path(__file__).parent / "screenshots"
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
BY_THEME = ["color-contrast", "link-in-text-block", "target-size"]  # what another theme could change
# Colours that are on their way to another theme would be judged half-way.
SETTLED = """() => Promise.all(document.getAnimations()
  .filter((each) => Number.isFinite(each.effect.getComputedTiming().endTime))
  .map((each) => each.finished.catch(() => {})))"""
SIDEWAYS = "document.documentElement.scrollWidth - window.innerWidth"
# What can be pressed and is too small for a finger. Links within a sentence are excepted (WCAG 2.2, 2.5.8), and so is
# what nobody sees.
SMALL_TARGETS = """() => [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
  .filter((each) => each.checkVisibility({opacityProperty: true, visibilityProperty: true}))
  .filter((each) => !each.closest('.visually-hidden, .skip-link, .leaflet-control-attribution'))
  .filter((each) => !(each.matches('a') && getComputedStyle(each).display === 'inline'))
  .map((each) => [each, each.getBoundingClientRect()])
  .filter(([, box]) => box.width && box.height && (box.width < 24 || box.height < 24))
  .map(([each, box]) => `${each.outerHTML.slice(0, 90)} ${Math.round(box.width)}x${Math.round(box.height)}`)"""
# Which worker plays which files, so that two have about the same to do.
GROUPS = {
    "test_accessibility": "browser-1",
    "test_boundary_editor": "browser-2",
    "test_flow": "browser-2",
    "test_duplicates": "browser-2",
    "test_hardship": "browser-2",
    "test_comments": "browser-2",
}

Opener = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))
            item.add_marker(pytest.mark.xdist_group(GROUPS.get(item.path.stem, "browser-3")))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM or not Path(CHROMIUM).exists():
        pytest.skip("no Chromium here (make test says where it looked)")
    # Playwright keeps an event loop in this thread, and Django would take every query for one made inside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def site(live_server: Any, sandbox: Sandbox, settings: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """The site's address, with Chicago, Cook County and Evanston answering, and maps without streets."""
    settings.SITE_URL = live_server.url
    settings.TILES_URL = ""
    monkeypatch.setitem(leaflet.app_settings, "TILES", [])  # it has read the settings long ago
    for key in ("chicago", "cook", "evanston"):
        make_city(sandbox, key)
    return str(live_server.url)


@pytest.fixture
def open_browser(browser: Browser) -> Iterator[Opener]:
    """Open a page of a new, empty browser; at the end no script may have failed and no cookie may be there."""
    contexts: list[tuple[BrowserContext, list[str]]] = []

    def opener(*, width: int = 1280, javascript: bool = True, cookies: bool = False, **options: Any) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 800}, java_script_enabled=javascript, bypass_csp=False, **options
        )
        context.set_default_timeout(PATIENCE)
        problems: list[str] = []
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on(
            "console",
            lambda message: problems.append(message.text) if "Content Security Policy" in message.text else None,
        )
        if not cookies:
            contexts.append((context, problems))
        return page

    yield opener
    found = [(context.cookies(), problems) for context, problems in contexts]
    for context, _problems in contexts:
        context.close()
    assert all(cookies == [] and problems == [] for cookies, problems in found), found


def picture(page: Page, name: str) -> None:
    """Keep what the page looks like, for people to look at; only where TEST_SCREENSHOTS is set, as it takes a while."""
    if os.environ.get("TEST_SCREENSHOTS"):
        SHOTS.mkdir(exist_ok=True)
        page.screenshot(path=SHOTS / f"{name}.png", full_page=True)


def accessibility_findings(page: Page, *, by_theme: bool = False) -> list[str]:
    """What axe finds on the page, by WCAG 2.2 AA and its best practices; `by_theme`: only what hangs on colours.

    Axe is kept from reading style sheets: no rule that is asked for needs it, and what it cannot read otherwise
    (an `@import`, a sheet that is still on its way) it puts into a style element, of which the policy complains.
    """
    # The page's own policy forbids foreign scripts; this one comes in through the debugger and is not the page's.
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    page.evaluate(SETTLED)
    rules = {"type": "rule", "values": BY_THEME} if by_theme else {"type": "tag", "values": WCAG}
    results = page.evaluate(
        "options => axe.run(document, options)",
        {"runOnly": rules, "resultTypes": ["violations"], "preload": {"assets": ["media"]}},
    )
    return [f"{found['id']}: {node['html'][:200]}" for found in results["violations"] for node in found["nodes"]]


def judged(page: Page, name: str) -> None:
    """Nothing that axe finds in the light nor in the dark, nothing that stands out sideways, every target large enough;
    and a picture of each. In the dark axe judges colours: the rest is the same page."""
    picture(page, name)
    assert accessibility_findings(page) == [], name
    page.emulate_media(color_scheme="dark")
    assert accessibility_findings(page, by_theme=True) == [], f"{name}, dark"
    picture(page, f"{name}-dark")
    page.emulate_media(color_scheme="light")
    assert page.evaluate(SIDEWAYS) <= 0, f"{name} scrolls sideways"
    assert page.evaluate(SMALL_TARGETS) == [], f"{name} has targets too small"
