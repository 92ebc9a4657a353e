import pytest
from lxml import etree

from tests.sandbox.city import City, fill
from tests.sandbox.conftest import texts

LIBRE = City(
    "/libre/api/",
    {
        "service_code": "5",
        "lat": "38.627",
        "long": "-90.199",
        "description": "Bags & more",
        "g_recaptcha_response": "r",
    },
    {"jurisdiction_id": "stlma"},
)
FIRST, SEEDED = 1501, 8


def ids(answer):
    return [row["service_request_id"] for row in answer.json()]


def test_numbers_for_codes_with_and_without_an_ending(cities):
    rows = LIBRE.get(cities, "services").json()
    assert rows == LIBRE.get(cities, "services.json").json()
    assert rows[0]["service_code"] == 1
    assert rows[0]["keywords"] == ["sidewalk", "walk"]
    assert (rows[0]["group_id"], "group" in rows[0]) == (1, False)
    definition = LIBRE.get(cities, "services/1").json()
    assert [attribute["code"] for attribute in definition["attributes"]] == [101, 102]
    assert LIBRE.get(cities, "services", size=3, page=2).headers["page-PageNumber"] == "2"
    assert len(LIBRE.get(cities, "services", size=3, page=2).json()) == 2


def test_older_requests_are_there_and_come_back_after_a_reset(cities):
    assert ids(LIBRE.get(cities, "requests")) == list(range(FIRST + SEEDED - 1, FIRST - 1, -1))
    cities.control("reset")
    cities.control("clock", at="2026-09-01T00:00:00Z")
    cities.sandbox.clock.freeze()
    newest, *_others, oldest = LIBRE.get(cities, "requests").json()
    assert newest["requested_datetime"].startswith("2026-08-31")
    assert oldest["requested_datetime"].startswith("2026-06-23")
    assert [held["posts"] for held in cities.received("libre")] == [0] * SEEDED


def test_pages_from_0_with_totals_in_headers(cities):
    answer = LIBRE.get(cities, "requests", size=3, page=2)
    totals = {
        name: answer.headers[f"page-{name}"] for name in ("TotalSize", "TotalPages", "PageNumber", "Offset", "Size")
    }
    assert totals == {"TotalSize": "8", "TotalPages": "3", "PageNumber": "2", "Offset": "6", "Size": "3"}
    assert ids(answer) == [1502, 1501]
    assert LIBRE.get(cities, "requests", size=3, page=3).json() == []
    assert len(LIBRE.get(cities, "requests", size=3).json()) == 3


def test_a_hundred_rows_unless_another_size_is_asked_for(cities):
    LIBRE.get(cities, "requests")
    fill(cities, "libre", "5", 150)
    assert [len(LIBRE.get(cities, "requests", **query).json()) for query in ({}, {"size": 120})] == [100, 120]


def test_rows(cities):
    rows = {row["service_request_id"]: row for row in LIBRE.get(cities, "requests").json()}
    assert {row["status"] for row in rows.values()} == {"assigned", "in_progress", "closed"}
    row = rows[1501]
    assert (row["service_code"], row["lat"], row["jurisdiction_id"]) == (1, "38.6351", "stlma")
    assert row["closed_datetime"].endswith("Z")
    assert row["priority"] in ("low", "medium", "high")
    assert "closed_datetime" not in rows[1502]
    assert LIBRE.get(cities, "requests/1501").json() == [row]


def test_filters(cities):
    everything = LIBRE.get(cities, "requests").json()
    for status in ("assigned", "closed"):
        matching = [row["service_request_id"] for row in everything if row["status"] == status]
        assert ids(LIBRE.get(cities, "requests", status=status)) == matching
    both = LIBRE.get(cities, "requests", status=["assigned", "in_progress"])
    assert {row["status"] for row in both.json()} == {"assigned", "in_progress"}
    assert ids(LIBRE.get(cities, "requests", service_code="1,2")) == [1502, 1501]
    assert ids(LIBRE.get(cities, "requests", start_date="2026-05-28T00:00:00Z")) == [1508, 1507]
    assert ids(LIBRE.get(cities, "requests", end_date="2026-03-30T00:00:00Z")) == [1501]


def test_a_bad_date_is_a_500_in_hal(cities):
    answer = LIBRE.get(cities, "requests", start_date="yesterday")
    assert answer.status_code == 500
    body = answer.json()
    assert (body["message"], body["_links"]["self"]["templated"]) == ("Internal Server Error", False)
    assert "yesterday" in body["_embedded"]["errors"][0]["message"]


@pytest.mark.parametrize("path", ["services", "requests", "requests/1501", "services/1.xml"])
@pytest.mark.parametrize("jurisdiction_id", ["", "elsewhere"])
def test_the_jurisdiction_is_needed_everywhere(cities, path, jurisdiction_id):
    answer = LIBRE.get(cities, path, jurisdiction_id=jurisdiction_id)
    assert (answer.status_code, answer.json()["message"]) == (404, "Not Found")


def test_texts_are_escaped_twice_in_xml_and_lists_have_no_declaration(cities):
    answer = LIBRE.get(cities, "requests.xml")
    assert answer.content.startswith(b"<service_requests>")
    descriptions = texts(answer, "request/description")
    assert "Bags &lt;split open&gt; along the fence" in descriptions
    assert b"Bags &amp;lt;split open&amp;gt; along" in answer.content
    services = texts(LIBRE.get(cities, "services.xml"), "service/description")
    assert "Bike lanes &amp; paths: &lt;blocked&gt; or broken." in services
    assert LIBRE.get(cities, "services/1.xml").content.startswith(b"<?xml")
    assert etree.fromstring(LIBRE.get(cities, "requests/1504.xml").content).tag == "service_requests"


def test_a_filing_needs_an_answer_to_a_puzzle(cities):
    refused = LIBRE.post(cities, g_recaptcha_response=None)
    assert refused.status_code == 400
    assert refused.json()["_embedded"]["errors"] == [{"message": "ReCaptcha verification failed."}]
    assert len(cities.received("libre")) == SEEDED
    taken = LIBRE.post(cities, api_key=None)
    assert taken.json() == [{"service_request_id": 1509}]
    [row] = LIBRE.get(cities, "requests/1509").json()
    assert (row["description"], row["status"]) == ("Bags & more", "open")


def test_the_same_client_request_id_is_the_same_filing(cities):
    numbers = {LIBRE.post(cities, client_request_id="c-1").json()[0]["service_request_id"] for _ in range(3)}
    assert numbers == {1509}
    assert LIBRE.post(cities, client_request_id="c-2").json() == [{"service_request_id": 1510}]


def test_answers_come_back_as_selected_values(cities):
    LIBRE.post(cities, service_code="2", **{"attribute[103]": "206"})
    [row] = LIBRE.get(cities, "requests/1509").json()
    told = [{"code": "103", "datatype": "singlevaluelist", "values": [{"key": "206", "name": "Debris"}]}]
    assert row["selected_values"] == told


@pytest.mark.parametrize(
    ("fields", "status"), [({"service_code": "x"}, 404), ({"service_code": "2"}, 400), ({"lat": "x"}, 400)]
)
def test_what_libre311_refuses(cities, fields, status):
    answer = LIBRE.post(cities, **fields)
    assert (answer.status_code, "errors" in answer.json()["_embedded"]) == (status, True)


def test_an_unknown_request_is_hal_too(cities):
    for path in ("requests/1", "requests/nope.xml", "projects"):
        assert LIBRE.get(cities, path).json()["message"] == "Not Found"
