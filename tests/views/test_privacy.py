"""What the site promises, with its own numbers."""

from typing import Any

import pytest
from django.test import Client

from tests.views.test_take_away import words

pytestmark = pytest.mark.django_db


def test_it_promises_what_the_settings_say(client: Client, settings: Any) -> None:
    settings.CONTACT_DAYS, settings.CONTACT_DAYS_OPEN = 45, 365
    settings.TILES_URL = "https://tiles.example/{z}/{x}/{y}.png"
    said = words(client.get("/privacy/"))
    assert "are deleted 45 days after the report has ended" in said
    assert "They are deleted 365 days after you filed the report in any case" in said
    assert "come from tiles.example" in said
    assert not client.cookies


def test_without_a_map_it_speaks_of_none(client: Client, settings: Any) -> None:
    settings.TILES_URL, settings.CONTACT_DAYS = "", 1
    said = words(client.get("/privacy/"))
    assert "pictures of the map" not in said
    assert "are deleted 1 day after the report has ended" in said


def test_every_page_leads_there(client: Client) -> None:
    assert 'href="/privacy/"' in client.get("/requests/").content.decode()


def test_it_takes_no_posts(client: Client) -> None:
    assert client.post("/privacy/").status_code == 405


def test_it_speaks_of_all_that_is_kept(client: Client) -> None:
    said = words(client.get("/privacy/"))
    assert "An address that is not confirmed is deleted after 7 days" in said
    assert "your address and the area are deleted 30 days later" in said
    assert "a mark of the address, from which nobody can read it" in said
    assert "no names, no addresses of mail, no phone numbers" in said
    assert "Nothing here needs an account" in said
