import pytest

from tests.sandbox.city import City, fill

ZARAGOZA = City("/zaragoza/api/recurso/open311/", {"service_code": "3", "lat": "41.65", "long": "-0.88"})
EMPTY = {"totalCount": 0, "start": 0, "rows": 0}


def ids(answer):
    return [row["service_request_id"] for row in answer.json()]


def test_codes_are_text_in_services_and_numbers_in_requests(cities):
    rows = ZARAGOZA.get(cities, "services.json").json()
    assert all(isinstance(row["service_code"], str) for row in rows)
    names = [row["service_name"] for row in rows]
    assert len(names) - len(set(names)) == 1
    row = ZARAGOZA.get(cities, "requests.json").json()[0]
    assert (row["service_request_id"], row["service_code"]) == (947110, 9)


def test_an_empty_answer_and_a_single_one_are_objects(cities):
    assert ZARAGOZA.get(cities, "requests.json", service_code="99").json() == EMPTY
    assert ZARAGOZA.get(cities, "requests.json", start="500").json() == EMPTY
    assert ZARAGOZA.get(cities, "requests/947101.json").json()["service_request_id"] == 947101
    assert ZARAGOZA.get(cities, "requests/1.json").status_code == 404


def test_rows_and_start_but_no_page(cities):
    everything = ids(ZARAGOZA.get(cities, "requests.json"))
    assert everything == [947110, 947109, 947108, 947107, 947106]
    assert ids(ZARAGOZA.get(cities, "requests.json", rows=2, start=1)) == everything[1:3]
    assert ids(ZARAGOZA.get(cities, "requests.json", page=2, page_size=1)) == everything
    assert ids(ZARAGOZA.get(cities, "requests.json", sort="requested_datetime asc")) == everything[::-1]


def test_fifty_rows_and_at_most_a_thousand(cities):
    ZARAGOZA.get(cities, "requests.json")
    fill(cities, "zaragoza", "9", 1001)
    sizes = [len(ZARAGOZA.get(cities, "requests.json", **query).json()) for query in ({}, {"rows": 5000})]
    assert sizes == [50, 1000]


def test_a_window_is_cut_at_three_months_in_silence(cities):
    long = {"start_date": "2025-07-01T00:00:00Z", "end_date": "2026-06-01T00:00:00Z"}
    answer = ZARAGOZA.get(cities, "requests.json", **long)
    assert (answer.status_code, ids(answer)) == (200, [947102, 947101])
    assert ids(
        ZARAGOZA.get(cities, "requests.json", start_date="2025-07-16T13:00:00Z", end_date="2025-07-16T13:00:01Z")
    ) == [947101]
    assert ids(ZARAGOZA.get(cities, "requests.json", end_date="2025-10-01T00:00:00Z")) == [947102, 947101]
    assert ZARAGOZA.get(cities, "requests.json", start_date="ayer").status_code == 400


def test_times_are_two_hours_early_in_summer_and_one_in_winter(cities):
    """Filed 320 days and 140 days before 15:00 UTC on 1 June 2026."""
    summer, winter = (ZARAGOZA.get(cities, f"requests/{number}.json").json() for number in (947101, 947104))
    assert summer["requested_datetime"] == "2025-07-16T13:00:00Z"
    assert winter["requested_datetime"] == "2026-01-12T14:00:00Z"


def test_about_half_have_no_coordinates(cities):
    rows = [ZARAGOZA.get(cities, f"requests/{947100 + serial}.json").json() for serial in range(1, 11)]
    assert ["lat" in row for row in rows] == ["long" in row for row in rows] == [True, False] * 5
    assert not any(None in row.values() for row in rows)


def test_fl_gives_less_than_it_was_asked_for(cities):
    located = ZARAGOZA.get(cities, "requests.json", service_code="10", fl="lat,long").json()
    assert located == [{"lat": 41.6532}]
    assert ZARAGOZA.get(cities, "requests.json", service_code="10", fl="status,service_code").json() == [
        {"status": "open", "service_code": 10}
    ]


def test_an_etag_is_sent_and_not_honoured(cities):
    url = f"{cities.host}{ZARAGOZA.base}services.json"
    etag = cities.session.get(url, timeout=5).headers["ETag"]
    assert cities.session.get(url, headers={"If-None-Match": etag}, timeout=5).status_code == 200


@pytest.mark.parametrize("api_key", ["sandbox-key", None])
def test_nobody_can_file(cities, api_key):
    answer = ZARAGOZA.post(cities, api_key=api_key)
    assert (answer.status_code, "HMAC" in answer.json()[0]["description"]) == (403, True)
    assert len(cities.received("zaragoza")) == 10


def test_a_clerk_can_write(cities):
    ZARAGOZA.get(cities, "requests.json")
    fields = {"service_request_id": "947110", "status": "closed", "status_notes": "Reparada"}
    assert cities.control("set_status", city="zaragoza", **fields).status_code == 200
    row = ZARAGOZA.get(cities, "requests/947110.json").json()
    assert (row["status"], row["status_notes"]) == ("closed", "Reparada")
    assert ids(ZARAGOZA.get(cities, "requests.json", status="closed"))[0] == 947110
