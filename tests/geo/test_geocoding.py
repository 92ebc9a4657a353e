import json
from typing import Any

import pytest

from reports import http
from reports.geo import geocoding
from reports.geo.geocoding import GeocodingUnavailable, reverse, search
from reports.sandbox import Sandbox
from tests.geo.conftest import Echo

CITY_HALL = {"lat": "41.8837000", "lon": "-87.6320000", "display_name": "Chicago City Hall,  121, LaSalle Street"}
FOUND = json.dumps([CITY_HALL]).encode()


def test_the_sandbox_finds_an_address_and_names_the_way_back(sandbox: Sandbox) -> None:
    places = search("city hall chicago")
    assert "Chicago" in places[0].address_string
    back = reverse(places[0].lat, places[0].long)
    assert back is not None
    assert back.address_string
    assert back.raw["address"]["city"] == "Chicago"


def test_the_sandbox_finds_nothing_where_there_is_nothing(sandbox: Sandbox) -> None:
    assert search("zzz qqq") == []
    assert reverse(0, 0) is None


def test_places_near_come_first(sandbox: Sandbox) -> None:
    chicago, bloomington = search("city hall", near=(41.88, -87.63)), search("city hall", near=(39.17, -86.53))
    assert "Chicago" in chicago[0].address_string
    assert "Bloomington" in bloomington[0].address_string


def test_a_place_is_what_nominatim_said(geocoder: Echo) -> None:
    geocoder.says(FOUND)
    (place,) = search("City Hall")
    assert (place.lat, place.long) == (41.8837, -87.632)
    assert place.address_string == "Chicago City Hall, 121, LaSalle Street"
    assert place.raw == CITY_HALL


def test_what_is_asked_of_nominatim(geocoder: Echo, settings: Any) -> None:
    search("  12 \n Main\x00 Street ", near=(41.88, -87.63), locale="es", limit=3)
    geocoder.says(json.dumps(CITY_HALL).encode())
    reverse(41.8837004, -87.632, locale="pt-BR")
    asked, back = geocoder.asked
    assert asked["path"] == "/nominatim/search"
    assert asked["agent"] == settings.USER_AGENT
    assert (asked["q"], asked["limit"], asked["format"]) == ("12 Main Street", "3", "jsonv2")
    assert (asked["accept-language"], asked["viewbox"], asked["bounded"]) == ("es", "-87.85,42.15,-87.35,41.65", "0")
    assert back["path"] == "/nominatim/reverse"
    assert (back["lat"], back["lon"], back["accept-language"]) == ("41.8837", "-87.632", "pt-BR")


def test_a_query_is_cut_and_a_strange_language_is_not_sent(geocoder: Echo) -> None:
    search("x" * 5000, locale="en\r\nX: 1", limit=5000)
    search("\ud800 street", near=(90, 180))
    assert len(geocoder.asked[0]["q"]) == 300
    assert geocoder.asked[0]["accept-language"] == "en"
    assert geocoder.asked[0]["limit"] == "10"
    assert geocoder.asked[1]["q"] == "street"
    assert geocoder.asked[1]["viewbox"] == "179.75,90.00,180.00,89.75"


@pytest.mark.parametrize("query", ["", "   ", "\n\t\x00"])
def test_no_words_ask_nobody(geocoder: Echo, query: str) -> None:
    assert search(query) == []
    assert geocoder.asked == []


def test_answers_are_remembered_also_empty_ones(geocoder: Echo) -> None:
    geocoder.says(FOUND)
    assert search("city hall") == search("  city   hall ")
    assert len(geocoder.asked) == 1
    search("city hall", locale="es")
    assert len(geocoder.asked) == 2
    geocoder.says(b'{"error": "Unable to geocode"}')
    assert reverse(0, 0) is None
    assert reverse(0, 0) is None
    assert len(geocoder.asked) == 3


def test_failures_are_not_remembered(geocoder: Echo) -> None:
    geocoder.says(b"down", 503)
    with pytest.raises(GeocodingUnavailable):
        search("city hall")
    geocoder.says(FOUND)
    assert len(search("city hall")) == 1


BAD = [
    b"",
    b"<html>Bad gateway</html>",
    b"\xff\xfe\x00",
    b"[" * 100_000,
    b"null",
    b"3",
    b'"text"',
    b'{"error": {"code": 400, "message": "Nothing to search for."}}',
    b"[null]",
    b"[[]]",
    b"[{}]",
    b'[{"lat": "41", "lon": "-87"}]',
    b'[{"lat": "41", "lon": "-87", "display_name": 3}]',
    b'[{"lat": "north", "lon": "-87", "display_name": "x"}]',
    b'[{"lat": null, "lon": "-87", "display_name": "x"}]',
    b'[{"lat": NaN, "lon": "-87", "display_name": "x"}]',
    b'[{"lat": "91", "lon": "-87", "display_name": "x"}]',
    b'[{"lat": 1e999, "lon": "-87", "display_name": "x"}]',
]


