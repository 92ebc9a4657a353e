"""The table of dialects. The only place that names a concrete one; each is imported on first use."""

from importlib import import_module
from typing import Final

from reports.dialects.base import Connection, Dialect
from reports.dialects.errors import ConfigurationError

TABLE: Final[dict[str, tuple[str, str]]] = {
    "georeport_v2": ("GeoReport v2", "reports.dialects.georeport_v2.GeoReportV2"),
}


def choices() -> list[tuple[str, str]]:
    """Key and label of every dialect, for a form's select."""
    return [(key, label) for key, (label, _path) in TABLE.items()]


def get(key: str) -> type[Dialect]:
    """The dialect's class; `ConfigurationError` for a key that is not in the table."""
    if key not in TABLE:
        raise ConfigurationError(f"There is no dialect “{key}”. There are: {', '.join(TABLE)}.")
    module, _, name = TABLE[key][1].rpartition(".")
    found: type[Dialect] = getattr(import_module(module), name)
    return found


def open_dialect(key: str, connection: Connection) -> Dialect:
    """A dialect ready to speak to one endpoint; `ConfigurationError` for an unknown key or a bad option."""
    return get(key)(connection)
