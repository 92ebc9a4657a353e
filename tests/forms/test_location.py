"""One point out of what people type, paste, tap or choose."""

from typing import Any

import pytest

from reports.forms.location import LocationForm, hit_value
from reports.geo.geocoding import GeocodedPlace

pytestmark = pytest.mark.django_db  # the form lists the bodies for a place in words

HALL = GeocodedPlace(lat=41.8837, long=-87.6325, address_string="121 North LaSalle Street", raw={})
CAFE = GeocodedPlace(lat=41.9, long=-87.7, address_string="Café Two | Chicago", raw={})


def form_of(**data: str) -> LocationForm:
    return LocationForm(data, hits=(HALL, CAFE))


def point_of(**data: str) -> tuple[float, float] | None:
    form = form_of(**data)
    assert form.is_valid(), form.errors
    return form.point


@pytest.mark.parametrize(
    ("lat", "long"),
    [
        ("41.8837", "-87.6325"),
        (" 41.8837 ", "-87.6325"),
        ("41,8837", "-87,6325"),
        ("41.8837°", "-87.6325°"),
        ("+41.8837", "-87.6325"),
        ("41.8837, -87.6325", ""),
        ("41.8837,-87.6325", ""),
        ("41.8837 -87.6325", ""),
        ("41,8837; -87,6325", ""),
    ],
)
def test_coordinates_in_the_ways_people_write_them(lat: str, long: str) -> None:
    assert point_of(lat=lat, long=long) == (41.8837, -87.6325)


def test_nought_is_a_coordinate() -> None:
    assert point_of(lat="0", long="0") == (0, 0)


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        ({}, "hit", "Choose one of the places"),
        ({"lat": "41.8"}, "long", "longitude too"),
        ({"long": "-87.6"}, "lat", "number"),
        ({"lat": "91", "long": "10"}, "lat", "between -90 and 90"),
        ({"lat": "-90.5", "long": "100"}, "lat", "between -90 and 90"),
        ({"lat": "10", "long": "181"}, "long", "between -180 and 180"),
        ({"lat": "NaN", "long": "10"}, "lat", "number"),
        ({"lat": "10", "long": "inf"}, "long", "number"),
        ({"lat": "1e999", "long": "10"}, "lat", "number"),
        ({"lat": "10", "long": "1" * 39}, "long", "between"),
        ({"lat": "north", "long": "10"}, "lat", "number"),
        ({"lat": "here, there"}, "lat", "number"),
        ({"lat": "91, 10"}, "lat", "between -90 and 90"),
        ({"hit": "nonsense"}, "hit", "Choose one of the places"),
        ({"hit": "91, 10|Nowhere"}, "hit", "Choose one of the places"),
        ({"lat": "41", "long": "-87", "place_detail": "x" * 301}, "place_detail", "300"),
    ],
)
def test_what_is_no_place_is_an_error_at_its_field(data: dict[str, str], field: str, words: str) -> None:
    form = form_of(**data)
    assert not form.is_valid()
    assert list(form.errors) == [field]
    assert words in str(form.errors[field])
    with pytest.raises(ValueError, match="no point"):
        form.answer()


def test_nothing_at_all_points_at_the_search() -> None:
    assert "q" in LocationForm({}).errors


@pytest.mark.parametrize(
    ("lat", "long", "swapped"),
    [
        ("-87.6325", "41.8837", (41.8837, -87.6325)),
        ("121.5", "31.2", (31.2, 121.5)),
        ("121.5, 31.2", "", (31.2, 121.5)),
        ("10", "120", None),
        ("200", "20", None),
    ],
)
def test_the_pair_the_other_way_round_is_found(lat: str, long: str, swapped: Any) -> None:
    form = form_of(lat=lat, long=long)
    form.is_valid()
    assert form.swapped == swapped


def test_a_hit_is_an_address_that_a_person_meant() -> None:
    form = form_of(hit=hit_value(HALL), place_detail="north side")
    assert form.is_valid()
    assert form.answer() == {
        "lat": 41.8837,
        "long": -87.6325,
        "address_string": "121 North LaSalle Street",
        "place_meant": "address",
        "place_detail": "north side",
    }


def test_an_address_may_hold_any_sign() -> None:
    form = form_of(hit=hit_value(CAFE))
    assert form.is_valid()
    assert form.answer()["address_string"] == "Café Two | Chicago"


def test_a_point_chosen_after_the_list_was_shown_counts_for_more_than_a_hit() -> None:
    assert point_of(hit=hit_value(HALL), lat="42.0", long="-88.0") == (42, -88)


KNOWN = {"address_string": "121 North LaSalle Street", "address_at": "41.8837, -87.6325"}


@pytest.mark.parametrize(
    ("data", "address", "meant"),
    [
        ({"lat": "41.8837", "long": "-87.6325", "chosen": "1"}, "121 North LaSalle Street", "address"),
        ({"lat": "41.8837", "long": "-87.6325", "chosen": ""}, "121 North LaSalle Street", "point"),
        ({"lat": "41.8838", "long": "-87.6325", "chosen": "1"}, "", "point"),
        ({"lat": "41.8837", "long": "-87.6325", "chosen": "1", "address_at": ""}, "", "point"),
        ({"lat": "41.8837", "long": "-87.6325", "chosen": "1", "address_at": "here"}, "", "point"),
    ],
)
def test_an_address_holds_only_for_the_point_it_was_shown_for(data: dict[str, str], address: str, meant: str) -> None:
    form = form_of(**(KNOWN | data))
    assert form.is_valid()
    answer = form.answer()
    assert (answer["address_string"], answer["place_meant"]) == (address, meant)
