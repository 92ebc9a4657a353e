"""Sending what is owed: gathered, in the follower's language and time, never twice, and again after a failure."""

import smtplib
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage as Parsed
from email.parser import BytesParser
from email.policy import default
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import translation

from reports import clock
from reports.links import unsubscribe_link
from reports.models import Notification, NotificationState, PublicStatus, StatusUpdate, StopReason, Subscription
from reports.notifications import mail_rows, queue, send, stops
from reports.notifications.unsubscribe import unsubscribe
from tests.factories import (
    make_endpoint,
    make_jurisdiction,
    make_service,
    make_service_request,
    make_status_update,
    make_submission,
)
from tests.notifications.away import AWAY
from tests.together import at_once

pytestmark = pytest.mark.django_db
State = NotificationState


class TakenAway(EmailBackend):
    """A mail server that is away, and meanwhile the report is taken away."""

    def send_messages(self, messages: Any) -> int:
        Subscription.objects.filter(email=messages[0].to[0]).delete()
        raise smtplib.SMTPRecipientsRefused({"": (450, b"later")})


@pytest.fixture(autouse=True)
def _at_once(settings) -> None:
    settings.MAIL_GATHER = 0


def owe(update: StatusUpdate, email: str = "rosa@example.org", **fields: Any) -> Subscription:
    follower, _new = Subscription.objects.get_or_create(
        service_request=update.service_request, email=email, defaults={"by_reporter": True} | fields
    )
    queue.enqueue(update)
    return follower


def parsed() -> Parsed:
    message = BytesParser(policy=default).parsebytes(mail.outbox[-1].message().as_bytes())
    assert isinstance(message, Parsed)
    return message


def text() -> str:
    part = parsed().get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def html() -> str:
    part = parsed().get_body(("html",))
    assert part is not None
    return str(part.get_content())


def states() -> list[str]:
    return list(Notification.objects.order_by("pk").values_list("state", flat=True))


def test_the_whole_content_is_in_the_mail() -> None:
    expected = datetime(2031, 3, 5, 18, tzinfo=UTC)
    request = make_service_request(service_name="Pothole", expected_datetime=expected, status="in_progress")
    request.jurisdiction.name, request.jurisdiction.phone = "City of Springfield", "217-555-0100"
    request.jurisdiction.save()
    make_submission(request, service_request_id="SPR-77")
    update = make_status_update(
        request,
        status=PublicStatus.IN_PROGRESS,
        by_body=True,
        status_word="Assigned",
        status_notes="A crew comes.\nMonday.",
    )
    follower = owe(update)
    assert send.send_due() == 1
    for body in (text(), html()):
        for words in (
            "City of Springfield is working on your report", request.reference, "SPR-77", "Pothole", "12 Main Street",
            "A crew comes.", "Monday.", "5 March 2031", "217-555-0100", "What happens next", "In progress",
            f"http://testserver/requests/{request.reference}/", unsubscribe_link(follower),
        ):  # fmt: skip
            assert words in body, words
    assert "> A crew comes.\n> Monday." in text()
    assert states() == [State.SENT]


def test_the_headers_let_the_mail_be_stopped_and_answered_by_no_machine() -> None:
    follower = owe(make_status_update())
    send.send_due()
    message = parsed()
    reference = follower.service_request.reference
    assert message["Subject"] == f"{reference}: We have your report"
    assert message["To"] == "rosa@example.org"
    assert message["List-Unsubscribe"].strip() == f"<{unsubscribe_link(follower)}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Reference"] == reference


def test_news_that_comes_together_is_one_mail_oldest_first_with_the_newest_as_headline() -> None:
    request = make_service_request(status="in_progress")
    start = request.requested_datetime
    owe(make_status_update(request, status="in_progress", datetime=start + timedelta(2), status_notes="second"))
    owe(make_status_update(request, status="accepted", datetime=start + timedelta(1), status_notes="first"))
    assert send.send_due() == 1
    assert len(mail.outbox) == 1
    assert "is working on your report" in mail.outbox[0].subject
    assert text().index("first") < text().index("second")
    assert states() == [State.SENT, State.SENT]


def test_nothing_leaves_before_it_is_due(settings) -> None:
    settings.MAIL_GATHER = 60
    owe(make_status_update())
    assert send.send_due() == 0
    with clock.at(clock.now() + timedelta(seconds=61)):
        assert send.send_due() == 1


def test_what_was_sent_is_not_sent_again() -> None:
    owe(make_status_update())
    assert [send.send_due(), send.send_due()] == [1, 0]
    assert len(mail.outbox) == 1


