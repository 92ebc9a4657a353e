"""Chicago: the contract, its recorded shapes, and what it is asked."""

import dataclasses
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from reports.dialects.errors import BadRequest, Unavailable
from reports.dialects.messages import Completeness, Note, Stage, Status, Window
from tests.dialects.canned import canned
from tests.dialects.contract import DialectContract
from tests.dialects.filing import FILING, KEY, NOW, WINDOW
from tests.dialects.georeport_v2_city import body, ids, row
from tests.dialects.sandbox_contract import SandboxContract
from tests.dialects.spot_city import open_city, replay

CHICAGO = ZoneInfo("America/Chicago")


class TestContract(DialectContract):
    key = "chicago"
    taken = b'[{"token": "66aa10b2c3d4e5f601020301"}]'


class TestSandbox(SandboxContract):
    key = "chicago"
    base = "chicago/open311/v2/"
    jurisdiction_id = "cityofchicago.org"
    time_zone = CHICAGO
    answers_with = "token"
    lists_at_once = False


def test_notes_tell_the_history_and_name_the_requests_that_follow_on():
    first = replay("chicago", "requests", "requests-with-notes.json")[0]
    assert [(note.type, note.text) for note in first.notes] == [
        ("opened", "Request opened"),
        ("activity", "Final Outcome: Survey transferred"),
        (
            "follow_on_created",
            "Follow-on survey created: Survey #25-01225670 created (Inspect Public Way Survey, Transportation)",
        ),
        ("follow_on_closed", "follow on closed (25-01225670, Inspect Public Way Survey, Transportation)"),
    ]
    assert first.notes[0].datetime == datetime(2025, 5, 10, 0, 2, 21, tzinfo=UTC)
    assert [note.status for note in first.notes] == [Status.OPEN, None, None, None]
    assert "0199" not in str(first.notes)


def test_a_duplicate_is_linked_to_its_parent_and_a_follow_on_is_none():
    first, second = replay("chicago", "requests", "requests-with-notes.json")
    assert (second.stage, second.duplicate_of, second.status) == (Stage.DUPLICATE, "25-00417000", Status.OPEN)
    assert (first.stage, first.duplicate_of) == (Stage.NONE, "")
    assert second.notes == (
        Note("Request closed", datetime(2025, 5, 11, 13, tzinfo=UTC), "closed", status=Status.CLOSED),
    )


def test_attributes_and_the_rest_of_the_blocks_stay_in_the_raw_row():
    for request in replay("chicago", "requests", "requests-with-notes.json"):
        told = str([getattr(request, name) for name in request.__slots__ if name != "raw"])
        assert "555" not in told
        assert "phone" not in told


def test_rows_without_an_id_are_ignored():
    found = replay("chicago", "requests", "requests-with-notes.json")
    assert [each.service_request_id for each in found] == ["25-00417730", "25-00417731"]
    pending = body(row(1), {"token": "t", "service_code": "POTH", "service_name": "Pothole"})
    with canned(pending):
        assert open_city("chicago").service_requests(["1", "2"]).skipped == 1


def test_the_telephone_number_is_private():
    (found,) = replay("chicago", "service_definition", "definition-with-phone.json")
    assert {each.code: each.private for each in found.attributes} == {
        "FQSKA1": False,
        "HOWMANYD": False,
        "A511OPTN": True,
    }


def test_it_is_asked_in_its_own_time_in_pages_with_the_key_and_for_extensions():
    with canned(body()) as wire:
        open_city("chicago", time_zone=CHICAGO).service_requests_by_query(WINDOW)
    assert wire.calls[0].path.endswith("/requests.json")
    assert wire.calls[0].query == {
        "api_key": KEY,
        "jurisdiction_id": "c.org",
        "start_date": "2026-02-23T09:00:00",
        "end_date": "2026-03-02T09:00:00",
        "extensions": "true",
        "page": "1",
        "page_size": "500",
    }


def test_changes_are_asked_for_by_their_own_dates():
    with canned(body()) as wire:
        open_city("chicago", time_zone=CHICAGO).service_requests_updated(WINDOW)
    assert wire.calls[0].query["updated_after"] == "2026-02-23T09:00:00"
    assert wire.calls[0].query["updated_before"] == "2026-03-02T09:00:00"


@pytest.mark.parametrize("missing", [{"lat": None, "long": None}, {"address_string": ""}])
def test_point_and_address_are_both_needed(missing):
    with canned(b"[]") as wire, pytest.raises(BadRequest):
        open_city("chicago").post_service_request(dataclasses.replace(FILING, **missing))
    assert wire.calls == []


def test_tokens_go_in_a_list_with_the_key_in_the_query():
    answer = body({"token": "a", "service_request_id": "25-1"}, {"token": "b", "service_request_id": ""})
    with canned(answer) as wire:
        assert open_city("chicago").service_request_ids(["a", "b"]) == {"a": "25-1", "b": None}
    assert wire.calls[0].path.endswith("/tokens/a,b.json")
    assert wire.calls[0].query["api_key"] == KEY


def test_it_is_not_searched_by_text():
    with canned(body()) as wire:
        open_city("chicago").find(FILING, WINDOW)
    assert len(wire.calls) == 1
    assert "q" not in wire.calls[0].query


def test_a_broken_row_costs_its_hour_and_not_the_window():
    """A bad row at 12:30 makes every list with that moment fail."""
    bad = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)
    rows = [row(number, requested_datetime=f"2026-03-02T{number:02}:00:00Z") for number in range(3, 15)]

    def answer(call):
        start, end = (
            datetime.fromisoformat(call.query[name]).replace(tzinfo=CHICAGO) for name in ("start_date", "end_date")
        )
        if start <= bad <= end:
            return (500, b"Internal Server Error")
        inside = [each for each in rows if start <= datetime.fromisoformat(each["requested_datetime"]) <= end]
        return (200, body(*inside) if call.query["page"] == "1" else body())

    window = Window(NOW - timedelta(hours=12), NOW)
    with canned(answer) as wire:
        found = open_city("chicago", time_zone=CHICAGO).service_requests_by_query(window)
    assert found.completeness is Completeness.TRUNCATED
    assert set(ids(found.rows)) >= {"3", "5", "8", "11", "14"}
    assert len(wire.calls) <= 20


def test_a_city_that_fails_throughout_is_not_asked_for_every_hour():
    with canned((500, b"")) as wire, pytest.raises(Unavailable):
        open_city("chicago").service_requests_by_query(WINDOW)
    assert len(wire.calls) == 3


def test_it_limits_its_pages():
    found = type(open_city("chicago")).check_options({"page_size": 501})
    assert found == ["“page_size” has to be a whole number from 1 to 500."]
