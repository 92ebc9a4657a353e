"""Merton: a council with mySociety's updates."""

import pytest
from lxml import etree

from tests.sandbox.city import City
from tests.sandbox.conftest import texts

MERTON = City(
    "/merton/open311/v2/",
    {"service_code": "GR", "lat": "51.4098", "long": "-0.2108", "description": "Graffiti on the bridge"},
    {"jurisdiction_id": "merton"},
)
FOOTWAY = {"service_code": "DF", "attribute[usrn]": "21", "attribute[hazard]": "no", "attribute[fixmystreet_id]": "7"}
UPDATE = {
    "service_request_id": "740201",
    "update_id": "9",
    "status": "OPEN",
    "updated_datetime": "2026-06-01T15:10:00Z",
    "description": "Still there",
    "first_name": "Ada",
    "last_name": "Lane",
    "email": "ada@example.org",
}
DAY = 86400


def updates(cities, format_="json", **query):
    return MERTON.get(cities, f"servicerequestupdates.{format_}", **({"api_key": "sandbox-key"} | query))


def send(cities, format_="json", **fields):
    form = {"api_key": "sandbox-key", "jurisdiction_id": "merton"} | UPDATE | fields
    form = {name: value for name, value in form.items() if value is not None}
    return cities.session.post(f"{cities.host}{MERTON.base}servicerequestupdates.{format_}", data=form, timeout=5)


@pytest.fixture
def filed(cities):
    [receipt] = MERTON.post(cities, "SANDBOX-PLAN-ORDINARY").json()
    assert receipt["token"]
    cities.sandbox.clock.advance(60)


def test_services_have_groups_and_flags(cities):
    rows = {row["service_code"]: row for row in MERTON.get(cities, "services.json").json()}
    assert rows["DF"]["groups"] == ["Roads and Pavements", "Accessibility"]
    assert {row["keywords"] for row in rows.values()} >= {"private", "inactive", "staff", "waste_only", ""}
    answer = MERTON.get(cities, "services.xml")
    assert "Accessibility" in texts(answer, "service/groups/group")


def test_automated_attributes_are_marked_and_required(cities):
    answer = MERTON.get(cities, "services/DF.xml")
    automated = dict(
        zip(texts(answer, "attributes/attribute/code"), etree.fromstring(answer.content).iter("attribute"), strict=True)
    )
    assert automated["usrn"].findtext("automated") == "hidden_field"
    assert automated["fixmystreet_id"].findtext("automated") == "server_set"
    assert automated["hazard"].find("automated") is None
    assert MERTON.post(cities, **FOOTWAY).status_code == 201
    for missing in ("attribute[usrn]", "attribute[fixmystreet_id]"):
        refused = MERTON.post(cities, **(FOOTWAY | {missing: None}))
        code = missing[10:-1]
        assert refused.json() == [{"code": 400, "description": f"{code} required"}]


def test_several_photographs(cities):
    MERTON.post(cities, media_url=["https://example.org/1.jpg", "https://example.org/2.jpg"])
    MERTON.post(cities, "Uploads", files=[("photo1", ("a.jpg", b"abc", "image/jpeg"))])
    linked, uploads = cities.received("merton")
    assert linked["more"]["media_urls"] == ["https://example.org/1.jpg", "https://example.org/2.jpg"]
    assert uploads["photos"] == [{"field": "photo1", "filename": "a.jpg", "content_type": "image/jpeg", "bytes": 3}]


def test_the_councils_work_comes_as_updates(cities, filed):
    assert updates(cities).json() == []
    cities.sandbox.clock.advance(6 * DAY)
    rows = updates(cities).json()
    assert [row["status"] for row in rows] == ["investigating", "action_scheduled", "fixed"]
    assert [row["update_id"] for row in rows] == ["740201_1", "740201_2", "740201_3"]
    assert {row["service_request_id"] for row in rows} == {"740201"}
    assert texts(updates(cities, "xml"), "request_update/status") == [row["status"] for row in rows]


@pytest.mark.parametrize(
    ("plan", "state"), [("DUPLICATE", "duplicate"), ("CANCELLED", "no_further_action"), ("LINGERING", "in_progress")]
)
def test_the_words_for_other_ends(cities, plan, state):
    MERTON.post(cities, f"SANDBOX-PLAN-{plan}")
    cities.sandbox.clock.advance(6 * DAY)
    assert updates(cities).json()[-1]["status"] == state


def test_updates_of_a_window(cities, filed):
    cities.sandbox.clock.advance(6 * DAY)
    second = updates(cities).json()[1]["updated_datetime"]
    assert len(updates(cities, start_date=second, end_date=second).json()) == 1
    assert len(updates(cities, start_date=second).json()) == 2
    bad = updates(cities, start_date="yesterday")
    assert (bad.status_code, bad.json()[0]["code"]) == (400, 400)


def test_the_clerks_words_come_as_an_update(cities, filed):
    cities.control("comment", city="merton", service_request_id="740201", text="A crew comes on Monday")
    [row] = updates(cities).json()
    assert (row["description"], row["status"]) == ("A crew comes on Monday", "open")
    cities.sandbox.clock.advance(60)
    cities.control("set_status", city="merton", service_request_id="740201", status="closed", status_notes="Done")
    assert [row["status"] for row in updates(cities).json()] == ["open", "closed"]


def test_the_clerk_has_to_say_something_about_something(cities, filed):
    empty = cities.control("comment", city="merton", service_request_id="740201", text=" ")
    unknown = cities.control("comment", city="merton", service_request_id="1", text="x")
    assert [(answer.status_code, "error" in answer.json()) for answer in (empty, unknown)] == [(400, True)] * 2


@pytest.mark.parametrize("format_", ["json", "xml"])
def test_a_residents_update_is_kept_and_does_not_come_back(cities, filed, format_):
    answer = send(cities, format_)
    update_id = answer.json()[0]["update_id"] if format_ == "json" else texts(answer, "request_update/update_id")[0]
    [held] = cities.received("merton")
    [comment] = held["comments"]
    assert (comment["id"], comment["text"], comment["by"]) == (update_id, "Still there", "Ada Lane")
    assert updates(cities).json() == []


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"api_key": None}, 403, "api_key was not provided"),
        ({"api_key": "wrong"}, 403, "api_key is not valid"),
        ({"jurisdiction_id": "london"}, 404, "jurisdiction_id was not found"),
        ({"service_request_id": "1"}, 404, "not found"),
        ({"update_id": None}, 400, "update_id required"),
        ({"description": None}, 400, "description required"),
        ({"status": "open"}, 400, "status is not known: open"),
        ({"status": "GONE"}, 400, "status is not known"),
        ({"updated_datetime": "now"}, 400, "updated_datetime is not an ISO 8601 moment"),
    ],
)
def test_updates_that_are_refused(cities, filed, fields, status, words):
    answer = send(cities, **fields)
    assert answer.status_code == status
    assert words in answer.json()[0]["description"]
    assert cities.received("merton")[0]["comments"] == []


def test_reading_updates_takes_a_key_too(cities):
    assert updates(cities, api_key="").status_code == 403


def test_faults_of_updates_and_of_comments(cities, filed):
    cities.control("fault", kind="500", city="merton", operation="updates", count=1)
    cities.control("fault", kind="503", city="merton", operation="comments", count=1)
    assert [send(cities).status_code, updates(cities).status_code] == [503, 500]
    assert [send(cities).status_code, updates(cities).status_code] == [200, 200]
