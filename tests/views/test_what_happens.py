"""What people are told will happen: every status in its order, and this site's own numbers."""

from typing import Any

import pytest
from django.test import Client

from reports.models import PublicStatus
from reports.views.what_happens import MEANINGS
from tests.views.test_take_away import words

pytestmark = pytest.mark.django_db


def test_every_status_has_its_word_its_icon_and_its_meaning_in_order(client: Client) -> None:
    html = client.get("/what-happens/").content.decode()
    assert set(MEANINGS) == set(PublicStatus)
    places = [html.index(f'<span class="tag tag--{status}">') for status in PublicStatus]
    assert places == sorted(places)
    said = words(client.get("/what-happens/"))
    for status, meaning in MEANINGS.items():
        assert f"{status.label} {meaning}" in said
        assert f"icons.svg#{status}" in html


def test_it_says_what_the_settings_say(client: Client, settings: Any) -> None:
    settings.SILENT_DAYS, settings.RETRY_GIVE_UP_HOURS = 41, 53
    said = words(client.get("/what-happens/"))
    assert "41 days after the last word" in said
    assert "for 53 hours" in said


def test_it_leads_on_and_every_page_leads_to_it(client: Client) -> None:
    html = client.get("/what-happens/").content.decode()
    for address in ("/privacy/", "/coverage/", "/bodies/", "/requests/find/", "/report/"):
        assert f'href="{address}"' in html
    assert 'href="/what-happens/"' in client.get("/requests/").content.decode()
    assert not client.cookies


@pytest.mark.parametrize("path", ["/what-happens/?x=%00", "/es/what-happens/"])
def test_whatever_is_asked(client: Client, path: str) -> None:
    assert client.get(path).status_code == 200


def test_it_takes_no_posts(client: Client) -> None:
    assert client.post("/what-happens/").status_code == 405
