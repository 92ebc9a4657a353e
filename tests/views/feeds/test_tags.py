"""The tag of a file changes with whatever the file says, so that nobody is told to keep what is not so any more."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from reports import clock
from reports.models import Endpoint, ServiceRequest, Submission
from tests.factories import make_service_request, make_status_update, make_submission
from tests.views.feeds.reading import get

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
LATER = datetime(2027, 1, 1, 12, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _stands_still() -> Iterator[None]:
    """Tags last for an hour or a day, which may end between two lines of a test."""
    with clock.at(LATER):
        yield


@pytest.fixture
def row() -> ServiceRequest:
    return make_service_request(requested_datetime=NOON)


def tag(client: Client, kind: str = "csv", way: str = "", **query: Any) -> str:
    return str(client.get(f"{way}/requests/feed.{kind}", query)["ETag"])


def change(row: ServiceRequest, **fields: Any) -> None:
    """Without a later date of the last change, as what a body's row says beside its news is taken over."""
    ServiceRequest.objects.filter(pk=row.pk).update(**fields)


def test_kinds_languages_pages_and_filters_have_tags_of_their_own(client: Client, row: ServiceRequest) -> None:
    tags = [tag(client), tag(client, "geojson"), tag(client, way="/es"), tag(client, page="all"),
            tag(client, service=row.service_name)]  # fmt: skip
    assert len(set(tags)) == len(tags)
    assert tag(client) == tags[0]


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "closed"}, {"expected_datetime": NOON}, {"lat": 1.0}, {"hidden": True}, {"updated_datetime": NOON},
        {"description": "Another hole in the road."}, {"agency_responsible": "Bureau of Streets"},
        {"address_string": "13 Main Street"}, {"place_detail": "north side"}, {"service_name": "Lamp"},
        {"group": "Streets"}, {"locale": "es"},
    ],
)  # fmt: skip
def test_what_is_said_of_a_report(client: Client, row: ServiceRequest, fields: dict[str, Any]) -> None:
    before, said = tag(client), get(client, "csv").content
    change(row, **fields)
    assert get(client, "csv").content != said
    assert tag(client) != before


def test_notes_that_come_and_go(client: Client, row: ServiceRequest) -> None:
    seen = [tag(client)]
    for words in ("We had a look", "It is on our list"):
        note = make_status_update(row, by_body=True, status_notes=words)
        seen.append(tag(client))
    note.hidden = True
    note.save(update_fields=["hidden"])
    assert tag(client) == seen[1]
    make_status_update(row, by_body=True, status_notes="Between us", private=True)
    assert tag(client) == seen[1]
    assert len(set(seen)) == 3


def test_one_note_shown_again_and_another_one_hidden(client: Client, row: ServiceRequest) -> None:
    first, second = (make_status_update(row, by_body=True, status_notes=words, hidden=hidden)
                     for words, hidden in (("First", True), ("Second", False)))  # fmt: skip
    before = tag(client)
    for note in (first, second):
        note.hidden = not note.hidden
        note.save(update_fields=["hidden"])
    assert tag(client) != before


def test_the_number_there(client: Client, row: ServiceRequest) -> None:
    make_submission(row, state="accepted")
    before = tag(client)
    Submission.objects.update(service_request_id="24-001")
    assert tag(client) != before


def test_the_terms(client: Client, row: ServiceRequest) -> None:
    before = tag(client)
    Endpoint.objects.filter(pk=row.endpoint_id).update(licence="CC0 1.0")
    assert tag(client) != before


def test_what_nothing_tells_is_noticed_after_a_day_or_an_hour(client: Client, row: ServiceRequest) -> None:
    page, whole = tag(client), tag(client, page="all")
    with clock.at(LATER + timedelta(minutes=29)):
        assert (tag(client), tag(client, page="all")) == (page, whole)
    with clock.at(LATER + timedelta(minutes=31)):
        assert tag(client) == page
        assert tag(client, page="all") != whole
    with clock.at(LATER + timedelta(hours=12)):
        assert tag(client) != page
