"""The first page: what links may suggest, what a search finds, and which places are none."""

import pytest
from django.test import Client

from reports import callers
from reports.models import Draft, ServiceOverride
from tests.factories import LAT, LONG, make_endpoint, make_jurisdiction, make_service, square
from tests.resident import Resident
from tests.views.progressing import errors

pytestmark = pytest.mark.django_db
CHICAGO = (41.8837, -87.632)


@pytest.fixture(autouse=True)
def _fresh_limits():
    callers.forget_limits()
    yield
    callers.forget_limits()


@pytest.fixture
def no_geocoder(settings) -> None:
    settings.GEOCODER_URL = ""


@pytest.fixture
def springfield(no_geocoder):
    return make_service(make_endpoint(make_jurisdiction("Springfield", phone="217-555-0100"))).endpoint


def location() -> dict:
    return Draft.objects.get().answers["location"]


def test_looking_saves_nothing(springfield) -> None:
    for query in ("", f"?lat={LAT}&long={LONG}", "?q=Main+Street", "?service=1"):
        Resident().open(f"/report/{query}")
    assert not Draft.objects.exists()


def test_coordinates_are_enough(springfield) -> None:
    resident = Resident().open("/report/").fill_in(lat=str(LAT), long=str(LONG), place_detail="by the gate")
    assert resident.heading == "What is the problem?"
    assert location() == {
        "lat": LAT,
        "long": LONG,
        "address_string": "",
        "place_meant": "point",
        "place_detail": "by the gate",
    }
    assert "Springfield" in resident.text


def test_the_language_of_the_page_is_kept(springfield) -> None:
    Resident().open("/report/").fill_in(lat=str(LAT), long=str(LONG))
    assert Draft.objects.get().locale == "en"


def test_a_link_may_name_the_place(springfield) -> None:
    resident = Resident().open(f"/report/?lat={LAT}&long={LONG}")
    assert "Who answers here: Springfield" in resident.text
    assert resident.fill_in().heading == "What is the problem?"


def test_a_link_may_name_the_service(springfield) -> None:
    service = springfield.services.get()
    resident = Resident().open(f"/report/?lat={LAT}&long={LONG}&service={service.service_code}").fill_in()
    assert resident.heading == "For Springfield" + service.service_name
    assert Draft.objects.get().answers["service"]["service"] == service.pk


@pytest.mark.parametrize("wanted", ["unknown", "999999", "x" * 500])
def test_a_link_that_names_no_service_here_is_no_harm(springfield, wanted: str) -> None:
    resident = Resident().open(f"/report/?lat={LAT}&long={LONG}&service={wanted}").fill_in()
    assert resident.heading == "What is the problem?"


def test_a_link_cannot_go_round_a_stop_message(springfield) -> None:
    service = springfield.services.get()
    ServiceOverride.objects.create(service=service, stop_message="Call 911.")
    resident = Resident().open(f"/report/?lat={LAT}&long={LONG}&service={service.pk}").fill_in()
    assert "Call 911." in resident.text
    assert "This cannot be reported here. Nothing has been sent." in resident.text
    (back,) = resident.page.xpath("//main//a[normalize-space()='Choose something else']/@href")
    assert Resident().open(back).heading == "What is the problem?"
    assert "service" not in Draft.objects.get().answers


def test_one_hit_is_shown_to_be_confirmed(sandbox) -> None:
    make_jurisdiction("Chicago", boundary=square(*CHICAGO))
    resident = Resident().open("/report/?q=121+N+LaSalle")
    assert "Who answers here: Chicago" in resident.text
    resident.fill_in()
    assert "LaSalle" in location()["address_string"]
    assert location()["place_meant"] == "address"


def test_several_hits_are_a_list_to_choose_from(sandbox) -> None:
    make_jurisdiction("Chicago", boundary=square(*CHICAGO, 0.3))
    resident = Resident().open("/report/?q=chicago")
    values = resident.page.xpath("//input[@name='hit']/@value")
    assert len(values) > 1
    resident.fill_in()
    assert errors(resident) == ["Choose one of the places, or give the place another way."]
    assert resident.page.xpath("//input[@name='hit']/@value") == values
    resident.fill_in(hit=values[1])
    assert location()["address_string"] == values[1].partition("|")[2]


def test_a_point_gets_its_address_where_it_can_be_had(sandbox) -> None:
    make_jurisdiction("Chicago", boundary=square(*CHICAGO))
    Resident().open("/report/").fill_in(lat="41.8837", long="-87.632")
    assert "LaSalle" in location()["address_string"]
    assert location()["place_meant"] == "point"


def test_nothing_found_offers_the_other_ways(sandbox) -> None:
    resident = Resident().open("/report/?q=zzzzqqq")
    assert "No place was found for “zzzzqqq”." in resident.text
    assert resident.page.xpath("//input[@name='lat']")


def test_a_geocoder_that_is_down_leaves_the_other_ways(springfield) -> None:
    resident = Resident().open("/report/?q=Main+Street")
    assert "does not answer" in resident.text
    resident.fill_in(lat=str(LAT), long=str(LONG))
    assert resident.heading == "What is the problem?"


