import pytest

from tests.sandbox.conftest import BASES, HOST, PLAIN, texts

RATS = "4fd3b9bce750846c5300004a"
SNOW_WALK = "4ffa9f2d6018277d400000e4"


def test_realtime_gives_an_id(cities):
    answer = cities.post("evanston")
    assert answer.status_code == 201
    assert answer.json() == [{"service_request_id": "EVN-210401", "service_notice": None, "account_id": None}]


def test_realtime_in_xml(cities):
    answer = cities.post("oak-park")
    assert texts(answer, "request/service_request_id") == ["2603901"]


def test_batch_gives_a_token_and_no_id(cities):
    [receipt] = cities.post("chicago").json()
    assert receipt.keys() == {"token"}
    assert len(receipt["token"]) == 24
    assert texts(cities.post("chicago", "Another", format_="xml"), "request/token")


def test_blackbox_gives_neither(cities):
    [receipt] = cities.post("cook").json()
    assert receipt == {"service_notice": None, "account_id": None}
    assert cities.get("cook", "requests.json").json() == []
    assert len(cities.received("cook")) == 1


def test_ureport_answers_200_with_the_row_and_a_number(cities):
    answer = cities.post("bloomington")
    assert answer.status_code == 200
    [row] = answer.json()
    assert row["service_request_id"] == 187301
    assert row["status"] == "open"
    assert row["media_url"] == ""


def test_a_notice_is_passed_on(cities):
    [receipt] = cities.post("evanston", service_code="032", **{"attribute[ITEMS]": "sofa"}).json()
    assert "$50" in receipt["service_notice"]


def test_everything_that_was_sent_is_kept(cities):
    sent = {
        "email": "ada@example.org",
        "first_name": "Ada",
        "last_name": "Lane",
        "phone": "312-555-0100",
        "media_url": "https://example.org/p.jpg",
        "account_id": "7",
        "device_id": "d1",
        "address_id": "A9",
    }
    lines = "First line\r\nsecond line: ñ, 雪"
    cities.post("evanston", lines, **sent)
    [held] = cities.received("evanston")
    assert sent.items() <= held.items()
    assert held["description"] == lines
    assert (held["lat"], held["long"]) == (41.8837, -87.632)
    assert held["posts"] == 1


@pytest.mark.parametrize("suffix", ["[]", ""])
def test_many_values_in_both_spellings(cities, suffix):
    answer = cities.post("chicago", service_code=RATS, **{f"attribute[WHERERAT]{suffix}": ["ALLEY", "YARD"]})
    assert answer.status_code == 201
    assert cities.received("chicago")[0]["attributes"] == {"WHERERAT": ["ALLEY", "YARD"]}


def test_zero_is_an_answer(cities):
    assert cities.post("chicago", service_code=SNOW_WALK, **{"attribute[SNOWDAYS]": "0"}).status_code == 201


@pytest.mark.parametrize("api_key", ["chicago-live-key", "sandbox-key"])
@pytest.mark.parametrize("bearer", [True, False])
def test_keys_that_chicago_takes(cities, api_key, bearer):
    if bearer:
        cities.session.headers["Authorization"] = f"Bearer {api_key}"
    assert cities.post("chicago", api_key=None if bearer else api_key).status_code == 201


@pytest.mark.parametrize("city", BASES)
@pytest.mark.parametrize("api_key", [None, "", "wrong", "chicago-test-key"])
def test_a_wrong_key_is_403_and_stores_nothing(cities, city, api_key):
    assert cities.post(city, api_key=api_key).status_code == 403
    assert cities.received(city) == []


def test_bearer_is_not_read_where_the_city_does_not(cities):
    cities.session.headers["Authorization"] = "Bearer evanston-key"
    assert cities.post("evanston", api_key=None).status_code == 403


