"""Each question page for itself: the list of services, the questions, the photos, the contact details."""

import pytest

from reports.models import Draft, Media, Service, ServiceOverride, ServiceRequest
from tests.factories import LAT, LONG, make_endpoint, make_jurisdiction, make_service, square
from tests.forms.definitions import EVERY_TYPE, row
from tests.pictures import CHICAGO, exif, picture, upload
from tests.resident import Resident
from tests.views.progressing import PLACE, begun, errors, finished, open_page, url

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reporting")]


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
    assert [label.text_content() for label in resident.page.xpath("//label[@class='choice__label']")] == [
        "Street light",
        "None of these",
    ]
    assert "1 entry has these words" in resident.text
    resident.open(url(draft, "service") + "?q=volcano")
    assert "Nothing in the list" in resident.text
    assert "Springfield" in resident.fill_in(service="none").text  # a way on, where nothing fits


def test_the_chosen_one_stays_in_a_narrowed_list(service: Service) -> None:
    other = make_service(service.endpoint, service_name="Street light")
    resident = Resident().open(url(begun(service), "service") + "?q=light")
    assert resident.page.xpath("//input[@name='service']/@value") == [str(service.pk), str(other.pk), "none"]
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


def test_a_body_whose_system_is_only_read_is_named_with_the_way_to_it() -> None:
    body = make_jurisdiction("Zaragoza", phone="976 721 100", website="https://zaragoza.example/")
    make_service(make_endpoint(body, dialect="zaragoza"), service_name="Baches")
    page = open_page(begun(), "service").text
    assert "Zaragoza takes reports on its own site and by telephone." in page
    assert "976 721 100" in page
    assert "Baches" not in page
    make_service(make_endpoint(make_jurisdiction("The County")), service_name="Pothole")
    page = open_page(begun(), "service").text
    assert "Zaragoza takes reports on its own site" in page
    assert "Pothole" in page


def test_a_place_moved_to_where_the_service_is_not_offered_asks_again_and_keeps_the_rest(service: Service) -> None:
    make_service(make_endpoint(make_jurisdiction("Shelbyville", boundary=square(40.4, -88.8))), service_name="Leaf")
    draft = finished(service)
    resident = open_page(draft, "place").fill_in(lat="40.4", long="-88.8")
    assert resident.heading == "What is the problem?"
    assert "“Pothole” cannot be reported at this place now" in resident.text
    draft.refresh_from_db()
    assert draft.answers["attributes"]["description"] == "Deep."
    resident = open_page(draft, "place").fill_in(lat=str(LAT), long=str(LONG))
    assert resident.heading == "Check your answers"


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
    assert (kept["attribute_days"], kept["attribute_signs"], kept["attribute_where"]) == (
        ["many"],
        ["0", "2"],
        ["kerb"],
    )


def test_the_page_stands_when_its_services_go_away_while_it_is_open(service: Service) -> None:
    resident = open_page(begun(), "service")
    service.endpoint.active = False
    service.endpoint.save()
    resident.fill_in(service=str(service.pk))
    assert "Nothing can be reported online at this place" in resident.text


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


def test_photos_chosen_before_another_is_removed_are_kept(service: Service) -> None:
    draft, resident = on_photos(service)
    resident.fill_in("add", photos=upload(picture()))
    first = draft.media.get()
    resident.fill_in(f"remove={first.pk}", photos=upload(picture(size=(9, 9)), "b.jpg"))
    assert [photo.width for photo in draft.media.all()] == [9]
    resident.fill_in(f"remove={draft.media.get().pk}", photos=upload(b"text", "notes.jpg"))
    assert "“notes.jpg” is not a photo" in errors(resident)[0]
    assert not draft.media.exists()


def test_a_refusal_says_that_photos_have_to_be_chosen_again(service: Service) -> None:
    draft, resident = on_photos(service)
    resident.fill_in("add", form_key="", photos=upload(picture()), status=400)
    assert "did not arrive whole" in resident.text
    assert "choose them again" in resident.text
    assert not draft.media.exists()
    assert "choose them again" not in open_page(draft, "media").fill_in(form_key="", status=400).text


