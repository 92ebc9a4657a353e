"""The faults of the control panel, in process and on a socket."""

from contextlib import nullcontext
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest
import requests
import urllib3
from lxml import etree

from reports.sandbox.faults import INSTEAD_OF_WORK, KINDS

XML_LIST = "services.xml"


@pytest.fixture(params=["cities", "socket_cities"])
def everywhere(request):
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429])
def test_statuses(everywhere, status):
    everywhere.control("fault", kind=status, city="evanston", operation="services", count=1, retry_after=7)
    answer = everywhere.get("evanston", "services.json")
    assert answer.status_code == status
    assert answer.headers.get("Retry-After") == ("7" if status in (429, 503) else None)
    assert everywhere.get("evanston", "services.json").ok


def test_429_with_a_date(everywhere):
    everywhere.control("fault", kind="429-date", retry_after=60)
    when = parsedate_to_datetime(everywhere.get("evanston", "services.json").headers["Retry-After"])
    assert 50 < (when - datetime.now(UTC)).total_seconds() <= 61


def test_html(everywhere):
    everywhere.control("fault", kind="html")
    answer = everywhere.get("evanston", "services.json")
    assert (answer.status_code, answer.text[:9]) == (200, "<!DOCTYPE")


def test_empty(everywhere):
    everywhere.control("fault", kind="empty")
    answer = everywhere.get("evanston", "services.json")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize("kind", ["malformed", "truncated"])
def test_documents_that_cannot_be_parsed(everywhere, kind):
    everywhere.control("fault", kind=kind)
    with pytest.raises(requests.JSONDecodeError):
        everywhere.get("evanston", "services.json").json()
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(everywhere.get("oak-park", XML_LIST).content)


def test_bombs(cities):
    cities.control("fault", kind="billion-laughs")
    bomb = cities.get("oak-park", XML_LIST).content
    assert bomb.count(b"<!ENTITY") == 10
    assert len(bomb) < 2000
    assert bomb.count(b"&lol8;") == 10
    assert cities.get("evanston", "services.json").content == b"[" * 100_000


@pytest.mark.parametrize(("city", "path"), [("evanston", "services.json"), ("oak-park", XML_LIST)])
def test_huge_is_well_formed_and_over_twenty_megabytes(cities, city, path):
    cities.control("fault", kind="huge")
    body = cities.get(city, path).content
    assert len(body) > 20_000_000
    assert body.rstrip().endswith(b"]" if path.endswith("json") else b"</services>")


def test_slow_and_drip_arrive(everywhere):
    for kind in ("slow", "drip"):
        everywhere.control("fault", kind=kind, count=1)
        assert len(everywhere.get("evanston", "services.json").json()) >= 15


def test_hang_in_process_and_on_a_socket(everywhere):
    everywhere.control("fault", kind="hang", city="evanston")
    with pytest.raises((requests.ReadTimeout, requests.ConnectionError)) as caught:
        everywhere.session.get(everywhere.host + "/evanston/open311/v2/services.json", timeout=(1, 0.05))
    assert isinstance(caught.value, requests.ReadTimeout)


def test_reset(everywhere):
    everywhere.control("fault", kind="reset", city="evanston")
    with pytest.raises(requests.ConnectionError, match="reset"):
        everywhere.get("evanston", "services.json")


def test_wrong_key_is_said_in_the_citys_form(everywhere):
    everywhere.control("fault", kind="wrong-key", city="evanston", operation="post")
    answer = everywhere.post("evanston")
    assert (answer.status_code, answer.json()[0]["code"]) == (403, 403)
    assert everywhere.get("evanston", "services.json").ok


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "huge"])
def test_which_faults_store_a_post(cities, kind):
    cities.control("fault", kind=kind, operation="post")
    breaks = kind in ("hang", "reset", "lost-answer", "stored-reset", "stalled")
    with pytest.raises(requests.RequestException) if breaks else nullcontext():
        cities.post("evanston")
    assert len(cities.received("evanston")) == (0 if kind in INSTEAD_OF_WORK else 1)


def test_stored_and_a_reset_or_a_500(everywhere):
    everywhere.control("fault", kind="stored-500", city="evanston", operation="post", count=1)
    assert everywhere.post("evanston", "One").status_code == 500
    everywhere.control("fault", kind="stored-reset", city="evanston", operation="post", count=1)
    with pytest.raises(requests.ConnectionError, match="reset"):
        everywhere.post("evanston", "Two")
    assert [row["description"] for row in everywhere.received("evanston")] == ["One", "Two"]


def test_half_an_answer_and_then_nothing(socket_cities):
    socket_cities.control("fault", kind="stalled", city="evanston", count=1)
    url = socket_cities.host + "/evanston/open311/v2/services.json"
    answer = socket_cities.session.get(url, stream=True, timeout=(1, 5))
    assert answer.status_code == 200
    half = answer.raw.read(int(answer.headers["Content-Length"]) // 2, decode_content=False)
    assert half.startswith(b"[{")
    with pytest.raises((requests.RequestException, urllib3.exceptions.HTTPError)):
        b"".join(answer.iter_content())


def test_other_ids(everywhere):
    for city in ("evanston", "bloomington", "oak-park", "chicago"):
        everywhere.post(city)
    everywhere.control("fault", kind="other-id", operation="requests")
    for city in ("evanston", "bloomington"):
        [held] = everywhere.received(city)
        [row] = everywhere.get(city, "requests.json").json()
        assert str(row["service_request_id"]) == f"9{held['service_request_id']}"
    [row] = etree.fromstring(everywhere.get("oak-park", "requests.xml").content)
    assert row.findtext("service_request_id") == f"9{everywhere.received('oak-park')[0]['service_request_id']}"
    assert "service_request_id" not in everywhere.get("chicago", "requests.json").json()[0]  # it has none yet


@pytest.mark.parametrize(
    ("operation", "path"),
    [
        ("services", "services.json"),
        ("definition", "services/4fd3b656e750846c53000004.json"),
        ("requests", "requests.json"),
        ("requests", "requests/x.json"),
        ("token", "tokens/x.json"),
        ("discovery", "discovery.json"),
    ],
)
def test_a_fault_meets_its_operation_and_no_other(cities, operation, path):
    cities.control("fault", kind="502", city="chicago", operation=operation)
    assert cities.get("chicago", path).status_code == 502
    others = {"services": "requests.json"}.get(operation, "services.json")
    assert cities.get("chicago", others).ok
    assert cities.post("chicago").status_code == 201
    assert cities.get("cook", "services.json").ok


def test_several_faults_in_the_order_in_which_they_were_set(cities):
    cities.control("fault", kind="500", count=1)
    cities.control("fault", kind="503", count=2)
    statuses = [cities.get("evanston", "services.json").status_code for _ in range(4)]
    assert statuses == [500, 503, 503, 200]


def test_until_cleared(cities):
    cities.control("fault", kind="500", city="evanston")
    assert {cities.get("evanston", "services.json").status_code for _ in range(5)} == {500}
    cities.control("fault", clear=1)
    assert cities.get("evanston", "services.json").ok


def test_the_geocoder_fails_too(cities):
    cities.control("fault", kind="503", city="nominatim", operation="search")
    assert cities.session.get(cities.host + "/nominatim/search?q=main").status_code == 503
    assert cities.session.get(cities.host + "/nominatim/reverse?lat=41.8837&lon=-87.632").ok
