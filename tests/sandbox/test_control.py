import pytest

from tests.sandbox.conftest import HOST


@pytest.mark.parametrize("method", ["get", "post"])
def test_advance(cities, method):
    answer = getattr(cities.session, method)(HOST + "/_control/advance", params={"seconds": 90})
    assert answer.json()["clock"] == "2026-06-01T15:01:30+00:00"


def test_clock(cities):
    assert cities.control("clock", at="2026-05-01T00:00:00-05:00").json()["clock"] == "2026-05-01T05:00:00+00:00"


def test_pace_is_fixed_at_filing(cities):
    cities.post("evanston", "SANDBOX-PLAN-ORDINARY slow")
    assert cities.control("pace", seconds=100).json()["pace"] == 100
    cities.post("evanston", "SANDBOX-PLAN-ORDINARY quick")
    cities.control("advance", seconds=100)
    assert [held["status"] for held in cities.received("evanston")] == ["open", "closed"]


def test_timing(cities):
    assert cities.control("timing", slow=0, hold=0.05).json()["hold"] == 0.05
    assert cities.post("evanston", "SANDBOX-SLOW").elapsed.total_seconds() < 0.09
    assert cities.sandbox.timing.slow == 0


def test_set_status_by_id_and_by_token(cities):
    token = cities.post("chicago").json()[0]["token"]
    cities.post("evanston")
    for city, name in (("chicago", token), ("evanston", "EVN-210401")):
        cities.control("set_status", city=city, service_request_id=name, status="closed", status_notes="By hand")
        [held] = cities.received(city)
        assert (held["status"], held["status_notes"]) == ("closed", "By hand")
    assert cities.get("evanston", "requests/EVN-210401.json").json()[0]["status_notes"] == "By hand"


def test_set_plan(cities):
    token = cities.post("chicago").json()[0]["token"]
    cities.control("set_plan", city="chicago", service_request_id=token, plan="duplicate")
    cities.control("advance", seconds=6 * 24 * 3600)
    [held] = cities.received("chicago")
    assert (held["plan"], held["status"]) == ("duplicate", "closed")
    assert "duplicate" in held["status_notes"].lower()


def test_faults_are_listed(cities):
    cities.control("fault", kind="500", city="cook", operation="post", count=3)
    expected = [{"kind": "500", "city": "cook", "operation": "post", "left": 3}]
    assert cities.session.get(HOST + "/_control/faults.json").json() == expected


def test_reset_forgets_everything(cities):
    cities.post("evanston")
    cities.control("fault", kind="500")
    cities.control("pace", seconds=5)
    answer = cities.control("reset").json()
    assert answer["pace"] == 518400
    assert not answer["clock"].startswith("2026-06-01")
    assert cities.received("evanston") == []
    assert cities.post("evanston").json()[0]["service_request_id"] == "EVN-210401"


def test_the_log_tells_what_came(cities):
    cities.get("evanston", "services.json")
    cities.post("evanston")
    log = cities.session.get(HOST + "/_control/log.json").json()
    assert [(row["method"], row["path"], row["status"]) for row in log] == [
        ("GET", "/evanston/open311/v2/services.json", 200),
        ("POST", "/evanston/open311/v2/requests.json", 201),
    ]


@pytest.mark.parametrize(
    ("call", "params", "words"),
    [
        ("advance", {}, "number of seconds"),
        ("advance", {"seconds": "soon"}, "number of seconds"),
        ("advance", {"seconds": "-5"}, "0 or more"),
        ("advance", {"seconds": "inf"}, "0 or more"),
        ("advance", {"seconds": "1e300"}, "too far"),
        ("clock", {}, "at is missing"),
        ("clock", {"at": "noon"}, "not an ISO 8601 moment"),
        ("clock", {"at": "2026-01-01T00:00:00"}, "needs a zone"),
        ("pace", {"seconds": "0"}, "1 or more"),
        ("pace", {"seconds": "nan"}, "1 or more"),
        ("timing", {}, "give slow, hold or both"),
        ("timing", {"hold": "9999"}, "at most 3600"),
        ("timing", {"slow": "x"}, "number of seconds"),
        ("fault", {}, "kind is ''"),
        ("fault", {"kind": "418"}, "kind is '418'"),
        ("fault", {"kind": "500", "city": "gotham"}, "city is 'gotham'"),
        ("fault", {"kind": "500", "operation": "delete"}, "operation is 'delete'"),
        ("fault", {"kind": "500", "count": "0"}, "count is '0'"),
        ("fault", {"kind": "500", "count": "many"}, "count is 'many'"),
        ("fault", {"kind": "429", "retry_after": "later"}, "retry_after is 'later'"),
        ("set_status", {"city": "gotham", "status": "open"}, "city is 'gotham'"),
        ("set_plan", {"city": "evanston", "service_request_id": "1", "plan": "ordinary"}, "evanston holds no"),
        ("set_plan", {"city": "evanston", "service_request_id": "1", "plan": "magic"}, "plan is 'magic'"),
        ("set_status", {"city": "evanston", "service_request_id": "1", "status": "done"}, "status is 'done'"),
        ("set_status", {"city": "evanston", "service_request_id": "1", "status": "open"}, "evanston holds no"),
    ],
)
def test_bad_input_is_a_clear_400_and_changes_nothing(cities, call, params, words):
    before = cities.session.get(HOST + "/_control/received.json").json()
    answer = cities.control(call, **params)
    assert answer.status_code == 400
    assert words in answer.json()["error"]
    assert cities.session.get(HOST + "/_control/received.json").json() == before
    assert cities.session.get(HOST + "/_control/faults.json").json() == []


def test_what_changes_things_takes_post(cities):
    assert cities.session.get(HOST + "/_control/reset").status_code == 405
    assert cities.session.get(HOST + "/_control/nothing").status_code == 404
    assert cities.session.post(HOST + "/_control/received.json").status_code == 404


def test_the_page_for_people(cities):
    cities.post("evanston", "<script>alert(1)</script>")
    cities.post("cook", lat=None, long=None)
    cities.control("fault", kind="500", city="cook", count=2)
    page = cities.session.get(HOST + "/_control/")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "&lt;script&gt;" in page.text
    assert "<script" not in page.text
    assert "500 at cook, any, 2 more" in page.text
    assert "EVN-210401" in page.text


def test_a_form_of_the_page_comes_back_to_it(cities):
    answer = cities.session.post(
        HOST + "/_control/advance", data={"seconds": "60", "panel": "1"}, allow_redirects=False
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "/_control/")
    assert cities.sandbox.clock.now().minute == 1
