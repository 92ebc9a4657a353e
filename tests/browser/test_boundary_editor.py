"""The map over the boundary's text box, in a real browser, under the site's own content security policy."""

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from reports.models import Jurisdiction
from tests.factories import make_jurisdiction, make_user, square


class Editor:
    """A signed-in volunteer's page, and what its console complained of."""

    def __init__(self, page: Page, complaints: list[str]) -> None:
        self.page = page
        self.complaints = complaints

    def draw(self, *points: tuple[float, float]) -> None:
        """Click at each point of the map in turn; the last is the first once more."""
        box = self.page.locator("[data-map]").bounding_box()
        assert box is not None
        corners = self.page.locator(".leaflet-editing-icon")
        for number, (x, y) in enumerate(points, start=1):
            self.page.mouse.click(box["x"] + x, box["y"] + y)
            expect(corners).to_have_count(number if number < len(points) else 0)  # the last one closes the ring
            self.page.wait_for_timeout(200)  # Leaflet.draw takes no corner within 50 ms of another (_enableNewMarkers)

    def boundary(self) -> Any:
        text = self.page.input_value("#id_boundary")
        return json.loads(text) if text else None


@pytest.fixture
def editor(browser: Browser, live_server: Any, jurisdiction: Jurisdiction) -> Iterator[Editor]:
    client = Client()
    client.force_login(make_user(is_staff=True, is_superuser=True))
    complaints: list[str] = []
    context = browser.new_context(viewport={"width": 1280, "height": 1200})
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    context.route("https://tile.openstreetmap.org/**", lambda route: route.fulfill(status=204, body=""))
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{live_server.url}/admin/reports/jurisdiction/{jurisdiction.pk}/change/")
    page.locator("[data-map].leaflet-container").wait_for()
    yield Editor(page, complaints)
    context.close()


@pytest.fixture
def jurisdiction(transactional_db: None) -> Jurisdiction:
    return make_jurisdiction("Springfield", slug="springfield", time_zone="UTC")


def test_a_stored_boundary_is_drawn_and_left_alone(editor: Editor) -> None:
    assert editor.page.locator("[data-map] path").count() == 1
    assert editor.boundary() == square()
    assert editor.complaints == []


def test_a_second_part_is_drawn_beside_the_first_turned_as_geojson_wants(editor: Editor) -> None:
    editor.page.locator(".leaflet-draw-draw-polygon").click()
    editor.draw((60, 300), (60, 400), (140, 400), (140, 300), (60, 300))
    parts = editor.boundary()["coordinates"]
    assert len(parts) == 2
    for (ring,) in parts:
        assert ring[0] == ring[-1]
        assert sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(ring)) > 0
    assert editor.complaints == []


def test_a_corner_is_moved(editor: Editor) -> None:
    editor.page.locator(".leaflet-draw-edit-edit").click()
    corner = editor.page.locator(".leaflet-editing-icon").first.bounding_box()
    assert corner is not None
    editor.page.mouse.move(corner["x"] + 4, corner["y"] + 4)
    editor.page.mouse.down()
    editor.page.mouse.move(corner["x"] - 40, corner["y"] + 4, steps=4)
    editor.page.mouse.up()
    editor.page.locator(".leaflet-draw-actions a", has_text="Save").first.click()
    changed = editor.boundary()["coordinates"][0][0]
    assert len(changed) == 5
    assert sum(point not in square()["coordinates"][0][0] for point in changed) >= 1


def test_everything_is_deleted_and_the_text_is_empty(editor: Editor) -> None:
    editor.page.locator(".leaflet-draw-edit-remove").click()
    editor.page.locator(".leaflet-draw-actions a", has_text="Clear All").click()
    assert editor.boundary() is None


def test_pasted_text_is_drawn_and_nonsense_is_said_to_be(editor: Editor) -> None:
    polygon = {"type": "Polygon", "coordinates": square(1, 1)["coordinates"][0]}
    feature = {"type": "Feature", "properties": {}, "geometry": polygon}
    both = {"type": "FeatureCollection", "features": [feature, {**feature, "geometry": square(1.5, 1.5)}]}
    editor.page.fill("#id_boundary", json.dumps(both))
    editor.page.locator("#id_boundary_source").click()
    assert editor.page.locator("[data-map] path").count() == 2
    editor.page.fill("#id_boundary", '{"type": "Point", "coordinates": [1, 2]}')
    editor.page.locator("#id_boundary_source").click()
    assert "is not GeoJSON with polygons" in editor.page.locator("[data-problem]").inner_text()
    assert editor.complaints == []


def test_what_is_drawn_is_saved(editor: Editor) -> None:
    editor.page.locator(".leaflet-draw-draw-polygon").click()
    editor.draw((60, 300), (60, 400), (140, 400), (140, 300), (60, 300))
    editor.page.locator("[name=_continue]").click()
    editor.page.locator(".messagelist .success").wait_for()
    assert len(editor.boundary()["coordinates"]) == 2
    editor.page.locator("[data-map] path").nth(1).wait_for()
    assert "put right" not in editor.page.locator(".messagelist").inner_text()
    assert editor.complaints == []


def test_other_pages_offend_no_policy(editor: Editor, live_server: Any) -> None:
    for path in ("", "reports/submission/", "reports/endpoint/add/", "reports/user/add/"):
        editor.page.goto(f"{live_server.url}/admin/{path}")
        editor.page.wait_for_load_state("networkidle")
        assert editor.complaints == [], path
