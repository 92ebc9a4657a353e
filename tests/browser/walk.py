"""The way of a report through the pages in any language: fields are found by their names and not by their words."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, expect

RATS: Final = "Rodent Baiting / Rat Complaint"
Look = Callable[[Page, str], None]


def go_on(page: Page) -> None:
    """Press the page's main button."""
    page.locator("main form .actions button[type=submit]").last.click()
    page.wait_for_load_state()


def choose(page: Page, service: str) -> None:
    """Tick a service on the service page, in whichever group it stands."""
    radio = page.get_by_role("radio", name=service, exact=True)
    if not radio.is_visible():
        page.locator("details[data-group], details").filter(has=page.get_by_text(service, exact=True)).last.locator(
            "summary"
        ).first.click()
    radio.check()


def walk(page: Page, start: str, look: Look, photo: Path | None = None) -> None:
    """File a report of rats in Chicago from the place page at `start` to the report's own page; `look` sees each."""
    page.goto(f"{start}?lat=41.8837&long=-87.6320")
    look(page, "place")
    go_on(page)
    look(page, "service")
    choose(page, RATS)
    go_on(page)
    look(page, "questions")
    go_on(page)
    expect(page.locator(".error-summary")).to_be_visible()
    look(page, "questions-error")
    page.locator("main .field--error input[type=checkbox]").first.check()
    page.locator("textarea[name=description]").fill("Rats at dusk behind the bins.")
    go_on(page)
    if photo:
        page.locator("input[type=file]").set_input_files(photo)
        add = page.locator("button[name=add]")
        if add.is_visible():
            add.click()
        expect(page.locator("main .photos img").first).to_be_visible()
    look(page, "photos")
    go_on(page)
    look(page, "contact")
    page.locator("input[name=email]").fill("rosa@example.org")
    page.locator("input[name=tell_me]").check()
    go_on(page)
    look(page, "check")
    go_on(page)
    expect(page.locator(".panel__reference")).to_be_visible()
    look(page, "done")
    page.locator("main a.button").first.click()
    page.wait_for_load_state()
    look(page, "request")
