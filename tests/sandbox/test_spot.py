"""Austin and Boston."""

import re

import pytest
from lxml import etree

from tests.sandbox.city import City

AUSTIN = City(
    "/austin/open311/v2/", {"service_code": "GRAFFITI", "lat": "30.2649", "long": "-97.7472", "description": "A tag"}
)
BOSTON = City(
    "/boston/open311/v2/",
    {
        "service_code": "Public Works Department:Street Cleaning:Requests for Street Cleaning",
        "lat": "42.3601",
        "long": "-71.0589",
        "description": "Sand along the kerb",
    },
)
POTHOLE = "Public Works Department:Highway Maintenance:Request for Pothole Repair"
KEY = {"api_key": "sandbox-key"}


def filed(cities, city, *, text="", **fields):
    """The token of a filing, and the number that it turned into."""
    [receipt] = city.post(cities, text, **fields).json()
    cities.sandbox.clock.advance(30)
    return receipt["token"], city.get(cities, f"tokens/{receipt['token']}.json", **KEY).json()[0]["service_request_id"]


@pytest.mark.parametrize("city", [AUSTIN, BOSTON])
def test_ten_calls_a_minute_without_a_key(cities, city):
    for _ in range(10):
        assert city.get(cities, "services.json").status_code == 200
    refused = city.get(cities, "requests.xml")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    assert etree.fromstring(refused.content).findtext("error/code") == "429"
    assert city.get(cities, "services.json", **KEY).status_code == 200
    assert city.get(cities, "services.json", api_key="wrong").status_code == 429
    cities.sandbox.clock.advance(45)
    assert city.get(cities, "services.json").headers["Retry-After"] == "15"
    cities.sandbox.clock.advance(15)
    assert city.get(cities, "services.json").status_code == 200


def test_a_refused_call_does_not_prolong_the_wait_and_a_reset_ends_it(cities):
    for _ in range(30):
        AUSTIN.get(cities, "services.json")
    cities.sandbox.clock.advance(60)
    assert AUSTIN.get(cities, "services.json").status_code == 200
    for _ in range(10):
        AUSTIN.get(cities, "services.json")
    cities.control("reset")
    assert AUSTIN.get(cities, "services.json").status_code == 200


def test_the_limits_of_two_cities_are_apart(cities):
    for _ in range(10):
        AUSTIN.get(cities, "services.json")
    assert BOSTON.get(cities, "services.json").status_code == 200


def test_a_bearer_key_lifts_the_limit_and_files(cities):
    cities.session.headers["Authorization"] = "Bearer austin-key"
    assert all(AUSTIN.get(cities, "services.json").status_code == 200 for _ in range(12))
    assert AUSTIN.post(cities, api_key=None).status_code == 201
    cities.session.headers["Authorization"] = "Bearer boston-key"
    assert AUSTIN.post(cities, api_key=None).status_code == 403


def test_a_token_is_not_found_without_a_key(cities):
    [receipt] = AUSTIN.post(cities).json()
    assert receipt.keys() == {"token"}
    token = receipt["token"]
    assert AUSTIN.get(cities, f"tokens/{token}.json").status_code == 404
    assert AUSTIN.get(cities, f"tokens/{token}.json", **KEY).json() == [{"token": token}]
    cities.sandbox.clock.advance(30)
    assert AUSTIN.get(cities, f"tokens/{token}.json", **KEY).json()[0]["service_request_id"] == "26-00214301"
    assert AUSTIN.get(cities, "tokens/nope.json", **KEY).status_code == 404


def test_a_token_stands_in_for_the_number(cities):
    token, number = filed(cities, AUSTIN)
    by_token = AUSTIN.get(cities, f"requests/{token}.json", **KEY).json()
    assert by_token == AUSTIN.get(cities, f"requests/{number}.json", **KEY).json()
    assert by_token == AUSTIN.get(cities, "requests.json", token=token, **KEY).json()
    assert by_token[0]["token"] == token
    assert AUSTIN.get(cities, "requests.json", token="nope", **KEY).json() == []


def test_empty_keys_are_left_out(cities):
    _token, number = filed(cities, AUSTIN)
    [row] = AUSTIN.get(cities, f"requests/{number}.json", **KEY).json()
    assert None not in row.values()
    assert "media_url" not in row


def test_pages_of_at_most_a_hundred(cities):
    for number in range(103):
        AUSTIN.post(cities, f"number {number}")
    queries = ({}, {"per_page": 500}, {"per_page": 100, "page": 2}, {"page_size": 90}, {"per_page": 10, "page": 0})
    sizes = [len(AUSTIN.get(cities, "requests.json", **query, **KEY).json()) for query in queries]
    assert sizes == [50, 100, 3, 50, 10]


