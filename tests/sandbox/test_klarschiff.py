"""Rostock."""

import base64

import pytest
from lxml import etree

from tests.sandbox.city import City
from tests.sandbox.conftest import texts

ROSTOCK = City(
    "/rostock/citysdk/",
    {
        "service_code": "11",
        "lat": "54.0924",
        "long": "12.0991",
        "description": "Schlagloch",
        "email": "ada@example.org",
    },
)
KEY = {"api_key": "sandbox-key"}
DAY = 86400


def ids(answer):
    return [row["service_request_id"] for row in answer.json()]


def comment(cities, path="requests/comments/29401", format_="json", **fields):
    form = {name: value for name, value in (KEY | fields).items() if value is not None}
    return cities.session.post(f"{cities.host}{ROSTOCK.base}{path}.{format_}", data=form, timeout=5)


def test_a_filing_gets_a_number_and_a_message(cities):
    answer = ROSTOCK.post(cities)
    assert answer.status_code == 201
    assert answer.json()["service_request_id"] == 29401
    assert "E-Mail" in answer.json()["create_message"]
    root = etree.fromstring(ROSTOCK.post(cities, format_="xml").content)
    number = root.find("request/service_request_id")
    assert (root.get("type"), number.text, number.get("type")) == ("array", "29402", "integer")


def test_pending_and_out_of_lists_until_the_link_is_followed(cities):
    ROSTOCK.post(cities)

    def state():
        row = ROSTOCK.get(cities, "requests/29401.json", extensions="true").json()
        return row["extended_attributes"]["detailed_status"], len(ROSTOCK.get(cities, "requests.json").json())

    assert state() == ("PENDING", 0)
    cities.sandbox.clock.advance(119)
    assert state() == ("PENDING", 0)
    cities.sandbox.clock.advance(1)
    assert state() == ("RECEIVED", 1)


def test_the_text_and_the_picture_wait_for_a_reader(cities):
    ROSTOCK.post(cities, media=base64.b64encode(b"abcd").decode())
    before = ROSTOCK.get(cities, "requests/29401.json", extensions="true").json()
    assert (before["description"], before["media_url"]) == ("redaktionelle Prüfung ausstehend", None)
    assert before["extended_attributes"]["description_public"] is False
    cities.sandbox.clock.advance(600)
    after = ROSTOCK.get(cities, "requests/29401.json", extensions="true").json()
    assert (after["description"], after["media_url"].endswith("/29401.jpg")) == ("Schlagloch", True)
    [held] = cities.received("rostock")
    assert held["photos"][0]["bytes"] == 4


def test_a_quick_pace_makes_both_quick(cities):
    cities.control("pace", seconds=1000)
    ROSTOCK.post(cities)
    seen = []
    for _ in range(3):
        row = ROSTOCK.get(cities, "requests/29401.json", extensions="true").json()["extended_attributes"]
        seen.append((row["detailed_status"], row["description_public"]))
        cities.sandbox.clock.advance(25)
    assert seen == [("PENDING", False), ("RECEIVED", False), ("RECEIVED", True)]


def test_one_request_is_an_object_in_json_and_a_list_in_xml(cities):
    ROSTOCK.post(cities)
    row = ROSTOCK.get(cities, "requests/29401.json").json()
    assert (row["service_request_id"], row["service_code"], row["lat"]) == (29401, 11, "54.0924")
    assert "adress_id" in row
    assert "address_id" not in row
    assert row["requested_datetime"] == "2026-06-01T17:00:00.000+02:00"
    root = etree.fromstring(ROSTOCK.get(cities, "requests/29401.xml").content)
    assert (root.tag, root.get("type"), len(root)) == ("service_requests", "array", 1)
    assert root.find("request/zipcode").get("nil") == "true"
    assert root.find("request/service_request_id").get("type") == "integer"


def test_open_ones_unless_asked_otherwise(cities):
    for text in "abc":
        ROSTOCK.post(cities, text)
    cities.sandbox.clock.advance(900)
    cities.control("set_status", city="rostock", service_request_id="29402", status="closed", status_notes="Gefüllt")
    assert ids(ROSTOCK.get(cities, "requests.json")) == [29403, 29401]
    assert ids(ROSTOCK.get(cities, "requests.json", status="closed")) == [29402]
    assert ids(ROSTOCK.get(cities, "requests.json", status="open,closed")) == [29403, 29402, 29401]
    assert ids(ROSTOCK.get(cities, "requests.json", detailed_status="PROCESSED")) == [29402]
    assert ids(ROSTOCK.get(cities, "requests.json", service_request_id="29402,29401")) == [29401, 29402]
    assert ids(ROSTOCK.get(cities, "requests.json", max_requests=1)) == [29403]
    assert ROSTOCK.get(cities, "requests.json", just_count="true").json() == {"count": 2}


