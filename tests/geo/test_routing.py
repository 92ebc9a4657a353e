import json
import math
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from reports.geo import freshness, routing
from reports.models import Jurisdiction, ServiceOverride
from tests.factories import LAT, LONG, make_endpoint, make_jurisdiction, make_service, square

pytestmark = pytest.mark.django_db


def names_at(lat: float, long: float) -> list[str]:
    return [each.jurisdiction.name for each in routing.jurisdictions_at(lat, long)]


def near_names(lat: float, long: float) -> list[str]:
    return [each.jurisdiction.name for each in routing.near_border(lat, long)]


def in_another_connection(work: Any) -> None:
    """Run it where another process would: in a thread with a connection of its own."""
    problems: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 (handed to the test's own thread)
            problems.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert not problems, problems


def test_the_most_local_body_comes_first_with_a_reason() -> None:
    make_jurisdiction("County", boundary=square(half_side=0.5), area=9000)
    make_jurisdiction("City", area=100)
    make_jurisdiction("State", boundary=square(half_side=2), area=150_000)
    answering = routing.jurisdictions_at(LAT, LONG)
    assert [each.jurisdiction.name for each in answering] == ["City", "County", "State"]
    assert answering[0].border_metres == pytest.approx(0.05 * 111_195 * math.cos(math.radians(LAT)), rel=0.01)
    assert answering[0].reason == "Inside City, 4.3 km from its border."
    assert names_at(LAT + 0.1, LONG) == ["County", "State"]


def test_a_body_saved_without_its_area_is_not_taken_for_the_smallest() -> None:
    make_jurisdiction("State", boundary=square(half_side=2), area=0)
    make_jurisdiction("City", area=100)
    assert names_at(LAT, LONG) == ["City", "State"]


def test_a_point_on_the_border_is_inside() -> None:
    make_jurisdiction("West", boundary=square(40, -90, 0.5))
    make_jurisdiction("East", boundary=square(40, -89, 0.5))
    answering = routing.jurisdictions_at(40, -89.5)
    assert {each.jurisdiction.name for each in answering} == {"West", "East"}
    assert all("border" in each.reason and each.border_metres < 0.01 for each in answering)
    assert routing.near_border(40, -89.5) == []
    assert names_at(40.5, -89.5) == ["East", "West"]  # the corner that both share


def test_a_hole_is_outside_and_its_rim_is_near() -> None:
    outer, inner = square(half_side=1)["coordinates"][0][0], square(half_side=0.1)["coordinates"][0][0]
    make_jurisdiction("Ring", boundary={"type": "MultiPolygon", "coordinates": [[outer, inner[::-1]]]})
    assert names_at(LAT, LONG) == []
    assert names_at(LAT + 0.5, LONG) == ["Ring"]
    assert near_names(LAT + 0.09999, LONG) == ["Ring"]


def test_near_border_names_the_other_side_only(settings: Any) -> None:
    settings.BORDER_METRES = 25
    make_jurisdiction("West", boundary=square(40, -90, 0.5))
    make_jurisdiction("East", boundary=square(40, -89, 0.5))
    metre = 1 / (111_195 * math.cos(math.radians(40)))
    assert (names_at(40, -89.5 - 20 * metre), near_names(40, -89.5 - 20 * metre)) == (["West"], ["East"])
    assert routing.near_border(40, -89.5 - 20 * metre)[0].metres == pytest.approx(20, rel=0.01)
    assert near_names(40, -89.5 - 30 * metre) == []
    settings.BORDER_METRES = 50
    assert near_names(40, -89.5 - 30 * metre) == ["East"]


def test_at_sea_nobody_answers_and_the_nearest_are_named() -> None:
    make_jurisdiction("Near", boundary=square(40, -70, 1))
    make_jurisdiction("Middle", boundary=square(40, -75, 1))
    make_jurisdiction("Far", boundary=square(40, -120, 1))
    assert names_at(40, -60) == []
    found = routing.nearest(40, -60, limit=2)
    assert [each.jurisdiction.name for each in found] == ["Near", "Middle"]
    assert found[0].metres == pytest.approx(764_000, rel=0.02)  # 9 degrees along the 40th parallel, great circle
    assert [each.jurisdiction.name for each in routing.nearest(40, -70)] == ["Near", "Middle", "Far"]
    assert routing.nearest(40, -70)[0].metres == 0
    assert routing.nearest(40, -60, limit=0) == []


def test_without_any_body_there_is_nothing_and_no_error() -> None:
    for lat, long in [(LAT, LONG), (90, 0), (-90, 180), (0, -180)]:
        assert routing.jurisdictions_at(lat, long) == []
        assert routing.near_border(lat, long) == []
        assert routing.nearest(lat, long) == []
        assert routing.services_at(lat, long) == []
    assert routing.outlines() == {"type": "FeatureCollection", "features": []}


def test_the_180th_meridian_has_two_names() -> None:
    make_jurisdiction("Fiji", boundary=square(-17, 179, 1))
    assert names_at(-17, 180) == ["Fiji"]
    assert names_at(-17, -180) == ["Fiji"]
    assert near_names(-17, -179.99999) == []  # the cut is not a border, and nothing lies beyond it
    make_jurisdiction("Coast", boundary=square(10, 179.4999, 0.5))
    assert near_names(10, -180) == ["Coast"]
    assert routing.nearest(-17, -179)[0].metres < 200_000


def test_the_poles_are_points_like_others() -> None:
    make_jurisdiction("North", boundary=square(89, 0, 1))
    assert names_at(90, 0) == ["North"]
    assert names_at(-90, 0) == []
    assert routing.nearest(90, 90)[0].metres < 1


@pytest.mark.parametrize(
    ("lat", "long", "words"),
    [
        (math.nan, 0, "finite"),
        (0, math.inf, "finite"),
        (91, 200, "-90 to 90"),
        (0, 181, "-180 to 180"),
        (-122.4, 37.8, "swapped"),
        ("north", 0, "numbers"),
        (None, None, "numbers"),
        (10**400, 0, "numbers"),
    ],
)
@pytest.mark.parametrize("ask", [routing.jurisdictions_at, routing.near_border, routing.nearest, routing.services_at])
def test_what_is_no_point_is_a_value_error(ask: Any, lat: Any, long: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ask(lat, long)


def test_only_active_bodies_with_a_boundary_answer() -> None:
    make_jurisdiction("Asleep", active=False)
    Jurisdiction.objects.create(name="Nowhere", slug="nowhere")
    assert names_at(LAT, LONG) == []
    assert routing.outlines()["features"] == []


def test_a_boundary_that_cannot_be_read_is_left_out_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    make_jurisdiction("Broken", slug="broken", boundary={"type": "MultiPolygon", "coordinates": "none"})
    make_jurisdiction("Point", slug="point", boundary={"type": "Point", "coordinates": [LONG, LAT]})
    make_jurisdiction("Good")
    assert names_at(LAT, LONG) == ["Good"]
    assert "broken" in caplog.text
    assert "point" in caplog.text


def test_services_of_answering_bodies_in_order() -> None:
    city = make_endpoint(make_jurisdiction("City", area=100))
    county = make_endpoint(make_jurisdiction("County", boundary=square(half_side=1), area=9000))
    make_service(county, service_name="Bridge", group="Roads")
    make_service(city, service_name="Tree", group="Parks")
    make_service(city, service_name="Pothole", group="Roads")
    ServiceOverride.objects.create(service=make_service(county, service_name="Flood"), order=-1)
    ServiceOverride.objects.create(service=make_service(city, service_name="Hidden"), hidden=True)
    make_service(city, service_name="Suspended", suspended=True)
    make_service(make_endpoint(city.jurisdiction, active=False), service_name="Endpoint off")
    make_service(make_endpoint(make_jurisdiction("Elsewhere", boundary=square(0, 0))), service_name="Elsewhere")
    assert [each.service_name for each in routing.services_at(LAT, LONG)] == ["Flood", "Tree", "Pothole", "Bridge"]
    assert [each.service_name for each in routing.services_at(LAT + 0.5, LONG)] == ["Flood", "Bridge"]


def test_services_come_with_their_bodies_and_overrides(django_assert_num_queries: Any) -> None:
    make_service(make_endpoint(make_jurisdiction("City")))
    services = routing.services_at(LAT, LONG)
    with django_assert_num_queries(0):
        assert services[0].endpoint.jurisdiction.name == "City"
        assert services[0].shown_name == "Pothole"


def test_outlines_carry_names_and_follow_changes() -> None:
    body = make_jurisdiction("City", slug="city")
    (feature,) = routing.outlines()["features"]
    assert feature["properties"] == {"name": "City", "slug": "city"}
    assert json.loads(json.dumps(feature["geometry"]))["type"] in ("Polygon", "MultiPolygon")
    assert routing.outlines() is routing.outlines()
    body.name = "Town"
    body.save()
    assert routing.outlines()["features"][0]["properties"]["name"] == "Town"


def test_the_index_is_kept_while_nothing_changes(django_assert_num_queries: Any) -> None:
    make_jurisdiction()
    index = freshness.index()
    with django_assert_num_queries(1):
        assert freshness.index() is index


@pytest.mark.parametrize(
    "change",
    [
        lambda body: Jurisdiction.objects.filter(pk=body.pk).update(active=False),
        lambda body: Jurisdiction.objects.filter(pk=body.pk).delete(),
        lambda body: Jurisdiction.objects.filter(pk=body.pk).update(boundary=square(0, 0), area=101),
        lambda body: Jurisdiction.objects.filter(pk=body.pk).update(boundary=None, updated_at=timezone.now()),
    ],
)
def test_every_kind_of_change_is_seen_at_once(change: Any) -> None:
    body = make_jurisdiction("City")
    assert names_at(LAT, LONG) == ["City"]
    change(body)
    assert names_at(LAT, LONG) == []
    assert not routing.covered(LAT, LONG)


def test_a_change_that_was_undone_is_unseen_again() -> None:
    body = make_jurisdiction("City")
    with transaction.atomic():
        Jurisdiction.objects.filter(pk=body.pk).update(active=False)
        assert not routing.covered(LAT, LONG)
        transaction.set_rollback(True)
    assert routing.covered(LAT, LONG)


@pytest.mark.django_db(transaction=True)
def test_changes_by_another_connection_are_seen_without_a_restart() -> None:
    body = make_jurisdiction("City")
    assert names_at(LAT, LONG) == ["City"]
    in_another_connection(lambda: Jurisdiction.objects.filter(pk=body.pk).update(active=False))
    assert not routing.covered(LAT, LONG)
    in_another_connection(lambda: Jurisdiction.objects.filter(pk=body.pk).update(active=True))
    assert routing.covered(LAT, LONG)
    in_another_connection(lambda: make_jurisdiction("Village", area=1))
    assert names_at(LAT, LONG) == ["Village", "City"]

    def redraw() -> None:
        other = Jurisdiction.objects.get(pk=body.pk)
        other.boundary = square(0, 0)
        other.save()

    in_another_connection(redraw)
    assert names_at(LAT, LONG) == ["Village"]
    assert names_at(0, 0) == ["City"]


@pytest.mark.django_db(transaction=True)
def test_a_change_whose_time_lies_before_the_newest_is_seen() -> None:
    body = make_jurisdiction("City")
    make_jurisdiction("Newer", boundary=square(0, 0))
    assert routing.covered(LAT, LONG)
    early = timezone.now() - timedelta(hours=1)  # as of a transaction that began then and is committed only now
    in_another_connection(
        lambda: Jurisdiction.objects.filter(pk=body.pk).update(boundary=square(10, 10), area=100.1, updated_at=early)
    )
    assert not routing.covered(LAT, LONG)


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_was_undone_leaves_no_wrong_index_behind() -> None:
    body = make_jurisdiction("City")
    assert routing.covered(LAT, LONG)
    with transaction.atomic():
        Jurisdiction.objects.filter(pk=body.pk).update(active=False)
        assert not routing.covered(LAT, LONG)
        transaction.set_rollback(True)
    assert routing.covered(LAT, LONG)


@pytest.mark.django_db(transaction=True)
def test_while_nothing_is_written_sqlite_is_not_asked_for_every_row(django_assert_max_num_queries: Any) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("a shortcut of SQLite's")
    make_jurisdiction()
    freshness.index()
    with django_assert_max_num_queries(1) as captured:
        freshness.index()
    assert "data_version" in captured[0]["sql"]


@pytest.mark.django_db(transaction=True)
def test_threads_at_once_get_one_right_index() -> None:
    make_jurisdiction("City")
    start, found = threading.Barrier(6), []

    def ask() -> None:
        start.wait()
        found.append((id(freshness.index()), names_at(LAT, LONG)))

    def all_at_once() -> None:
        threads = [threading.Thread(target=lambda: in_another_connection(ask)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    all_at_once()
    assert found == [(found[0][0], ["City"])] * 6


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(lat=st.floats(-90, 90), long=st.floats(-180, 180))
def test_any_point_on_earth_can_be_asked_about(db: None, lat: float, long: float) -> None:
    if not Jurisdiction.objects.exists():
        make_jurisdiction("North", boundary=square(45, 0, 44))
        make_jurisdiction("Dateline", boundary=square(0, 179, 1))
    inside = 1 <= lat <= 89 and abs(long) <= 44
    assert ("North" in names_at(lat, long)) == inside
    distances = [each.metres for each in routing.nearest(lat, long)]
    assert distances == sorted(distances)
    assert all(0 <= metres < 20_100_000 for metres in distances)
    routing.near_border(lat, long)
