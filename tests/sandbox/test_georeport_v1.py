import pytest
import requests
from lxml import etree

SF = {"api_key": "sandbox-key", "city_id": "sfgov.org"}
MIAMI = {"api_key": "sandbox-key", "city_id": "miamidade.gov"}
POTHOLE = {
    "service_code": "021",
    "lat": "37.7793",
    "lon": "-122.4193",
    "address_string": "1 Dr Carlton B Goodlett Pl",
    "description": "A hole",
    "customer_email": "ada@example.org",
    "phone_number": "415-555-0100",
    "first_name": "Ada",
    "media_url": "https://example.org/p.jpg",
}


def call(cities, method, *, city="sf", **query) -> requests.Response:
    return cities.session.get(f"{cities.host}/{city}/V1/{method}", params=query, timeout=5)


def create(cities, **query) -> etree._Element:
    answer = call(cities, "create_request", **(SF | POTHOLE | query))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    return etree.fromstring(answer.content)


def error_of(root) -> tuple[str | None, str | None]:
    return root.findtext("Open311Error/errorCode"), root.findtext("Open311Error/errorDescription")


def test_san_franciscos_list_is_broken_and_miamis_is_whole(cities):
    broken = call(cities, "service_list", **SF).content
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(broken)
    assert b'service_description="The 4" vent cover' in broken
    assert b"by=street&amp;all=1" in broken
    root = etree.fromstring(call(cities, "service_list", city="miami-dade", **MIAMI).content)
    assert root.tag == "ServiceResponse"
    assert [service.get("service_code") for service in root.findall("Open311ServiceList/service")][:2] == ["1", "2"]
    assert root.find("Open311Error").text is None


def test_create_and_ask_for_the_status(cities):
    made = create(cities)
    assert made.tag == "CreateResponse"
    assert len(made.find("Open311Error")) == 0
    number = made.findtext("Open311Create/service_request_id")
    agreement = made.findtext("Open311Create/service_level_agreement")
    assert agreement.strip() == "The City responds to potholes within three working days."
    assert agreement.startswith("\n")
    [held] = cities.received("sf-v1")
    assert (held["long"], held["email"], held["phone"]) == (-122.4193, "ada@example.org", "415-555-0100")
    cities.sandbox.clock.advance(7 * 86400)
    status = etree.fromstring(call(cities, "status_update", **SF, service_request_id=number).content)
    assert status.findtext("Open311Status/status") == "closed"
    assert status.findtext("Open311Status/status_notes")
    assert status.findtext("Open311Status/service_name") == "Pothole in Street"
    assert len(status.find("Open311Error")) == 0


def test_no_agreement_no_element_and_an_account_comes_back(cities):
    made = create(cities, service_code="003", account_id="7")
    assert made.find("Open311Create/service_level_agreement") is None
    assert made.findtext("Open311Create/account_id") == "7"


def test_the_same_get_twice_creates_twice(cities):
    assert create(cities).findtext("Open311Create/service_request_id") != create(cities).findtext(
        "Open311Create/service_request_id"
    )
    assert [held["posts"] for held in cities.received("sf-v1")] == [2, 2]


def test_only_the_key_that_filed_may_ask(cities):
    number = create(cities).findtext("Open311Create/service_request_id")
    other = SF | {"api_key": "sf-v1-key", "service_request_id": number}
    code, words = error_of(etree.fromstring(call(cities, "status_update", **other).content))
    assert code == "302"
    assert "did not create" in words


@pytest.mark.parametrize(
    ("method", "query", "code"),
    [
        ("service_list", {"api_key": ""}, "100"),
        ("service_list", {"api_key": "nope"}, "101"),
        ("service_list", {"city_id": "elsewhere"}, "102"),
        ("create_request", {"api_key": ""}, "200"),
        ("create_request", {"api_key": "nope"}, "201"),
        ("create_request", {"service_code": ""}, "202"),
        ("create_request", {"service_code": "21"}, "203"),
        ("create_request", {"lat": "", "lon": "", "address_string": ""}, "204"),
        ("create_request", {"lat": "north"}, "204"),
        ("create_request", {"description": "x" * 4001}, "204"),
        ("create_request", {"description": "SANDBOX-REFUSE"}, "204"),
        ("create_request", {"city_id": ""}, "204"),
        ("status_update", {"api_key": ""}, "300"),
        ("status_update", {"api_key": "nope"}, "301"),
        ("status_update", {"service_request_id": "1"}, "302"),
        ("status_update", {"service_request_id": ""}, "302"),
    ],
)
def test_errors_come_with_200_a_code_and_namespaces(cities, method, query, code):
    answer = call(cities, method, **(SF | POTHOLE | query))
    assert answer.status_code == 200
    root = etree.fromstring(answer.content)
    assert error_of(root)[0] == code
    assert error_of(root)[1]
    assert root.nsmap["m"] == "http://org/sfgov/sf311/services"
    assert len(root[1]) == 0
    assert cities.received("sf-v1") == []


