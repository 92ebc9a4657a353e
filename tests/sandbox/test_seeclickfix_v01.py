import re

import pytest
import requests
from lxml import etree

BASE = "/scf01/api/0.1/"
ANSWERS = "issue[request_type_answers_attributes][]"
POTHOLE = {
    "api_key": "sandbox-key",
    "issue[summary]": "Deep hole",
    "issue[description]": "In front of City Hall",
    "issue[lat]": "37.6879",
    "issue[lng]": "-122.4702",
    "issue[address]": "333 90th St, Daly City, CA 94015",
    "issue[reporter_email]": "ada@example.org",
    "issue[reporter_display]": "Ada",
    "issue[request_type_id]": "15",
    f"{ANSWERS}[request_type_question_primary_key]": "301",
    f"{ANSWERS}[answer]": "Deep",
}
JPEG = b"\xff\xd8\xff\xe0" + b"\x00" * 40
COMMENT = {"api_key": "sandbox-key", "comment[comment]": "It grows", "comment[email]": "ada@example.org"}


def get(cities, path, *, base=BASE, headers=None, **query) -> requests.Response:
    return cities.session.get(cities.host + base + path, params=query, headers=headers, timeout=5)


def report(cities, path="issues.json", *, headers=None, files=None, **fields) -> requests.Response:
    renamed = {f"issue[{name}]" if f"issue[{name}]" in POTHOLE else name: value for name, value in fields.items()}
    form = {name: value for name, value in (POTHOLE | renamed).items() if value is not None}
    return cities.session.post(cities.host + BASE + path, data=form, headers=headers, files=files, timeout=5)


def test_creation_echoes_the_mail_and_a_secret(cities):
    made = report(cities)
    assert made.status_code == 201
    [issue] = made.json()
    assert (issue["id"], issue["issue_id"], issue["status"]) == (108601, 108601, "Open")
    assert issue["reporter_email"] == "ada@example.org"
    assert re.fullmatch(r"[0-9a-f]{40}", issue["token"])
    assert issue["created_at"] == "Mon Jun 01 15:00:00 UTC 2026"
    assert issue["next_notice_date"] == "Mon Jun 15 08:00:00 -0700 2026"
    [held] = cities.received("daly-city")
    assert held["attributes"] == {"301": ["Deep"], "summary": ["Deep hole"]}
    assert held["email"] == "ada@example.org"


def test_an_issue_is_a_list_of_one_with_five_forms_of_a_date(cities):
    report(cities)
    cities.sandbox.clock.advance(7 * 86400)
    [issue] = get(cities, "issues/108601.json").json()
    assert issue["status"] == "Closed"
    assert issue["created_at"] == "06/01/2026 at 03:00PM"
    assert issue["updated_at_raw"] == "2026/06/07 15:00:00 +0000"
    assert re.fullmatch(r"\w{3} Jun 0\d \d\d:\d\d:\d\d UTC 2026", issue["acknowledged_at"])
    assert issue["closed_at"] == "Sun Jun 07 08:00:00 -0700 2026"
    assert issue["minutes_since_created"] == 7 * 24 * 60
    assert "ada@example.org" not in str(issue)
    assert "token" not in issue


def test_xml_in_railss_fashion(cities):
    root = etree.fromstring(report(cities, "issues.xml").content)
    assert (root.tag, root.get("type")) == ("issues", "array")
    assert root.find("issue/reporter-email").text == "ada@example.org"
    assert root.find("issue/id").get("type") == "integer"
    assert root.find("issue/lat").get("type") == "float"
    assert root.find("issue/user-id").get("nil") == "true"
    assert root.find("issue/spam").text == "false"
    listed = get(cities, "issues", headers={"Accept": "text/html"})
    assert listed.headers["Content-Type"].startswith("application/xml")
    assert isinstance(get(cities, "issues", headers={"Accept": "application/json"}).json(), list)


def test_versions(cities):
    report(cities)
    for base in ("/scf01/api/0.1/", "/scf01/api/0/", "/scf01/api/"):
        assert len(get(cities, "issues.json", base=base).json()) == 1
    assert get(cities, "issues.json", base="/scf01/api/1.0/").status_code == 404


def test_pages_of_ten_and_nothing_past_the_end(cities):
    for number in range(12):
        report(cities, summary=f"Hole {number}")
    assert len(get(cities, "issues.json").json()) == 10
    second = get(cities, "issues.json", page="2").json()
    assert [(issue["summary"], issue["page"]) for issue in second] == [("Hole 1", 2), ("Hole 0", 2)]
    assert get(cities, "issues.json", page="3").json() == []
    assert len(get(cities, "issues.json", num_results="1000").json()) == 12
    assert get(cities, "issues.json", direction="ASC").json()[0]["summary"] == "Hole 0"


