"""Settings that do not fit each other are said before they do harm."""

from typing import Any

import pytest
from django.core.checks import run_checks
from django.test import override_settings

SQLITE = {"default": {"ENGINE": "django.db.backends.sqlite3"}}
POSTGRES = {"default": {"ENGINE": "django.db.backends.postgresql"}}
OURS = {"reports.I001", "reports.I002", "reports.W001", "reports.W002", "reports.W003", "reports.W004"}


def found(**settings: Any) -> set[str]:
    quiet = {
        "CELERY_BROKER_URL": "redis://127.0.0.1/0", "DATABASES": POSTGRES, "METRICS_KEY": "",
        "WORKER_METRICS_PORT": 0, "RATE_LIMIT_STORAGE": "redis://127.0.0.1/2",
    }  # fmt: skip
    with override_settings(**{**quiet, **settings}):
        return {str(message.id) for message in run_checks(include_deployment_checks=True)} & OURS


@pytest.mark.filterwarnings("ignore:Overriding setting DATABASES:UserWarning")
@pytest.mark.parametrize(
    ("settings", "ids"),
    [
        ({}, set()),
        ({"RATE_LIMIT_STORAGE": "memory://"}, {"reports.I001"}),
        ({"CELERY_BROKER_URL": "filesystem://", "DATABASES": SQLITE}, {"reports.I002"}),
        ({"CELERY_BROKER_URL": "filesystem://"}, {"reports.W001"}),
        ({"DATABASES": SQLITE}, {"reports.W002"}),
        ({"METRICS_KEY": "short"}, {"reports.W003"}),
        ({"WORKER_METRICS_PORT": 9540}, {"reports.W004"}),
        ({"WORKER_METRICS_PORT": 9540, "METRICS_KEY": "k" * 40}, set()),
    ],
)
def test_what_does_not_fit_is_said(settings: dict[str, Any], ids: set[str]) -> None:
    assert found(**settings) == ids
