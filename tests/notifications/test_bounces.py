"""What comes back is believed only with the key of a mail of ours, and stops only what it is about."""

import logging
from email.message import EmailMessage

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports.models import MailStop, Notification, NotificationState, StopReason, Subscription
from reports.notifications import bounces, keys, stops
from reports.notifications.bounces import Done
from tests.notifications.coming_back import bounce, complaint, sent, to_key, vacation

pytestmark = pytest.mark.django_db


def test_a_mail_that_came_back_for_good_stops_its_address() -> None:
    row = sent()
    assert bounces.take(bounce(row)).done is Done.STOPPED
    assert stops.reason_of("rosa@example.org") == StopReason.BOUNCED
    row.refresh_from_db()
    assert (row.state, row.error.startswith(bounces.CAME_BACK)) == (NotificationState.FAILED, True)
    assert "rosa" not in row.error + MailStop.objects.get().words
    assert Subscription.objects.get().ended_at is None


def test_the_key_of_the_envelope_or_of_the_returned_headers_is_enough() -> None:
    key = keys.key_of(sent())
    assert bounces.take(bounce(to="postmaster@mail.example.org"), to_key(key)).done is Done.STOPPED
    MailStop.objects.all().delete()
    assert bounces.take(bounce(to="x@y", original=f"{keys.HEADER}: {key}\nTo: x\n")).done is Done.STOPPED


def test_a_whole_mail_that_is_returned_has_its_header_too() -> None:
    row = sent()
    original = EmailMessage()
    original[keys.HEADER], original["Subject"] = keys.key_of(row), "R-1"
    original.set_content("We have your report.")
    whole = bounce(to="x@y").replace(
        b"Content-Type: text/rfc822-headers\n\nSubject: R-1\n",
        b"Content-Type: message/rfc822\n\n" + original.as_bytes(),
    )
    assert b"message/rfc822" in whole
    assert bounces.take(whole).done is Done.STOPPED


@pytest.mark.parametrize("to", ["bounces+n1-aaaaaaaaaaaaaaaa@mail.example.org", "bounces@mail.example.org", "", "\x00"])
def test_a_forged_bounce_stops_nobody(to: str) -> None:
    row = sent()
    assert bounces.take(bounce(to=to)).done is Done.IGNORED
    row.refresh_from_db()
    assert (row.state, MailStop.objects.count()) == (NotificationState.SENT, 0)


def test_a_vacation_reply_stops_nobody() -> None:
    assert bounces.take(vacation(sent())).done is Done.IGNORED
    assert not MailStop.objects.exists()


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded", ""])
def test_only_a_failure_counts(action: str) -> None:
    assert bounces.take(bounce(sent(), status="4.4.1", action=action)).done is Done.IGNORED


def test_a_full_mailbox_stops_after_the_third_mail() -> None:
    full = {"status": "5.2.2", "words": "smtp; 552 5.2.2 mailbox full"}
    first = sent()
    assert [bounces.take(bounce(first, **full)).done for _again in range(4)] == [Done.COUNTED] * 4
    assert bounces.take(bounce(sent(), **full)).done is Done.COUNTED
    assert not stops.is_stopped("rosa@example.org")
    assert bounces.take(bounce(sent("ROSA@example.org"), **full)).done is Done.STOPPED


def test_a_no_to_our_mail_is_no_word_about_the_address(caplog: pytest.LogCaptureFixture) -> None:
    for _mail in range(4):
        spam = bounce(sent(), status="5.7.1", words="smtp; 550 5.7.1 <rosa@example.org>: looks like spam")
        assert bounces.take(spam).done is Done.COUNTED
    assert not stops.is_stopped("rosa@example.org")
    assert "looks like spam" in caplog.text
    assert "rosa@" not in caplog.text


def test_a_complaint_stops_and_ends() -> None:
    assert bounces.take(complaint(sent())).done is Done.STOPPED
    assert stops.reason_of("rosa@example.org") == StopReason.COMPLAINED
    assert Subscription.objects.get().ended_at is not None


def test_a_complaint_that_hides_the_mail_is_known_by_its_envelope() -> None:
    row = sent()
    report = complaint(row, mail_from=to_key(keys.key_of(row)), header=False)
    assert bounces.take(report).done is Done.STOPPED


def test_a_complaint_without_a_key_and_the_word_that_it_is_no_spam_stop_nobody() -> None:
    row = sent()
    assert bounces.take(complaint(row, header=False)).done is Done.IGNORED
    assert bounces.take(complaint(row, kind="not-spam")).done is Done.IGNORED


def test_the_bounce_of_a_mail_that_is_forgotten_stops_nobody() -> None:
    row = sent()
    message = bounce(row)
    Notification.objects.all().delete()
    assert bounces.take(message).done is Done.IGNORED


@pytest.mark.parametrize("message", [
    b"", b"\x00" * 1000, b"550 5.1.1 rosa@example.org unknown", b"Content-Type: multipart/report\n\n",
    b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\n\xff\xfe\n--x--",
    b"Content-Type: message/feedback-report\n\n" + b"F: " * 100_000,
    b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000)),
])  # fmt: skip
def test_nonsense_is_ignored_and_the_log_holds_no_address(message: bytes, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    assert bounces.take(message).done is Done.IGNORED
    assert "rosa" not in caplog.text


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300), st.text(max_size=80))
def test_no_bytes_are_an_error(db: None, message: bytes, recipient: str) -> None:
    head = b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\n"
    for each in (message, head + message):
        assert bounces.take(each, recipient).done is Done.IGNORED
