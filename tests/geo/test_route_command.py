import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from reports.models import RoutingRule, ServiceOverride
from tests.factories import LAT, LONG, make_endpoint, make_jurisdiction, make_service, square

pytestmark = pytest.mark.django_db


def route(capsys: pytest.CaptureFixture[str], lat: object, long: object) -> dict[str, Any]:
    call_command("route", str(lat), str(long))
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


def test_who_answers_most_local_first_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    make_jurisdiction("County", slug="county", boundary=square(half_side=1), area=9000)
    endpoint = make_endpoint(make_jurisdiction("City", slug="city", area=100), label="Roads")
    make_endpoint(endpoint.jurisdiction, active=False)
    make_service(endpoint)
    make_service(endpoint, suspended=True)
    ServiceOverride.objects.create(service=make_service(endpoint), hidden=True)
    ServiceOverride.objects.create(service=make_service(endpoint), notice="Slow in winter")
    answer = route(capsys, LAT, LONG)
    assert (answer["lat"], answer["long"]) == (LAT, LONG)
    city, county = answer["jurisdictions"]
    assert (city["name"], city["slug"], city["area_km2"]) == ("City", "city", 100)
    assert city["reason"].startswith("Inside City")
    assert city["border_metres"] == pytest.approx(4272, abs=5)
    assert [(each["active"], each["services"]) for each in city["endpoints"]] == [(True, 2), (False, 0)]
    assert city["endpoints"][0]["dialect"] == endpoint.dialect
    assert county["endpoints"] == []
    assert "nearest" not in answer


def test_near_a_border_and_beyond_it(capsys: pytest.CaptureFixture[str]) -> None:
    make_jurisdiction("City", slug="city")
    answer = route(capsys, LAT + 0.0501, LONG)
    assert answer["jurisdictions"] == []
    assert answer["near_border"] == [{"name": "City", "slug": "city", "metres": pytest.approx(11.1, abs=0.2)}]
    assert answer["nearest"] == answer["near_border"]


@pytest.mark.parametrize(
    ("lat", "long", "words"),
    [
        ("91", "200", "-90 to 90"),
        ("91", "0", "swapped"),
        ("-122.4", "37.8", "swapped"),
        (str(LONG), str(LAT), "swapped"),
        ("nan", "0", "finite"),
        ("0", "inf", "finite"),
        ("Springfield", "0", "not a number"),
        ("39,78", "0", "not a number"),
        ("", "", "not a number"),
    ],
)
def test_what_is_no_point_is_said_plainly(lat: str, long: str, words: str) -> None:
    make_jurisdiction()
    with pytest.raises(CommandError, match=words):
        call_command("route", lat, long)


def test_one_number_is_not_enough() -> None:
    with pytest.raises(CommandError, match="LONG"):
        call_command("route", "41.88")


def test_services_and_what_the_rules_did_to_them(capsys: pytest.CaptureFixture[str]) -> None:
    city, state = (
        make_jurisdiction("City", slug="city"),
        make_jurisdiction("State", slug="state", boundary=square(9, 9)),
    )
    make_service(make_endpoint(city), service_code="C1", service_name="Signal")
    make_service(city.endpoints.get(), service_code="C2", service_name="Pothole")
    make_service(make_endpoint(state), service_code="S1", service_name="Signal out", group="Roads")
    rule = RoutingRule.objects.create(jurisdiction=city, to=state, words="signal", reason="The State runs these.")
    idle = RoutingRule.objects.create(jurisdiction=city, to=state, words="pothole")
    answer = route(capsys, LAT, LONG)
    assert [each["service_code"] for each in answer["services"]] == ["C2", "S1"]
    assert answer["services"][1] == {
        "service_code": "S1",
        "service_name": "Signal out",
        "group": "Roads",
        "jurisdiction": "state",
        "endpoint": "State · Test",
        "because": "The State runs these.",
    }
    [redirected] = answer["redirected"]
    assert redirected["service"]["service_code"] == "C1"
    assert [each["service_code"] for each in redirected["to"]] == ["S1"]
    assert redirected["rule"] == {
        "id": rule.pk,
        "words": "signal",
        "kind": "delegated",
        "to": "state",
        "reason": "The State runs these.",
    }
    [without_effect] = answer["rules_without_effect"]
    assert (without_effect["rule"]["id"], without_effect["service"]["service_code"]) == (idle.pk, "C2")
    assert "offers nothing that matches" in without_effect["why"]


@pytest.mark.parametrize(
    ("words", "codes"), [("pothole", ["C2"]), ("C2", ["C2"]), ("c2", []), ("nothing", []), ("  ", ["C1", "C2"])]
)
def test_only_the_services_that_are_meant(capsys: pytest.CaptureFixture[str], words: str, codes: list[str]) -> None:
    endpoint = make_endpoint()
    make_service(endpoint, service_code="C1", service_name="Signal", group="A")
    make_service(endpoint, service_code="C2", service_name="Pothole", group="B")
    call_command("route", str(LAT), str(LONG), "--service", words)
    assert [each["service_code"] for each in json.loads(capsys.readouterr().out)["services"]] == codes


def test_a_system_that_is_read_only_offers_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    make_service(make_endpoint(dialect="libre311"))
    assert route(capsys, LAT, LONG)["services"] == []


def test_what_takes_no_reports_now_is_not_counted(capsys: pytest.CaptureFixture[str]) -> None:
    endpoint = make_endpoint()
    make_service(endpoint)
    make_service(endpoint, active=False)
    [body] = route(capsys, LAT, LONG)["jurisdictions"]
    assert body["endpoints"][0]["services"] == 1
