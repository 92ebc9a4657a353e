"""The switch of the mirror: offered where there is something to mirror, and only under a licence."""

from typing import Any

import pytest
from django.test import Client

from reports import clock
from reports.models import Endpoint, MirroredRequest
from tests.admin.test_endpoints import answers, change
from tests.factories import make_endpoint

pytestmark = pytest.mark.django_db


def saved(client: Client, endpoint: Endpoint, **fields: Any) -> tuple[Any, Endpoint]:
    answer = client.post(change(endpoint), answers(endpoint) | fields)
    endpoint.refresh_from_db()
    return answer, endpoint


def test_it_is_switched_on_under_a_licence(staff: Client) -> None:
    endpoint = make_endpoint()
    assert 'name="mirror_requests"' in staff.get(change(endpoint)).content.decode()
    answer, endpoint = saved(staff, endpoint, mirror_requests="on", mirror_days="14", licence="CC BY 4.0")
    assert answer.status_code == 302
    assert (endpoint.mirror_requests, endpoint.mirror_days) == (True, 14)


def test_it_is_refused_without_one(staff: Client) -> None:
    answer, endpoint = saved(staff, make_endpoint(), mirror_requests="on", licence=" ")
    assert answer.status_code == 200
    assert "can be mirrored only under a licence" in answer.content.decode()
    assert not endpoint.mirror_requests


@pytest.mark.parametrize("days", ["0", "91", "-1", "x", ""])
def test_days_within_reason(staff: Client, days: str) -> None:
    answer, endpoint = saved(staff, make_endpoint(), mirror_requests="on", mirror_days=days, licence="CC0")
    assert answer.status_code == 200
    assert not endpoint.mirror_requests


def test_it_is_not_offered_where_there_is_no_list(staff: Client) -> None:
    endpoint = make_endpoint(dialect="email", base_url="mailto:311@example.org")
    assert 'name="mirror_requests"' not in staff.get(change(endpoint)).content.decode()
    assert 'name="mirror_requests"' not in staff.get("/admin/reports/endpoint/add/").content.decode()


def test_switched_off_nothing_stays(staff: Client) -> None:
    endpoint = make_endpoint(mirror_requests=True, licence="CC0", feed_synced_at=clock.now())
    other = make_endpoint(mirror_requests=True, licence="CC0")
    for each in (endpoint, other):
        MirroredRequest.objects.create(endpoint=each, service_request_id="1", status="open")
    saved(staff, endpoint, mirror_requests="on", licence="CC0", label="Renamed")
    assert MirroredRequest.objects.count() == 2
    answer, endpoint = saved(staff, endpoint, licence="CC0")
    assert answer.status_code == 302
    assert [row.endpoint_id for row in MirroredRequest.objects.all()] == [other.pk]
    assert endpoint.feed_synced_at is None
