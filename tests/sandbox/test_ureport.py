"""Peoria, and what Bloomington has in common with it. More of Bloomington is in `test_posting` and `test_requests`."""

import pytest

from tests.sandbox.city import City
from tests.sandbox.conftest import texts

PEORIA = City(
    "/peoria/crm/open311/v2/", {"service_code": "36", "lat": "40.6936", "long": "-89.5890", "description": "Snow"}
)
BLOOMINGTON = City(
    "/bloomington/crm/open311/v2/", {"service_code": "61", "lat": "39.17", "long": "-86.53", "description": "A sign"}
)


def picture(field="media", name="a.png", content=b"\x89PNG", kind="image/png"):
    return [(field, (name, content, kind))]


@pytest.mark.parametrize(("city", "number"), [(PEORIA, 52101), (BLOOMINGTON, 187301)])
def test_a_photograph_comes_back_as_a_link(cities, city, number):
    answer = city.post(cities, files=picture())
    [row] = answer.json()
    assert (answer.status_code, row["service_request_id"]) == (200, number)
    assert row["media_url"].endswith("/crm/media/1/a.png")
    [held] = cities.received(city.base.split("/")[1])
    assert held["photos"] == [{"field": "media", "filename": "a.png", "content_type": "image/png", "bytes": 4}]


@pytest.mark.parametrize(
    "files",
    [picture(kind="application/pdf"), picture(content=b""), picture(field="media[]"), picture(field="photo")],
)
def test_an_upload_that_cannot_be_used_is_dropped_in_silence(cities, files):
    answer = PEORIA.post(cities, files=files)
    assert (answer.status_code, answer.json()[0]["media_url"]) == (200, "")


def test_a_place_that_is_not_known_is_0(cities):
    [row] = PEORIA.post(cities, lat=None, long=None, address_string="419 Fulton St").json()
    assert (row["lat"], row["long"], row["zipcode"], row["media_url"]) == (0, 0, None, "")


def test_xml_too(cities):
    answer = PEORIA.post(cities, format_="xml")
    assert (answer.status_code, texts(answer, "request/status")) == (200, ["open"])


def test_status_is_ignored_and_page_0_is_page_1(cities):
    for text in "abc":
        PEORIA.post(cities, text)
    assert len(PEORIA.get(cities, "requests.json", status="closed").json()) == 3
    first, also_first = (PEORIA.get(cities, "requests.json", page_size=2, page=page).json() for page in (0, 1))
    assert first == also_first
    assert PEORIA.get(cities, "requests.json", service_request_id="52101,52102").json() == []


def test_a_box_and_one_that_cannot_be_read(cities):
    PEORIA.post(cities)
    PEORIA.post(cities, lat="41.9", long="-87.6")
    PEORIA.post(cities, lat=None, long=None, address_string="Main St")
    assert len(PEORIA.get(cities, "requests.json", bbox="-89.7,40.6,-89.5,40.8").json()) == 1
    assert len(PEORIA.get(cities, "requests.json", bbox="everywhere").json()) == 3


def test_a_service_that_may_not_be_posted_to(cities):
    assert PEORIA.get(cities, "services/41.json").status_code == 403
    assert PEORIA.post(cities, service_code="41").status_code == 403
    assert PEORIA.get(cities, "services/99.json").status_code == 404
    assert cities.received("peoria") == []


def test_a_request_that_is_not_public(cities):
    [row] = PEORIA.post(cities, service_code="40").json()
    assert PEORIA.get(cities, f"requests/{row['service_request_id']}.json").status_code == 403
    assert PEORIA.get(cities, "requests.json").json() == []
    assert PEORIA.get(cities, "requests.json", service_request_id="52101").json() == []
    assert PEORIA.get(cities, "requests/1.json").status_code == 404


def test_an_obsolete_key_gets_a_notice_in_place_of_services(cities):
    rows = PEORIA.get(cities, "services.json", api_key="obsolete-key").json()
    assert {(row["service_code"], row["group"]) for row in rows} == {("XXX", "XXX")}
    assert "NO LONGER SUPPORTED" in rows[0]["service_name"]
    assert len(PEORIA.get(cities, "services.json", api_key="sandbox-key").json()) == 11


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"api_key": None}, 403), ({"api_key": "evanston-key"}, 403), ({"service_code": None}, 400),
     ({"service_code": "33"}, 400), ({"lat": "north"}, 400)],
)  # fmt: skip
def test_what_peoria_refuses(cities, fields, status):
    answer = PEORIA.post(cities, **fields)
    assert (answer.status_code, answer.json()[0]["code"]) == (status, status)


def test_a_bad_date_is_400(cities):
    PEORIA.post(cities)
    assert PEORIA.get(cities, "requests.json", start_date="2026-06-31").status_code == 400
