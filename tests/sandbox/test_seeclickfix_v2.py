import json

import pytest
import requests

from reports.sandbox.wire import MAX_BODY_BYTES
from tests.sandbox.seeclickfix_calls import BASE, JPEG, KEY, POINT, POTHOLE, get, post, report


def test_the_report_form_is_asked_for_at_a_point(cities):
    types = get(cities, "issues/new", **POINT).json()["request_types"]
    assert types[0] == {
        "title": "Pothole",
        "organization": "City of Cambridge",
        "url": f"{cities.host}{BASE}request_types/3310",
    }
    assert types[-1]["url"].endswith("/other")
    assert types[-1]["organization"] is None
    [elsewhere] = get(cities, "issues/new", lat="41.3", lng="-72.9").json()["request_types"]
    assert elsewhere["url"].endswith("/other")


@pytest.mark.parametrize("query", [{}, {"address": "Cambridge"}, {"lat": "42.3"}, {"lat": "x", "lng": "nan"}])
def test_no_point_is_a_400(cities, query):
    answer = get(cities, "issues/new", **query)
    assert (answer.status_code, answer.json()) == (400, {"message": "Point missing from request."})


def test_every_question_type_is_somewhere(cities):
    questions = []
    for offer in get(cities, "issues/new", **POINT).json()["request_types"]:
        questions += cities.session.get(offer["url"], headers=KEY, timeout=5).json()["questions"]
    assert {question["question_type"] for question in questions} == {
        "text", "textarea", "select", "multivaluelist", "number", "datetime", "boolean", "note", "file",
    }  # fmt: skip
    assert any(question["answer_kept_private"] for question in questions)
    listed = next(question for question in questions if question["question_type"] == "select")
    assert listed["select_values"][0] == {"key": "ROAD", "name": "Roadway"}
    assert get(cities, "request_types/other").json()["id"] is None
    assert get(cities, "request_types/9041").status_code == 404
    assert get(cities, "request_types/9041").content == b""


def test_a_report_is_an_issue_with_an_address(cities):
    made = report(cities, device_os="web", anonymize_reporter="1")
    assert made.status_code == 201
    issue = made.json()
    assert made.headers["Location"] == issue["html_url"] == f"{cities.host}/scf/issues/16204301"
    assert (issue["id"], issue["status"], issue["summary"]) == (16204301, "Open", "Deep hole")
    assert (issue["lat"], issue["lng"]) == (42.3736, -71.1097)
    assert issue["acknowledged_at"] is None
    assert issue["reporter"]["id"] == 0
    [held] = cities.received("cambridge")
    assert held["attributes"]["8810"] == ["ROAD"]
    assert held["more"]["device_os"] == "web"
    assert held["more"]["creator"] == "Civic Reports"


def test_json_with_lists_and_a_truth(cities):
    body = {
        "lat": 42.3736,
        "lng": -71.1097,
        "address": "1 Broadway",
        "request_type_id": 3313,
        "answers": {"8818": ["Brick", "Glass"], "offensive": False, "summary": "Tags"},
    }
    assert post(cities, json=body).status_code == 201
    [held] = cities.received("cambridge")
    assert held["attributes"] == {"8818": ["Brick", "Glass"], "offensive": ["false"], "summary": ["Tags"]}


@pytest.mark.parametrize("raw", [b"{", b"[]", b"\xff", b"[" * 100_000])
def test_json_that_cannot_be_read(cities, raw):
    answer = post(cities, form=raw, headers=KEY | {"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()) == (400, {"request": "Unable to parse JSON"})


def test_a_photo_in_a_multipart_form(cities):
    made = post(cities, form=POTHOLE, files={"answers[issue_image]": ("p.jpg", JPEG, "image/jpeg")})
    assert made.status_code == 201
    assert made.json()["media"]["image_full"].endswith("16204301.jpeg")
    [photo] = cities.received("cambridge")[0]["photos"]
    assert (photo["field"], photo["filename"], photo["bytes"]) == ("answers[issue_image]", "p.jpg", 44)
    refused = post(cities, form=POTHOLE, files={"answers[issue_image]": ("p.pdf", b"%PDF", "application/pdf")})
    assert refused.status_code == 422


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"lat": None}, ("errors", "lat")),
        ({"lng": "west"}, ("errors", "lng")),
        ({"address": None}, ("errors", "address")),
        ({"lat": "41.3", "lng": "-72.9"}, ("errors", "point")),
        ({"request_type_id": "1"}, ("errors", "request_type_id")),
        ({"answers[8810]": None}, ("8810",)),
        ({"answers[8810]": "SKY"}, ("8810",)),
        ({"answers[8812]": "wide"}, ("8812",)),
        ({"answers[summary]": None}, ("summary",)),
        ({"answers[description]": "SANDBOX-REFUSE"}, ("base",)),
        ({"request_type_id": "3312", "answers[8815]": "1", "answers[8816]": "yes"}, ("8816",)),
        ({"request_type_id": "3311", "answers[8814]": "lately"}, ("8814",)),
    ],
)
def test_422_in_two_shapes(cities, fields, where):
    answer = report(cities, **fields)
    assert answer.status_code == 422
    found = answer.json()
    for name in where:
        found = found[name]
    assert isinstance(found, list) == (where[0] == "errors")
    assert cities.received("cambridge") == []


