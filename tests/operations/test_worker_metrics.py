"""What a worker counts, and who may see it."""

import logging
import socket
from collections.abc import Iterator
from typing import Any
from wsgiref.simple_server import WSGIServer

import pytest
from prometheus_client.parser import text_string_to_metric_families

from reports.delivery import drain
from reports.http import Client
from reports.models import Endpoint
from reports.operations import worker_metrics
from reports.sandbox import Sandbox
from tests.cities import file_report, make_city

KEY = "a-key-for-prometheus"


@pytest.fixture
def server(settings: Any) -> Iterator[WSGIServer]:
    settings.METRICS_KEY = KEY
    server = worker_metrics.serve("127.0.0.1", 0)
    yield server
    server.shutdown()
    server.server_close()


def ask(server: WSGIServer, authorization: str) -> tuple[int, str]:
    url = f"http://127.0.0.1:{server.server_port}/metrics"
    answer = Client("monitor").get(url, headers=[("Authorization", authorization)])
    return answer.status, answer.body.decode()


@pytest.mark.parametrize("authorization", ["Bearer wrong", "Bearer ", KEY, f"Basic {KEY}"])
def test_figures_are_not_for_everybody(server: WSGIServer, authorization: str) -> None:
    assert ask(server, authorization) == (404, "")


@pytest.mark.django_db
def test_calls_and_operations_are_counted(sandbox: Sandbox, server: WSGIServer) -> None:
    endpoint = make_city(sandbox, "evanston")
    Endpoint.objects.filter(pk=endpoint.pk).update(max_concurrency=1)
    before = figures(server, endpoint)
    file_report(endpoint, "A hole.")
    file_report(endpoint, "A hole. SANDBOX-REFUSE")
    file_report(endpoint, "A hole. SANDBOX-LOST-ANSWER", email="rosa@example.org", pass_on=True)
    assert drain.deliver(endpoint.pk) == 3
    after = figures(server, endpoint)
    gone_up = {key: after[key] - before.get(key, 0) for key in after if after[key] != before.get(key, 0)}
    calls = {outcome: n for (name, _kind, outcome), n in gone_up.items() if name == "civic_call_seconds_count"}
    filings = {outcome: n for (name, kind, outcome), n in gone_up.items()
               if (name, kind) == ("civic_operations_total", "write")}  # fmt: skip
    assert (calls["2xx"], calls["4xx"], calls["no_answer"]) == (1, 1, 1)
    assert filings["answered"] == 1
    assert sum(filings.values()) == 3
    assert "rosa" not in ask(server, f"Bearer {KEY}")[1]


def figures(server: WSGIServer, endpoint: Endpoint) -> dict[tuple[str, str, str], float]:
    status, text = ask(server, f"Bearer {KEY}")
    assert status == 200
    return {
        (sample.name, sample.labels.get("kind", ""), sample.labels["outcome"]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.labels.get("endpoint") == str(endpoint.pk) and sample.labels["body"] == "evanston"
    }


@pytest.mark.parametrize(("port", "key"), [(0, KEY), (9540, "")])
def test_without_a_port_or_a_key_there_is_no_server(settings: Any, port: int, key: str) -> None:
    settings.WORKER_METRICS_PORT, settings.METRICS_KEY = port, key
    assert worker_metrics.start() is None


def test_a_port_that_is_taken_is_said_and_no_more(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket() as taken, caplog.at_level(logging.ERROR):
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings.WORKER_METRICS_PORT, settings.METRICS_KEY = taken.getsockname()[1], KEY
        assert worker_metrics.start() is None
    assert "no figures on port" in caplog.text
