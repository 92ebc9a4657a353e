"""What the database knows, as gauges: counted when Prometheus asks, so that any web process gives the same answer."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Count
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from reports import clock
from reports.models import Breaker, Endpoint, Submission, SubmissionState
from reports.operations.health import FOLLOWED, UNSENT, Health, first_due, measure

State = SubmissionState
# Those that are done are the most by far, and would have to be counted one by one.
UNDONE = tuple(state for state in State if state not in (State.DELIVERED, State.CANCELLED))
LABELS = ["endpoint", "body"]


class Gauges(Collector):
    """Read from the database at each look; django.db.Error where it is away."""

    def describe(self) -> Iterator[Metric]:
        """Nothing: registering it is no reason to ask the database."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """All of them."""
        now = clock.now()
        yield from _of_the_site(measure(now))
        yield _submissions()
        yield from _of_endpoints(now)


def registry() -> CollectorRegistry:
    """A registry with these gauges and nothing of this process, which is one of several."""
    found = CollectorRegistry()
    found.register(Gauges())
    return found


def _of_the_site(health: Health) -> Iterator[Metric]:
    for name, value in health.as_dict().items():
        if value is not None:
            yield GaugeMetricFamily(f"civic_{name}", f"As `{name}` in /healthz.", value=float(value))


def _submissions() -> Metric:
    family = GaugeMetricFamily(
        "civic_submissions", "Submissions that are neither delivered nor cancelled.", labels=[*LABELS, "state"]
    )
    rows = Submission.objects.filter(state__in=UNDONE).order_by()
    counted = rows.values_list("endpoint", "endpoint__jurisdiction__slug", "state").annotate(Count("pk"))
    for endpoint, body, state, count in counted:
        family.add_metric([str(endpoint), body, state], count)
    return family


def _of_endpoints(now: datetime) -> Iterator[Metric]:
    due = GaugeMetricFamily(
        "civic_oldest_due_seconds", "How long the first step has been due.", labels=[*LABELS, "step"]
    )
    breaker = GaugeMetricFamily("civic_breaker", "1 for the state in which the breaker is.", labels=[*LABELS, "state"])
    calls = GaugeMetricFamily("civic_calls_under_way", "Calls under way, of all processes.", labels=LABELS)
    success = GaugeMetricFamily("civic_last_success_timestamp_seconds", "When it answered last.", labels=LABELS)
    services = GaugeMetricFamily(
        "civic_services_synced_timestamp_seconds", "When its services were fetched.", labels=LABELS
    )
    rows = Endpoint.objects.filter(active=True).annotate(**first_due((*UNSENT, *FOLLOWED), now))
    for row in rows.select_related("traffic").values(
        "pk", "jurisdiction__slug", "last_success_at", "services_synced_at", "traffic__breaker", "traffic__calls",
        *(f"first_{state.value}" for state in (*UNSENT, *FOLLOWED)),
    ):  # fmt: skip
        labels = [str(row["pk"]), row["jurisdiction__slug"]]
        for step, states in (("send", UNSENT), ("follow", FOLLOWED)):
            due.add_metric([*labels, step], _longest(row, states, now))
        state = row["traffic__breaker"] or Breaker.CLOSED
        for each in Breaker:
            breaker.add_metric([*labels, each.value], float(each == state))
        calls.add_metric(labels, len(_alive(row["traffic__calls"], now)))
        for family, moment in ((success, row["last_success_at"]), (services, row["services_synced_at"])):
            if moment:
                family.add_metric(labels, moment.timestamp())
    yield from (due, breaker, calls, success, services)


def _longest(row: dict[str, Any], states: tuple[State, ...], now: datetime) -> float:
    moments = [moment for state in states if (moment := row[f"first_{state.value}"])]
    return max(0.0, (now - min(moments)).total_seconds()) if moments else 0.0


def _alive(calls: dict[str, Any] | None, now: datetime) -> list[str]:
    """The holders of calls whose lease has not run out (`models/traffic.py`)."""
    return [holder for holder, call in (calls or {}).items() if call[1] > now.timestamp()]
