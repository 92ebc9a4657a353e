"""`import_districts` and `send_digests`, with good input and bad."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from reports.browsing import watching
from reports.geo import boundaries
from reports.management.demo import watching as demo
from reports.models import District, WatchArea, WatchSubscription
from tests.factories import LAT, LONG, make_jurisdiction, make_service_request, square
from tests.watched import make_area, make_watch

pytestmark = pytest.mark.django_db


def run(name: str, *args: Any, **options: Any) -> str:
    out = StringIO()
    call_command(name, *args, stdout=out, **options)
    return out.getvalue()


def wards(path: Path, *names: Any, half_side: float = 0.01) -> Path:
    features = [
        {"type": "Feature", "properties": {"ward": name}, "geometry": square(LAT, LONG + number / 10, half_side)}
        for number, name in enumerate(names)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def test_districts_are_added_then_corrected_and_who_watches_them_is_told_by_the_new_shape(tmp_path: Path) -> None:
    body = make_jurisdiction(slug="here")
    file = wards(tmp_path / "wards.geojson", "Ward 1", 2)
    assert "2 added, 0 updated" in run("import_districts", file, jurisdiction="here", name_field="ward")
    one = District.objects.get(slug="ward-1")
    assert (one.jurisdiction, one.boundary_source, District.objects.get(slug="2").name) == (body, "wards.geojson", "2")
    area = make_area(shape=one.boundary, body=body)
    area.districts.add(one)
    wards(file, "Ward 1", half_side=0.05)
    assert "0 added, 1 updated" in run("import_districts", file, jurisdiction="here", name_field="ward")
    area.refresh_from_db()
    one.refresh_from_db()
    assert area.shape == one.boundary
    assert str(LONG + 0.05)[:6] in json.dumps(area.shape)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "cannot be read"),
        ("{}", "not a GeoJSON FeatureCollection"),
        ('{"type": "FeatureCollection", "features": []}', "no features"),
        ('{"type": "FeatureCollection", "features": [1]}', "no usable name"),
        ('{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"ward": true}}]}', "no usable"),
        ('{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"ward": "A"}}]}', "no polygon"),
    ],
)  # fmt: skip
def test_files_that_are_none_import_nothing(tmp_path: Path, content: str, words: str) -> None:
    make_jurisdiction(slug="here")
    file = tmp_path / "x.geojson"
    file.write_text(content)
    with pytest.raises(CommandError, match=words):
        run("import_districts", file, jurisdiction="here", name_field="ward")
    assert not District.objects.exists()


def test_all_or_nothing(tmp_path: Path) -> None:
    make_jurisdiction(slug="here")
    with pytest.raises(CommandError, match="another one is called"):
        run("import_districts", wards(tmp_path / "x", "A", "B", "a"), jurisdiction="here", name_field="ward")
    with pytest.raises(CommandError, match="No jurisdiction"):
        run("import_districts", wards(tmp_path / "x", "A"), jurisdiction="there\0", name_field="ward")
    with pytest.raises(CommandError, match="cannot be read"):
        run("import_districts", tmp_path / "none", jurisdiction="here")
    assert not District.objects.exists()


def test_what_no_area_can_take_over_is_refused_and_nothing_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = make_jurisdiction(slug="here")
    file = wards(tmp_path / "wards.geojson", "A", "B")
    run("import_districts", file, jurisdiction="here", name_field="ward")
    area = make_area(shape=square(), body=body)
    area.districts.set(District.objects.all())
    before = [district.boundary for district in District.objects.order_by("pk")]
    monkeypatch.setattr(boundaries, "PLENTY", 8)
    with pytest.raises(CommandError, match=r"10 positions.* Nothing was imported"):
        run("import_districts", wards(file, "A", "B", half_side=0.02), jurisdiction="here", name_field="ward")
    area.refresh_from_db()
    assert area.shape == square()
    assert [district.boundary for district in District.objects.order_by("pk")] == before


def test_digests_by_hand() -> None:
    watching.notice()
    make_watch(due_at=None)
    make_service_request()
    assert run("send_digests") == "1 noticed, 0 owed, 0 sent.\n"
    assert run("send_digests", "--now") == "0 noticed, 1 owed, 1 sent.\n"
    assert run("send_digests", "--now") == "0 noticed, 0 owed, 0 sent.\n"
    assert len(mail.outbox) == 1


def test_the_demo_s_areas_are_made_once() -> None:
    demo.seed()
    assert not WatchArea.objects.exists()
    middle = demo.MIDDLE
    make_jurisdiction(slug=demo.CITY, boundary=square(middle.lat, middle.long))
    for _time in range(2):
        demo.seed()
    assert District.objects.count() == 4
    assert set(WatchSubscription.objects.values_list("email", "locale")) == {(demo.NEIGHBOUR, "es"), (demo.BOARD, "en")}
    assert WatchArea.objects.get(name="Eastside Neighbors").districts.count() == 2
