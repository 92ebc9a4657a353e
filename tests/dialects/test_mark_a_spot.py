"""Mark-a-Spot: the key in the query, limit and offset, holes in the list, a block with personal data in it."""

import dataclasses
import json
from zoneinfo import ZoneInfo

import pytest

from reports.dialects.errors import NotFound
from reports.dialects.messages import Completeness, Place, Stage, Status
from tests.dialects.canned import canned
from tests.dialects.contract import DialectContract
from tests.dialects.family import by_id, family, payload, replay
from tests.dialects.filing import FILING, KEY, WINDOW
from tests.dialects.georeport_v2_city import row
from tests.dialects.sandbox_contract import SandboxContract


class TestContract(DialectContract):
    key = "mark_a_spot"
    taken = payload("mark_a_spot", "post-nested.json")


def page(*rows, total):
    return json.dumps({"requests": rows, "meta": {"total": total, "limit": 100, "offset": 0}}).encode()


def test_the_key_is_in_the_query_of_everything():
    dialect = family("mark_a_spot")
    with canned(payload("mark_a_spot", "services.json")) as city:
        services = dialect.services()
    assert city.calls[0].query["api_key"] == KEY
    assert [(each.service_code, each.metadata) for each in services] == [("3.2", False), ("1.1", False)]
    seen = []
    dialect.connection.client.on_exchange = seen.append
    with canned((200, payload("mark_a_spot", "post-nested.json"))) as city:
        receipt = dialect.post_service_request(FILING)
    assert receipt.service_request_id == "903-2026"
    assert "api_key" not in city.calls[0].body
    assert KEY not in str(seen[0].as_dict())
    assert "api_key" in seen[0].url


def test_several_pictures_go_as_one_list():
    filing = dataclasses.replace(FILING, media_urls=("https://us.example/1.jpg", "https://us.example/2.jpg"))
    with canned((200, payload("mark_a_spot", "post-nested.json"))) as city:
        family("mark_a_spot").post_service_request(filing)
    assert city.calls[0].query["media_url"] == "https://us.example/1.jpg,https://us.example/2.jpg"


def test_of_the_extension_block_only_what_is_named_is_taken():
    rows = by_id(replay(family("mark_a_spot"), "requests", payload("mark_a_spot", "requests-meta.json")))
    found = rows["901-2026"]
    assert (found.status, found.stage) == (Status.OPEN, Stage.IN_PROGRESS)
    assert (found.status_notes, found.address) == ("Wird geprüft.", "50667 Köln - Altstadt, Ulmenweg 4")
    assert found.media_urls == tuple(f"https://city.example/files/{name}.jpg" for name in "abc")
    assert [(note.text, note.status, note.stage) for note in found.notes] == [
        ("Eingegangen.", Status.OPEN, Stage.NONE),
        ("In Bearbeitung", Status.OPEN, Stage.IN_PROGRESS),
    ]
    shown = str(dataclasses.replace(found, raw={}))
    assert not [secret for secret in ("writer@example.org", "0221", "Beispiel", "kept-back") if secret in shown]


@pytest.mark.parametrize(
    ("term", "status", "stage"),
    [
        ("In Bearbeitung", "open", Stage.IN_PROGRESS),
        ("in Arbeit", "open", Stage.IN_PROGRESS),
        ("Weitergeleitet", "open", Stage.IN_PROGRESS),
        ("Nicht lösbar", "closed", Stage.REJECTED),
        ("Nicht zuständig", "closed", Stage.NOT_RESPONSIBLE),
        ("Dublette", "closed", Stage.DUPLICATE),
    ],
)
def test_each_term_of_the_german_sites(term, status, stage):
    block = {"markaspot": {"status_descriptive_name": term}}
    other = {"open": "closed", "closed": "open"}[status]
    rows = [row(1, status=status, extended_attributes=block), row(2, status=other, extended_attributes=block)]
    found = by_id(replay(family("mark_a_spot"), "requests", page(*rows, total=2)))
    assert (found["1"].status, found["1"].stage) == (Status(status), stage)
    assert (found["2"].status, found["2"].stage) == (Status(other), Stage.NONE)  # the row's own status decides


