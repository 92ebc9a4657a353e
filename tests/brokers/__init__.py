"""Which brokers this run plays with: those that are here, and of them those that TEST_BROKERS names, if it is set."""

import os

import pytest

URLS = {
    "filesystem": "filesystem://",
    "redis": os.environ.get("TEST_REDIS_URL", ""),
    "rabbitmq": os.environ.get("TEST_RABBITMQ_URL", ""),
}


def broker_url(name: str) -> str:
    """The address of the broker; skips the test where it is absent, or is played when the suite runs elsewhere."""
    if not URLS[name]:
        pytest.skip(f"no {name} here (make test says where it looked)")
    if name not in os.environ.get("TEST_BROKERS", name).split(","):
        pytest.skip(f"{name} is played with the other database, or with TEST_EVERYTHING=1")
    return URLS[name]
