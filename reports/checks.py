"""System checks: settings that would lose reports or leak, found before they do."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks


def register() -> None:
    """Add these checks to Django's; called once by the app config."""
    checks.register(lease_outlasts_call)
    checks.register(one_memory_for_limits, deploy=True)


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
