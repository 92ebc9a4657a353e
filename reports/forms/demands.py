"""What one endpoint refuses a filing without, beyond the standard, as its options say (`required`, `description_…`)."""

from typing import Any, Final

from reports.models import Endpoint

DESCRIPTION_MOST: Final = 4000  # GeoReport v2, POST service request: `description` has 4,000 characters at most


def required_by(endpoint: Endpoint) -> frozenset[str]:
    """The standard's names of what this endpoint demands, such as `email` or `media_url`."""
    named = _options(endpoint).get("required", ())
    return frozenset(str(name) for name in named) if isinstance(named, list | tuple) else frozenset()


def description_limits(endpoint: Endpoint) -> tuple[int, int]:
    """Shortest and longest description that this endpoint takes, in characters."""
    least = _whole(_options(endpoint).get("description_min"), 0)
    most = _whole(_options(endpoint).get("description_max"), DESCRIPTION_MOST)
    return least, min(most, DESCRIPTION_MOST)


def _options(endpoint: Endpoint) -> dict[str, Any]:
    return endpoint.options if isinstance(endpoint.options, dict) else {}


def _whole(value: Any, otherwise: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else otherwise
