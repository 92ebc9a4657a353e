"""The page about what was reported close by: when it comes, what can be done there; it never stands in the way."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from reports import intake
from reports.models import (
    Confirmation,
    Draft,
    MirroredRequest,
    Service,
    ServiceOverride,
    ServiceRequest,
    Sighting,
    Subscription,
    person_mark,
)
from reports.participation import sightings
from reports.views import conditions, drafts
from tests.factories import LAT, LONG, make_service, make_service_request, make_user
from tests.resident import Resident
from tests.together import at_once
from tests.views.progressing import begun, finished, open_page, url

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reporting")]
ASKED = "Has it been reported already?"
QUESTIONS = "For SpringfieldPothole"
BACK = {"headers": {"sec-fetch-site": "same-origin"}}


def near(service: Service, **fields: Any) -> ServiceRequest:
    return make_service_request(service, **({"lat": LAT + 0.0001} | fields))


def mirrored(service: Service, **fields: Any) -> MirroredRequest:
    given = {"endpoint": service.endpoint, "service_request_id": "M-1", "service_code": service.service_code}
    given |= {"service_name": "Pothole", "status": "open", "lat": LAT, "long": LONG}
    return MirroredRequest.objects.create(**(given | fields))


def chosen(service: Service) -> Resident:
    """Somebody who has given the place and chosen the service."""
    return open_page(begun(), "service").fill_in(service=str(service.pk))


def draft() -> Draft:
    return Draft.objects.get()


# --- when it comes -------------------------------------------------------------------------------------------------


def test_where_nothing_is_near_nobody_sees_it(service: Service) -> None:
    assert chosen(service).heading == QUESTIONS
    assert "duplicates" not in draft().answers
    assert open_page(draft(), "duplicates").heading == QUESTIONS


def test_a_report_that_is_filed_while_the_page_opens_leads_to_its_end(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    near(service)
    draft = finished(service)
    look = drafts.look_round

    def file_meanwhile(current: Draft) -> Draft:
        intake.file_service_request(Draft.objects.get(pk=current.pk))
        return look(current)

    monkeypatch.setattr(drafts, "look_round", file_meanwhile)
    monkeypatch.setattr(conditions, "applies", lambda answers, page: True)  # it was one of this report's a moment ago
    assert open_page(draft, "duplicates").heading == "Report received"


def test_it_stands_between_the_service_and_its_questions(service: Service) -> None:
    request = near(service)
    resident = chosen(service)
    assert resident.heading == ASKED
    assert "12 Main Street" in resident.text
    assert "About 10 m away" in resident.text
    assert resident.page.xpath(f"//a[@href='{request.get_absolute_url()}' and @target='_blank']")
    assert resident.follow("Back").heading == "What is the problem?"
    resident = open_page(draft(), "duplicates").fill_in("different")
    assert resident.heading == QUESTIONS
    assert resident.follow("Back").heading == ASKED


def test_a_link_that_names_the_service_meets_it_too(service: Service) -> None:
    near(service)
    resident = Resident().open(f"/report/?service={service.pk}").fill_in(lat=str(LAT), long=str(LONG))
    assert resident.heading == ASKED


def test_who_has_said_that_theirs_is_different_is_not_asked_again(service: Service) -> None:
    near(service)
    chosen(service).fill_in("different")
    resident = open_page(draft(), "service").fill_in()
    assert resident.heading == QUESTIONS
    resident = open_page(draft(), "place").fill_in()
    assert resident.heading == QUESTIONS


def test_but_for_another_service_or_place_or_a_new_one(service: Service) -> None:
    near(service)
    other = make_service(service.endpoint, service_name="pothole", group="")
    resident = chosen(service).fill_in("different")
    assert open_page(draft(), "service").fill_in(service=str(other.pk)).heading == ASKED
    open_page(draft(), "duplicates").fill_in("different")
    assert open_page(draft(), "place").fill_in(lat=str(LAT + 0.0005), long=str(LONG)).heading == ASKED
    open_page(draft(), "duplicates").fill_in("different")
    near(other)
    assert open_page(draft(), "service").fill_in().heading == ASKED
    assert resident.heading == QUESTIONS


def test_a_finished_report_comes_back_to_the_check(service: Service) -> None:
    report = finished(service)
    near(service)
    resident = open_page(report, "service").fill_in()
    assert resident.heading == ASKED
    assert resident.fill_in("different").heading == "Check your answers"
    assert resident.fill_in().heading == "Report received"


def test_one_that_came_late_does_not_hold_up_the_sending(service: Service) -> None:
    report = finished(service)
    near(service)
    assert open_page(report, "check").fill_in().heading == "Report received"


def test_where_all_were_closed_meanwhile_the_page_is_passed(service: Service) -> None:
    request = near(service)
    resident = chosen(service)
    ServiceRequest.objects.filter(pk=request.pk).update(status="closed")
    assert resident.fill_in("different").heading == QUESTIONS
    assert open_page(draft(), "duplicates").heading == QUESTIONS
    assert "duplicates" not in draft().answers


@pytest.mark.parametrize("metres", [0, 5])
def test_a_volunteer_turns_it_off_or_makes_it_narrower(service: Service, metres: int) -> None:
    ServiceOverride.objects.create(service=service, duplicate_metres=metres)
    near(service)
    assert chosen(service).heading == QUESTIONS


def test_a_page_that_is_not_due_leads_to_the_one_that_is(service: Service) -> None:
    near(service)
    assert open_page(begun(), "duplicates").heading == "What is the problem?"


# --- back from the check -------------------------------------------------------------------------------------------


def test_back_from_the_check_walks_through_the_questions(service: Service) -> None:
    resident = open_page(finished(service), "check")
    pages = []
    while "Back" in resident.text and resident.url != "/":
        resident.follow("Back")
        pages.append(resident.url.rstrip("/").rpartition("/")[2])
    assert pages == ["contact", "media", "attributes", "service", "place", ""]


@pytest.mark.parametrize("page", ["place", "service", "attributes", "media", "contact"])
def test_a_change_link_comes_back_by_back_and_by_continue(service: Service, page: str) -> None:
    report = finished(service)
    resident = open_page(report, "check")
    link = next(href for href in resident.page.xpath("//dl//a/@href") if f"/{page}/" in href)
    resident.open(link)
    assert resident.follow("Back").heading == "Check your answers"
    fields = {"attribute_plate": "ABC"} if page == "attributes" else {}
    assert resident.open(link).fill_in(**fields).heading == "Check your answers"


def test_a_form_that_comes_back_with_an_error_still_leads_back_to_the_check(service: Service) -> None:
    report = finished(service)
    resident = Resident().open(f"{url(report, 'contact')}?from=check").fill_in(email="nobody", tell_me="on")
    assert resident.page.xpath("//*[@data-error-summary]")
    assert resident.follow("Back").heading == "Check your answers"


@pytest.mark.parametrize("came", ["elsewhere", "", "check&from=x", "%00"])
def test_an_unknown_origin_is_none(service: Service, came: str) -> None:
    resident = Resident().open(f"{url(finished(service), 'contact')}?from={came}")
    assert resident.follow("Back").heading == "Have you got a photo of it?"


# --- still there ---------------------------------------------------------------------------------------------------


def test_still_there_counts_at_once_and_once(service: Service) -> None:
    request = near(service)
    resident = chosen(service).fill_in(f"sighting=r{request.pk}")
    assert resident.heading == "Thank you"
    assert "You are the first" in resident.text
    resident.post_again()
    row = Sighting.objects.get()
    assert (row.service_request, row.person) == (request, person_mark("draft", str(draft().pk)))
    Sighting.objects.create(service_request=request, person="another")
    assert "2 people say now" in resident.open(resident.url).text
    assert resident.follow("Go on with your own report").heading == ASKED
    assert "2 people say that it is still there" in resident.text


def test_still_there_of_a_mirrored_one(service: Service) -> None:
    row = mirrored(service)
    resident = chosen(service)
    assert "reported to Springfield directly" in resident.text
    assert not resident.page.xpath("//a[contains(., 'Follow it') or contains(., 'Add a photo')]")
    assert resident.fill_in(f"sighting=m{row.pk}").heading == "Thank you"
    assert Sighting.objects.get().mirrored == row


def test_somebody_signed_in_is_counted_as_that_account(service: Service) -> None:
    request, user = near(service), make_user()
    resident = chosen(service)
    data = resident.form_data() | {"sighting": f"r{request.pk}"}
    for headers, people in (({"sec-fetch-site": "same-origin"}, 1), ({}, 2), ({"sec-fetch-site": "same-origin"}, 2)):
        client = Client()
        client.force_login(user)
        client.post(url(draft(), "duplicates"), data, headers=headers)
        assert Sighting.objects.count() == people
    assert {row.person for row in Sighting.objects.all()} == {
        person_mark("account", str(user.pk)), person_mark("draft", str(draft().pk)),
    }  # fmt: skip


def test_somebody_signed_in_is_the_person_of_their_address(service: Service) -> None:
    """Who said so on the report's own page, or by a mailed link, is not counted again here."""
    request, user = near(service), make_user("rosa@example.org")
    EmailAddress.objects.create(user=user, email=user.email, verified=True)
    sightings.see(request, person_mark("email", "rosa@example.org"))
    data = chosen(service).form_data() | {"sighting": f"r{request.pk}"}
    client = Client()
    client.force_login(user)
    client.post(url(draft(), "duplicates"), data, headers={"sec-fetch-site": "same-origin"})
    assert Sighting.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_are_one_person(service: Service) -> None:
    request = near(service)
    resident = chosen(service)
    data = resident.form_data() | {"sighting": f"r{request.pk}"}
    address = url(draft(), "duplicates")
    answers: list[int] = []
    at_once(lambda: answers.append(Client().post(address, data, **BACK).status_code), 4)
    assert answers == [302] * 4
    assert Sighting.objects.count() == 1


