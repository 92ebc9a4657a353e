"""Austin: the contract, the addendum's extensions, its limits, and the search by text."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from reports.dialects.errors import NotFound, RateLimited
from reports.dialects.messages import Status, Window
from tests.dialects.canned import canned
from tests.dialects.contract import DialectContract
from tests.dialects.filing import FILING, KEY, NOW, WINDOW
from tests.dialects.georeport_v2_city import body, ids, row
from tests.dialects.sandbox_contract import SandboxContract
from tests.dialects.spot_city import PAYLOADS, open_city, replay

TOKEN = "5e1a2b3c4d5e6f7081920a02"


class TestContract(DialectContract):
    key = "austin"
    taken = b'[{"token": "5e1a2b3c4d5e6f7081920a02"}]'


class TestSandbox(SandboxContract):
    key = "austin"
    base = "austin/open311/v2/"
    jurisdiction_id = "austintexas.gov"
    answers_with = "token"
    lists_at_once = False

    def test_a_service_at_rest_says_so(self, dialect):
        definitions = [dialect.service_definition(each.service_code) for each in dialect.services() if each.metadata]
        resting = [each for each in definitions if not each.active]
        assert 0 < len(resting) < len(definitions)
        assert all(each.notice for each in resting)

    def test_its_history_is_told_in_notes(self, dialect, city):
        receipt = dialect.post_service_request(self.filing(dialect, "Plain"))
        city.clock.advance(20 * 86400)
        row = dialect.service_request(receipt.token)
        assert [note.type for note in row.notes[:2]] == ["submitted", "opened"]
        assert len(row.notes) > 2
        assert all(note.text and note.datetime for note in row.notes)

    def test_ten_calls_a_minute_without_a_key(self, dialect):
        nobody = type(dialect)(dataclasses.replace(dialect.connection, api_key=""))
        for _ in range(10):
            nobody.services()
        with pytest.raises(RateLimited) as caught:
            nobody.services()
        assert 0 < caught.value.retry_after <= 60
        assert dialect.services()


# --- the key and the limit ---


def test_the_key_goes_as_bearer_with_every_call():
    with canned((200, body({"token": TOKEN, "service_request_id": "25-1"}))) as wire:
        city = open_city("austin")
        city.service_requests(["25-1"])
        city.service_requests_by_query(WINDOW)
        city.service_request_ids([TOKEN])
        city.post_service_request(FILING)
    with canned(b'{"service_code": "A", "attributes": []}') as more:
        city.service_definition("A")
    calls = [*wire.calls, *more.calls]
    assert {call.headers.get("Authorization") for call in calls} == {f"Bearer {KEY}"}
    assert not any("api_key" in call.query for call in calls)


def test_the_key_may_go_as_a_parameter_with_every_call():
    with canned((200, body({"token": TOKEN, "service_request_id": "25-1"}))) as wire:
        city = open_city("austin", key_in="parameter")
        city.service_requests(["25-1"])
        city.service_request_ids([TOKEN])
        city.post_service_request(FILING)
    assert [call.query.get("api_key") for call in wire.calls] == [KEY] * 3
    assert not any("Authorization" in call.headers for call in wire.calls)


def test_the_eleventh_call_of_a_minute_is_told_to_wait():
    with canned((429, b"", {"Retry-After": "41"})) as wire, pytest.raises(RateLimited) as caught:
        open_city("austin", api_key="").service_requests(["25-1"])
    assert caught.value.retry_after == 41
    assert len(wire.calls) == 1
    assert "Authorization" not in wire.calls[0].headers


# --- extensions ---


def test_a_definition_is_asked_for_with_extensions_and_says_whether_the_service_is_active():
    with canned((PAYLOADS / "austin/definition-inactive.json").read_bytes()) as wire:
        found = open_city("austin").service_definition("ACLONAG")
    assert wire.calls[0].query["extensions"] == "true"
    assert (found.active, found.notice) == (False, "Call 3-1-1 for an animal that is hurt.")
    with canned(b'{"service_code": "A", "attributes": []}') as plain:
        silent = open_city("austin", extensions=False).service_definition("A")
    assert "extensions" not in plain.calls[0].query
    assert (silent.active, silent.notice) == (True, "")


def test_photos_and_notes_are_read_and_the_rest_is_not():
    (found,) = replay("austin", "requests", "requests-extended.json")
    assert (found.service_request_id, found.token) == ("25-00101911", "5e1a2b3c4d5e6f7081920a01")
    assert found.media_urls == ("https://media.example/austin/1.jpg", "https://media.example/austin/2.jpg")
    assert [(note.text, note.type, note.status) for note in found.notes] == [
        ("Submitted via iPhone", "submitted", Status.OPEN),
        ("An officer is on the way.", "", None),
    ]
    assert found.notes[1].datetime == datetime(2025, 3, 2, 17, 30, tzinfo=UTC)
    assert "jo@" not in str([getattr(found, name) for name in found.__slots__ if name != "raw"])


# --- windows and pages ---


def test_pages_and_windows_stay_below_the_limits():
    with canned(body()) as wire:
        open_city("austin").service_requests_updated(Window(NOW - timedelta(days=200), NOW))
    spans = []
    for call in wire.calls:
        assert call.query["per_page"] == "100"
        assert "page_size" not in call.query
        start, end = (datetime.fromisoformat(call.query[name]) for name in ("updated_after", "updated_before"))
        spans.append(end - start)
    assert max(spans) <= timedelta(days=90)
    assert sum(spans, timedelta()) >= timedelta(days=200)
    assert len(spans) == 3


@pytest.mark.parametrize("options", [{"page_size": 101}, {"max_window_days": 91}])
def test_what_the_city_does_not_allow_cannot_be_set(options):
    assert type(open_city("austin")).check_options(options)


# --- tokens ---


def test_requests_can_be_asked_for_by_token():
    other = "5e1a2b3c4d5e6f7081920a03"
    rows = body(row("25-1", token=TOKEN), row("25-2", token=other))
    with canned(by_path={"/requests.json": rows, "": (404, b"")}) as wire:
        found = open_city("austin").service_requests([TOKEN, other])
    assert ids(found.rows) == ["25-1", "25-2"]
    assert wire.calls[0].query["token"] == f"{TOKEN},{other}"
    assert "service_request_id" not in wire.calls[0].query


def test_ids_and_tokens_do_not_share_a_list():
    with canned(body(row("25-1"), row("25-2"))) as wire:
        open_city("austin").service_requests(["25-1", "25-2", TOKEN, TOKEN[:-1] + "f"])
    asked = [(call.query.get("service_request_id"), call.query.get("token")) for call in wire.calls[:2]]
    assert asked == [("25-1,25-2", None), (None, f"{TOKEN},{TOKEN[:-1]}f")]


def test_one_token_stands_in_place_of_an_id():
    with canned(body(row("25-1", token=TOKEN))) as wire:
        assert open_city("austin").service_request(TOKEN).service_request_id == "25-1"
    assert wire.calls[0].path.endswith(f"/requests/{TOKEN}.json")


def test_a_request_without_its_id_is_not_there_yet():
    with canned((PAYLOADS / "austin/request-pending.json").read_bytes()), pytest.raises(NotFound):
        open_city("austin").service_request(TOKEN)


def test_a_token_that_is_not_known_yet_is_no_error():
    with canned((404, b'[{"code": 404, "description": "Token not found"}]')) as wire:
        assert open_city("austin").service_request_ids([TOKEN]) == {TOKEN: None}
    assert wire.calls[0].path.endswith(f"/tokens/{TOKEN}.json")


# --- finding ---


def test_a_lost_filing_is_searched_for_by_its_reference():
    late = row(
        "25-9", description="Deep hole [RF-2K7Q]", requested_datetime="2026-03-02T08:00:00Z", service_code="ELSE"
    )
    with canned(body(late), body()) as wire:
        found = open_city("austin").find(FILING, Window(NOW - timedelta(minutes=10), NOW))
    assert ids(found.candidates) == ["25-9"]
    assert not found.absence_certain
    assert [call.query.get("q") for call in wire.calls] == ["RF-2K7Q", "RF-2K7Q"]
    assert [call.query["page"] for call in wire.calls] == ["1", "2"]


@pytest.mark.parametrize(
    "search", [(200, body()), (400, b'[{"code": 400, "description": "q unknown"}]'), (200, b"<p>")]
)
def test_where_the_search_finds_nothing_the_list_is_looked_through(search):
    mine = row("25-9", description=FILING.description.split("\n")[0], lat=FILING.lat, long=FILING.long,
               requested_datetime="2026-03-02T14:55:00Z")  # fmt: skip

    def answer(call):
        return search if "q" in call.query else (200, body(mine))

    with canned(answer):
        found = open_city("austin", formats=["json"]).find(FILING, Window(NOW - timedelta(minutes=10), NOW))
    assert ids(found.candidates) == ["25-9"]


def test_a_search_that_the_city_ignores_names_nobody_else():
    def answer(call):
        day = "2026-03-02T14:55:00Z" if call.query["page"] == "1" else "2026-03-02T14:56:00Z"
        return (200, body(*(row(f"{call.query['page']}-{number}", requested_datetime=day) for number in range(100))))

    with canned(answer) as wire:
        found = open_city("austin", max_calls=3).find(FILING, Window(NOW - timedelta(minutes=10), NOW))
    assert found.candidates == ()
    assert [("q" in call.query) for call in wire.calls] == [True, True, False, False, False]


def test_a_limit_during_the_search_is_told():
    with canned((429, b"", {"Retry-After": "9"})), pytest.raises(RateLimited):
        open_city("austin").find(FILING, WINDOW)


def test_without_a_reference_only_the_list_is_asked():
    with canned(body()) as wire:
        open_city("austin").find(dataclasses.replace(FILING, reference=""), WINDOW)
    assert ["q" in call.query for call in wire.calls] == [False]
