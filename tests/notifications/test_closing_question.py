"""“Is it really fixed?” is asked once for each closing, of everybody who follows, and nobody is reminded."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from reports import clock
from reports.models import PublicStatus, ServiceRequest, Subscription
from reports.notifications import queue, send
from tests.factories import make_service_request, make_status_update

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gather_nothing")]
ASKED = ("?answer=yes", "?answer=no", "?answer=unsure")


@pytest.fixture
def request_() -> ServiceRequest:
    request = make_service_request(status=PublicStatus.CLOSED)
    Subscription.objects.create(service_request=request, email="rosa@example.org", by_reporter=True)
    return request


def tell(request: ServiceRequest, status: PublicStatus, days: int = 0, **fields: Any) -> Any:
    """The mail about a line of that many days after the filing."""
    when = request.requested_datetime + timedelta(days=days)
    fields.setdefault("by_body", True)
    ServiceRequest.objects.filter(pk=request.pk).update(
        status=PublicStatus.CLOSED if fields.get("is_comment") else status
    )
    queue.enqueue(make_status_update(request, status=status, datetime=when, **fields))
    mail.outbox.clear()
    send.send_due()
    return mail.outbox[0] if mail.outbox else None


def asks(message: Any) -> bool:
    parts = (str(message.body), str(message.alternatives[0][0]))
    found = {answer in part for part in parts for answer in ASKED}
    assert len(found) == 1, "all of the three in both parts, or none"
    return found.pop()


def test_each_answer_is_a_link_of_its_own_in_text_and_html(request_: ServiceRequest) -> None:
    message = tell(request_, PublicStatus.CLOSED)
    assert asks(message)
    assert str(message.body).count("/fixed/") == 3


def test_what_the_body_writes_later_of_the_same_closing_asks_nobody_again(request_: ServiceRequest) -> None:
    assert asks(tell(request_, PublicStatus.CLOSED, 1))
    assert not asks(tell(request_, PublicStatus.CLOSED, 2, status_notes="The bill is paid."))
    assert not asks(tell(request_, PublicStatus.CLOSED, 3, is_comment=True, status_notes="Thanks"))


def test_a_new_closing_asks_anew(request_: ServiceRequest) -> None:
    assert asks(tell(request_, PublicStatus.CLOSED, 1))
    assert not asks(tell(request_, PublicStatus.IN_PROGRESS, 2))
    assert asks(tell(request_, PublicStatus.CLOSED, 3))


def test_a_closing_and_its_note_in_one_mail_ask_once(request_: ServiceRequest) -> None:
    queue.enqueue(make_status_update(request_, status=PublicStatus.CLOSED, by_body=True))
    assert str(tell(request_, PublicStatus.CLOSED, 1).body).count("?answer=yes") == 1


def test_whoever_follows_without_having_filed_it_is_asked_too(request_: ServiceRequest) -> None:
    Subscription.objects.update(by_reporter=False)
    assert asks(tell(request_, PublicStatus.CLOSED))


@pytest.mark.parametrize("verdict", [PublicStatus.CONFIRMED, PublicStatus.DISPUTED])
def test_what_people_said_is_told_with_one_link_to_say_otherwise(request_: ServiceRequest, verdict: str) -> None:
    tell(request_, PublicStatus.CLOSED, 1)
    queue.enqueue(make_status_update(request_, status=verdict))
    ServiceRequest.objects.update(status=PublicStatus.CLOSED, verdict=verdict)
    mail.outbox.clear()
    send.send_due()
    assert not asks(mail.outbox[0])
    assert str(mail.outbox[0].body).count("/fixed/") == 1


def test_nobody_is_reminded(request_: ServiceRequest) -> None:
    tell(request_, PublicStatus.CLOSED)
    for days in (1, 7, 30, 365):
        with clock.at(clock.now() + timedelta(days=days)):
            assert send.send_due() == 0
