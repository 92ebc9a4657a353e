"""Keys of mails: known again whatever a mail server does to an address, and never made by others."""

import pytest
from django.core import mail

from reports.models import Notification
from reports.notifications import keys, queue, send
from tests.factories import make_status_update
from tests.notifications.coming_back import BOUNCES, sent

pytestmark = pytest.mark.django_db


def test_a_key_names_its_mail_also_in_capitals() -> None:
    row = sent()
    key = keys.key_of(row)
    for given in (key, key.upper(), f" {key} "):
        named = keys.named_by(given)
        assert named is not None
        assert (named.row, named.address) == (row, "rosa@example.org")


def test_it_fits_into_an_address_with_the_longest_name_that_the_settings_take(settings) -> None:
    settings.MAIL_BOUNCES = f"{'b' * 27}@mail.example.org"
    row = sent()
    row.pk = 10**18 - 1
    local = keys.envelope(keys.key_of(row)).partition("@")[0]
    assert len(local) <= 64
    assert keys.key_in(f"<{local}@gateway.example.net>") == keys.key_of(row)


@pytest.mark.parametrize("change", [
    lambda key: key[:-1] + ("a" if key[-1] != "a" else "b"),
    lambda key: "c" + key[1:],
    lambda key: key[:1] + "9" + key[1:],
    lambda key: "",
    lambda key: key + "\x00",
    lambda key: "n" * 10_000,
    lambda key: "z1-aaaaaaaaaaaaaaaa",
    lambda key: "n99999999999999999999-aaaaaaaaaaaaaaaa",
])  # fmt: skip
def test_nobody_else_makes_one(change) -> None:
    assert keys.named_by(change(keys.key_of(sent()))) is None


def test_a_key_outlives_a_change_of_the_secret_and_not_its_mail(settings) -> None:
    row = sent()
    key = keys.key_of(row)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another"
    assert keys.named_by(key) is not None
    row.delete()
    assert keys.named_by(key) is None


@pytest.mark.parametrize("text", ["", "x", "@", "bounces@mail.example.org", "+@x", "\x00", "<<>>", "a+b" * 9999])
def test_an_address_without_a_key_has_none(text: str) -> None:
    assert keys.named_by(keys.key_in(text)) is None


def test_bounces_go_to_an_address_of_the_mail_and_people_see_the_sender(settings) -> None:
    settings.MAIL_GATHER, settings.MAIL_BOUNCES = 0, BOUNCES
    queue.enqueue(make_status_update(sent().subscription.service_request))
    assert send.send_due() == 1
    message = mail.outbox[0]
    row = Notification.objects.latest("pk")
    assert message.from_email == f"bounces+{keys.key_of(row)}@mail.example.org"
    assert message.message()["From"] == settings.DEFAULT_FROM_EMAIL
    assert message.message()[keys.HEADER] == keys.key_of(row)


def test_without_that_setting_the_envelope_is_the_sender_s(settings) -> None:
    settings.MAIL_GATHER = 0
    queue.enqueue(make_status_update(sent().subscription.service_request))
    send.send_due()
    assert mail.outbox[0].from_email == settings.DEFAULT_FROM_EMAIL
