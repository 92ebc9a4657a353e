"""Where a weakness is reported, as RFC 9116 has it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from reports import clock

PATH = "/.well-known/security.txt"
NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


def test_it_names_whom_to_tell_and_for_how_long(client: Client, settings) -> None:
    settings.SECURITY_CONTACT = ["mailto:security@example.org", "https://example.org/report"]
    with clock.at(NOW):
        response = client.get(PATH)
    assert (response.status_code, response.headers["Content-Type"]) == (200, "text/plain; charset=utf-8")
    lines = response.content.decode().splitlines()
    assert lines == [
        "Contact: mailto:security@example.org",
        "Contact: https://example.org/report",
        "Expires: 2026-08-28T00:00:00Z",
        f"Preferred-Languages: {', '.join(code for code, _name in settings.LANGUAGES)}",
        f"Canonical: {settings.SITE_URL}{PATH}",
    ]
    expires = datetime.fromisoformat(re.findall(r"Expires: (.+)", response.content.decode())[0])
    assert timedelta(days=30) < expires - NOW < timedelta(days=365)  # RFC 9116, 2.5.5
    assert not response.cookies


def test_without_a_contact_there_is_none(client: Client, settings) -> None:
    settings.SECURITY_CONTACT = []
    assert client.get(PATH).status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_it_is_only_read(client: Client, method: str) -> None:
    assert getattr(client, method)(PATH).status_code == 405