def test_boston_heeds_page_size_but_not_above_a_hundred(cities):
    for number in range(101):
        BOSTON.post(cities, f"number {number}")
    sizes = [len(BOSTON.get(cities, "requests.json", page_size=size, **KEY).json()) for size in (500, 20)]
    assert sizes == [100, 20]


def test_oldest_first_where_a_date_is_asked_for(cities):
    for text in "abc":
        filed(cities, AUSTIN, text=text)
    newest = [row["description"] for row in AUSTIN.get(cities, "requests.json", **KEY).json()]
    window = {"start_date": "2026-06-01T00:00:00Z", "end_date": "2026-06-02T00:00:00Z"}
    oldest = [row["description"] for row in AUSTIN.get(cities, "requests.json", **window, **KEY).json()]
    assert (newest, oldest) == (["c", "b", "a"], ["a", "b", "c"])
    assert AUSTIN.get(cities, "requests.json", start_date="last week", **KEY).status_code == 400


def test_ninety_days_for_each_pair(cities):
    filed(cities, AUSTIN, text="SANDBOX-PLAN-ORDINARY")
    cities.sandbox.clock.advance(100 * 86400)
    assert AUSTIN.get(cities, "requests.json", start_date="2026-05-01T00:00:00Z", **KEY).json() == []
    assert AUSTIN.get(cities, "requests.json", updated_after="2026-06-03T00:00:00Z", **KEY).json() == []
    updated = {"updated_after": "2026-06-03T00:00:00Z", "updated_before": "2026-06-30T00:00:00Z"}
    assert len(AUSTIN.get(cities, "requests.json", **updated, **KEY).json()) == 1


def test_search_by_words(cities):
    filed(cities, AUSTIN, text="Blue paint on the BRIDGE")
    filed(cities, AUSTIN, text="Red paint")
    found = AUSTIN.get(cities, "requests.json", q="bridge", **KEY).json()
    assert [row["description"] for row in found] == ["Blue paint on the BRIDGE"]


def test_extensions(cities):
    answers = {"attribute[SLWHAT][]": ["OUT", "DAY"], "attribute[SLPOLE]": "A-7"}
    _token, number = filed(
        cities, AUSTIN, service_code="STREETL2", media_url="https://example.org/p.jpg", **answers
    )  # fmt: skip
    [plain] = AUSTIN.get(cities, f"requests/{number}.json", **KEY).json()
    [extended] = AUSTIN.get(cities, f"requests/{number}.json", extensions="true", **KEY).json()
    assert not {"notes", "attributes", "details", "extended_attributes"} & plain.keys()
    assert {"label": "What is wrong?", "name": "SLWHAT", "value": "Out", "code": "OUT"} in extended["attributes"]
    pole = next(answer for answer in extended["attributes"] if answer["name"] == "SLPOLE")
    assert pole == {"label": "Number on the pole, if you can read it", "name": "SLPOLE", "value": "A-7"}
    [photo] = extended["extended_attributes"]["photos"]
    assert photo["media_url"] == "https://example.org/p.jpg"
    assert [note["type"] for note in extended["notes"]] == ["submitted", "opened"]
    assert all(note.keys() == {"datetime", "description", "type"} for note in extended["notes"])
    as_xml = etree.fromstring(AUSTIN.get(cities, f"requests/{number}.xml", extensions="true", **KEY).content)
    assert as_xml.findtext("request/extended_attributes/photos/photo/width") == "1024"
    cities.control("set_status", city="austin", service_request_id=number, status="closed", status_notes="Done")
    [row] = AUSTIN.get(cities, f"requests/{number}.json", extensions="true", **KEY).json()
    assert (row["status"], row["notes"][-1]["description"]) == ("closed", "Done")


def test_an_inactive_service_says_so_and_takes_nothing(cities):
    plain = AUSTIN.get(cities, "services/SWSSTORM.json", **KEY).json()
    assert "extended_attributes" not in plain
    extended = AUSTIN.get(cities, "services/SWSSTORM.json", extensions="true", **KEY).json()["extended_attributes"]
    assert extended["active"] is False
    assert extended["notice"].startswith("Closed for the season")
    other = AUSTIN.get(cities, "services/GRAFFITI.json", extensions="true", **KEY).json()["extended_attributes"]
    assert other["active"] is True
    refused = AUSTIN.post(cities, service_code="SWSSTORM", **{"attribute[SWSPILE]": "4"})
    assert (refused.status_code, "not active" in refused.json()[0]["description"]) == (400, True)


