"""What has to be true when all is quiet: every request once in its city, or with a volunteer who is told why."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

SENT = frozenset({"delivered", "accepted"})


@dataclass(frozen=True)
class Filed:
    """One request as our database knows it. `city` is the sandbox's key; `gives_number` is False where no number and no
    token is to be expected."""

    reference: str
    city: str
    state: str
    service_request_id: str = ""
    token: str = ""
    reason: str = ""
    gives_number: bool = True


@dataclass
class Verdict:
    """`wrong` is one sentence for each breach; `states` counts how the requests ended."""

    wrong: list[str] = field(default_factory=list)
    states: Counter[str] = field(default_factory=Counter)
    in_city_and_with_volunteer: int = 0


def judge(filed: Sequence[Filed], cities: Mapping[str, Any], *, numbers_may_differ: bool = False) -> Verdict:
    """Compare the database's rows with `cities` of `/_control/received.json`."""
    verdict = Verdict(states=Counter(each.state for each in filed))
    for each in filed:
        rows = {
            key: [row for row in city["requests"] if f"[{each.reference}]" in row["description"]]
            for key, city in cities.items()
        }
        elsewhere = sorted(key for key, found in rows.items() if found and key != each.city)
        if elsewhere:
            verdict.wrong.append(f"{each.reference} of {each.city} is in {', '.join(elsewhere)}")
        found = rows.get(each.city, [])
        verdict.wrong += [f"{each.reference} ({each.city}, {each.state}): {why}" for why in _breaches(each, found)]
        verdict.in_city_and_with_volunteer += each.state == "needs_attention" and bool(found)
        if each.state in SENT and each.gives_number and not numbers_may_differ and len(found) == 1:
            verdict.wrong += _number_breaches(each, found[0])
    return verdict


def _breaches(each: Filed, found: Sequence[Any]) -> Iterable[str]:
    if each.state in SENT:
        if len(found) != 1:
            yield f"{len(found)} times in its city"
    elif each.state == "needs_attention":
        if len(found) > 1:
            yield f"{len(found)} times in its city"
        if not each.reason.strip():
            yield "a volunteer has it without a reason"
    else:
        yield f"it was left on its way ({len(found)} times in its city)"


def _number_breaches(each: Filed, row: Mapping[str, Any]) -> Iterable[str]:
    if each.state == "delivered" and each.service_request_id != str(row["service_request_id"]):
        yield f"{each.reference}: we have number {each.service_request_id!r}, {each.city} {row['service_request_id']!r}"
    if each.token and each.token != row["token"]:
        yield f"{each.reference}: we have token {each.token!r}, {each.city} {row['token']!r}"
