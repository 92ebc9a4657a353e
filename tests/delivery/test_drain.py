"""One endpoint's turn: all that is due, one after the other, and what ends a turn or brings more threads to it."""

import threading
from collections import Counter, deque
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from reports import clock, tasks
from reports.delivery import drain, gate
from reports.delivery.gate import Kind
from reports.dialects.errors import RateLimited, Unavailable
from reports.models import Endpoint, Service, Submission, SubmissionState, Traffic
from reports.sandbox import Sandbox
from tests.cities import file_report, make_city
from tests.factories import make_endpoint, make_submission
from tests.together import at_once

pytestmark = pytest.mark.django_db
State = SubmissionState


@pytest.fixture(autouse=True)
def _goes_on() -> Iterator[None]:
    yield
    drain.go_on()


def states(endpoint: Endpoint) -> Counter[str]:
    return Counter(Submission.objects.filter(endpoint=endpoint).values_list("state", flat=True))


def texts(sandbox: Sandbox, key: str) -> list[str]:
    rows = sandbox.control.received()["cities"][key]["requests"]
    return [row["description"].partition("\n")[0] for row in rows]


def waiting() -> dict[int, int]:
    return dict(drain.waiting_endpoints(clock.now()))


def test_all_that_is_due_goes_in_the_order_in_which_it_fell_due(sandbox: Sandbox) -> None:
    endpoint = make_city(sandbox, "evanston")
    for number in range(5):
        file_report(endpoint, f"Hole {number}.")
    assert drain.deliver(endpoint.pk) == 5
    assert texts(sandbox, "evanston") == [f"Hole {number}." for number in range(5)]
    assert states(endpoint) == {State.DELIVERED: 5}
    assert drain.deliver(endpoint.pk) == 0


def test_what_is_not_due_and_what_a_paused_endpoint_has_stays(sandbox: Sandbox) -> None:
    endpoint = make_city(sandbox, "evanston")
    later = file_report(endpoint, "Later.")
    Submission.objects.filter(pk=later.pk).update(due_at=clock.now() + timedelta(minutes=1))
    assert drain.deliver(endpoint.pk) == 0
    file_report(endpoint, "Now.")
    Endpoint.objects.filter(pk=endpoint.pk).update(active=False)
    assert drain.deliver(endpoint.pk) == 0
    assert states(endpoint) == {State.PENDING: 2}
    assert waiting() == {}


def test_reports_that_cannot_be_sent_keep_no_other_waiting(sandbox: Sandbox) -> None:
    endpoint = make_city(sandbox, "evanston")
    service = Service.objects.create(
        endpoint=endpoint, service_code="broken", service_name="Broken", definition=[{"automated": "server_set"}]
    )
    poisoned = file_report(endpoint, "Nobody foresaw this.")
    poisoned.request.service = service
    poisoned.request.save()
    for words in ("SANDBOX-REFUSE", "SANDBOX-HTML-200", "SANDBOX-503", "A good one.", "Another."):
        file_report(endpoint, words)
    assert drain.deliver(endpoint.pk) >= 4  # the 503 may have put the endpoint off for a moment
    Traffic.objects.filter(pk=endpoint.pk).update(paused_until=None)
    drain.deliver(endpoint.pk)
    assert texts(sandbox, "evanston") == ["A good one.", "Another."]
    poisoned.refresh_from_db()
    assert poisoned.state == State.NEEDS_ATTENTION
    assert states(endpoint)[State.DELIVERED] == 2
    assert states(endpoint)[State.PENDING] == 0


def test_a_turn_ends_after_its_time_and_asks_for_another(sandbox: Sandbox, settings: Settings) -> None:
    settings.DELIVERY_TURN = 0
    endpoint = make_city(sandbox, "evanston")
    for _each in range(3):
        file_report(endpoint)
    woken: list[int] = []
    assert drain.deliver(endpoint.pk, lambda: woken.append(1)) == 1
    assert len(woken) == 1
    assert states(endpoint)[State.PENDING] == 2


def test_bodies_take_turns(sandbox: Sandbox, settings: Settings) -> None:
    settings.DELIVERY_TURN = 0
    one, other = make_city(sandbox, "evanston"), make_city(sandbox, "bloomington")
    for _each in range(6):
        file_report(one)
    for _each in range(2):
        file_report(other)
    queue, turns = deque([one.pk, other.pk]), []
    while queue:
        pk = queue.popleft()
        sent = drain.deliver(pk, lambda pk=pk: queue.append(pk))
        turns += [pk] * sent
    assert turns[:4] == [one.pk, other.pk, one.pk, other.pk]
    assert len(turns) == 8


@pytest.mark.parametrize(("most", "calls"), [(1, 0), (2, 1), (4, 3)])
def test_each_further_call_that_there_is_room_for_is_asked_for_once(sandbox: Sandbox, most: int, calls: int) -> None:
    endpoint = make_city(sandbox, "evanston", max_concurrency=most)
    for _each in range(8):
        file_report(endpoint)
    woken: list[int] = []
    assert drain.deliver(endpoint.pk, lambda: woken.append(1)) == 8
    assert len(woken) == calls


