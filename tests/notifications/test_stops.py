"""Addresses to which no mail goes any more."""

from typing import Any

import pytest
from django.core import mail

from reports.models import MailStop, Notification, NotificationState, StopReason, Subscription
from reports.notifications import attention, confirmations, send, stops
from reports.notifications import queue as owing
from tests.factories import make_status_update
from tests.notifications.attending import case, tell
from tests.notifications.coming_back import sent
from tests.notifications.confirming import ask

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gather_nothing")]


def test_a_stop_is_kept_as_a_mark_without_the_address() -> None:
    assert stops.stop("Rosa@Example.org", StopReason.BOUNCED, "550 <rosa@example.org>\x00 unknown, ask it@mx.example")
    row = MailStop.objects.get()
    kept = f"{row.address} {row.words} {row}"
    assert "rosa" not in kept.lower()
    assert "@" not in kept
    assert stops.is_stopped(" rosa@example.ORG ")
    assert not stops.is_stopped("ana@example.org")
    assert not stops.stop("rosa@example.org", StopReason.BOUNCED)
    assert MailStop.objects.count() == 1


def test_words_of_any_length_and_kind_are_kept_short() -> None:
    stops.stop("rosa@example.org", StopReason.BOUNCED, "é\u202e" * 10_000)
    assert len(MailStop.objects.get().words) <= stops.MOST_WORDS


def test_a_stop_outlives_a_change_of_the_secret(settings: Any) -> None:
    """As `civic/README.md` has it done: the former key becomes a fallback."""
    follower = sent("rosa@example.org").subscription
    stops.stop("rosa@example.org", StopReason.BOUNCED)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another"
    assert stops.is_stopped("Rosa@example.org")
    owing.enqueue(make_status_update(follower.service_request))
    assert send.send_due() == 0
    assert not stops.stop("rosa@example.org", StopReason.BOUNCED)
    assert not stops.stop("rosa@example.org", StopReason.COMPLAINED)
    assert stops.reason_of("rosa@example.org") == StopReason.COMPLAINED
    stops.lift(stops.of("rosa@example.org").get())
    assert not stops.is_stopped("rosa@example.org")
    stops.stop("rosa@example.org", StopReason.BOUNCED)
    settings.SECRET_KEY_FALLBACKS = []
    assert stops.is_stopped("rosa@example.org"), "written with the new key"


def test_nothing_more_is_sent_to_it_and_the_row_says_why() -> None:
    follower = sent().subscription
    stops.stop(follower.email, StopReason.BOUNCED)
    owing.enqueue(make_status_update(follower.service_request))
    assert send.send_due() == 0
    assert mail.outbox == []
    row = Notification.objects.get(state=NotificationState.DROPPED)
    assert "came back for good" in row.error


def test_who_follows_goes_on_following_through_a_bounce_and_is_told_again_after_it_is_lifted() -> None:
    follower = sent().subscription
    stops.stop(follower.email, StopReason.REFUSED)
    owing.enqueue(make_status_update(follower.service_request))
    send.send_due()
    row = stops.of(follower.email).get()
    stops.lift(row)
    stops.lift(row)
    owing.enqueue(make_status_update(follower.service_request))
    assert send.send_due() == 1
    assert len(mail.outbox) == 1


def test_a_complaint_ends_all_that_the_person_follows() -> None:
    theirs, other = sent("Rosa@example.org").subscription, sent("ana@example.org").subscription
    stops.stop("rosa@example.org", StopReason.BOUNCED)
    stops.stop("rosa@example.org", StopReason.COMPLAINED)
    assert Subscription.objects.get(pk=theirs.pk).ended_at is not None
    assert Subscription.objects.get(pk=other.pk).ended_at is None
    assert stops.reason_of("rosa@example.org") == StopReason.COMPLAINED


def test_a_confirmation_to_it_is_dropped_too() -> None:
    row = ask()
    stops.stop(row.email, StopReason.COMPLAINED)
    assert confirmations.send_due() == 0
    row.refresh_from_db()
    assert (row.state, mail.outbox) == (NotificationState.DROPPED, [])


def test_a_volunteer_who_cannot_be_reached_is_named_as_such_and_the_others_are_told(chief: Any, settings: Any) -> None:
    settings.ATTENTION_EMAILS = ["desk@example.org"]
    stops.stop("chief@example.org", StopReason.BOUNCED)
    case()
    assert tell() == 1
    assert [message.to for message in mail.outbox] == [["desk@example.org"]]
    assert attention.unreachable() == ["chief@example.org"]
