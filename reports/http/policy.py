"""The limits of every call."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """Limits of every call. Seconds and bytes; `max_bytes` counts the unpacked body.

    `allowed_private` lists what may be reached although its address is not public: "host", "host:port" or a
    CIDR block ("10.1.0.0/16").
    """

    user_agent: str = "civic-reports"
    connect_timeout: float = 5.0
    read_timeout: float = 30.0
    total_timeout: float = 60.0
    max_bytes: int = 20 * 1024 * 1024
    allowed_private: tuple[str, ...] = ()


_in_force = [Policy()]


def configure(policy: Policy) -> None:
    """Make `policy` the default of the process, also for clients that exist and brought none of their own."""
    _in_force[0] = policy


def default_policy() -> Policy:
    """The process-wide default."""
    return _in_force[0]
