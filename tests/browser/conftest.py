"""A real Chromium against the live test server, with the fake cities in process behind it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from reports.sandbox import Sandbox
from tests.cities import make_city

CHROMIUM = os.environ.get("TEST_CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
]  # fmt: skip
SHOTS = Path(__file__).parent / "screenshots"
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()

Opener = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM or not Path(CHROMIUM).exists():
        pytest.skip("no Chromium here (make test says where it looked)")
    # Playwright keeps an event loop in this thread, and Django would take every query for one made inside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def site(live_server: Any, sandbox: Sandbox, settings: Any) -> str:
    """The site's address, with Chicago, Cook County and Evanston answering."""
    settings.SITE_URL = live_server.url
    settings.TILES_URL = ""
    settings.LEAFLET_CONFIG = settings.LEAFLET_CONFIG | {"TILES": []}
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
        context.set_default_timeout(15_000)
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
    """Keep what the page looks like, for people to look at."""
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png", full_page=True)


def accessibility_findings(page: Page) -> list[str]:
    """What axe finds on the page, by WCAG 2.2 AA and its best practices."""
    # The page's own policy forbids foreign scripts; this one comes in through the debugger and is not the page's.
    page.evaluate(AXE)
    results = page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
    )
    return [f"{found['id']}: {node['html'][:200]}" for found in results["violations"] for node in found["nodes"]]
