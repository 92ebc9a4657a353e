"""The oracle says no to whatever is lost, doubled, left, or somewhere else."""

from typing import Any

import pytest

from tests.faults.oracle import Filed, judge


def row(reference: str, number: str = "17", token: str = "") -> dict[str, Any]:
    return {"description": f"A hole.\n\n[{reference}]", "service_request_id": number, "token": token}


def cities(*rows: dict[str, Any], elsewhere: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    return {"evanston": {"requests": list(rows)}, "cook": {"requests": list(elsewhere)}}


def filed(state: str, **facts: Any) -> Filed:
    return Filed("AAA", "evanston", state, **facts)


@pytest.mark.parametrize(
    ("one", "held"),
    [
        (filed("delivered", service_request_id="17"), cities(row("AAA"), row("BBB"))),
        (filed("delivered", service_request_id="17"), cities(row("AAA", number=17))),  # type: ignore[arg-type]  # uReport's
        (filed("accepted", token="t1"), cities(row("AAA", token="t1"))),
        (filed("delivered", gives_number=False), cities(row("AAA"))),
        (filed("needs_attention", reason="Look there."), cities(row("AAA"))),
        (filed("needs_attention", reason="Look there."), cities(row("BBB"))),
    ],
)
def test_right(one: Filed, held: dict[str, Any]) -> None:
    assert judge([one], held).wrong == []


@pytest.mark.parametrize(
    ("one", "held", "words"),
    [
        (filed("delivered", service_request_id="17"), cities(), "0 times"),
        (filed("delivered", service_request_id="17"), cities(row("AAA"), row("AAA")), "2 times"),
        (filed("delivered", service_request_id="17"), cities(row("AAA"), elsewhere=(row("AAA"),)), "is in cook"),
        (filed("delivered", service_request_id="18"), cities(row("AAA")), "we have number"),
        (filed("accepted", token="t1"), cities(row("AAA", token="t2")), "we have token"),
        (filed("accepted", token="t1"), cities(), "0 times"),
        (filed("needs_attention", reason=" "), cities(), "without a reason"),
        (filed("needs_attention", reason="Look there."), cities(row("AAA"), row("AAA")), "2 times"),
        (filed("needs_attention", reason="Look there."), cities(elsewhere=(row("AAA"),)), "is in cook"),
        *((filed(state), cities(row("AAA")), "left on its way") for state in ("pending", "sending", "retry")),
        (filed("uncertain"), cities(), "left on its way"),
        (filed("cancelled"), cities(), "left on its way"),
    ],
)
def test_wrong(one: Filed, held: dict[str, Any], words: str) -> None:
    [said] = judge([one], held).wrong
    assert words in said


def test_a_number_that_the_city_gave_otherwise_may_be_allowed() -> None:
    one = filed("delivered", service_request_id="917")
    assert judge([one], cities(row("AAA")), numbers_may_differ=True).wrong == []


def test_what_it_counts() -> None:
    rows = [filed("needs_attention", reason="Look."), Filed("BBB", "cook", "delivered", gives_number=False)]
    verdict = judge(rows, cities(row("AAA"), elsewhere=(row("BBB"),)))
    assert dict(verdict.states) == {"needs_attention": 1, "delivered": 1}
    assert verdict.in_city_and_with_volunteer == 1
