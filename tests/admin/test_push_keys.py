"""The key with which a body sends us updates: shown once, kept as a digest, replaced and removed by who may."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reports.delivery import push_keys
from reports.models import Endpoint, PushedUpdate
from tests.admin.conftest import volunteer
from tests.factories import make_endpoint, make_submission

pytestmark = pytest.mark.django_db


def page(endpoint: Endpoint) -> str:
    return f"/admin/reports/endpoint/{endpoint.pk}/push-key/"


def made(client: Client, endpoint: Endpoint) -> str:
    answer = client.post(page(endpoint), {"make": "1"})
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    found = re.search(r'readonly value="([^"]+)"', answer.content.decode())
    assert found
    return found.group(1)


def test_a_key_is_shown_once_and_works(staff: Client) -> None:
    endpoint = make_endpoint()
    assert f'href="{page(endpoint)}"' in staff.get(f"/admin/reports/endpoint/{endpoint.pk}/change/").content.decode()
    assert "Make a key" in staff.get(page(endpoint)).content.decode()
    key = made(staff, endpoint)
    assert push_keys.endpoint_of(key) == endpoint
    for address in (page(endpoint), f"/admin/reports/endpoint/{endpoint.pk}/change/"):
        assert key not in staff.get(address).content.decode()
    assert key not in str(list(LogEntry.objects.values()))
    assert LogEntry.objects.filter(change_message__contains="Key for updates made").count() == 1


def test_a_new_key_takes_the_place_of_the_old_one(staff: Client) -> None:
    endpoint = make_endpoint()
    old = made(staff, endpoint)
    assert "Make a new key" in staff.get(page(endpoint)).content.decode()
    new = made(staff, endpoint)
    assert new != old
    assert push_keys.endpoint_of(old) is None
    assert push_keys.endpoint_of(new) == endpoint


def test_a_key_is_removed(staff: Client) -> None:
    endpoint = make_endpoint()
    key = made(staff, endpoint)
    answer = staff.post(page(endpoint), {"remove": "1"}, follow=True)
    assert "The key is removed" in answer.content.decode()
    assert push_keys.endpoint_of(key) is None
    assert "Make a key" in staff.get(page(endpoint)).content.decode()


def test_looking_makes_nothing(staff: Client) -> None:
    endpoint = make_endpoint()
    staff.get(page(endpoint))
    staff.post(page(endpoint), {})
    endpoint.refresh_from_db()
    assert endpoint.push_key_digest == ""


def test_only_who_may_change_endpoints(client: Client) -> None:
    endpoint = make_endpoint()
    assert volunteer("view_endpoint").post(page(endpoint), {"make": "1"}).status_code == 403
    assert client.post(page(endpoint), {"make": "1"}).status_code == 302  # to sign in
    endpoint.refresh_from_db()
    assert endpoint.push_key_digest == ""
    assert volunteer("view_endpoint", "change_endpoint").get(page(endpoint)).status_code == 200


@pytest.mark.parametrize("pk", ["0", "x", "9999999"])
def test_an_endpoint_that_is_not_there(staff: Client, pk: str) -> None:
    answer = staff.post(f"/admin/reports/endpoint/{pk}/push-key/", {"make": "1"})
    assert (answer.status_code, answer["Location"]) == (302, "/admin/reports/endpoint/")


def test_what_was_taken_over_is_listed(staff: Client) -> None:
    for number in range(3):
        PushedUpdate.objects.create(submission=make_submission(), update_id=f"update-{number}")
    with CaptureQueriesContext(connection) as few:
        page = staff.get("/admin/reports/pushedupdate/").content.decode()
    assert "update-2" in page
    for number in range(3, 20):
        PushedUpdate.objects.create(submission=make_submission(), update_id=f"update-{number}")
    with CaptureQueriesContext(connection) as many:
        assert staff.get("/admin/reports/pushedupdate/?q=update").status_code == 200
    assert len(many) <= len(few)
    assert staff.get("/admin/reports/pushedupdate/add/").status_code == 403
