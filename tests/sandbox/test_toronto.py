import pytest
from lxml import etree

from tests.sandbox.city import City
from tests.sandbox.conftest import texts

TORONTO = City(
    "/toronto/webwizard/ws/",
    {"service_code": "CSROWC-05", "lat": "43.6527", "long": "-79.3839", "description": "Tags"},
    {"jurisdiction_id": "toronto.ca"},
)
DAY = 86400


def test_services_are_a_bare_array_and_one_code_is_a_number(cities):
    codes = [row["service_code"] for row in TORONTO.get(cities, "services.json").json()]
    assert [code for code in codes if not isinstance(code, str)] == [30102]
    assert TORONTO.get(cities, "services/30102.json").json()["service_code"] == "30102"
    assert {row["type"] for row in TORONTO.get(cities, "services.json").json()} == {"batch"}


def test_requests_are_wrapped_also_when_empty_and_when_one(cities):
    assert TORONTO.get(cities, "requests.json").json() == {"service_requests": []}
    receipt = TORONTO.post(cities).json()
    assert receipt["service_requests"][0]["token"]
    assert TORONTO.get(cities, "requests.json").json() == {"service_requests": []}
    cities.sandbox.clock.advance(30)
    token = receipt["service_requests"][0]["token"]
    told = TORONTO.get(cities, f"tokens/{token}.json").json()
    assert told == {"service_requests": [{"service_request_id": 101005570501, "token": token}]}
    [row] = TORONTO.get(cities, "requests/101005570501.json").json()["service_requests"]
    assert row["service_request_id"] == 101005570501
    assert texts(TORONTO.get(cities, "requests.xml"), "request/service_request_id") == ["101005570501"]


def test_nulls_and_fixed_words(cities):
    place = {"lat": None, "long": None, "address_string": "Queen St W", "address_id": "77"}
    TORONTO.post(cities, service_code="30102", **place, **{"attribute[owner]": "Y"})
    cities.sandbox.clock.advance(30)
    [row] = TORONTO.get(cities, "requests.json").json()["service_requests"]
    assert row["service_code"] == 30102
    assert row["address_id"] == 77
    nulls = {name for name, value in row.items() if value is None}
    assert nulls >= {"lat", "long", "updated_datetime", "zipcode", "media_url"}
    assert row["agency_responsible"] == "311 Toronto"
    tags = [element.tag for element in etree.fromstring(TORONTO.get(cities, "requests.xml").content)[0]]
    assert tags.index("long") < tags.index("lat")


@pytest.mark.parametrize(
    ("plan", "words", "status"),
    [
        ("ORDINARY", "Completed - ", "closed"),
        ("DUPLICATE", "Cancelled - The request may be a duplicate", "closed"),
        ("LINGERING", "In progress - ", "open"),
    ],
)
def test_the_first_word_of_the_notes_is_the_state(cities, plan, words, status):
    TORONTO.post(cities, f"SANDBOX-PLAN-{plan}")
    cities.sandbox.clock.advance(7 * DAY)
    [row] = TORONTO.get(cities, "requests.json").json()["service_requests"]
    assert row["status_notes"].startswith(words)
    assert row["status"] == status
    assert row["updated_datetime"]


def test_a_clerks_own_words_stand(cities):
    TORONTO.post(cities)
    cities.sandbox.clock.advance(30)
    fields = {"service_request_id": "101005570501", "status": "closed", "status_notes": "Completed - Swept."}
    cities.control("set_status", city="toronto", **fields)
    assert TORONTO.get(cities, "requests.json").json()["service_requests"][0]["status_notes"] == "Completed - Swept."


def test_a_window_over_25_days_times_out(cities):
    def status(first, last=""):
        return TORONTO.get(cities, "requests.json", start_date=first, end_date=last).status_code

    assert status("2026-05-07T15:00:00Z") == 200
    assert status("2026-05-07T14:59:59Z") == 504
    assert status("2026-01-01T00:00:00Z", "2026-01-26T00:00:01Z") == 504
    assert status("2026-01-01T00:00:00Z", "2026-01-26T00:00:00Z") == 200
    assert status("spring") == 400


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"jurisdiction_id": None}, 400), ({"api_key": "x"}, 403), ({"service_code": "0"}, 404), ({"long": None}, 400)],
)
def test_what_toronto_refuses(cities, fields, status):
    assert TORONTO.post(cities, **fields).status_code == status
    assert cities.received("toronto") == []


def test_the_jurisdiction_is_required_to_read(cities):
    assert TORONTO.get(cities, "services.json", jurisdiction_id="").status_code == 400