def test_the_neighbours_category_has_no_boundary(cities):
    far = {"lat": "41.3", "lng": "-72.9", "request_type_id": "other"}
    issue = report(cities, **far).json()
    assert issue["request_type"]["id"] is None
    assert issue["request_type"]["url"].endswith("/other")


def test_moderated_has_never_an_id(cities):
    answer = report(cities, **{"answers[description]": "SANDBOX-MODERATED"})
    assert (answer.status_code, answer.json()) == (202, {"metadata": {"moderated": True}})
    assert "Location" not in answer.headers
    cities.sandbox.clock.advance(30 * 86400)
    assert get(cities, "issues", status="open,acknowledged,closed,archived").json()["issues"] == []
    assert get(cities, "issues/16204301").status_code == 404
    assert len(cities.received("cambridge")) == 1


def test_a_token_is_needed_to_write_and_tells_nothing_when_wrong(cities):
    wrong = {"Authorization": "Bearer nope"}
    for headers in ({}, wrong, {"Authorization": "Basic ???"}):
        assert post(cities, form=POTHOLE, headers=headers).status_code == 401
    assert (get(cities, "profile", headers=wrong).status_code, get(cities, "profile", headers=wrong).json()) == (
        200,
        {"id": None},
    )
    assert get(cities, "profile").json()["id"] == 65773
    assert cities.received("cambridge") == []
    answer = cities.session.post(
        cities.host + BASE + "issues", data=POTHOLE, auth=("ada@example.org", "sandbox-key"), timeout=5
    )
    assert answer.status_code == 201
    cities.control("fault", kind="wrong-key", city="cambridge", operation="post", count=1)
    assert report(cities).status_code == 401


def test_no_user_agent_is_forbidden(cities):
    answer = get(cities, "issues", headers={"User-Agent": None})
    assert answer.status_code == 403
    assert "administrative rules" in answer.json()["message"]


def test_twenty_calls_a_minute_without_a_token(cities):
    statuses = [get(cities, "issues", headers={}).status_code for _ in range(21)]
    assert statuses == [200] * 20 + [429]
    refused = get(cities, "issues", headers={})
    assert refused.json()["message"] == "Too Many Requests"
    assert int(refused.headers["Retry-After"]) == 60
    assert get(cities, "issues").status_code == 200
    cities.sandbox.clock.advance(60)
    assert get(cities, "issues", headers={}).status_code == 200


def test_the_limit_with_a_token_is_a_matter_of_setting(cities):
    [system] = [system for system in cities.sandbox.systems if system.city.key == "cambridge"]
    system.keyed_limit = 2
    assert [get(cities, "issues").status_code for _ in range(3)] == [200, 200, 429]


def test_statuses_are_capitalised_and_archived_comes_a_week_after_closed(cities):
    report(cities)

    def issue(days):
        cities.sandbox.clock.advance(days * 86400)
        return get(cities, "issues/16204301").json()

    assert issue(0)["status"] == "Open"
    known = issue(1)
    assert (known["status"], bool(known["acknowledged_at"])) == ("Acknowledged", True)
    closed = issue(6)
    assert (closed["status"], bool(closed["closed_at"])) == ("Closed", True)
    assert issue(5.9)["status"] == "Closed"
    archived = issue(0.2)
    assert (archived["status"], archived["transitions"]) == ("Archived", {})
    assert get(cities, "issues").json()["issues"] == []
    assert get(cities, "issues", status="archived").json()["metadata"]["pagination"]["entries"] == 1
    assert post(cities, "issues/16204301/open", form={"comment": "Again"}).status_code == 422


def test_a_reopened_issue_says_when(cities):
    report(cities, **{"answers[description]": "SANDBOX-PLAN-REOPENED"})
    cities.sandbox.clock.advance(6 * 1.3 * 86400)
    issue = get(cities, "issues/16204301").json()
    assert (issue["status"], issue["closed_at"], bool(issue["reopened_at"])) == ("Open", None, True)


def test_pages_with_metadata(cities):
    for number in range(23):
        report(cities, **{"answers[summary]": f"Hole {number}"})
    page = get(cities, "issues", search="hole").json()
    pagination = page["metadata"]["pagination"]
    assert (pagination["entries"], pagination["pages"], pagination["next_page"]) == (23, 2, 2)
    assert (pagination["previous_page"], pagination["previous_page_url"]) == (None, None)
    following = cities.session.get(pagination["next_page_url"], headers=KEY, timeout=5).json()
    assert len(page["issues"]) == 20
    assert [issue["summary"] for issue in following["issues"]] == ["Hole 2", "Hole 1", "Hole 0"]
    assert following["metadata"]["pagination"]["previous_page"] == 1
    assert len(get(cities, "issues", per_page="100").json()["issues"]) == 23
    assert len(get(cities, "issues", per_page="100", details="true").json()["issues"]) == 20
    assert get(cities, "issues", page="9").json()["issues"] == []
    assert get(cities, "issues", sort_direction="ASC").json()["issues"][0]["summary"] == "Hole 0"


