import pytest

from tests.sandbox.city import City

PHILADELPHIA = City(
    "/philadelphia/open311/v2/",
    {"service_code": "SR-PR01", "lat": "39.9526", "long": "-75.1652", "address_string": "1 S Broad St, 19107",
     "description": "A dead tree"},
)  # fmt: skip


def test_by_number_alone(cities):
    assert PHILADELPHIA.post(cities).json()[0]["service_request_id"] == "14300101"
    [row] = PHILADELPHIA.get(cities, "requests/14300101.json").json()
    assert (row["address"], row["zipcode"]) == ("1 S Broad St, 19107", "19107")
    assert PHILADELPHIA.get(cities, "requests/14300102.json").status_code == 404


def test_there_is_no_list(cities):
    PHILADELPHIA.post(cities)
    assert PHILADELPHIA.get(cities, "requests.json").status_code == 404
    queries = ({"start_date": "2026-06-01T00:00:00Z"}, {"status": "open"}, {"service_request_id": "14300101"})
    assert [PHILADELPHIA.get(cities, "requests.json", **query).status_code for query in queries] == [400] * 3
    assert PHILADELPHIA.get(cities, "requests.xml").status_code == 404


def test_every_third_comes_without_its_address(cities):
    for text in "abc":
        PHILADELPHIA.post(cities, text)
    rows = [PHILADELPHIA.get(cities, f"requests/1430010{n}.json").json()[0] for n in (1, 2, 3)]
    assert ["address" in row for row in rows] == [True, True, False]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"api_key": None}, 403),
        ({"api_key": "x"}, 403),
        ({"service_code": "0"}, 404),
        ({"service_code": "SR-LI01"}, 400),
    ],
)
def test_what_philadelphia_refuses(cities, fields, status):
    assert PHILADELPHIA.post(cities, **fields).status_code == status
    assert cities.received("philadelphia") == []
