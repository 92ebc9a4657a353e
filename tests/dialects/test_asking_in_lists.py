"""Which requests go into one call, and who is asked by span of time: said by the dialect, used by the follow-up."""

from typing import Any

import pytest

from reports.dialects import registry
from tests.dialects.family import family
from tests.dialects.georeport_v2_city import city

LONGEST_URL = 2000


@pytest.mark.parametrize("length", [1, 12, 36, 180, 1700, 2500])
def test_lists_are_bounded_by_count_and_by_the_length_of_their_url(length: int) -> None:
    dialect = city(id_batch=50)
    ids = [f"{number:03}".rjust(length, "x")[-max(length, 3) :] for number in range(200)]
    batches = list(dialect.lists_of(ids))
    assert [each for batch in batches for each in batch] == ids
    assert max(map(len, batches)) <= 50
    for batch in batches:
        url = f"{dialect.line.base_url}requests.json?service_request_id={'%2C'.join(batch)}"
        assert len(batch) == 1 or len(url) < LONGEST_URL


def test_short_ids_fill_their_lists_and_long_ones_fill_the_url() -> None:
    dialect = city(id_batch=50)
    assert len(list(dialect.lists_of([f"24-{number:06}" for number in range(200)]))) == 4
    assert len(list(dialect.lists_of(["0" * 33 + f"{number:03}" for number in range(200)]))) == 5


def test_an_id_with_a_comma_stands_alone_and_none_is_asked_for_twice() -> None:
    assert sorted(map(len, city().lists_of(["a", "b,c", "d", "a", ""]))) == [1, 1, 1]


@pytest.mark.parametrize(
    ("key", "lists"),
    [
        ("georeport_v2", True), ("chicago", True), ("toronto", True), ("ureport", False), ("philadelphia", False),
        ("zaragoza", False), ("libre311", False),
    ],
)  # fmt: skip
def test_who_takes_lists(key: str, lists: bool) -> None:
    dialect = family(key)
    assert dialect.asks_in_lists is lists
    assert len(list(dialect.lists_of(["1", "2"]))) == 1


BOX = {"bbox": [-71.2, 42.3, -71.0, 42.5]}


@pytest.mark.parametrize(
    ("key", "options", "wanted"),
    [
        ("ureport", {}, True),
        ("ureport", {"follow_by_window": False}, False),
        ("fixmystreet", {}, True),
        ("fixmystreet", {"follow_by_window": False}, True),
        ("seeclickfix_v2", {}, False),
        ("seeclickfix_v2", BOX, True),
        ("seeclickfix_v2", BOX | {"follow_by_window": False}, False),
        ("seeclickfix_v2", {"place_url": "cambridge"}, False),
        ("seeclickfix_v2", {"place_url": "cambridge", "follow_by_window": True}, True),
        ("seeclickfix_v2", {"follow_by_window": True}, False),
        ("seeclickfix_organizations", {}, True),
        ("seeclickfix_v01", {}, False),
        ("seeclickfix_v01", BOX, True),
        ("seeclickfix_v01", {"follow_by_window": True}, False),
        ("philadelphia", {"follow_by_window": True}, False),
        ("email", {}, False),
        *[
            (key, {}, False)
            for key in ("georeport_v1", "georeport_v2", "chicago", "austin", "spot", "citysdk", "klarschiff",
                        "mark_a_spot", "seeclickfix_open311", "toronto", "washington_dc")
        ],
        ("austin", {"follow_by_window": True}, True),
    ],
)  # fmt: skip
def test_who_is_asked_by_span_of_time(key: str, options: dict[str, Any], wanted: bool) -> None:
    assert registry.get(key).is_asked_by_window(options) is wanted
