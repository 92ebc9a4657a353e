"""Each kind of file against its schema, and what stands in it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from reports.models import ServiceRequest
from tests.factories import (
    LAT,
    LONG,
    make_endpoint,
    make_jurisdiction,
    make_service,
    make_service_request,
    make_status_update,
    make_submission,
)
from tests.views.feeds import reading
from tests.views.feeds.reading import ATOM, DC, GEORSS, KML, READ, get, references

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
KINDS = list(READ)
TYPES = {
    "atom": "application/atom+xml; charset=utf-8",
    "rss": "application/rss+xml; charset=utf-8",
    "geojson": "application/geo+json",
    "kml": "application/vnd.google-earth.kml+xml",
    "csv": "text/csv; charset=utf-8; header=present",
    "ics": "text/calendar; charset=utf-8",
}


def make_known(**fields: Any) -> ServiceRequest:
    """A report of which everything is known that a file can say."""
    body = make_jurisdiction("Springfield", slug="springfield", time_zone="America/Chicago")
    endpoint = make_endpoint(body, licence="CC BY 4.0", attribution="City of Springfield")
    defaults: dict[str, Any] = {
        "reference": "7KQ-4MX-9GHW",
        "requested_datetime": NOON,
        "updated_datetime": NOON + timedelta(hours=2),
        "expected_datetime": datetime(2026, 5, 20, 3, tzinfo=UTC),  # the 19th in Chicago
        "status": "in_progress",
        "place_detail": "north side",
        "agency_responsible": "Streets, 2nd district",
    }
    found = make_service_request(make_service(endpoint, group="Streets & signs"), **(defaults | fields))
    make_submission(found, state="delivered", service_request_id="24-001")
    make_status_update(found, by_body=True, status="in_progress", status_notes="A crew <b>comes</b> & looks.")
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_valid_without_and_with_reports(client: Client, kind: str) -> None:
    assert references(kind, get(client, kind).content) == []
    known = make_known()
    in_words = make_service_request(
        place_meant="words", address_string="behind the old mill", expected_datetime=NOON + timedelta(days=9)
    )
    response = get(client, kind)
    assert response.status_code == 200
    assert response["Content-Type"] == TYPES[kind]
    assert references(kind, response.content) == [in_words.reference, known.reference]


def test_atom_says_all_of_it(client: Client) -> None:
    make_known()
    feed = reading.atom(get(client, "atom").content)
    entry = feed.find(f"{ATOM}entry")
    said = {each.tag.rpartition("}")[2]: each.text for each in entry}
    assert said["title"] == "Pothole, 12 Main Street"
    assert said["id"] == "tag:testserver,2026-05-01:7KQ-4MX-9GHW"
    assert said["published"] == "2026-05-01T07:00:00-05:00"
    assert said["updated"] == "2026-05-01T09:00:00-05:00"
    assert said["rights"] == "Springfield: City of Springfield, CC BY 4.0"
    assert entry.find(f"{ATOM}link").get("href") == "http://testserver/requests/7KQ-4MX-9GHW/"
    assert entry.find(f"{GEORSS}point").text == f"{LAT:.6f} {LONG:.6f}"
    for words in ("A deep hole in the road.", "In progress", "24-001", "2026-05-19", "north side", "Springfield says:"):
        assert words in said["summary"]
    assert "A crew &lt;b&gt;comes&lt;/b&gt; &amp; looks." in said["summary"]
    assert feed.find(f"{ATOM}rights").text == "Springfield: City of Springfield, CC BY 4.0"
    assert {each.get("term") for each in entry.findall(f"{ATOM}category")} == {
        "Pothole", "Streets & signs", "in_progress",
    }  # fmt: skip


def test_rss_says_all_of_it(client: Client) -> None:
    make_known()
    channel = reading.rss(get(client, "rss").content).find("channel")
    assert channel.find("copyright").text == "Springfield: City of Springfield, CC BY 4.0"
    assert channel.find("language").text == "en"
    item = channel.find("item")
    assert item.find("guid").get("isPermaLink") == "false"
    assert item.find("pubDate").text == "Fri, 01 May 2026 07:00:00 -0500"
    assert item.find(f"{DC}rights").text == "Springfield: City of Springfield, CC BY 4.0"
    assert item.find(f"{GEORSS}point").text == f"{LAT:.6f} {LONG:.6f}"


EXPECTED = {
    "reference": "7KQ-4MX-9GHW",
    "url": "http://testserver/requests/7KQ-4MX-9GHW/",
    "service_request_id": "24-001",
    "status": "open",
    "public_status": "in_progress",
    "status_label": "In progress",
    "verdict": "",
    "status_notes": "A crew <b>comes</b> & looks.",
    "service_name": "Pothole",
    "group": "Streets & signs",
    "body": "Springfield",
    "body_slug": "springfield",
    "agency_responsible": "Streets, 2nd district",
    "requested_datetime": "2026-05-01T07:00:00-05:00",
    "updated_datetime": "2026-05-01T09:00:00-05:00",
    "expected_datetime": "2026-05-19T22:00:00-05:00",
    "place": "12 Main Street",
    "address": "12 Main Street",
    "place_detail": "north side",
    "description": "A deep hole in the road.",
    "language": "en",
    "licence": "CC BY 4.0",
    "attribution": "City of Springfield",
}


def test_csv_says_all_of_it_and_longitudes_stay_numbers(client: Client) -> None:
    make_known()
    response = get(client, "csv")
    row = reading.table(response.content)[0]
    assert row == EXPECTED | {"lat": str(LAT), "long": str(LONG)}
    assert float(row["long"]) == LONG < 0


def test_geojson_says_all_of_it(client: Client) -> None:
    make_known()
    found = reading.geojson(get(client, "geojson").content)
    feature = found["features"][0]
    assert feature["properties"] == EXPECTED
    assert feature["geometry"] == {"type": "Point", "coordinates": [LONG, LAT]}
    assert found["licences"] == [{"body": "Springfield", "licence": "CC BY 4.0", "attribution": "City of Springfield"}]
    assert (found["numberMatched"], found["title"], found["language"]) == (1, "All reports", "en")
    assert found["timeStamp"] == "2026-05-01T14:00:00+00:00"


def test_kml_says_all_of_it(client: Client) -> None:
    make_known()
    root = reading.kml(get(client, "kml").content)
    placemark = root.find(f".//{KML}Placemark")
    data = {each.get("name"): each.find(f"{KML}value").text for each in placemark.iter(f"{KML}Data")}
    assert data == {name: value for name, value in EXPECTED.items() if value and name not in ("address", "description")}
    assert placemark.find(f"{KML}Point/{KML}coordinates").text == f"{LONG},{LAT}"
    assert placemark.find(f"{KML}TimeStamp/{KML}when").text == "2026-05-01T07:00:00-05:00"
    assert "CC BY 4.0" in root.find(f"{KML}Document/{KML}description").text


def test_ics_says_the_day_on_which_it_is_expected_at_the_body(client: Client) -> None:
    make_known()
    calendar = reading.ics(get(client, "ics").content)
    event = calendar.walk("VEVENT")[0]
    assert event.decoded("dtstart").isoformat() == "2026-05-19"
    assert event["uid"] == "7KQ-4MX-9GHW@testserver"
    assert event["summary"] == "Pothole, 12 Main Street: Springfield expects to be done"
    assert event.decoded("url") == "http://testserver/requests/7KQ-4MX-9GHW/"
    assert "A crew <b>comes</b> & looks." in event["description"]
    assert "CC BY 4.0" in event["description"]
    assert "CC BY 4.0" in calendar["description"]


@pytest.mark.parametrize(
    "fields", [{"expected_datetime": None}, {"status": "closed"}, {"status": "cancelled"}, {"hidden": True}]
)
def test_the_calendar_holds_what_is_awaited_alone(client: Client, fields: dict[str, Any]) -> None:
    make_known(**fields)
    assert references("ics", get(client, "ics").content) == []


def test_what_people_say_of_a_closing_stands_beside_it(client: Client) -> None:
    make_known(status="closed", verdict="disputed")
    row = reading.table(get(client, "csv").content)[0]
    assert (row["status"], row["public_status"], row["verdict"]) == ("closed", "disputed", "disputed")
    assert row["expected_datetime"] == ""


def test_a_place_in_words_alone_has_no_point(client: Client) -> None:
    known = make_known(place_meant="words", address_string="behind the old mill")
    row = reading.table(get(client, "csv").content)[0]
    assert (row["lat"], row["long"], row["place"]) == ("", "", "behind the old mill")
    assert reading.geojson(get(client, "geojson").content)["features"][0]["geometry"] is None
    for kind in KINDS:
        content = get(client, kind).content
        assert known.reference.encode() in content
        assert str(LONG).encode() not in content


def test_a_body_that_states_no_licence_says_so(client: Client) -> None:
    make_service_request(expected_datetime=NOON)
    for kind in KINDS:
        assert "no licence stated" in get(client, kind).content.replace(b"\r\n ", b"").decode(), kind


def test_pages_in_another_language_give_its_words_and_the_same_values(client: Client) -> None:
    make_known()
    response = client.get("/es/requests/feed.csv")
    row = reading.table(response.content)[0]
    assert (row["public_status"], row["status_label"]) == ("in_progress", "En curso")
    assert row["url"] == "http://testserver/es/requests/7KQ-4MX-9GHW/"
    english, spanish = (reading.atom(client.get(f"{way}/requests/feed.atom").content) for way in ("", "/es"))
    assert spanish.get("{http://www.w3.org/XML/1998/namespace}lang") == "es"
    assert english.find(f"{ATOM}entry/{ATOM}id").text == spanish.find(f"{ATOM}entry/{ATOM}id").text
    assert "En curso" in spanish.find(f"{ATOM}entry/{ATOM}summary").text


def test_the_newest_note_that_is_shown_is_the_one_that_is_said(client: Client) -> None:
    known = make_known()
    later = {"service_request": known, "status": "in_progress", "datetime": NOON + timedelta(days=1)}
    make_status_update(**later, by_body=True, status_notes="Hidden words", hidden=True)
    make_status_update(**later, by_body=True, status_notes="Private words", private=True)
    make_status_update(**later, by_body=True, status_notes="A comment", is_comment=True)
    make_status_update(**later, by_body=False, status_notes="Ours")
    assert reading.table(get(client, "csv").content)[0]["status_notes"] == "A crew <b>comes</b> & looks."


def test_the_number_is_that_of_the_way_which_counts(client: Client) -> None:
    known = make_known()
    make_submission(known, state="delivered", service_request_id="24-002")
    make_submission(known, state="cancelled", service_request_id="24-003")
    assert reading.table(get(client, "csv").content)[0]["service_request_id"] == "24-002"
