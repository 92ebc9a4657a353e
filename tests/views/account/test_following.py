"""Stopping and resuming mails of reports and watch areas; nobody changes anybody else's."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from reports import clock
from reports.models import (
    DigestForm,
    Notification,
    NotificationState,
    PublicStatus,
    Rhythm,
    ServiceRequest,
    Subscription,
    User,
    WatchItem,
    WatchSubscription,
)
from tests.factories import make_service_request, make_status_update, make_user
from tests.views.account.conftest import ADDRESS
from tests.watched import make_watch

pytestmark = pytest.mark.django_db

URL = "/account/following/"


def follow(email: str = ADDRESS, **fields: Any) -> Subscription:
    return Subscription.objects.create(service_request=make_service_request(), email=email, **fields)


def watch(email: str = ADDRESS, **fields: Any) -> WatchSubscription:
    return make_watch(email=email, **fields)


def press(client: Client, row: Subscription | WatchSubscription, **data: str) -> Any:
    name = "account_subscription" if isinstance(row, Subscription) else "account_area"
    return client.post(reverse(name, args=[row.pk]), data, follow=True)


def test_own_and_others_reports_are_listed_and_nobody_else_s(signed_in: Client) -> None:
    mine, theirs, strangers = follow(by_reporter=True), follow("Rosa@example.org"), follow("other@example.org")
    page = signed_in.get(URL).content.decode()
    assert mine.service_request.reference in page
    assert theirs.service_request.reference in page
    assert "reported by you" in page
    assert "somebody else’s" in page
    assert strangers.service_request.reference not in page


def test_stopping_drops_what_is_queued_and_resuming_begins_anew(signed_in: Client) -> None:
    row = follow()
    update = make_status_update(row.service_request)
    queued = Notification.objects.create(subscription=row, status_update=update)
    for _twice in range(2):
        page = press(signed_in, row, do="stop").content.decode()
    assert "no longer go to" in page
    row.refresh_from_db()
    queued.refresh_from_db()
    assert row.ended_at is not None
    assert queued.state == NotificationState.DROPPED
    assert "again" in press(signed_in, row, do="resume").content.decode()
    row.refresh_from_db()
    assert row.ended_at is None


@pytest.mark.parametrize("by_reporter", [True, False])
def test_of_a_report_that_has_ended_nothing_is_resumed(signed_in: Client, by_reporter: bool) -> None:
    row = follow(ended_at=clock.now(), by_reporter=by_reporter)
    ServiceRequest.objects.filter(pk=row.service_request_id).update(status=PublicStatus.CANCELLED)
    assert "No more mails come of it" in press(signed_in, row, do="resume").content.decode()
    row.refresh_from_db()
    assert row.ended_at is not None


def test_a_hidden_report_is_resumed_by_whoever_filed_it_alone(signed_in: Client) -> None:
    mine, theirs = follow(ended_at=clock.now(), by_reporter=True), follow(ended_at=clock.now())
    ServiceRequest.objects.update(hidden=True)
    for row in (mine, theirs):
        press(signed_in, row, do="resume")
        row.refresh_from_db()
    assert mine.ended_at is None
    assert theirs.ended_at is not None


def test_it_leads_back_to_the_list_of_reports_and_to_no_other_site(signed_in: Client) -> None:
    row = follow()
    url = reverse("account_subscription", args=[row.pk])
    assert signed_in.post(url, {"do": "stop", "next": "/account/?page=2"})["Location"] == "/account/?page=2"
    for elsewhere in ("https://evil.example/account/", "//evil.example", "/admin/", ""):
        assert signed_in.post(url, {"do": "stop", "next": elsewhere})["Location"] == URL


def test_watch_areas_are_stopped_and_resumed_for_what_comes_then(signed_in: Client) -> None:
    row = watch()
    assert row.area.name in signed_in.get(URL).content.decode()
    press(signed_in, row, do="stop")
    row.refresh_from_db()
    assert row.ended_at is not None
    item = WatchItem.objects.create(area=row.area, service_request=make_service_request(), status=PublicStatus.RECEIVED)
    press(signed_in, row, do="resume")
    row.refresh_from_db()
    assert row.ended_at is None
    assert row.told_until == item.pk


def test_an_area_of_the_account_under_another_address_needs_that_mail(signed_in: Client, rosa: User) -> None:
    row = watch("typo@example.org", account=rosa, confirmed_at=None, ended_at=clock.now())
    press(signed_in, row, do="resume")
    row.refresh_from_db()
    assert row.confirmed_at is None


@pytest.mark.parametrize("data", [{"do": "resume"}, {"do": "rhythm", "rhythm": Rhythm.WEEKLY}])
def test_of_an_address_that_was_taken_off_only_the_end_is_left(
    signed_in: Client, rosa: User, data: dict[str, str]
) -> None:
    """Its new owner has ended it by the link in a mail: the account that once asked for it does not begin it again."""
    row = watch("former@example.org", account=rosa, ended_at=clock.now())
    assert "not a confirmed address" in press(signed_in, row, **data).content.decode()
    row.refresh_from_db()
    assert row.ended_at is not None
    assert row.rhythm == Rhythm.DAILY
    assert "no longer go to" in press(signed_in, row, do="stop").content.decode()


def test_how_often_digests_come(signed_in: Client) -> None:
    row = watch(due_at=clock.now())
    press(signed_in, row, do="rhythm", rhythm=Rhythm.WEEKLY)
    before = row.due_at
    row.refresh_from_db()
    assert row.rhythm == Rhythm.WEEKLY
    assert row.due_at > before


def test_a_sheet_comes_once_a_week_and_in_no_other_rhythm(signed_in: Client) -> None:
    due = clock.now()
    row = watch(due_at=due, form=DigestForm.SHEET, rhythm=Rhythm.WEEKLY)
    page = signed_in.get(URL).content.decode()
    assert 'name="rhythm"' not in page
    assert 'value="rhythm"' not in page
    assert 'value="stop"' in page
    assert "a weekly sheet with figures" in page
    assert "A sheet comes once a week." in press(signed_in, row, do="rhythm", rhythm=Rhythm.DAILY).content.decode()
    row.refresh_from_db()
    assert (row.rhythm, row.due_at) == (Rhythm.WEEKLY, due)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"do": "nonsense"},
        {"do": "\x00"},
        {"do": "x" * 10_000},
        {"do": "rhythm"},
        {"do": "rhythm", "rhythm": "hourly"},
    ],
)
def test_a_form_that_is_not_whole_changes_nothing(signed_in: Client, data: dict[str, str]) -> None:
    for row in (follow(), watch()):
        assert "did not arrive whole" in press(signed_in, row, **data).content.decode()
        row.refresh_from_db()
        assert row.ended_at is None
        assert getattr(row, "rhythm", Rhythm.DAILY) == Rhythm.DAILY


def test_nobody_touches_what_is_somebody_else_s(signed_in: Client) -> None:
    for row in (follow("other@example.org"), watch("other@example.org"), watch("x@example.org", account=make_user())):
        assert press(signed_in, row, do="stop").status_code == 404
        row.refresh_from_db()
        assert row.ended_at is None
    assert signed_in.post(f"{URL}{10**30}/", {"do": "stop"}).status_code == 404


def test_opening_such_an_address_changes_nothing(signed_in: Client) -> None:
    for row in (follow(), watch()):
        name = "account_subscription" if isinstance(row, Subscription) else "account_area"
        assert signed_in.get(reverse(name, args=[row.pk]))["Location"] == URL
        row.refresh_from_db()
        assert row.ended_at is None


def test_a_post_without_its_token_is_refused(rosa: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(rosa)
    row = follow()
    assert press(strict, row, do="stop").status_code == 403
    row.refresh_from_db()
    assert row.ended_at is None
