"""allauth's pages: in the look of the site, safe against mail scanners, limited in number, never without an answer."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from reports.models import User
from tests.factories import make_user
from tests.views.account.conftest import ADDRESS

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse"
MANAGE = ["account_email", "account_change_password", "mfa_index", "account_logout", "mfa_list_webauthn"]
AGAIN_FIRST = ["mfa_activate_totp", "mfa_add_webauthn", "mfa_generate_recovery_codes"]


@pytest.fixture(autouse=True)
def _no_counts() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def show_who(client: Client) -> None:
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


@pytest.mark.parametrize("name", ["account_login", "account_signup", "account_reset_password"])
def test_the_ways_in_have_the_look_of_the_site(client: Client, name: str) -> None:
    page = client.get(reverse(name)).content.decode()
    assert 'class="site-header"' in page
    assert 'class="field__label"' in page
    assert 'class="input"' in page


@pytest.mark.parametrize(
    "name", ["account_inactive", "account_email_verification_sent", "account_reset_password_done", "account_deleted"]
)
def test_pages_that_only_say_something(client: Client, name: str) -> None:
    page = client.get(reverse(name)).content.decode()
    assert 'class="site-header"' in page
    assert page.count("<h1>") == 1


@pytest.mark.parametrize("name", MANAGE)
def test_the_pages_of_the_account_lead_back_to_it_and_have_its_menu(signed_in: Client, name: str) -> None:
    page = signed_in.get(reverse(name)).content.decode()
    assert 'class="back-link" href="/account/"' in page
    assert 'id="account-menu"' in page
    assert page.count("<h1>") == 1


@pytest.mark.parametrize("name", AGAIN_FIRST)
def test_what_opens_the_account_is_changed_after_the_password_alone(signed_in: Client, rosa: User, name: str) -> None:
    Authenticator.objects.create(user=rosa, type="webauthn", data={"name": "Phone", "credential": {}})
    assert signed_in.get(reverse(name))["Location"].startswith(reverse("account_reauthenticate"))
    Authenticator.objects.all().delete()
    show_who(signed_in)
    if name != "mfa_generate_recovery_codes":
        page = signed_in.get(reverse(name)).content.decode()
        assert page.count("<h1>") == 1
        assert 'id="account-menu"' in page


def test_a_wrong_password_is_named_and_linked_and_keeps_the_address(client: Client) -> None:
    make_user("ann@example.org")
    response = client.post(reverse("account_login"), {"login": "ann@example.org", "password": "wrong"})
    page = response.content.decode()
    assert 'class="error-summary"' in page
    assert 'value="ann@example.org"' in page


def test_an_empty_login_links_each_error_to_its_field(client: Client) -> None:
    page = client.post(reverse("account_login"), {}).content.decode()
    assert '<a href="#id_login">Email: This field is required.</a>' in page
    assert 'id="id_login_error"' in page
    assert 'aria-describedby="id_login_error"' in page


def test_guessing_passwords_is_stopped(client: Client, rosa: User) -> None:
    login = reverse("account_login")
    for _number in range(6):
        page = client.post(login, {"login": ADDRESS, "password": "wrong"}).content.decode()
    assert "Too many failed login attempts" in page
    right = client.post(login, {"login": ADDRESS, "password": PASSWORD})
    assert right.status_code == 200, "the right one does not tell either"


def test_too_many_of_a_network_get_a_page_of_ours(client: Client) -> None:
    for number in range(21):
        response = client.post(reverse("account_signup"), {"email": f"p{number}@example.org", "password1": "x"})
    assert response.status_code == 429
    assert "Too many tries" in response.content.decode()


def test_a_new_account_is_confirmed_by_a_button_and_not_by_opening_the_link(client: Client) -> None:
    client.post(reverse("account_signup"), {"email": "new@example.org", "password1": "a long sentence"})
    link = re.search(r"http://testserver(/accounts/confirm-email/\S+)", mail.outbox[0].body)
    assert link is not None
    scanner = Client()
    for method in (scanner.get, scanner.head):
        assert method(link[1]).status_code == 200
        assert not EmailAddress.objects.get(email="new@example.org").verified
    client.post(link[1])
    assert EmailAddress.objects.get(email="new@example.org").verified


def test_a_confirmation_that_is_forged(client: Client) -> None:
    address = EmailAddress.objects.create(user=make_user("new@example.org"), email="new@example.org", verified=False)
    keys = ("nonsense", "MQ:1abcde:nonsense", f"{address.pk}:{'x' * 43}")
    for key in keys:
        page = client.get(f"/accounts/confirm-email/{key}/")
        assert page.status_code == 200
        assert "<form" not in page.content.decode().split("<main")[1].split("</main>")[0]
        assert client.post(f"/accounts/confirm-email/{key}/").status_code == 404
    address.refresh_from_db()
    assert not address.verified


def test_whoever_signs_up_twice_is_told_by_mail_alone(client: Client, rosa: User) -> None:
    response = client.post(reverse("account_signup"), {"email": ADDRESS, "password1": "a long sentence"})
    assert response["Location"] == reverse("account_email_verification_sent")
    assert "You have an account already" in mail.outbox[0].subject


def test_every_page_of_the_app_that_shows_codes(signed_in: Client, rosa: User) -> None:
    show_who(signed_in)
    page = signed_in.get(reverse("mfa_activate_totp")).content.decode()
    secret = page.split('id="authenticator_secret"')[1].split('value="')[1].split('"')[0]
    response = signed_in.post(reverse("mfa_activate_totp"), {"code": code(secret)})
    assert response["Location"] == reverse("mfa_view_recovery_codes")
    for name in ("mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_deactivate_totp", "mfa_index"):
        assert signed_in.get(reverse(name)).content.decode().count("<h1>") == 1
    assert signed_in.get(reverse("mfa_download_recovery_codes")).status_code == 200
    page = signed_in.get(reverse("mfa_index")).content.decode()
    assert "10 of 10 are unused" in page


def test_the_second_factor_is_asked_for_after_the_password(client: Client, rosa: User) -> None:
    secret = generate_totp_secret()
    TOTP.activate(rosa, secret)
    response = client.post(reverse("account_login"), {"login": ADDRESS, "password": PASSWORD})
    assert response["Location"] == reverse("mfa_authenticate")
    page = client.get(reverse("mfa_authenticate")).content.decode()
    assert 'class="button js-only button--secondary"' in page, "the passkey needs scripts, the code does not"
    assert client.get("/account/").status_code == 302
    client.post(reverse("mfa_authenticate"), {"code": code(secret)})
    assert client.get("/account/").status_code == 200


# --- passkeys without a device ---------------------------------------------------------------------------------------

JUNK: list[Any] = [
    "", "nonsense", "[]", "1", "null", "{}", '{"id": "a"}', '{"id": "a", "rawId": "b"}',
    '{"rawId": "YQ", "response": {}}',
    '{"rawId": "YQ", "id": "YQ", "response": {"clientDataJSON": "e30", "attestationObject": "e30"}}',
    '{"rawId": "YQ", "id": "YQ", "response": {"clientDataJSON": "e30", "authenticatorData": "YQ", "signature": "YQ"}}',
    '{"rawId": "YQ", "response": {"userHandle": "AAAA", "clientDataJSON": "e30"}}', '{"x": "\\u0000"}', "\x00",
    json.dumps({"rawId": "Y" * 20_000}),
]  # fmt: skip


@pytest.mark.parametrize("credential", JUNK)
def test_junk_instead_of_a_passkey_signs_nobody_in(client: Client, rosa: User, credential: str) -> None:
    client.get(reverse("mfa_login_webauthn"), headers={"accept": "application/json"})
    response = client.post(reverse("mfa_login_webauthn"), {"credential": credential})
    assert response["Location"] == reverse("account_login")
    assert client.get("/account/").status_code == 302


@pytest.mark.parametrize("credential", JUNK)
def test_junk_is_no_passkey_of_an_account(signed_in: Client, rosa: User, credential: str) -> None:
    show_who(signed_in)
    signed_in.get(reverse("mfa_add_webauthn"))
    response = signed_in.post(reverse("mfa_add_webauthn"), {"credential": credential, "name": "Phone"})
    assert response.status_code == 200
    assert 'class="error-summary"' in response.content.decode()
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("credential", JUNK)
def test_junk_is_no_second_factor(client: Client, rosa: User, credential: str) -> None:
    TOTP.activate(rosa, generate_totp_secret())
    client.post(reverse("account_login"), {"login": ADDRESS, "password": PASSWORD})
    assert client.post(reverse("mfa_authenticate"), {"credential": credential}).status_code == 200
    assert client.get("/account/").status_code == 302


@pytest.mark.parametrize("name", ["mfa_edit_webauthn", "mfa_remove_webauthn"])
def test_a_passkey_of_somebody_else_is_not_there(signed_in: Client, name: str) -> None:
    theirs = Authenticator.objects.create(user=make_user(), type="webauthn", data={"name": "Theirs", "credential": {}})
    show_who(signed_in)
    for method in (signed_in.get, signed_in.post):
        assert method(reverse(name, args=[theirs.pk]), {"name": "Mine"}).status_code == 404
    assert Authenticator.objects.get().data["name"] == "Theirs"


def test_renaming_and_removing_a_passkey(signed_in: Client, rosa: User) -> None:
    mine = Authenticator.objects.create(user=rosa, type="webauthn", data={"name": "Phone", "credential": {}})
    assert "Phone" in signed_in.get(reverse("mfa_list_webauthn")).content.decode()
    show_who(signed_in)
    edit, remove = (reverse(name, args=[mine.pk]) for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"))
    for name in ("", "x" * 61, "a\x00"):
        assert signed_in.post(edit, {"name": name}).status_code == 200
    signed_in.post(edit, {"name": "Telephone"})
    assert "Telephone" in signed_in.get(reverse("mfa_list_webauthn")).content.decode()
    assert "Remove “Telephone”?" in signed_in.get(remove).content.decode()
    assert Authenticator.objects.exists()
    signed_in.post(remove)
    assert not Authenticator.objects.exists()
