"""The walk from the place to the end: its order, its keys, what guards it, and that a report is sent once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from reports import clock
from reports.models import Draft, Service, ServiceRequest
from tests.factories import LAT, LONG, make_service, make_user
from tests.pictures import picture, upload
from tests.resident import Resident
from tests.views.progressing import begun, finished, open_page, url

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reporting")]
BACK = {"headers": {"sec-fetch-site": "same-origin"}}


# --- the whole way -------------------------------------------------------------------------------------------------


def test_the_whole_way_without_a_cookie_or_a_script(service: Service) -> None:
    resident = Resident().open("/report/").fill_in(lat=str(LAT), long=str(LONG))
    resident.fill_in(service=str(service.pk))
    assert resident.heading == "For SpringfieldPothole"
    resident.fill_in(attribute_plate="ABC 1", attribute_days="0", description="Deep.\r\nVery.")
    resident.fill_in("add", photos=upload(picture()))
    assert len(resident.page.xpath("//ul[contains(@class, 'photos')]/li")) == 1
    resident.fill_in()
    resident.fill_in(email="ada@example.org", tell_me="on")
    assert resident.heading == "Check your answers"
    for words in ("ABC 1", "Deep.", "ada@example.org", "The report goes to Springfield"):
        assert words in resident.text
    resident.fill_in()
    request = ServiceRequest.objects.get()
    assert resident.heading == "Report received"
    assert request.reference in resident.text
    assert "ada@example.org" in resident.text
    assert request.description == "Deep.\nVery."
    assert [given["code"] for given in request.attributes] == ["plate", "days"]
    assert request.media.count() == 1
    assert resident.page.xpath(f"//a[@href='{request.get_absolute_url()}']")


@pytest.mark.parametrize("page", ["place", "service", "attributes", "media", "contact", "check"])
def test_the_emergency_line_and_the_bodys_number_stand_on_every_page(service: Service, page: str) -> None:
    resident = open_page(finished(service), page)
    assert "If somebody is in danger" in resident.text
    assert resident.page.xpath("//a[@href='tel:217-555-0100']")


@pytest.mark.parametrize("page", ["service", "attributes", "media", "contact", "check", "done"])
def test_a_page_that_is_not_due_leads_to_the_one_that_is(service: Service, page: str) -> None:
    assert open_page(begun(), page).heading == "What is the problem?"


@pytest.mark.parametrize("page", ["place", "service", "attributes", "media", "contact"])
def test_a_changed_answer_leads_back_to_the_check(service: Service, page: str) -> None:
    resident = open_page(finished(service), page)
    fields = {"attribute_plate": "ABC"} if page == "attributes" else {}
    assert resident.fill_in(**fields).heading == "Check your answers"


def test_every_line_has_a_change_link_of_its_own(service: Service) -> None:
    resident = open_page(finished(service), "check")
    links = resident.page.xpath("//dl//a")
    assert len(links) == len(resident.page.xpath("//dl/div"))
    assert len({link.text_content() for link in links}) == len(links)


# --- keys ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["x", "x.y.z", "a" * 500])
def test_a_forged_key_is_not_found(key: str) -> None:
    resident = Resident().open(f"/report/{key}/service/", status=404)
    assert resident.page.xpath("//a[@href='/report/' and contains(., 'Begin')]")


def test_an_expired_draft_says_so(service: Service) -> None:
    draft = finished(service)
    with clock.at(clock.now() + timedelta(days=8)):
        resident = Resident().open(url(draft, "check"), status=410)
    assert "not finished in time" in resident.heading
    address = url(draft, "check")
    draft.delete()
    Resident().open(address, status=410)


# --- protection ----------------------------------------------------------------------------------------------------


def test_a_post_from_another_site_changes_nothing(service: Service) -> None:
    draft = finished(service)
    answer = Client().post(url(draft, "check"), {"form_key": "x"}, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403
    assert b"another site" in answer.content
    assert not ServiceRequest.objects.exists()


def test_a_lost_form_key_keeps_what_was_typed(service: Service) -> None:
    resident = open_page(begun(service), "attributes")
    resident.fill_in(form_key="", attribute_plate="ABC", description="Deep.", status=400)
    assert "did not arrive whole" in resident.text
    assert resident.form_data()["attribute_plate"] == ["ABC"]
    assert resident.fill_in().heading == "Have you got a photo of it?"


def test_too_many_steps_keep_what_was_typed(service: Service, settings) -> None:
    settings.STEPS_PER_MINUTE = 1
    draft = begun(service)
    resident = open_page(draft, "attributes").fill_in(description="One.")
    resident.fill_in(description="Two.", attribute_plate="ABC", status=429)
    assert resident.form_data()["description"] == ["\nTwo."]  # browsers drop the first line break
    assert "Wait a moment" in resident.text
    answer = Client().post(url(draft, "attributes"), {}, **BACK)
    assert 0 < int(answer["Retry-After"]) <= 60


def test_too_many_reports_keep_the_draft(service: Service, settings) -> None:
    settings.FILINGS_PER_HOUR = 1
    open_page(finished(service), "check").fill_in()
    draft = finished(service)
    resident = open_page(draft, "check").fill_in(status=429)
    assert "Your answers are kept" in resident.text
    assert ServiceRequest.objects.count() == 1
    settings.FILINGS_PER_HOUR = 5
    assert resident.fill_in().heading == "Report received"


def test_a_report_at_a_machines_speed_is_held_and_can_be_sent_after(service: Service, settings) -> None:
    settings.FORM_MINIMUM_SECONDS = 60
    draft = finished(service)
    resident = open_page(draft, "check").fill_in(status=400)
    assert "very quick" in resident.text
    Draft.objects.filter(pk=draft.pk).update(created_at=clock.now() - timedelta(minutes=2))
    assert resident.fill_in().heading == "Report received"


def test_a_body_that_is_too_long_is_refused_before_it_is_read(service: Service, settings) -> None:
    draft = begun(service, attributes={"description": "Deep.", "attributes": []})
    for page, length in (("attributes", settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1), ("media", 200 * 2**20)):

        class Unread:
            def read(self, *_size: int) -> bytes:
                raise AssertionError("the body was read")

            readline = read

        answer = Client().generic(
            "POST", url(draft, page), **{"CONTENT_LENGTH": str(length), "wsgi.input": Unread()}, **BACK
        )
        assert answer.status_code == 413
        assert b"Too large to send" in answer.content


@pytest.mark.parametrize("kind", ["files", "fields", "text"])
def test_a_body_of_too_many_parts_is_refused_on_a_page_of_ours(service: Service, settings, kind: str) -> None:
    draft = begun(service, attributes={"description": "Deep.", "attributes": []})
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 3
    sent = {
        "files": {"photos": [upload(picture()) for _turn in range(4)]},
        "fields": {f"field{number}": "x" for number in range(5)},
        "text": {"field": "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)},
    }
    answer = Client().post(url(draft, "media"), sent[kind], **BACK)
    assert answer.status_code == 413
    assert b"Too large to send" in answer.content
    assert not draft.media.exists()


# --- whose it is ---------------------------------------------------------------------------------------------------


def file_as(client: Client, service: Service, **headers: str) -> Any:
    draft = finished(service)
    key = open_page(draft, "check").form_data()["form_key"][0]
    return client.post(url(draft, "check"), {"form_key": key}, headers=headers)


def test_a_report_of_somebody_signed_in_is_listed_in_the_account(service: Service, client: Client) -> None:
    user = make_user()
    client.force_login(user)
    file_as(client, service, **{"sec-fetch-site": "same-origin"})
    request = ServiceRequest.objects.get()
    assert request.account == user
    assert request.reference in client.get("/account/").content.decode()


@pytest.mark.parametrize("headers", [{}, {"sec-fetch-site": "none"}])
def test_a_post_that_is_not_surely_ours_is_nobodys(service: Service, client: Client, headers: dict[str, str]) -> None:
    client.force_login(make_user())
    answer = file_as(client, service, **headers)
    assert ServiceRequest.objects.get().account is None
    assert "Cookie" not in answer.get("Vary", "")


def test_without_a_session_nobody_is_looked_for(service: Service, client: Client) -> None:
    answer = file_as(client, service, **{"sec-fetch-site": "same-origin"})
    assert ServiceRequest.objects.get().account is None
    assert "Cookie" not in answer.get("Vary", "")


def test_a_session_that_is_over_is_nobodys(service: Service, client: Client, settings) -> None:
    client.cookies[settings.SESSION_COOKIE_NAME] = "stale"
    file_as(client, service, **{"sec-fetch-site": "same-origin"})
    assert ServiceRequest.objects.get().account is None


# --- the end -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "promised"), [("realtime", True), ("batch", True), ("blackbox", False)])
def test_the_end_promises_what_the_kind_of_service_gives(service: Service, kind: str, promised: bool) -> None:
    Service.objects.update(type=kind)
    resident = open_page(finished(service), "check").fill_in()
    assert ("gives it their own number" in resident.text) is promised
    assert ("Every step is shown" in resident.text) is promised
    assert "until it does" not in resident.text


# --- sending once --------------------------------------------------------------------------------------------------


def test_sending_twice_is_one_report_and_the_same_last_page(service: Service) -> None:
    resident = open_page(finished(service), "check").fill_in()
    first = resident.url
    resident.post_again()
    assert (resident.url, resident.heading) == (first, "Report received")
    assert ServiceRequest.objects.count() == 1


@pytest.mark.parametrize("page", ["place", "service", "attributes", "media", "contact", "check"])
def test_a_filed_draft_shows_its_end_wherever_it_is_opened(service: Service, page: str) -> None:
    draft = finished(service)
    open_page(draft, "check").fill_in()
    assert open_page(draft, page).heading == "Report received"
    answer = Client().post(url(draft, page), {"description": "Other."}, **BACK)
    assert answer["Location"] == url(draft, "done")
    assert ServiceRequest.objects.get().description == "Deep."


@pytest.mark.django_db(transaction=True)
def test_a_double_click_is_one_report() -> None:
    draft = finished(make_service())
    key = open_page(draft, "check").form_data()["form_key"][0]

    def click(_number: int) -> str:
        try:
            return Client().post(url(draft, "check"), {"form_key": key}, **BACK)["Location"]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        ends = set(pool.map(click, range(4)))
    assert ends == {url(draft, "done")}
    assert ServiceRequest.objects.count() == 1
