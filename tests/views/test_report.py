"""The walk from the place to the end, and every way in which it can go wrong without losing an answer."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from reports import clock
from reports.links import draft_key
from reports.models import Draft, Media, Service, ServiceOverride, ServiceRequest
from reports.views import protection
from tests.factories import LAT, LONG, make_endpoint, make_jurisdiction, make_service, square
from tests.forms.definitions import EVERY_TYPE, row
from tests.pictures import CHICAGO, exif, picture, upload
from tests.resident import Resident

pytestmark = pytest.mark.django_db
PLACE = {"lat": LAT, "long": LONG, "address_string": "12 Main Street", "place_meant": "point", "place_detail": ""}
BACK = {"headers": {"sec-fetch-site": "same-origin"}}


@pytest.fixture(autouse=True)
def _alone(settings, tmp_path: Path):
    settings.GEOCODER_URL = ""
    settings.MEDIA_ROOT = str(tmp_path)
    protection.forget_limits()
    yield
    protection.forget_limits()


@pytest.fixture
def service() -> Service:
    body = make_jurisdiction("Springfield", phone="217-555-0100", time_zone="America/Chicago")
    return make_service(make_endpoint(body), service_name="Pothole", definition=EVERY_TYPE, definition_hash="one")


def begun(service: Service | None = None, **answers: Any) -> Draft:
    """A draft with its place, and every later page answered that is named."""
    given = {"location": PLACE}
    if service is not None:
        given["service"] = {"service": service.pk, "definition_hash": service.definition_hash}
    return Draft.objects.create(answers=given | answers)


def finished(service: Service) -> Draft:
    return begun(
        service, attributes={"description": "Deep.", "attributes": []}, media={"seen": True}, contact={"email": ""}
    )


def url(draft: Draft, page: str) -> str:
    return f"/report/{draft_key(draft)}/{page}/"


def open_page(draft: Draft, page: str) -> Resident:
    return Resident().open(url(draft, page))


def errors(resident: Resident) -> list[str]:
    return [" ".join(link.text_content().split()) for link in resident.page.xpath("//*[@data-error-summary]//li")]


# --- the whole way -------------------------------------------------------------------------------------------------


def test_the_whole_way_without_a_cookie_or_a_script(service: Service) -> None:
    resident = Resident().open("/report/").fill_in(lat=str(LAT), long=str(LONG))
    resident.fill_in(service=str(service.pk))
    assert resident.heading == "For SpringfieldPothole"
    resident.fill_in(attribute_plate="ABC 1", attribute_days="0", description="Deep.\r\nVery.")
    resident.fill_in("add", photos=upload(picture()))
    assert len(resident.page.xpath("//ul[@class='photos']/li")) == 1
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


# --- service -------------------------------------------------------------------------------------------------------


def test_services_of_all_bodies_are_one_list(service: Service) -> None:
    county = make_jurisdiction("Sangamon County", boundary=square(half_side=0.5), area=9000)
    make_service(make_endpoint(county), service_name="Ditch", group="Water", description="<b>Blocked</b> ditches")
    resident = open_page(begun(), "service")
    assert "Handled by Springfield" in resident.text
    assert "Handled by Sangamon County" in resident.text
    assert resident.page.xpath("//h2[.='Water']")
    assert "Blocked ditches" in resident.text


def test_the_list_is_searched_on_the_server(service: Service) -> None:
    make_service(service.endpoint, service_name="Street light", keywords=["lamp"])
    draft = begun()
    resident = Resident().open(url(draft, "service") + "?q=lamp")
    assert [label.text_content() for label in resident.page.xpath("//label[@class='choice__label']")] == ["Street light"]
    assert "1 entry has these words" in resident.text
    assert "Nothing in the list" in Resident().open(url(draft, "service") + "?q=volcano").text


def test_the_chosen_one_stays_in_a_narrowed_list(service: Service) -> None:
    other = make_service(service.endpoint, service_name="Street light")
    resident = Resident().open(url(begun(service), "service") + "?q=light")
    assert resident.page.xpath("//input[@name='service']/@value") == [str(service.pk), str(other.pk)]
    assert resident.form_data()["service"] == [str(service.pk)]


def test_nothing_chosen_is_an_error_at_the_list(service: Service) -> None:
    resident = open_page(begun(), "service").fill_in()
    assert errors(resident) == ["Choose what the problem is."]
    assert resident.page.get_element_by_id("id_service_0").get("type") == "radio"


def test_a_stop_message_ends_the_report(service: Service) -> None:
    ServiceOverride.objects.create(service=service, stop_message="Call 911 now.")
    draft = begun()
    resident = open_page(draft, "service").fill_in(service=str(service.pk))
    assert "Call 911 now." in resident.text
    assert "Nothing has been sent" in resident.text
    draft.refresh_from_db()
    assert "service" not in draft.answers


def test_a_notice_is_shown_before_the_questions(service: Service) -> None:
    ServiceOverride.objects.create(service=service, notice="Crews are out on Mondays.")
    assert "Crews are out on Mondays." in open_page(begun(service), "attributes").text


def test_a_place_where_nothing_is_offered_says_whom_to_call() -> None:
    make_jurisdiction("Springfield", phone="217-555-0100")
    resident = open_page(begun(), "service")
    assert "Nothing can be reported online at this place" in resident.text
    assert resident.page.xpath("//a[@href='tel:217-555-0100']")


def test_a_place_moved_to_where_the_service_is_not_offered_asks_again_and_keeps_the_rest(service: Service) -> None:
    make_service(make_endpoint(make_jurisdiction("Shelbyville", boundary=square(40.4, -88.8))), service_name="Leaf")
    draft = finished(service)
    resident = open_page(draft, "place").fill_in(lat="40.4", long="-88.8")
    assert resident.heading == "What is the problem?"
    assert "“Pothole” cannot be reported at this place now" in resident.text
    draft.refresh_from_db()
    assert draft.answers["attributes"]["description"] == "Deep."
    resident = open_page(draft, "place").fill_in(lat=str(LAT), long=str(LONG))
    assert resident.fill_in(service=str(service.pk)).heading == "Check your answers"


def test_a_place_moved_within_the_same_body_keeps_everything(service: Service) -> None:
    assert open_page(finished(service), "place").fill_in(lat=str(LAT + 0.01)).heading == "Check your answers"


@pytest.mark.parametrize("change", ["suspended", "deleted", "stopped"])
def test_a_service_that_goes_meanwhile_is_asked_for_again(service: Service, change: str) -> None:
    draft = finished(service)
    resident = open_page(draft, "check")
    if change == "suspended":
        Service.objects.update(suspended=True)
    elif change == "stopped":
        ServiceOverride.objects.create(service=service, stop_message="Call.")
    else:
        service.delete()
    resident.fill_in()
    assert resident.heading == "What is the problem?"
    assert "cannot be reported at this place now" in resident.text
    assert not ServiceRequest.objects.exists()


# --- questions -----------------------------------------------------------------------------------------------------


def test_errors_keep_every_answer(service: Service) -> None:
    resident = open_page(begun(service), "attributes")
    resident.fill_in(attribute_days="many", attribute_signs=["0", "2"], attribute_where="kerb", description="Deep.")
    assert errors(resident) == ["Answer “About plate?”.", "Write this as a number, such as 3 or 2.5."]
    kept = resident.form_data()
    assert (kept["attribute_days"], kept["attribute_signs"], kept["attribute_where"]) == (["many"], ["0", "2"], ["kerb"])


def test_a_bodys_html_is_made_safe(service: Service) -> None:
    page = open_page(begun(service), "attributes").page
    assert [bold.text for bold in page.xpath("//main//b")] == ["311"]
    assert not page.xpath("//main//script")


def test_questions_that_change_before_sending_are_asked_again(service: Service) -> None:
    draft = begun(service, media={"seen": True}, contact={"email": ""})
    resident = open_page(draft, "attributes").fill_in(attribute_plate="ABC", description="Deep.")
    assert resident.heading == "Check your answers"
    Service.objects.update(definition=[*EVERY_TYPE, row("depth", required=True, order=10)], definition_hash="two")
    resident.fill_in()
    assert "questions have changed" in resident.text
    assert len(resident.page.xpath("//*[@data-review]")) == 1
    assert resident.form_data()["attribute_plate"] == ["ABC"]
    resident.fill_in(attribute_depth="3")
    assert resident.heading == "Check your answers"
    resident.fill_in()
    assert ServiceRequest.objects.get().definition_hash == "two"


# --- photos --------------------------------------------------------------------------------------------------------


def on_photos(service: Service) -> tuple[Draft, Resident]:
    draft = begun(service, attributes={"description": "Deep.", "attributes": []})
    return draft, open_page(draft, "media")


def test_photos_that_are_good_survive_one_that_is_not(service: Service) -> None:
    draft, resident = on_photos(service)
    resident.fill_in(photos=[upload(picture()), upload(b"text", "notes.jpg")])
    assert "“notes.jpg” is not a photo" in errors(resident)[0]
    assert draft.media.count() == 1
    assert resident.fill_in().heading == "How can you be reached?"


def test_continue_takes_chosen_photos_along(service: Service) -> None:
    draft, resident = on_photos(service)
    assert resident.fill_in(photos=upload(picture())).heading == "How can you be reached?"
    assert draft.media.count() == 1


def test_a_photo_can_be_taken_away_again_and_only_ones_own(service: Service) -> None:
    draft, resident = on_photos(service)
    resident.fill_in("add", photos=upload(picture()))
    other, _page = on_photos(service)
    foreign = Media.objects.create(draft=other)
    for unwanted in (str(foreign.pk), "x", "999999"):
        resident.fill_in(f"remove={unwanted}")
    assert (draft.media.count(), other.media.count()) == (1, 1)
    resident.fill_in(f"remove={draft.media.get().pk}")
    assert not draft.media.exists()


def test_the_cameras_place_is_offered_and_not_taken(service: Service) -> None:
    draft, resident = on_photos(service)
    resident.fill_in("add", photos=upload(picture(exif=exif(gps=CHICAGO))))
    draft.refresh_from_db()
    assert draft.answers["location"] == PLACE
    resident.follow("Use where the photo was taken")
    assert resident.form_data()["lat"] == ["41.8837"]
    draft.refresh_from_db()
    assert draft.answers["location"] == PLACE


def test_full_is_full(service: Service, settings) -> None:
    settings.PHOTOS_MAX = 1
    _draft, resident = on_photos(service)
    resident.fill_in("add", photos=[upload(picture()), upload(picture(size=(9, 9)), "b.jpg")])
    assert "“b.jpg” was not added" in errors(resident)[0]


# --- contact -------------------------------------------------------------------------------------------------------


def test_a_body_that_demands_an_address_says_so(service: Service) -> None:
    service.endpoint.options = {"required": ["email"]}
    service.endpoint.save()
    resident = open_page(finished(service), "contact")
    assert "Springfield takes no report without" in resident.text
    resident.fill_in()
    assert len(errors(resident)) == 2
    resident.fill_in(email="ada@example.org", pass_on="on")
    assert resident.heading == "Check your answers"
    assert "Passed on to Springfield" in resident.text


def test_names_never_leave_the_contact_pages(service: Service) -> None:
    resident = open_page(finished(service), "contact").fill_in(first_name="Ada", phone="555 0199")
    resident.fill_in()
    request = ServiceRequest.objects.get()
    page = resident.open(request.get_absolute_url()).text
    assert "Ada" not in page
    assert "555 0199" not in page
