"""Mails to the volunteers on their way: servers that are away or refuse, senders that die, two workers at once."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from reports import clock
from reports.models import NotificationState, Submission, User, VolunteerMail, VolunteerMailKind
from reports.notifications import attention
from tests.mail_server import MailServer
from tests.notifications.attending import NOW, case, tell, text
from tests.notifications.away import AWAY
from tests.together import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gather_nothing")]
State = NotificationState
Kind = VolunteerMailKind


class TestRefused:
    def test_a_server_that_is_away_gets_the_mail_later_with_all_that_has_come_meanwhile(
        self, chief: User, settings: Any
    ) -> None:
        working, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, AWAY
        first = case()
        assert tell() == 0
        second = case(since=NOW + timedelta(seconds=30))
        assert tell(NOW + timedelta(seconds=30)) == 0
        settings.EMAIL_BACKEND = working
        assert tell(NOW + timedelta(minutes=5)) == 1
        assert first.request.reference in text()
        assert second.request.reference in text()
        assert tell(NOW + timedelta(minutes=9)) == 0
        assert {row.state for row in VolunteerMail.objects.all()} == {State.SENT}

    def test_a_server_that_is_away_for_days_gets_one_mail_when_it_is_back(self, chief: User, settings: Any) -> None:
        working, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, AWAY
        waiting, now = case(), NOW
        while now < NOW + timedelta(hours=23):
            tell(now)
            now += timedelta(hours=1)
        assert [row.state for row in VolunteerMail.objects.all()] == [State.QUEUED]
        settings.EMAIL_BACKEND = working
        assert tell(NOW + timedelta(hours=24)) == 1
        assert waiting.request.reference in text()

    def test_a_refused_address_takes_no_mail_from_another_and_no_second_from_anybody(self, settings: Any) -> None:
        """Against a mail server on a socket, which refuses one of two addresses for good."""
        server = MailServer(says={"RCPT TO:<nobody@example.org>": "550 no such mailbox"})
        threading.Thread(target=server.run, daemon=True).start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.ATTENTION_EMAILS = ["nobody@example.org", "desk@example.org"]
        case()
        try:
            assert tell() == 1
            assert tell(NOW + timedelta(hours=3)) == 0
        finally:
            server.close()
        assert len(server.letters) == 1
        states = dict(VolunteerMail.objects.values_list("email", "state"))
        assert states == {"nobody@example.org": State.FAILED, "desk@example.org": State.SENT}

    def test_a_sender_that_died_half_way_repeats_nothing(self, chief: User) -> None:
        case()
        with clock.at(NOW):
            attention.queue_due()
        VolunteerMail.objects.update(state=State.SENDING, lease_until=NOW - timedelta(seconds=1))
        assert tell() == 0
        assert VolunteerMail.objects.get().state == State.FAILED

    def test_an_address_that_is_none_stops_nobody(self, settings: Any) -> None:
        settings.ATTENTION_EMAILS = ["desk\nBcc: all@example.org", "desk@example.org"]
        case()
        assert tell() == 1
        assert mail.outbox[0].to == ["desk@example.org"]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_owe_and_send_one_mail_each(chief: User, settings: Any) -> None:
    settings.ATTENTION_EMAILS = ["desk@example.org"]
    for _number in range(3):
        case(since=clock.now() - timedelta(minutes=5))
    at_once(attention.queue_due, 2)
    assert VolunteerMail.objects.count() == 2
    at_once(attention.send_due, 2)
    assert sorted(message.to[0] for message in mail.outbox) == ["chief@example.org", "desk@example.org"]
    Submission.objects.update(volunteers_told_at=clock.now() - timedelta(days=2))
    at_once(attention.queue_due, 2)
    assert VolunteerMail.objects.filter(kind=Kind.REMINDER).count() == 2
