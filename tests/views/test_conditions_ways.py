"""Whatever has been answered: Continue ends at the check, Back ends at the front page, and nothing goes round."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reports.views.conditions import (
    CHECK,
    DONE,
    PAGES,
    QUESTIONS,
    Answers,
    back_page,
    first_unanswered,
    is_answered,
    key_of,
    looked_for,
    may_open,
    next_page,
    settle,
)

IDS = st.integers(1, 3)
POINTS = st.sampled_from([(1.0, 2.0), (1.5, 2.0)])
KEYS_NEAR = st.lists(st.sampled_from(["r1", "r2", "m1"]), unique=True)


@st.composite
def answered(draw: st.DrawFn) -> dict[str, Any]:
    """A draft's answers, any of which may be missing, empty, of another service, place or body."""
    lat, long = draw(POINTS)
    hashes = st.sampled_from(["one", "two"])
    whole: dict[str, st.SearchStrategy[Any]] = {
        "location": st.just({"lat": lat, "long": long}),
        "service": st.one_of(
            st.fixed_dictionaries({"service": IDS, "definition_hash": hashes}, optional={"endpoint": IDS}),
            st.fixed_dictionaries({"gone": IDS}),
        ),
        "duplicates": st.fixed_dictionaries(
            {"checked_for": st.tuples(IDS, POINTS).map(lambda each: [each[0], *each[1]]), "found": KEYS_NEAR},
            optional={"seen": KEYS_NEAR},
        ),
        "attributes": st.fixed_dictionaries({"description": st.just("x"), "service": IDS, "definition_hash": hashes}),
        "media": st.fixed_dictionaries({"seen": st.just(True)}, optional={"endpoint": IDS}),
        "contact": st.fixed_dictionaries({"email": st.just("")}, optional={"endpoint": IDS}),
    }
    nothing = st.sampled_from([None, {}])
    return draw(st.fixed_dictionaries({}, optional={name: st.one_of(full, nothing) for name, full in whole.items()}))


def answer(answers: Answers, page: str) -> dict[str, Any]:
    """The answers after a page has been answered as its view does it."""
    chosen = answers.get("service") or {}
    fresh: dict[str, Any] = {
        "place": {"lat": 1.0, "long": 2.0},
        "service": {"service": 1, "definition_hash": "one", "endpoint": 1},
        "attributes": {"description": "x"} | {name: chosen.get(name) for name in ("service", "definition_hash")},
        "media": {"seen": True, "endpoint": chosen.get("endpoint")},
        "contact": {"email": "", "endpoint": chosen.get("endpoint")},
    }
    near = answers.get("duplicates") or {}
    fresh["duplicates"] = near | {"seen": [*near.get("seen", []), *near.get("found", [])]}
    return {**answers, key_of(page): fresh[page]}


@settings(deadline=None, max_examples=60)
@given(answered())
def test_continue_ends_at_the_check(answers: dict[str, Any]) -> None:
    page = first_unanswered(answers)
    for _step in QUESTIONS:
        assert may_open(answers, page)
        if page == CHECK:
            break
        answers = answer(answers, page)
        assert is_answered(answers, page)
        page = next_page(answers, page)
    assert page == CHECK
    assert next_page(answers, CHECK) == DONE


@settings(deadline=None, max_examples=60)
@given(answered(), st.booleans())
def test_back_ends_at_the_front_page_and_only_on_pages_that_open(answers: dict[str, Any], from_check: bool) -> None:
    for page in filter(lambda each: may_open(answers, each), PAGES):
        back = back_page(answers, page, from_check=from_check)
        way = [page]
        while back is not None:
            assert may_open(answers, back), f"Back from {way[-1]} leads to {back}, which does not open"
            assert back not in way or back == CHECK
            way.append(back)
            back = back_page(answers, back)
        assert len(way) <= 2 * len(PAGES)


@settings(deadline=None, max_examples=60)
@given(answered())
def test_a_page_that_does_not_open_leads_to_one_that_does(answers: dict[str, Any]) -> None:
    assert may_open(answers, first_unanswered(answers))


@settings(deadline=None, max_examples=60)
@given(answered(), st.sampled_from(QUESTIONS))
def test_change_returns_to_the_check_while_every_question_still_holds(answers: dict[str, Any], page: str) -> None:
    for each in QUESTIONS:
        answers = answers if is_answered(answers, each) else answer(answers, each)
    assert first_unanswered(answers) == CHECK
    if may_open(answers, page):
        assert back_page(answers, page, from_check=True) == CHECK
        assert next_page(answers, page) == CHECK


@settings(deadline=None, max_examples=60)
@given(answered(), st.dictionaries(IDS, st.sampled_from(["one", "two"])), st.dictionaries(IDS, IDS))
def test_the_world_moves_no_answer_away_and_the_same_world_changes_nothing(
    answers: dict[str, Any], hashes: dict[int, str], endpoints: dict[int, int]
) -> None:
    settled = settle(answers, hashes, endpoints)
    assert settle(settled, hashes, endpoints) == settled
    assert {name: given for name, given in settled.items() if name != "service"} == {
        name: given for name, given in answers.items() if name != "service"
    }
    assert looked_for(settled) in (None, looked_for(answers)) or "gone" in answers["service"]
