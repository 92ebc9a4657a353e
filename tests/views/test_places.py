"""What the map asks: hits, who answers, and the outlines."""

import pytest
from django.test import Client

from reports import callers
from tests.factories import LAT, LONG, make_endpoint, make_jurisdiction, make_service, square

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_limits():
    callers.forget_limits()
    yield
    callers.forget_limits()


def test_search_gives_places(client: Client, sandbox) -> None:
    answer = client.get("/places/search", {"q": "121 N LaSalle", "lat": "41.8", "long": "-87.6"})
    assert answer.status_code == 200
    place = answer.json()["places"][0]
    assert "LaSalle" in place["address_string"]
    assert (round(place["lat"], 2), round(place["long"], 2)) == (41.88, -87.63)
    assert client.get("/places/search", {"q": "zzzzqqq"}).json() == {"places": []}
    assert not client.cookies


@pytest.mark.parametrize("query", ["", "  ab ", "x" * 201])
def test_a_query_that_is_none_is_told_so(client: Client, query: str) -> None:
    answer = client.get("/places/search", {"q": query})
    assert answer.status_code == 400
    assert "letters" in answer.json()["error"]


def test_a_map_at_no_place_does_not_break_the_search(client: Client, sandbox) -> None:
    assert client.get("/places/search", {"q": "lasalle", "lat": "x", "long": "y"}).status_code == 200


def test_a_geocoder_that_is_down_is_said(client: Client, settings) -> None:
    settings.GEOCODER_URL = ""
    answer = client.get("/places/search", {"q": "121 N LaSalle"})
    assert answer.status_code == 503
    assert "does not answer" in answer.json()["error"]


def test_too_many_searches_are_told_to_wait(client: Client, settings) -> None:
    settings.GEOCODER_URL = ""
    settings.STEPS_PER_MINUTE = 1
    client.get("/places/search", {"q": "lasalle"})
    answer = client.get("/places/search", {"q": "lasalle"})
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0


def test_who_answers_at_a_point(client: Client, settings) -> None:
    settings.GEOCODER_URL = ""
    city = make_jurisdiction("Springfield", phone="217-555-0100")
    make_jurisdiction("Sangamon County", boundary=square(half_side=0.3), area=5000)
    make_service(make_endpoint(city))
    found = client.get("/places/here", {"lat": LAT, "long": LONG}).json()
    assert found["covered"] is True
    assert [(body["name"], body["phone"]) for body in found["bodies"]] == [
        ("Springfield", "217-555-0100"),
        ("Sangamon County", ""),
    ]
    assert found["bodies"][0]["slug"] == city.slug
    assert found["services"] == 1
    assert found["text"] == "Who answers here: Springfield, Sangamon County. 1 kind of problem can be reported."
    assert "Springfield, Sangamon County" in found["html"]
    assert found["address_string"] == ""


def test_just_over_the_border_is_said(client: Client, settings) -> None:
    settings.GEOCODER_URL = ""
    make_jurisdiction("Springfield")
    make_jurisdiction("Next Town", boundary=square(LAT, LONG + 0.1))
    found = client.get("/places/here", {"lat": LAT, "long": LONG + 0.0499}).json()
    assert [near["name"] for near in found["near_border"]] == ["Next Town"]
    assert "The border of Next Town is" in found["html"]


def test_where_nobody_answers_the_nearest_are_named(client: Client, settings) -> None:
    settings.GEOCODER_URL = ""
    make_jurisdiction("Springfield", phone="217-555-0100")
    found = client.get("/places/here", {"lat": 0, "long": 0}).json()
    assert (found["covered"], found["bodies"], found["services"]) == (False, [], 0)
    assert found["nearest"][0]["name"] == "Springfield"
    assert "tel:217-555-0100" in found["html"]


def test_names_are_escaped(client: Client, settings) -> None:
    settings.GEOCODER_URL = ""
    make_jurisdiction("<script>x</script>")
    assert "<script>" not in client.get("/places/here", {"lat": LAT, "long": LONG}).json()["html"]


@pytest.mark.parametrize(("lat", "long"), [("", ""), ("x", "1"), ("91", "0"), ("nan", "0"), ("0", "inf"), ("0", "181")])
def test_coordinates_that_are_none(client: Client, lat: str, long: str) -> None:
    answer = client.get("/places/here", {"lat": lat, "long": long})
    assert answer.status_code == 400
    assert "Earth" in answer.json()["error"]


def test_the_address_is_looked_up(client: Client, sandbox) -> None:
    assert "LaSalle" in client.get("/places/here", {"lat": 41.8837, "long": -87.632}).json()["address_string"]


def test_outlines_are_geojson_that_browsers_keep(client: Client) -> None:
    make_jurisdiction("Springfield", slug="springfield")
    first = client.get("/places/outlines.geojson")
    assert first["Content-Type"] == "application/geo+json"
    assert "max-age=300" in first["Cache-Control"]
    assert [area["properties"]["name"] for area in first.json()["features"]] == ["Springfield"]
    again = client.get("/places/outlines.geojson", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    make_jurisdiction("Shelbyville", boundary=square(40.4, -88.8))
    assert client.get("/places/outlines.geojson", headers={"if-none-match": first["ETag"]}).status_code == 200


@pytest.mark.parametrize("path", ["/places/search", "/places/here", "/places/outlines.geojson"])
def test_nothing_is_posted_here(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
