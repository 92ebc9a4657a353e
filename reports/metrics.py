"""What this process counts for Prometheus. Labels name endpoints and outcomes, never people or requests.

Workers show it (`operations/worker_metrics.py`); what the database knows is shown by the site (`operations/gauges.py`).
"""

from typing import Final

from prometheus_client import Counter, Histogram

_ENDPOINT: Final = ("endpoint", "body")
CALL_SECONDS: Final = Histogram(
    "civic_call_seconds",
    "Calls on the wire, by HTTP status class; no_answer where none came, sent for a mail that left.",
    (*_ENDPOINT, "outcome"),
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 90),
)
OPERATIONS: Final = Counter(
    "civic_operations",
    "Operations (a filing, a look-up; each one call or more), by what came of them.",
    (*_ENDPOINT, "kind", "outcome"),
)


def note_call(endpoint: str, body: str, status: int | None, error: str, seconds: float) -> None:
    """Count one call on the wire. Without a status it failed, or, where there is no error either, was a mail."""
    outcome = f"{status // 100}xx" if status else "no_answer" if error else "sent"
    CALL_SECONDS.labels(endpoint, body, outcome).observe(seconds)


def note_operation(endpoint: str, body: str, kind: str, error: BaseException | None) -> None:
    """Count one operation; its outcome is `answered` or the class of the error."""
    OPERATIONS.labels(endpoint, body, kind, type(error).__name__ if error else "answered").inc()
