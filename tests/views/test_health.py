"""What a monitor, a load balancer and Prometheus are told."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client, override_settings
from prometheus_client.parser import text_string_to_metric_families

from reports import clock
from reports.models import Breaker, Endpoint, Heartbeat, Notification, Submission, Subscription, Traffic
from reports.operations import broker, heartbeats
from tests.factories import make_status_update, make_submission

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]
KEY = "a-key-for-prometheus"


@pytest.fixture(autouse=True)
def _broker_not_asked_yet() -> Iterator[None]:
    broker.forget()
    yield
    broker.forget()


@pytest.fixture(autouse=True)
def alive() -> None:
    """Beat and a worker, alive just now."""
    heartbeats.note_sweep()
    Heartbeat.objects.create(name="worker somewhere 1")


def refuse(*_args: Any) -> None:
    raise OperationalError("could not connect to 10.0.0.7 as civic with password x")


def told(client: Client) -> dict[str, Any]:
    response = client.get("/healthz")
    found: dict[str, Any] = response.json()
    assert response.status_code == (200 if found["status"] == "ok" else 503)
    return found


def test_an_idle_site_is_well(client: Client) -> None:
    response = client.get("/healthz")
    assert response.status_code == 200
    found = response.json()
    assert found.pop("sweep_seconds") <= 5
    assert found == {
        "status": "ok", "database": True, "problems": [], "broker": True, "workers": 1, "oldest_unsent_seconds": None,
        "oldest_owed_seconds": None, "oldest_unsynced_seconds": None, "oldest_services_seconds": None,
        "oldest_owed_mail_seconds": None, "mails_waiting": 0, "needs_attention": 0,
    }  # fmt: skip
    assert not response.cookies
    assert "no-store" in response["Cache-Control"]


def test_what_waits_is_counted(client: Client) -> None:
    make_submission(state="needs_attention")
    make_submission(state="retry", created_at=clock.now() - timedelta(minutes=5))
    found = told(client)
    assert (found["status"], found["needs_attention"]) == ("ok", 1)
    assert 300 <= found["oldest_unsent_seconds"] < 330


@pytest.mark.parametrize(
    ("state", "problem"),
    [("pending", "unsent"), ("retry", "unsent"), ("uncertain", "unsent"), ("accepted", "unsynced"),
     ("delivered", "unsynced")],
)  # fmt: skip
def test_a_step_that_nobody_takes_shows(client: Client, state: str, problem: str) -> None:
    submission = make_submission(state=state, due_at=clock.now() - timedelta(hours=1))
    assert told(client)["problems"] == [problem]
    Endpoint.objects.update(active=False)  # a pause is meant
    assert told(client)["problems"] == []
    Endpoint.objects.update(active=True)
    Submission.objects.filter(pk=submission.pk).update(due_at=clock.now() + timedelta(hours=1))
    assert told(client)["problems"] == []


@override_settings(HEALTH_BEHIND_SECONDS=7200)
def test_how_long_is_too_long_is_a_setting(client: Client) -> None:
    make_submission(due_at=clock.now() - timedelta(hours=1))
    assert told(client)["status"] == "ok"


def test_a_city_that_is_away_is_no_fault_of_the_site(client: Client) -> None:
    submission = make_submission(due_at=clock.now() - timedelta(hours=1), created_at=clock.now() - timedelta(hours=1))
    traffic = Traffic.objects.create(endpoint=submission.endpoint, breaker=Breaker.OPEN)
    found = told(client)
    assert (found["status"], found["oldest_owed_seconds"]) == ("ok", None)
    assert found["oldest_unsent_seconds"] >= 3600
    traffic.breaker, traffic.paused_until = Breaker.CLOSED, clock.now() + timedelta(minutes=5)
    traffic.save()
    assert told(client)["status"] == "ok"
    traffic.paused_until = clock.now() - timedelta(minutes=5)
    traffic.save()
    assert told(client)["problems"] == ["unsent"]


def test_without_worker_or_beat_it_is_behind(client: Client) -> None:
    old = clock.now() - timedelta(minutes=10)
    Heartbeat.objects.exclude(name="sweep").update(at=old)
    found = told(client)
    assert (found["problems"], found["workers"]) == (["workers"], 0)
    Heartbeat.objects.filter(name="sweep").update(at=old)
    assert told(client)["problems"] == ["workers", "sweep"]
    Heartbeat.objects.all().delete()
    assert told(client)["sweep_seconds"] is None


def test_signs_of_life_from_before_the_clock_was_put_back_are_none(client: Client) -> None:
    Heartbeat.objects.update(at=clock.now() + timedelta(hours=1))
    found = told(client)
    assert found["problems"] == ["workers", "sweep"]
    assert (found["workers"], found["sweep_seconds"]) == (0, None)


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "amqp://guest:guest@127.0.0.1:1//", "nonsense://"])
def test_a_broker_that_is_away_shows_and_costs_little(client: Client, url: str) -> None:
    with override_settings(CELERY_BROKER_URL=url):
        found = told(client)
    assert (found["problems"], found["broker"]) == (["broker"], False)


def test_a_folder_that_is_gone_is_no_broker(client: Client, tmp_path: Path) -> None:
    with override_settings(
        CELERY_BROKER_URL="filesystem://", CELERY_BROKER_TRANSPORT_OPTIONS={"data_folder_out": str(tmp_path / "gone")}
    ):
        assert told(client)["problems"] == ["broker"]


def test_the_broker_is_not_asked_at_every_look(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with override_settings(CELERY_BROKER_URL="redis://127.0.0.1:1/0"):
        for _look in range(3):
            told(client)
    assert len([line for line in caplog.messages if "broker" in line]) == 1


def test_a_mail_that_nobody_sends_shows(client: Client) -> None:
    update = make_status_update()
    follower = Subscription.objects.create(service_request=update.service_request, email="rosa@example.org")
    Notification.objects.create(subscription=follower, status_update=update, due_at=clock.now() - timedelta(hours=1))
    found = told(client)
    assert (found["problems"], found["mails_waiting"]) == (["mail"], 1)
    assert 3600 <= found["oldest_owed_mail_seconds"] < 3660


@pytest.mark.parametrize("address", ["/healthz", "/healthz?web"])
def test_without_a_database_it_is_down_and_says_no_more(client: Client, address: str) -> None:
    with connection.execute_wrapper(refuse):
        response = client.get(address)
    assert response.status_code == 503
    assert response.json() == {"status": "down", "database": False}


def test_a_database_that_takes_no_connection_is_said_at_once(tmp_path: Path) -> None:
    ask = (
        "import django; django.setup()\n"
        "from django.test import Client\n"
        "for page in ('/healthz', '/healthz?web', '/metrics'):\n"
        "    print(Client().get(page, headers={'authorization': 'Bearer k', 'host': '127.0.0.1'}).status_code)\n"
    )
    environment = {
        "DJANGO_SETTINGS_MODULE": "civic.settings", "SECRET_KEY": "x" * 50, "DATA_DIR": str(tmp_path),
        "DATABASE_URL": "postgres://civic:pass-word@127.0.0.1:1/civic", "METRICS_KEY": "k",
    }  # fmt: skip
    (tmp_path / "static").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", ask], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["503"] * 3
    assert "pass-word" not in done.stderr


def test_a_load_balancer_hears_of_the_web_alone(client: Client, django_assert_num_queries: Any) -> None:
    make_submission(due_at=clock.now() - timedelta(hours=1))
    Heartbeat.objects.all().delete()
    with django_assert_num_queries(1):
        response = client.get("/healthz?web")
    assert (response.status_code, response.json()) == (200, {"status": "ok", "database": True})


def test_monitors_may_call_it_by_address_and_nobody_else(client: Client) -> None:
    by_address = {"Host": "10.0.0.7:8000"}
    assert client.get("/healthz?web", headers=by_address).status_code == 200
    assert client.get("/metrics", headers=by_address).status_code == 404
    assert client.get("/", headers=by_address).status_code == 400
    assert client.get("/healthz/", headers=by_address).status_code == 400


@pytest.mark.parametrize("page", ["/healthz", "/metrics"])
def test_it_is_only_read(client: Client, page: str) -> None:
    assert client.post(page).status_code == 405


def test_it_is_cheap(client: Client, django_assert_max_num_queries: Any) -> None:
    for _each in range(3):
        make_submission()
    with django_assert_max_num_queries(15):
        assert client.head("/healthz").status_code == 200


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer wrong", f"Basic {KEY}", KEY, "Bearer é"])
def test_figures_are_not_for_everybody(client: Client, authorization: str) -> None:
    with override_settings(METRICS_KEY=KEY):
        assert client.get("/metrics", headers={"Authorization": authorization}).status_code == 404


def test_without_a_key_there_are_no_figures(client: Client) -> None:
    with override_settings(METRICS_KEY=""):
        for authorization in ("", "Bearer ", "Bearer x"):
            assert client.get("/metrics", headers={"Authorization": authorization}).status_code == 404


@override_settings(METRICS_KEY=KEY)
def test_figures_are_in_the_format_of_prometheus(client: Client, django_assert_max_num_queries: Any) -> None:
    submission = make_submission(state="retry", due_at=clock.now() - timedelta(minutes=10))
    make_submission(state="delivered", due_at=None)
    other = make_submission(state="needs_attention", due_at=None)
    soon, over = (clock.now() + timedelta(minutes=n) for n in (1, -1))
    Traffic.objects.create(
        endpoint=submission.endpoint, breaker=Breaker.HALF_OPEN,
        calls={"a": ["write", soon.timestamp()], "b": ["read", over.timestamp()]},
    )  # fmt: skip
    with django_assert_max_num_queries(17):
        response = client.get("/metrics", headers={"Authorization": f"Bearer {KEY}"})
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain; version=")
    text = response.content.decode()
    samples = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    here = (("body", submission.endpoint.jurisdiction.slug), ("endpoint", str(submission.endpoint.pk)))
    assert samples["civic_submissions", *here, ("state", "retry")] == 1
    assert {key[-1][1] for key in samples if key[0] == "civic_submissions"} == {"retry", "needs_attention"}
    assert 600 <= samples["civic_oldest_due_seconds", *here, ("step", "send")] < 630
    assert samples["civic_oldest_due_seconds", *here, ("step", "follow")] == 0
    assert samples["civic_breaker", *here, ("state", "half_open")] == 1
    assert samples["civic_breaker", *here, ("state", "closed")] == 0
    assert samples["civic_calls_under_way", *here] == 1
    assert samples[("civic_workers",)] == samples[("civic_broker",)] == samples[("civic_needs_attention",)] == 1
    assert ("civic_breaker", ("body", other.endpoint.jurisdiction.slug), ("endpoint", str(other.endpoint.pk)),
            ("state", "closed")) in samples  # fmt: skip
    assert submission.request.reference not in text
