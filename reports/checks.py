"""System checks: settings that would lose reports or leak, found before they do."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks


def register() -> None:
    """Add these checks to Django's; called once by the app config."""
    checks.register(lease_outlasts_call)
    for check in (one_memory_for_limits, one_machine_only, key_for_figures_is_long):
        checks.register(check, deploy=True)


def lease_outlasts_call(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """A lease that ends while its call still runs would let the sweep take the call for dead."""
    if settings.SUBMISSION_LEASE > settings.HTTP_TOTAL_TIMEOUT + 30:
        return []
    return [
        checks.Error(
            "SUBMISSION_LEASE must outlast HTTP_TOTAL_TIMEOUT by more than 30 seconds.",
            hint="A submission whose lease has run out is taken for one whose worker died on the wire.",
            id="reports.E001",
        )
    ]


def one_memory_for_limits(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Rate limits kept in a process's own memory are counted once per process."""
    if not settings.RATE_LIMIT_STORAGE.startswith("memory:"):
        return []
    return [
        checks.Info(
            "RATE_LIMIT_STORAGE is this process's own memory; with several web processes point it at Redis.",
            id="reports.I001",
        )
    ]


def one_machine_only(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """SQLite and a broker in files are for one machine. One of the two alone is a site that was half moved."""
    sqlite = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
    files = settings.CELERY_BROKER_URL.startswith("filesystem:")
    if sqlite and files:
        return [
            checks.Info("SQLite and a broker in files: all processes have to be on one machine.", id="reports.I002")
        ]
    if files:
        return [
            checks.Warning(
                "CELERY_BROKER_URL is not set, so the broker is a folder, which only one machine sees.",
                hint="Workers on another machine would never be woken. Point it at Redis or RabbitMQ.",
                id="reports.W001",
            )
        ]
    if sqlite:
        return [
            checks.Warning(
                "DATABASE_URL is not set, so the database is a file, while the broker could wake workers elsewhere.",
                hint="A worker on another machine would have a database of its own, and do nothing. Use PostgreSQL.",
                id="reports.W002",
            )
        ]
    return []


def key_for_figures_is_long(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Anybody may try keys at /metrics, and a worker's port without a key is not opened."""
    if settings.METRICS_KEY and len(settings.METRICS_KEY) < 20:
        return [
            checks.Warning(
                "METRICS_KEY is short enough to be guessed.",
                hint="Make one with: python -c 'import secrets; print(secrets.token_urlsafe(30))'",
                id="reports.W003",
            )
        ]
    if settings.WORKER_METRICS_PORT and not settings.METRICS_KEY:
        return [checks.Warning("WORKER_METRICS_PORT does nothing without METRICS_KEY.", id="reports.W004")]
    return []
