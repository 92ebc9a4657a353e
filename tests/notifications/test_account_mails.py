"""The mails about accounts: calm, whole, and signed with the site's name rather than its host."""

from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as conf
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client

from reports.models import StopReason, User
from reports.notifications import bounces, keys, stops
from tests.factories import make_user
from tests.notifications.away import AWAY
from tests.notifications.coming_back import BOUNCES

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


def test_it_is_html_too_with_a_button_for_its_link(client: Client) -> None:
    account()
    client.post("/accounts/password/reset/", {"email": "rosa@example.org"})
    (message,) = mail.outbox
    assert isinstance(message, mail.EmailMultiAlternatives)
    html, kind = message.alternatives[0]
    assert kind == "text/html"
    assert 'class="button" href="http://testserver/accounts/password/reset/key/' in str(html)
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"


def test_it_is_in_the_language_of_the_account_whatever_the_page_s(client: Client) -> None:
    user = account()
    user.locale = "es"
    user.save()
    client.post("/accounts/password/reset/", {"email": "rosa@example.org"})
    assert mail.outbox[0].subject == "Elija una contraseña nueva"
    assert '<html lang="es"' in str(mail.outbox[0].alternatives[0][0])  # type: ignore[attr-defined]


def test_nothing_goes_to_a_stopped_address_and_the_page_says_the_same(client: Client) -> None:
    account()
    told = client.post("/accounts/password/reset/", {"email": "rosa@example.org"})
    mail.outbox.clear()
    stops.stop("rosa@example.org", StopReason.BOUNCED)
    again = client.post("/accounts/password/reset/", {"email": "rosa@example.org"})
    assert (again.status_code, again.headers.get("Location")) == (told.status_code, told.headers.get("Location"))
    assert mail.outbox == []


COULD_NOT = "The mail could not be sent just now. Ask for it again in a few minutes."
SIGN_UP, RESET = "/accounts/signup/", "/accounts/password/reset/"


def said(client: Client, url: str, email: str) -> tuple[list[str], str]:
    """What the page says to whoever asks with this address, and which page it is."""
    data = {"email": email, "password1": "long enough 77"}
    response = client.post(url, data, follow=True)
    assert response.status_code == 200
    return [str(message) for message in response.context["messages"]], response.request["PATH_INFO"]


@pytest.mark.parametrize("url", [SIGN_UP, RESET])
def test_while_the_server_is_away_everybody_is_told_so_and_nobody_who_has_an_account(
    url: str, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    account()
    make_user("max@example.org")
    stops.stop("max@example.org", StopReason.BOUNCED)
    settings.EMAIL_BACKEND = AWAY
    told = [said(Client(), url, email) for email in ("rosa@example.org", "nobody@example.org", "max@example.org")]
    assert told[0][0] == [COULD_NOT]
    assert told[0] == told[1] == told[2]
    assert mail.outbox == []
    assert "was not sent: SMTPServerDisconnected" in caplog.text
    assert "@example.org" not in caplog.text


def test_a_mail_that_could_not_be_sent_is_sent_when_it_is_asked_for_again(client: Client, settings: Any) -> None:
    account()
    working, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, AWAY
    said(client, RESET, "rosa@example.org")
    settings.EMAIL_BACKEND = working
    assert said(client, RESET, "rosa@example.org")[0] == []
    assert only_mail()[0] == "Choose a new password"


def test_what_is_done_is_done_also_where_it_cannot_be_told(client: Client, settings: Any) -> None:
    settings.EMAIL_BACKEND = AWAY
    user = account()
    client.force_login(user)
    data = {"oldpassword": "correct horse", "password1": "quite another 88", "password2": "quite another 88"}
    page = client.post("/accounts/password/change/", data, follow=True)
    assert COULD_NOT not in [str(message) for message in page.context["messages"]], "nobody waits for that mail"
    user.refresh_from_db()
    assert user.check_password("quite another 88")


def test_an_address_that_the_server_does_not_know_is_asked_about_once(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: EmailBackend, messages: Any) -> int:
        raise SMTPRecipientsRefused({messages[0].to[0]: (550, b"5.1.1 no such user")})

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    assert said(client, SIGN_UP, "ana@example.org")[0] == [COULD_NOT]
    assert stops.reason_of("ana@example.org") == StopReason.REFUSED


@pytest.mark.parametrize("confirmed", [True, False])
def test_what_comes_back_stops_the_address(client: Client, settings: Any, confirmed: bool) -> None:
    settings.MAIL_BOUNCES = BOUNCES
    if confirmed:
        account()
    else:
        make_user("Rosa@example.org")  # made by a volunteer: allauth has no row of the address
    client.post(RESET, {"email": "rosa@example.org"})
    (message,) = mail.outbox
    assert message.message()["From"] == settings.DEFAULT_FROM_EMAIL
    key = keys.key_in(message.from_email)
    assert message.extra_headers[keys.HEADER] == key
    assert bounces.take_failure(key, "5.2.2", "mailbox full").done is bounces.Done.COUNTED
    assert not stops.is_stopped("rosa@example.org")
    assert bounces.take_failure(key, "5.1.1", "nobody <rosa@example.org>").done is bounces.Done.STOPPED
    assert stops.reason_of("rosa@example.org") == StopReason.BOUNCED
    User.objects.all().delete()
    assert keys.named_by(key) is None


def test_to_nobody_s_address_there_is_no_key(client: Client, settings: Any) -> None:
    settings.MAIL_BOUNCES = BOUNCES
    client.post(RESET, {"email": "nobody@example.org"})
    (message,) = mail.outbox
    assert message.from_email == settings.DEFAULT_FROM_EMAIL
    assert keys.HEADER not in message.extra_headers
