"""A place in words alone: no point is shown, none is sent, and a body that needs one says so."""

import pytest
from django.test import Client

from reports import callers
from reports.delivery.filing import filing_for
from reports.models import Draft, PlaceMeant, ServiceRequest
from tests.factories import LAT, LONG, make_endpoint, make_jurisdiction, make_service, make_service_request, square
from tests.resident import Resident
from tests.views.progressing import errors

pytestmark = pytest.mark.django_db
WORDS = "in front of the library,\nMain Street"


@pytest.fixture(autouse=True)
def _no_geocoder(settings):
    settings.GEOCODER_URL = ""
    callers.forget_limits()
    yield
    callers.forget_limits()


@pytest.fixture
def springfield():
    return make_service(make_endpoint(make_jurisdiction("Springfield", slug="springfield", phone="217-555-0100")))


def location() -> dict:
    return Draft.objects.get().answers["location"]


def say(words: str = WORDS, body: str = "springfield", **fields: str) -> Resident:
    return Resident().open("/report/").fill_in("by_words", body_name=body, words=words, **fields)


def test_words_lead_on_without_a_point(springfield) -> None:
    resident = say()
    assert resident.heading == "What is the problem?"
    assert "in front of the library, Main Street, Springfield" in resident.text
    assert str(LAT) not in resident.text
    assert location()["place_meant"] == "words"
    assert (location()["lat"], location()["long"]) == (LAT, LONG), "somewhere in Springfield: its square's middle"


def test_the_common_button_takes_words_too_where_there_is_nothing_else(springfield) -> None:
    resident = Resident().open("/report/").fill_in(body_name="springfield", words="by the gate")
    assert resident.heading == "What is the problem?"
    assert location()["place_meant"] == "words"


def test_a_point_beside_words_counts_and_the_words_go_along(springfield) -> None:
    Resident().open("/report/").fill_in(lat="39.77", long="-89.66", body_name="springfield", words="by the gate")
    assert location() == {
        "lat": 39.77, "long": -89.66, "address_string": "", "place_meant": "point", "place_detail": "by the gate"
    }  # fmt: skip


def test_a_point_can_be_changed_into_words_and_back(springfield) -> None:
    resident = Resident().open("/report/").fill_in(lat=str(LAT), long=str(LONG))
    place = resident.follow("Change the place")
    url = place.url
    place.fill_in("by_words", body_name="springfield", words="by the gate")
    assert location()["place_meant"] == "words"
    again = resident.open(url)
    assert again.form_data()["words"][0].strip() == "by the gate"
    assert again.form_data()["body_name"] == ["springfield"]
    assert again.page.xpath("//input[@name='lat']/@value") == []
    again.fill_in(lat="39.77", long="-89.66", words="")
    assert location()["place_meant"] == "point"


def test_filed_words_are_sent_and_shown_without_coordinates(springfield) -> None:
    resident = say().fill_in(service=str(springfield.pk)).fill_in(description="Deep.").fill_in().fill_in()
    assert "39.78" not in resident.text
    resident.fill_in()
    request = ServiceRequest.objects.get()
    assert request.place_meant == PlaceMeant.WORDS
    filing = filing_for(request)
    assert (filing.lat, filing.long) == (None, None)
    assert filing.address_string == "in front of the library, Main Street, Springfield"
    page = Client().get(request.get_absolute_url()).content.decode()
    assert "39.78" not in page
    assert "data-lat" not in page
    assert Client().get("/requests/map.geojson").json()["features"] == []
    assert "in front of the library" in Client().get("/requests/").content.decode()


def test_words_that_are_gone_leave_the_body_and_no_point() -> None:
    request = make_service_request(place_meant=PlaceMeant.WORDS, address_string="")
    assert filing_for(request).address_string == request.jurisdiction.name
    assert "39.78" not in Client().get("/requests/").content.decode()


@pytest.mark.parametrize(("dialect", "options"), [("chicago", {}), ("georeport_v2", {"required": ["lat_long"]})])
def test_a_body_that_needs_a_point_says_so_and_keeps_the_words(springfield, dialect: str, options: dict) -> None:
    springfield.endpoint.dialect, springfield.endpoint.options = dialect, options
    springfield.endpoint.save()
    resident = say()
    assert "Springfield takes no report without the exact point." in errors(resident)[0]
    assert "217-555-0100" in errors(resident)[0]
    assert resident.form_data()["words"][0].split() == WORDS.split()
    assert not Draft.objects.exists()


def test_only_what_takes_words_is_offered(springfield) -> None:
    other = make_endpoint(springfield.endpoint.jurisdiction, dialect="klarschiff")
    make_service(other, service_name="Needs a point")
    resident = say()
    assert "Pothole" in resident.text
    assert "Needs a point" not in resident.text
    assert "1 further kind of problem can be reported only with the exact point." in resident.text


def test_the_chosen_body_alone_is_offered() -> None:
    county = make_jurisdiction("County", slug="county", boundary=square(half_side=0.5), area=9000)
    make_service(make_endpoint(county), service_name="Ditch")
    make_service(make_endpoint(make_jurisdiction("City", slug="city")), service_name="Bench")
    resident = say(body="county")
    assert "Ditch" in resident.text
    assert "Bench" not in resident.text


@pytest.mark.parametrize(
    ("words", "body", "said"),
    [
        ("", "springfield", "Say where it is"),
        ("by the gate", "", "Choose the town"),
        ("by the gate", "atlantis", "Choose the town"),
        ("x" * 10_240, "springfield", "300"),
        ("a\0b", "springfield", "Null characters"),
        ("by the gate", "spring\0field", "Null characters"),
    ],
)
def test_bad_words_keep_what_was_typed(springfield, words: str, body: str, said: str) -> None:
    resident = Resident().open("/report/")
    data = resident.form_data() | {"by_words": "1", "words": words, "body_name": body, "place_detail": "left"}
    answer = resident.client.post("/report/", data)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert said in page
    assert 'value="left"' in page
    assert not Draft.objects.exists()


def test_a_name_that_several_share_is_chosen_from_a_list(springfield) -> None:
    make_jurisdiction("Springfield Township", slug="township", boundary=square(40.5, -88))
    assert say(body="Springfield").heading == "What is the problem?", "the whole name is one"
    make_jurisdiction("West Springfield", slug="west", boundary=square(41.5, -88))
    resident = say(body="springfield t")
    assert resident.heading == "What is the problem?"
    resident = Resident().open("/report/")
    data = resident.form_data() | {"by_words": "1", "words": "by the gate", "body_name": "spring"}
    page = resident.client.post("/report/", data).content.decode()
    assert "Several have this name" in page


def test_an_inactive_body_is_none(springfield) -> None:
    springfield.endpoint.jurisdiction.active = False
    springfield.endpoint.jurisdiction.save()
    make_jurisdiction("Elsewhere", boundary=square(10, 10))
    resident = Resident().open("/report/")
    data = resident.form_data() | {"by_words": "1", "words": "by the gate", "body_name": "springfield"}
    assert "Choose the town" in resident.client.post("/report/", data).content.decode()