def test_filters(cities):
    report(cities)
    cities.sandbox.clock.advance(3 * 3600)

    def count(**query):
        return len(get(cities, "issues.json", **query).json())

    assert (count(lat="37.6879", lon="-122.4702", zoom="14"), count(lat="37.6879", lng="-122.4702")) == (1, 1)
    assert count(lat="41.3", lon="-72.9", zoom="14") == 0
    box = {"lat_min": "37.6", "lon_min": "-122.5", "lat_max": "37.7", "lon_max": "-122.4"}
    assert (count(**box), count(**(box | {"lat_max": "37.65"}))) == (1, 0)
    assert (count(at="Daly City, CA"), count(at="New Haven, CT")) == (1, 0)
    assert (count(start="4"), count(start="2.5"), count(start="4", end="3.5")) == (1, 0, 0)
    assert (count(**{"status[Open]": "true"}), count(**{"status[Closed]": "true"})) == (1, 0)
    assert (count(request_tags="request_type_15,request_type_16"), count(request_tags="request_type_16")) == (1, 0)
    assert (count(search="HOLE"), count(search="tree")) == (1, 0)
    assert (count(start="lately"), count(num_results="-1"), count(page="x")) == (1, 1, 1)
    cities.sandbox.clock.advance(40 * 86400)
    assert (count(), count(**{"status[Archived]": "true"})) == (0, 1)


def test_request_types_and_questions(cities):
    offered = get(cities, "request_types/at.json", lat="37.6879", lng="-122.4702").json()
    assert offered[0]["title"] == "Pothole"
    assert offered[0]["plus_watch_area_title"] == "City of Daly City"
    assert offered == get(cities, "service_list.json", lat="37.6879", lng="-122.4702").json()
    assert get(cities, "request_types/at.json", lat="41.3", lng="-72.9").json() == []
    assert get(cities, "request_types/at.json").json() == []
    [question] = get(cities, "request_types/15/request_type_questions.json").json()
    assert (question["primary_key"], question["required_response"]) == (301, True)
    assert question["select_values"] == "Shallow,Deep"
    [plain] = get(cities, "request_types/16/request_type_questions.json").json()
    assert plain["select_values"] == ""
    assert get(cities, "request_types/17/request_type_questions.json").json() == []
    assert get(cities, "request_types/1/request_type_questions.json").status_code == 404


def test_watch_areas(cities):
    [area] = get(cities, "watchers/list.json", lat="37.6879", lon="-122.4702").json()
    assert (area["title"], area["min_lat"]) == ("City of Daly City", 37.64)
    assert len(get(cities, "watchers/list.json", lat="37.6879", lon="-122.4702", radius="90").json()) == 4
    assert get(cities, "watchers/list.json", watcher_search="nobody").json() == []


def test_the_hosts_first_label_is_the_locale(cities):
    spanish = {"Host": "es.127.0.0.1:8311"}
    answer = report(cities, headers=spanish, summary=None)
    assert answer.json() == [["summary", "no puede estar en blanco"]]
    assert report(cities, headers=spanish).json()[0]["locale"] == "es"
    assert report(cities, headers={"Host": "fr.sandbox.test"}).json()[0]["locale"] == "en"
    assert [held["more"]["locale"] for held in cities.received("daly-city")] == ["es", "en"]


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"summary": " "}, "summary"),
        ({"lat": None}, "lat"),
        ({"lng": "west"}, "lng"),
        ({"lat": "41.3", "lng": "-72.9"}, "point"),
        ({"reporter_email": "ada"}, "reporter_email"),
        ({"request_type_id": "3310"}, "request_type_id"),
        ({f"{ANSWERS}[answer]": None}, "How deep is it?"),
        ({f"{ANSWERS}[answer]": "DEEP"}, "How deep is it?"),
        ({"description": "SANDBOX-REFUSE"}, "base"),
    ],
)
def test_422_with_pairs(cities, fields, name):
    answer = report(cities, **fields)
    assert answer.status_code == 422
    assert [pair[0] for pair in answer.json()] == [name]
    root = etree.fromstring(report(cities, "issues.xml", **fields).content)
    assert (root.tag, len(root)) == ("errors", 1)
    assert cities.received("daly-city") == []


def test_without_a_request_type_there_are_fewer_checks(cities):
    far = {"request_type_id": None, "lat": "41.3", "lng": "-72.9"}
    [issue] = report(cities, **far).json()
    assert issue["request_type_id"] is None


