"""Still there, and following by e-mail, from the page of a report: by a mailed link, or at once with an account."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from reports import clock
from reports.models import Confirmation, ConfirmationKind, ServiceRequest, Sighting, Subscription, User, person_mark
from reports.participation.confirmations import ask_by_mail, confirm
from tests.factories import make_service_request, make_user
from tests.resident import Resident

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reporting")]
WAYS = [("follow", "Follow this report by e-mail"), ("still-there", "Is it still there?")]
SAME = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def request_() -> ServiceRequest:
    return make_service_request()


def way_of(request: ServiceRequest, way: str) -> str:
    return f"{request.get_absolute_url()}{way}/"


def signed_in(*, verified: bool = True) -> tuple[Client, User]:
    user = make_user("rosa@example.org")
    EmailAddress.objects.create(user=user, email=user.email, verified=verified)
    client = Client(headers=SAME)
    client.force_login(user)
    return client, user


def form_key(page: bytes, way: str) -> str:
    resident = Resident()
    from lxml import html

    resident.page = html.fromstring(page.decode())
    form = next(form for form in resident.page.forms if (form.action or "").endswith(f"/{way}/"))
    return str(dict(form.form_values())["form_key"])


# --- on the page of the report -------------------------------------------------------------------------------------


def test_the_page_says_how_many_and_when_last(request_: ServiceRequest) -> None:
    page = Resident().open(request_.get_absolute_url())
    assert "If you have seen it too, say so." in page.text
    for person in ("a", "b"):
        Sighting.objects.create(service_request=request_, person=person)
    assert "2 people have said that it is still there, the last of them on" in page.open(page.url).text


@pytest.mark.parametrize(("way", "_heading"), WAYS)
def test_the_forms_on_the_page_post_to_their_own(request_: ServiceRequest, way: str, _heading: str) -> None:
    page = Client().get(request_.get_absolute_url()).content
    data = {"form_key": form_key(page, way), "email": "ada@example.org"}
    answer = Client().post(way_of(request_, way), data, headers=SAME)
    assert (answer.status_code, answer["Location"]) == (302, f"{way_of(request_, way)}?sent=1")
    assert Confirmation.objects.get().kind == ("follow" if way == "follow" else "sighting")


def test_what_has_ended_is_followed_and_not_seen() -> None:
    request = make_service_request(status="closed")
    page = Resident().open(request.get_absolute_url())
    actions = page.page.xpath("//form/@action")
    assert way_of(request, "follow") in actions
    assert way_of(request, "still-there") not in actions


# --- by mail -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("way", "heading"), WAYS)
def test_an_address_is_sent_a_link_and_nothing_happens_before(request_: ServiceRequest, way: str, heading: str) -> None:
    resident = Resident().open(way_of(request_, way))
    assert resident.heading == heading
    assert resident.fill_in(email="ada@example.org").heading == "Look in your e-mail"
    resident.post_again()
    row = Confirmation.objects.get()
    assert (row.service_request, row.email) == (request_, "ada@example.org")
    assert not Subscription.objects.exists()
    assert not Sighting.objects.exists()


def test_the_page_is_the_same_whether_or_not_the_address_is_known(request_: ServiceRequest) -> None:
    Subscription.objects.create(service_request=request_, email="ada@example.org", by_reporter=True)
    known = Resident().open(way_of(request_, "follow")).fill_in(email="ada@example.org")
    other = Resident().open(way_of(request_, "follow")).fill_in(email="bob@example.org")
    assert known.text == other.text


@pytest.mark.parametrize(("way", "_heading"), WAYS)
@pytest.mark.parametrize(
    "email", ["", "nobody", "a@b.example\nBcc: x@y.example", "a\x00@b.example", "a" * 10_240 + "@b.example"]
)
def test_an_address_that_is_none_is_asked_again(request_: ServiceRequest, way: str, _heading: str, email: str) -> None:
    resident = Resident().open(way_of(request_, way)).fill_in(email=email)
    assert resident.page.xpath("//*[@data-error-summary]//a[@href='#id_email']")
    assert not Confirmation.objects.exists()


def test_too_many_mails_from_one_network_are_refused(request_: ServiceRequest, settings: Any) -> None:
    settings.CONFIRMATIONS_PER_HOUR = 1
    resident = Resident().open(way_of(request_, "follow")).fill_in(email="ada@example.org")
    resident.open(way_of(request_, "still-there")).fill_in(email="bob@example.org", status=429)
    assert resident.form_data()["email"] == ["bob@example.org"]
    assert Confirmation.objects.count() == 1


@pytest.mark.parametrize(("way", "_heading"), WAYS)
@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"status": "cancelled"}, 409, "The report has ended"),
        ({"held_at": clock.now()}, 409, "A volunteer looks at this report"),
        ({"hidden": True}, 410, ""),
        ({"taken_away_at": clock.now()}, 410, ""),
    ],
)
def test_what_the_public_does_not_see_refuses(
    request_: ServiceRequest, way: str, _heading: str, change: dict[str, Any], status: int, words: str
) -> None:
    resident = Resident().open(way_of(request_, way))
    ServiceRequest.objects.update(**change)
    resident.fill_in(email="ada@example.org", status=status)
    assert words in resident.text
    assert words in Resident().open(way_of(request_, way), status=409 if status == 409 else 410).text
    assert not Confirmation.objects.exists()


def test_where_a_report_is_not_public_nobody_is_counted(request_: ServiceRequest) -> None:
    ServiceRequest.objects.update(private=True)
    assert "The report is not public" in Resident().open(way_of(request_, "still-there"), status=409).text


# --- with an account -----------------------------------------------------------------------------------------------


def test_with_an_account_it_is_done_at_once_and_once(request_: ServiceRequest) -> None:
    client, user = signed_in()
    page = client.get(request_.get_absolute_url()).content
    assert b"The news goes to rosa@example.org." in page
    for way, _heading in WAYS:
        for _time in range(2):
            answer = client.post(way_of(request_, way), {"form_key": form_key(page, way)}, follow=True)
            assert (answer.status_code, b"Thank you" in answer.content) == (200, True)
    follower = Subscription.objects.get()
    assert (follower.email, follower.by_reporter) == ("rosa@example.org", False)
    assert Sighting.objects.get().person == person_mark("email", user.email)
    assert not Confirmation.objects.exists()


def test_with_an_account_and_by_mail_somebody_is_one_person(request_: ServiceRequest) -> None:
    client, user = signed_in()
    ask_by_mail(ConfirmationKind.SIGHTING, user.email.upper(), request_)
    confirm(Confirmation.objects.get())
    page = client.get(request_.get_absolute_url()).content
    client.post(way_of(request_, "still-there"), {"form_key": form_key(page, "still-there")})
    assert Sighting.objects.count() == 1


@pytest.mark.parametrize(("headers", "verified"), [({}, True), ({"sec-fetch-site": "none"}, True), (SAME, False)])
def test_a_post_that_is_not_surely_theirs_asks_for_an_address(
    request_: ServiceRequest, headers: dict[str, str], verified: bool
) -> None:
    client, _user = signed_in(verified=verified)
    key = form_key(Client().get(request_.get_absolute_url()).content, "follow")
    client.defaults = {}
    plain = Client(headers=headers)
    plain.cookies = client.cookies
    answer = plain.post(way_of(request_, "follow"), {"form_key": key})
    assert b"Write the e-mail address to which the link should go." in answer.content
    assert not Subscription.objects.exists()


# --- what guards it ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("way", "_heading"), WAYS)
def test_a_post_from_another_site_changes_nothing(request_: ServiceRequest, way: str, _heading: str) -> None:
    client, _user = signed_in()
    data = {"form_key": form_key(client.get(request_.get_absolute_url()).content, way)}
    for headers in ({"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}):
        assert client.post(way_of(request_, way), data, headers=headers).status_code == 403
    assert not Subscription.objects.exists()
    assert not Sighting.objects.exists()
    assert not Confirmation.objects.exists()


@pytest.mark.parametrize("key", ["", "form:x:y", "form"])
def test_a_form_that_did_not_arrive_whole(request_: ServiceRequest, key: str) -> None:
    resident = Resident().open(way_of(request_, "follow")).fill_in(form_key=key, email="ada@example.org", status=400)
    assert resident.form_data()["email"] == ["ada@example.org"]
    assert not Confirmation.objects.exists()


def test_the_key_of_one_way_is_none_for_the_other(request_: ServiceRequest) -> None:
    key = Resident().open(way_of(request_, "follow")).form_data()["form_key"][0]
    resident = Resident().open(way_of(request_, "still-there"))
    resident.fill_in(form_key=key, email="ada@example.org", status=400)


def test_a_body_that_is_too_large_is_refused(request_: ServiceRequest) -> None:
    answer = Client().post(way_of(request_, "follow"), {"email": "a" * 20_000}, headers=SAME)
    assert answer.status_code == 413


@pytest.mark.parametrize(("way", "_heading"), WAYS)
@pytest.mark.parametrize("reference", ["AAA-AAA-AAAA", "x", "%00", "7KQ%00"])
def test_a_report_that_is_not_there(way: str, _heading: str, reference: str) -> None:
    for method in (Client().get, Client().post):
        assert method(f"/requests/{reference}/{way}/", follow=True).status_code == 404


def test_only_get_and_post(request_: ServiceRequest) -> None:
    assert Client().put(way_of(request_, "follow")).status_code == 405
