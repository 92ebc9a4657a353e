"""The mail with the link: what is in it, in whose language, once, and gone after a week; and what followers get."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.test import Client

from reports import clock, tasks
from reports.links import confirmation_key, confirmation_link
from reports.models import (
    Confirmation,
    Contact,
    MirroredRequest,
    Notification,
    ServiceRequest,
    Subscription,
)
from reports.notifications import confirmations, queue, send
from reports.participation import following
from tests.factories import LAT, LONG, make_endpoint, make_service_request, make_status_update
from tests.notifications.away import AWAY
from tests.together import at_once

pytestmark = pytest.mark.django_db
NEEDLESS = "You did not ask for this? Then do nothing"


def owed(kind: str = "follow", **fields: Any) -> Confirmation:
    given: dict[str, Any] = {"kind": kind, "email": "ada@example.org"}
    if "mirrored" not in fields:
        given["service_request"] = make_service_request()
    return Confirmation.objects.create(**(given | fields))


def bodies() -> tuple[str, str]:
    message: Any = mail.outbox[-1]
    return str(message.body), str(message.alternatives[0][0])


@pytest.mark.parametrize(
    ("kind", "answer", "subject"),
    [
        ("follow", "", "Follow this report by e-mail?"),
        ("sighting", "", "Say that it is still there?"),
        ("verdict", "yes", "Say that it is fixed?"),
        ("verdict", "no", "Say that it is not fixed?"),
        ("verdict", "unsure", "Say that you cannot tell whether it is fixed?"),
    ],
)
def test_what_is_in_the_mail(kind: str, answer: str, subject: str) -> None:
    row = owed(kind, answer=answer)
    assert row.service_request is not None
    assert confirmations.send_due() == 1
    message = mail.outbox[0]
    assert message.to == ["ada@example.org"]
    assert message.subject == f"{subject} Pothole, {row.service_request.reference}"
    for text in bodies():
        assert confirmation_link(row) in text
        assert NEEDLESS in " ".join(text.split())
        assert "12 Main Street" in text
        assert "unsubscribe" not in text
    row.refresh_from_db()
    assert (row.state, row.sent_at is not None) == ("sent", True)
    assert confirmations.send_due() == 0


def test_the_link_of_the_mail_opens() -> None:
    owed()
    confirmations.send_due()
    link = next(line for line in bodies()[0].splitlines() if "/confirm/" in line)
    assert Client().get(urlsplit(link).path).status_code == 200


def test_it_is_in_the_language_of_whoever_asked_and_leads_there() -> None:
    row = owed(locale="es")
    confirmations.send_due()
    text, html = bodies()
    assert f"/es/confirm/{confirmation_key(row)}/" in text
    assert '<html lang="es"' in html
    assert f"/confirm/{confirmation_key(row)}/" in html


def test_of_a_mirrored_one_it_names_the_bodys_number() -> None:
    theirs = MirroredRequest.objects.create(
        endpoint=make_endpoint(), service_request_id="M-1", service_name="Rats", status="open", lat=LAT, long=LONG
    )
    owed("sighting", mirrored=theirs)
    confirmations.send_due()
    assert "M-1" in mail.outbox[0].subject
    assert "Rats" in bodies()[0]


def test_a_name_of_several_lines_stays_in_one_and_html_stays_text() -> None:
    row = owed(service_request=make_service_request(service_name="Hole\r\nBcc: x@y.example", address_string="<b>x</b>"))
    confirmations.send_due()
    assert "\n" not in mail.outbox[0].subject
    assert mail.outbox[0].recipients() == [row.email]
    assert "&lt;b&gt;x&lt;/b&gt;" in bodies()[1]


@pytest.mark.parametrize("change", [{"hidden": True}, {"held_at": clock.now()}, {"taken_away_at": clock.now()}])
def test_about_what_the_public_does_not_see_no_mail_leaves(change: dict[str, Any]) -> None:
    row = owed()
    ServiceRequest.objects.update(**change)
    assert confirmations.send_due() == 0
    row.refresh_from_db()
    assert (row.state, mail.outbox) == ("dropped", [])


def test_a_server_that_is_away_is_tried_again(settings: Any) -> None:
    row, now = owed(), clock.now()
    settings.EMAIL_BACKEND = AWAY
    assert confirmations.send_due() == 0
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("queued", 0)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    with clock.at(now + timedelta(minutes=2)):
        assert confirmations.send_due() == 1


def test_one_that_waited_for_over_a_week_is_not_sent() -> None:
    row = owed()
    with clock.at(clock.now() + timedelta(days=7, minutes=1)):
        assert confirmations.send_due() == 0
    row.refresh_from_db()
    assert row.state == "dropped"


def test_the_worker_sends_it_and_the_daily_round_forgets_it() -> None:
    row = owed()
    tasks.send_mails()
    assert len(mail.outbox) == 1
    with clock.at(row.created_at + timedelta(days=6, hours=23)):
        tasks.forget_what_is_over()
        assert Confirmation.objects.exists()
    with clock.at(row.created_at + timedelta(days=7, seconds=1)):
        tasks.forget_what_is_over()
    assert not Confirmation.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_send_one_mail() -> None:
    owed()
    at_once(confirmations.send_due, 3)
    assert len(mail.outbox) == 1


# --- what followers are sent ---------------------------------------------------------------------------------------


def news(request: ServiceRequest, status: str = "received") -> list[Any]:
    queue.enqueue(make_status_update(request, status=status))
    Notification.objects.update(due_at=clock.now())
    send.send_due()
    return [message for message in mail.outbox if "Auto-Submitted" in message.extra_headers]


def test_whoever_asked_and_did_not_confirm_is_told_nothing() -> None:
    row = owed()
    assert row.service_request is not None
    assert news(row.service_request) == []


def test_only_whoever_filed_it_gets_the_key_to_it() -> None:
    request = make_service_request()
    Contact.objects.create(service_request=request, email="rosa@example.org", phone="555-0142", first_name="Rosa")
    Subscription.objects.create(service_request=request, email="rosa@example.org", by_reporter=True)
    following.follow(request, "ada@example.org", "en")
    by_address = {message.to[0]: message for message in news(request)}
    assert "take-away" in by_address["rosa@example.org"].body
    follower = by_address["ada@example.org"]
    for text in (follower.subject, follower.body, follower.alternatives[0][0]):
        for secret in ("take-away", "rosa", "Rosa", "555-0142", "Your report", "your report"):
            assert secret not in text, secret
    assert "The report was received" in follower.subject


@pytest.mark.parametrize("change", [{"hidden": True}, {"held_at": clock.now()}])
def test_of_what_the_public_does_not_see_only_whoever_filed_it_is_told(change: dict[str, Any]) -> None:
    request = make_service_request()
    Subscription.objects.create(service_request=request, email="rosa@example.org", by_reporter=True)
    following.follow(request, "ada@example.org", "en")
    ServiceRequest.objects.update(**change)
    assert [message.to for message in news(request, "sent")] == [["rosa@example.org"]]
