"""An endpoint that was left alone is tried with a call that changes nothing there."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from reports import clock, tasks
from reports.delivery import gate, probes
from reports.delivery.gate import Kind
from reports.dialects.errors import ConfigurationError, Unavailable
from reports.models import Breaker, Endpoint, Submission, Traffic
from reports.sandbox import Sandbox
from reports.sandbox.faults import Fault
from tests.cities import file_report, make_city
from tests.factories import make_endpoint, make_service_request

pytestmark = pytest.mark.django_db


def broken(endpoint: Endpoint, kind: Kind = Kind.READ) -> Endpoint:
    """The endpoint with its breaker open, to be tried now."""
    gate.leave(gate.enter(endpoint.pk, kind), Unavailable("It failed."))
    Traffic.objects.filter(pk=endpoint.pk).update(
        breaker=Breaker.OPEN, trips=1, tripped_by_write=kind is Kind.WRITE, probe_at=clock.now() - timedelta(seconds=1)
    )
    return endpoint


def breaker(endpoint: Endpoint) -> str:
    return Traffic.objects.get(pk=endpoint.pk).breaker


def posts(sandbox: Sandbox, key: str) -> int:
    return int(sandbox.control.received()["cities"][key]["posts"])


def calls(sandbox: Sandbox) -> list[Any]:
    return [row["method"] for row in sandbox.state.exchanges]


def test_an_answer_lets_it_be_called_with_care(sandbox: Sandbox) -> None:
    endpoint = broken(make_city(sandbox, "evanston"))
    sandbox.state.exchanges.clear()
    assert probes.probe(endpoint)
    assert breaker(endpoint) == Breaker.HALF_OPEN
    assert calls(sandbox) == ["GET"]


def test_a_failure_leaves_it_alone_for_longer(sandbox: Sandbox) -> None:
    endpoint = broken(make_city(sandbox, "evanston"))
    sandbox.state.faults.append(Fault("500", "evanston"))
    assert not probes.probe(endpoint)
    row = Traffic.objects.get(pk=endpoint.pk)
    assert (row.breaker, row.trips) == (Breaker.OPEN, 2)
    assert row.probe_at is not None
    assert row.probe_at > clock.now()
    endpoint.refresh_from_db()
    assert "services" in endpoint.last_failure
    assert probes.due(clock.now()) == []


def test_it_is_not_tried_before_its_time(sandbox: Sandbox) -> None:
    endpoint = broken(make_city(sandbox, "evanston"))
    Traffic.objects.filter(pk=endpoint.pk).update(probe_at=clock.now() + timedelta(seconds=20))
    sandbox.state.exchanges.clear()
    assert not probes.probe(endpoint)
    assert calls(sandbox) == []
    assert breaker(endpoint) == Breaker.OPEN


def test_one_that_works_is_not_tried(sandbox: Sandbox) -> None:
    endpoint = make_city(sandbox, "evanston")
    sandbox.state.exchanges.clear()
    assert not probes.probe(endpoint)
    assert calls(sandbox) == []


def test_where_filings_failed_none_is_tried_with(sandbox: Sandbox) -> None:
    endpoint = make_city(sandbox, "evanston")
    file_report(endpoint)
    broken(endpoint, Kind.WRITE)
    assert probes.probe(endpoint)
    assert posts(sandbox, "evanston") == 0
    assert breaker(endpoint) == Breaker.HALF_OPEN


def test_the_task_sends_what_waits_once_it_is_back(sandbox: Sandbox) -> None:
    endpoint = make_city(sandbox, "evanston")
    submission = file_report(endpoint)
    broken(endpoint, Kind.WRITE)
    tasks.probe(endpoint.pk)
    submission.refresh_from_db()
    assert submission.state == "delivered"
    assert posts(sandbox, "evanston") == 1
    assert breaker(endpoint) == Breaker.CLOSED


def test_what_failed_meanwhile_is_due_when_it_has_recovered(sandbox: Sandbox) -> None:
    endpoint = make_city(sandbox, "evanston")
    first, waiting = file_report(endpoint), file_report(endpoint)
    Submission.objects.filter(pk=waiting.pk).update(state="retry", due_at=clock.now() + timedelta(hours=1), posts=3)
    broken(endpoint, Kind.WRITE)
    tasks.probe(endpoint.pk)
    first.refresh_from_db()
    waiting.refresh_from_db()
    assert first.state == "delivered"
    assert waiting.state == "delivered" or waiting.due_at <= clock.now() + timedelta(seconds=1)


def test_a_mailbox_has_nothing_to_read_so_the_next_letter_is_the_try() -> None:
    endpoint = broken(make_endpoint(dialect="email", base_url="mailto:311@example.org"), Kind.WRITE)
    assert not probes.probe(endpoint)
    assert breaker(endpoint) == Breaker.HALF_OPEN
    gate.enter(endpoint.pk, Kind.WRITE)


def test_services_that_depend_on_the_place_are_asked_for_where_a_report_was() -> None:
    endpoint = make_endpoint()
    assert probes._somewhere(endpoint) is None
    request = make_service_request()
    place = probes._somewhere(request.endpoint)
    assert place is not None
    assert (place.lat, place.long) == (request.lat, request.long)


def test_a_row_that_cannot_work_is_said_and_stays_open() -> None:
    endpoint = broken(make_endpoint(dialect="nobody-speaks-this"))
    with pytest.raises(ConfigurationError):
        probes.probe(endpoint)
    assert breaker(endpoint) == Breaker.OPEN
    assert Traffic.objects.get(pk=endpoint.pk).calls == {}


# Which are due


def test_only_open_breakers_of_endpoints_in_use_are_due() -> None:
    due, paused = broken(make_endpoint()), broken(make_endpoint())
    Endpoint.objects.filter(pk=paused.pk).update(active=False)
    gate.leave(gate.enter(make_endpoint().pk, Kind.READ))
    assert probes.due(clock.now()) == [due.pk]


@pytest.mark.parametrize(("seconds", "is_due"), [(-1, True), (0, True), (1, False), (899, False), (901, True)])
def test_a_time_further_off_than_any_pause_counts_as_come(seconds: int, is_due: bool, settings: Settings) -> None:
    settings.BREAKER_LONGEST = 900
    endpoint, now = broken(make_endpoint()), clock.now()
    Traffic.objects.filter(pk=endpoint.pk).update(probe_at=now + timedelta(seconds=seconds))
    assert (probes.due(now) == [endpoint.pk]) is is_due


def test_the_task_of_an_endpoint_that_is_gone_does_nothing() -> None:
    tasks.probe(987_654)
    assert not Traffic.objects.exists()