def test_geography_and_what_is_ignored(cities):
    report(cities)

    def entries(**query):
        return get(cities, "issues", **query).json()["metadata"]["pagination"]["entries"]

    assert entries(**POINT) == entries(**POINT, zoom="15") == 1
    assert entries(lat="42.3", lng="-71.2") == 0
    assert entries(lat="42.3", lng="-71.2", zoom="9") == 1
    assert (entries(place_url="cambridge"), entries(place_url="boston")) == (1, 0)
    box = {"min_lat": "42.37", "min_lng": "-71.2", "max_lat": "42.38", "max_lng": "-71"}
    assert (entries(**box), entries(**(box | {"max_lat": "42.371"}))) == (1, 0)
    assert entries(**box, place_url="boston") == 0
    assert entries(address="48219") == 1
    assert entries(watcher_token="abc") == 1


def test_filters(cities):
    report(cities)

    def entries(**query):
        return get(cities, "issues", **query).json()["metadata"]["pagination"]["entries"]

    now = "2026-06-01T15:00:00Z"
    assert (entries(after=now), entries(before=now), entries(after="2026-06-01T15:00:01Z")) == (1, 0, 0)
    assert (entries(updated_at_after=now), entries(updated_at_before=now), entries(after="lately")) == (1, 0, 1)
    assert (entries(request_types="3310,3311"), entries(request_types="3311")) == (1, 0)
    assert (entries(search="HALL"), entries(search="tree")) == (1, 0)
    assert (entries(assigned="unassigned"), entries(assigned="7")) == (1, 0)
    assert (entries(status="open"), entries(status="closed")) == (1, 0)


def test_details_without_private_answers(cities):
    private = {"request_type_id": "3318", "answers[8823]": "Ada Lane, flat 2"}
    assert report(cities, **private).status_code == 201
    text = get(cities, "issues/16204301", details="true").text
    assert "flat 2" not in text
    assert "comments" in json.loads(text)
    assert "comments" not in get(cities, "issues/16204301").json()


def test_conditional_reading(cities):
    report(cities)
    first = get(cities, "issues/16204301")
    again = get(cities, "issues/16204301", headers=KEY | {"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    since = {"If-Modified-Since": first.headers["Last-Modified"]}
    assert get(cities, "issues/16204301", headers=KEY | since).status_code == 304
    assert get(cities, "issues/16204301", headers=KEY | {"If-Modified-Since": "lately"}).status_code == 200
    cities.sandbox.clock.advance(86400)
    changed = get(cities, "issues/16204301", headers=KEY | since | {"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    listed = get(cities, "issues")
    assert get(cities, "issues", headers=KEY | {"If-None-Match": listed.headers["ETag"]}).status_code == 304


def test_magic_words_and_faults(cities):
    assert report(cities, **{"answers[description]": "SANDBOX-503"}).status_code == 503
    for _ in range(2):
        assert report(cities, **{"answers[description]": "SANDBOX-DUPLICATE"}).status_code == 422
    assert len(get(cities, "issues").json()["issues"]) == 1
    assert len(cities.received("cambridge")) == 1
    with pytest.raises(requests.ReadTimeout):
        report(cities, **{"answers[summary]": "SANDBOX-LOST-ANSWER"})
    assert len(cities.received("cambridge")) == 2
    cities.control("fault", kind="malformed", city="cambridge", operation="comments", count=1)
    with pytest.raises(requests.JSONDecodeError):
        get(cities, "issues/16204301/comments").json()


def test_what_is_not_there(cities):
    for path in ("", "issues/1", "issues/new/1", "users/1", "request_types"):
        answer = get(cities, path)
        assert (answer.status_code, answer.content) == (404, b"")
    assert cities.session.delete(cities.host + BASE + "issues", headers=KEY, timeout=5).status_code == 405


def test_a_body_beyond_the_limit_is_cut_and_refused(cities):
    raw = b'{"lat": 1, "address": "' + b"x" * MAX_BODY_BYTES + b'"}'
    assert post(cities, form=raw, headers=KEY | {"Content-Type": "application/json"}).status_code == 400


def test_the_state_survives_a_restart(cities, tmp_path):
    from reports.sandbox import make_app
    from reports.sandbox.transport import SandboxAdapter

    path = tmp_path / "sandbox.json"
    for expected in (0, 1):
        with requests.Session() as session:
            session.mount(cities.host, SandboxAdapter(make_app(path)))
            found = session.get(cities.host + BASE + "issues", headers=KEY, timeout=5).json()
            assert found["metadata"]["pagination"]["entries"] == expected
            session.post(cities.host + BASE + "issues", data=POTHOLE, headers=KEY, timeout=5)
