"""FixMyStreet's extension: updates both ways, services that are not offered, attributes that the sender fills."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from reports.dialects.errors import BadRequest, NoAnswer, Unreadable, Unsupported
from reports.dialects.messages import Attribute, AttributeValue, Completeness, Place, Stage, Status, Window
from tests.dialects.canned import canned
from tests.dialects.contract import DialectContract
from tests.dialects.family import by_id, family, payload, replay
from tests.dialects.filing import COMMENT, FILING, KEY, WINDOW
from tests.dialects.georeport_v2_city import body, row
from tests.dialects.sandbox_contract import SandboxContract

TAKEN = b"<service_requests><request><token>t-1</token></request></service_requests>"


class TestContract(DialectContract):
    key = "fixmystreet"
    taken = TAKEN


# --- services ---


def test_services_that_are_not_for_the_public_are_not_active():
    found = replay(family("fixmystreet"), "services", payload("fixmystreet", "services.xml"))
    assert {each.service_code: each.active for each in found} == {
        "GRF": True,
        "ABV": False,
        "BIN": False,
        "OLD": False,
    }
    assert found[0].groups == ("Cleaning, weeds", "Parks")


@pytest.mark.parametrize("word", ["private", "inactive", "staff", "waste_only"])
def test_each_flag_counts(word):
    row = f'[{{"service_code": "A", "service_name": "A", "keywords": "bench, {word}"}}]'.encode()
    (found,) = replay(family("fixmystreet"), "services", row)
    assert not found.active


# --- the sender's attributes ---


def test_who_fills_an_attribute_is_read():
    (found,) = replay(family("fixmystreet"), "service_definition", payload("fixmystreet", "service_definition.xml"))
    assert {each.code: each.automated for each in found.attributes} == {
        "fixmystreet_id": "server_set",
        "easting": "server_set",
        "closest_address": "server_set",
        "team": "hidden_field",
        "usrn": "hidden_field",
        "size": "",
    }


def automated():
    (found,) = replay(family("fixmystreet"), "service_definition", payload("fixmystreet", "service_definition.xml"))
    return tuple(each for each in found.attributes if each.automated)


def test_what_nobody_was_asked_is_filled():
    filing = dataclasses.replace(FILING, automated=automated(), url="https://us.example/r/RF-2K7Q")
    with canned((200, TAKEN)) as city:
        family("fixmystreet").post_service_request(filing)
    sent = {name: value for name, value in city.calls[0].fields if name.startswith("attribute")}
    assert sent == {
        "attribute[fixmystreet_id]": "RF-2K7Q",
        "attribute[closest_address]": "121 N La Salle St",
        "attribute[team]": "CLEAN",
        "attribute[usrn]": "",
    }


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("fixmystreet_id", "RF-2K7Q"),
        ("report_url", "https://us.example/r/RF-2K7Q"),
        ("closest_address", "121 N La Salle St"),
        ("title", "Pothole"),
        ("description", "A hole as deep as a hand.\n\n[RF-2K7Q]"),
    ],
)
def test_what_the_sender_fills_each_attribute_from(code, value):
    needed = Attribute(code, required=True, automated="server_set")
    filing = dataclasses.replace(
        FILING, automated=(needed,), url="https://us.example/r/RF-2K7Q", service_name="Pothole"
    )
    with canned((200, TAKEN)) as city:
        family("fixmystreet").post_service_request(filing)
    assert city.calls[0].query[f"attribute[{code}]"] == value


def test_an_optional_hidden_one_without_a_value_is_left_out():
    filing = dataclasses.replace(FILING, automated=(Attribute("usrn", automated="hidden_field"),))
    with canned((200, TAKEN)) as city:
        family("fixmystreet").post_service_request(filing)
    assert "attribute[usrn]" not in city.calls[0].query


def test_what_cannot_be_worked_out_is_refused_before_it_is_sent():
    needed = Attribute("easting", required=True, automated="server_set", values=(AttributeValue("1", "1"),))
    with canned((200, TAKEN)) as city, pytest.raises(BadRequest, match="easting"):
        family("fixmystreet").post_service_request(dataclasses.replace(FILING, automated=(needed,)))
    assert city.calls == []


def test_several_photos_go_as_several_addresses():
    addresses = tuple(f"https://us.example/{number}.jpg" for number in range(4))
    with canned((200, TAKEN)) as city:
        family("fixmystreet").post_service_request(dataclasses.replace(FILING, media_urls=addresses))
    assert [value for name, value in city.calls[0].fields if name == "media_url"] == [*addresses[:3]]


# --- updates in ---


def updated(**options):
    with canned(payload("fixmystreet", "updates.xml")) as city:
        answer = family("fixmystreet", **options).service_requests_updated(WINDOW)
    return city, answer


def test_updates_are_asked_for_by_time_with_the_key():
    city, answer = updated()
    assert [call.path.rpartition("/")[2] for call in city.calls] == ["servicerequestupdates.xml"]
    assert city.calls[0].query == {
        "api_key": KEY,
        "jurisdiction_id": "example.org",
        "start_date": "2026-02-23T15:00:00Z",
        "end_date": "2026-03-02T15:00:00Z",
    }
    assert answer.completeness is Completeness.COMPLETE


def test_updates_become_notes_each_once_and_in_order():
    found = by_id(updated()[1].rows)
    notes = found["7001"].notes
    assert [(note.id, note.status, note.stage) for note in notes] == [
        ("u-1", Status.OPEN, Stage.IN_PROGRESS),
        ("u-2", Status.OPEN, Stage.SCHEDULED),
        ("u-3", None, Stage.NONE),
    ]
    assert notes[2].media_urls == ("https://council.example/u3.jpg",)
    assert found["7002"].notes[0].media_urls == ()
    assert "A. Person" not in str([dataclasses.replace(row, raw={}) for row in found.values()])


def test_every_field_of_an_update():
    update = {"update_id": "u-9", "service_request_id": "7", "status": "FIXED", "description": "Filled.",
              "updated_datetime": "2026-03-02T10:00:00Z", "media_url": "https://council.example/9.jpg"}  # fmt: skip
    for written in ([update], {"service_request_updates": [update]}, update):
        (found,) = replay(family("fixmystreet"), "updates", json.dumps(written).encode())
        (note,) = found.notes
        assert (found.service_request_id, found.raw) == ("7", {"service_request_updates": [update]})
        assert (note.id, note.type, note.text, note.status) == ("u-9", "update", "Filled.", Status.CLOSED)
        assert note.datetime == found.updated_datetime == datetime(2026, 3, 2, 10, tzinfo=UTC)
        assert note.media_urls == ("https://council.example/9.jpg",)
    for mark in ("update_id", "service_request_id"):
        assert len(replay(family("fixmystreet"), "updates", json.dumps({mark: "7"}).encode())) == (mark != "update_id")


def test_what_is_no_list_of_updates_is_unreadable():
    with canned(b'{"hello": "world"}'), pytest.raises(Unreadable) as caught:
        family("fixmystreet", formats=["json"]).service_requests_updated(WINDOW)
    assert caught.value.operation == "service_requests_updated"


def test_the_last_update_that_says_a_status_gives_it():
    found = by_id(updated()[1].rows)
    assert {number: (row.status, row.stage, row.status_known, row.status_word) for number, row in found.items()} == {
        "7001": (Status.OPEN, Stage.SCHEDULED, True, "action_scheduled"),
        "7002": (Status.OPEN, Stage.NONE, False, ""),
        "7003": (Status.CLOSED, Stage.NOT_RESPONSIBLE, True, "NOT_COUNCILS_RESPONSIBILITY"),
        "7004": (Status.OPEN, Stage.NONE, True, "FOR_TRIAGE"),
    }
    assert found["7001"].updated_datetime == datetime(2026, 3, 3, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("word", "status", "stage"),
    [
        ("OPEN", Status.OPEN, Stage.NONE),
        ("CLOSED", Status.CLOSED, Stage.NONE),
        ("fixed", Status.CLOSED, Stage.NONE),
        ("IN_PROGRESS", Status.OPEN, Stage.IN_PROGRESS),
        ("DUPLICATE", Status.CLOSED, Stage.DUPLICATE),
        ("NO_FURTHER_ACTION", Status.CLOSED, Stage.NONE),
        ("INTERNAL_REFERRAL", Status.CLOSED, Stage.NOT_RESPONSIBLE),
        ("CANCELLED", Status.CLOSED, Stage.NONE),
        ("REOPEN", Status.OPEN, Stage.NONE),
    ],
)
def test_each_word_of_the_vocabulary(word, status, stage):
    rows = f'[{{"update_id": "1", "service_request_id": "2", "status": "{word}", "description": "x"}}]'.encode()
    (found,) = replay(family("fixmystreet"), "updates", rows)
    assert (found.status, found.stage, found.status_known) == (status, stage, True)


@pytest.mark.parametrize(
    "empty", [b"<service_request_updates/>", b"<service_requests_updates/>", b'{"service_request_updates": []}', b"[]"]
)
def test_no_updates(empty):
    with canned(empty):
        assert family("fixmystreet").service_requests_updated(WINDOW).rows == ()


def test_a_server_without_updates_is_asked_for_its_list():
    with canned(body(row(1, updated_datetime="2026-03-01T13:00:00Z"))) as city:
        answer = family("fixmystreet", updates=False).service_requests_updated(WINDOW)
    assert [call.path.rpartition("/")[2] for call in city.calls][:1] == ["requests.xml"]
    assert [each.service_request_id for each in answer.rows] == ["1"]


# --- comments out ---


def test_a_comment_s_writer_is_named_where_that_was_allowed():
    comment = dataclasses.replace(COMMENT, first_name="Jo", last_name="Doe", email="jo@example.org")
    with canned((200, payload("fixmystreet", "comment-post.xml"))) as city:
        family("fixmystreet").comment("7001", comment)
    assert city.calls[0].fields[-3:] == [("first_name", "Jo"), ("last_name", "Doe"), ("email", "jo@example.org")]


def test_a_comment_is_an_update_of_ours():
    comment = dataclasses.replace(COMMENT, media_urls=("https://us.example/1.jpg", "https://us.example/2.jpg"))
    with canned((200, payload("fixmystreet", "comment-post.xml"))) as city:
        receipt = family("fixmystreet").comment("7001", comment)
    assert receipt.id == "ext-77"
    assert city.calls[0].fields == [
        ("api_key", KEY),
        ("jurisdiction_id", "example.org"),
        ("service_request_id", "7001"),
        ("update_id", "5f2f7c1e"),
        ("status", "OPEN"),
        ("updated_datetime", "2026-03-02T15:00:00Z"),
        ("description", "It is still there."),
        ("media_url", "https://us.example/1.jpg"),
        ("media_url", "https://us.example/2.jpg"),
    ]


@pytest.mark.parametrize(
    ("known", "options", "word"),
    [
        (Status.CLOSED, {}, "CLOSED"),
        (None, {}, "OPEN"),
        (Status.CLOSED, {"comment_status": "UNCHANGED"}, "UNCHANGED"),
    ],
)
def test_a_comment_repeats_the_status_that_we_know(known, options, word):
    with canned((200, payload("fixmystreet", "comment-post.xml"))) as city:
        family("fixmystreet", **options).comment("7001", dataclasses.replace(COMMENT, status=known))
    assert city.calls[0].query["status"] == word


@pytest.mark.parametrize(("options", "word"), [({}, "OPEN"), ({"reopen_status": "REOPEN"}, "REOPEN")])
def test_a_closed_request_is_opened_again_by_an_update(options, word):
    with canned((200, payload("fixmystreet", "comment-post.xml"))) as city:
        receipt = family("fixmystreet", **options).reopen("7001", dataclasses.replace(COMMENT, status=Status.CLOSED))
    assert receipt.id == "ext-77"
    assert (city.calls[0].query["status"], city.calls[0].query["description"]) == (word, "It is still there.")


def test_a_server_without_updates_opens_nothing_again():
    with canned((200, b"[]")) as city, pytest.raises(Unsupported):
        family("fixmystreet", updates=False).reopen("7001", COMMENT)
    assert not city.calls


@pytest.mark.parametrize("answer", [b"[]", b"<service_request_updates/>", b"{}", b"<html><body>Hi</body></html>"])
def test_an_unclear_answer_to_a_comment_is_perhaps_sent(answer):
    with canned((200, answer)) as city, pytest.raises(Unreadable) as caught:
        family("fixmystreet").comment("7001", COMMENT)
    assert (len(city.calls), caught.value.operation) == (1, "comment")


def test_a_gateway_that_gave_up_on_a_comment_is_no_answer():
    with canned((504, b"")), pytest.raises(NoAnswer):
        family("fixmystreet").comment("7001", COMMENT)


# --- FixMyStreet's own server ---


def test_the_server_s_own_rows():
    (found,) = replay(family("fixmystreet"), "requests", payload("fixmystreet", "server-requests.json"))
    assert found.service_request_id == "990001"
    assert found.agency_responsible == "Elm Borough Council, Elm County"
    assert found.service_code == "Parks / open spaces, benches"
    assert "A. Person" not in str(dataclasses.replace(found, raw={}))


@pytest.mark.parametrize("key", ["fixmystreet", "georeport_v2"])
def test_a_server_before_2017_put_everything_into_lists_of_one(key):
    rows = replay(family(key), "requests", payload("fixmystreet", "server-requests-lists-of-one.json"))
    assert [(row.service_request_id, row.service_code, row.lat) for row in rows] == [
        ("990011", "Street lighting", 51.4),
        ("990012", "Potholes / road", 51.5),
    ]
    assert rows[0].agency_responsible == "Elm Borough Council, Elm County"
    assert (rows[1].status_word, rows[1].media_urls) == ("closed", ("https://fms.example/photo?id=990012",))
    services = replay(family(key), "services", payload("fixmystreet", "server-services-lists-of-one.json"))
    assert [each.service_code for each in services] == ["Potholes / road", "Street lighting"]
    assert not services[0].metadata


def test_the_server_s_error_page_with_200_is_no_answer():
    with canned(payload("fixmystreet", "server-error.html")), pytest.raises(Unreadable):
        family("fixmystreet").services()


class TestSandbox(SandboxContract):
    """A council behind an adapter."""

    key = "fixmystreet"
    base = "merton/open311/v2/"
    jurisdiction_id = "merton"
    answers_with = "token"
    lists_at_once = False
    place = Place(51.4098, -0.2108)
    time_zone = ZoneInfo("Europe/London")

    def test_what_the_council_closed_is_open_again(self, dialect, city):
        receipt = dialect.post_service_request(self.filing(dialect, "A bench is broken [RF-2K7Q]"))
        city.clock.advance(3600)
        number = dialect.service_request_ids([receipt.token])[receipt.token]
        city.state.write_status("merton", number, "closed", "Mended.")
        assert dialect.service_request(number).status is Status.CLOSED
        dialect.comment(number, dataclasses.replace(COMMENT, status=Status.CLOSED))
        assert dialect.service_request(number).status is Status.CLOSED
        assert dialect.reopen(number, COMMENT).id
        assert dialect.service_request(number).status is Status.OPEN

    def test_a_comment_is_sent_and_what_the_council_says_comes_by_time(self, dialect, city):
        receipt = dialect.post_service_request(self.filing(dialect, "A bench is broken [RF-2K7Q]"))
        city.clock.advance(3600)
        number = dialect.service_request_ids([receipt.token])[receipt.token]
        assert dialect.comment(number, COMMENT).id
        city.clock.advance(60 * 86400)
        now = datetime.now(UTC)
        answer = dialect.service_requests_updated(Window(now, now + timedelta(days=61)))
        row = by_id(answer.rows)[number]
        assert row.notes
        assert row.status_known
        assert len({note.id for note in row.notes}) == len(row.notes)