def test_the_cameras_place_is_offered_and_not_taken(service: Service) -> None:
    draft, resident = on_photos(service)
    resident.fill_in("add", photos=upload(picture(exif=exif(gps=CHICAGO))))
    draft.refresh_from_db()
    assert draft.answers["location"] == PLACE
    resident.follow("Use this place of photo 1")
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


def test_a_body_that_has_reports_confirmed_by_mail_says_so_all_the_way(service: Service) -> None:
    service.endpoint.dialect, service.endpoint.options = "klarschiff", {}
    service.endpoint.save()
    resident = open_page(finished(service), "contact")
    assert "Springfield takes no report without" in resident.text
    resident.fill_in(email="ada@example.org", pass_on="on")
    assert "counts the report only after you have followed the link" in resident.text
    assert "no e-mail has to be confirmed" not in resident.text
    assert "(Klarschiff)" in resident.text
    resident.fill_in()
    assert "Springfield sends you an e-mail of its own." in resident.text
    filed = ServiceRequest.objects.get()
    sentence = "counts the report only after the link in the e-mail"
    for status, there in (("received", False), ("sent", True), ("accepted", True), ("in_progress", False)):
        ServiceRequest.objects.update(status=status)
        assert (sentence in Resident().open(filed.get_absolute_url()).text) is there, status


def test_a_consent_to_one_body_is_none_to_another(service: Service) -> None:
    county = make_jurisdiction("Sangamon County", boundary=square(half_side=0.5), area=9000)
    ditch = make_service(make_endpoint(county, options={"required": ["phone", "media_url"]}), service_name="Ditch")
    resident = open_page(draft := finished(service), "contact").fill_in(email="ada@example.org", pass_on="on")
    assert "Passed on to Springfield" in resident.text
    open_page(draft, "media").fill_in()
    resident = open_page(draft, "service").fill_in(service=str(ditch.pk))
    assert resident.fill_in(description="Blocked.").heading == "Have you got a photo of it?"
    assert errors(resident.fill_in()) == ["Sangamon County needs at least one photo."]
    resident.fill_in(photos=upload(picture()))
    assert resident.heading == "How can you be reached?"
    assert resident.form_data()["email"] == ["ada@example.org"]
    assert "pass_on" not in resident.form_data()
    assert len(errors(resident.fill_in())) == 2
    resident.fill_in(phone="555 0199", pass_on="on")
    assert "Passed on to Sangamon County" in resident.text
    assert "pass_on" in open_page(draft, "contact").form_data()


def test_a_consent_from_a_page_that_named_another_body_does_not_count(service: Service) -> None:
    county = make_jurisdiction("Sangamon County", boundary=square(half_side=0.5), area=9000)
    ditch = make_service(make_endpoint(county), service_name="Ditch")
    open_before = open_page(draft := finished(service), "contact")
    open_page(draft, "service").fill_in(service=str(ditch.pk))
    resident = open_before.fill_in(email="ada@example.org", pass_on="on")
    assert resident.heading == "How can you be reached?"
    words = "The report goes to Sangamon County now. Tick this again if your details may be passed on there."
    assert errors(resident) == [words]
    assert resident.form_data()["email"] == ["ada@example.org"]
    assert "pass_on" not in resident.form_data()
    draft.refresh_from_db()
    assert not (draft.answers.get("contact") or {}).get("pass_on")
    assert "Passed on to Sangamon County" in resident.fill_in(pass_on="on").text


def test_names_never_leave_the_contact_pages(service: Service) -> None:
    resident = open_page(finished(service), "contact").fill_in(first_name="Ada", phone="555 0199")
    resident.fill_in()
    request = ServiceRequest.objects.get()
    page = resident.open(request.get_absolute_url()).text
    assert "Ada" not in page
    assert "555 0199" not in page