def test_302_means_two_things(cities):
    words = {
        error_of(etree.fromstring(call(cities, "status_update", **SF, **query).content))[1]
        for query in ({"service_request_id": "1"}, {})
    }
    assert len(words) == 2


def test_lon_is_the_name_and_long_is_not(cities):
    answer = call(cities, "create_request", **(SF | POTHOLE | {"lon": "", "long": "-122.4", "address_string": "x"}))
    assert error_of(etree.fromstring(answer.content))[0] == "204"


def test_404_is_a_wrong_url_and_post_creates_nothing(cities):
    assert call(cities, "services.xml").status_code == 404
    assert call(cities, "create_request/1").status_code == 404
    url = f"{cities.host}/sf/V1/create_request"
    assert cities.session.post(url, params=SF | POTHOLE, timeout=5).status_code == 405
    assert cities.session.head(url, params=SF | POTHOLE, timeout=5).status_code == 405
    assert cities.received("sf-v1") == []


def test_words_that_xml_cannot_carry(cities):
    made = create(cities, account_id="a\x00<b>&")
    assert made.findtext("Open311Create/account_id") == "a<b>&"


def test_magic_words(cities):
    limited = call(cities, "create_request", **(SF | POTHOLE | {"description": "SANDBOX-429"}))
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "2")
    with pytest.raises(requests.ReadTimeout):
        create(cities, description="SANDBOX-LOST-ANSWER")
    assert len(cities.received("sf-v1")) == 1
    assert error_of(create(cities, description="SANDBOX-DUPLICATE"))[0] == "204"
    assert len(cities.received("sf-v1")) == 2


def test_faults(cities):
    cities.control("fault", kind="wrong-key", city="sf-v1", operation="post", count=1)
    assert error_of(create(cities))[0] == "201"
    cities.control("fault", kind="lost-answer", city="sf-v1", operation="post", count=1)
    with pytest.raises(requests.ReadTimeout):
        create(cities)
    assert len(cities.received("sf-v1")) == 1


def test_kml_feed(cities):
    create(cities, description="<b> & \x01hole")
    create(cities, lat="", lon="", description="no point")
    root = etree.fromstring(cities.session.get(f"{cities.host}/sf/feeds/311.kml", timeout=5).content)
    kml = {"k": "http://www.opengis.net/kml/2.2"}
    marks = root.findall(".//k:Placemark", kml)
    assert [mark.findtext("k:description", namespaces=kml) for mark in marks] == ["<b> & hole", "no point"]
    assert marks[0].findtext("k:Point/k:coordinates", namespaces=kml) == "-122.4193,37.7793,0"
    assert marks[1].find("k:Point", kml) is None
    assert b"ada@example.org" not in etree.tostring(root)


def test_report_service(cities):
    create(cities)
    url = f"{cities.host}/sf/feeds/ReportCommandHandler"

    def ask(**query):
        return cities.session.get(url, params=query, timeout=5)

    day = {"start_date": "2026-06-01", "end_date": "2026-06-01"}
    rows = etree.fromstring(ask(request_type="all", **day).content)
    assert rows.findtext("request/service_request_id") == "293901"
    assert rows.findtext("request/lon") == "-122.4193"
    earlier = {"start_date": "2026-05-01", "end_date": "2026-05-31"}
    assert len(etree.fromstring(ask(request_type="all", **earlier).content)) == 0
    assert len(etree.fromstring(ask(request_type="003", **day).content)) == 0
    for wrong in ({}, day, {"request_type": "all", "start_date": "yesterday", "end_date": "2026-06-01"}):
        assert ask(**wrong).status_code == 400
    assert cities.session.get(f"{cities.host}/sf/feeds/other.xml", timeout=5).status_code == 404
    assert cities.session.post(url, timeout=5).status_code == 405
    assert cities.session.get(f"{cities.host}/miami-dade/feeds/311.kml", timeout=5).status_code == 404
