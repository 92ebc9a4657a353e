"""The mails about accounts: calm, whole, and signed with the site's name rather than its host."""

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as conf
from django.core import mail
from django.test import Client

from reports.models import User
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def account() -> User:
    user = make_user("rosa@example.org")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def only_mail() -> tuple[str, str]:
    (message,) = mail.outbox
    body = str(message.body)
    assert body.endswith(f"-- \n{conf.SITE_NAME}")
    assert "Hello from" not in body
    assert "!" not in body
    return message.subject, body


def test_an_address_is_confirmed_by_a_link(client: Client) -> None:
    client.post("/accounts/signup/", {"email": "ana@example.org", "password1": "long enough 77"})
    subject, body = only_mail()
    assert subject == "Please confirm your e-mail address"
    assert "http://testserver/accounts/confirm-email/" in body
    assert "do nothing" in body


def test_somebody_who_has_an_account_is_told_only_by_mail(client: Client) -> None:
    account()
    client.post("/accounts/signup/", {"email": "rosa@example.org", "password1": "long enough 77"})
    subject, body = only_mail()
    assert subject == "You have an account already"
    assert "rosa@example.org" in body


def test_a_new_password_is_chosen_by_a_link(client: Client) -> None:
    account()
    client.post("/accounts/password/reset/", {"email": "rosa@example.org"})
    subject, body = only_mail()
    assert subject == "Choose a new password"
    assert "http://testserver/accounts/password/reset/key/" in body


def test_a_stranger_who_asks_for_a_new_password_is_told_there_is_no_account(client: Client) -> None:
    client.post("/accounts/password/reset/", {"email": "nobody@example.org"})
    subject, body = only_mail()
    assert subject == "There is no account with this address"
    assert "http://testserver/accounts/signup/" in body


def test_a_changed_password_is_told_with_what_to_do_if_it_was_somebody_else(client: Client, settings) -> None:
    settings.ACCOUNT_EMAIL_NOTIFICATIONS = True
    client.force_login(account())
    data = {"oldpassword": "correct horse", "password1": "quite another 88", "password2": "quite another 88"}
    client.post("/accounts/password/change/", data)
    _subject, body = only_mail()
    assert "If that was not you, change your password now." in body
    assert "127.0.0.1" in body