def test_no_more_than_five_pictures_go():
    filing = dataclasses.replace(FILING, media_urls=tuple(f"https://us.example/{number}.jpg" for number in range(7)))
    with canned((200, payload("mark_a_spot", "post-nested.json"))) as city:
        family("mark_a_spot").post_service_request(filing)
    (sent,) = [value for name, value in city.calls[0].fields if name == "media_url"]
    assert sent.split(",") == [f"https://us.example/{number}.jpg" for number in range(5)]


def test_a_request_that_is_not_published_is_private():
    rows = by_id(replay(family("mark_a_spot"), "requests", payload("mark_a_spot", "requests-meta.json")))
    assert not rows["901-2026"].private
    assert rows["902-2026"].private
    assert rows["902-2026"].stage is Stage.NOT_RESPONSIBLE


def test_pages_go_on_by_the_rows_that_came_until_the_total():
    pages = page(row(1), row(2), total=3), page(row(3), total=3)
    with canned(*pages) as city:
        answer = family("mark_a_spot").service_requests_by_query(WINDOW)
    assert [(call.query["offset"], call.query["limit"]) for call in city.calls] == [("0", "100"), ("2", "100")]
    assert {call.query["meta"] for call in city.calls} == {"true"}
    assert [each.service_request_id for each in answer.rows] == ["1", "2", "3"]


@pytest.mark.parametrize(("whole", "expected"), [(False, Completeness.UNKNOWN), (True, Completeness.COMPLETE)])
def test_its_list_proves_nothing_of_what_is_not_in_it(whole, expected):
    with canned(page(row(1), total=1)):
        answer = family("mark_a_spot", list_is_whole=whole).service_requests_by_query(WINDOW)
    assert answer.completeness is expected


def test_the_default_is_a_list_with_holes():
    with canned(page(row(1), total=1)):
        assert family("mark_a_spot").service_requests_by_query(WINDOW).completeness is Completeness.UNKNOWN
    with canned(page(total=0)):
        assert not family("mark_a_spot", lists_at_once=True).find(FILING, WINDOW).absence_certain


def test_nothing_found_may_be_404():
    with canned((404, payload("mark_a_spot", "error-empty-list.json"))):
        answer = family("mark_a_spot").service_requests_by_query(WINDOW)
    assert (answer.rows, answer.completeness) == ((), Completeness.UNKNOWN)


def test_a_recorded_list_of_nothing_is_read_as_a_live_one():
    nothing = payload("mark_a_spot", "error-empty-list.json")
    assert replay(family("mark_a_spot"), "requests", nothing, 404) == ()
    with pytest.raises(NotFound):
        replay(family("mark_a_spot"), "request", nothing, 404)
    for body in (b"", b'{"error": {"code": 404, "message": "Unknown jurisdiction"}}'):
        with pytest.raises(NotFound):
            replay(family("mark_a_spot"), "requests", body, 404)


def test_a_filter_that_was_dropped_is_applied_here():
    with canned(page(row(1, service_code="OTHER"), row(2), total=2)):
        answer = family("mark_a_spot").service_requests_by_query(WINDOW, ["POTH"])
    assert [each.service_request_id for each in answer.rows] == ["2"]


def test_ids_are_asked_for_under_its_own_name():
    with canned(page(row("1-2026"), row("2-2026"), total=2)) as city:
        family("mark_a_spot").service_requests(["1-2026", "2-2026"])
    assert city.calls[0].query["id"] == "1-2026,2-2026"
    assert len(city.calls) == 1


class TestSandbox(SandboxContract):
    """The key in the query; a list with holes."""

    key = "mark_a_spot"
    base = "cologne/georeport/v2/"
    lists_at_once = False
    place = Place(50.9375, 6.9603)
    time_zone = ZoneInfo("Europe/Berlin")
