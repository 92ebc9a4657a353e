"""The form of a watched area beside its page: names that are made, and shapes."""

from typing import Any

import pytest

from reports.forms.watch import HOW, WatchForm
from reports.geo import boundaries
from reports.models import District
from tests.factories import LAT, LONG, make_jurisdiction, square

pytestmark = pytest.mark.django_db
GIVEN = {"where": "circle", "lat": str(LAT), "long": str(LONG), "how": "daily", "email": "a@example.org"}


def form(**changed: Any) -> WatchForm:
    return WatchForm({**GIVEN, **changed})


def test_a_name_is_made_where_none_is_given() -> None:
    at = f"{LAT}, {LONG}"
    for given, name in (
        ({}, "500 m round 39.7800, -89.6500"),
        ({"metres": "1500"}, "1.5 km round 39.7800, -89.6500"),
        ({"address_string": "12 Main Street", "address_at": at}, "500 m round 12 Main Street"),
        ({"name": " Ours  "}, "Ours"),
    ):
        asked = form(**given)
        assert asked.is_valid(), asked.errors
        assert asked.area().name == name


def test_coordinates_as_people_write_them() -> None:
    asked = form(lat=f"{LAT}, {LONG}", long="")
    assert asked.is_valid()
    assert asked.area().circle == {"lat": LAT, "long": LONG, "metres": 500.0}


@pytest.mark.parametrize("how", HOW)
def test_how_often(how: str) -> None:
    asked = form(how=how)
    assert asked.is_valid()
    wish = asked.wish("a@example.org")
    assert (wish.rhythm, wish.form) == HOW[how][:2]


def test_districts_are_joined() -> None:
    body = make_jurisdiction(slug="here")
    for number, name in enumerate(("East", "West")):
        District.objects.create(
            jurisdiction=body, name=name, slug=name.lower(), boundary=square(LAT, LONG + number / 10)
        )
    given = {**GIVEN, "where": "body", "body": "here", "districts_of": "here", "districts": ["east", "west"]}
    asked = WatchForm(given, chosen_body=body)
    assert asked.is_valid(), asked.errors
    assert len(asked.area().shape["coordinates"]) == 1
    assert [each.slug for each in asked.parts] == ["east", "west"]


def test_districts_with_too_many_corners_together_are_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    body = make_jurisdiction(slug="here")
    for number, name in enumerate(("East", "West")):
        District.objects.create(jurisdiction=body, name=name, slug=name.lower(), boundary=square(LAT, LONG + number))
    monkeypatch.setattr(boundaries, "PLENTY", 8)
    given = {**GIVEN, "where": "body", "body": "here", "districts_of": "here", "districts": ["east", "west"]}
    asked = WatchForm(given, chosen_body=body)
    assert not asked.is_valid()
    assert "It has 10 positions" in str(asked.errors["districts"])


def test_a_body_without_its_area_worked_out_is_measured(settings: Any) -> None:
    make_jurisdiction(slug="here", area=0)
    settings.WATCH_MOST_KM2 = 1
    asked = WatchForm({**GIVEN, "where": "body", "body": "here"})
    assert not asked.is_valid()
    assert "km²" in str(asked.errors["body"])
