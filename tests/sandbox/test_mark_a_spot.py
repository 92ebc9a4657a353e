"""Cologne."""

import json

import pytest
from lxml import etree

from tests.sandbox.city import City, fill
from tests.sandbox.conftest import texts

COLOGNE = City(
    "/cologne/georeport/v2/",
    {
        "service_code": "3.2",
        "lat": "50.9367",
        "long": "6.9399",
        "address_string": "50674 Köln, Aachener Weiher",
        "description": "Die Wiese ist nicht gemäht",
    },
)
KEY = {"api_key": "sandbox-key"}


def file(cities, text="", **fields):
    return COLOGNE.post(cities, text, query=KEY, **({"api_key": None} | fields))


def ids(answer):
    return [row["service_request_id"] for row in answer.json()]


def test_the_answer_to_a_filing_is_nested_objects(cities):
    answer = file(cities)
    assert answer.status_code == 201
    assert answer.json() == {"service_requests": {"request": {"service_request_id": "12501-2026"}}}
    as_xml = file(cities, format_="xml")
    assert as_xml.headers["Content-Type"] == "application/xml; charset=utf-8"
    assert texts(as_xml, "request/service_request_id") == ["12502-2026"]


def test_numbers_begin_with_the_year(cities):
    cities.control("clock", at="2027-01-02T00:00:00Z")
    assert file(cities).json()["service_requests"]["request"]["service_request_id"] == "12501-2027"


def test_the_key_is_read_from_the_query_alone(cities):
    refused = COLOGNE.post(cities)
    assert refused.status_code == 403
    assert refused.json() == {"error": {"code": 403, "description": "api_key was not provided"}}
    assert COLOGNE.post(cities, query={"api_key": "wrong"}).status_code == 403
    assert cities.received("cologne") == []


def test_a_json_body_will_do(cities):
    url = f"{cities.host}{COLOGNE.base}requests.json"
    answer = cities.session.post(url, params=KEY, json=COLOGNE.filing, timeout=5)
    assert answer.status_code == 201
    assert cities.received("cologne")[0]["description"] == "Die Wiese ist nicht gemäht"
    as_json = {"Content-Type": "application/json"}
    for body in (b"{", b"[1]", b""):
        broken = cities.session.post(url, params=KEY, data=body, headers=as_json, timeout=5)
        assert broken.status_code == 400


def test_metadata_is_text(cities):
    rows = COLOGNE.get(cities, "services.json").json()
    assert {row["metadata"] for row in rows} == {"true", "false"}
    root = etree.fromstring(COLOGNE.get(cities, "services.xml").content)
    assert (root.tag, root.get("is_array")) == ("services", "true")


def test_a_row_has_its_own_names(cities):
    file(cities, media_url="https://example.org/1.jpg,https://example.org/2.jpg")
    fields = {"service_request_id": "12501-2026", "status": "closed", "status_notes": "Gemäht"}
    cities.control("set_status", city="cologne", **fields)
    [row] = COLOGNE.get(cities, "requests/12501-2026.json").json()
    assert row["title"] == "#12501-2026 Kölner Grün"
    assert row["address_string"] == "50674 Köln, Aachener Weiher"
    assert row["status_note"] == "Gemäht"
    assert row["media_url"] == "https://example.org/1.jpg,https://example.org/2.jpg"
    assert not {"address", "status_notes", "expected_datetime"} & row.keys()
    [extended] = COLOGNE.get(cities, "requests/12501-2026.json", extensions="true").json()
    assert [media["url"][-5:] for media in extended["extended_attributes"]["media"]] == ["1.jpg", "2.jpg"]


