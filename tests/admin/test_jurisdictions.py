"""Boundaries drawn, pasted and uploaded; what is wrong with one stands beside it."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from reports.admin.jurisdiction_form import EDITABLE_CHARACTERS
from reports.models import Jurisdiction
from tests.factories import make_endpoint, make_jurisdiction, make_service_request, square

pytestmark = pytest.mark.django_db
ADD = "/admin/reports/jurisdiction/add/"


def answers(**fields: Any) -> dict[str, Any]:
    return {
        "name": "Springfield", "slug": "springfield", "active": "on", "time_zone": "America/Chicago",
        "languages": "en, es", "boundary": json.dumps(square()),
    } | fields  # fmt: skip


def change(jurisdiction: Jurisdiction) -> str:
    return f"/admin/reports/jurisdiction/{jurisdiction.pk}/change/"


def errors(response: Any) -> str:
    assert response.status_code == 200, "the form was taken"
    return str(response.context["adminform"].form.errors.as_text())


def test_a_pasted_boundary_is_stored_with_its_area(staff: Client) -> None:
    assert staff.post(ADD, answers()).status_code == 302
    jurisdiction = Jurisdiction.objects.get()
    assert jurisdiction.boundary["type"] == "MultiPolygon"
    assert jurisdiction.area == pytest.approx(95, abs=5)
    assert jurisdiction.languages == ["en", "es"]


def test_a_feature_collection_in_a_file_takes_the_place_of_the_text(staff: Client) -> None:
    elsewhere = square(10, 20, 0.5)
    feature = {"type": "Feature", "properties": {}, "geometry": elsewhere}
    content = json.dumps({"type": "FeatureCollection", "features": [feature]}).encode("utf-8-sig")
    upload = SimpleUploadedFile("town.geojson", content)
    assert staff.post(ADD, answers(boundary_file=upload)).status_code == 302
    west, south = Jurisdiction.objects.get().boundary["coordinates"][0][0][0]
    assert (round(west), round(south)) in {(19, 9), (20, 10)}


def test_repairs_are_told(staff: Client) -> None:
    ring = square()["coordinates"][0][0]
    clockwise = {"type": "Polygon", "coordinates": [ring[::-1][:-1]]}
    response = staff.post(ADD, answers(boundary=json.dumps(clockwise)), follow=True)
    assert "The boundary was put right" in response.content.decode()
    assert "counter-clockwise" in response.content.decode()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{oops", "not GeoJSON"),
        ('{"type": "Point", "coordinates": [1, 2]}', ""),
        ('{"type": "Polygon", "coordinates": [[[1, 2], [3, 4]]]}', ""),
        ("[" * 100_000, "nested too deeply"),
        ("null", ""),
    ],
)
def test_what_is_no_boundary_is_refused_with_the_reason_and_kept_on_the_page(
    staff: Client, text: str, words: str
) -> None:
    response = staff.post(ADD, answers(boundary=text))
    assert words in errors(response)
    assert "boundary" in response.context["adminform"].form.errors
    assert response.context["adminform"].form["boundary"].value() == text
    assert not Jurisdiction.objects.exists()


def test_a_file_that_is_not_text_is_refused(staff: Client) -> None:
    upload = SimpleUploadedFile("town.shp", b"\x00\x00\x27\x0a\xff\xfe")
    assert "not text in UTF-8" in errors(staff.post(ADD, answers(boundary_file=upload)))


def test_saving_an_unchanged_boundary_leaves_it_as_it_is(staff: Client) -> None:
    jurisdiction = make_jurisdiction("Springfield", slug="springfield", area=12.5)
    form = staff.get(change(jurisdiction)).context["adminform"].form
    staff.post(change(jurisdiction), answers(boundary=form["boundary"].value(), phone="311"))
    jurisdiction.refresh_from_db()
    assert (jurisdiction.phone, jurisdiction.area, jurisdiction.boundary) == ("311", 12.5, square())


def test_an_emptied_map_means_no_boundary_and_says_so(staff: Client) -> None:
    jurisdiction = make_jurisdiction("Springfield", slug="springfield")
    response = staff.post(change(jurisdiction), answers(boundary=""), follow=True)
    jurisdiction.refresh_from_db()
    assert (jurisdiction.boundary, jurisdiction.area) == (None, 0)
    assert "answers nowhere" in response.content.decode()


def detailed() -> dict[str, Any]:
    """A boundary too large to be a form field."""
    steps = EDITABLE_CHARACTERS // 20
    south = [[-89.7 + 0.1 * step / steps, 39.7] for step in range(steps)]
    return {"type": "MultiPolygon", "coordinates": [[[*south, [-89.6, 39.8], [-89.7, 39.8], [-89.7, 39.7]]]]}


def test_a_very_detailed_boundary_is_shown_and_survives_saving(staff: Client) -> None:
    jurisdiction = make_jurisdiction("Springfield", slug="springfield", boundary=detailed())
    page = staff.get(change(jurisdiction))
    assert page.context["adminform"].form["boundary"].value() == ""
    assert "outline-of-boundary" in page.content.decode()
    assert staff.post(change(jurisdiction), answers(boundary="", phone="311")).status_code == 302
    jurisdiction.refresh_from_db()
    assert jurisdiction.phone == "311"
    assert jurisdiction.boundary == detailed()


def test_a_very_detailed_boundary_can_be_replaced_and_removed(staff: Client) -> None:
    jurisdiction = make_jurisdiction("Springfield", slug="springfield", boundary=detailed())
    staff.post(change(jurisdiction), answers())
    jurisdiction.refresh_from_db()
    assert len(jurisdiction.boundary["coordinates"][0][0]) == 5
    Jurisdiction.objects.update(boundary=detailed())
    staff.post(change(jurisdiction), answers(boundary="", remove_boundary="on"))
    jurisdiction.refresh_from_db()
    assert jurisdiction.boundary is None


def test_removing_and_replacing_at_once_is_refused(staff: Client) -> None:
    assert "Take one of the two away" in errors(staff.post(ADD, answers(remove_boundary="on")))


@pytest.mark.parametrize(
    ("field", "value"), [("time_zone", "Mars/Olympus"), ("languages", "en, not a code"), ("website", "x y")]
)
def test_other_fields_are_judged_too(staff: Client, field: str, value: str) -> None:
    assert field in errors(staff.post(ADD, answers(**{field: value})))


def test_a_body_with_requests_is_not_deleted(staff: Client) -> None:
    request = make_service_request()
    url = f"/admin/reports/jurisdiction/{request.jurisdiction_id}/delete/"
    assert "protected related objects" in staff.get(url).content.decode()
    staff.post(url, {"post": "yes"})
    assert Jurisdiction.objects.filter(pk=request.jurisdiction_id).exists()


def test_an_endpoint_without_requests_goes_and_then_its_body(staff: Client) -> None:
    endpoint = make_endpoint()
    staff.post(f"/admin/reports/endpoint/{endpoint.pk}/delete/", {"post": "yes"})
    staff.post(f"/admin/reports/jurisdiction/{endpoint.jurisdiction_id}/delete/", {"post": "yes"})
    assert not Jurisdiction.objects.exists()


def test_without_scripts_the_text_box_is_there_and_the_map_is_not(staff: Client) -> None:
    page = staff.get(ADD).content.decode()
    assert '<textarea name="boundary"' in page
    assert '<div class="boundary-editor__map" data-map hidden' in page
