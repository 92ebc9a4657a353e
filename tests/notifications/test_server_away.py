"""A real mail server that is stopped and started: nothing is lost, and nothing leaves twice."""

import re
import smtplib
import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.mail.backends.locmem import EmailBackend

from reports import clock
from reports.models import Notification, NotificationState, Subscription
from reports.notifications import keys, mail_rows, queue, send
from tests.factories import make_status_update
from tests.mail_server import CUT, MailServer
from tests.notifications.away import AWAY
from tests.notifications.coming_back import BOUNCES

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings: Any) -> Any:
    settings.EMAIL_BACKEND = "reports.notifications.watched_smtp.WatchedBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_USE_TLS, settings.EMAIL_TIMEOUT, settings.MAIL_GATHER = False, 5, 0
    settings.MAIL_BOUNCES = BOUNCES
    server = MailServer()
    settings.EMAIL_PORT = server.port
    yield server
    server.close()


def owe(number: int) -> None:
    for each in range(number):
        update = make_status_update()
        Subscription.objects.create(service_request=update.service_request, email=f"person{each}@example.org")
        queue.enqueue(update)


def run(server: MailServer) -> MailServer:
    threading.Thread(target=server.run, daemon=True).start()
    return server


def sweep(after: timedelta) -> int:
    with clock.at(clock.now() + after):
        return send.send_due()


def test_what_was_owed_while_it_was_away_leaves_once_when_it_is_back(server: MailServer, settings: Any) -> None:
    owe(3)
    server.close()
    for attempt in range(4):
        assert sweep(timedelta(minutes=10 * attempt)) == 0
    assert {row.state for row in Notification.objects.all()} == {NotificationState.QUEUED}
    back = run(MailServer())
    settings.EMAIL_PORT = back.port
    assert sweep(timedelta(hours=1)) == 3
    assert sweep(timedelta(hours=2)) == 0
    assert len(back.letters) == 3
    assert sorted(re.findall(r"RCPT TO:<(\S+)>", "\n".join(back.commands))) == [
        f"person{each}@example.org" for each in range(3)
    ]
    back.close()


def test_the_envelope_names_the_mail_and_people_see_the_sender(server: MailServer, settings: Any) -> None:
    run(server)
    owe(1)
    assert sweep(timedelta(0)) == 1
    [sender] = re.findall(r"MAIL FROM:<(\S+)>", "\n".join(server.commands))
    named = keys.named_by(keys.key_in(sender))
    assert named is not None
    assert named.address == "person0@example.org"
    assert f"From: {settings.DEFAULT_FROM_EMAIL}" in server.letters[0]


def test_a_server_that_hangs_up_after_taking_a_mail_may_have_it_and_gets_no_second_one(server: MailServer) -> None:
    run(server)
    owe(2)
    server.says["content"] = CUT
    assert sweep(timedelta(0)) == 0
    del server.says["content"]
    assert sweep(timedelta(days=1)) == 0
    assert {row.state for row in Notification.objects.all()} == {NotificationState.FAILED}
    assert len(server.letters) == 2


def test_a_server_that_hangs_up_before_the_mail_left_gets_it_later(server: MailServer) -> None:
    run(server)
    owe(1)
    server.says["DATA"] = CUT
    assert sweep(timedelta(0)) == 0
    assert Notification.objects.get().state == NotificationState.QUEUED
    del server.says["DATA"]
    assert sweep(timedelta(minutes=10)) == 1
    assert len(server.letters) == 1


def test_a_server_that_is_away_for_a_week_loses_nothing(server: MailServer, settings: Any) -> None:
    owe(1)
    server.close()
    for hour in range(0, 7 * 24, 3):
        assert sweep(timedelta(hours=hour)) == 0
    back = run(MailServer())
    settings.EMAIL_PORT = back.port
    assert sweep(timedelta(days=8)) == 1
    back.close()


REFUSED_AT_THE_DOOR = {
    "greeting": {"greeting": "421 too many connections"},
    "hello": {"EHLO": "421 later", "HELO": "421 later"},
    "password": {"EHLO": "250-hello\r\n250 AUTH PLAIN", "AUTH": "535 5.7.8 wrong password"},
    "tokens": {"EHLO": "250-hello\r\n250 AUTH PLAIN", "AUTH": "454 4.7.0 not now"},
    "tls": {"EHLO": "250-hello\r\n250 STARTTLS", "STARTTLS": "454 4.7.0 no TLS just now"},
}


