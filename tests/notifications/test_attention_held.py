"""Volunteers are told of what is held from the public, once, and again each day while it is."""

from datetime import timedelta

import pytest
from django.core import mail

from reports import clock, holding
from reports.models import AbuseReport, Comment, VolunteerMail
from reports.notifications import attention
from tests.factories import make_service_request

pytestmark = [pytest.mark.django_db]
DAY = timedelta(hours=24)


@pytest.fixture(autouse=True)
def _told(settings) -> None:
    settings.ATTENTION_EMAILS = ["volunteers@example.org"]
    settings.MAIL_GATHER = 60


def sweep(after: timedelta) -> list[str]:
    """The subjects of the mails that leave in a sweep so long after now."""
    before = len(mail.outbox)
    with clock.at(clock.now() + after):
        attention.queue_due()
        attention.send_due()
    return [message.subject for message in mail.outbox[before:]]


def test_what_is_held_is_told_once_and_again_after_a_day() -> None:
    request = make_service_request(held_at=clock.now(), held_because="words: grimble", description="A grimble.")
    Comment.objects.create(service_request=request, text="A grimble.", held_at=clock.now())
    assert sweep(timedelta(seconds=30)) == []  # it waits for company
    assert ["2 wait to be published" in subject for subject in sweep(timedelta(minutes=2))] == [True]
    body = str(mail.outbox[0].body)
    assert "1 report. It is sent to the body all the same." in body
    assert "1 comment. It is sent when it is published." in body
    assert "/admin/reports/servicerequest/?held=yes" in body
    assert "grimble" not in body
    assert sweep(timedelta(hours=20)) == []
    assert len(sweep(DAY + timedelta(minutes=5))) == 1
    assert sweep(DAY + timedelta(minutes=10)) == []


def test_what_was_looked_at_meanwhile_is_not_told() -> None:
    request = make_service_request(held_at=clock.now())
    with clock.at(clock.now() + timedelta(minutes=2)):
        assert attention.queue_due() == 1
    holding.publish(request)
    assert sweep(timedelta(minutes=3)) == []
    assert sweep(DAY * 2) == []


def test_nothing_is_told_where_nothing_is_held_or_it_is_hidden_or_gone(settings) -> None:
    make_service_request()
    make_service_request(held_at=clock.now(), hidden=True)
    make_service_request(held_at=clock.now(), taken_away_at=clock.now())
    assert sweep(timedelta(minutes=5)) == []
    assert not VolunteerMail.objects.exists()


def test_there_are_no_reminders_where_the_setting_says_none(settings) -> None:
    settings.ATTENTION_REMINDER_HOURS = 0
    make_service_request(held_at=clock.now())
    assert len(sweep(timedelta(minutes=5))) == 1
    assert sweep(DAY * 3) == []


def test_whoever_writes_again_and_again_brings_one_mail_an_hour() -> None:
    """The page for it is open to everybody; a volunteer's mailbox is not."""
    request = make_service_request()
    sent = 0
    for minutes in range(0, 120, 5):
        AbuseReport.objects.create(
            service_request=request, reason="spam", created_at=clock.now() + timedelta(minutes=minutes)
        )
        sent += len(sweep(timedelta(minutes=minutes + 2)))
    assert sent == 2
    assert len(sweep(timedelta(minutes=130))) == 1  # and what came last is not left out
