import contextlib
import copy
import json
import math
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from reports.geo.boundaries import BoundaryError, clean, set_boundary
from reports.geo.measures import metres_to, segments_of, square_kilometres
from reports.models import Jurisdiction
from tests.factories import square

DEMO = Path(__file__).parents[2] / "reports" / "geo" / "data" / "demo-boundaries.geojson"
RING = [[-88, 41], [-87, 41], [-87, 42], [-88, 42], [-88, 41]]  # counter-clockwise
HOLE = [[-87.6, 41.4], [-87.6, 41.6], [-87.4, 41.6], [-87.4, 41.4], [-87.6, 41.4]]


def polygon(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def feature(geometry: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": {}, "geometry": geometry}


def collection(*features: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def moved(ring: list[list[float]], east: float) -> list[list[float]]:
    return [[long + east, lat] for long, lat in ring]


def reason(geojson: object) -> str:
    with pytest.raises(BoundaryError) as caught:
        clean(geojson)
    return str(caught.value)


def test_a_good_polygon_is_taken_as_it_is() -> None:
    boundary = clean(polygon(RING, HOLE))
    assert boundary.multipolygon == {"type": "MultiPolygon", "coordinates": [[RING, HOLE]]}
    assert boundary.repairs == ()


@pytest.mark.parametrize("name", ["Chicago", "Evanston", "Oak Park", "Bloomington", "Cook", "Monroe"])
def test_of_the_demo_boundaries_only_the_rings_are_turned(name: str) -> None:
    found = next(each for each in json.loads(DEMO.read_text())["features"] if each["properties"]["name"] == name)
    boundary = clean(found)
    assert boundary.repairs == ("rings turned, outer ones counter-clockwise",)
    assert json.loads(json.dumps(boundary.multipolygon)) == boundary.multipolygon
    before = shapely.get_coordinates(shapely.from_geojson(json.dumps(found))).tolist()
    after = shapely.get_coordinates(shapely.from_geojson(json.dumps(boundary.multipolygon))).tolist()
    assert sorted(after) == sorted(before)


@pytest.mark.parametrize(
    "wrap",
    [
        feature,
        lambda geometry: collection(feature(geometry)),
        lambda geometry: collection(feature(None), feature(geometry)),
        lambda geometry: {"type": "GeometryCollection", "geometries": [geometry]},
        lambda geometry: {"type": "MultiPolygon", "coordinates": [geometry["coordinates"]]},
        lambda geometry: {**geometry, "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}},
    ],
)
def test_every_wrapping_of_a_polygon_is_understood(wrap: Any) -> None:
    assert clean(wrap(polygon(RING))) == clean(polygon(RING))


def test_features_become_their_union() -> None:
    apart = clean(collection(feature(polygon(RING)), feature(polygon(moved(RING, 5)))))
    assert len(apart.multipolygon["coordinates"]) == 2
    assert apart.repairs == ()
    neighbours = clean(collection(feature(polygon(RING)), feature(polygon(moved(RING, 1)))))
    assert len(neighbours.multipolygon["coordinates"]) == 1
    assert neighbours.area == pytest.approx(2 * clean(polygon(RING)).area)
    assert "joined" in neighbours.repairs[0]


def test_what_can_be_put_right_is_and_is_named() -> None:
    untidy = polygon([[*position, 180.5] for position in reversed(RING[1:])])
    before = copy.deepcopy(untidy)
    boundary = clean(untidy)
    assert shapely.equals(shapely.from_geojson(json.dumps(boundary.multipolygon)), shapely.box(-88, 41, -87, 42))
    assert shapely.is_ccw(shapely.LinearRing(boundary.multipolygon["coordinates"][0][0]))
    assert [each.split()[0] for each in boundary.repairs] == ["altitudes", "open", "rings"]
    assert untidy == before


def test_a_small_crossing_is_repaired() -> None:
    loop = [[-87.499, 42], [-87.501, 42.001], [-87.499, 42.001], [-87.501, 42]]
    boundary = clean(polygon([[-88, 41], [-87, 41], [-87, 42], *loop, [-88, 42], [-88, 41]]))
    assert "crossing" in boundary.repairs[0]
    assert shapely.from_geojson(json.dumps(boundary.multipolygon)).is_valid


def test_a_crossing_that_changes_the_area_is_refused_with_its_place() -> None:
    figure_eight = [[-88, 41], [-87, 42], [-87, 41], [-88, 42], [-88, 41]]
    assert "-87.5 41.5" in reason(polygon(figure_eight))


@pytest.mark.parametrize(
    ("geojson", "words"),
    [
        (None, "not GeoJSON"),
        ([], "not GeoJSON"),
        ("a text", "not GeoJSON"),
        ({}, "None"),
        ({"type": "Topology"}, "Topology"),
        ({"type": "Point", "coordinates": [-87, 41]}, "Point"),
        (feature({"type": "LineString", "coordinates": RING}), "LineString"),
        (feature(None), "no polygon"),
        (collection(), "no polygon"),
        ({"type": "FeatureCollection"}, "features"),
        ({"type": "FeatureCollection", "features": [None]}, "not GeoJSON"),
        ({"type": "Polygon"}, "coordinates"),
        ({"type": "Polygon", "coordinates": {"0": 1}}, "coordinates"),
        (polygon(), "no ring"),
        (polygon([]), "at least 4"),
        (polygon([[-88, 41], [-87, 41], [-88, 41]]), "at least 4"),
        (polygon(-88), "not a list"),
        (polygon([-88, 41, -87, 42]), "pair"),
        (polygon([[-88], *RING]), "pair"),
        (polygon([["-88", "41"], *RING]), "finite number"),
        (polygon([[None, 41], *RING]), "finite number"),
        (polygon([[[1, 2], 41], *RING]), "finite number"),
        (polygon([[10**400, 41], *RING]), "finite number"),
        (polygon([[math.nan, 41], *RING]), "finite number"),
        (polygon([[math.inf, 41], *RING]), "finite number"),
        (polygon([[-9754000, 5142000], [-9753000, 5142000], [-9753000, 5143000]]), "metres"),
        (polygon([[lat, long] for long, lat in moved(RING, -30)]), "swapped"),
        (polygon([[lat, long] for long, lat in RING]), "swapped"),
        (polygon([[200, 41], [201, 41], [201, 42]]), "-180 to 180"),
        (polygon([[179, 51], [-179, 51], [-179, 52], [179, 52]]), "180th meridian"),
        (polygon([[-88, 41]] * 5), "no area"),
        (polygon([[-88, 41], [-87, 41], [-86, 41], [-88, 41]]), "no area"),
        ({**polygon(RING), "crs": {"properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}}, "3857"),
        ({**polygon(RING), "crs": "EPSG:2163"}, "2163"),
    ],
)
def test_what_is_no_boundary_is_refused_with_a_reason(geojson: object, words: str) -> None:
    assert words in reason(geojson)


def test_a_boundary_with_both_sides_of_the_180th_meridian_is_cut_there() -> None:
    east, west = [[179, 51], [180, 51], [180, 52], [179, 52]], [[-180, 51], [-179, 51], [-179, 52], [-180, 52]]
    islands = {"type": "MultiPolygon", "coordinates": [[east], [west]]}
    assert clean(islands).area == pytest.approx(2 * clean(polygon([[0, 51], [1, 51], [1, 52], [0, 52]])).area)


def test_an_endlessly_nested_collection_is_no_crash() -> None:
    nested: dict[str, Any] = polygon(RING)
    for _ in range(5000):
        nested = {"type": "GeometryCollection", "geometries": [nested]}
    assert clean(nested) == clean(polygon(RING))


def test_an_outline_of_very_many_positions_is_simplified() -> None:
    turns = [2 * math.pi * step / 60_000 for step in range(60_000)]
    circle = [[-87 + math.cos(turn), 41 + math.sin(turn)] for turn in turns]
    boundary = clean(polygon(circle))
    assert len(boundary.multipolygon["coordinates"][0][0]) < 2000
    assert "60001" in " ".join(boundary.repairs)
    assert boundary.area == pytest.approx(square_kilometres(shapely.Polygon(circle)), rel=1e-4)


def test_area_of_known_cells() -> None:
    # One degree by one on the WGS84 ellipsoid, from geographiclib's PolygonArea.
    assert clean(polygon([[0, 0], [1, 0], [1, 1], [0, 1]])).area == pytest.approx(12308.78, rel=1e-4)
    whole_north = polygon([[-180, 0], [-60, 0], [60, 0], [180, 0], [180, 90], [60, 90], [-60, 90], [-180, 90]])
    assert clean(whole_north).area == pytest.approx(510_065_622 / 2, rel=1e-6)


def test_area_leaves_holes_out() -> None:
    assert clean(polygon(RING, HOLE)).area == pytest.approx(clean(polygon(RING)).area - clean(polygon(HOLE)).area)


def test_set_boundary_assigns_and_does_not_save() -> None:
    jurisdiction = Jurisdiction(name="Springfield", slug="springfield", boundary_source="drawn by hand")
    boundary = set_boundary(jurisdiction, polygon(RING))
    assert (jurisdiction.boundary, jurisdiction.area) == (boundary.multipolygon, boundary.area)
    assert jurisdiction.boundary_source == "drawn by hand"
    set_boundary(jurisdiction, polygon(RING), source="the county's GIS")
    assert jurisdiction.boundary_source == "the county's GIS"
    assert jurisdiction.pk is None
    with pytest.raises(BoundaryError):
        set_boundary(jurisdiction, {})
    assert jurisdiction.boundary == boundary.multipolygon


numbers = st.one_of(st.integers(), st.floats(), st.text(max_size=3), st.none(), st.booleans())
positions = st.one_of(st.lists(st.one_of(numbers, st.floats(-180, 180)), max_size=4), numbers)
anything = st.recursive(
    numbers,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.fixed_dictionaries(
            {
                "type": st.sampled_from(
                    ["Polygon", "MultiPolygon", "Feature", "FeatureCollection", "GeometryCollection", 3]
                )
            },
            optional=dict.fromkeys(("coordinates", "geometry", "features", "geometries", "crs"), inner),
        ),
    ),
    max_leaves=20,
)


@given(geojson=st.one_of(anything, st.builds(polygon, st.lists(positions, max_size=6))))
def test_nothing_else_than_a_boundary_or_a_reason_comes_out(geojson: object) -> None:
    with contextlib.suppress(BoundaryError):
        boundary = clean(geojson)
        assert shapely.from_geojson(json.dumps(boundary.multipolygon)).is_valid
        assert boundary.area > 0


@given(
    ring=st.lists(st.tuples(st.floats(-10, 10), st.floats(50, 60)), min_size=3, max_size=8),
)
def test_any_ring_becomes_valid_and_turned_or_is_refused(ring: list[tuple[float, float]]) -> None:
    try:
        boundary = clean(polygon(ring))
    except BoundaryError:
        return
    shape = shapely.from_geojson(json.dumps(boundary.multipolygon))
    assert shape.is_valid
    assert all(part.exterior.is_ccw for part in shape.geoms)
    assert clean(boundary.multipolygon).multipolygon == boundary.multipolygon


def test_distance_to_a_border_is_in_metres_inside_and_outside() -> None:
    segments = segments_of(shapely.from_geojson(json.dumps(square(60, 10, 0.1))))
    assert metres_to(60, 10, segments) == pytest.approx(0.1 * 111_195 * 0.5, rel=0.01)
    assert metres_to(60.2, 10, segments) == pytest.approx(0.1 * 111_195, rel=0.01)
    assert metres_to(60.1, 10.05, segments) == pytest.approx(0, abs=0.01)


def test_a_cut_at_the_180th_meridian_is_no_border() -> None:
    segments = segments_of(shapely.box(179, -1, 180, 1))
    assert metres_to(0, 179.9, segments) == pytest.approx(0.9 * 111_195, rel=0.01)
    assert metres_to(0, -179.9, segments) == pytest.approx(math.hypot(1, 0.1) * 111_195, rel=0.01)
    assert metres_to(0, 0, segments[:0]) == math.inf