@pytest.mark.parametrize("says", REFUSED_AT_THE_DOOR.values(), ids=REFUSED_AT_THE_DOOR)
def test_a_server_that_lets_nobody_in_for_days_loses_nothing(
    server: MailServer, settings: Any, says: dict[str, str]
) -> None:
    run(server)
    if "AUTH" in says:
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "reports", "former"
    settings.EMAIL_USE_TLS = "STARTTLS" in says
    server.says |= says
    owe(3)
    for hour in range(20):
        before = server.connections
        assert sweep(timedelta(hours=3 * hour)) == 0
        assert server.connections == before + 1, "the others wait for the same server"
    assert {(row.state, row.attempts) for row in Notification.objects.all()} == {(NotificationState.QUEUED, 0)}
    assert not [line for line in server.commands if line.startswith("MAIL")]
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = False
    server.says.clear()
    assert sweep(timedelta(days=3)) == 3


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_one_mail_at_which_the_server_hangs_up_keeps_no_other_and_is_given_up(server: MailServer, step: str) -> None:
    run(server)
    owe(1)
    server.says[step] = CUT
    assert sweep(timedelta(0)) == 0
    row = Notification.objects.get()
    assert (row.state, row.attempts) == (NotificationState.QUEUED, 1)
    for each in range(2, mail_rows.TRIES + 1):
        assert sweep(timedelta(hours=3 * each)) == 0
    assert Notification.objects.get().state == NotificationState.FAILED
    assert server.connections == mail_rows.TRIES


def test_a_mail_behind_one_that_the_server_hangs_up_at_leaves_in_the_same_run(server: MailServer) -> None:
    run(server)
    owe(2)
    server.says["RCPT TO:<person0@example.org>"] = CUT
    assert sweep(timedelta(0)) == 1
    states = dict(Notification.objects.values_list("subscription__email", "state"))
    assert states == {
        "person0@example.org": NotificationState.QUEUED,
        "person1@example.org": NotificationState.SENT,
    }


def test_a_server_that_fails_as_it_says_goodbye_has_the_mail(server: MailServer) -> None:
    run(server)
    owe(1)
    server.says["QUIT"] = "x" * 10_000
    assert sweep(timedelta(0)) == 1
    assert sweep(timedelta(hours=3)) == 0
    assert len(server.letters) == 1


def test_a_worker_killed_after_the_server_took_the_mail_sends_no_second_one(server: MailServer) -> None:
    run(server)
    owe(1)
    Notification.objects.update(state=NotificationState.SENDING, lease_until=clock.now())
    assert sweep(mail_rows.LEASE) == 0
    assert Notification.objects.get().state == NotificationState.FAILED
    assert server.letters == []


def test_an_address_that_the_server_does_not_know_is_asked_about_once(server: MailServer) -> None:
    run(server)
    owe(2)
    server.says["RCPT TO:<person0@example.org>"] = "550 5.1.1 no such user"
    assert sweep(timedelta(0)) == 1
    owe_again = make_status_update()
    Subscription.objects.create(service_request=owe_again.service_request, email="person0@example.org")
    queue.enqueue(owe_again)
    assert sweep(timedelta(hours=3)) == 0
    assert "\n".join(server.commands).count("person0@example.org") == 1


def pauses(count: int, now: datetime) -> tuple[list[timedelta], datetime]:
    """How long the one mail waits after each of so many tries that fail, and when the next one is due."""
    found = []
    for _try in range(count):
        with clock.at(now):
            assert send.send_due() == 0
        row = Notification.objects.get()
        assert row.due_at is not None
        found.append(row.due_at - now)
        now = row.due_at
    return found, now


@pytest.mark.usefixtures("gather_nothing")
def test_a_mail_server_that_is_away_is_asked_again_soon_however_long_that_lasts(settings: Any) -> None:
    working, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, AWAY
    owe(1)
    waited, now = pauses(2 * mail_rows.TRIES, clock.now())
    assert set(waited) == {mail_rows.AWAY_PAUSE}
    row = Notification.objects.get()
    assert (row.state, row.attempts) == (NotificationState.QUEUED, 0), "it is no fault of the mail"
    assert "connection lost" in row.error
    settings.EMAIL_BACKEND = working
    with clock.at(now):
        assert send.send_due() == 1
        assert send.send_due() == 0


@pytest.mark.usefixtures("gather_nothing")
def test_a_mail_that_the_server_puts_off_is_tried_later_and_later_and_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def put_off(self: EmailBackend, messages: Any) -> int:
        raise smtplib.SMTPRecipientsRefused({messages[0].to[0]: (450, b"later")})

    monkeypatch.setattr(EmailBackend, "send_messages", put_off)
    owe(1)
    waited, now = pauses(mail_rows.TRIES - 1, clock.now())
    assert waited[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert max(waited) == mail_rows.LONGEST_PAUSE
    assert Notification.objects.get().state == NotificationState.QUEUED
    pauses(1, now)
    assert Notification.objects.get().state == NotificationState.FAILED
