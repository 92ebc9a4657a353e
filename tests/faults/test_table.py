"""What is printed: wrong is said first, and a case that a stack has not played is not passed off as played."""

from tests.faults.table import cell, markdown, shown

RIGHT = {"case": "502", "stack": "a", "states": {"delivered": 18, "needs_attention": 2}, "wrong": [], "sent_again": 3}
WRONG = {"case": "503", "stack": "b", "states": {"pending": 1}, "wrong": ["one | was lost"], "seconds": 2.0}


def test_cells() -> None:
    assert cell(RIGHT) == "18 delivered, 2 with a volunteer, 3 sent again"
    assert cell(WRONG) == "WRONG: one | was lost; 1 pending"


def test_shown() -> None:
    assert shown([RIGHT, WRONG]).splitlines()[-1] == "2 cases, 1 wrong"


def test_markdown() -> None:
    lines = markdown([RIGHT, WRONG]).splitlines()
    assert lines[0] == "| what goes wrong | a | b |"
    assert lines[2] == "| 502 | 18 delivered, 2 with a volunteer, 3 sent again | not run |"
    assert lines[3] == "| 503 | not run | WRONG: one / was lost; 1 pending |"