def test_windows_have_no_longest(cities):
    ROSTOCK.post(cities, "SANDBOX-PLAN-LINGERING")
    cities.sandbox.clock.advance(80 * DAY)
    ROSTOCK.post(cities, "später")
    cities.sandbox.clock.advance(900)
    assert ids(ROSTOCK.get(cities, "requests.json", start_date="2020-01-01T00:00:00Z")) == [29402, 29401]
    assert ids(ROSTOCK.get(cities, "requests.json", end_date="2026-06-02T00:00:00Z")) == [29401]
    assert ids(ROSTOCK.get(cities, "requests.json", updated_after="2026-06-10T00:00:00Z")) == [29402]


def test_a_bad_date_is_the_servers_fault(cities):
    answer = ROSTOCK.get(cities, "requests.json", start_date="gestern")
    assert (answer.status_code, answer.json()[0]["code"]) == (500, 400)


@pytest.mark.parametrize(
    ("api_key", "code", "words"),
    [(None, 400, "Es wurde kein API-Key übergeben."), ("x", 401, "Der übergebene API-Key ist ungültig.")],
)
def test_a_missing_and_a_wrong_key(cities, api_key, code, words):
    answer = ROSTOCK.post(cities, api_key=api_key)
    assert answer.status_code == 500
    assert answer.json() == [{"code": code, "description": words}]
    as_xml = ROSTOCK.post(cities, api_key=api_key, format_="xml")
    assert etree.fromstring(as_xml.content).tag == "error_messages"
    assert texts(as_xml, "error_message/code") == [str(code)]
    assert cities.received("rostock") == []


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"email": None}, "email muss ausgefüllt werden"),
        ({"description": None}, "description muss ausgefüllt werden"),
        ({"media": "kein Base64!"}, "media ist kein Base64"),
        ({"service_code": "99"}, "Service not found"),
        ({"service_code": None}, "service_code required"),
        ({"lat": None, "long": None}, "location required"),
    ],
)
def test_what_is_wrong_with_a_filing_is_422(cities, fields, words):
    answer = ROSTOCK.post(cities, **fields)
    assert (answer.status_code, answer.json()[0]["code"]) == (422, 422)
    assert words in answer.json()[0]["description"]


def test_what_is_not_there(cities):
    answers = [ROSTOCK.get(cities, path) for path in ("requests/1.json", "services/99.json", "nothing.json")]
    assert [answer.status_code for answer in answers] == [404] * 3
    assert answers[0].json() == [{"code": 404, "description": "record_not_found"}]


def test_kinds_of_report_and_tips_with_a_key_alone(cities):
    def kinds(**query):
        return {row["keywords"] for row in ROSTOCK.get(cities, "services.json", **query).json()}

    assert kinds() == {"problem", "idea"}
    assert kinds(**KEY) == {"problem", "idea", "tip"}
    assert kinds(keywords="idea") == {"idea"}
    ROSTOCK.post(cities, service_code="51")
    cities.sandbox.clock.advance(900)
    assert ids(ROSTOCK.get(cities, "requests.json")) == []
    assert ids(ROSTOCK.get(cities, "requests.json", **KEY)) == [29401]
    assert ids(ROSTOCK.get(cities, "requests.json", keyword="problem", **KEY)) == []


def test_a_definition_is_a_service(cities):
    assert ROSTOCK.get(cities, "services/11.json").json()[0]["service_name"] == "Schlagloch"
    answer = ROSTOCK.get(cities, "services/11.xml")
    assert texts(answer, "service/service_code") == ["11"]
    assert etree.fromstring(answer.content).get("type") == "array"


@pytest.mark.parametrize("path", ["requests/comments/29401", "requests/29401/comments"])
def test_comments(cities, path):
    ROSTOCK.post(cities)
    assert ROSTOCK.get(cities, f"{path}.json", **KEY).json() == []
    posted = comment(cities, path, author="ada@example.org", comment="Noch da")
    assert (posted.status_code, posted.json()["id"]) == (201, 1)
    cities.control("comment", city="rostock", service_request_id="29401", text="Wird geprüft")
    rows = ROSTOCK.get(cities, f"{path}.json", **KEY).json()
    assert [row["comment"] for row in rows] == ["Noch da", "Wird geprüft"]
    assert rows[0]["author"] == "ada@example.org"
    assert texts(ROSTOCK.get(cities, f"{path}.xml", **KEY), "comment/id") == ["1", "2"]


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"api_key": None, "author": "a@b.example", "comment": "x"}, 500), ({"author": "a@b.example"}, 422),
     ({"comment": "x"}, 422), ({"path": "requests/comments/1", "author": "a@b.example", "comment": "x"}, 404)],
)  # fmt: skip
def test_comments_that_are_refused(cities, fields, status):
    ROSTOCK.post(cities)
    assert comment(cities, **fields).status_code == status
    assert cities.received("rostock")[0]["comments"] == []


def test_is_this_point_served(cities):
    def served(**point):
        return ROSTOCK.get(cities, "coverage.json", **point)

    assert served(lat="54.09", long="12.1").json() == {"result": True}
    assert served(lat="52.5", long="13.4").json() == {"result": False}
    assert served(lat="north", long="1").status_code == 500
    assert etree.fromstring(ROSTOCK.get(cities, "coverage.xml", lat="54.09", long="12.1").content)[0].text == "true"
