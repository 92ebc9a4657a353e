"""Volunteers at watched areas: numbers and not places, ending mails, districts."""

import json

import pytest
from django.test import Client

from reports.geo import boundaries
from reports.models import Digest, District, WatchArea
from tests.factories import LAT, LONG, make_jurisdiction, square
from tests.watched import make_area, make_watch

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["watcharea", "watchsubscription", "digest", "district"])
def test_lists_and_pages_open(staff: Client, name: str) -> None:
    watch = make_watch()
    digest = Digest.objects.create(subscription=watch, day="x", since=0, until=1)
    district = District.objects.create(jurisdiction=make_jurisdiction(), name="A", slug="a", boundary=square())
    row = {"watcharea": watch.area, "watchsubscription": watch, "digest": digest, "district": district}[name]
    assert staff.get(f"/admin/reports/{name}/?q=a").status_code == 200
    page = staff.get(f"/admin/reports/{name}/{row.pk}/change/")
    assert page.status_code == 200
    if name == "watcharea":
        assert str(LAT) not in page.content.decode()
        assert "Our street" not in page.content.decode()
        assert str(watch.area.key) not in page.content.decode(), "its page shows where it is"
        assert "Our street" not in staff.get(f"/admin/reports/{name}/{row.pk}/delete/").content.decode()
        assert f"/{row.pk}/change/" in staff.get(f"/admin/reports/{name}/?q={watch.area.key}").content.decode()


def test_ending_one_for_somebody_who_calls(staff: Client) -> None:
    watch = make_watch()
    for _time in range(2):
        staff.post("/admin/reports/watchsubscription/", {"action": "end", "_selected_action": [watch.pk]})
    watch.refresh_from_db()
    assert watch.ended_at is not None


def test_a_district_s_new_boundary_is_that_of_whoever_watches_it(staff: Client) -> None:
    body = make_jurisdiction()
    given = {
        "jurisdiction": body.pk,
        "name": "East",
        "slug": "east",
        "boundary_source": "",
        "boundary": json.dumps(square()),
    }
    assert staff.post("/admin/reports/district/add/", given).status_code == 302
    district = District.objects.get()
    area = make_area(shape=district.boundary, body=body)
    area.districts.add(district)
    url = f"/admin/reports/district/{district.pk}/change/"
    assert staff.post(url, given | {"boundary": json.dumps(square(LAT + 1))}).status_code == 302
    area.refresh_from_db()
    district.refresh_from_db()
    assert area.shape == district.boundary != square()
    for bad in ("", "{", json.dumps({"type": "Point", "coordinates": [LONG, LAT]})):
        assert staff.post(url, given | {"boundary": bad}).status_code == 200
    assert WatchArea.objects.count() == 1


def test_a_boundary_that_an_area_of_several_districts_cannot_take_over_is_an_error_of_the_form(
    staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = make_jurisdiction()
    one, other = (
        District.objects.create(jurisdiction=body, name=name, slug=name.lower(), boundary=square(LAT, LONG + number))
        for number, name in enumerate("AB")
    )
    area = make_area(shape=square(), body=body)
    area.districts.set([one, other])
    monkeypatch.setattr(boundaries, "PLENTY", 8)
    given = {"jurisdiction": body.pk, "name": "A", "slug": "a", "boundary": json.dumps(square(half_side=0.2))}
    answer = staff.post(f"/admin/reports/district/{one.pk}/change/", given)
    assert answer.status_code == 200
    assert "It has 10 positions" in answer.content.decode()
    one.refresh_from_db()
    assert one.boundary == square(LAT, LONG)
