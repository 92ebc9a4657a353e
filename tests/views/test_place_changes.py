"""Presets by link, what another place changes, both sides of a border, and places that are missing."""

import pytest
from django.test import Client

from reports import callers
from reports.models import Draft, MissingPlace
from tests.factories import LAT, LONG, make_endpoint, make_jurisdiction, make_service, square
from tests.resident import Resident

pytestmark = pytest.mark.django_db
EAST = LONG + 0.1  # the middle of the next town
BORDER = LONG + 0.0499  # in Springfield, some 9 m from the next town


@pytest.fixture(autouse=True)
def _no_geocoder(settings):
    settings.GEOCODER_URL = ""
    callers.forget_limits()
    yield
    callers.forget_limits()


@pytest.fixture
def springfield():
    return make_service(make_endpoint(make_jurisdiction("Springfield", slug="springfield")), service_name="Pothole")


@pytest.fixture
def east():
    town = make_jurisdiction("Easton", slug="easton", boundary=square(LAT, EAST))
    return make_service(make_endpoint(town), service_name="Bench")


def at(lat: float = LAT, long: float = LONG, query: str = "") -> Resident:
    return Resident().open(f"/report/{query}").fill_in(lat=str(lat), long=str(long))


# --- presets ------------------------------------------------------------------------------------------------------


def test_a_link_may_name_the_body(springfield, east) -> None:
    resident = Resident().open("/report/?jurisdiction=easton")
    assert resident.form_data()["jurisdiction"] == ["easton"]
    assert resident.form_data()["body_name"] == ["easton"]
    frame = resident.page.xpath("//*[@data-place-map]")[0]
    west, south, right, north = map(float, frame.get("data-bounds").split(","))
    assert west < EAST < right
    assert south < LAT < north


def test_a_preset_survives_a_search_and_a_post(springfield, east) -> None:
    resident = Resident().open(f"/report/?jurisdiction=easton&service={east.pk}").fill_in("search", q="Main Street")
    assert "jurisdiction=easton" in resident.url
    resident.fill_in(q="", lat=str(LAT), long=str(EAST))
    assert Draft.objects.get().answers["service"]["service"] == east.pk
    place = resident.open(resident.url.replace("attributes", "place"))
    assert place.form_data()["jurisdiction"] == ["easton"]


@pytest.mark.parametrize("slug", ["atlantis", "x" * 5000, "a\0b", "<b>"])
def test_a_link_that_names_no_body_says_so_and_loses_nothing(springfield, slug: str) -> None:
    answer = Client().get("/report/", {"jurisdiction": slug, "place_detail": "left"})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "which is no body on this site" in page
    assert 'value="left"' in page
    assert "<b>" not in page.partition("which is no body")[0][-200:]


# --- what changed -------------------------------------------------------------------------------------------------


def here(**query) -> dict:
    return Client().get("/places/here", query).json()


def test_the_map_says_what_changed(springfield, east) -> None:
    make_service(east.endpoint, service_name="Tree")
    found = here(lat=LAT, long=EAST, was="springfield", kinds="1", service=springfield.pk)
    assert found["changed"] == (
        "Who answers has changed: Easton, and no longer Springfield. "
        "“Pothole” cannot be reported at this place. You will be asked again what the problem is. "
        "2 kinds of problem can be reported here. Before, the number was 1."
    )
    assert found["changed"] in found["text"]
    assert "no longer Springfield" in found["html"]


def test_nothing_changed_is_not_said(springfield) -> None:
    assert here(lat=LAT, long=LONG + 0.01, was="springfield", kinds="1")["changed"] == ""


def test_the_draft_is_held_against_the_new_place(springfield, east) -> None:
    resident = at().fill_in(service=str(springfield.pk))
    key = resident.url.rstrip("/").split("/")[-2]
    assert "“Pothole” cannot be reported" in here(lat=LAT, long=EAST, draft=key)["changed"]


@pytest.mark.parametrize(
    "query", [{"draft": "forged"}, {"draft": "a\0b"}, {"was": "atlantis"}, {"was": "a\0b"}, {"was": "," * 5000}]
)
def test_what_is_forged_says_nothing(springfield, query: dict[str, str]) -> None:
    found = here(lat=LAT, long=LONG, service="1" * 400, kinds="x", side="-1", **query)
    assert (found["changed"], found["covered"]) == ("", True)


def test_without_scripts_the_next_page_says_it_once(springfield, east) -> None:
    resident = at().follow("Change the place").fill_in(lat=str(LAT), long=str(EAST))
    assert resident.heading == "What is the problem?"
    assert "Who answers has changed: Easton, and no longer Springfield." in resident.text
    resident.open(resident.url.partition("?")[0])
    assert "has changed" not in resident.text