@pytest.mark.parametrize("key", ["r0", "m0", "r", "x", "", "r99999999999999999999", "r1\x00", "é" * 5000])
def test_one_that_is_not_near_is_said_plainly_and_nothing_is_lost(service: Service, key: str) -> None:
    near(service)
    far = make_service_request(service, lat=LAT + 0.01)
    resident = chosen(service)
    before = draft().answers
    for unknown in (key, f"r{far.pk}"):
        resident.open(url(draft(), "duplicates")).fill_in(f"sighting={unknown or 'r'}", status=410)
        assert resident.heading == "This report is not open any more"
    assert draft().answers == before
    assert not Sighting.objects.exists()
    assert resident.follow("Go on with my report").heading == ASKED


@pytest.mark.parametrize("change", [{"status": "closed"}, {"hidden": True}, {"taken_away_at": "2026-01-01T00:00Z"}])
def test_one_that_ended_meanwhile_is_said_plainly(service: Service, change: dict[str, Any]) -> None:
    request = near(service)
    resident = chosen(service)
    ServiceRequest.objects.filter(pk=request.pk).update(**change)
    assert resident.fill_in(f"sighting=r{request.pk}", status=410).heading == "This report is not open any more"
    assert resident.follow("Go on").heading == QUESTIONS


# --- follow --------------------------------------------------------------------------------------------------------


