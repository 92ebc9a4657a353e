"""Still there: a dated count in which every person is one."""

from datetime import timedelta
from typing import Any

import pytest

from reports import clock
from reports.models import MirroredRequest, ServiceRequest, Sighting, person_mark
from reports.participation import sightings
from tests.factories import LAT, LONG, make_endpoint, make_service_request
from tests.together import at_once

pytestmark = pytest.mark.django_db

A, B, C, D = (person_mark("email", f"{name}@example.org") for name in "abcd")


@pytest.fixture
def mirrored() -> MirroredRequest:
    return MirroredRequest.objects.create(
        endpoint=make_endpoint(), service_request_id="M-1", status="open", lat=LAT, long=LONG
    )


def test_every_person_is_counted_once() -> None:
    request = make_service_request()
    assert sightings.seen(request) == sightings.Seen(0, None)
    assert [sightings.see(request, person) for person in (A, B, A)] == [True, True, False]
    assert sightings.seen(request).people == 2
    assert [sightings.said_by(request, person) for person in (A, C)] == [True, False]


def test_of_a_mirrored_one_as_well(mirrored: MirroredRequest) -> None:
    assert [sightings.see(mirrored, A), sightings.see(mirrored, A)] == [True, False]
    assert sightings.seen(mirrored).people == 1


def test_a_person_is_one_also_after_a_change_of_the_secret(settings: Any, mirrored: MirroredRequest) -> None:
    """As `civic/README.md` has it done: the former key becomes a fallback."""
    request = make_service_request()
    for target in (request, mirrored):
        sightings.see(target, A)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another"
    same = person_mark("email", "a@example.org")
    assert same != A
    for target in (request, mirrored):
        assert sightings.said_by(target, same)
        assert not sightings.see(target, same)
        assert sightings.seen(target).people == 1
    sightings.see(request, person_mark("email", "b@example.org"))
    settings.SECRET_KEY_FALLBACKS = []
    assert sightings.said_by(request, person_mark("email", "b@example.org")), "written with the new key"


@pytest.mark.parametrize(("later", "moved"), [(timedelta(hours=23), False), (timedelta(days=1), True)])
def test_the_date_moves_when_the_same_person_sees_it_a_day_later(later: timedelta, moved: bool) -> None:
    request, now = make_service_request(), clock.now()
    with clock.at(now):
        sightings.see(request, A)
    with clock.at(now + later):
        assert not sightings.see(request, A)
    row = Sighting.objects.get()
    assert row.first_at == now
    assert row.last_at == (now + later if moved else now) == sightings.seen(request).last_at


@pytest.mark.parametrize(
    "change",
    [{"status": "closed"}, {"status": "cancelled"}, {"hidden": True}, {"private": True},
     {"held_at": clock.now()}, {"taken_away_at": clock.now()}],
)  # fmt: skip
def test_nothing_is_counted_of_what_ended_meanwhile_or_is_not_public(change: dict[str, Any]) -> None:
    request = make_service_request()
    ServiceRequest.objects.filter(pk=request.pk).update(**change)  # the object in hand still says otherwise
    with pytest.raises(sightings.NotOpen):
        sightings.see(request, A)
    assert not Sighting.objects.exists()


def test_nor_of_a_mirrored_one_that_was_closed_or_is_gone(mirrored: MirroredRequest) -> None:
    MirroredRequest.objects.update(status="closed")
    with pytest.raises(sightings.NotOpen):
        sightings.see(mirrored, A)
    MirroredRequest.objects.filter(pk=mirrored.pk).delete()
    with pytest.raises(sightings.NotOpen):
        sightings.see(mirrored, A)


@pytest.mark.django_db(transaction=True)
def test_the_same_person_twice_at_once_and_two_people_at_once() -> None:
    request = make_service_request()
    new: list[bool] = []
    at_once(lambda: new.append(sightings.see(request, A)), 4)
    assert sorted(new) == [False, False, False, True]
    people = iter((B, C, D))
    at_once(lambda: sightings.see(request, next(people)), 3)
    assert sightings.seen(request).people == 4
