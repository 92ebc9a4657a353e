import pytest

ROOT = "/scf-org/api/v2/"
BASE = ROOT + "organizations/77/"
MANAGER = {"Authorization": "Bearer sandbox-key"}
INTERNAL = {"Authorization": "Bearer miami-beach-key"}
FLOOD = {
    "lat": "25.7907",
    "lng": "-80.1300",
    "address": "1700 Convention Center Dr, Miami Beach, FL 33139",
    "request_type_id": "9042",
    "answers[7702]": "8",
    "answers[summary]": "Water on the street",
}


def get(cities, path, *, headers=MANAGER, base=BASE, **query):
    return cities.session.get(cities.host + base + path, params=query, headers=headers, timeout=5)


def report(cities, *, headers=MANAGER, **fields):
    form = FLOOD | fields
    return cities.session.post(cities.host + BASE + "issues", data=form, headers=headers, timeout=5)


def test_everything_needs_a_member(cities):
    report(cities)
    paths = ("issues", "issues/17310001", "issues/17310001/comments", "issues/new?lat=25.79&lng=-80.13")
    for path in (*paths, "request_types/9042"):
        for headers in ({}, {"Authorization": "Bearer wrong"}):
            assert get(cities, path, headers=headers).status_code == 401
    for path in ("organizations", "organizations/77", "profile"):
        assert get(cities, path, headers={}, base=ROOT).status_code == 401
    assert report(cities, headers={}).status_code == 401
    cities.control("fault", kind="wrong-key", city="miami-beach", operation="requests", count=1)
    assert get(cities, "issues").status_code == 401


def test_the_callers_organisations_come_bare(cities):
    row = {"id": 77, "name": "City of Miami Beach", "url_name": "miami-beach"}
    assert get(cities, "organizations", base=ROOT).json() == [row]
    assert get(cities, "organizations/77", base=ROOT).json() == row
    assert get(cities, "organizations/78", base=ROOT).status_code == 404
    assert get(cities, "profile", base=ROOT).json()["role"] == "Verified Official"
    assert get(cities, "issues", base=ROOT).status_code == 404
    assert get(cities, "organizations/78/issues", base=ROOT).status_code == 404


def test_internal_request_types_are_offered(cities):
    offered = get(cities, "issues/new", lat="25.79", lng="-80.13").json()["request_types"]
    assert {"Employee hazard report", "Vehicle of the City, damage"} <= {offer["title"] for offer in offered}
    assert get(cities, "issues/new").status_code == 400
    assert get(cities, "request_types/9060").json()["questions"][0]["primary_key"] == "7712"


def test_private_issues_are_listed_as_such(cities):
    assert report(cities).json()["private_visibility"] is False
    assert report(cities, private_visibility="true").json()["private_visibility"] is True
    internal = {"request_type_id": "9060", "answers[7712]": "PW"}
    assert report(cities, **internal).json()["visibility"] == "private"
    shown = get(cities, "issues").json()["issues"]
    assert [issue["visibility"] for issue in shown] == ["private", "private", "public"]


def test_on_behalf_of_somebody(cities):
    issue = report(cities, reporter_email="resident@example.org").json()
    assert issue["reporter"]["name"] == "resident"
    assert issue["reporter"]["email"] == "resident@example.org"
    [held] = cities.received("miami-beach")
    assert held["more"]["on_behalf_of"] == "resident@example.org"
    assert held["more"]["creator"] == "Civic Reports"


def test_the_role_decides_who_sees_the_reporter(cities):
    hidden = {"reporter_email": "resident@example.org", "anonymize_reporter": "true"}
    assert report(cities, **hidden).json()["reporter"]["email"] == "resident@example.org"
    issue = get(cities, "issues/17310001", headers=INTERNAL).json()
    assert issue["reporter"]["name"] == "An anonymous SeeClickFix user"
    assert "resident@" not in str(issue)


def test_some_notes_are_internal(cities):
    report(cities)
    cities.sandbox.clock.advance(10 * 86400)
    comments = get(cities, "issues/17310001/comments").json()["comments"]
    assert [comment["visibility"] for comment in comments] == ["internal", "public", "public"]
    assert [comment["private_visibility"] for comment in comments] == [True, False, False]


def test_private_answers_are_in_the_details(cities):
    private = {"request_type_id": "9045", "answers[7706]": "305-555-0100"}
    assert report(cities, **private).status_code == 201
    questions = get(cities, "issues/17310001", details="true").json()["questions"]
    assert {"question": "Your telephone", "answer": "305-555-0100"} in questions


def test_only_officials_acknowledge(cities):
    url = report(cities).json()["url"] + "/acknowledge"
    assert cities.session.post(url, data={"comment": "Seen"}, headers=MANAGER, timeout=5).status_code == 201
    cities.sandbox.clock.advance(1)
    assert get(cities, "issues/17310001").json()["status"] == "Acknowledged"


@pytest.mark.parametrize(
    "fields", [{"lat": ""}, {"lat": "42.3736", "lng": "-71.1"}, {"answers[7702]": ""}, {"request_type_id": "3310"}]
)
def test_what_is_refused(cities, fields):
    assert report(cities, **fields).status_code == 422
    assert cities.received("miami-beach") == []


def test_moderated(cities):
    answer = report(cities, **{"answers[description]": "SANDBOX-MODERATED"})
    assert (answer.status_code, answer.json()) == (202, {"metadata": {"moderated": True}})
    assert get(cities, "issues").json()["issues"] == []