def test_follow_asks_for_an_address_and_mails_a_link(service: Service) -> None:
    request = near(service)
    resident = chosen(service).follow("Follow it")
    assert resident.heading == "Where should the news go?"
    resident.fill_in(email="ada@example.org")
    assert resident.heading == "Look in your e-mail"
    row = Confirmation.objects.get()
    assert (row.kind, row.service_request, row.email, row.locale) == ("follow", request, "ada@example.org", "en")
    assert not Subscription.objects.exists()
    assert resident.follow("Go on with your own report").heading == ASKED
    assert "ada@example.org" not in str(draft().answers)


@pytest.mark.parametrize(
    "email", ["", "nobody", "a@b.example\nBcc: x@y.example", "a\x00@b.example", "a" * 10_240 + "@b.example"]
)
def test_an_address_that_is_none_is_asked_again(service: Service, email: str) -> None:
    near(service)
    resident = chosen(service).follow("Follow it").fill_in(email=email)
    assert resident.heading == "Where should the news go?"
    assert resident.page.xpath("//*[@data-error-summary]//a[@href='#id_email']")
    assert not Confirmation.objects.exists()


def test_the_address_of_an_account_is_filled_in(service: Service) -> None:
    from allauth.account.models import EmailAddress

    near(service)
    chosen(service)
    user = make_user("rosa@example.org")
    client = Client()
    client.force_login(user)
    address = f"{url(draft(), 'duplicates')}?follow=r{ServiceRequest.objects.get().pk}"
    assert b"rosa@example.org" not in client.get(address).content  # not shown to be hers yet
    EmailAddress.objects.create(user=user, email=user.email, verified=True)
    assert b"rosa@example.org" in client.get(address).content


