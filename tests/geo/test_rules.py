"""Which body's service takes a kind of report where several answer: delegation, preference, chains and circles."""

import itertools
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports.geo import routing, rules
from reports.models import Jurisdiction, RoutingRule, Service, ServiceOverride
from tests.factories import LAT, LONG, make_endpoint, make_jurisdiction, make_service, square

pytestmark = pytest.mark.django_db
FAR = square(10, 10)


def body(name: str, *services: str, **fields: Any) -> Jurisdiction:
    """A body that offers these services, each coded by the body's initial and the service's name."""
    jurisdiction = make_jurisdiction(name, slug=name.lower(), **fields)
    endpoint = make_endpoint(jurisdiction)
    for service in services:
        make_service(endpoint, service_code=f"{name[0]}-{service}", service_name=service)
    return jurisdiction


def rule(
    jurisdiction: Jurisdiction, words: str, to: Jurisdiction, kind: str = "delegated", **fields: Any
) -> RoutingRule:
    return RoutingRule.objects.create(jurisdiction=jurisdiction, words=words, to=to, kind=kind, **fields)


def offered(lat: float = LAT, long: float = LONG) -> list[str]:
    return [service.service_code for service in routing.services_at(lat, long)]


def test_without_rules_everybody_offers_their_own() -> None:
    body("City", "Pothole", "Signal")
    body("State", "Signal", area=9000)
    assert offered() == ["C-Pothole", "C-Signal", "S-Signal"]


def test_a_delegated_service_goes_to_the_other_body_also_beyond_its_boundary() -> None:
    city = body("City", "Pothole", "Traffic signal")
    state = body("State", "Signal out", "Signal timing", "Bridge", boundary=FAR)
    rule(city, "signal", state, reason="The State runs these signals.")
    assert offered() == ["C-Pothole", "S-Signal out", "S-Signal timing"]
    because = {each.service_code: each.routed_because for each in routing.services_at(LAT, LONG)}
    assert because == {
        "C-Pothole": "",
        "S-Signal out": "The State runs these signals.",
        "S-Signal timing": "The State runs these signals.",
    }
    assert offered(10, 10) == ["S-Bridge", "S-Signal out", "S-Signal timing"]


def test_a_reason_that_nobody_wrote_is_given_all_the_same() -> None:
    rule(body("City", "Signal"), "signal", body("State", "Signal"))
    assert [each.routed_because for each in routing.services_at(LAT, LONG)] == ["State deals with this here."]


def test_a_preferred_body_has_to_answer_there_and_to_offer_it() -> None:
    city, state = body("City", "Signal", "Pothole"), body("State", "Signal", boundary=square(LAT, LONG + 0.05))
    rule(city, "signal, pothole", state, "preferred")
    assert offered(LAT, LONG + 0.04) == ["C-Pothole", "S-Signal"]
    assert offered(LAT, LONG - 0.04) == ["C-Pothole", "C-Signal"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("C-Signal", []),
        ("c-signal", ["C-Signal"]),  # a code is exact, and these are not words of its name
        ("SIGNAL", []),
        ("nothing, sig", []),
        ("lights", []),
        ("works", []),
        ("ampel", []),
        ("nothing", ["C-Signal"]),
        (" , ", ["C-Signal"]),
    ],
)
def test_words_match_a_code_exactly_or_stand_in_name_group_or_keywords(words: str, expected: list[str]) -> None:
    city, state = body("City", "Signal"), body("State", boundary=FAR)
    service = Service.objects.get()
    Service.objects.filter(pk=service.pk).update(group="Lights", keywords=["public works"])
    ServiceOverride.objects.create(service=service, keywords=["Ampel"])
    everything = "C-Signal, signal, lights, works, ampel, c-signal"
    make_service(state.endpoints.get(), service_code="S", service_name=everything)
    rule(city, words, state)
    assert [code for code in offered() if code != "S"] == expected


def test_a_rule_by_code_leads_to_what_its_other_words_say() -> None:
    city, state = body("City", "Ampel", "Signal"), body("State", "Signal", "Bridge", boundary=FAR)
    rule(city, "C-Ampel, bridge", state)
    assert offered() == ["C-Signal", "S-Bridge"]


