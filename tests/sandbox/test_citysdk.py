"""Helsinki."""

import re

import pytest

from tests.sandbox.city import City
from tests.sandbox.conftest import texts

HELSINKI = City(
    "/helsinki/palautews/rest/v1/",
    {"service_code": "171", "lat": "60.1699", "long": "24.9384", "description": "Kuoppa ajoradassa"},
)
DAY = 86400
BRIDGE = {"service_object_id": "8642", "service_object_type": "http://www.hel.fi/servicemap/v2"}


def file(cities, text="", **fields):
    [receipt] = HELSINKI.post(cities, text, **fields).json()
    return receipt["service_request_id"]


def test_a_filing_gets_twenty_letters_and_digits(cities):
    [receipt] = HELSINKI.post(cities).json()
    assert re.fullmatch("[0-9a-v]{20}", receipt["service_request_id"])
    assert receipt == {"service_request_id": receipt["service_request_id"], "service_notice": ""}
    assert file(cities) != receipt["service_request_id"]


def test_readable_by_its_number_at_once_and_listed_when_it_was_seen(cities):
    number = file(cities)
    assert len(HELSINKI.get(cities, f"requests/{number}.json").json()) == 1
    assert len(HELSINKI.get(cities, "requests.json", service_request_id=number).json()) == 1
    assert HELSINKI.get(cities, "requests.json").json() == []
    cities.sandbox.clock.advance(299)
    assert HELSINKI.get(cities, "requests.json").json() == []
    cities.sandbox.clock.advance(1)
    assert len(HELSINKI.get(cities, "requests.json").json()) == 1


def test_a_quick_pace_makes_a_quick_moderator(cities):
    cities.control("pace", seconds=100)
    file(cities)
    cities.sandbox.clock.advance(5)
    assert len(HELSINKI.get(cities, "requests.json").json()) == 1


def test_text_for_what_is_not_known_and_for_degrees(cities):
    number = file(cities)
    [row] = HELSINKI.get(cities, f"requests/{number}.json").json()
    assert (row["lat"], row["long"]) == ("60.1699", "24.9384")
    empty = {"zip_code", "address", "address_id", "service_name", "status_notes", "media_url", "service_notice"}
    assert {name for name in empty if row[name] == ""} == empty
    assert "zipcode" not in row
    assert row["requested_datetime"] == "2026-06-01T18:00:00+03:00"
    assert texts(HELSINKI.get(cities, f"requests/{number}.xml"), "request/lat") == ["60.1699"]


@pytest.mark.parametrize(
    ("locale", "name"), [("", "Potholes"), ("en_GB", "Potholes"), ("fi", "Kuoppa kadussa"), ("fi_FI", "Kuoppa kadussa"),
                         ("sv", "Potthål i gatan"), ("de", "Potholes")],
)  # fmt: skip
def test_services_in_three_languages(cities, locale, name):
    rows = HELSINKI.get(cities, "services.json", locale=locale).json()
    assert (rows[0]["service_code"], rows[0]["service_name"]) == ("171", name)
    assert {row["metadata"] for row in rows} == {False}
    assert HELSINKI.get(cities, "services/171.json").status_code == 404


def test_uploads_and_a_title(cities):
    files = [("media[]", ("a.jpg", b"abc", "image/jpeg")), ("media[]", ("b.png", b"d", "image/png")),
             ("media0", ("c.png", b"e", "image/png"))]  # fmt: skip
    number = file(cities, title="Kuoppa", media_url="https://example.org/p.jpg", files=files)
    [row] = HELSINKI.get(cities, f"requests/{number}.json", extensions="true").json()
    extended = row["extended_attributes"]
    assert extended["title"] == "Kuoppa"
    assert [url.rpartition("/")[2] for url in extended["media_urls"]] == ["p.jpg", "a.jpg", "b.png"]
    assert [photo["bytes"] for photo in cities.received("helsinki")[0]["photos"]] == [3, 1]
    assert "extended_attributes" not in HELSINKI.get(cities, f"requests/{number}.json").json()[0]


@pytest.mark.parametrize(
    ("plan", "words", "status"),
    [
        ("ORDINARY", "PROCESSED,PUBLIC_WORKS_COMPLETED", "closed"),
        ("DUPLICATE", "REJECTED", "closed"),
        ("LINGERING", "IN_PROCESS,PUBLIC_WORKS_IN_PROGRESS", "open"),
    ],
)
def test_detailed_status_is_a_set(cities, plan, words, status):
    number = file(cities, f"SANDBOX-PLAN-{plan}")
    [before] = HELSINKI.get(cities, f"requests/{number}.json", extensions="true").json()
    assert before["extended_attributes"]["detailed_status"] == "RECEIVED"
    cities.sandbox.clock.advance(7 * DAY)
    [row] = HELSINKI.get(cities, f"requests/{number}.json", extensions="true").json()
    assert (row["status"], row["extended_attributes"]["detailed_status"]) == (status, words)


def test_things_in_place_of_a_place(cities):
    without = HELSINKI.post(cities, lat=None, long=None)
    assert (without.status_code, "location" in without.json()[0]["description"]) == (400, True)
    number = file(cities, lat=None, long=None, **BRIDGE)
    cities.sandbox.clock.advance(300)
    file(cities, "Toinen kuoppa")
    cities.sandbox.clock.advance(300)
    assert [row["service_request_id"] for row in HELSINKI.get(cities, "requests.json", **BRIDGE).json()] == [number]
    assert HELSINKI.get(cities, "requests.json", service_object_id="8642").status_code == 400
    assert HELSINKI.post(cities, service_object_id="8642").status_code == 400


def test_within_a_radius(cities):
    file(cities)
    file(cities, "Kuoppa kauempana", lat="60.1789")
    cities.sandbox.clock.advance(300)
    near = {"lat": "60.1699", "long": "24.9384"}
    found = [len(HELSINKI.get(cities, "requests.json", radius=metres, **near).json()) for metres in (500, 1100)]
    assert found == [1, 2]
    assert HELSINKI.get(cities, "requests.json", radius="far", **near).status_code == 400


def test_two_hundred_rows(cities):
    for number in range(203):
        HELSINKI.post(cities, f"Kuoppa numero {number}")
    cities.sandbox.clock.advance(300)
    assert len(HELSINKI.get(cities, "requests.json").json()) == 200
    assert len(HELSINKI.get(cities, "requests.json", page=2).json()) == 200


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"api_key": None}, 403, "api_key"),
        ({"service_code": "1"}, 404, "Service not found"),
        ({"description": "Kuoppa 99"}, 400, "too short"),
        ({"description": "x" * 5001}, 400, "too long"),
        ({"media_url": "https://example.org/page"}, 400, "media_url must end in"),
        ({"files": [("media[]", ("a.pdf", b"x", "application/pdf"))]}, 400, "not an image"),
    ],
)
def test_what_helsinki_refuses(cities, fields, status, words):
    answer = HELSINKI.post(cities, **fields)
    assert answer.status_code == status
    assert words in answer.json()[0]["description"]
    assert cities.received("helsinki") == []


def test_the_longest_and_the_shortest_description(cities):
    assert HELSINKI.post(cities, "x" * 5000).status_code == 201
    assert HELSINKI.post(cities, "x" * 10).status_code == 201


def test_a_bad_date_is_400(cities):
    file(cities)
    assert HELSINKI.get(cities, "requests.json", updated_after="eilen").status_code == 400
