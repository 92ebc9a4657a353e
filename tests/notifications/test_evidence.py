"""Evidence as lines: what was stored is shown, whatever its form."""

from typing import Any

import pytest

from reports.notifications import evidence

CANDIDATE = {
    "number": "24-1", "token": "", "metres": 12, "requested_datetime": "2031-01-10T11:00:00+00:00",
    "has_our_reference": False,
}  # fmt: skip


def look(at: str, words: str = "It was not in the body's list.", **fields: Any) -> dict[str, Any]:
    return {"what": "absent", "candidates": [], "complete": True, "at": at, "words": words} | fields


def test_a_look_is_a_line_with_what_came_into_question() -> None:
    seen = look("2031-01-10T11:40:00+00:00", "Several may be it.", candidates=[CANDIDATE])
    assert evidence.lines([seen]) == [
        "2031-01-10 11:40: Several may be it. Possibly: 24-1, 12 m away, filed 2031-01-10 11:00."
    ]


def test_looks_that_showed_the_same_are_one_line() -> None:
    rows = [look(f"2031-01-10T1{hour}:40:00+00:00") for hour in range(3)]
    rows.append(look("2031-01-10T14:00:00+00:00", "It could not be searched."))
    assert evidence.lines(rows) == [
        "2031-01-10 10:40 – 2031-01-10 12:40, 3 times: It was not in the body's list.",
        "2031-01-10 14:00: It could not be searched.",
    ]


@pytest.mark.parametrize(
    ("stored", "told"),
    [
        (None, []),
        ([], []),
        ({}, []),
        ("by hand", ["by hand"]),
        (["one", "", None, 3], ["one", "3"]),
        ([{"at": "yesterday", "seen": "Another number."}], ["Another number."]),
        ([{"at": 5, "words": None, "candidates": "24-1"}], []),
        ([{"words": "x", "candidates": ["24-1", {"number": None}]}], ["x Possibly: 24-1; one without a number."]),
        ([{"at": "9999-12-31T23:00:00-14:00", "words": "x"}], ["9999-12-31 23:00: x"]),
    ],
)
def test_whatever_was_stored_is_shown(stored: Any, told: list[str]) -> None:
    assert evidence.lines(stored) == told