def test_a_mirrored_one_cannot_be_followed(service: Service) -> None:
    row = mirrored(service)
    resident = chosen(service)
    address = url(draft(), "duplicates")
    resident.open(f"{address}?follow=m{row.pk}", status=410)
    data = resident.open(address).form_data() | {"follow": f"m{row.pk}", "email": "ada@example.org"}
    assert Client().post(address, data, **BACK).status_code == 410
    assert not Confirmation.objects.exists()


def test_too_many_mails_from_one_network_are_refused(service: Service, settings: Any) -> None:
    settings.CONFIRMATIONS_PER_HOUR = 1
    near(service)
    resident = chosen(service).follow("Follow it")
    follow_page = resident.url
    resident.fill_in(email="ada@example.org")
    resident.open(follow_page).fill_in(email="bob@example.org", status=429)
    assert resident.form_data()["email"] == ["bob@example.org"]
    assert Confirmation.objects.count() == 1


# --- what guards it ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["follow", "asked", "thanks"])
@pytest.mark.parametrize("key", ["r0", "", "%00", "r1%0d%0aX", "x" * 4000])
def test_the_small_pages_of_unknown_ones(service: Service, state: str, key: str) -> None:
    near(service)
    chosen(service)
    Resident().open(f"{url(draft(), 'duplicates')}?{state}={key}", status=410)


def test_a_post_from_another_site_changes_nothing(service: Service) -> None:
    request = near(service)
    data = chosen(service).form_data() | {"sighting": f"r{request.pk}"}
    headers = {"origin": "https://evil.example"}
    assert Client().post(url(draft(), "duplicates"), data, headers=headers).status_code == 403
    assert not Sighting.objects.exists()


@pytest.mark.parametrize("button", ["sighting=r1", "follow=r1", "different"])
def test_a_lost_form_key_changes_nothing(service: Service, button: str) -> None:
    request = near(service)
    resident = chosen(service)
    resident.fill_in(button.replace("r1", f"r{request.pk}"), form_key="", email="ada@example.org", status=400)
    assert "did not arrive whole" in resident.text
    assert not Sighting.objects.exists()
    assert not Confirmation.objects.exists()
    assert draft().answers["duplicates"]["seen"] == []


def test_nobody_is_thanked_for_what_they_did_not_say(service: Service) -> None:
    request = near(service)
    chosen(service)
    Sighting.objects.create(service_request=request, person="another")
    assert Resident().open(f"{url(draft(), 'duplicates')}?thanks=r{request.pk}").heading == ASKED


def test_opening_pages_counts_nobody(service: Service) -> None:
    request = near(service)
    chosen(service)
    for query in ("", f"?follow=r{request.pk}", f"?thanks=r{request.pk}", f"?asked=r{request.pk}"):
        Resident().open(f"{url(draft(), 'duplicates')}{query}")
    assert not Sighting.objects.exists()
    assert not Confirmation.objects.exists()
