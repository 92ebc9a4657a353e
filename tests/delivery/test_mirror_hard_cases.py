"""Feeds at their worst: rows that turn private or out to be ours, numbers that cannot be stored, rows for ever."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reports import clock
from reports.delivery import endpoints, mirror
from reports.dialects.messages import Completeness, RequestStatus, RequestStatuses, Status
from reports.models import Endpoint, MirroredRequest
from tests.factories import make_endpoint, make_submission

pytestmark = pytest.mark.django_db


@dataclass
class Feed:
    rows: list[RequestStatus] = field(default_factory=list)

    def feed(self) -> RequestStatuses:
        return RequestStatuses(tuple(self.rows), Completeness.COMPLETE)


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch) -> Feed:
    feed = Feed()
    monkeypatch.setattr(endpoints, "dialect_for", lambda endpoint, **options: feed)
    return feed


@pytest.fixture
def endpoint() -> Endpoint:
    return make_endpoint(dialect="georeport_v1", options={"feed_url": "http://canned.test/feed.kml"})


def row(number: str, **fields: object) -> RequestStatus:
    fields.setdefault("status", Status.OPEN)
    return RequestStatus(service_request_id=number, **fields)  # type: ignore[arg-type]  # by name, as tests need them


def kept() -> list[str]:
    return sorted(MirroredRequest.objects.values_list("service_request_id", flat=True))


def test_what_has_become_private_is_public_no_more(feed: Feed, endpoint: Endpoint) -> None:
    feed.rows = [row("1"), row("2")]
    mirror.mirror(endpoint)
    feed.rows = [row("1", private=True), row("2")]
    assert mirror.mirror(endpoint) == 1
    assert kept() == ["2"]


def test_what_turns_out_to_be_ours_is_not_shown_twice(feed: Feed, endpoint: Endpoint) -> None:
    feed.rows = [row("1"), row("2")]
    mirror.mirror(endpoint)
    make_submission(endpoint=endpoint, service_request_id="1")
    assert mirror.mirror(endpoint) == 1
    assert kept() == ["2"]


def test_numbers_too_long_to_be_one_cost_nothing_else(feed: Feed, endpoint: Endpoint) -> None:
    feed.rows = [row("9" * 200 + "1"), row("9" * 200 + "2"), row("1")]
    assert mirror.mirror(endpoint) == 1
    assert kept() == ["1"]


def test_what_no_feed_has_named_for_long_goes(feed: Feed, endpoint: Endpoint) -> None:
    feed.rows = [row("1"), row("2")]
    mirror.mirror(endpoint)
    feed.rows = [row("2")]
    with clock.at(clock.now() + mirror.KEPT - timedelta(days=1)):
        mirror.mirror(endpoint)
        assert kept() == ["1", "2"]
    with clock.at(clock.now() + mirror.KEPT + timedelta(days=1)):
        mirror.mirror(endpoint)
    assert kept() == ["2"]


def test_a_feed_of_many_years_is_kept_to_its_newest(
    feed: Feed, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mirror, "MOST", 3)
    feed.rows = [row(str(day), requested_datetime=clock.now() - timedelta(days=day)) for day in (5, 1, 4, 2, 3)]
    feed.rows.append(row("no date"))
    assert mirror.mirror(endpoint) == 3
    assert kept() == ["1", "2", "3"]


def test_the_public_list_reads_no_boundaries(feed: Feed, endpoint: Endpoint) -> None:
    feed.rows = [row("1")]
    mirror.mirror(endpoint)
    with CaptureQueriesContext(connection) as queries:
        assert [each.endpoint.jurisdiction.name for each in mirror.shown()] == [endpoint.jurisdiction.name]
    assert len(queries) == 1
    assert "boundary" not in queries[0]["sql"].replace("boundary_source", "")


def test_volunteers_see_the_rows_without_boundaries(feed: Feed, endpoint: Endpoint, admin_client: Client) -> None:
    feed.rows = [row("1"), row("2")]
    mirror.mirror(endpoint)
    with CaptureQueriesContext(connection) as queries:
        assert admin_client.get("/admin/reports/mirroredrequest/").status_code == 200
    assert not [each for each in queries if '"boundary"' in each["sql"]]
