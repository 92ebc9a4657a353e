"""What counts as perhaps the same: near, open, public, of the same service or group, whoever it was reported to."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports import clock
from reports.delivery import nearby
from reports.models import Media, MirroredRequest, Service, ServiceOverride, ServiceRequest, Sighting
from tests.factories import LAT, LONG, make_endpoint, make_jurisdiction, make_service, make_service_request

pytestmark = pytest.mark.django_db
PLACE = {"lat": LAT, "long": LONG, "place_meant": "point"}
METRE = 1 / 111_195  # degrees of latitude, on the sphere that distances are measured on
NOW = clock.now()


@pytest.fixture
def pothole() -> Service:
    return make_service(service_name="Pothole", group="Streets")


def filed(service: Service, metres: float = 20, **fields: Any) -> ServiceRequest:
    return make_service_request(service, **({"lat": LAT + metres * METRE} | fields))


def mirrored(service: Service, number: str = "M-1", metres: float = 20, **fields: Any) -> MirroredRequest:
    given = {
        "endpoint": service.endpoint, "service_code": service.service_code, "service_name": service.service_name,
        "status": "open", "lat": LAT + metres * METRE, "long": LONG, "requested_datetime": clock.now(),
    }  # fmt: skip
    return MirroredRequest.objects.create(service_request_id=number, **(given | fields))


def found(service: Service, **place: Any) -> list[str]:
    return [each.key for each in nearby.candidates(PLACE | place, service)]


def test_the_nearest_five_of_ours_and_of_others_in_one_row(pothole: Service) -> None:
    ours = [filed(pothole, metres) for metres in (10, 50, 90, 130)]
    theirs = [mirrored(pothole, f"M-{metres}", metres) for metres in (30, 70, 110)]
    near = nearby.candidates(PLACE, pothole)
    assert [round(each.metres) for each in near] == [10, 30, 50, 70, 90]
    assert [each.service_request for each in near if each.service_request] == ours[:3]
    assert [each.mirrored for each in near if each.mirrored] == theirs[:2]
    assert len(nearby.near(PLACE, pothole)) == 7


@pytest.mark.parametrize(("metres", "is_near"), [(0, True), (249, True), (251, False)])
def test_within_250_metres(pothole: Service, metres: float, is_near: bool) -> None:
    filed(pothole, metres)
    mirrored(pothole, metres=metres)
    assert bool(found(pothole)) == is_near


@pytest.mark.parametrize(("said", "metres", "is_near"), [(0, 0, False), (50, 49, True), (50, 51, False),
                                                         (2000, 1900, True), (None, 249, True)])  # fmt: skip
def test_a_volunteer_says_how_far(pothole: Service, said: int | None, metres: float, is_near: bool) -> None:
    ServiceOverride.objects.create(service=pothole, duplicate_metres=said)
    filed(pothole, metres)
    assert bool(found(Service.objects.get(pk=pothole.pk))) == is_near


@pytest.mark.parametrize(
    "fields",
    [
        {"hidden": True}, {"private": True}, {"held_at": NOW}, {"taken_away_at": NOW}, {"status": "closed"},
        {"status": "duplicate"}, {"status": "rejected"}, {"status": "not_responsible"}, {"status": "cancelled"},
        {"status": "closed", "verdict": "confirmed"}, {"place_meant": "words"},
    ],
)  # fmt: skip
def test_what_nobody_may_see_or_has_ended_is_no_hint(pothole: Service, fields: dict[str, Any]) -> None:
    filed(pothole, **fields)
    assert found(pothole) == []


@pytest.mark.parametrize("status", ["received", "sent", "accepted", "in_progress", "silent", "undelivered"])
def test_every_open_state_counts(pothole: Service, status: str) -> None:
    request = filed(pothole, status=status)
    assert found(pothole) == [f"r{request.pk}"]


def test_a_mirrored_one_that_is_closed_does_not_count(pothole: Service) -> None:
    mirrored(pothole, status="closed")
    assert found(pothole) == []


@pytest.mark.parametrize(
    ("name", "group", "is_same"),
    [
        ("Pothole", "", True), ("POTHÓLE ", "", True), ("Street light out", "streets", True),
        ("Street light out", "", False), ("Potholes", "Lights", False), ("", "", False),
    ],
)  # fmt: skip
def test_another_bodys_service_of_the_same_name_or_group_counts(
    pothole: Service, name: str, group: str, is_same: bool
) -> None:
    other = make_service(make_endpoint(make_jurisdiction("County")), service_name=name, group=group)
    request, row = filed(other, metres=10), mirrored(other)
    assert found(pothole) == ([f"r{request.pk}", f"m{row.pk}"] if is_same else [])


def test_a_service_without_a_group_shares_none(pothole: Service) -> None:
    lonely = make_service(service_name="Rats", group="")
    filed(make_service(service_name="Trees", group=""))
    assert found(lonely) == []


def test_a_volunteers_name_and_group_count_as_well(pothole: Service) -> None:
    other = make_service(service_name="Deficient pavement (311-A)", group="PW")
    ServiceOverride.objects.create(service=other, service_name="pothole", group="x")
    filed(pothole)
    assert len(found(Service.objects.get(pk=other.pk))) == 1


def test_a_place_known_by_words_alone_has_no_neighbourhood(pothole: Service) -> None:
    filed(pothole)
    assert found(pothole, place_meant="words") == []


def test_across_the_date_line_and_at_the_pole(pothole: Service) -> None:
    row = filed(pothole, lat=0.0, long=-179.9995)
    theirs = mirrored(pothole, lat=0.0, long=-179.9996)
    assert found(pothole, lat=0.0, long=179.9995) == [f"m{theirs.pk}", f"r{row.pk}"]
    at_pole = filed(pothole, lat=89.9999, long=10.0)
    assert found(pothole, lat=89.9999, long=-170.0) == [f"r{at_pole.pk}"]


@pytest.mark.parametrize("place", [{"lat": 91.0}, {"long": 181.0}, {"lat": float("nan")}])
def test_a_place_that_is_none_is_refused(pothole: Service, place: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        nearby.near(PLACE | place, pothole)


def test_what_is_shown_of_one(pothole: Service) -> None:
    request, row = filed(pothole, metres=10), mirrored(pothole)
    for number, file in ((2, "b.jpg"), (1, "a.jpg"), (0, "")):
        Media.objects.create(service_request=request, file=file, position=number, width=4, height=3)
    for person in ("x", "y"):
        Sighting.objects.create(service_request=request, person=person)
    Sighting.objects.create(mirrored=row, person="x")
    ours, theirs = nearby.candidates(PLACE, pothole)
    assert ours.photo is not None
    assert (ours.photo.file.name, ours.seen_by, ours.name, ours.status) == ("a.jpg", 2, "Pothole", "received")
    assert (theirs.photo, theirs.seen_by, theirs.name, theirs.status) == (None, 1, "Pothole", "accepted")
    assert (ours.body, theirs.body) == (pothole.endpoint.jurisdiction,) * 2


def test_a_crowded_corner_asks_no_more_than_an_empty_one(pothole: Service) -> None:
    def queries() -> int:
        nearby.candidates(PLACE, pothole)  # which brings the columns in memory up to date
        with CaptureQueriesContext(connection) as captured:
            nearby.candidates(PLACE, pothole)
        assert not [query for query in captured if '"boundary"' in query["sql"].partition(" FROM ")[0]]
        return len(captured)

    filed(pothole), mirrored(pothole)
    few = queries()
    for number in range(60):
        filed(pothole, metres=number * 3)
        mirrored(pothole, f"N-{number}", metres=number * 3 + 1)
    assert queries() <= few <= 8


def test_only_what_is_about_the_same_is_read_whole(pothole: Service) -> None:
    lamp = make_service(service_name="Lamp", group="Lights")
    for _each in range(20):
        filed(lamp)
    same = filed(pothole)
    with CaptureQueriesContext(connection) as captured:
        assert [each.service_request for each in nearby.near(PLACE, pothole)] == [same]
    whole = [each["sql"] for each in captured if '"address_string"' in each["sql"] and "submit_key" in each["sql"]]
    assert len(whole) == 1
    assert f"IN ({same.pk})" in whole[0]


def test_what_ended_or_is_kept_back_is_not_looked_at(pothole: Service) -> None:
    """However many of these are newer: only open public reports count towards LOOKED_AT."""
    kept = filed(pothole, requested_datetime=NOW - timedelta(days=3))
    filed(pothole, status="closed"), filed(pothole, hidden=True), filed(pothole, private=True)
    assert [each.service_request for each in nearby.near(PLACE, pothole)] == [kept]
