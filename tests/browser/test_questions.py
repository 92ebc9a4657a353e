"""The list of services that folds, and questions that come and go, with JavaScript and without."""

import pytest
from playwright.sync_api import Page, expect

from reports.dialects.shown_if import Comparison
from reports.forms.conditional import holds, read
from reports.forms.questions import plain_number
from reports.models import CallNowRule, Service, ServiceOverride, ServiceRequest
from reports.sandbox import Sandbox
from tests.browser.conftest import Opener, judged, picture
from tests.cities import do_what_is_due
from tests.factories import make_service_request

CHICAGO, EVANSTON = "?lat=41.8837&long=-87.6320", "?lat=42.0451&long=-87.6877"
TRASH = "Missed trash, recycling or yard waste"
JAVASCRIPT = [pytest.param(True, id="javascript"), pytest.param(False, id="no javascript")]


def go_on(page: Page) -> None:
    page.get_by_role("button", name="Continue", exact=True).last.click()
    page.wait_for_load_state()


def at(page: Page, site: str, place: str) -> None:
    page.goto(f"{site}/report/{place}")
    go_on(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("What is the problem?")


def look(page: Page, name: str, javascript: bool) -> None:
    judged(page, name) if javascript else picture(page, name)


def has_question(page: Page, code: str) -> bool:
    return page.locator(f"[data-question={code}]").is_visible()


@pytest.mark.parametrize("javascript", JAVASCRIPT)
def test_groups_fold_and_open_for_what_is_searched(site: str, open_browser: Opener, javascript: bool) -> None:
    page = open_browser(width=360, javascript=javascript)
    at(page, site, CHICAGO)
    folds = page.locator("main details")
    assert folds.count() > 3
    assert page.locator("main details[open]").count() == 1
    look(page, f"360-{'js' if javascript else 'nojs'}-folded", javascript)
    page.locator("main details summary").nth(1).click()
    assert page.locator("main details[open]").count() == 2
    page.get_by_label("Search in the list").fill("ratas")
    if not javascript:
        page.get_by_role("button", name="Search", exact=True).click()
    rats = page.get_by_role("radio", name="Rodent Baiting / Rat Complaint", exact=True)
    expect(rats).to_be_visible()
    rats.check()
    page.get_by_label("Search in the list").fill("")
    if not javascript:
        page.get_by_role("button", name="Search", exact=True).click()
    else:
        expect(page.locator("main details[open]")).to_have_count(3)  # the two from before, and the chosen one's
    go_on(page)


def test_the_browser_and_the_server_read_the_same_of_every_condition(site: str, open_browser: Opener) -> None:
    texts = ["", "a", "b", "3", "3.0", "-2", "1_0", "nan", "inf", "0x10", "1e3", ".5", "5.", "\u0663", "ab"]
    wanted: list[list[str | int | float]] = [[], ["a"], ["3"], [3], ["a", 3], ["b", "b"], [-2.5], ["x"], ["1e3"]]
    given = [[], *([text] for text in texts if text), ["a", "b"], ["a", "a"], ["3", "4"]]
    cases = [
        ({clause: [{"code": "A", test.value: each}, {"code": "B", "is": []}]}, answers)
        for clause in ("all", "any") for test in Comparison for each in wanted for answers in given
    ]  # fmt: skip
    typed = [*texts, " 3 ", "1\u00a0000", "\u22122,5", "1,2,3", "\u0661\u0662", "\U0001d7d7", "\u202f7", "é"]
    page = open_browser(width=360)
    at(page, site, CHICAGO)
    address = page.locator("script[src*='js/service']").get_attribute("src") or ""
    found = page.evaluate(
        """async ([address, cases, typed]) => {
            const { holds, plainNumber } = await import(address);
            const met = cases.map(([rule, given]) => holds(JSON.stringify(rule), new Map([["A", given]])));
            return [met, typed.map(plainNumber)];
        }""",
        [address.replace("js/service", "js/conditional"), cases, typed],
    )
    assert found[0] == [holds(read(rule), {"A": answers}) for rule, answers in cases]
    assert found[1] == [plain_number(text) for text in typed]
    assert any(found[0])
    assert not all(found[0])


def test_the_list_by_keyboard_alone(site: str, open_browser: Opener) -> None:
    page = open_browser(width=360)
    at(page, site, CHICAGO)
    summary = page.locator("main details summary").nth(2)
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    chosen = page.locator("input[name=service]:checked")
    assert chosen.count() == 1
    assert summary.locator("..").locator("input:checked").count() == 1
    page.keyboard.press("ArrowDown")
    assert page.locator("input[name=service]:checked").count() == 1
    page.keyboard.press("Enter")
    page.wait_for_load_state()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("What is the problem?")


@pytest.mark.parametrize("javascript", JAVASCRIPT)
def test_questions_that_depend_on_answers(site: str, sandbox: Sandbox, open_browser: Opener, javascript: bool) -> None:
    way = f"360-{'js' if javascript else 'nojs'}"
    page = open_browser(width=360, javascript=javascript)
    at(page, site, EVANSTON)
    page.get_by_label("Search in the list").fill("garbage")
    if not javascript:
        page.get_by_role("button", name="Search", exact=True).click()
    page.get_by_role("radio", name=TRASH, exact=True).check()
    go_on(page)
    assert not has_question(page, "YARDHOW")
    assert not page.get_by_label("At the side door").is_visible()
    look(page, f"{way}-conditional-before", javascript)
    page.locator("input[name$=DAY_date]").fill("2026-11-20")
    page.locator("input[name$=DAY_time]").fill("07:00")
    page.get_by_label("Yard waste", exact=True).check()
    page.get_by_label("Food scraps", exact=True).check()
    if not javascript:
        go_on(page)
        expect(page.locator("main [role=status]").first).to_contain_text("further questions")
        assert page.locator(".error-summary").count() == 0
        assert page.get_by_label("Yard waste", exact=True).is_checked()
    assert has_question(page, "YARDHOW")
    page.get_by_label("At the side door").check()
    page.get_by_label("In bundles").check()
    if not javascript:
        go_on(page)
    assert has_question(page, "BUNDLES")
    look(page, f"{way}-conditional-after", javascript)
    if javascript:
        focused = page.evaluate("document.activeElement.value")
        assert focused == "BUNDLE"  # whatever appears leaves the focus where it was
        page.get_by_label("In paper bags").check()
        assert not has_question(page, "BUNDLES")
        assert has_question(page, "BAGNOTE")
        page.get_by_label("In bundles").check()
    page.locator("[data-question=BUNDLES] input").fill("4")
    go_on(page)
    go_on(page)
    go_on(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Report received")
    request = ServiceRequest.objects.get()
    given = {each["code"]: [value["key"] for value in each["values"]] for each in request.attributes}
    assert given | {"DAY": []} == {
        "DAY": [],
        "WHICH": ["YARD", "FOOD"],
        "YARDHOW": ["BUNDLE"],
        "BUNDLES": ["4"],
        "SPOT": ["DOOR"],
    }
    do_what_is_due(request.endpoint)
    (received,) = sandbox.control.received()["cities"]["evanston"]["requests"]
    assert received["attributes"]["BUNDLES"] == ["4"]


@pytest.mark.parametrize("javascript", JAVASCRIPT)
def test_words_of_an_emergency_say_whom_to_call(site: str, open_browser: Opener, javascript: bool) -> None:
    CallNowRule.objects.create(words="gas leak, huele a gas", message="Go outside and call 911.", phone="911")
    page = open_browser(width=360, javascript=javascript)
    at(page, site, EVANSTON)
    page.get_by_label("Search in the list").fill("graffiti")
    if not javascript:
        page.get_by_role("button", name="Search", exact=True).click()
    page.get_by_role("radio", name="Graffiti", exact=True).check()
    go_on(page)
    page.locator("textarea[name=description]").press_sequentially("Paint, and a GAS  leak beside it.")
    if javascript:
        expect(page.locator("[data-call-first-said]")).to_contain_text("Go outside and call 911.")
        assert page.locator("[data-call-first-said] a").get_attribute("href") == "tel:911"
        look(page, "360-js-call-while-typing", javascript)
    go_on(page)
    expect(page.get_by_role("alert")).to_contain_text("Go outside and call 911.")
    expect(page.locator("textarea[name=description]")).to_have_value("Paint, and a GAS  leak beside it.")
    look(page, f"360-{'js' if javascript else 'nojs'}-call-first", javascript)
    page.get_by_role("button", name="I have called, or it is not an emergency: go on").click()
    expect(page.locator("input[type=file]")).to_be_attached()


def test_what_is_reported_most_here_no_service_that_fits_and_one_to_call_about(site: str, open_browser: Opener) -> None:
    signal = Service.objects.filter(endpoint__jurisdiction__slug="chicago").order_by("pk").first()
    assert signal is not None
    make_service_request(signal, lat=41.8937, long=-87.6320)  # near, and not so near that it is asked about
    ServiceOverride.objects.create(service=signal, call_now="Call 911 where it blocks the road.")
    page = open_browser(width=768)
    at(page, site, CHICAGO)
    expect(page.get_by_role("group", name="Most reported here")).to_be_visible()
    look(page, "768-service", javascript=True)
    page.locator("#service-none").check()
    go_on(page)
    look(page, "768-none-fits", javascript=True)
    page.get_by_role("link", name="Back to the list").click()
    page.get_by_role("radio", name=signal.service_name, exact=True).check()
    go_on(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Call first")
    look(page, "768-call-now", javascript=True)
    page.get_by_role("button", name="It is not urgent, go on with the report").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(signal.service_name)
