"""GET requests, GET requests/{id} and GET tokens/{token}."""

import pytest

from tests.sandbox.conftest import PLAIN, texts

DAY = 86400


def ids(answer):
    return [row["service_request_id"] for row in answer.json()]


def test_an_empty_list_in_both_formats(cities):
    assert cities.get("evanston", "requests.json").json() == []
    assert texts(cities.get("oak-park", "requests.xml"), "request") == []


def test_the_row_of_one_request_is_a_list_of_one(cities):
    cities.post("evanston", "A tag", email="ada@example.org", phone="1")
    [row] = cities.get("evanston", "requests/EVN-210401.json").json()
    assert row["description"] == "A tag"
    assert row["requested_datetime"] == "2026-06-01T10:00:00-05:00"
    assert row["zipcode"] == "60602"
    assert row["lat"] == 41.8837
    assert "token" not in row
    assert not {"email", "phone", "first_name"} & row.keys()
    assert row["status_notes"] is None


def test_the_row_in_xml(cities):
    cities.post("oak-park")
    answer = cities.get("oak-park", "requests/2603901.xml")
    assert texts(answer, "request/status") == ["open"]
    assert texts(answer, "request/media_url") == [None]


def test_no_place_is_zero_at_bloomington_and_null_at_evanston(cities):
    for city in ("bloomington", "evanston"):
        cities.post(city, lat=None, long=None)
    assert cities.get("bloomington", "requests.json").json()[0]["lat"] == 0
    assert cities.get("evanston", "requests.json").json()[0]["lat"] is None


def test_newest_first_and_a_comma_list_of_ids(cities):
    for text in "abc":
        cities.post("evanston", text)
        cities.sandbox.clock.advance(60)
    assert ids(cities.get("evanston", "requests.json")) == ["EVN-210403", "EVN-210402", "EVN-210401"]
    picked = cities.get("evanston", "requests.json", service_request_id="EVN-210401,EVN-210403,x", status="closed")
    assert ids(picked) == ["EVN-210401", "EVN-210403"]


def test_bloomington_takes_one_id_and_ignores_status(cities):
    for text in "ab":
        cities.post("bloomington", text)
    assert ids(cities.get("bloomington", "requests.json", service_request_id="187302")) == [187302]
    assert cities.get("bloomington", "requests.json", service_request_id="187301,187302").json() == []
    assert len(cities.get("bloomington", "requests.json", status="closed").json()) == 2


def test_filters_by_code_and_status(cities):
    cities.post("evanston")
    cities.post("evanston", service_code="002")
    cities.control("set_status", city="evanston", service_request_id="EVN-210402", status="closed")
    assert ids(cities.get("evanston", "requests.json", service_code="002")) == ["EVN-210402"]
    assert len(cities.get("evanston", "requests.json", service_code=f"002,{PLAIN['evanston']}").json()) == 2
    assert ids(cities.get("evanston", "requests.json", status="open")) == ["EVN-210401"]
    assert len(cities.get("evanston", "requests.json", status="open,closed").json()) == 2
    assert len(cities.get("evanston", "requests.json", status="", service_code="").json()) == 2


def test_filters_by_dates_of_filing_and_of_update(cities):
    cities.post("evanston", "SANDBOX-PLAN-ORDINARY")
    cities.sandbox.clock.advance(7 * DAY)
    cities.post("evanston", "later")
    window = {"start_date": "2026-06-01T00:00:00Z", "end_date": "2026-06-02T00:00:00-05:00"}
    assert ids(cities.get("evanston", "requests.json", **window)) == ["EVN-210401"]
    closed = {"updated_after": "2026-06-07T14:00:00Z", "updated_before": "2026-06-07T16:00:00Z"}
    assert ids(cities.get("evanston", "requests.json", **closed)) == ["EVN-210401"]
    assert cities.get("evanston", "requests.json", updated_after="2026-06-08T15:00:01Z").json() == []


def test_ninety_days_and_no_more(cities):
    cities.post("evanston", "SANDBOX-PLAN-ORDINARY")
    cities.sandbox.clock.advance(91 * DAY)
    assert cities.get("evanston", "requests.json").json() == []
    assert cities.get("evanston", "requests.json", start_date="2026-01-01T00:00:00Z").json() == []
    assert len(cities.get("evanston", "requests.json", end_date="2026-06-30T00:00:00Z").json()) == 1
    assert len(cities.get("evanston", "requests/EVN-210401.json").json()) == 1


@pytest.mark.parametrize("name", ["start_date", "end_date", "updated_after", "updated_before"])
@pytest.mark.parametrize("value", ["yesterday", "2026-06-01T10:00:00"])
def test_a_bad_date_is_400(cities, name, value):
    cities.post("evanston")
    answer = cities.get("evanston", "requests.json", **{name: value})
    assert answer.status_code == 400
    assert "moment" in answer.json()[0]["description"]


