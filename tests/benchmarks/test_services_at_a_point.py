"""How much the services at a point cost beside one query of the same rows, both timed in one run.

Not part of the suite (`norecursedirs`): `make bench` runs it. Twenty-four bodies answer at the point with forty
services each, and every one has a rule with broad words that leads to the next.
"""

import itertools
import statistics
import time
from collections.abc import Callable

import pytest

from reports.geo import routing
from reports.models import RoutingRule, Service
from tests.factories import LAT, LONG, make_endpoint, make_jurisdiction

BODIES, SERVICES = 24, 40
TIMES_ONE_QUERY = 6.0


def _milliseconds(ask: Callable[[], object]) -> float:
    """The median of seven."""
    rounds = []
    for _ in range(7):
        start = time.perf_counter()
        ask()
        rounds.append((time.perf_counter() - start) * 1e3)
    return statistics.median(rounds)


def _rows() -> list[Service]:
    rows = Service.objects.select_related("endpoint__jurisdiction", "override")
    return list(rows.defer("endpoint__jurisdiction__boundary"))


@pytest.mark.django_db
def test_the_services_at_a_point_cost_at_most_six_times_their_query() -> None:
    bodies = [make_jurisdiction() for _ in range(BODIES)]
    for body in bodies:
        endpoint = make_endpoint(body)
        names = [f"Service {number}" for number in range(SERVICES)]
        Service.objects.bulk_create(Service(endpoint=endpoint, service_code=name, service_name=name) for name in names)
    for body, other in itertools.pairwise(bodies):
        RoutingRule.objects.create(jurisdiction=body, to=other, words="service 7, service 8", kind="preferred")
    assert len(routing.services_at(LAT, LONG)) < BODIES * SERVICES
    ours, bare = _milliseconds(lambda: routing.services_at(LAT, LONG)), _milliseconds(_rows)
    print(f"\n{ours:.1f} ms for {BODIES * SERVICES} services, {bare:.1f} ms for one query: {ours / bare:.1f} times")
    assert ours < TIMES_ONE_QUERY * bare
