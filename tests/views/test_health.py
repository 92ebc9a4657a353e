"""What a monitor is told."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from reports import clock
from reports.models import Endpoint, Notification, Submission, Subscription
from tests.factories import make_status_update, make_submission

pytestmark = pytest.mark.django_db


def refuse(*_args: Any) -> None:
    raise OperationalError("could not connect to 10.0.0.7 as civic with password x")


def test_an_idle_site_is_well(client: Client) -> None:
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json() == {
        "status": "ok", "database": True, "oldest_unsent_seconds": None, "oldest_owed_mail_seconds": None,
        "needs_attention": 0,
    }  # fmt: skip
    assert not response.cookies
    assert "no-store" in response["Cache-Control"]


def test_what_waits_is_counted(client: Client) -> None:
    make_submission(state="needs_attention")
    make_submission(state="retry", created_at=clock.now() - timedelta(minutes=5))
    found = client.get("/healthz").json()
    assert (found["status"], found["needs_attention"]) == ("ok", 1)
    assert 300 <= found["oldest_unsent_seconds"] < 330


def test_a_report_that_nobody_sends_shows(client: Client) -> None:
    submission = make_submission(due_at=clock.now() - timedelta(hours=1))
    assert client.get("/healthz").json()["status"] == "behind"
    Endpoint.objects.update(active=False)  # a pause is meant
    assert client.get("/healthz").json()["status"] == "ok"
    Endpoint.objects.update(active=True)
    Submission.objects.filter(pk=submission.pk).update(due_at=clock.now() + timedelta(hours=1), state="retry")
    assert client.get("/healthz").json()["status"] == "ok"


def test_a_mail_that_nobody_sends_shows(client: Client) -> None:
    update = make_status_update()
    follower = Subscription.objects.create(service_request=update.service_request, email="rosa@example.org")
    Notification.objects.create(subscription=follower, status_update=update, due_at=clock.now() - timedelta(hours=1))
    found = client.get("/healthz").json()
    assert found["status"] == "behind"
    assert 3600 <= found["oldest_owed_mail_seconds"] < 3660


def test_without_a_database_it_is_down_and_says_no_more(client: Client) -> None:
    with connection.execute_wrapper(refuse):
        response = client.get("/healthz")
    assert response.status_code == 503
    assert response.json() == {"status": "down", "database": False}


def test_it_is_cheap_and_only_read(client: Client, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(3):
        assert client.head("/healthz").status_code == 200
    assert client.post("/healthz").status_code == 405