def test_writing_takes_a_key(cities):
    for api_key in (None, "wrong"):
        assert report(cities, api_key=api_key).status_code == 401
    cities.control("fault", kind="wrong-key", city="daly-city", operation="post", count=1)
    assert report(cities).status_code == 401
    url = cities.host + BASE + "issues/1/comments.json"
    assert cities.session.post(url, data=COMMENT | {"api_key": ""}, timeout=5).status_code == 401
    assert cities.received("daly-city") == []


def test_json_and_xml_bodies(cities):
    url = cities.host + BASE + "issues.json"
    answers = [{"request_type_question_primary_key": 301, "answer": "Deep"}]
    issue = {"summary": "Hole", "lat": 37.6879, "lng": -122.4702, "request_type_id": 15}
    issue["request_type_answers_attributes"] = answers
    key = {"api_key": "sandbox-key"}
    assert cities.session.post(url, params=key, json={"issue": issue}, timeout=5).status_code == 201
    document = (
        b"<issue><summary>Hole</summary><lat type='float'>37.6879</lat><lng>-122.4702</lng>"
        b"<request-type-id>15</request-type-id><request-type-answers-attributes type='array'><answer>"
        b"<request-type-question-primary-key>301</request-type-question-primary-key><answer>Deep</answer>"
        b"</answer></request-type-answers-attributes></issue>"
    )
    xml = {"Content-Type": "application/xml"}
    assert cities.session.post(url, params=key, data=document, headers=xml, timeout=5).status_code == 201
    assert [held["attributes"]["301"] for held in cities.received("daly-city")] == [["Deep"], ["Deep"]]
    for raw, kind in (
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b"<a", "text/xml"),
        (b"<a/>", "text/xml"),
    ):
        answer = cities.session.post(url, params=key, data=raw, headers={"Content-Type": kind}, timeout=5)
        assert answer.status_code == 400


def test_comments(cities):
    report(cities)
    url = cities.host + BASE + "issues/108601/comments.json"
    made = cities.session.post(url, data=COMMENT | {"comment[name]": "Ada"}, timeout=5)
    assert made.status_code == 201
    [echo] = made.json()
    assert (echo["email"], echo["issue_id"], echo["created_at"]) == (
        "ada@example.org",
        108601,
        "Mon Jun 01 15:00:00 UTC 2026",
    )
    cities.sandbox.clock.advance(7 * 86400)
    rows = cities.session.get(url, timeout=5).json()
    assert [row["comment_type"] for row in rows] == ["Issue Closed", "Comment", "Issue Acknowledged", "Comment"]
    assert (rows[-1]["comment"], rows[-1]["name"]) == ("It grows", "Ada")
    assert rows[-1]["created_at"] == "2026/06/01 15:00:00 +0000"
    assert "ada@example.org" not in str(rows)
    for wrong in ({"comment[comment]": ""}, {"comment[email]": ""}, {"comment[email]": "ada"}):
        assert cities.session.post(url, data=COMMENT | wrong, timeout=5).status_code == 422
    assert cities.session.post(url.replace("108601", "1"), data=COMMENT, timeout=5).status_code == 404


def test_photos(cities):
    field = "issue[issue_image_attributes][uploaded_data]"
    assert report(cities, files={field: ("p.jpg", JPEG, "image/jpeg")}).status_code == 201
    [photo] = cities.received("daly-city")[0]["photos"]
    assert (photo["field"], photo["bytes"]) == (field, 44)
    assert report(cities, files={field: ("p.pdf", b"%PDF", "application/pdf")}).status_code == 422


def test_magic_words_and_faults(cities):
    assert report(cities, description="SANDBOX-429").status_code == 429
    for _ in range(2):
        assert report(cities, description="SANDBOX-DUPLICATE").json() == [
            ["base", "This issue has already been reported"]
        ]
    assert len(cities.received("daly-city")) == 1
    with pytest.raises(requests.ReadTimeout):
        report(cities, summary="SANDBOX-LOST-ANSWER")
    cities.control("fault", kind="truncated", city="daly-city", operation="requests", count=1)
    with pytest.raises(requests.JSONDecodeError):
        get(cities, "issues.json").json()


def test_what_is_not_there(cities):
    assert get(cities, "issues/1.json").status_code == 404
    assert get(cities, "users.json").status_code == 404
    assert get(cities, "issues.kml").status_code == 406
    assert cities.session.put(cities.host + BASE + "issues.json", timeout=5).status_code == 405
    assert cities.session.post(cities.host + BASE + "users.json", data=POTHOLE, timeout=5).status_code == 404
