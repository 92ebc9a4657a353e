"""Where reports can be sent: a row for each way to each body, and nothing that is secret."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from reports import clock
from reports.models import Breaker, Endpoint, Traffic
from reports.views.reach import State, reach
from tests.factories import make_endpoint, make_jurisdiction, make_service
from tests.views.test_take_away import words

pytestmark = pytest.mark.django_db
NOW = clock.now()
HOURS = timedelta(hours=1)


def state_of(endpoint: Endpoint) -> tuple[State, str]:
    endpoint = Endpoint.objects.get(pk=endpoint.pk)
    system = reach([endpoint.jurisdiction])[endpoint.jurisdiction_id].best
    return system.state, system.state_words


def test_each_way_has_its_row(client: Client) -> None:
    body = make_jurisdiction("Springfield")
    live = make_endpoint(body, environment="live", last_success_at=NOW)
    make_service(live)
    make_service(live)
    make_service(live, suspended=True)
    make_endpoint(body, environment="test", dialect="libre311")
    make_endpoint(body, environment="test", active=False, dialect="chicago")
    make_jurisdiction("Nowhere")
    said = words(client.get("/coverage/"))
    assert re.search(r"Springfield\s+Its own system, GeoReport v2\s+works [^()]*\([^()]*(?:ago|just now)\)\s+2", said)
    assert re.search(r"Springfield\s+Only read \(Libre311\).*?\(test system\)\s+not called yet\s+–\s+0", said)
    assert "Chicago" not in said
    assert re.search(r"Nowhere\s+Not reached at present\s+–\s+–\s+–", said)
    assert "GeoReport v2: 1 body" in said


def test_no_addresses_and_no_keys(client: Client) -> None:
    endpoint = make_endpoint(base_url="https://secret-host.example.org/v2/", options={"headers": {"X": "secret-value"}})
    endpoint.api_key = "secret-key"
    endpoint.last_failure, endpoint.last_failure_at = "call: secret-host said no", NOW
    endpoint.save()
    html = client.get("/coverage/").content.decode()
    assert "secret" not in html
    assert "the last call failed" in html


@pytest.mark.parametrize(
    ("traffic", "said"),
    [
        ({"breaker": Breaker.OPEN, "trouble_since": NOW - 5 * HOURS}, "does not answer, since"),
        ({"breaker": Breaker.OPEN}, "does not answer"),
        ({"paused_until": NOW + HOURS / 2}, "has asked us to wait a little"),
    ],
)
def test_a_system_in_trouble(traffic: dict[str, Any], said: str) -> None:
    endpoint = make_endpoint(last_success_at=NOW)
    Traffic.objects.create(endpoint=endpoint, **traffic)
    assert state_of(endpoint) == (State.SLOW, said)


def test_a_success_after_a_failure_works_and_the_other_way_round() -> None:
    endpoint = make_endpoint(last_success_at=NOW, last_failure_at=NOW - HOURS)
    assert state_of(endpoint) == (State.WORKS, "works")
    Endpoint.objects.update(last_failure_at=NOW + HOURS)
    assert state_of(endpoint) == (State.SLOW, "the last call failed")
    Endpoint.objects.update(last_failure_at=None, last_success_at=None)
    assert state_of(endpoint) == (State.UNTRIED, "not called yet")


def test_what_takes_reports_comes_first_and_the_live_one_before_the_test() -> None:
    body = make_jurisdiction()
    for dialect, environment in (("zaragoza", "live"), ("georeport_v2", "test"), ("ureport", "live")):
        make_endpoint(body, dialect=dialect, environment=environment)
    assert [system.name for system in reach([body])[body.pk].systems] == ["uReport", "GeoReport v2", "Zaragoza"]


def test_a_dialect_that_is_not_known_any_more_is_no_failure(client: Client) -> None:
    make_endpoint(make_jurisdiction("Springfield", slug="springfield"), dialect="gone")
    assert client.get("/coverage/").status_code == 200
    assert client.get("/bodies/springfield/").status_code == 200


def test_a_map_and_a_table_of_the_same(client: Client) -> None:
    make_jurisdiction("Springfield", slug="springfield")
    html = client.get("/coverage/").content.decode()
    assert 'data-outlines="/places/outlines.geojson"' in html
    assert '<a href="/bodies/springfield/">Springfield</a>' in html
    assert not client.cookies


def test_thousands_come_page_by_page_in_few_queries(client: Client, django_assert_max_num_queries: Any) -> None:
    for number in range(55):
        make_service(make_endpoint(make_jurisdiction(f"Town {number:02}")))
    with django_assert_max_num_queries(6):
        said = words(client.get("/coverage/"))
    assert "Page 1 of 2" in said
    assert "Town 54" in words(client.get("/coverage/?q=town&page=2"))


@pytest.mark.parametrize("query", ["page=9", "page=x", "page=%00"])
def test_pages_that_are_not_there(client: Client, query: str) -> None:
    assert client.get(f"/coverage/?{query}").status_code == 404


@pytest.mark.parametrize("query", ["q=%00", "q=" + "y" * 10_000, "q=%E2%80%AE"])
def test_any_words(client: Client, query: str) -> None:
    assert client.get(f"/coverage/?{query}").status_code == 200


def test_nobody_yet(client: Client) -> None:
    assert "No body is set up yet" in words(client.get("/coverage/"))
