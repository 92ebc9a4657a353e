"""Telling dialects apart: every sign, and a probe that asks little and never posts."""

import json

import pytest
import requests

from reports import http
from reports.dialects import detect
from reports.dialects.base import Connection
from reports.dialects.detect import ADDRESSES, CALLS, Confidence, guess, probe
from reports.sandbox.systems import CITIES
from tests.dialects.canned import BASE, canned
from tests.dialects.family import payload
from tests.dialects.filing import KEY
from tests.dialects.georeport_v2_city import body, row

KEYS = {
    "georeport_v1", "georeport_v2", "chicago", "austin", "spot", "seeclickfix_open311", "seeclickfix_v2",
    "seeclickfix_organizations", "seeclickfix_v01", "email", "washington_dc", "toronto", "ureport", "mark_a_spot",
    "citysdk", "klarschiff", "fixmystreet", "libre311", "philadelphia", "zaragoza",
}  # fmt: skip
NOWHERE = "https://city.example/api/"
SERVICE = {"service_code": "1", "service_name": "Pothole", "metadata": False, "type": "realtime", "keywords": ""}


def answer(content, status=200, headers=None):
    content = content if isinstance(content, bytes) else json.dumps(content).encode()
    return http.Response(status, headers or {}, content, NOWHERE)


def keys(found):
    return [each.key for each in found]


# --- addresses ---


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("https://seeclickfix.com/open311/v2/29/", "seeclickfix_open311"),
        ("https://seeclickfix.com/api/v2/", "seeclickfix_v2"),
        ("https://seeclickfix.com/api/v2/organizations/77/", "seeclickfix_organizations"),
        ("https://seeclickfix.com/api/0.1/", "seeclickfix_v01"),
        ("https://seeclickfix.com/api/", "seeclickfix_v01"),
        ("https://elm.example/crm/open311/v2/", "ureport"),
        ("http://csr.example/csr/open311/v2/", "ureport"),
        ("https://elm.example/georeport/v2/", "mark_a_spot"),
        ("https://elm.example/efeedback/api/georeport/v2/", "citysdk"),
        ("https://elm.example/backoffice/citysdk/", "klarschiff"),
        ("https://elm.example/palautews/rest/v1/", "citysdk"),
        ("https://elm.example/rest/open311/v1/", "citysdk"),
        ("http://311api.cityofchicago.org/open311/v2/", "chicago"),
        ("http://austin2-production.spotmobile.net/open311/v2/", "austin"),
        ("https://mayors24.spotreporters.com/open311/v2/", "spot"),
        ("https://secure.elm.example/webwizard/ws/", "toronto"),
        ("https://www.elm.example/powernap/elm/api.cfm/", "georeport_v2"),
        ("https://www.elm.example/api/recurso/open311/", "zaragoza"),
        ("https://open311.elm.example/dev/V1/service_list", "georeport_v1"),
        ("https://open311.elm.example/dev/V1/", "georeport_v1"),
        ("http://app.311.elm.example/CWI/Open311/v2/", "washington_dc"),
        ("https://api.phila.gov/open311/v2/", "philadelphia"),
        ("https://www.fixmystreet.com/open311/v2/", "fixmystreet"),
        ("mailto:311@elm.example", "email"),
    ],
)
def test_an_address_tells(address, key):
    found = guess(address)
    assert keys(found) == [key]
    assert found[0].reason


def test_an_address_that_tells_nothing():
    assert guess("https://elm.example/open311/v2/") == []


def test_every_rule_proposes_a_dialect_that_there_is():
    assert {key for _pattern, key, _confidence in ADDRESSES} <= KEYS


# --- discovery ---


@pytest.mark.parametrize(
    ("content", "status", "headers", "key", "confidence"),
    [
        ({"discovery": {"changeset": "1"}}, 200, {}, "fixmystreet", Confidence.LIKELY),
        ({"changeset": "1", "max_requests": 1000}, 200, {}, "fixmystreet", Confidence.SURE),
        ({"changeset": "1", "endpoints": []}, 200, {}, "georeport_v2", Confidence.WEAK),
        (b"<discovery><changeset>1</changeset></discovery>", 200, {}, "georeport_v2", Confidence.WEAK),
        (b"<html></html>", 404, {"X-Generator": "Drupal 10"}, "mark_a_spot", Confidence.LIKELY),
    ],
)
def test_a_discovery_tells(content, status, headers, key, confidence):
    (found,) = guess(NOWHERE, discovery=answer(content, status, headers))
    assert (found.key, found.confidence) == (key, confidence)


