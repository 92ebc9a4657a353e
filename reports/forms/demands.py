"""What one endpoint refuses a filing without, beyond the standard: the options `required` and `description_…`, as the
endpoint has them or as its dialect presumes them."""

from typing import Any, Final

from reports.dialects import registry
from reports.dialects.errors import ConfigurationError
from reports.models import Endpoint

DESCRIPTION_MOST: Final = 4000  # GeoReport v2, POST service request: `description` has 4,000 characters at most


def required_by(endpoint: Endpoint) -> frozenset[str]:
    """The standard's names of what this endpoint demands, such as `email` or `media_url`."""
    named = _chosen(endpoint, "required")
    return frozenset(str(name) for name in named) if isinstance(named, list | tuple) else frozenset()


def description_limits(endpoint: Endpoint) -> tuple[int, int]:
    """Shortest and longest description that this endpoint takes, in characters."""
    least = _whole(_chosen(endpoint, "description_min"), 0)
    most = _whole(_chosen(endpoint, "description_max"), DESCRIPTION_MOST)
    return least, min(most, DESCRIPTION_MOST)


def _chosen(endpoint: Endpoint, name: str) -> Any:
    options = endpoint.options if isinstance(endpoint.options, dict) else {}
    try:
        return registry.get(endpoint.dialect).chosen(options, name)
    except ConfigurationError:
        return None  # a dialect that is gone: nothing can be sent, and a volunteer is told


def _whole(value: Any, otherwise: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else otherwise
