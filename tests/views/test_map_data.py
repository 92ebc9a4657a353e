"""The map of reports: its page with and without scripts, and what it asks while it is moved."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from reports import clock
from reports.models import ServiceRequest
from tests.factories import LAT, LONG, make_endpoint, make_jurisdiction, make_service, make_service_request
from tests.views.test_service_requests import text

pytestmark = pytest.mark.django_db
BOX = f"{LONG - 0.1},{LAT - 0.1},{LONG + 0.1},{LAT + 0.1}"


def copies(model: ServiceRequest, count: int, **changes: Any) -> None:
    """So many more like it."""
    names = ("jurisdiction", "endpoint", "service_code", "service_name", "lat", "long", "status", "requested_datetime")
    fields = {name: getattr(model, name) for name in names} | changes
    ServiceRequest.objects.bulk_create(ServiceRequest(**fields) for _number in range(count))


class TestPage:
    def test_without_scripts_the_page_lists_the_reports(self, client: Client) -> None:
        request = make_service_request()
        page = client.get("/requests/map/").content.decode()
        assert request.get_absolute_url() in page
        assert "The map needs JavaScript" in page
        assert 'data-requests="/requests/map.geojson"' in page

    def test_without_scripts_the_list_is_whole_page_by_page(self, client: Client) -> None:
        copies(make_service_request(), 25)
        page = client.get("/requests/map/?status=received").content.decode()
        assert page.count('class="request-row__title"><a href="/requests/') == 25
        assert "status=received&amp;page=2" in page
        assert client.get("/requests/map/?page=2").content.decode().count('request-row__title"><a href="/req') == 1
        for bad in ("3", "0", "-1", "x"):
            response = client.get(f"/requests/map/?page={bad}")
            assert response.status_code == 404
            assert f"no page “{bad}”" in text(response)

    def test_scripts_carry_the_nonce_of_the_policy(self, client: Client) -> None:
        response = client.get("/requests/map/")
        nonce = re.search(r"'nonce-([^']+)'", response["Content-Security-Policy"])
        assert nonce
        inline = re.findall(r"<script(?![^>]*(?:src|application/json))([^>]*)>", response.content.decode())
        assert inline
        assert all(nonce[1] in attributes for attributes in inline)

    def test_filters_go_with_the_markers_and_set_the_view(self, client: Client) -> None:
        make_service_request(status="in_progress")
        page = client.get("/requests/map/?status=in_progress").content.decode()
        assert 'data-requests="/requests/map.geojson?status=in_progress"' in page
        assert f'data-bounds="{LONG:.6f},{LAT:.6f},{LONG:.6f},{LAT:.6f}"' in page
        assert '<a class="icon-link" href="/requests/?status=in_progress">' in page

    def test_a_part_of_the_map_sets_the_view_and_is_no_filter_once_it_moves(self, client: Client) -> None:
        make_service_request()
        page = client.get(f"/requests/map/?bbox={BOX}&status=received").content.decode()
        assert f'data-bounds="{LONG - 0.1:.6f},' in page
        assert 'data-requests="/requests/map.geojson?status=received"' in page
        assert 'name="bbox"' not in page

    def test_what_has_no_point_is_led_to_from_the_map(self, client: Client) -> None:
        """With scripts the list beside the map holds what the map shows, and these it cannot show."""
        make_service_request(place_meant="words", status="accepted", service_name="Lost bench")
        page = client.get("/requests/map/?status=accepted").content.decode()
        assert "Lost bench" in page
        link = '<a href="/requests/?status=accepted">Reports whose place was said in words alone'
        assert f'<p class="meta js-only">{link}' in page
        assert "Lost bench" in text(client.get("/requests/?status=accepted"))

    def test_what_ended_long_ago_is_left_out_and_counted(self, client: Client, settings: Any) -> None:
        settings.MAP_CLOSED_DAYS = 7
        ended_at = clock.now() - timedelta(days=8)
        old, fresh = make_service_request(status="closed", ended_at=ended_at), make_service_request()
        copies(old, 1, ended_at=ended_at)
        response = client.get("/requests/map/")
        page = response.content.decode()
        assert fresh.reference in page
        assert old.reference not in page
        assert "2 reports that ended more than 7 days ago are left out. Show them, too" in text(response)
        assert 'href="?ended=all"' in page
        response = client.get("/requests/map/?ended=all")
        assert old.reference in response.content.decode()
        assert "What ended more than 7 days ago is here, too." in text(response)
        assert 'data-requests="/requests/map.geojson?ended=all"' in response.content.decode()
        assert '<input type="hidden" name="ended" value="all"' in response.content.decode()
        assert old.reference in client.get("/requests/").content.decode()
        assert old.reference not in client.get("/requests/?ended=recent").content.decode()


class TestData:
    def test_one_report_is_a_pin_with_the_words_of_its_row(self, client: Client) -> None:
        request = make_service_request(status="accepted")
        make_service_request(lat=LAT + 1)
        make_service_request(hidden=True)
        response = client.get(f"/requests/map.geojson?bbox={BOX}&zoom=12")
        answer = response.json()
        assert response["Content-Type"] == "application/geo+json"
        [feature] = answer["features"]
        assert feature["id"] == request.reference
        assert feature["geometry"] == {"type": "Point", "coordinates": [LONG, LAT]}
        words = {
            "url": f"/requests/{request.reference}/",
            "service_name": "Pothole",
            "service_lang": "en",
            "place": "12 Main Street",
            "about": "",
            "status": "accepted",
            "status_label": "Accepted",
        }
        assert feature["properties"] | {"about": ""} == words
        assert answer["rows"] == [feature["properties"]]
        assert (answer["total"], answer["note"]) == (1, "1 report in this part of the map")

    def test_where_nothing_fits_anywhere_moving_the_map_is_not_advised(self, client: Client) -> None:
        make_service_request(lat=LAT + 1)
        asked = f"/requests/map.geojson?bbox={BOX}&zoom=14"
        assert client.get(asked).json()["note"] == "No reports in this part of the map. Move it or zoom out."
        nowhere = client.get(f"{asked}&q=zeppelin").json()
        assert (nowhere["total"], nowhere["note"]) == (0, "No report fits. Use fewer words, or take a filter away.")

    def test_many_are_counted_in_two_queries(self, client: Client, django_assert_num_queries: Any) -> None:
        model = make_service_request()
        copies(model, 1200)
        copies(model, 34, lat=LAT + 0.05, status="closed")
        client.get("/requests/map.geojson")
        with django_assert_num_queries(2):  # what changed, and the rows
            answer = client.get(f"/requests/map.geojson?bbox={BOX}&zoom=12").json()
        ended, other = (feature["properties"] for feature in answer["features"])
        assert ended == {"count": 34, "open": 0, "listed": True, "label": "34 reports, 0 of them open. Show them."}
        assert other["label"] == "1,201 reports, 1,201 of them open. Show them."
        assert answer["note"] == "1,235 reports in this part of the map"
        assert (len(answer["rows"]), answer["total"]) == (25, 1235)

    def test_a_cluster_leads_to_just_its_reports(self, client: Client) -> None:
        for lat, long in ((LAT, LONG), (LAT + 0.0011234567891, LONG - 0.0021234567891), (LAT + 0.08, LONG)):
            make_service_request(lat=lat, long=long)
        answer = client.get(f"/requests/map.geojson?bbox={BOX}&zoom=10").json()
        several = next(feature for feature in answer["features"] if feature.get("bbox"))
        assert several["properties"]["label"] == "2 reports, 2 of them open. Zoom in."
        inner = client.get("/requests/map.geojson", {"bbox": ",".join(map(str, several["bbox"])), "zoom": "17"}).json()
        assert inner["total"] == 2
        assert "2 reports, newest first" in text(client.get(inner["list_url"]))

    def test_the_list_beside_counts_what_the_map_does(self, client: Client) -> None:
        old = make_service_request(status="closed", ended_at=clock.now() - timedelta(days=90))
        make_service_request()
        for switch, count in (("", 1), ("&ended=all", 2)):
            answer = client.get(f"/requests/map.geojson?bbox={BOX}{switch}").json()
            assert answer["total"] == len(answer["rows"]) == count
            listed = client.get(answer["list_url"])
            assert f"{count} report" in text(listed)
            assert (old.reference in listed.content.decode()) is bool(switch)

    def test_filters_hold_and_what_is_not_understood_is_left_out(self, client: Client) -> None:
        lamp = make_service_request(make_service(service_name="Lamp"))
        make_service_request()
        answer = client.get("/requests/map.geojson?service=Lamp&status=nonsense&body=%00&q=%00").json()
        assert [feature["id"] for feature in answer["features"]] == [lamp.reference]

    @pytest.mark.parametrize(
        "bbox",
        ["", "1,2,3", "a,b,c,d", "1,2,3,nan", "0,5,1,1", "0,-91,1,1", "0,0,1,91", "\0", "1," * 5000, "‮1,2,3,4"],
    )
    def test_a_bad_box_is_refused_in_words(self, client: Client, bbox: str) -> None:
        response = client.get("/requests/map.geojson", {"bbox": bbox})
        assert response.status_code == 400
        assert re.search("bbox|200 characters|Null", response.json()["error"])

    @pytest.mark.parametrize("zoom", ["", "x", "-1", "23", "9" * 5000, "1.5", "\0"])
    def test_a_bad_zoom_is_refused_in_words(self, client: Client, zoom: str) -> None:
        response = client.get("/requests/map.geojson", {"bbox": BOX, "zoom": zoom})
        assert response.status_code == 400
        assert "zoom takes a whole number from 0 to 22" in response.json()["error"]

    @pytest.mark.parametrize(
        "bbox",
        [
            f"{LONG},{LAT},{LONG},{LAT}", "-180,-90,180,90", "-900,-85,900,85", f"170,{LAT - 1},{LONG + 1},{LAT + 1}",
            f"{LONG + 359},{LAT - 1},{LONG + 361},{LAT + 1}",
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("zoom", ["0", "22"])
    def test_boxes_of_no_size_round_the_world_and_over_the_date_line(
        self, client: Client, bbox: str, zoom: str
    ) -> None:
        request = make_service_request()
        [feature] = client.get("/requests/map.geojson", {"bbox": bbox, "zoom": zoom}).json()["features"]
        assert feature["id"] == request.reference

    def test_nothing_in_view_says_what_to_do(self, client: Client) -> None:
        make_service_request()
        assert "zoom out" in client.get("/requests/map.geojson?bbox=0,0,1,1").json()["note"]

    def test_the_same_answer_is_not_sent_twice(self, client: Client) -> None:
        request = make_service_request(requested_datetime=clock.now() - timedelta(days=3, hours=1))
        address = f"/requests/map.geojson?bbox={BOX}&zoom=12"
        first = client.get(address)
        assert first["Cache-Control"] == "public, max-age=30"
        again = client.get(address, headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again["Cache-Control"] == "public, max-age=30"
        ServiceRequest.objects.filter(pk=request.pk).update(status="accepted")
        assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 200

    def test_no_session_is_touched(self, client: Client) -> None:
        body = make_jurisdiction()
        make_service_request(make_service(make_endpoint(body)))
        client.cookies["sessionid"] = "forged-and-long-enough"
        response = client.get("/requests/map.geojson")
        assert not response.cookies
        assert "Cookie" not in response.get("Vary", "")
        assert client.post("/requests/map.geojson").status_code == 405

    def test_in_spanish(self, client: Client) -> None:
        copies(make_service_request(), 1)
        [feature] = client.get("/es/requests/map.geojson").json()["features"]
        assert feature["properties"]["count"] == 2
        assert client.get("/es/requests/map.geojson").json()["list_url"].startswith("/es/requests/?")
