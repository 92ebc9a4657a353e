import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.geo.coordinates import looks_swapped, parse_coordinates
from tests.factories import LAT, LONG, make_jurisdiction

DEGREES = (41 + 53 / 60 + 1 / 3600, -(87 + 37 / 60 + 55 / 3600))


@pytest.mark.parametrize(
    "text",
    [
        "41.88, -87.63",
        "41.88 -87.63",
        " 41.88,-87.63 ",
        "41.88;-87.63",
        "41.88 / -87.63",
        "+41.88, −87.63",
        "(41.88, -87.63)",
        "geo:41.88,-87.63",
        "41,88 -87,63",
        "41,88; -87,63",
        "41,88, -87,63",
        "41,88,-87,63",
        "41.88N 87.63W",
        "41.88° N, 87.63° W",
        "N 41.88 W 87.63",
        "n41.88,w87.63",
        "87.63 W, 41.88 N",
        "41,88° N 87,63° W",
        "41.88°, -87.63°",
        "41°52.8′N 87°37.8′W",
        "41º52'48''N 87º37'48''W",
        "41:52:48N 87:37:48W",
    ],
)
def test_the_ways_people_write_a_point(text: str) -> None:
    assert parse_coordinates(text) == pytest.approx((41.88, -87.63))


@pytest.mark.parametrize(
    "text",
    [
        "41 53 01 N, 87 37 55 W",
        "41°53′01″N 87°37′55″W",
        "41° 53' 1\" N 87° 37' 55\" W",
        "N41°53′01″ W87°37′55″",
        "41°53'1\" -87°37'55\"",
        "87 37 55 W 41 53 01 N",
    ],
)
def test_degrees_minutes_and_seconds(text: str) -> None:
    assert parse_coordinates(text) == pytest.approx(DEGREES)


def test_degrees_and_minutes_and_the_south() -> None:
    assert parse_coordinates("41°53′N 87°38′W") == pytest.approx((41 + 53 / 60, -87 - 38 / 60))
    assert parse_coordinates("33°52′S, 151°12′E") == pytest.approx((-33 - 52 / 60, 151.2))
    assert parse_coordinates("0, 0") == (0, 0)
    assert parse_coordinates("41, 88") == (41, 88)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "12 Main Street",
        "121 N LaSalle St",
        "60602",
        "60602, 60603",
        "100 200",
        "12 34",
        "41.88",
        "41.88,",
        "41.88, -87.63, 3",
        "41.88 N 42.88 N",
        "41.88 W 87.63 E",
        "-41.88 N 87.63 W",
        "41.88 N, 87.63",
        "95 N 87 W",
        "41°61′N 87°38′W",
        "41°53′61″N 87°38′W",
        "200.5, 300.5",
        "nan, nan",
        "inf, 3",
        "1e3, 2",
        "N S E W",
        "N" * 100_000,
        "41.88, -87.63" + " " * 500 + "x",
        "4" * 400 + ", 5",
    ],
)
def test_what_is_no_point_is_left_to_the_geocoder(text: str) -> None:
    assert parse_coordinates(text) is None


@given(text=st.one_of(st.text(max_size=120), st.text("0123456789.,;-+°'\"NSEW ", max_size=60)))
def test_no_text_is_too_strange(text: str) -> None:
    found = parse_coordinates(text)
    assert found is None or max(map(abs, found)) <= 180


@given(lat=st.floats(-90, 90), long=st.floats(-180, 180))
def test_what_was_written_is_read_back(lat: float, long: float) -> None:
    want = (round(lat, 6), round(long, 6))
    assert parse_coordinates(f"{lat:.6f}, {long:.6f}") == want
    assert parse_coordinates(f"{lat:.6f} {long:.6f}".replace(".", ",")) == want
    letters = f"{abs(lat):.6f}{'S' if lat < 0 else 'N'} {abs(long):.6f}{'W' if long < 0 else 'E'}"
    assert parse_coordinates(letters) == pytest.approx(want)


@pytest.mark.django_db
def test_swapped_is_what_is_covered_only_the_other_way_round() -> None:
    make_jurisdiction()
    assert looks_swapped(LONG, LAT)
    assert not looks_swapped(LAT, LONG)
    assert not looks_swapped(10, 10)
    assert looks_swapped(-122.4, 37.8)  # no latitude goes that far
    assert not looks_swapped(-122.4, 137.8)
    assert not looks_swapped(200, 3)
    assert not looks_swapped(float("nan"), 3)
    assert parse_coordinates("-122.4, 37.8") == (-122.4, 37.8)
