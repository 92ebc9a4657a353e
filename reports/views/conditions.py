"""Which page comes next: pure functions of the answers, with no request, no database and no clock.

`answers` is a draft's: one object per page, `location` for the page `place` and else the page's own name.
"""

from collections.abc import Mapping
from typing import Any, Final

Answers = Mapping[str, Any]

QUESTIONS: Final = ("place", "service", "duplicates", "attributes", "media", "contact")
CHECK: Final = "check"
DONE: Final = "done"
PAGES: Final = (*QUESTIONS, CHECK)

ASKED_BY_THE_BODY: Final = ("media", "contact")  # each endpoint has demands of its own, and a consent names its body

KEYS: Final = {"place": "location"}


def key_of(page: str) -> str:
    """The name under which a page's answers stand in a draft."""
    return KEYS.get(page, page)


def page_of(key: str) -> str:
    """The page that gives the answers of that name."""
    return next((page for page, name in KEYS.items() if name == key), key)


def is_answered(answers: Answers, page: str) -> bool:
    """Whether a page has been answered, and its answers still fit those of the pages before it."""
    given = answers.get(key_of(page))
    if page == "duplicates":
        return not applies(answers, page) or set(near_ones(answers)) <= set((given or {}).get("seen", ()))
    if not given:
        return False
    if page == "service":
        return "service" in given
    chosen = answers.get("service") or {}
    if page == "attributes":
        return _fits(given, chosen, "service", "definition_hash")
    if page in ASKED_BY_THE_BODY:
        return "endpoint" not in chosen or _fits(given, chosen, "endpoint")
    return True


def applies(answers: Answers, page: str) -> bool:
    """Whether the page is one of this report's at all: what is near is asked about only where something is."""
    return page != "duplicates" or bool(near_ones(answers))


def near_ones(answers: Answers) -> list[str]:
    """What was found near the chosen place for the chosen service; nothing where either is another one by now.

    A draft's `duplicates` is `{"checked_for": [service, lat, long], "found": [keys], "seen": [keys]}`, and is left out
    where nothing was found. `seen` are those of which the person has said that theirs is different.
    """
    given = answers.get("duplicates") or {}
    return list(given.get("found", ())) if given.get("checked_for") == looked_for(answers) else []


def looked_for(answers: Answers) -> list[Any] | None:
    """For which service and at which place one looks for near ones; None while one of the two is not chosen."""
    place, service = answers.get("location") or {}, (answers.get("service") or {}).get("service")
    if service is None or "lat" not in place:
        return None
    return [service, place["lat"], place["long"]]


def first_unanswered(answers: Answers) -> str:
    """The first question without an answer; `check` when every one has one."""
    return next((page for page in QUESTIONS if not is_answered(answers, page)), CHECK)


def next_page(answers: Answers, current: str) -> str:
    """Where Continue leads. A changed answer leads back to `check`, past the questions that still hold theirs."""
    first = first_unanswered(answers)
    return DONE if current == CHECK and first == CHECK else first


def back_page(answers: Answers, current: str, *, from_check: bool = False) -> str | None:
    """Where Back leads: through the questions one by one; None leaves the flow.

    To `check` for somebody who came from there by a Change link, as long as every question has its answer.
    """
    if from_check and current in QUESTIONS and first_unanswered(answers) == CHECK:
        return CHECK
    before = [page for page in PAGES[: PAGES.index(current)] if applies(answers, page)]
    return before[-1] if before else None


def may_open(answers: Answers, page: str) -> bool:
    """A page may be opened when it is one of this report's, and every question before it has been answered."""
    return applies(answers, page) and PAGES.index(page) <= PAGES.index(first_unanswered(answers))


def settle(answers: Answers, definition_hashes: Mapping[int, str], endpoints: Mapping[int, int]) -> dict[str, Any]:
    """The answers beside the world as it is now: `definition_hashes` are the services at the place, by their id.

    `endpoints` are the ids of the endpoints to which these services belong. A service that is no longer there leaves
    `{"gone": id}`, so that its page can say why it asks again; it is chosen again as soon as it is back. One whose
    questions have changed takes the new hash, and by that its questions count as unanswered; one of another endpoint
    makes what that body asks for itself count as unanswered. No answer is dropped. `called` stays: the person has been
    told whom to call first, and went on.
    """
    chosen = answers.get("service") or {}
    service = chosen.get("service", chosen.get("gone"))
    if service is None:
        return dict(answers)
    if service not in definition_hashes:
        return {**answers, "service": {"gone": service}}
    found = {"service": service, "definition_hash": definition_hashes[service]}
    if "service" in chosen and chosen.get("called"):
        found["called"] = True
    if service in endpoints:
        found["endpoint"] = endpoints[service]
    return {**answers, "service": found}


def _fits(given: Answers, chosen: Answers, *names: str) -> bool:
    """Answers that do not say which questions they answer, or whose, are taken at their word."""
    return all(given.get(name, chosen.get(name)) == chosen.get(name) for name in names)
