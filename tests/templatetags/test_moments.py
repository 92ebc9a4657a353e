"""Times, and the places whose clocks they are read from."""

import pytest

from reports.templatetags.moments import zone_place


@pytest.mark.parametrize(
    ("zone", "place"),
    [
        ("America/Chicago", "Chicago"),
        ("America/New_York", "New York"),
        ("America/Indiana/Indianapolis", "Indianapolis"),
        ("UTC", "UTC"),
        ("", ""),
    ],
)
def test_a_time_zone_is_called_by_its_place(zone: str, place: str) -> None:
    assert zone_place(zone) == place
