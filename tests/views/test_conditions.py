"""Which page comes next, as a table; and what becomes of answers when the world moves under them."""

from typing import Any

import pytest

from reports.views.conditions import (
    PAGES,
    applies,
    back_page,
    first_unanswered,
    is_answered,
    key_of,
    looked_for,
    may_open,
    near_ones,
    next_page,
    page_of,
    settle,
)

PLACE = {"location": {"lat": 1.0, "long": 2.0}}
SERVICE = {"service": {"service": 7, "definition_hash": "one"}}
ATTRIBUTES = {"attributes": {"description": "Deep.", "attributes": [], "service": 7, "definition_hash": "one"}}
MEDIA = {"media": {"seen": True}}
CONTACT = {"contact": {"email": ""}}
ALL = PLACE | SERVICE | ATTRIBUTES | MEDIA | CONTACT
GONE = ALL | {"service": {"gone": 7}}
OTHER_SERVICE = ALL | {"service": {"service": 8, "definition_hash": "one"}}
NEW_QUESTIONS = ALL | {"service": {"service": 7, "definition_hash": "two"}}
HERE = [7, 1.0, 2.0]  # the service and the place of ALL
NEAR = {"duplicates": {"checked_for": HERE, "found": ["r1", "m2"], "seen": []}}
HALF_SEEN = {"duplicates": NEAR["duplicates"] | {"seen": ["r1"]}}
SEEN = {"duplicates": NEAR["duplicates"] | {"seen": ["m2", "r1", "r9"]}}
OF_OTHER_SERVICE = {"duplicates": NEAR["duplicates"] | {"checked_for": [8, 1.0, 2.0]}}
OF_OTHER_PLACE = {"duplicates": NEAR["duplicates"] | {"checked_for": [7, 1.5, 2.0]}}
PLAIN_ATTRIBUTES_ALONE = {"attributes": {"description": "Deep.", "attributes": []}}
PLAIN_ATTRIBUTES = ALL | PLAIN_ATTRIBUTES_ALONE


def without(page: str) -> dict[str, Any]:
    return {name: given for name, given in ALL.items() if name != key_of(page)}


@pytest.mark.parametrize(
    ("answers", "first"),
    [
        ({}, "place"),
        (PLACE, "service"),
        (PLACE | SERVICE, "attributes"),
        (PLACE | SERVICE | ATTRIBUTES, "media"),
        (PLACE | SERVICE | ATTRIBUTES | MEDIA, "contact"),
        (ALL, "check"),
        (GONE, "service"),
        (OTHER_SERVICE, "attributes"),
        (NEW_QUESTIONS, "attributes"),
        (PLAIN_ATTRIBUTES, "check"),
        (PLACE | SERVICE | MEDIA | CONTACT, "attributes"),
        (PLACE | {"service": {}}, "service"),
        ({"unknown": {"x": 1}}, "place"),
        (PLACE | SERVICE | NEAR, "duplicates"),
        (PLACE | SERVICE | HALF_SEEN, "duplicates"),
        (PLACE | SERVICE | SEEN, "attributes"),
        (PLACE | SERVICE | OF_OTHER_SERVICE, "attributes"),
        (PLACE | SERVICE | OF_OTHER_PLACE, "attributes"),
        (PLACE | SERVICE | {"duplicates": {}}, "attributes"),
        (PLACE | SERVICE | {"duplicates": None}, "attributes"),
        (PLACE | NEAR, "service"),
        (ALL | NEAR, "duplicates"),
        (ALL | SEEN, "check"),
        (GONE | NEAR, "service"),
    ],
)
def test_the_first_question_without_an_answer(answers: dict[str, Any], first: str) -> None:
    assert first_unanswered(answers) == first


@pytest.mark.parametrize(
    ("answers", "current", "following"),
    [
        (PLACE, "place", "service"),
        (PLACE | SERVICE, "place", "attributes"),  # a link named the service
        (PLACE | SERVICE, "service", "attributes"),
        (PLACE | SERVICE | ATTRIBUTES, "attributes", "media"),
        (PLACE | SERVICE | ATTRIBUTES | MEDIA, "media", "contact"),
        (ALL, "contact", "check"),
        (ALL, "check", "done"),
        *[(ALL, page, "check") for page in PAGES if page != "check"],  # Change links come back
        (PLACE | SERVICE | NEAR, "service", "duplicates"),
        (PLACE | SERVICE | SEEN, "duplicates", "attributes"),
        (ALL | NEAR, "service", "duplicates"),  # another service, and something near it
        (ALL | SEEN, "duplicates", "check"),
        (ALL | SEEN, "check", "done"),
        (GONE, "place", "service"),
        (OTHER_SERVICE, "service", "attributes"),
        (GONE, "check", "service"),
    ],
)
def test_where_continue_leads(answers: dict[str, Any], current: str, following: str) -> None:
    assert next_page(answers, current) == following


