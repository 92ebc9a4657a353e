import pytest

from reports.sandbox.nominatim import metres
from tests.sandbox.conftest import HOST

CHICAGO = "-87.94,42.03,-87.52,41.64"


@pytest.fixture
def search(cities):
    return lambda **params: cities.session.get(HOST + "/nominatim/search", params=params)


@pytest.fixture
def reverse(cities):
    return lambda **params: cities.session.get(HOST + "/nominatim/reverse", params=params)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("121 N LaSalle St, Chicago", "Chicago City Hall"),
        ("121 north lasalle street", "Chicago City Hall"),
        ("wrig", "Wrigley Field"),
        ("unity te oak p", "Unity Temple"),
        ("OHARE", "O'Hare International Airport"),
        ("401 N Morton", "Bloomington City Hall"),
        ("Fenway Park, Boston, MA", "Fenway Park"),
    ],
)
def test_search_by_words_and_their_beginnings(search, text, name):
    assert search(q=text, format="jsonv2").json()[0]["name"] == name


@pytest.mark.parametrize("text", ["Clark & Addison", "addison st at n clark st", "clark and addison chicago"])
def test_search_for_a_crossing(search, text):
    [found] = search(q=text).json()
    assert (found["category"], found["type"]) == ("highway", "crossing")
    assert found["display_name"].startswith("North Clark Street & West Addison Street")


def test_the_shape_of_a_hit(search):
    [hit] = search(q="evanston public library", addressdetails=1, **{"accept-language": "en"}).json()
    assert isinstance(hit["lat"], str)
    assert isinstance(hit["lon"], str)
    assert {"place_id", "licence", "osm_type", "osm_id", "place_rank", "importance", "addresstype"} <= hit.keys()
    south, north, west, east = (float(edge) for edge in hit["boundingbox"])
    assert south < float(hit["lat"]) < north
    assert west < float(hit["lon"]) < east
    address = hit["address"]
    assert (address["house_number"], address["road"]) == ("1703", "Orrington Avenue")
    assert (address["ISO3166-2-lvl4"], address["country_code"]) == ("US-IL", "us")
    assert "address" not in search(q="evanston public library").json()[0]


def test_no_hit_is_an_empty_list(search):
    assert search(q="Zanzibar harbour").json() == []
    assert search(q="!!!").json() == []


def test_limit(search):
    assert len(search(q="chicago").json()) == 10
    assert len(search(q="chicago", limit=3).json()) == 3
    assert len(search(q="chicago", limit=999).json()) == 40


def test_viewbox_comes_first_and_bounded_leaves_out_the_rest(search):
    everywhere = search(q="city hall", limit=40).json()
    assert len(everywhere) >= 6
    boston = search(q="city hall", viewbox="-71.2,42.4,-71.0,42.3").json()
    assert boston[0]["name"] == "Boston City Hall"
    inside = search(q="city hall", viewbox=CHICAGO, bounded=1, limit=40).json()
    assert {"Boston City Hall", "Austin City Hall"}.isdisjoint(hit["name"] for hit in inside)
    assert inside


def test_reverse_names_the_nearest(reverse):
    hit = reverse(lat=41.8838, lon=-87.6319, format="jsonv2", zoom=18).json()
    assert hit["name"] == "Chicago City Hall"
    assert hit["address"]["city"] == "Chicago"
    assert "address" not in reverse(lat=41.8838, lon=-87.6319, addressdetails=0).json()


@pytest.mark.parametrize(("lat", "lon"), [(0, 0), (42.2, -87.3), (91, -200)])
def test_reverse_far_from_everything(reverse, lat, lon):
    answer = reverse(lat=lat, lon=lon)
    assert (answer.status_code, answer.json()) == (200, {"error": "Unable to geocode"})


def test_reverse_reaches_four_hundred_metres(reverse):
    lat, lon = 39.1470, -86.5385  # Switchyard Park, with nothing else near
    assert reverse(lat=lat - 0.0035, lon=lon).json()["name"] == "Switchyard Park"
    assert "error" in reverse(lat=lat - 0.0037, lon=lon).json()


@pytest.mark.parametrize(
    ("path", "params", "words"),
    [
        ("search", {}, "Nothing to search for"),
        ("search", {"q": "  "}, "Nothing to search for"),
        ("search", {"q": "a", "limit": "x"}, "'limit' must be a number"),
        ("search", {"q": "a", "limit": "inf"}, "'limit' must be a number"),
        ("search", {"q": "a", "viewbox": "1,2,3"}, "viewbox"),
        ("search", {"q": "a", "viewbox": "a,b,c,d"}, "viewbox"),
        ("search", {"q": "a", "format": "xml"}, "'format' must be one of"),
        ("reverse", {"lon": "1"}, "'lat' missing"),
        ("reverse", {"lat": "1"}, "'lon' missing"),
        ("reverse", {"lat": "x", "lon": "1"}, "'lat' must be a number"),
        ("reverse", {"lat": "nan", "lon": "1"}, "'lat' must be a number"),
        ("reverse", {"lat": "1", "lon": "1", "zoom": "near"}, "'zoom' must be a number"),
    ],
)
def test_errors(cities, path, params, words):
    answer = cities.session.get(f"{HOST}/nominatim/{path}", params=params)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == 400
    assert words in answer.json()["error"]["message"]


def test_no_other_calls(cities):
    assert cities.session.get(HOST + "/nominatim/lookup").status_code == 404
    assert cities.session.get(HOST + "/nominatim/search.php?q=wrigley").ok


def test_every_demo_place_is_in_the_gazetteer(search):
    least = {"Chicago": 40, "Evanston": 12, "Oak Park": 10, "Bloomington": 10, "Boston": 5, "San Francisco": 5,
             "Daly City": 3, "Austin": 5, "Cambridge": 4, "Washington": 4, "Baltimore": 4, "New Haven": 4, "Miami": 3,
             "Miami Beach": 4, "Philadelphia": 3, "Peoria": 2, "St. Louis": 1, "Toronto": 3, "Merton": 3, "Köln": 3,
             "Rostock": 3, "Helsinki": 3, "Zaragoza": 2}  # fmt: skip
    for city, count in least.items():
        assert len([h for h in search(q=city, limit=40).json() if f", {city}, " in h["display_name"]]) >= count, city


def test_a_place_in_another_country(search):
    [hit] = search(q="oodi", addressdetails=1).json()
    assert hit["display_name"].endswith("Uusimaa, 00100, Suomi")
    address = hit["address"]
    assert (address["country"], address["country_code"], address["ISO3166-2-lvl4"]) == ("Suomi", "fi", "FI-18")


def test_metres():
    assert metres(41.88, -87.63, 41.88, -87.63) == 0
    assert metres(41.0, -87.0, 42.0, -87.0) == pytest.approx(111_195, rel=0.005)
    assert metres(60.0, 10.0, 60.0, 11.0) == pytest.approx(55_600, rel=0.005)
