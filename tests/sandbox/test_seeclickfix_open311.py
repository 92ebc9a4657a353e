from datetime import datetime

import pytest
from lxml import etree

ORGANIZATION = "/seeclickfix/open311/v2/29/"
AGGREGATE = "/seeclickfix/open311/v2/"
TEMPLE_STREET = {"lat": "41.30943", "long": "-72.92489"}
SMITH_STREET = {
    **TEMPLE_STREET,
    "service_code": "120",
    "address_string": "311 Temple St New Haven, CT, 06511, USA",
    "description": "Bags",
}


def get(cities, path, *, base=ORGANIZATION, **query):
    return cities.session.get(cities.host + base + path, params=query, timeout=5)


def post(cities, *, base=ORGANIZATION, format_="json", **fields):
    form = {name: value for name, value in (SMITH_STREET | fields).items() if value}
    return cities.session.post(f"{cities.host}{base}requests.{format_}", data=form, timeout=5)


def test_an_organisations_services_and_one_definition(cities):
    services = get(cities, "services.json").json()
    assert [row["service_code"] for row in services][:2] == ["116", "117"]
    assert all(isinstance(row["service_code"], str) for row in services)
    assert {row["service_code"] for row in services if row["metadata"]} == {"116", "117", "119", "121", "131"}
    definition = get(cities, "services/116.json").json()
    assert [row["datatype"] for row in definition["attributes"]] == ["singlevaluelist", "number"]
    assert get(cities, "services/1.json").status_code == 404


def test_the_aggregates_services_depend_on_the_place(cities):
    def codes(**query):
        return [row["service_code"] for row in get(cities, "services.json", base=AGGREGATE, **query).json()]

    assert codes(**TEMPLE_STREET) == ["116", "117", "119", "120", "6"]
    assert codes(lat="42.3736", long="-71.1097") == ["3310", "3311", "3312"]
    assert codes(lat="25.7907", long="-80.1300") == ["9041", "9042", "9043"]
    assert codes(lat="37.6879", long="-122.4702") == ["15", "16", "17"]
    assert codes(lat="44.0", long="-80.0") == []
    assert codes(organization_id="113") == ["15", "16", "17"]


@pytest.mark.parametrize("query", [{}, {"lat": "41.3"}, {"lat": "x", "long": "y"}, {"lat": "nan", "long": "1"}])
def test_the_aggregate_needs_a_place(cities, query):
    answer = get(cities, "services.json", base=AGGREGATE, **query)
    assert answer.status_code == 400
    assert answer.json()[0]["code"] == 400


def test_a_row_has_a_number_texts_for_coordinates_and_nulls(cities):
    [receipt] = post(cities, media_url="https://example.org/p.jpg", email="ada@example.org").json()
    assert receipt == {"service_request_id": 14239701, "service_notice": None, "account_id": None}
    [row] = get(cities, "requests/14239701.json").json()
    assert (row["lat"], row["long"], row["service_request_id"]) == ("41.30943", "-72.92489", 14239701)
    assert row["zipcode"] == "06511"
    assert row["requested_datetime"].endswith("-04:00")
    assert "X-Signature" in row["media_url"]
    assert row["agency_responsible"] == "City of New Haven"
    nulls = {name for name, value in row.items() if value is None}
    assert nulls == {"expected_datetime", "address_id", "service_notice", "status_notes"}
    assert "ada@example.org" not in str(row)
    cities.sandbox.state.write_status("new-haven", "14239701", "closed", "Filled with asphalt.")
    [row] = get(cities, "requests/14239701.json").json()
    assert (row["status"], row["status_notes"]) == ("closed", "Filled with asphalt.")


def test_seeclickfixs_words_leak(cities):
    post(cities)

    def status(days):
        cities.sandbox.clock.advance(days * 86400)
        [row] = get(cities, "requests.json").json()
        return row["status"]

    assert [status(0), status(1), status(5.5), status(6), status(0.5)] == [
        "open",
        "acknowledged",
        "closed",
        "closed",
        "archived",
    ]


def test_status_filter_takes_the_standards_two(cities):
    post(cities)
    cities.sandbox.clock.advance(86400)
    assert len(get(cities, "requests.json", status="open").json()) == 1
    assert get(cities, "requests.json", status="closed").json() == []
    cities.sandbox.clock.advance(20 * 86400)
    assert len(get(cities, "requests.json", status="closed").json()) == 1


