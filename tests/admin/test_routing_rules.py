"""Rules between bodies in the admin: what is refused, what is warned of, and where a report would go."""

from typing import Any

import pytest
from django.test import Client

from reports.models import Jurisdiction, RoutingRule
from tests.admin.conftest import volunteer
from tests.factories import LAT, LONG, make_endpoint, make_jurisdiction, make_service

pytestmark = pytest.mark.django_db
LIST = "/admin/reports/routingrule/"


@pytest.fixture
def bodies() -> tuple[Jurisdiction, Jurisdiction]:
    city, state = make_jurisdiction("City", slug="city"), make_jurisdiction("State", slug="state")
    make_service(make_endpoint(city), service_name="Traffic signal")
    make_service(make_endpoint(state), service_name="Signal out", service_code="S1")
    return city, state


def answers(city: Jurisdiction, state: Jurisdiction, **fields: Any) -> dict[str, Any]:
    return {"jurisdiction": city.pk, "to": state.pk, "words": "signal", "kind": "delegated", "active": "on"} | fields


def test_a_rule_is_added_and_works(staff: Client, bodies: tuple[Jurisdiction, Jurisdiction]) -> None:
    page = staff.post(f"{LIST}add/", answers(*bodies, reason="The State runs these."), follow=True).content.decode()
    assert RoutingRule.objects.count() == 1
    assert "warning" not in page
    assert "yes" in staff.get(LIST).content.decode()


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"words": " , "}, "words"), ({"words": ""}, "words"), ({"kind": "sold"}, "kind"), ({"to": ""}, "to")],
)
def test_what_cannot_work_is_refused(
    staff: Client, bodies: tuple[Jurisdiction, Jurisdiction], fields: dict[str, str], field: str
) -> None:
    response = staff.post(f"{LIST}add/", answers(*bodies, **fields))
    assert field in response.context["adminform"].form.errors
    assert not RoutingRule.objects.exists()


def test_a_rule_from_a_body_to_itself_is_refused(staff: Client, bodies: tuple[Jurisdiction, Jurisdiction]) -> None:
    response = staff.post(f"{LIST}add/", answers(bodies[0], bodies[0]))
    assert "to" in response.context["adminform"].form.errors


def test_a_rule_without_effect_is_stored_with_a_warning(
    staff: Client, bodies: tuple[Jurisdiction, Jurisdiction]
) -> None:
    page = staff.post(f"{LIST}add/", answers(*bodies, words="traffic"), follow=True).content.decode()
    assert "State offers nothing that matches these words now" in page
    assert RoutingRule.objects.count() == 1


def test_a_circle_is_warned_of(staff: Client, bodies: tuple[Jurisdiction, Jurisdiction]) -> None:
    city, state = bodies
    RoutingRule.objects.create(jurisdiction=state, to=city, words="signal")
    page = staff.post(f"{LIST}add/", answers(city, state), follow=True).content.decode()
    assert "on to City again" in page


def test_where_a_report_would_go_and_why(staff: Client, bodies: tuple[Jurisdiction, Jurisdiction]) -> None:
    city, state = bodies
    RoutingRule.objects.create(jurisdiction=city, to=state, words="signal", reason="The State runs these.")
    RoutingRule.objects.create(jurisdiction=state, to=city, words="signal")
    assert "Where would this go?" in staff.get(LIST).content.decode()
    asked = {"lat": LAT, "long": LONG, "words": "traffic"}
    page = staff.get(f"{LIST}where/", asked).content.decode()
    assert "Inside City" in page
    assert "Passed on by a rule" in page
    everything = staff.get(f"{LIST}where/", {"lat": LAT, "long": LONG}).content.decode()
    assert "The State runs these." in everything
    assert "passes it back" in everything
    assert "Nothing" in staff.get(f"{LIST}where/", {"lat": "0", "long": "0"}).content.decode()


@pytest.mark.parametrize(
    ("lat", "long", "words"), [("x", "1", "numbers"), ("91", "0", "-90"), ("", "1", "numbers"), ("nan", "0", "finite")]
)
def test_what_is_no_place_is_said(staff: Client, lat: str, long: str, words: str) -> None:
    page = staff.get(f"{LIST}where/", {"lat": lat, "long": long}).content.decode()
    assert 'role="alert"' in page
    assert words in page


def test_who_may_look(bodies: tuple[Jurisdiction, Jurisdiction]) -> None:
    assert volunteer("view_routingrule").get(f"{LIST}where/").status_code == 200
    assert volunteer("view_endpoint").get(f"{LIST}where/").status_code == 403
    assert Client().get(f"{LIST}where/").status_code == 302
