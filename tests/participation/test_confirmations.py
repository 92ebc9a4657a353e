"""What is asked for by mail: once a day, never a flood, done only by the link, and once."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation

from reports import clock
from reports.models import (
    Confirmation,
    ConfirmationKind,
    Contact,
    MirroredRequest,
    PublicStatus,
    ServiceRequest,
    Sighting,
    Subscription,
    Verdict,
    person_mark,
)
from reports.notifications.confirmations import MAILS_PER_ADDRESS
from reports.notifications.unsubscribe import unsubscribe
from reports.participation import confirmations
from reports.participation.confirmations import ask_by_mail
from tests.factories import LAT, LONG, make_endpoint, make_service_request, make_status_update
from tests.together import at_once

pytestmark = pytest.mark.django_db
Kind = ConfirmationKind
ROSA = "rosa@example.org"


def asked(
    kind: ConfirmationKind = Kind.FOLLOW, request: ServiceRequest | None = None, answer: str = ""
) -> Confirmation:
    ask_by_mail(kind, ROSA, request or make_service_request(), answer=answer)
    return Confirmation.objects.latest("pk")


def closed_request() -> ServiceRequest:
    request = make_service_request(status=PublicStatus.CLOSED)
    make_status_update(request, status=PublicStatus.CLOSED, by_body=True)
    return request


def test_asking_owes_a_mail_and_does_nothing_else() -> None:
    request = make_service_request()
    with translation.override("es"):
        row = asked(request=request)
    assert (row.state, row.locale, row.email, row.confirmed_at) == ("queued", "es", ROSA, None)
    assert not Subscription.objects.exists()
    assert not Sighting.objects.exists()


def test_the_worker_is_woken_at_once(monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any) -> None:
    woken: list[int] = []
    monkeypatch.setattr("reports.tasks.send_mails.delay", lambda: woken.append(1))
    with django_capture_on_commit_callbacks(execute=True):
        asked()
    assert woken == [1]


def test_once_a_day_for_each_report_and_kind() -> None:
    request, now = make_service_request(), clock.now()
    with clock.at(now):
        for kind in (Kind.FOLLOW, Kind.FOLLOW, Kind.SIGHTING):
            ask_by_mail(kind, ROSA, request)
        ask_by_mail(Kind.FOLLOW, "ROSA@example.org", request)
        ask_by_mail(Kind.FOLLOW, "bob@example.org", request)
    assert list(Confirmation.objects.order_by("pk").values_list("kind", "email")) == [
        ("follow", ROSA), ("sighting", ROSA), ("follow", "bob@example.org"),
    ]  # fmt: skip
    with clock.at(now + timedelta(hours=25)):
        ask_by_mail(Kind.FOLLOW, ROSA, request)
    assert Confirmation.objects.count() == 4


def test_another_answer_is_another_mail() -> None:
    request = closed_request()
    for answer in ("yes", "no", "no"):
        ask_by_mail(Kind.VERDICT, ROSA, request, answer=answer)
    assert Confirmation.objects.count() == 2


def test_nobody_is_flooded() -> None:
    for _number in range(MAILS_PER_ADDRESS + 3):
        ask_by_mail(Kind.FOLLOW, ROSA, make_service_request())
    assert Confirmation.objects.filter(email=ROSA).count() == MAILS_PER_ADDRESS


@pytest.mark.parametrize(
    ("kind", "fields"),
    [(Kind.FOLLOW, {}), (Kind.VERDICT, {"answer": ""}), (Kind.VERDICT, {"answer": "perhaps"}),
     (Kind.FOLLOW, {"answer": "yes"})],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(kind: ConfirmationKind, fields: dict[str, Any]) -> None:
    about = {} if kind == Kind.FOLLOW and not fields else {"service_request": make_service_request()}
    with pytest.raises(ValueError):
        ask_by_mail(kind, ROSA, **about, **fields)


def test_nothing_is_owed_about_what_was_taken_away_at_this_moment() -> None:
    request = make_service_request()
    ServiceRequest.objects.update(taken_away_at=clock.now())
    ask_by_mail(Kind.FOLLOW, ROSA, request)
    assert not Confirmation.objects.exists()


def test_following_is_done_once_and_again_after_it_was_ended() -> None:
    row = asked()
    assert not confirmations.is_done(row)
    for _time in range(2):
        confirmations.confirm(row)
    follower = Subscription.objects.get()
    assert (follower.email, follower.by_reporter) == (ROSA, False)
    assert confirmations.is_done(row)
    unsubscribe(follower)
    assert not confirmations.is_done(row)
    confirmations.confirm(row)
    follower.refresh_from_db()
    assert follower.ended_at is None


def test_still_there_counts_the_address_once() -> None:
    request = make_service_request()
    row = asked(Kind.SIGHTING, request)
    for _time in range(2):
        confirmations.confirm(row)
    assert Sighting.objects.get().person == person_mark("email", ROSA)
    assert confirmations.is_done(row)


def test_still_there_of_a_mirrored_one() -> None:
    theirs = MirroredRequest.objects.create(
        endpoint=make_endpoint(), service_request_id="M-1", status="open", lat=LAT, long=LONG
    )
    ask_by_mail(Kind.SIGHTING, ROSA, mirrored=theirs)
    confirmations.confirm(Confirmation.objects.get())
    assert Sighting.objects.get().mirrored == theirs


@pytest.mark.parametrize("filed_it", [True, False])
def test_a_verdict_knows_whether_it_is_of_whoever_filed_it(filed_it: bool) -> None:
    request = closed_request()
    Contact.objects.create(service_request=request, email=ROSA.upper() if filed_it else "bob@example.org")
    row = asked(Kind.VERDICT, request, "no")
    for _time in range(2):
        confirmations.confirm(row)
    verdict = Verdict.objects.get()
    assert (verdict.answer, verdict.by_reporter) == ("no", filed_it)


@pytest.mark.parametrize("change", [{"hidden": True}, {"taken_away_at": clock.now()}, {"held_at": clock.now()}])
@pytest.mark.parametrize("kind", [Kind.FOLLOW, Kind.SIGHTING])
def test_what_the_public_does_not_see_any_more_refuses(kind: ConfirmationKind, change: dict[str, Any]) -> None:
    row = asked(kind)
    ServiceRequest.objects.update(**change)
    row = Confirmation.objects.get()
    assert not confirmations.may_be_done(row)
    with pytest.raises(confirmations.Refused):
        confirmations.confirm(row)
    assert not Subscription.objects.exists()
    assert not Sighting.objects.exists()
    assert Confirmation.objects.get().confirmed_at is None


def test_a_verdict_on_what_was_opened_again_is_refused() -> None:
    request = closed_request()
    row = asked(Kind.VERDICT, request, "yes")
    ServiceRequest.objects.update(status=PublicStatus.IN_PROGRESS)
    with pytest.raises(confirmations.Refused):
        confirmations.confirm(Confirmation.objects.get())
    assert not Verdict.objects.exists()
    assert row.confirmed_at is None


def test_one_that_is_gone_is_refused() -> None:
    row = asked()
    Confirmation.objects.all().delete()
    with pytest.raises(confirmations.Refused):
        confirmations.confirm(row)


@pytest.mark.django_db(transaction=True)
def test_at_once_is_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reports.tasks.send_mails.delay", lambda: None)
    request = make_service_request()
    at_once(lambda: ask_by_mail(Kind.FOLLOW, ROSA, request), 4)
    row = Confirmation.objects.get()
    at_once(lambda: confirmations.confirm(row), 4)
    assert Subscription.objects.count() == 1