def test_an_empty_list_is_a_404(cities):
    answer = COLOGNE.get(cities, "requests.json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, 404)
    assert texts(COLOGNE.get(cities, "requests.xml"), "code") == ["404"]
    file(cities)
    assert COLOGNE.get(cities, "requests.json", status="closed").status_code == 404
    assert COLOGNE.get(cities, "requests.json", offset=1).status_code == 404


def test_every_fifth_request_is_in_no_list(cities):
    for number in range(10):
        file(cities, f"number {number}")
    listed = ids(COLOGNE.get(cities, "requests.json"))
    assert len(listed) == 8
    missing = {f"{12500 + serial}-2026" for serial in range(1, 11)} - set(listed)
    assert missing == {"12504-2026", "12509-2026"}
    assert ids(COLOGNE.get(cities, "requests/12504-2026.json")) == ["12504-2026"]


def test_limit_offset_and_page(cities):
    for number in range(130):
        file(cities, f"number {number}")
    everything = ids(COLOGNE.get(cities, "requests.json", start_date="2026-06-01T00:00:00Z", limit=500))
    assert len(everything) == 104
    assert len(COLOGNE.get(cities, "requests.json", limit=500).json()) == 100
    assert ids(COLOGNE.get(cities, "requests.json", limit=10, offset=20)) == everything[20:30]
    assert ids(COLOGNE.get(cities, "requests.json", limit=10, page=2)) == everything[10:20]
    with_meta = COLOGNE.get(cities, "requests.json", limit=2, offset=4, meta="true").json()
    assert with_meta["meta"] == {"total": 104, "limit": 2, "offset": 4}
    assert [row["service_request_id"] for row in with_meta["requests"]] == everything[4:6]


def test_five_hundred_rows_where_a_date_is_asked_for(cities):
    fill(cities, "cologne", "3.2", 640)
    for query in ({"start_date": "2026-06-01T00:00:00Z"}, {"updated": "2026-06-01T00:00:00Z"}):
        assert len(COLOGNE.get(cities, "requests.json", limit=1000, **query).json()) == 500
        assert len(COLOGNE.get(cities, "requests.json", **query).json()) == 100


def test_what_cannot_be_understood_falls_away(cities):
    file(cities)
    file(cities, service_code="1.1")
    assert len(COLOGNE.get(cities, "requests.json", start_date="gestern", end_date="bald").json()) == 2
    assert COLOGNE.get(cities, "requests.json", service_code="9.9").status_code == 404
    assert len(COLOGNE.get(cities, "requests.json", service_code="9.9,8.8").json()) == 2
    assert ids(COLOGNE.get(cities, "requests.json", service_code="9.9,1.1")) == ["12502-2026"]
    assert len(COLOGNE.get(cities, "requests.json", service_request_id="12501-2026").json()) == 2
    assert len(COLOGNE.get(cities, "requests.json", q="x").json()) == 2


def test_filters_that_work(cities):
    file(cities, "Erste Meldung")
    cities.sandbox.clock.advance(3600)
    file(cities, "Zweite Meldung", service_code="1.1")
    cities.control("set_status", city="cologne", service_request_id="12501-2026", status="closed")
    assert ids(COLOGNE.get(cities, "requests.json", id="12501-2026")) == ["12501-2026"]
    assert ids(COLOGNE.get(cities, "requests.json", nids="2")) == ["12502-2026"]
    assert ids(COLOGNE.get(cities, "requests.json", status="closed")) == ["12501-2026"]
    assert ids(COLOGNE.get(cities, "requests.json", start_date="2026-06-01T15:30:00Z")) == ["12502-2026"]
    assert ids(COLOGNE.get(cities, "requests.json", end_date="2026-06-01T15:30:00Z")) == ["12501-2026"]
    assert ids(COLOGNE.get(cities, "requests.json", q="zweite")) == ["12502-2026"]
    assert ids(COLOGNE.get(cities, "requests.json", sort="created")) == ["12501-2026", "12502-2026"]
    assert len(COLOGNE.get(cities, "requests.json", updated="2026-06-01T15:30:00Z").json()) == 2


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"service_code": "9.9"}, "103 - service_code"),
        ({"service_code": None}, "103 - service_code"),
        ({"lat": None, "long": None, "address_string": None}, "104 - position"),
        ({"lat": "95"}, "104 - position"),
        ({"description": "x" * 4001}, "106 - validation"),
    ],
)
def test_what_is_wrong_with_a_filing_has_a_code_in_words(cities, fields, code):
    answer = file(cities, **fields)
    assert answer.status_code == 400
    assert answer.json()[0]["code"] == code
    assert texts(file(cities, format_="xml", **fields), "error/code")[0] == code
    assert cities.received("cologne") == []


def test_an_unknown_number_is_one_object(cities):
    answer = COLOGNE.get(cities, "requests/1-2026.json")
    assert answer.status_code == 404
    assert isinstance(json.loads(answer.content)["error"], dict)
