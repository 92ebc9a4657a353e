"""What pages ask of the database does not grow with the reports; `make bench` measures the same with a million."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reports.browsing import index
from reports.models import PublicStatus, ServiceRequest
from tests.factories import LAT, LONG, make_service, make_service_request

pytestmark = pytest.mark.django_db
BOX = f"{LONG - 0.1},{LAT - 0.1},{LONG + 0.1},{LAT + 0.1}"
STATUSES = [PublicStatus.SENT, PublicStatus.IN_PROGRESS, PublicStatus.CLOSED]


def queries(work: Callable[[], object]) -> int:
    """How many it takes once what processes remember is there."""
    work()
    with CaptureQueriesContext(connection) as captured:
        work()
    return len(captured)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/requests/",
        "/requests/?status=open&q=hole",
        "/requests/?page=2",
        "/requests/map/",
        f"/requests/map.geojson?zoom=12&bbox={BOX}",
        f"/requests/map.geojson?zoom=19&bbox={BOX}&status=open",
        "/requests/feed.atom",
        "/requests/feed.csv",
        "/bodies/",
        "/bodies/springfield/",
    ],
)
def test_no_page_asks_more_for_more_reports(client: Client, path: str) -> None:
    service = make_service()
    body = service.endpoint.jurisdiction
    body.slug = "springfield"
    body.save()

    def add(count: int) -> None:
        for number in range(count):
            make_service_request(service, lat=LAT + number * 0.001, status=STATUSES[number % 3])

    def visit() -> int:
        answer = client.get(path)
        assert answer.status_code == 200
        return len(answer.getvalue())  # a stream asks while it is read

    add(30)
    few = queries(visit)
    add(60)
    assert queries(visit) <= few


def test_the_columns_are_read_with_two_queries_and_changes_with_two_more() -> None:
    rows = [make_service_request() for _each in range(5)]
    index.forget()
    with CaptureQueriesContext(connection) as captured:
        index.current()
    assert len(captured) == 2
    for row in rows:
        row.status = PublicStatus.CLOSED
        row.save()
    with CaptureQueriesContext(connection) as captured:
        index.current()
    assert len(captured) == 2
    with CaptureQueriesContext(connection) as captured:
        index.current()
    assert len(captured) == 1


def test_the_duplicates_of_a_report_are_looked_up_in_an_index() -> None:
    """However many others its body has: SQLite once passed over the index, since it had a condition."""
    row = make_service_request()
    duplicates = ServiceRequest.objects.filter(endpoint=row.endpoint_id, duplicate_of="26-1").order_by()
    plan = duplicates.explain()
    if connection.vendor == "sqlite":
        assert "request_by_original" in plan
    assert list(duplicates) == []
