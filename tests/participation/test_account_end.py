"""After an account is deleted no table holds its address; its reports stay without a name, or are taken away."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session

from reports import clock
from reports.models import (
    Contact,
    Draft,
    Media,
    ServiceRequest,
    Sighting,
    Submission,
    SubmissionState,
    Subscription,
    User,
    WatchArea,
    WatchSubscription,
)
from reports.participation import account_end
from tests.factories import make_service_request, make_user
from tests.participation.somebody import log_of, make_somebody

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("photo_folder")]

EMAIL = "rosa@example.org"


def where(word: str) -> list[str]:
    """Every table and column that holds the word, in capitals or small letters."""
    return [
        f"{model._meta.label}.{name}"
        for model in apps.get_models()
        for row in model._default_manager.values()
        for name, value in row.items()
        if word.lower() in str(value).lower()
    ]


@pytest.mark.parametrize("take_away", [False, True])
def test_no_table_holds_the_address_or_the_number_any_more(take_away: bool) -> None:
    me, stranger = make_somebody(EMAIL, "Rosa"), make_somebody("otto@example.org", "Otto")
    log_of(stranger.account, me.account)
    assert len(where(EMAIL)) > 8, "the test has something to look for"
    account_end.end(me.account, take_away=take_away)
    assert where(EMAIL) == []
    assert where("Rosa 555") == []
    assert where("otto@example.org"), "others keep what is theirs"
    assert Draft.objects.get().account == stranger.account
    assert WatchArea.objects.get() == stranger.area
    assert Subscription.objects.filter(email="otto@example.org").count() == 3


def test_reports_that_are_kept_lose_their_owner_and_nothing_else() -> None:
    me = make_somebody(EMAIL, "Rosa")
    account_end.end(me.account, take_away=False)
    for request in ServiceRequest.objects.all():
        assert request.account is None
        assert request.description == "Seen by Rosa"
        assert request.taken_away_at is None
    assert not Contact.objects.exists()
    assert Media.objects.filter(service_request__isnull=False).count() == 2
    assert Sighting.objects.count() == 1, "a number without a name"


def test_reports_that_are_taken_away_are_those_of_the_address_too() -> None:
    me = make_somebody(EMAIL, "Rosa")
    account_end.end(me.account, take_away=True)
    gone = {me.with_account.pk, me.from_address.pk}
    assert set(ServiceRequest.objects.exclude(taken_away_at=None).values_list("pk", flat=True)) == gone
    assert ServiceRequest.objects.get(pk=me.others.pk).description == "Seen by Rosa"


def test_while_one_is_being_sent_the_account_stays_and_the_next_try_finishes() -> None:
    me = make_somebody(EMAIL, "Rosa")
    Submission.objects.filter(request=me.from_address).update(state=SubmissionState.SENDING)
    with pytest.raises(account_end.StillBeingSent) as error:
        account_end.end(me.account, take_away=True)
    assert error.value.count == 1
    assert User.objects.filter(pk=me.account.pk).exists()
    Submission.objects.filter(request=me.from_address).update(state=SubmissionState.DELIVERED)
    account_end.end(me.account, take_away=True)
    assert where(EMAIL) == []


def test_an_area_that_somebody_else_watches_stays() -> None:
    me = make_somebody(EMAIL, "Rosa")
    WatchSubscription.objects.create(area=me.area, email="neighbour@example.org", confirmed_at=clock.now())
    account_end.end(me.account, take_away=False)
    assert [row.email for row in me.area.subscriptions.all()] == ["neighbour@example.org"]


def test_the_last_superuser_stays_and_one_of_two_goes() -> None:
    first = make_user(is_superuser=True, is_staff=True)
    with pytest.raises(account_end.LastSuperuser):
        account_end.end(first, take_away=False)
    make_user(is_superuser=True, is_active=False)
    assert account_end.is_last_superuser(first), "one who cannot sign in is no help"
    make_user(is_superuser=True)
    account_end.end(first, take_away=False)
    assert not User.objects.filter(pk=first.pk).exists()


def test_what_a_volunteer_did_stays_in_the_log_without_their_name() -> None:
    me, other = make_somebody(EMAIL, "Rosa"), make_user()
    User.objects.filter(pk=me.account.pk).update(is_staff=True, is_superuser=True)
    make_user(is_superuser=True)
    line = log_of(me.account, other)
    me.account.refresh_from_db()
    account_end.end(me.account, take_away=False)
    assert where(EMAIL) == []
    left = LogEntry.objects.get(pk=line.pk).user
    assert not left.is_active
    assert not left.is_staff
    assert not left.is_superuser
    assert left.get_full_name() == left.email
    assert not left.has_usable_password()


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ("joann@x.org", "joann@x.org"),
        ("ann@x.org.example", "ann@x.org.example"),
        ("jo.ann@x.org", "jo.ann@x.org"),
        ("ann@x.org-abc.example", "ann@x.org-abc.example"),
        ("Ann@X.org", account_end.NOBODY),
        ("Mail of <ann@x.org>.", account_end.NOBODY),
        ("ann@x.org. Lifted", account_end.NOBODY),
        ("joann@x.org and ann@x.org", account_end.NOBODY),
    ],
)
def test_the_log_of_somebody_whose_address_is_a_part_of_another_stays(told: str, left: str) -> None:
    me, volunteer = make_user("ann@x.org"), make_user()
    line = log_of(volunteer, volunteer)
    LogEntry.objects.filter(pk=line.pk).update(object_repr=told)
    account_end.end(me, take_away=False)
    line.refresh_from_db()
    assert line.object_repr == left


def test_every_browser_is_signed_out_and_nobody_else_s() -> None:
    me, other = make_user(), make_user()
    for account in (me, me, other):
        session = SessionStore()
        session["_auth_user_id"] = str(account.pk)
        session["account_authentication_methods"] = [{"method": "password", "email": account.email}]
        session.set_expiry(timedelta(days=1))
        session.save()
    account_end.end(me, take_away=False)
    assert [row.get_decoded()["_auth_user_id"] for row in Session.objects.all()] == [str(other.pk)]


def test_a_report_of_another_account_under_this_address_keeps_its_owner() -> None:
    me, other = make_somebody(EMAIL, "Rosa"), make_user()
    theirs = make_service_request(account=other)
    Contact.objects.create(service_request=theirs, email=EMAIL)
    account_end.end(me.account, take_away=True)
    theirs.refresh_from_db()
    assert theirs.account == other
    assert theirs.taken_away_at is None
    assert where(EMAIL) == []
