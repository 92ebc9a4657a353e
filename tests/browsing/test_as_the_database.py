"""Whatever happens to reports in whatever order, the columns say what the database says to a plain question."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from reports.browsing import changes, index
from reports.browsing.filters import Box, Filter, matching
from reports.models import ListingChange, PlaceMeant, PublicStatus, Service, ServiceRequest
from tests.factories import LAT, LONG, make_service, make_service_request

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)

MOMENTS = st.integers(-40, 40).map(lambda hours: NOON + timedelta(hours=hours))
MAYBE = st.one_of(st.none(), MOMENTS)
FACTS: dict[str, st.SearchStrategy[Any]] = {
    "status": st.sampled_from([PublicStatus.SENT, PublicStatus.IN_PROGRESS, PublicStatus.CLOSED]),
    "verdict": st.sampled_from(["", PublicStatus.CONFIRMED, PublicStatus.DISPUTED]),
    "requested_datetime": MOMENTS,
    "ended_at": MAYBE,
    "service_name": st.sampled_from(["Pothole", "Street light", "Noise"]),
    "group": st.sampled_from(["", "Streets"]),
    "lat": st.integers(-3, 3).map(lambda step: LAT + step / 100),
    "place_meant": st.sampled_from([PlaceMeant.POINT, PlaceMeant.WORDS]),
    "description": st.sampled_from(["", "a deep hole", "Peña’s corner", "deep snow"]),
    "hidden": st.booleans(),
    "private": st.booleans(),
    "held_at": MAYBE,
    "taken_away_at": MAYBE,
}
SOME = st.fixed_dictionaries({}, optional=FACTS)
BOXES = st.none() | st.integers(-3, 3).map(lambda step: Box(LONG - 1, LAT + step / 100 - 0.005, LONG + 1, LAT + 1))
FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "q": st.sampled_from(["deep", "pena", "hol dee", "noise"]),
        "status": st.sampled_from(["sent", "closed", "disputed"]),
        "state": st.sampled_from(["open", "ended"]),
        "services": st.sampled_from([("Pothole",), ("Noise", "Street light")]),
        "group": st.just("Streets"),
        "since": st.sampled_from([date(2026, 4, 30), date(2026, 5, 2)]),
        "until": st.sampled_from([date(2026, 4, 30), date(2026, 5, 2)]),
        "box": BOXES,
    },
)


def plainly(wanted: Filter) -> list[int]:
    """What the filter lets through, each row looked at by itself."""
    rows = [row for row in ServiceRequest.objects.all() if _public(row) and _holds(wanted, row)]
    return [row.pk for row in sorted(rows, key=lambda row: (row.requested_datetime, row.pk), reverse=True)]


def _public(row: ServiceRequest) -> bool:
    return not (row.hidden or row.private or row.held_at or row.taken_away_at)


def _holds(wanted: Filter, row: ServiceRequest) -> bool:
    over = row.shown_status in index.OVER
    filed = row.requested_datetime.date()
    words = f"{row.service_name} {row.description}".lower().replace("ñ", "n").split()
    return all(
        (
            not wanted.status or row.shown_status == wanted.status,
            wanted.state is None or over == (wanted.state == "ended"),
            not wanted.services or row.service_name in wanted.services,
            not wanted.group or row.group == wanted.group,
            wanted.since is None or filed >= wanted.since,
            wanted.until is None or filed <= wanted.until,
            wanted.box is None or (not row.in_words and wanted.box.holds(row.lat, row.long)),
            all(any(each.startswith(asked) for each in words) for asked in wanted.q.split()),
        )
    )


class Life(RuleBasedStateMachine):
    """Reports come, change and go, one by one and many at once; sometimes nobody looks for long."""

    service: Service

    @initialize()
    def empty(self) -> None:
        ServiceRequest.objects.all().delete()
        self.service = Service.objects.first() or make_service()

    @rule(facts=SOME)
    def one_comes(self, facts: dict[str, Any]) -> None:
        make_service_request(self.service, **{"requested_datetime": NOON, "address_string": "", **facts})

    @rule(facts=SOME, every=st.integers(1, 3))
    def many_change(self, facts: dict[str, Any], every: int) -> None:
        chosen = list(ServiceRequest.objects.order_by("pk").values_list("pk", flat=True))[::every]
        if facts:
            ServiceRequest.objects.filter(pk__in=chosen).update(**facts)

    @rule(facts=SOME)
    def a_change_is_taken_back(self, facts: dict[str, Any]) -> None:
        with suppress(DatabaseError), transaction.atomic():
            self.one_comes(facts)
            self.many_change(facts, 1)
            raise DatabaseError

    @rule(number=st.integers(0, 5))
    def one_goes(self, number: int) -> None:
        for row in ServiceRequest.objects.order_by("pk")[number : number + 1]:
            row.delete()

    @rule(kept=st.integers(1, 4))
    def notes_are_forgotten(self, kept: int) -> None:
        changes.forget(kept)

    @rule()
    def all_notes_are_lost(self) -> None:
        ListingChange.objects.all().delete()

    @rule(number=st.integers(2, 30), facts=SOME)
    def many_come(self, number: int, facts: dict[str, Any]) -> None:
        here = {"endpoint": self.service.endpoint, "jurisdiction": self.service.endpoint.jurisdiction}
        fields = {**here, "lat": LAT, "long": LONG, "requested_datetime": NOON, "service_name": "Noise", **facts}
        ServiceRequest.objects.bulk_create(ServiceRequest(service=self.service, **fields) for _each in range(number))

    @rule(asked=FILTERS)
    def somebody_looks(self, asked: dict[str, Any]) -> None:
        wanted = Filter(**asked)
        assert matching(wanted).keys() == plainly(wanted)


def test_the_columns_say_what_the_database_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "_IN_PLACE", 12)  # now and then what changed is more than that
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=25,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