def test_the_same_body_is_no_change(springfield) -> None:
    resident = at().follow("Change the place").fill_in(lat=str(LAT + 0.01), long=str(LONG))
    assert "has changed" not in resident.text
    assert "moved" not in resident.url


# --- borders ------------------------------------------------------------------------------------------------------


def test_near_a_border_both_sides_are_offered(springfield, east) -> None:
    resident = at(LAT, BORDER)
    assert "Pothole" in resident.text
    assert "Bench" in resident.text
    assert resident.text.index("Handled by Springfield") < resident.text.index("Handled by Easton")


def test_the_chosen_side_comes_first_and_can_be_filed_to(springfield, east) -> None:
    resident = Resident().open(f"/report/?lat={LAT}&long={BORDER}").fill_in(side=str(east.endpoint.jurisdiction_id))
    assert resident.text.index("Handled by Easton") < resident.text.index("Handled by Springfield")
    assert Draft.objects.get().answers["location"]["side"] == east.endpoint.jurisdiction_id
    resident.fill_in(service=str(east.pk))
    assert Draft.objects.get().answers["service"]["service"] == east.pk


@pytest.mark.parametrize("side", ["999999", "-1", "x", "9" * 50, "", "1\0"])
def test_a_side_that_is_no_neighbour_is_dropped(springfield, east, side: str) -> None:
    form = Resident().open(f"/report/?lat={LAT}&long={BORDER}")
    form.client.post(form.url, form.form_data() | {"side": side})
    assert "side" not in Draft.objects.get().answers["location"]


def test_a_side_is_none_far_from_the_border(springfield, east) -> None:
    form = Resident().open(f"/report/?lat={LAT}&long={LONG}")
    form.client.post(form.url, form.form_data() | {"side": str(east.endpoint.jurisdiction_id)})
    assert "side" not in Draft.objects.get().answers["location"]
    assert "Bench" not in form.text


def test_just_outside_of_all_one_button_takes_the_near_side(springfield) -> None:
    outside = LONG - 0.0501
    resident = at(LAT, outside)
    assert resident.heading == "Nobody answers for this place here"
    assert "It is on the side of Springfield" in resident.text
    resident.fill_in("side")
    assert resident.heading == "What is the problem?"
    assert "Pothole" in resident.text


# --- missing ------------------------------------------------------------------------------------------------------


def tell(lat: str = "30.0", long: str = "-50.0", words: str = "Atlantis", **more: str):
    form = Resident().open(f"/places/missing/?lat={lat}&long={long}")
    data = form.form_data() | {"lat": lat, "long": long, "words": words} | more
    return form.client.post("/places/missing/", data)


def test_looking_at_the_form_saves_nothing(springfield) -> None:
    for query in ("", "?lat=30&long=-50", "?lat=x&long=\0"):
        assert Client().get(f"/places/missing/{query}").status_code == 200
    assert Client().get("/places/missing/thanks/").status_code == 200
    assert not MissingPlace.objects.exists()


def test_a_missing_place_is_kept_once(springfield) -> None:
    assert tell().status_code == 302
    tell(lat="30.0004", words=" ATLANTIS ")
    assert [place.words for place in MissingPlace.objects.all()] == ["Atlantis"]
    tell(words="Another name")
    tell(lat="31")
    assert MissingPlace.objects.count() == 3


@pytest.mark.parametrize(
    ("lat", "long", "words"),
    [("x", "1", ""), ("", "", ""), ("nan", "1", ""), ("91", "0", ""), ("30", "-50", "w" * 501), ("30", "-50", "a\0b")],
)
def test_what_is_no_place_is_not_kept(springfield, lat: str, long: str, words: str) -> None:
    answer = tell(lat=lat, long=long, words=words)
    assert answer.status_code == 200
    assert "There is a problem" in answer.content.decode()
    assert not MissingPlace.objects.exists()


def test_a_place_that_is_covered_is_not_missing(springfield) -> None:
    assert "is not missing" in tell(lat=str(LAT), long=str(LONG)).content.decode()
    assert not MissingPlace.objects.exists()


def test_it_is_guarded(springfield, settings) -> None:
    assert tell(form_key="forged").status_code == 400
    assert tell(leave_this_empty="spam").status_code == 400
    crossing = Client(headers={"sec-fetch-site": "cross-site"})
    assert crossing.post("/places/missing/", {"lat": "30", "long": "-50"}).status_code == 403
    settings.NOTES_PER_HOUR = 1
    assert tell().status_code == 302
    assert tell(words="again").status_code == 429
    assert MissingPlace.objects.count() == 1
