"""The pages turned round, as a language that is written from right to left would have them."""

from collections.abc import Callable

from playwright.sync_api import Page

Opener = Callable[..., Page]


def test_turned_round_nothing_sticks_out_sideways(site: str, open_browser: Opener) -> None:
    page = open_browser(width=360)
    for path in ("/", "/report/", "/requests/", "/privacy/"):
        page.goto(site + path)
        page.evaluate("document.documentElement.dir = 'rtl'")
        sides = page.evaluate(
            """() => ({
                scrolls: document.documentElement.scrollWidth - document.documentElement.clientWidth,
                name: document.querySelector(".site-name").getBoundingClientRect(),
            })"""
        )
        assert sides["scrolls"] <= 0, path
        assert sides["name"]["right"] > 360 - 60, f"the site's name begins at the right of {path}"


def test_the_way_back_points_the_other_way(site: str, open_browser: Opener) -> None:
    page = open_browser(width=360)
    page.goto(f"{site}/report/")
    page.evaluate("document.documentElement.dir = 'rtl'")
    turned = page.locator(".back-link .icon").first.evaluate("icon => getComputedStyle(icon).transform")
    assert turned == "matrix(-1, 0, 0, 1, 0, 0)"
