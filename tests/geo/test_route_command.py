import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from reports.models import ServiceOverride
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