@pytest.mark.parametrize(("content", "status"), [(b"<html></html>", 404), (b"", 200), ([1], 200), ({"a": 1}, 200)])
def test_a_discovery_that_tells_nothing(content, status):
    assert guess(NOWHERE, discovery=answer(content, status)) == []


# --- services ---


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"services": [SERVICE]}, ["fixmystreet"]),
        ([SERVICE | {"metadata": "false"}], ["mark_a_spot"]),
        (payload("mark_a_spot", "services.json"), ["mark_a_spot"]),
        (b'<?xml version="1.0"?><services is_array="true"><service/></services>', ["mark_a_spot"]),
        (payload("libre311", "services.json"), ["libre311"]),
        ([SERVICE | {"keywords": "problem"}, SERVICE | {"keywords": "Idea"}], ["klarschiff"]),
        (payload("georeport_v2", "services-name-in-description.json"), ["georeport_v2"]),
        ([SERVICE | {"service_code": "4e09c863992b94b915000000"}], ["spot", "ureport"]),
        ([SERVICE | {"service_code": "Pothole"}], ["fixmystreet"]),
    ],
)
def test_services_tell(content, expected):
    assert keys(guess(NOWHERE, services=answer(content))) == expected


@pytest.mark.parametrize(
    "content",
    [
        [SERVICE],
        [],
        b"<services><service><service_code>1</service_code><metadata>false</metadata></service></services>",
        [SERVICE | {"keywords": "problem"}, SERVICE | {"keywords": "bench"}],
        [SERVICE | {"group_id": 3}],  # its code is text
        [SERVICE | {"service_code": 3}],  # no group_id
        b"<html></html>",
    ],
)
def test_services_that_tell_nothing(content):
    assert guess(NOWHERE, services=answer(content)) == []


# --- requests ---


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"service_requests": []}, ["toronto", "fixmystreet"]),
        (payload("toronto", "requests-wrapped.json"), ["toronto", "fixmystreet"]),
        (payload("fixmystreet", "server-requests.json"), ["fixmystreet", "toronto"]),
        ({"requests": [], "meta": {"total": 0}}, ["mark_a_spot"]),
        (payload("zaragoza", "requests-empty-object.json"), ["zaragoza"]),
        (payload("zaragoza", "request-object.json"), ["zaragoza"]),
        ([row(1, token="t-1")], ["spot"]),
        ([row("9-2026", title="x", address_string="y")], ["mark_a_spot"]),
        (payload("citysdk", "requests-extended.json"), ["citysdk"]),
        (payload("klarschiff", "request-object.json"), ["klarschiff"]),
        (payload("klarschiff", "requests.xml"), ["klarschiff"]),
        (payload("georeport_v2", "requests-native-columns.json"), ["georeport_v2"]),
        ([row(1) | {"service_request_id": 7, "lat": "41.9", "long": "-87.6"}], ["seeclickfix_open311"]),
        ({"metadata": {}, "issues": []}, ["seeclickfix_v2"]),
    ],
)
def test_requests_tell(content, expected):
    assert keys(guess(NOWHERE, requests=answer(content))) == expected


@pytest.mark.parametrize("content", [[], [row(1)], [row(1) | {"service_request_id": 7, "lat": 41.9}], b"<html></html>"])
def test_requests_that_tell_nothing(content):
    assert guess(NOWHERE, requests=answer(content)) == []


def test_a_header_tells():
    total = {"page-TotalSize": "3"}
    assert keys(guess(NOWHERE, requests=answer(payload("libre311", "requests.json"), headers=total))) == ["libre311"]
    assert guess(NOWHERE, requests=answer(payload("libre311", "requests.json"))) == []


# --- errors ---


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ([{"code": 404, "description": "no"}], ["georeport_v2"]),
        (b"<errors><error><code>404</code><description>no</description></error></errors>", ["georeport_v2"]),
        ({"error": {"code": 404, "description": "no"}}, ["mark_a_spot"]),
        (payload("klarschiff", "error-500-key.xml"), ["klarschiff"]),
        ({"error_messages": []}, ["klarschiff"]),
        (payload("fixmystreet", "server-error.html"), ["fixmystreet"]),
        (payload("libre311", "error-hal.json"), ["libre311"]),
        ({"message": "Not Found", "documentation_url": "https://x.example"}, ["seeclickfix_v2"]),
        (b"<html><body>Not found</body></html>", []),
        ({"error": "no"}, []),
    ],
)
def test_an_error_tells(content, expected):
    assert keys(guess(NOWHERE, error=answer(content, 404))) == expected