def test_a_rule_whose_target_offers_nothing_has_no_effect() -> None:
    city, state = body("City", "Signal"), body("State", "Bridge")
    made = rule(city, "signal", state)
    outcome = routing.offers_at(LAT, LONG)
    assert "C-Signal" in [each.service_code for each in outcome.services]
    [left] = outcome.without_effect
    assert (left.rule, left.why) == (made, "State offers nothing that matches.")
    assert "State offers nothing that matches these words now" in " ".join(rules.problems(made))


@pytest.mark.parametrize("how", ["suspended", "inactive", "hidden", "paused", "switched off"])
def test_what_is_not_offered_cannot_stand_in(how: str) -> None:
    city, state = body("City", "Signal"), body("State", "Signal", boundary=FAR)
    service = Service.objects.get(service_code="S-Signal")
    if how == "hidden":
        ServiceOverride.objects.create(service=service, hidden=True)
    Service.objects.filter(pk=service.pk).update(suspended=how == "suspended", active=how != "inactive")
    state.endpoints.update(active=how != "paused")
    Jurisdiction.objects.filter(pk=state.pk).update(active=how != "switched off")
    rule(city, "signal", state)
    assert offered() == ["C-Signal"]


def test_an_inactive_rule_does_nothing() -> None:
    rule(body("City", "Signal"), "signal", body("State", "Signal", boundary=FAR), active=False)
    assert offered() == ["C-Signal"]


def test_a_chain_is_followed_to_its_end() -> None:
    city, county, state = (
        body("City", "Signal"),
        body("Town", "Signal", boundary=FAR),
        body("State", "Signal", boundary=FAR),
    )
    rule(city, "signal", county)
    rule(county, "signal", state, reason="At last")
    [service] = routing.services_at(LAT, LONG)
    assert (service.service_code, service.routed_because) == ("S-Signal", "At last")
    assert [each.service.service_code for each in routing.offers_at(LAT, LONG).redirected] == ["T-Signal", "C-Signal"]


def test_a_chain_of_more_than_five_stops_where_it_is_then() -> None:
    bodies = [body("City", "Signal")] + [body(f"{n}", "Signal", boundary=FAR) for n in range(1, 9)]
    for one, other in itertools.pairwise(bodies):
        rule(one, "signal", other)
    assert offered() == ["5-Signal"]


@pytest.mark.parametrize("kind", ["delegated", "preferred"])
def test_a_circle_ends_and_loses_nothing(kind: str) -> None:
    city, state = body("City", "Signal"), body("State", "Signal")
    rules_made = [rule(city, "signal", state, kind), rule(state, "signal", city, kind)]
    outcome = routing.offers_at(LAT, LONG)
    assert {each.service_code for each in outcome.services} == {"C-Signal", "S-Signal"}
    assert any("passes it back" in each.why for each in outcome.without_effect)
    assert all("again" in " ".join(rules.problems(each)) for each in rules_made)


def test_broad_words_over_many_services_and_bodies_do_not_take_for_ever() -> None:
    bodies = [body(f"{letter}", *(f"Signal {n}" for n in range(15))) for letter in "ABCDEF"]
    for one in bodies:
        for other in bodies:
            if one != other:
                rule(one, "signal", other)
    assert len(offered()) >= 15


def test_rules_are_read_with_one_query() -> None:
    city, state = body("City", "Signal"), body("State", "Signal", boundary=FAR)
    for number in range(10):
        rule(city, f"signal {number}", state)
    rule(city, "signal", state)
    with CaptureQueriesContext(connection) as queries:
        offered()
    assert sum("routingrule" in each["sql"] for each in queries.captured_queries) == 1


def test_a_working_rule_has_no_problems() -> None:
    city, state = body("City", "Signal"), body("State", "Signal")
    assert rules.problems(rule(city, "signal", state)) == []
    unknown = rule(state, "bridge", city)
    assert len(rules.problems(unknown)) == 3


@pytest.mark.parametrize("words", ["arbol", "Árbol", "A\u0301RBOL"])
def test_words_match_whatever_their_accents_and_however_they_are_composed(words: str) -> None:
    city, state = body("City", "A\u0301rbol caído"), body("State", "Árbol", boundary=FAR)
    rule(city, words, state)
    assert offered() == ["S-Árbol"]
