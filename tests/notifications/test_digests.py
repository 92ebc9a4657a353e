"""Digests: one a day at most, in the area's mornings, with what is new, to whoever still wants it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail

from reports import clock
from reports.browsing import watching
from reports.models import (
    Digest,
    Endpoint,
    MailStop,
    PublicStatus,
    ServiceRequest,
    WatchArea,
    WatchItem,
    WatchSubscription,
    person_mark,
)
from reports.notifications import digest_mails, digests
from tests.factories import make_jurisdiction, make_service_request, make_status_update
from tests.notifications.away import AWAY
from tests.notifications.digesting import body_of, looked_before, news, run
from tests.watched import make_area, make_watch

__all__ = ["looked_before"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("looked_before")]
CHICAGO = ZoneInfo("America/Chicago")
MONDAY = datetime(2026, 5, 4, 7, tzinfo=CHICAGO)


# --- When -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rhythm", "now", "due"),
    [
        ("daily", "2026-05-05 06:59", "2026-05-05 07:00"),
        ("daily", "2026-05-05 07:00", "2026-05-06 07:00"),
        ("daily", "2026-05-05 23:59", "2026-05-06 07:00"),
        ("weekly", "2026-05-05 06:59", "2026-05-11 07:00"),
        ("weekly", "2026-05-04 06:59", "2026-05-04 07:00"),
        ("weekly", "2026-05-04 07:00", "2026-05-11 07:00"),
        ("weekly", "2026-05-10 23:00", "2026-05-11 07:00"),
        ("daily", "2026-03-07 08:00", "2026-03-08 07:00"),  # clocks go forward that night, and back that one
        ("daily", "2026-10-31 08:00", "2026-11-01 07:00"),
        ("weekly", "2026-03-02 08:00", "2026-03-09 07:00"),
    ],
)
def test_in_the_mornings_of_the_area(rhythm: str, now: str, due: str) -> None:
    moments = [datetime.fromisoformat(each).replace(tzinfo=CHICAGO) for each in (now, due)]
    assert digests.next_due(rhythm, CHICAGO, moments[0].astimezone(UTC)) == moments[1]


def test_an_hour_that_a_night_leaves_out_is_a_moment_all_the_same(settings: Any) -> None:
    settings.DIGEST_HOUR = 2
    before = datetime(2026, 3, 8, 1, 59, tzinfo=CHICAGO)
    due = digests.next_due("daily", CHICAGO, before)
    assert before < due < before + timedelta(hours=2)
    assert digests.next_due("daily", CHICAGO, due).astimezone(CHICAGO).day == 9


def test_a_short_day_for_demonstrations(settings: Any) -> None:
    settings.DIGEST_DAY_SECONDS = 60
    assert digests.next_due("daily", CHICAGO, MONDAY) == MONDAY + timedelta(seconds=60)
    assert digests.next_due("weekly", CHICAGO, MONDAY) == MONDAY + timedelta(seconds=420)
    watch = make_watch()
    for minute in range(3):
        with clock.at(clock.now() + timedelta(minutes=minute)):
            news(watch.area)
            assert run() == 1


def test_one_digest_with_all_of_it_and_then_none_until_there_is_news() -> None:
    watch = make_watch()
    rows = [news(watch.area, address_string=f"{number} Main Street") for number in range(3)]
    assert run() == 1
    assert all(row.reference in body_of() for row in rows)
    assert run() == 0
    watch.refresh_from_db()
    assert watch.due_at is not None
    assert watch.due_at > clock.now()
    with clock.at(watch.due_at):
        assert run() == 0  # nothing is new
        later = news(watch.area)
        assert run() == 0  # it comes tomorrow
    watch.refresh_from_db()
    with clock.at(watch.due_at + timedelta(minutes=1)):
        assert run() == 1
    assert later.reference in body_of(1)
    assert rows[0].reference not in body_of(1)


def test_never_two_on_one_day_however_often_it_is_asked() -> None:
    make_jurisdiction(time_zone="America/Chicago")
    watch = make_watch(due_at=MONDAY)
    with clock.at(MONDAY):
        news(watch.area)
        assert run() == 1
        news(watch.area)
        WatchSubscription.objects.update(due_at=clock.now())
        assert run() == 0
        assert digests.queue_due(at_once=True) == 0
    with clock.at(MONDAY + timedelta(days=1)):
        assert run() == 1
    assert Digest.objects.count() == 2


@pytest.mark.parametrize("month", [3, 11])
def test_each_morning_of_the_nights_on_which_clocks_change(month: int) -> None:
    make_jurisdiction(time_zone="America/Chicago")
    begin = datetime(2026, month, 6 if month == 3 else 1, 6, tzinfo=CHICAGO) - timedelta(days=2)
    with clock.at(begin):
        watch = make_watch(make_area(created_at=begin))
        digests.begin(watch, CHICAGO)
    sent = []
    for quarter in range(5 * 24 * 4):
        moment = begin.astimezone(UTC) + timedelta(minutes=15 * quarter)
        with clock.at(moment):
            if quarter % 8 == 0:
                news(watch.area)
            if run():
                sent.append(moment.astimezone(CHICAGO))
    assert [(each.hour, each.minute) for each in sent] == [(7, 0)] * 5
    assert len({each.date() for each in sent}) == 5


def test_after_days_in_which_nothing_ran_there_is_one_mail() -> None:
    watch = make_watch(due_at=clock.now() - timedelta(days=5))
    for _number in range(3):
        news(watch.area)
    assert run() == 1
    watch.refresh_from_db()
    assert watch.due_at is not None
    assert watch.due_at > clock.now()


def test_whoever_joins_is_not_told_of_what_was_before() -> None:
    area = make_area()
    news(area)
    late = make_watch(area, confirmed_at=None, due_at=None)
    digests.begin(late, CHICAGO)
    digests.queue_due(at_once=True)
    assert not Digest.objects.exists()
    news(area)
    assert digests.queue_due(at_once=True) == 1


# --- Once -----------------------------------------------------------------------------------------------------------


def test_two_runs_at_once_write_and_send_nothing_twice() -> None:
    watch = make_watch()
    news(watch.area)
    assert digests.queue_due() + digests.queue_due() == 1
    digest = Digest.objects.get()
    assert digest_mails._send(digest.pk) + digest_mails._send(digest.pk) == 1
    assert len(mail.outbox) == 1


def test_a_worker_that_dies_between_queue_and_mail_loses_nothing() -> None:
    watch = make_watch()
    row = news(watch.area)
    digests.queue_due()
    assert not mail.outbox
    assert digests.queue_due() == 0
    assert digest_mails.send_due() == 1
    assert row.reference in body_of()


def test_a_worker_that_dies_while_it_writes_leaves_all_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = make_watch()
    news(watch.area)
    with monkeypatch.context() as patch:
        patch.setattr(WatchSubscription.objects, "bulk_update", lambda *args, **kwargs: 1 / 0)
        patch.setattr(type(WatchSubscription.objects.all()), "bulk_update", lambda *args, **kwargs: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            digests.queue_due()
    assert not Digest.objects.exists()
    assert run() == 1


def test_one_whose_sender_died_while_sending_is_not_sent_again() -> None:
    news(make_watch().area)
    digests.queue_due()
    Digest.objects.update(state="sending", lease_until=clock.now() - timedelta(minutes=1))
    assert digest_mails.send_due() == 0
    assert Digest.objects.get().state == "failed"


def test_a_mail_server_that_is_away_is_waited_for(settings: Any) -> None:
    working, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, AWAY
    for address in ("a@example.org", "b@example.org"):
        news(make_watch(email=address).area)
    assert run() == 0
    settings.EMAIL_BACKEND = working
    assert set(Digest.objects.values_list("state", flat=True)) == {"queued"}
    with clock.at(clock.now() + timedelta(minutes=5)):
        assert digest_mails.send_due() == 2
    assert sorted(message.to[0] for message in mail.outbox) == ["a@example.org", "b@example.org"]


def test_a_mail_server_that_is_away_for_days_leaves_one_mail_with_all_of_it() -> None:
    make_jurisdiction(time_zone="America/Chicago")
    watch = make_watch(due_at=MONDAY)
    rows = []
    for day in range(3):
        with clock.at(MONDAY + timedelta(days=day)):
            rows.append(news(watch.area))
            assert digests.queue_due() == (day == 0)
    with clock.at(MONDAY + timedelta(days=3, hours=-1)):  # before the hour of that day's own
        assert digest_mails.send_due() == 1
    assert all(row.reference in body_of() for row in rows)
    with clock.at(MONDAY + timedelta(days=3)):
        later = news(watch.area)
        assert run() == 0  # that day has had its mail
    with clock.at(MONDAY + timedelta(days=4)):
        assert run() == 1
    assert later.reference in body_of(1)
    assert rows[2].reference not in body_of(1)


def test_news_while_a_digest_is_being_sent_wait_for_the_next_day() -> None:
    watch = make_watch(due_at=MONDAY)
    with clock.at(MONDAY):
        news(watch.area)
        assert digests.queue_due() == 1
        Digest.objects.update(state="sending", lease_until=MONDAY + timedelta(days=2))
    with clock.at(MONDAY + timedelta(days=1)):
        news(watch.area)
        assert digests.queue_due() == 0
    assert Digest.objects.count() == 1
    watch.refresh_from_db()
    assert watch.told_until == Digest.objects.get().until


def test_an_address_whose_mails_come_back_gets_none() -> None:
    MailStop.objects.create(address=person_mark("email", "ada@example.org"), reason="bounced")
    news(make_watch().area)
    assert run() == 0
    assert Digest.objects.get().state == "dropped"


# --- Who no longer wants it, and what may no longer be told ----------------------------------------------------------


@pytest.mark.parametrize("change", [{"confirmed_at": None}, {"ended_at": clock.now()}])
def test_nothing_before_the_confirmation_and_nothing_after_the_end(change: dict[str, Any]) -> None:
    watch = make_watch(**change)
    news(watch.area)
    assert run() == 0
    assert digests.queue_due(at_once=True) == 0


def test_stopping_drops_what_is_queued_and_twice_is_fine() -> None:
    watch = make_watch()
    news(watch.area)
    digests.queue_due()
    digests.stop(watch)
    watch.refresh_from_db()
    ended = watch.ended_at
    digests.stop(watch)
    watch.refresh_from_db()
    assert watch.ended_at == ended is not None
    assert digest_mails.send_due() == 0
    assert Digest.objects.get().state == "dropped"


def test_one_that_ends_while_its_mail_is_being_taken_is_dropped() -> None:
    watch = make_watch()
    news(watch.area)
    digests.queue_due()
    WatchSubscription.objects.update(ended_at=clock.now())
    assert digest_mails.send_due() == 0
    assert Digest.objects.get().state == "dropped"


def test_an_area_that_is_deleted_meanwhile_takes_its_mails_along() -> None:
    watch = make_watch()
    news(watch.area)
    digests.queue_due()
    WatchArea.objects.all().delete()
    assert digest_mails.send_due() == 0
    assert not mail.outbox


@pytest.mark.parametrize("gone", [{"hidden": True}, {"private": True}, {"held_at": clock.now()},
                                  {"taken_away_at": clock.now()}])  # fmt: skip
def test_what_is_hidden_meanwhile_is_left_out(gone: dict[str, Any]) -> None:
    watch = make_watch()
    kept, hidden = news(watch.area), news(watch.area)
    digests.queue_due()
    ServiceRequest.objects.filter(pk=hidden.pk).update(**gone)
    assert digest_mails.send_due() == 1
    assert kept.reference in body_of()
    assert hidden.reference not in body_of()
    assert "1 new" in mail.outbox[0].subject


def test_where_nothing_is_left_no_mail_goes() -> None:
    watch = make_watch()
    news(watch.area)
    digests.queue_due()
    ServiceRequest.objects.update(hidden=True)
    assert digest_mails.send_due() == 0
    assert Digest.objects.get().state == "dropped"


def test_a_report_that_is_deleted_meanwhile() -> None:
    watch = make_watch()
    news(watch.area)
    digests.queue_due()
    ServiceRequest.objects.all().delete()
    assert digest_mails.send_due() == 0


# --- What is forgotten ------------------------------------------------------------------------------------------------


def test_what_is_of_no_use_goes_and_what_is_stays() -> None:
    now = clock.now()
    told, untold = make_watch(email="told@example.org"), make_watch(email="untold@example.org")
    for watch in (told, untold):
        news(watch.area)
    WatchItem.objects.update(noticed_at=now - watching.NEWS - timedelta(days=1))
    told.told_until = WatchItem.objects.order_by("pk").last().pk  # type: ignore[union-attr]
    told.save()
    make_watch(email="asked@example.org", confirmed_at=None, created_at=now - timedelta(days=8))
    make_watch(email="asking@example.org", confirmed_at=None)
    make_watch(email="left@example.org", ended_at=now - timedelta(days=31))
    make_watch(email="leaving@example.org", ended_at=now - timedelta(days=29))
    WatchArea.objects.update(created_at=now - timedelta(days=50))
    make_area()
    digests.forget()
    left = WatchSubscription.objects.order_by("pk").values_list("email", flat=True)
    assert list(left) == ["told@example.org", "untold@example.org", "asking@example.org", "leaving@example.org"]
    assert list(WatchItem.objects.values_list("area", flat=True)) == [untold.area_id]
    assert WatchArea.objects.count() == 5
    assert digests.forget() == 0


def test_old_digests_go_and_those_that_wait_stay() -> None:
    news(make_watch().area)
    digests.queue_due()
    Digest.objects.update(due_at=clock.now() - timedelta(days=40))
    digests.forget()
    assert Digest.objects.count() == 1
    Digest.objects.update(state="sent")
    digests.forget()
    assert not Digest.objects.exists()


def test_the_whole_way_from_a_change_to_the_mail() -> None:
    watch = make_watch()
    row = make_service_request()
    watching.notice()
    make_status_update(row, status=PublicStatus.CLOSED, by_body=True, datetime=clock.now())
    ServiceRequest.objects.update(status=PublicStatus.CLOSED, status_notes="Filled.")
    watching.notice()
    assert run() == 1
    assert "Done, says the city" in body_of()
    assert f"/watch/{watch.area.key}/" in body_of()
    assert Endpoint.objects.exists()