@pytest.mark.parametrize(
    ("city", "fields", "status", "words"),
    [
        ("evanston", {"service_code": None}, 400, "service_code required"),
        ("evanston", {"service_code": "nope"}, 404, "Service not found with code nope"),
        ("cook", {"jurisdiction_id": None}, 400, "jurisdiction_id was not provided"),
        ("evanston", {"jurisdiction_id": "x.org"}, 404, "jurisdiction_id was not found"),
        ("evanston", {"lat": None, "long": None, "address_string": None}, 400, "location required"),
        ("evanston", {"lat": None}, 400, "must both be given"),
        ("evanston", {"lat": "91"}, 400, "not a WGS84 coordinate"),
        ("evanston", {"long": "-180.5"}, 400, "not a WGS84 coordinate"),
        ("evanston", {"lat": "north"}, 400, "not a WGS84 coordinate"),
        ("evanston", {"lat": "nan"}, 400, "not a WGS84 coordinate"),
        ("chicago", {"address_string": None}, 400, "address_string must all be given"),
        ("chicago", {"lat": None, "long": None}, 400, "address_string must all be given"),
        ("evanston", {"description": "x" * 4001}, 400, "too long"),
        ("evanston", {"media_url": "photo.jpg"}, 400, "media_url is not a URL"),
        ("chicago", {"service_code": RATS}, 400, "WHERERAT required"),
        ("chicago", {"service_code": RATS, "attribute[WHERERAT]": "MOON"}, 400, "is not included in the list: MOON"),
        ("chicago", {"service_code": RATS, "attribute[WHERERAT]": "YARD", "attribute[DATESEEN]": "M"}, 400, "DATES"),
        ("chicago", {"service_code": SNOW_WALK, "attribute[SNOWDAYS]": "two"}, 400, "SNOWDAYS is not a number"),
        ("chicago", {"service_code": SNOW_WALK, "attribute[SNOWDAYS]": ["1", "2"]}, 400, "SNOWDAYS takes one value"),
        ("evanston", {"service_code": "041", "attribute[SRC]": "a\nb"}, 400, "SRC must be one line"),
    ],
)  # fmt: skip
def test_what_a_city_refuses(cities, city, fields, status, words):
    answer = cities.post(city, **fields)
    assert answer.status_code == status
    assert any(words in error["description"] for error in answer.json())
    assert all(error["code"] == status for error in answer.json())
    assert cities.received(city) == []


def test_several_faults_are_several_errors(cities):
    answer = cities.post("evanston", service_code="041", description="x" * 4001)
    assert [error["description"].split()[0] for error in answer.json()] == ["description", "WHEN", "SRC"]


@pytest.mark.parametrize("place", [{"address_string": "Main St"}, {"address_id": "9"}, {"lat": "1", "long": "2"}])
def test_one_location_is_enough_elsewhere_even_far_away(cities, place):
    nowhere = {"lat": None, "long": None, "address_string": None}
    assert cities.post("evanston", **(nowhere | place)).status_code == 201


def test_the_longest_description_fits(cities):
    assert cities.post("evanston", "x" * 4000).status_code == 201


def test_a_body_that_is_no_form_has_no_fields(cities):
    url = HOST + BASES["evanston"] + "requests.json"
    answer = cities.session.post(url, json={"api_key": "sandbox-key", "service_code": PLAIN["evanston"]})
    assert answer.status_code == 403


def test_the_same_filing_twice_is_stored_twice_and_counted(cities):
    cities.post("evanston", "Twice")
    cities.post("evanston", "Twice")
    cities.post("evanston", "Once")
    assert [held["posts"] for held in cities.received("evanston")] == [2, 2, 1]
    totals = cities.session.get(HOST + "/_control/received.json").json()["cities"]
    assert totals["evanston"]["posts"] == 3
    assert totals["chicago"]["posts"] == 0


def test_test_and_live_environment_hold_their_own(cities):
    form = {
        "api_key": "chicago-test-key",
        "service_code": PLAIN["chicago"],
        "lat": "41.9",
        "long": "-87.6",
        "address_string": "1 W Addison",
    }
    assert cities.session.post(HOST + "/chicago-test/open311/v2/requests.json", data=form).status_code == 201
    assert cities.received("chicago") == []
    assert len(cities.received("chicago-test")) == 1


def test_what_xml_cannot_carry_is_left_out(cities):
    assert cities.post("oak-park", "bell \x07 and <tag> & more").status_code == 201
    answer = cities.get("oak-park", "requests.xml")
    assert texts(answer, "request/description") == ["bell  and <tag> & more"]
