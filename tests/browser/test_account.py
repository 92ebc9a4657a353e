"""The pages of an account in a browser: axe on every one, a passkey made and used, and all of it without scripts.

Chromium plays the device that keeps the passkey (the WebAuthn domain of its debugging protocol).
"""

import os
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.urls import reverse
from playwright.sync_api import Page, expect

from reports import clock
from reports.models import (
    Contact,
    Draft,
    PublicStatus,
    ServiceRequest,
    Subscription,
    User,
    WatchArea,
    WatchSubscription,
)
from tests.browser.conftest import Opener, judged, picture
from tests.factories import make_service_request, make_user, square

ADDRESS, PASSWORD = "rosa@example.org", "correct horse"
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
WAYS_IN = ["account_login", "account_signup", "account_reset_password", "account_email_verification_sent"]
OUR_PAGES = [
    "account", "account_following", "account_drafts", "account_contact", "account_mails", "account_copy",
    "account_delete",
]  # fmt: skip
ALLAUTHS = ["account_email", "account_change_password", "account_logout", "mfa_index", "mfa_list_webauthn"]
AFTER_PASSWORD = ["account_download", "mfa_add_webauthn", "mfa_activate_totp"]
WITH_PASSKEY = ["mfa_edit_webauthn", "mfa_remove_webauthn", "account_reauthenticate"]


@pytest.fixture
def rosa(site: str) -> User:
    """Somebody with a report of every kind, one that she follows, an area, and an unfinished report."""
    account = make_user(ADDRESS)
    EmailAddress.objects.create(user=account, email=ADDRESS, verified=True, primary=True)
    EmailAddress.objects.create(user=account, email="rosa.with.a.very.long.name@mail.example.org")
    reports = [make_service_request(account=account) for _each in range(3)]
    reports.append(make_service_request())
    Contact.objects.create(service_request=reports[3], email=ADDRESS)
    ServiceRequest.objects.filter(pk=reports[0].pk).update(hidden=True, status=PublicStatus.IN_PROGRESS)
    ServiceRequest.objects.filter(pk=reports[1].pk).update(held_at=clock.now())
    Subscription.objects.create(service_request=reports[2], email=ADDRESS, by_reporter=True)
    Subscription.objects.create(service_request=make_service_request(), email=ADDRESS, ended_at=clock.now())
    for name, ended_at in (("Round the school", None), ("Downtown", clock.now())):
        area = WatchArea.objects.create(name=name, shape=square())
        facts = {"email": ADDRESS, "confirmed_at": clock.now(), "ended_at": ended_at}
        WatchSubscription.objects.create(area=area, **facts)
    Draft.objects.create(account=account, answers={"location": {"address_string": "12 Main Street, Springfield"}})
    return account


def sign_in(page: Page, site: str) -> None:
    page.goto(site + reverse("account_login"))
    page.get_by_label("Email").fill(ADDRESS)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(site + reverse("account"))


def show_who(page: Page) -> None:
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()


def look(page: Page, name: str) -> None:
    judged(page, f"account-{name}")
    if os.environ.get("TEST_SCREENSHOTS"):
        page.set_viewport_size({"width": 1280, "height": 800})
        picture(page, f"account-{name}-wide")
        page.emulate_media(color_scheme="dark")
        picture(page, f"account-{name}-wide-dark")
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 360, "height": 800})


def look_at_all(page: Page, site: str, names: list[str]) -> None:
    for name in names:
        keys = Authenticator.objects.filter(type="webauthn").values_list("pk", flat=True)
        page.goto(site + reverse(name, args=keys[:1] if name in ("mfa_edit_webauthn", "mfa_remove_webauthn") else []))
        expect(page.locator("h1")).to_have_count(1)
        look(page, name)


def test_every_way_in(site: str, open_browser: Opener) -> None:
    look_at_all(open_browser(width=360, cookies=True, reduced_motion="reduce"), site, [*WAYS_IN, "account_deleted"])


def test_every_page_of_an_account(site: str, rosa: User, open_browser: Opener) -> None:
    page = open_browser(width=360, cookies=True, reduced_motion="reduce")
    sign_in(page, site)
    look_at_all(page, site, [*OUR_PAGES, *ALLAUTHS])


def test_every_page_behind_the_password(site: str, rosa: User, open_browser: Opener) -> None:
    page = open_browser(width=360, cookies=True, reduced_motion="reduce")
    sign_in(page, site)
    EmailAddress.objects.filter(verified=False).delete()  # allauth adds no second factor before every one is confirmed
    page.goto(site + reverse("account_download"))
    show_who(page)
    expect(page.get_by_role("button", name="Download the copy")).to_be_visible()
    look_at_all(page, site, AFTER_PASSWORD)
    Authenticator.objects.create(user=rosa, type="webauthn", data={"name": "Telephone", "credential": {}})
    look_at_all(page, site, WITH_PASSKEY)


def test_a_passkey_is_made_and_signs_in_alone(site: str, rosa: User, open_browser: Opener) -> None:
    EmailAddress.objects.filter(verified=False).delete()
    page = open_browser(width=360, cookies=True, reduced_motion="reduce")
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    made = device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    sign_in(page, site)
    page.goto(site + reverse("mfa_index"))
    page.get_by_role("link", name="Add a passkey").click()
    show_who(page)
    page.get_by_label("Name, to tell it from others").fill("Telephone")
    page.get_by_role("button", name="Add it").click()
    expect(page.locator("h1")).to_have_text("Recovery Codes")
    look(page, "mfa_view_recovery_codes")
    page.goto(site + reverse("mfa_list_webauthn"))
    expect(page.get_by_text("Signs you in alone")).to_be_visible()
    key = Authenticator.objects.get(type="webauthn")
    page.goto(site + reverse("account_logout"))
    page.locator("main form button[type=submit]").click()

    page.goto(f"{site}{reverse('account_login')}?next={reverse('account_mails')}")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url(site + reverse("account_mails"))
    assert Authenticator.objects.get(pk=key.pk).last_used_at is not None

    page.goto(site + reverse("account_logout"))
    page.locator("main form button[type=submit]").click()
    device.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": made["authenticatorId"]})
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE | {"isUserVerified": False}})
    page.goto(site + reverse("account_login"))
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert").filter(has_text="Nothing was done")).to_be_visible()
    assert problems == []


def test_all_of_it_without_scripts(site: str, rosa: User, open_browser: Opener, tmp_path: Path) -> None:
    page = open_browser(width=360, cookies=True, javascript=False)
    page.goto(site + reverse("account_login"))
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    expect(page.get_by_text("Passkeys need JavaScript")).to_be_visible()
    sign_in(page, site)
    page.get_by_role("button", name="Stop").first.click()
    expect(page.get_by_text("no longer go to")).to_be_visible()
    page.get_by_role("link", name="A copy of everything").click()
    page.get_by_role("link", name="Go on").click()
    show_who(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the copy").click()
    download.value.save_as(tmp_path / "copy.zip")
    assert (tmp_path / "copy.zip").read_bytes()[:2] == b"PK"
    page.get_by_role("link", name="Delete the account").click()
    page.get_by_label("They stay, without my name").check()
    page.get_by_role("button", name="Delete the account").click()
    expect(page.locator("h1")).to_have_text("The account is deleted")
    assert not User.objects.exists()
    assert ServiceRequest.objects.filter(account=None).count() == 5