def test_coordinates_in_the_search_box_are_a_point(springfield) -> None:
    resident = Resident().open(f"/report/?q={LAT}, {LONG}")
    assert "Who answers here: Springfield" in resident.text


def test_the_search_button_asks_by_get_and_keeps_what_was_typed(springfield) -> None:
    resident = Resident().open("/report/").fill_in("search", q="Main Street", place_detail="by the gate")
    assert "q=Main+Street" in resident.url
    assert resident.form_data()["place_detail"] == ["by the gate"]
    assert not Draft.objects.exists()


def test_an_address_typed_and_continued_without_searching_is_searched(springfield) -> None:
    resident = Resident().open("/report/").fill_in(q="Main Street")
    assert "q=Main+Street" in resident.url
    assert "does not answer" in resident.text


def test_a_point_that_was_chosen_counts_for_more_than_words_that_were_not_searched(springfield) -> None:
    resident = Resident().open("/report/").fill_in(q="Main Street", lat=str(LAT), long=str(LONG))
    assert resident.heading == "What is the problem?"
    assert (location()["lat"], location()["long"]) == (LAT, LONG)


def test_words_that_were_typed_after_the_point_are_searched(springfield) -> None:
    resident = Resident().open(f"/report/?lat={LAT}&long={LONG}").fill_in(q="Main Street")
    assert "q=Main+Street" in resident.url
    assert not Draft.objects.exists()


def test_the_search_button_searches_beside_a_point_too(springfield) -> None:
    resident = Resident().open("/report/").fill_in("search", q="Main Street", lat=str(LAT), long=str(LONG))
    assert "q=Main+Street" in resident.url


def test_the_search_button_with_nothing_to_search_keeps_the_rest(springfield) -> None:
    resident = Resident().open("/report/").fill_in("search", lat="39.1")
    assert "Write an address" in resident.text
    assert resident.form_data()["lat"] == ["39.1"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Say where it is, in any one of the ways"),
        ({"lat": "91", "long": "0"}, "between -90 and 90"),
        ({"lat": "NaN", "long": "0"}, "number"),
        ({"lat": "inf", "long": "0"}, "number"),
        ({"lat": "39.78"}, "longitude too"),
    ],
)
def test_what_is_no_place_keeps_what_was_typed(springfield, fields: dict[str, str], words: str) -> None:
    resident = Resident().open("/report/").fill_in(place_detail="by the gate", **fields)
    assert words in errors(resident)[0]
    link = resident.page.xpath("//*[@data-error-summary]//a/@href")[0]
    assert resident.page.get_element_by_id(link[1:]) is not None
    assert resident.page.xpath("string(//title)").startswith("Error:")
    kept = resident.form_data()
    assert kept["place_detail"] == ["by the gate"]
    assert {name: kept[name] for name in fields} == {name: [value] for name, value in fields.items()}
    assert not Draft.objects.exists()


def test_coordinates_in_a_link_are_judged_too(springfield) -> None:
    assert "between -90 and 90" in errors(Resident().open("/report/?lat=91&long=0"))[0]


@pytest.mark.parametrize(("lat", "long"), [(str(LONG), str(LAT)), (f"{LONG}, {LAT}", "")])
def test_a_swapped_pair_is_one_tap_from_right(springfield, lat: str, long: str) -> None:
    resident = Resident().open("/report/").fill_in(lat=lat, long=long, place_detail="by the gate")
    assert resident.heading == "Nobody answers for this place here"
    resident.fill_in("swap")
    assert resident.heading == "What is the problem?"
    assert (location()["lat"], location()["long"], location()["place_detail"]) == (LAT, LONG, "by the gate")


def test_a_swapped_pair_that_is_off_the_globe_is_offered_too(no_geocoder) -> None:
    make_jurisdiction("Shanghai", boundary=square(31.2, 121.5))
    resident = Resident().open("/report/").fill_in(lat="121.5", long="31.2")
    assert "Did you mean 31.20000, 121.50000?" in resident.text
    assert resident.fill_in("swap").heading == "What is the problem?"


def test_a_place_in_the_sea_names_who_is_nearest_and_keeps_the_place(springfield) -> None:
    resident = Resident().open("/report/").fill_in(lat="30", long="-50", place_detail="on the raft")
    assert resident.heading == "Nobody answers for this place here"
    assert "Springfield" in resident.text
    assert resident.page.xpath("//a[@href='tel:217-555-0100']")
    assert "swap" not in resident.text
    assert not Draft.objects.exists()
    resident.follow("Choose another place")
    assert resident.form_data()["place_detail"] == ["on the raft"]
    assert resident.form_data()["lat"] == ["30.0"]


def test_too_many_searches_say_so_and_keep_the_way_on(springfield, settings) -> None:
    settings.STEPS_PER_MINUTE = 1
    Resident().open("/report/?q=Main")
    resident = Resident().open("/report/?q=Main", status=429)
    assert "Wait a moment" in resident.text


def test_no_cookie_and_no_store_of_it_in_shared_caches(client: Client, springfield) -> None:
    answer = client.get("/report/")
    assert "Set-Cookie" not in answer
    assert "private" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"] == "noindex"