def test_each_follower_gets_a_mail_of_their_own() -> None:
    update = make_status_update()
    owe(update)
    owe(update, "ana@example.org")
    assert send.send_due() == 2
    assert sorted(message.to[0] for message in mail.outbox) == ["ana@example.org", "rosa@example.org"]


def test_times_are_the_body_s_own() -> None:
    request = make_service_request()
    request.jurisdiction.time_zone = "America/Chicago"
    request.jurisdiction.save()
    moment = datetime(2031, 1, 10, 3, 30, tzinfo=UTC)
    owe(make_status_update(request, datetime=moment))
    send.send_due()
    assert "9 January 2031, 21:30" in text()


@pytest.mark.parametrize(("locale", "lang", "direction"), [("en", "en", "ltr"), ("ar", "ar", "rtl")])
def test_the_mail_is_in_the_follower_s_language(locale: str, lang: str, direction: str) -> None:
    owe(make_status_update(), locale=locale)
    with translation.override("de"):
        send.send_due()
        assert translation.get_language() == "de"
    assert f'<html lang="{lang}" dir="{direction}">' in html()


def test_a_failure_that_passes_leaves_one_mail(settings) -> None:
    working, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, AWAY
    owe(make_status_update())
    send.send_due()
    settings.EMAIL_BACKEND = working
    with clock.at(clock.now() + timedelta(minutes=2)):
        assert send.send_due() == 1
    assert len(mail.outbox) == 1
    assert Notification.objects.get().error == ""