@pytest.mark.parametrize(
    ("answers", "current", "back"),
    [
        ({}, "place", None),
        (PLACE, "service", "place"),
        (PLACE | SERVICE, "attributes", "service"),
        (PLACE | SERVICE | SEEN, "attributes", "duplicates"),
        (PLACE | SERVICE | NEAR, "duplicates", "service"),
        (PLACE | SERVICE | OF_OTHER_PLACE, "attributes", "service"),
        (PLACE | SERVICE | ATTRIBUTES, "media", "attributes"),
        (ALL, "contact", "media"),
        (ALL, "place", None),
        (ALL, "check", "contact"),
    ],
)
def test_where_back_leads(answers: dict[str, Any], current: str, back: str | None) -> None:
    assert back_page(answers, current) == back


@pytest.mark.parametrize("answers", [ALL, ALL | SEEN])
def test_back_again_and_again_walks_through_every_question_once(answers: dict[str, Any]) -> None:
    pages, page = ["check"], back_page(answers, "check")
    while page is not None:
        pages.append(page)
        page = back_page(answers, page)
    assert pages == [page for page in reversed(PAGES) if applies(answers, page)]


@pytest.mark.parametrize(
    ("answers", "current", "back"),
    [
        *[(ALL, page, "check") for page in PAGES if page not in ("check", "duplicates")],
        (ALL | SEEN, "duplicates", "check"),
        (ALL, "check", "contact"),
        (NEW_QUESTIONS, "attributes", "service"),  # the check would only lead here again
        (ALL | NEAR, "duplicates", "service"),
        (PLACE, "service", "place"),
        ({}, "place", None),
    ],
)
def test_where_back_leads_somebody_who_came_by_a_change_link(
    answers: dict[str, Any], current: str, back: str | None
) -> None:
    assert back_page(answers, current, from_check=True) == back


def test_a_page_opens_when_all_before_it_are_answered() -> None:
    asked = [page for page in PAGES if page != "duplicates"]
    for number, page in enumerate(asked[:-1]):
        assert [candidate for candidate in PAGES if may_open(without(page), candidate)] == asked[: number + 1]
    assert [page for page in PAGES if may_open(ALL, page)] == asked
    assert all(may_open(ALL | SEEN, page) for page in PAGES)
    assert [page for page in PAGES if may_open(ALL | NEAR, page)] == ["place", "service", "duplicates"]


@pytest.mark.parametrize(
    ("answers", "near"),
    [
        ({}, []),
        (ALL, []),
        (ALL | NEAR, ["r1", "m2"]),
        (ALL | SEEN, ["r1", "m2"]),
        (ALL | OF_OTHER_SERVICE, []),
        (GONE | NEAR, []),
        (NEAR, []),
    ],
)
def test_what_is_near_counts_for_the_service_and_the_place_it_was_looked_for(answers: Any, near: list[str]) -> None:
    assert near_ones(answers) == near
    assert applies(answers, "duplicates") == bool(near)


def test_what_is_looked_for_takes_both_a_service_and_a_point() -> None:
    assert looked_for(ALL) == HERE
    for answers in ({}, PLACE, SERVICE, GONE, SERVICE | {"location": {"place_detail": "x"}}):
        assert looked_for(answers) is None


@pytest.mark.parametrize(
    ("answers", "offered", "settled"),
    [
        ({}, {}, {}),
        (PLACE, {7: "one"}, PLACE),
        (ALL, {7: "one", 8: "x"}, ALL),
        (ALL, {7: "two"}, NEW_QUESTIONS),
        (ALL, {8: "x"}, GONE),
        (ALL, {}, GONE),
        (GONE, {7: "one"}, ALL),
        (GONE, {7: "two"}, NEW_QUESTIONS),
        (GONE, {8: "x"}, GONE),
    ],
)
def test_answers_are_settled_with_what_is_offered(answers: Any, offered: dict[int, str], settled: Any) -> None:
    before = repr(answers)
    assert settle(answers, offered, {}) == settled
    assert repr(answers) == before


def test_a_service_that_comes_back_finds_its_answers_again() -> None:
    gone = settle(ALL, {}, {})
    assert not is_answered(gone, "attributes")
    assert first_unanswered(settle(gone, {7: "one"}, {7: 3})) == "check"


def test_what_a_body_asks_for_itself_is_asked_again_by_another() -> None:
    of_three = ALL | {"media": {"seen": True, "endpoint": 3}, "contact": {"email": "", "endpoint": 3}}
    offered, endpoints = {7: "one", 8: "one"}, {7: 3, 8: 4}
    assert first_unanswered(settle(of_three, offered, endpoints)) == "check"
    settled = settle(of_three | PLAIN_ATTRIBUTES_ALONE | {"service": {"service": 8}}, offered, endpoints)
    assert settled["service"] == {"service": 8, "definition_hash": "one", "endpoint": 4}
    assert first_unanswered(settled) == "media"
    assert first_unanswered(settled | {"media": {"seen": True, "endpoint": 4}}) == "contact"
    assert first_unanswered(settled | MEDIA | CONTACT) == "check"  # answers that name no endpoint


def test_pages_and_their_names_in_the_draft() -> None:
    assert [page_of(key_of(page)) for page in PAGES] == list(PAGES)
    assert key_of("place") == "location"
