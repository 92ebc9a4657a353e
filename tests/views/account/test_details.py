"""What new reports begin with, the language of mails, and the button that ends them all."""

import pytest
from django.test import Client

from reports import clock, intake
from reports.models import MailStop, Service, StopReason, Subscription, User, WatchArea, WatchSubscription, person_mark
from tests.factories import make_service_request, make_user, square
from tests.views.account.conftest import ADDRESS
from tests.views.progressing import finished

pytestmark = pytest.mark.django_db

CONTACT, MAILS = "/account/contact/", "/account/mails/"


def test_details_are_saved_and_shown_again(signed_in: Client, rosa: User) -> None:
    data = {"first_name": "Rosa", "last_name": "Díaz", "phone": "217 555 0123", "pass_on": "on"}
    page = signed_in.post(CONTACT, data, follow=True).content.decode()
    rosa.refresh_from_db()
    assert (rosa.first_name, rosa.last_name, rosa.phone, rosa.pass_on) == ("Rosa", "Díaz", "217 555 0123", True)
    assert rosa.get_full_name() == "Rosa Díaz"
    assert 'value="Díaz"' in page
    assert "Saved." in page
    signed_in.post(CONTACT, {})
    rosa.refresh_from_db()
    assert (rosa.first_name, rosa.pass_on) == ("", False)


@pytest.mark.parametrize(
    ("field", "value"),
    [("first_name", "R" * 101), ("last_name", "R\x00"), ("phone", "1" * 41), ("phone", "x" * 10_000)],
)
def test_details_that_cannot_be_kept_are_named_and_shown_again(
    signed_in: Client, rosa: User, field: str, value: str
) -> None:
    response = signed_in.post(CONTACT, {"first_name": "Rosa", field: value})
    assert response.status_code == 200
    page = response.content.decode()
    assert f'href="#id_{field}"' in page
    assert "<title>Error:" in " ".join(page.split())
    rosa.refresh_from_db()
    assert rosa.first_name == ""


def test_a_name_written_from_right_to_left_is_kept_as_it_is(signed_in: Client, rosa: User) -> None:
    signed_in.post(CONTACT, {"first_name": "‮رزا"})
    rosa.refresh_from_db()
    assert rosa.first_name == "‮رزا"


def test_forms_touch_nothing_but_their_own_fields(signed_in: Client, rosa: User) -> None:
    for url in (CONTACT, MAILS):
        signed_in.post(url, {"is_staff": "on", "is_superuser": "on", "email": "other@example.org"})
    rosa.refresh_from_db()
    assert (rosa.is_staff, rosa.is_superuser, rosa.email) == (False, False, ADDRESS)


def test_the_language_is_that_of_every_mail_from_now_on(signed_in: Client, rosa: User) -> None:
    told = Subscription.objects.create(service_request=make_service_request(), email="Rosa@example.org")
    strangers = Subscription.objects.create(service_request=make_service_request(), email="other@example.org")
    area = WatchArea.objects.create(name="Home", shape=square())
    watched = WatchSubscription.objects.create(area=area, email=ADDRESS)
    signed_in.post(MAILS, {"locale": "es", "follow_own": "on"})
    for row in (rosa, told, strangers, watched):
        row.refresh_from_db()
    assert (rosa.locale, told.locale, watched.locale, strangers.locale) == ("es", "es", "es", "en")
    assert rosa.follow_own
    signed_in.post(MAILS, {"locale": ""})
    told.refresh_from_db()
    rosa.refresh_from_db()
    assert (rosa.locale, rosa.follow_own) == ("", False)
    assert told.locale == "es", "no page says another one"


@pytest.mark.usefixtures("reporting")
@pytest.mark.parametrize(("locale", "mails"), [("es", "es"), ("", "en")])
def test_the_mails_of_a_report_filed_with_the_account_are_in_its_language(
    service: Service, rosa: User, locale: str, mails: str
) -> None:
    rosa.locale = locale
    rosa.save()
    draft = finished(service)
    draft.answers["contact"] |= {"email": ADDRESS, "tell_me": True}
    draft.save()
    filed = intake.file_service_request(draft, account=rosa)
    assert filed.locale == "en", "that of its words"
    assert filed.subscriptions.get().locale == mails


@pytest.mark.parametrize("locale", ["fr", "es\x00", "x" * 10_000])
def test_a_language_that_there_is_not(signed_in: Client, rosa: User, locale: str) -> None:
    page = signed_in.post(MAILS, {"locale": locale}).content.decode()
    assert "There are no mails in that language" in page
    rosa.refresh_from_db()
    assert rosa.locale == ""


def test_one_button_ends_all_mails_and_no_one_else_s(signed_in: Client) -> None:
    request = make_service_request()
    mine = Subscription.objects.create(service_request=request, email=ADDRESS)
    theirs = Subscription.objects.create(service_request=request, email="other@example.org")
    area = WatchArea.objects.create(name="Home", shape=square())
    watched = WatchSubscription.objects.create(area=area, email=ADDRESS, confirmed_at=clock.now())
    page = signed_in.get(MAILS).content.decode()
    assert "1 report is followed." in page
    assert "1 area is watched." in page
    for _twice in range(2):
        signed_in.post(MAILS, {"stop_all": "1"})
    for row in (mine, theirs, watched):
        row.refresh_from_db()
    assert mine.ended_at is not None
    assert watched.ended_at is not None
    assert theirs.ended_at is None
    assert "Stop all" not in signed_in.get(MAILS).content.decode()


def test_an_address_to_which_nothing_goes_any_more_is_named(signed_in: Client) -> None:
    assert "Nothing is mailed" not in signed_in.get(MAILS).content.decode()
    MailStop.objects.create(address=person_mark("email", ADDRESS), reason=StopReason.BOUNCED)
    assert f"Nothing is mailed to {ADDRESS}" in signed_in.get(MAILS).content.decode()


@pytest.mark.parametrize("url", [CONTACT, MAILS])
def test_a_post_without_its_token_is_refused(url: str) -> None:
    account = make_user()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(account)
    assert strict.post(url, {"first_name": "Rosa", "locale": "es"}).status_code == 403
    account.refresh_from_db()
    assert (account.first_name, account.locale) == ("", "")
