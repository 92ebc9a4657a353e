"""What waits for a volunteer, on the admin's first page: each line leads to a list of just those rows."""

import re
from html import unescape

import pytest
from django.test import Client

from reports import clock
from reports.models import AbuseReport, Comment, MissingPlace
from tests.factories import make_service_request

pytestmark = pytest.mark.django_db
WORDS = ("held: look at", "should not be public", "missing, somebody says")


def lines(staff: Client) -> dict[str, str]:
    """The address that each sentence leads to."""
    page = staff.get("/admin/").content.decode()
    found = re.findall(r'href="([^"]*\?[^"]*)"[^>]*>([^<]*)<', page)
    return {" ".join(words.split()): unescape(address) for address, words in found if any(w in words for w in WORDS)}


@pytest.fixture
def _rows(db: None) -> None:
    """One of each kind that waits, one that a volunteer is done with, and what was held and is gone since."""
    request, now = make_service_request(), clock.now()
    make_service_request(held_at=now)
    make_service_request(held_at=now, hidden=True)
    make_service_request(held_at=now, taken_away_at=now)
    for fields in ({"held_at": now}, {"held_at": now, "hidden": True}, {}):
        Comment.objects.create(service_request=request, text="x", **fields)
    for handled_at in (None, now):
        AbuseReport.objects.create(service_request=request, reason="spam", handled_at=handled_at)
        MissingPlace.objects.create(lat=1, long=1, handled_at=handled_at)


@pytest.mark.usefixtures("_rows")
def test_each_line_counts_what_its_list_shows(staff: Client) -> None:
    found = lines(staff)
    assert len(found) == 4
    for words, address in found.items():
        page = staff.get(address)
        assert page.status_code == 200
        assert words.startswith("1 ")
        assert page.context["cl"].result_count == 1, words
        chosen = [choice for each in page.context["cl"].filter_specs for choice in each.choices(page.context["cl"])]
        assert any(
            choice["selected"] and choice["query_string"] != "?" for choice in chosen if choice["display"] != "All"
        )


def test_nothing_waits_and_nothing_is_said(staff: Client) -> None:
    assert lines(staff) == {}