def test_pages_of_twenty_and_of_at_most_a_hundred(cities):
    for number in range(105):
        post(cities, description=f"Bag {number}")
    assert len(get(cities, "requests.json").json()) == 20
    assert len(get(cities, "requests.json", per_page="30").json()) == 30
    assert len(get(cities, "requests.json", page_size="500").json()) == 100
    assert len(get(cities, "requests.json", page_size="500", page="2").json()) == 5
    assert get(cities, "requests.json", page="7").json() == []
    assert len(get(cities, "requests.json", page="x", per_page="-1").json()) == 20


def test_filters(cities):
    post(cities)
    [row] = get(cities, "requests.json", service_code="1,120").json()
    moment = datetime.fromisoformat(row["requested_datetime"])
    assert get(cities, "requests.json", service_code="116").json() == []
    assert get(cities, "requests.json", start_date=moment.isoformat()).json() == [row]
    assert get(cities, "requests.json", end_date="2026-05-31T00:00:00Z").json() == []
    assert get(cities, "requests.json", service_request_id="1,14239701").json() == [row]
    assert get(cities, "requests.json", start_date="lately").status_code == 400


def test_the_aggregate_finds_requests_by_place(cities):
    assert post(cities, base=AGGREGATE).status_code == 201
    there = {"lat": "37.6879", "long": "-122.4702"}
    assert post(cities, base=AGGREGATE, service_code="17", **there).status_code == 201

    def codes(**query):
        return [row["service_code"] for row in get(cities, "requests.json", base=AGGREGATE, **query).json()]

    assert codes() == ["17", "120"]
    assert codes(**TEMPLE_STREET) == ["120"]
    assert codes(organization_id="113") == ["17"]
    assert get(cities, "requests.json").json() == []


def test_no_key_is_needed_and_a_wrong_one_is_refused(cities):
    assert post(cities).status_code == 201
    assert post(cities, api_key="sandbox-key").status_code == 201
    refused = post(cities, api_key="wrong")
    assert (refused.status_code, refused.json()[0]["code"]) == (403, 403)
    cities.control("fault", kind="wrong-key", city="new-haven", count=1)
    assert post(cities).status_code == 403
    assert len(cities.received("new-haven")) == 2


@pytest.mark.parametrize(
    ("fields", "status", "says"),
    [
        ({"service_code": None}, 400, "service_code"),
        ({"service_code": "3310"}, 404, "3310"),
        ({"service_code": "116"}, 400, "4710 required"),
        ({"service_code": "116", "attribute[4710]": "BOTTOMLESS"}, 400, "4710"),
        ({"lat": "37.6879", "long": "-122.4702"}, 400, "boundary"),
        ({"lat": None}, 400, "both"),
        ({"lat": None, "long": None, "address_string": None}, 400, "location"),
        ({"description": "SANDBOX-REFUSE"}, 400, "not accepted"),
        ({"description": "SANDBOX-HTML-200"}, 200, "<html>"),
        ({"description": "SANDBOX-503"}, 503, "503"),
    ],
)
def test_what_is_refused(cities, fields, status, says):
    answer = post(cities, **fields)
    assert answer.status_code == status
    assert says in answer.text
    assert cities.received("new-haven") == []


def test_xml_jsonp_and_discovery(cities):
    root = etree.fromstring(post(cities, format_="xml").content)
    assert root.findtext("request/service_request_id") == "14239701"
    padded = get(cities, "requests.json", callback="show")
    assert padded.text.startswith("show([")
    assert get(cities, "requests.json", callback="alert(1)").text.startswith("[")
    for base in (ORGANIZATION, AGGREGATE):
        [endpoint] = get(cities, "discovery.json", base=base).json()["endpoints"]
        assert endpoint["url"] == cities.host + base.rstrip("/")


def test_what_is_not_there(cities):
    assert get(cities, "requests/1.json").status_code == 404
    assert get(cities, "tokens/1.json").status_code == 404
    assert get(cities, "requests").status_code == 404
    assert cities.session.delete(cities.host + ORGANIZATION + "requests.json", timeout=5).status_code == 405