@pytest.mark.parametrize(("code", "state"), [(450, State.QUEUED), (550, State.FAILED)])
def test_one_follower_s_failure_is_not_another_s(monkeypatch: pytest.MonkeyPatch, code: int, state: State) -> None:
    update = make_status_update()
    owe(update, "broken@example.org")
    owe(update, "rosa@example.org")
    whole = EmailBackend.send_messages

    def some(self: EmailBackend, messages: Any) -> int:
        if messages[0].to == ["broken@example.org"]:
            raise smtplib.SMTPRecipientsRefused({"broken@example.org": (code, b"no")})
        return whole(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", some)
    assert send.send_due() == 1
    assert sorted(states()) == sorted([state, State.SENT])


def test_who_has_left_since_gets_nothing() -> None:
    follower = owe(make_status_update())
    unsubscribe(follower)
    assert send.send_due() == 0
    assert states() == [State.DROPPED]


def test_who_leaves_while_the_mail_is_being_made_gets_nothing() -> None:
    follower = owe(make_status_update())
    Subscription.objects.filter(pk=follower.pk).update(ended_at=clock.now())
    assert send.send_due() == 0
    assert (mail.outbox, states()) == ([], [State.DROPPED])


def test_a_mail_whose_sender_died_is_not_repeated() -> None:
    owe(make_status_update())
    Notification.objects.update(state=State.SENDING, lease_until=clock.now() - timedelta(seconds=1))
    assert send.send_due() == 0
    row = Notification.objects.get()
    assert (row.state, mail.outbox) == (State.FAILED, [])
    assert "it may have left" in row.error


def test_a_mail_that_somebody_is_sending_is_left_to_them() -> None:
    owe(make_status_update())
    Notification.objects.update(state=State.SENDING, lease_until=clock.now() + timedelta(minutes=1))
    assert send.send_due() == 0
    assert states() == [State.SENDING]


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_send_one_mail() -> None:
    owe(make_status_update())
    at_once(send.send_due, 2)
    assert len(mail.outbox) == 1
    assert states() == [State.SENT]


HOSTILE = 'Evil\r\nBcc: all@example.org <img src="https://evil.example/x.gif"> "quoted" \x07\u202emoc'


def test_a_city_s_words_break_out_of_nothing() -> None:
    request = make_service_request(service_name=HOSTILE, address_string=HOSTILE, service_notice=HOSTILE)
    request.jurisdiction.name = HOSTILE
    request.jurisdiction.save()
    make_submission(request, service_request_id=HOSTILE)
    update = make_status_update(
        request, status=PublicStatus.CLOSED, by_body=True, status_word=HOSTILE, status_notes=HOSTILE
    )
    owe(update)
    assert send.send_due() == 1
    message = parsed()
    assert message["Bcc"] is None
    assert "\n" not in message["Subject"]
    assert "<img" not in html()
    assert "\nBcc:" not in text().replace("\n> Bcc:", "")
    assert not {"\x07", "\u202e"} & set(text() + html())


def test_nothing_is_fetched_from_elsewhere() -> None:
    owe(make_status_update())
    send.send_due()
    assert not [mark for mark in ("<img", "url(", "<link", "<script", "@import", "src=") if mark in html()]


def test_a_duplicate_names_the_first_report() -> None:
    first = make_submission(state="delivered", service_request_id="SPR-1").request
    request = make_service_request(first.service, status=PublicStatus.DUPLICATE, duplicate_of="SPR-1")
    owe(make_status_update(request, status=PublicStatus.DUPLICATE, by_body=True))
    send.send_due()
    for body in (text(), html()):
        assert first.reference in body
        assert f"http://testserver/requests/{first.reference}/" in body
    mail.outbox.clear()
    request.duplicate_of = "SPR-2"
    request.save()
    owe(make_status_update(request, status=PublicStatus.DUPLICATE, by_body=True))
    send.send_due()
    assert "Duplicate of: SPR-2" in text()


def test_a_comment_is_nobodys_status() -> None:
    request = make_service_request(status=PublicStatus.ACCEPTED)
    owe(
        make_status_update(request, status="accepted", by_body=True, is_comment=True, status_notes="<b>Still</b> there")
    )
    send.send_due()
    assert "Somebody writes to" in text()
    assert "> Still there" in text()
    assert "A comment" in html()
    assert "Accepted" not in text()


def test_a_body_that_waits_for_its_own_link_is_named_to_who_filed_it() -> None:
    endpoint = make_endpoint(make_jurisdiction("Rostock"), dialect="klarschiff", options={})
    request = make_service_request(make_service(endpoint), status=PublicStatus.ACCEPTED)
    owe(make_status_update(request, status=PublicStatus.ACCEPTED, by_body=True))
    owe(
        make_status_update(request, status=PublicStatus.ACCEPTED, by_body=True),
        email="neighbour@example.org",
        by_reporter=False,
    )
    send.send_due()
    told = {message.to[0]: " ".join(str(message.body).split()) for message in mail.outbox}
    sentence = "Rostock counts the report only after you have followed the link in the e-mail that it sends you."
    assert sentence in told.pop("rosa@example.org")
    assert sentence not in " ".join(told.values())
    assert len(told) == 1


@pytest.mark.parametrize("status", PublicStatus)
def test_every_status_has_a_headline_and_says_what_comes_next(status: PublicStatus) -> None:
    owe(make_status_update(status=status))
    send.send_due()
    after = text().split("What happens next", 1)[1].split("The report with its whole history", 1)[0]
    assert len(after.split()) > 6
    assert mail.outbox[0].subject.split(": ", 1)[1]
    assert str(status.label) in text()


def test_a_report_taken_away_while_its_mail_is_on_the_wire_stops_no_other(settings: Any) -> None:
    settings.EMAIL_BACKEND = "tests.notifications.test_send.TakenAway"
    owe(make_status_update())
    owe(make_status_update(), "max@example.org")
    assert send.send_due() == 0
    assert not Notification.objects.exists()


def test_one_taken_away_before_its_mail_was_written_is_told_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    owe(make_status_update())
    take = mail_rows.take

    def take_and_lose(rows: Any) -> list[int]:
        taken = take(rows)
        Subscription.objects.all().delete()
        return taken

    monkeypatch.setattr(mail_rows, "take", take_and_lose)
    assert send.send_due() == 0
    assert mail.outbox == []


class NoSuchMailbox(EmailBackend):
    """A mail server that names the address in its refusal, as all of them do."""

    def send_messages(self, messages: Any) -> int:
        (email,) = messages[0].to
        raise smtplib.SMTPRecipientsRefused({email: (550, f"5.1.1 <{email}>: no such mailbox".encode())})


def test_an_address_of_which_the_server_says_that_there_is_nobody_is_stopped(settings: Any) -> None:
    settings.EMAIL_BACKEND = "tests.notifications.test_send.NoSuchMailbox"
    owe(make_status_update())
    send.send_due()
    assert stops.reason_of("rosa@example.org") == StopReason.REFUSED
    said = Notification.objects.get().error
    assert "no such mailbox" in said
    assert "rosa" not in said, "kept without the address"
    owe(make_status_update())
    assert send.send_due() == 0
    assert states() == [State.FAILED, State.DROPPED]


@pytest.mark.parametrize("said", [b"5.7.1 looks like spam", b"no", b"5.2.2 mailbox full"])
def test_a_refusal_for_another_reason_stops_no_address(monkeypatch: pytest.MonkeyPatch, said: bytes) -> None:
    def refuse(self: EmailBackend, messages: Any) -> int:
        raise smtplib.SMTPRecipientsRefused({messages[0].to[0]: (550, said)})

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    owe(make_status_update())
    send.send_due()
    assert states() == [State.FAILED]
    assert not stops.is_stopped("rosa@example.org")