@pytest.mark.parametrize("body", BAD)
def test_an_answer_that_is_none_is_unavailable(geocoder: Echo, body: bytes) -> None:
    geocoder.says(body)
    with pytest.raises(GeocodingUnavailable):
        search("city hall")
    geocoder.says(body[1:-1] if body.startswith(b"[{") else body)
    with pytest.raises(GeocodingUnavailable):
        reverse(41, -87)


@pytest.mark.parametrize("status", [400, 403, 404, 429, 500, 502])
def test_every_other_status_is_unavailable(geocoder: Echo, status: int) -> None:
    geocoder.says(FOUND, status)
    with pytest.raises(GeocodingUnavailable):
        search("city hall")


def test_a_geocoder_that_asks_for_patience_is_left_alone(geocoder: Echo) -> None:
    geocoder.says(FOUND)
    search("known before")
    geocoder.says(b"slow down", 429, ("Retry-After", "30"))
    for _ in range(3):
        with pytest.raises(GeocodingUnavailable):
            search("city hall")
    assert len(geocoder.asked) == 2
    assert len(search("known before")) == 1


@pytest.mark.parametrize("kind", ["500", "429", "429-date", "html", "empty", "malformed", "truncated", "reset"])
def test_every_fault_of_the_sandbox_is_unavailable(sandbox: Sandbox, kind: str) -> None:
    control = http.Client("control")
    answer = control.post("http://sandbox.test/_control/fault", [("kind", kind), ("city", "nominatim")])
    assert answer.status == 200
    with pytest.raises(GeocodingUnavailable):
        search("city hall")
    with pytest.raises(GeocodingUnavailable):
        reverse(41.8837, -87.632)


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("nominatim", ""),
        ("unheard-of", "http://127.0.0.1:9/"),
        ("nominatim", "http://127.0.0.1:9/nominatim/"),
        ("nominatim", "not an address"),
        ("nominatim", "http://[half/"),
        ("nominatim", "ftp://127.0.0.1/"),
    ],
)
def test_a_geocoder_that_is_not_there_is_unavailable(settings: Any, name: str, url: str) -> None:
    settings.GEOCODER, settings.GEOCODER_URL = name, url
    with pytest.raises(GeocodingUnavailable):
        search("city hall")
    with pytest.raises(GeocodingUnavailable):
        reverse(41.88, -87.63)


def test_a_private_address_from_the_settings_is_allowed(geocoder: Echo) -> None:
    geocoder.says(FOUND)
    policy = http.default_policy()
    http.configure(http.Policy(user_agent=policy.user_agent, allowed_private=()))
    try:
        assert len(search("city hall")) == 1
    finally:
        http.configure(policy)


def test_where_no_point_is_meant_is_a_value_error(geocoder: Echo) -> None:
    with pytest.raises(ValueError, match="swapped"):
        reverse(-122, 38)
    with pytest.raises(ValueError, match="finite"):
        search("city hall", near=(float("nan"), 0))
    assert geocoder.asked == []


def test_every_geocoder_of_the_table_can_be_opened() -> None:
    for key in geocoding.DIALECTS:
        assert geocoding.import_string(geocoding.DIALECTS[key])("http://127.0.0.1/"), key


def test_what_people_search_for_is_not_in_the_log(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    assert search("121 North LaSalle")
    assert "/nominatim/search" in caplog.text
    assert "LaSalle" not in caplog.text


ADDRESS = {"house_number": "12", "road": "Main Street", "city": "Springfield", "state": "Illinois", "postcode": "62701"}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"address": ADDRESS}, "12 Main Street, Springfield, Illinois 62701"),
        ({"address": ADDRESS, "name": "City Hall"}, "City Hall, 12 Main Street, Springfield, Illinois 62701"),
        (
            {"address": ADDRESS | {"house_number": None}, "name": "Main Street"},
            "Main Street, Springfield, Illinois 62701",
        ),
        ({"address": {"village": "Hatfield", "road": "Mill Lane"}}, "Mill Lane, Hatfield"),
        ({"address": {"city": "Springfield"}}, "the long name"),
        ({"address": {"road": "Main Street"}}, "the long name"),
        ({"address": ["no", "object"]}, "the long name"),
        ({"address": {"city": 7, "road": {}}}, "the long name"),
    ],
)
def test_an_address_is_as_long_as_on_a_letter(geocoder: Echo, row: dict[str, Any], expected: str) -> None:
    geocoder.body = json.dumps([{"lat": "39.8", "lon": "-89.6", "display_name": "the long  name"} | row]).encode()
    assert [place.address_string for place in search("main")] == [expected]
