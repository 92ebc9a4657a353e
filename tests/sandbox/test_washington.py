import csv
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest
from lxml import etree

from reports.sandbox.families.washington_feeds import COLUMNS
from tests.sandbox.city import City
from tests.sandbox.conftest import texts

DC = City(
    "/washington/CWI/Open311/v2/",
    {"service_code": "S0261", "lat": "38.9007", "long": "-77.0339", "description": "A hole & more"},
    {"jurisdiction_id": "dc.gov"},
    "xml",
)
NUMBER = "26-00262901"
DCST = "{http://dc.gov/dcstat/types/1.0/}"
KML = "{http://www.opengis.net/kml/2.2}"


def feed(cities, name):
    return cities.session.get(f"{cities.host}/washington/feeds/{name}", timeout=5)


@pytest.mark.parametrize("path", ["services.json", "requests.json", "discovery.json", "services/S0301.json"])
def test_there_is_no_json(cities, path):
    answer = DC.get(cities, path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/xml; charset=utf-8")
    assert texts(answer, "error/code") == ["404"]


@pytest.mark.parametrize(
    "path", ["/washington/CWI/Open311/discovery.xml", "/washington/cwi/Open311/v2/discovery.xml"]
)  # fmt: skip
def test_discovery_lists_a_draft_and_the_case_of_a_path_does_not_matter(cities, path):
    answer = cities.session.get(cities.host + path, timeout=5)
    assert texts(answer, "endpoints/endpoint/specification") == [
        "http://wiki.open311.org/GeoReport_v2",
        "http://wiki.open311.org/GeoReport_v2.1_Draft",
    ]
    assert texts(answer, "endpoints/endpoint/url")[0] == cities.host + "/washington/CWI/Open311/v2"


def test_the_jurisdiction_is_required(cities):
    without = cities.session.get(cities.host + DC.base + "services.xml", timeout=5)
    assert (without.status_code, texts(without, "error/description")) == (400, ["jurisdiction_id was not provided"])
    assert DC.get(cities, "services.xml", jurisdiction_id="sfgov.org").status_code == 404
    assert DC.post(cities, jurisdiction_id=None).status_code == 400


def test_attributes_are_out_of_order_and_values_there_when_empty(cities):
    answer = DC.get(cities, "services/S0301.xml")
    orders = [int(text) for text in texts(answer, "attributes/attribute/order")]
    assert orders != sorted(orders)
    assert b"<values/>" in answer.content
    assert len(texts(answer, "attributes/attribute/values")) == len(orders)
    variable, datatype = (texts(answer, f"attributes/attribute/{name}") for name in ("variable", "datatype"))
    assert ("false", "text") in set(zip(variable, datatype, strict=True))


def test_every_service_has_a_definition(cities):
    assert set(texts(DC.get(cities, "services.xml"), "service/metadata")) == {"true"}


def test_a_filing_gets_a_number(cities):
    answer = DC.post(cities)
    assert (answer.status_code, texts(answer, "request/service_request_id")) == (201, ["26-00262901"])
    assert texts(DC.get(cities, "requests/26-00262901.xml"), "request/description") == ["A hole & more"]
    assert texts(DC.get(cities, "requests.xml"), "request/service_code") == ["S0261"]


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"api_key": "wrong"}, 403), ({"service_code": "nope"}, 404), ({"service_code": "S0301"}, 400)],
)  # fmt: skip
def test_what_washington_refuses(cities, fields, status):
    answer = DC.post(cities, **fields)
    assert (answer.status_code, texts(answer, "error/code")) == (status, [str(status)])


def test_a_bad_date_is_400(cities):
    DC.post(cities)
    assert DC.get(cities, "requests.xml", start_date="2026-13-01").status_code == 400


def test_the_feed_as_kml(cities):
    DC.post(cities)
    answer = feed(cities, "src_current.kml")
    assert answer.headers["Content-Type"] == "application/vnd.google-earth.kml+xml"
    [mark] = etree.fromstring(answer.content).iter(f"{KML}Placemark")
    kept = {data.get("name"): data.findtext(f"{KML}value") for data in mark.iter(f"{KML}Data")}
    assert kept["SERVICEREQUESTID"] == "26-00262901"
    assert kept["SERVICEORDERSTATUS"] == "OPEN"
    assert mark.findtext(f"{KML}Point/{KML}coordinates") == "-77.0339,38.9007,0"


def test_the_feed_as_xml(cities):
    DC.post(cities)
    cities.control("set_status", city="washington", service_request_id=NUMBER, status="closed", status_notes="Ok")
    [entry] = etree.fromstring(feed(cities, "src_current.xml").content).iter(f"{DCST}ServiceRequest")
    assert entry.findtext(f"{DCST}servicecodedescription") == "Pothole (alley)"
    assert entry.findtext(f"{DCST}resolution") == "Ok"
    assert entry.findtext(f"{DCST}ward") == ""


def test_the_feed_as_zipped_csv_is_there_when_empty_too(cities):
    def rows():
        with ZipFile(BytesIO(feed(cities, "src_current_csv.zip").content)) as archive:
            [name] = archive.namelist()
            return list(csv.DictReader(StringIO(archive.read(name).decode())))

    assert rows() == []
    DC.post(cities, address_string='1100 4th St SW, "rear"')
    [row] = rows()
    assert tuple(row) == COLUMNS
    assert row["SITEADDRESS"] == '1100 4TH ST SW, "REAR"'
    assert row["SERVICEORDERDATE"] == "2026-06-01T11:00:00-04:00"


def test_feeds_say_nothing_of_the_resident(cities):
    DC.post(cities, "My own words", email="ada@example.org", first_name="Ada")
    for name in ("src_current.kml", "src_current.xml"):
        assert not any(word in feed(cities, name).text for word in ("My own words", "ada@example.org", "Ada"))


def test_no_such_feed_and_a_fault_of_the_feed(cities):
    assert feed(cities, "src_2009.xml").status_code == 404
    cities.control("fault", kind="503", city="washington", operation="feed", count=1)
    assert feed(cities, "src_current.xml").status_code == 503
    assert feed(cities, "src_current.xml").status_code == 200