def test_bostons_three_forms_of_codes(cities):
    codes = [row["service_code"] for row in BOSTON.get(cities, "services.json", **KEY).json()]
    assert any(code.count(":") == 2 for code in codes)
    assert "input.Litter" in codes
    assert any(re.fullmatch(r"[0-9a-f]{8}-[0-9a-f-]{27}", code) for code in codes)
    assert BOSTON.get(cities, "services/input.Litter.json", **KEY).status_code == 404
    definition = BOSTON.get(cities, f"services/{POTHOLE.replace(':', '%3A').replace(' ', '%20')}.json", **KEY)
    assert definition.json()["service_code"] == POTHOLE


def test_what_is_filed_with_a_form_code_is_kept_under_another(cities):
    _token, number = filed(cities, BOSTON, service_code="input.Litter")
    [row] = BOSTON.get(cities, f"requests/{number}.json", **KEY).json()
    assert row["service_name"] == "Litter (Street)"
    assert row["service_code"] not in [s["service_code"] for s in BOSTON.get(cities, "services.json", **KEY).json()]
    assert BOSTON.get(cities, "requests.json", service_code="input.Litter", **KEY).json() == []
    assert len(BOSTON.get(cities, "requests.json", service_code=row["service_code"], **KEY).json()) == 1


def test_bostons_token_is_a_uuid_and_not_found_until_it_is_done(cities):
    token = BOSTON.post(cities).json()[0]["token"]
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", token)
    assert BOSTON.get(cities, f"tokens/{token}.json", **KEY).status_code == 404
    cities.sandbox.clock.advance(30)
    resolved = BOSTON.get(cities, f"tokens/{token}.json", **KEY).json()
    assert resolved == [{"service_request_id": "101005820201", "token": token}]


def test_boston_refuses_the_same_filing_twice(cities):
    assert BOSTON.post(cities).status_code == 201
    again = BOSTON.post(cities)
    assert again.status_code == 400
    assert again.json() == [{"code": 400, "description": "Invalid service request: base is a duplicate."}]
    assert BOSTON.post(cities, "Other words").status_code == 201
    assert [held["posts"] for held in cities.received("boston")] == [2, 1]


def test_bostons_times_are_local_with_a_z_and_windows_are_cut_on_them(cities):
    _token, number = filed(cities, BOSTON)
    [row] = BOSTON.get(cities, f"requests/{number}.json", extensions="true", **KEY).json()
    assert row["requested_datetime"] == "2026-06-01T11:00:00Z"  # 15:00 UTC
    assert row["notes"][0]["datetime"] == "2026-06-01T11:00:00Z"
    shown = {"start_date": "2026-06-01T10:59:00Z", "end_date": "2026-06-01T11:01:00Z"}
    true = {"start_date": "2026-06-01T14:59:00Z", "end_date": "2026-06-01T15:01:00Z"}
    assert [len(BOSTON.get(cities, "requests.json", **window, **KEY).json()) for window in (shown, true)] == [1, 0]


def test_boston_shows_who_reported_and_what_was_answered(cities):
    _token, number = filed(
        cities, BOSTON, service_code=POTHOLE, first_name="Ada", last_name="Lane", email="ada@example.org",
        media_url="https://example.org/p.jpg", **{"attribute[SR-PHR1]": "?"},
    )  # fmt: skip
    [row] = BOSTON.get(cities, f"requests/{number}.json", extensions="true", **KEY).json()
    person = {"first_name": "Ada", "last_name": "Lane", "email": "ada@example.org"}
    assert person.items() <= row["extended_attributes"].items()
    assert row["description"] == "Sand along the kerb\nIs it on a state highway?: [I do not know]"
    assert row["media_url"].startswith("https://example.org/p.jpg#spot=")
    assert row["address"] == "1 City Hall Plz, Boston, MA 02201"


@pytest.mark.parametrize("city", [AUSTIN, BOSTON])
@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"api_key": None}, 403),
        ({"api_key": "wrong"}, 403),
        ({"service_code": "nope"}, 404),
        ({"service_code": None}, 400),
        ({"lat": None}, 400),
    ],
)
def test_what_a_spot_server_refuses(cities, city, fields, status):
    answer = city.post(cities, **fields)
    assert (answer.status_code, answer.json()[0]["code"]) == (status, status)
    assert cities.received(city.base.split("/")[1]) == []