def test_nobody_is_woken_for_a_single_report(sandbox: Sandbox) -> None:
    endpoint = make_city(sandbox, "evanston", max_concurrency=4)
    for _each in range(3):
        file_report(endpoint)
        woken: list[int] = []
        assert drain.deliver(endpoint.pk, lambda: woken.append(1)) == 1  # noqa: B023 (called before the next round)
        assert woken == []


def test_a_rate_limit_ends_a_turn(sandbox: Sandbox) -> None:
    endpoint = make_city(sandbox, "evanston")
    Endpoint.objects.filter(pk=endpoint.pk).update(requests_per_minute=2)
    Traffic.objects.filter(pk=endpoint.pk).delete()
    for _each in range(3):
        file_report(endpoint)
    now = clock.now()
    with clock.at(now):
        assert drain.deliver(endpoint.pk) == 2
        assert drain.deliver(endpoint.pk) == 0
        assert waiting() == {}
    with clock.at(now + timedelta(seconds=61)):
        assert waiting() == {endpoint.pk: 1}
        assert drain.deliver(endpoint.pk) == 1


def test_a_worker_that_is_to_end_claims_nothing_more(sandbox: Sandbox) -> None:
    endpoint = make_city(sandbox, "evanston", max_concurrency=4)
    for _each in range(4):
        file_report(endpoint)
    assert drain.deliver(endpoint.pk, drain.end_soon) == 2  # it is told while the second is being claimed
    assert states(endpoint) == {State.DELIVERED: 2, State.PENDING: 2}
    assert drain.deliver(endpoint.pk) == 0
    drain.go_on()
    assert drain.deliver(endpoint.pk) == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("most", [1, 2])
def test_workers_at_once_send_each_report_once_and_keep_to_the_calls_at_once(
    sandbox: Sandbox, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = make_city(sandbox, "evanston", max_concurrency=most)
    for number in range(12):
        file_report(endpoint, f"Hole {number}.")
    inside, seen, lock = [0], [0], threading.Lock()
    answer = sandbox.answer

    def counted(request: object) -> object:
        with lock:
            inside[0] += 1
            seen[0] = max(seen[0], inside[0])
        try:
            return answer(request)  # type: ignore[arg-type]  # whatever the server hands over
        finally:
            with lock:
                inside[0] -= 1

    monkeypatch.setattr(sandbox, "answer", counted)
    at_once(lambda: drain.deliver(endpoint.pk), 4)
    drain.deliver(endpoint.pk)
    assert sorted(texts(sandbox, "evanston")) == sorted(f"Hole {number}." for number in range(12))
    assert states(endpoint) == {State.DELIVERED: 12}
    assert 1 <= seen[0] <= most
    assert connection.connection is not None


# What the sweep wakes


def test_an_endpoint_is_woken_as_often_as_it_may_be_called_at_once() -> None:
    new, known = make_endpoint(), make_endpoint(max_concurrency=4)
    for endpoint in (new, known):
        make_submission(endpoint=endpoint)
    gate.leave(gate.enter(known.pk, Kind.WRITE))
    assert waiting() == {new.pk: 1, known.pk: 2}
    gate.enter(known.pk, Kind.WRITE)
    assert waiting() == {new.pk: 1, known.pk: 1}
    gate.enter(known.pk, Kind.WRITE)
    assert waiting() == {new.pk: 1}


def test_an_endpoint_of_which_nothing_is_due_is_not_woken() -> None:
    endpoint = make_endpoint()
    make_submission(endpoint=endpoint, state=State.DELIVERED)
    make_submission(endpoint=endpoint, due_at=clock.now() + timedelta(seconds=5))
    assert waiting() == {}


def test_an_endpoint_that_has_to_wait_is_not_woken() -> None:
    paused, broken = make_endpoint(), make_endpoint()
    for endpoint in (paused, broken):
        make_submission(endpoint=endpoint)
    gate.leave(gate.enter(paused.pk, Kind.WRITE), RateLimited("Later.", retry_after=60))
    while broken.pk in waiting():
        gate.leave(gate.enter(broken.pk, Kind.WRITE), Unavailable("It failed."))
    assert waiting() == {}


def test_an_endpoint_whose_callers_died_is_woken_after_their_lease(settings: Settings) -> None:
    endpoint = make_endpoint(max_concurrency=1)
    make_submission(endpoint=endpoint)
    gate.enter(endpoint.pk, Kind.WRITE)  # and its worker is killed
    assert waiting() == {}
    with clock.at(clock.now() + timedelta(seconds=settings.SUBMISSION_LEASE + 1)):
        assert waiting() == {endpoint.pk: 1}


def test_an_endpoint_that_is_not_there_has_nothing_to_send() -> None:
    assert drain.deliver(987_654) == 0
    tasks.deliver(987_654)
    assert not Traffic.objects.filter(pk=987_654).exists()