def test_chicago_and_dates(cities):
    cities.post("chicago")
    broken = cities.get("chicago", "requests.json", start_date="2026-06-01T00:00:00.5Z")
    assert (broken.status_code, broken.headers["Content-Type"]) == (500, "text/html; charset=utf-8")
    local = cities.get("chicago", "requests.json", start_date="2026-06-01T09:59:00", end_date="2026-06-01T10:01:00")
    assert len(local.json()) == 1
    assert cities.get("chicago", "requests.json", start_date="never").status_code == 400


def test_pages_at_chicago(cities):
    for number in range(55):
        cities.post("chicago", f"number {number}")
    cities.sandbox.clock.advance(60)
    default = ids(cities.get("chicago", "requests.json"))
    assert len(default) == 50
    assert ids(cities.get("chicago", "requests.json", page=0)) == default
    assert len(cities.get("chicago", "requests.json", page=2).json()) == 5
    assert cities.get("chicago", "requests.json", page=3).json() == []
    assert len(cities.get("chicago", "requests.json", page_size=9999).json()) == 55
    assert ids(cities.get("chicago", "requests.json", page=2, page_size=10)) == default[10:20]
    assert len(cities.get("chicago", "requests.json", page="two", page_size="-1").json()) == 50


def test_a_token_resolves_after_a_while(cities):
    [receipt] = cities.post("chicago").json()
    token = receipt["token"]
    assert cities.get("chicago", f"tokens/{token}.json").json() == [{"token": token}]
    [row] = cities.get("chicago", "requests.json").json()
    assert "service_request_id" not in row
    assert cities.get("chicago", "requests/26-01100001.json").status_code == 404
    cities.sandbox.clock.advance(25)
    resolved = [{"service_request_id": "26-01100001", "token": token}]
    assert cities.get("chicago", f"tokens/{token}.json").json() == resolved
    assert texts(cities.get("chicago", f"tokens/{token}.xml"), "request/service_request_id") == ["26-01100001"]
    by_id = cities.get("chicago", "requests/26-01100001.json").json()
    assert by_id == cities.get("chicago", f"requests/{token}.json").json()
    assert by_id[0]["address"] == "121 N LASALLE ST, CHICAGO, IL 60602"


def test_a_quick_pace_makes_quick_tokens(cities):
    cities.control("pace", seconds=10)
    token = cities.post("chicago").json()[0]["token"]
    cities.sandbox.clock.advance(0.5)
    assert "service_request_id" in cities.get("chicago", f"tokens/{token}.json").json()[0]


def test_a_comma_list_of_tokens_skips_the_unknown(cities):
    first, second = (cities.post("chicago", text).json()[0]["token"] for text in "ab")
    answer = cities.get("chicago", f"tokens/{first},nope,{second}.json")
    assert [row["token"] for row in answer.json()] == [first, second]
    assert cities.get("chicago", "tokens/nope.json").status_code == 404


def test_there_are_no_tokens_at_a_realtime_city(cities):
    cities.post("evanston")
    assert cities.get("evanston", "tokens/EVN-210401.json").status_code == 404


def test_a_duplicate_of_nothing_here_names_an_older_request(cities):
    cities.post("chicago", "SANDBOX-PLAN-DUPLICATE")
    cities.sandbox.clock.advance(60)
    [before] = cities.get("chicago", "requests.json", extensions="true").json()
    assert before["extended_attributes"] == {"channel": "API", "duplicate": False}
    cities.sandbox.clock.advance(3 * DAY)
    [after] = cities.get("chicago", "requests.json", extensions="true").json()
    assert after["extended_attributes"]["parent_service_request_id"] == "26-01099989"
    assert "26-01099989" in after["status_notes"]


def test_extensions_at_chicago(cities):
    cities.post("chicago", "SANDBOX-PLAN-DUPLICATE first")
    cities.post("chicago", "SANDBOX-PLAN-DUPLICATE second")
    cities.sandbox.clock.advance(3 * DAY)
    plain, extended = (
        cities.get("chicago", "requests/26-01100002.json", **params).json()[0]
        for params in ({}, {"extensions": "true"})
    )
    assert "notes" not in plain
    assert extended["extended_attributes"]["parent_service_request_id"] == "26-01100001"
    assert [note["type"] for note in extended["notes"]] == ["opened", "activity"]
    as_xml = cities.get("chicago", "requests/26-01100002.xml", extensions="true")
    assert texts(as_xml, "request/notes/note/type") == ["opened", "activity"]
