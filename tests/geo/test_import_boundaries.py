import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from reports.geo import routing
from reports.models import Jurisdiction
from tests.factories import square

pytestmark = pytest.mark.django_db

CHICAGO = "1714000"  # its number at the Census Bureau
SHARED = Path(__file__).parents[3] / "shared" / "data"


def feature(name: object, lat: float = 41, long: float = -87, **properties: object) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"name": name, **properties}, "geometry": square(lat, long)}


def text(*features: object) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def written(tmp_path: Path, content: bytes, name: str = "places.geojson") -> Path:
    file = tmp_path / name
    file.write_bytes(content)
    return file


def run(file: Path, *options: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("import_boundaries", str(file), *options, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_features_become_jurisdictions_that_answer(tmp_path: Path) -> None:
    file = written(tmp_path, text(feature("Oak Park", 41, -87, state="IL"), feature("Cañon City", 38, -105)))
    out, _err = run(file, "--time-zone", "America/Chicago")
    assert out.startswith("2 added, 0 updated, 0 skipped")
    park = Jurisdiction.objects.get(slug="oak-park-il")
    assert (park.name, park.time_zone, park.active) == ("Oak Park", "America/Chicago", True)
    assert park.boundary_source == "places.geojson"
    assert park.area == pytest.approx(93.435, abs=0.005)
    assert Jurisdiction.objects.filter(slug="canon-city").exists()
    assert [each.jurisdiction.name for each in routing.jurisdictions_at(41, -87)] == ["Oak Park"]


def test_a_gzipped_file_and_every_option(tmp_path: Path) -> None:
    file = written(tmp_path, gzip.compress(text(feature("x", title="Cook County"))), "counties.geojson.gz")
    options = ["--name-property", "title", "--slug-prefix", "county-", "--inactive", "--source", "Census, 2019"]
    run(file, *options)
    county = Jurisdiction.objects.get()
    assert (county.name, county.slug, county.active) == ("Cook County", "county-cook-county", False)
    assert county.boundary_source == "Census, 2019"
    assert routing.jurisdictions_at(41, -87) == []


def test_of_those_that_are_there_only_the_boundary_changes(tmp_path: Path) -> None:
    run(written(tmp_path, text(feature("Evanston"))))
    before = Jurisdiction.objects.get()
    Jurisdiction.objects.update(name="City of Evanston", active=False, phone="311", time_zone="America/Chicago")
    out, _err = run(written(tmp_path, text(feature("Evanston", 42), feature("Skokie")), "second.geojson"))
    assert out.startswith("1 added, 1 updated")
    after = Jurisdiction.objects.get(pk=before.pk)
    assert (after.name, after.active, after.phone, after.slug) == ("City of Evanston", False, "311", "evanston")
    assert after.boundary != before.boundary
    assert after.area < before.area
    assert after.boundary_source == "second.geojson"
    assert after.updated_at > before.updated_at
    assert after.created_at == before.created_at


def test_an_import_is_seen_by_routing_at_once(tmp_path: Path) -> None:
    run(written(tmp_path, text(feature("Evanston", 41))))
    assert routing.covered(41, -87)
    run(written(tmp_path, text(feature("Evanston", 43))))
    assert not routing.covered(41, -87)
    assert routing.covered(43, -87)


def test_bad_features_are_named_and_left_out(tmp_path: Path) -> None:
    metres = feature("In metres", 5_142_000, -9_754_000)
    bad = [
        metres,
        feature("No shape") | {"geometry": None},
        feature(None),
        feature(""),
        feature("n" * 201),
        feature("...", 41),
        "not a feature",
        None,
        {"type": "Feature", "properties": [], "geometry": square()},
        feature("Good", 50),
    ]
    out, err = run(written(tmp_path, text(feature("Good"), *bad)))
    assert out.startswith("1 added, 0 updated, 10 skipped")
    assert "Skipped In metres: Coordinates such as" in err
    assert "Skipped No shape: There is no polygon" in err
    assert "Skipped Good: another feature" in err
    assert err.count("a feature without a name") == 5
    assert list(Jurisdiction.objects.values_list("name", flat=True)) == ["Good"]


def test_same_names_are_told_apart_by_geoid_every_time(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        text(feature("Lake", geoid="17097"), feature("Lake", 30, geoid="12069"), feature("Cook", geoid="17031")),
    )
    run(file)
    assert set(Jurisdiction.objects.values_list("slug", flat=True)) == {"lake-17097", "lake-12069", "cook"}
    assert run(file)[0].startswith("0 added, 3 updated")


def test_a_dry_run_does_nothing(tmp_path: Path) -> None:
    out, err = run(written(tmp_path, text(feature("Good"), feature("Bad", 95))), "--dry-run")
    assert out.startswith("Dry run: 1 added, 0 updated, 1 skipped")
    assert "Skipped Bad" in err
    assert not Jurisdiction.objects.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "cannot be read"),
        (b"\x00\xff\xfe", "cannot be read"),
        (b"{", "cannot be read"),
        (b"[" * 100_000, "cannot be read"),
        (text(feature("Cut"))[:-20], "cannot be read"),
        (gzip.compress(text(feature("Cut")))[:-20], "cannot be read"),
        (b"\x1f\x8b" + b"rubbish" * 9, "cannot be read"),
        (gzip.compress(text(feature("Cut")))[:-8] + b"\x00" * 8, "cannot be read"),
        (b"[]", "FeatureCollection"),
        (b"null", "FeatureCollection"),
        (json.dumps(feature("Alone")).encode(), "FeatureCollection"),
        (b'{"type": "FeatureCollection", "features": {}}', "FeatureCollection"),
        (b'{"type": "FeatureCollection", "features": []}', "none of its 0 features"),
        (text(feature("Bad", 95), None), "none of its 2 features"),
    ],
)
def test_a_file_that_cannot_be_read_imports_nothing(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(CommandError, match=words):
        run(written(tmp_path, content))
    assert not Jurisdiction.objects.exists()


def test_a_file_that_is_not_there_and_a_zone_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        run(tmp_path / "missing.geojson")
    with pytest.raises(CommandError, match="cannot be read"):
        run(tmp_path)
    with pytest.raises(CommandError, match="not a time zone"):
        run(written(tmp_path, text(feature("Good"))), "--time-zone", "Chicago")
    assert not Jurisdiction.objects.exists()


def every_tenth(places: Path, tmp_path: Path) -> Path:
    """A tenth of the places, spread over the country as they are, Chicago among them."""
    features = json.loads(gzip.decompress(places.read_bytes()))["features"]
    chicago = next(at for at, each in enumerate(features) if each["properties"]["geoid"] == CHICAGO)
    return written(tmp_path, text(*features[chicago % 10 :: 10]), "tenth.geojson")


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.is_dir(), reason="the Census files are not beside the checkout")
@pytest.mark.parametrize("count", [2_967, pytest.param(29_678, marks=pytest.mark.variant)])
def test_all_places_of_the_united_states_go_in_at_once(tmp_path: Path, count: int) -> None:
    """All of them take half a minute, so that a tenth has to do each day."""
    places = SHARED / "us-places.geojson.gz"
    out, err = run(places if count > 10_000 else every_tenth(places, tmp_path))
    assert out.startswith(f"{count} added, 0 updated, 0 skipped")
    assert err == ""
    assert routing.jurisdictions_at(41.8781, -87.6298)[0].jurisdiction.slug == "chicago-il"