def test_the_surest_sign_comes_first_and_each_dialect_once():
    found = guess(
        "https://elm.example/georeport/v2/",
        requests=answer(payload("klarschiff", "request-object.json")),
        error=answer({"error": {"code": 404}}, 404),
    )
    assert [(each.key, each.confidence) for each in found] == [
        ("klarschiff", Confidence.SURE),
        ("mark_a_spot", Confidence.LIKELY),
    ]


# --- asking ---


def connection(base_url=BASE, **more):
    return Connection(base_url, http.Client("probe", secrets=(KEY,)), api_key=KEY, **more)


def test_a_probe_asks_four_times_at_most_and_without_the_key():
    with canned(body()) as city:
        found = probe(connection(jurisdiction_id="elm.example"))
    assert len(city.calls) == len(found.calls) == CALLS
    assert {call.method for call in city.calls} == {"GET"}
    assert [call.path.rpartition("/v2/")[2] for call in city.calls] == [
        "services.json",
        "requests.json",
        "discovery.json",
        "requests/nope-0.json",
    ]
    assert {call.query["jurisdiction_id"] for call in city.calls} == {"elm.example"}
    assert KEY not in str([(call.fields, call.headers) for call in city.calls])
    assert (found.guesses, found.problems) == ((), ())


def test_a_probe_stops_when_it_is_sure():
    with canned(payload("libre311", "services.json")) as city:
        found = probe(connection())
    assert len(city.calls) == 1
    assert found.guesses[0].key == "libre311"


def test_a_sure_address_is_looked_at_once_all_the_same():
    base = "http://canned.test/crm/open311/v2/"
    with canned(by_path={"services.json": json.dumps([SERVICE]).encode()}) as city:
        found = probe(connection(base))
    assert len(city.calls) == 1
    assert keys(found.guesses) == ["ureport"]


def test_where_there_is_no_json_xml_is_asked_for():
    by_path = {"services.xml": b"<services/>", "requests.xml": payload("klarschiff", "requests.xml")}
    with canned(by_path=by_path) as city:
        found = probe(connection())
    assert [call.path.rpartition("/")[2] for call in city.calls] == ["services.json", "services.xml", "requests.xml"]
    assert keys(found.guesses) == ["klarschiff"]


@pytest.mark.parametrize("status", [401, 403, 429, 503])
def test_a_city_that_asks_for_peace_has_it(status):
    with canned((status, b"")) as city:
        found = probe(connection())
    assert len(city.calls) == 1
    assert str(status) in found.problems[0]


def test_a_city_that_is_away_is_said():
    with canned(requests.ConnectTimeout("slow")) as city:
        found = probe(connection())
    assert len(city.calls) == 1
    assert found.problems
    assert found.guesses == ()


def test_the_discovery_is_asked_for_where_it_is_said_to_be():
    by_path = {".json": b"[]", "elsewhere.xml": b"<discovery><max_requests>9</max_requests></discovery>"}
    with canned(by_path=by_path) as city:
        found = probe(connection(discovery_url="http://canned.test/elsewhere.xml"))
    assert keys(found.guesses) == ["fixmystreet"]
    assert len(city.calls) == 3


def test_a_mailbox_is_not_asked_at_all():
    found = probe(connection("mailto:311@elm.example"))
    assert keys(found.guesses) == ["email"]
    assert found.calls == ()


@pytest.mark.parametrize("city", [city for city in CITIES if city.speaks != "email"], ids=lambda city: city.key)
def test_of_a_fake_city_nothing_sure_is_wrong(sandbox, city):
    base = f"http://sandbox.test/{city.base}/"
    found = probe(connection(base, jurisdiction_id=city.jurisdiction_id))
    assert len(found.calls) <= CALLS
    assert {each.key for each in found.guesses if each.confidence is Confidence.SURE} <= {city.speaks}


@pytest.mark.parametrize(
    ("base", "key"),
    [
        ("cologne/georeport/v2/", "mark_a_spot"),
        ("rostock/citysdk/", "klarschiff"),
        ("libre/api/", "libre311"),
        ("chicago/open311/v2/", "spot"),
    ],
)
def test_a_fake_city_is_known_by_its_answers_alone(sandbox, monkeypatch, base, key):
    monkeypatch.setattr(detect, "ADDRESSES", ())
    jurisdiction_id = "stlma" if key == "libre311" else ""
    found = probe(connection(f"http://sandbox.test/{base}", jurisdiction_id=jurisdiction_id))
    assert found.guesses[0].key == key
