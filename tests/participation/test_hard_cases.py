"""What people add while something else happens to the report: opened again, taken away, asked for from many sides."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection

from reports import clock
from reports.delivery import closings, taken_away
from reports.models import (
    Confirmation,
    ConfirmationKind,
    Notification,
    ServiceRequest,
    StatusUpdate,
    Subscription,
    Verdict,
    person_mark,
)
from reports.notifications import confirmations as mails
from reports.participation import confirmations, verdicts
from tests.factories import make_service_request, make_status_update

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
ROSA = "rosa@example.org"


def closed(days_ago: float = 4) -> ServiceRequest:
    """Closed by its body so many days ago, which was known here at once."""
    then = clock.now() - days_ago * DAY
    request = make_service_request(status="closed", requested_datetime=then - DAY)
    make_status_update(request, status="closed", by_body=True, datetime=then, recorded_at=then)
    return request


def asked(request: ServiceRequest, answer: str = "no") -> Confirmation:
    confirmations.ask_by_mail(ConfirmationKind.VERDICT, ROSA, request, answer=answer)
    return Confirmation.objects.get()


def test_an_answer_is_of_the_closing_that_it_was_asked_of() -> None:
    """Said of the first closing, and the link used after the second: nobody has said that of this one."""
    request = closed()
    with clock.at(clock.now() - 3 * DAY):
        row = asked(request)
    for status, days_ago in (("in_progress", 2), ("closed", 1)):
        then = clock.now() - days_ago * DAY
        make_status_update(request, status=status, by_body=True, datetime=then, recorded_at=then)
    assert not confirmations.may_be_done(row)
    with pytest.raises(confirmations.Refused):
        confirmations.confirm(row)
    assert not Verdict.objects.exists()
    with clock.at(clock.now() + DAY):
        confirmations.ask_by_mail(ConfirmationKind.VERDICT, ROSA, request, answer="yes")
    again = Confirmation.objects.get(answer="yes")
    confirmations.confirm(again)
    assert Verdict.objects.get().answer == "yes"


def test_the_page_of_a_link_offers_nothing_that_it_refuses() -> None:
    request = closed()
    row = asked(request)
    assert confirmations.may_be_done(row)
    request.status = "in_progress"
    request.save()
    assert not confirmations.may_be_done(Confirmation.objects.get())


@pytest.mark.django_db(transaction=True)
def test_confirming_while_it_is_taken_away_waits_and_does_not_block_both(monkeypatch: Any) -> None:
    """On PostgreSQL each held what the other wanted, and one of the two failed."""
    monkeypatch.setattr("reports.tasks.send_mails.delay", lambda: None)
    request = closed()
    row = asked(request)
    holds, failed = threading.Event(), []
    is_done = confirmations.is_done

    def slow(confirmation: Confirmation) -> bool:
        holds.set()
        threading.Event().wait(0.3)  # time for the other one to come as far as it gets
        return is_done(confirmation)

    def take_away() -> None:
        holds.wait(5)
        try:
            taken_away.take_away(request)
        except (DatabaseError, taken_away.BeingSent) as error:
            failed.append(error)
        finally:
            connection.close()

    monkeypatch.setattr(confirmations, "is_done", slow)
    other = threading.Thread(target=take_away)
    other.start()
    try:
        confirmations.confirm(row)
    finally:
        other.join()
    assert failed == []
    assert not Verdict.objects.exists()
    assert not Confirmation.objects.exists()


def test_however_many_ask_at_once_no_address_is_flooded(mailoutbox: Any) -> None:
    """Requests about different reports do not wait for each other, so that more rows may come than are meant to."""
    most = mails.MAILS_PER_ADDRESS
    for number in range(most + 3):
        email = ROSA if number % 2 else ROSA.upper()
        Confirmation.objects.create(kind="follow", email=email, service_request=make_service_request())
    Confirmation.objects.create(kind="follow", email="bob@example.org", service_request=make_service_request())
    assert mails.send_due() == most + 1
    assert len(mailoutbox) == most + 1
    assert list(Confirmation.objects.order_by("-pk").values_list("state", flat=True)[1:4]) == ["dropped"] * 3


def test_who_filed_it_is_known_by_every_way() -> None:
    """By the address of the contact too, where it follows without having ticked that box when it was filed."""
    request = closed()
    assert not confirmations.filed_it(request, ROSA)
    follower = Subscription.objects.create(service_request=request, email=ROSA)
    assert not confirmations.filed_it(request, ROSA)
    follower.by_reporter = True
    follower.save()
    assert confirmations.filed_it(request, "Rosa@example.org")


def test_changing_ones_mind_again_and_again_floods_nobody() -> None:
    request = closed()
    Subscription.objects.create(service_request=request, email="bob@example.org")
    for number in range(20):
        answer = "yes" if number % 2 else "no"
        assert verdicts.record(request, person_mark("email", ROSA), answer, by_reporter=True)
    request.refresh_from_db()
    assert request.verdict == "confirmed"
    said = StatusUpdate.objects.filter(service_request=request, status__in=["confirmed", "disputed"])
    assert said.count() == Notification.objects.count() == closings.LINES_MOST
