"""Klarschiff (Rostock): an e-mail and its link, pictures in Base64, errors inside HTTP 500, comments."""

import base64
import dataclasses
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from reports.dialects.errors import BadRequest, KeyRejected, Unreadable
from reports.dialects.messages import Place, Stage, Status
from tests.dialects.canned import canned
from tests.dialects.contract import DialectContract
from tests.dialects.family import PHOTO, family, payload, replay
from tests.dialects.filing import COMMENT, FILING, KEY, WINDOW
from tests.dialects.georeport_v2_city import body, row
from tests.dialects.sandbox_contract import SandboxContract


class TestContract(DialectContract):
    key = "klarschiff"
    taken = payload("klarschiff", "post.json")


def test_the_resident_is_told_of_the_link():
    with canned((201, payload("klarschiff", "post.json"))) as city:
        receipt = family("klarschiff").post_service_request(FILING)
    assert receipt.service_request_id == "90019"
    assert receipt.service_notice == "Bitte folgen Sie dem Link in der E-Mail."
    assert city.calls[0].query["email"] == "resident@example.org"


def test_without_an_email_nothing_is_sent():
    with canned((201, b"[]")) as city, pytest.raises(BadRequest, match="e-mail"):
        family("klarschiff").post_service_request(dataclasses.replace(FILING, email=""))
    assert city.calls == []


def test_one_picture_goes_as_text():
    filing = dataclasses.replace(FILING, photos=(PHOTO, PHOTO), media_urls=("https://us.example/1.jpg",))
    with canned((201, payload("klarschiff", "post.json"))) as city:
        family("klarschiff").post_service_request(filing)
    sent = [value for name, value in city.calls[0].fields if name.startswith("media")]
    assert [base64.b64decode(value) for value in sent] == [b"JPEG bytes"]


@pytest.mark.parametrize("accepted", [True, False])
def test_the_policy_is_accepted_only_where_a_volunteer_said_so(accepted):
    with canned((201, payload("klarschiff", "post.json")), (201, b"[]")) as city:
        family("klarschiff", privacy_policy=accepted).post_service_request(FILING)
        with_email = dataclasses.replace(COMMENT, email="resident@example.org")
        family("klarschiff", privacy_policy=accepted).comment("90017", with_email)
    expected = "true" if accepted else None
    assert [call.query.get("privacy_policy_accepted") for call in city.calls] == [expected] * 2


def test_a_list_always_names_the_status():
    with canned(b"[]") as city:
        family("klarschiff").service_requests_by_query(WINDOW)
        family("klarschiff").service_requests_updated(WINDOW)
    assert {call.query["status"] for call in city.calls} == {"open,closed"}
    assert {call.query["max_requests"] for call in city.calls} == {"500"}
    with canned(b"[]") as city:
        family("klarschiff").service_requests_by_query(WINDOW, status=["open"])
    assert city.calls[0].fields.count(("status", "open")) == 1
    assert ("status", "open,closed") not in city.calls[0].fields


def test_a_text_that_waits_for_moderation_is_none():
    (found,) = replay(family("klarschiff"), "requests", payload("klarschiff", "requests.xml"))
    assert (found.service_request_id, found.service_code) == ("90017", "11")
    assert found.description == ""
    assert (found.status, found.stage) == (Status.OPEN, Stage.IN_PROGRESS)


def test_a_single_request_is_a_bare_object():
    (found,) = replay(family("klarschiff"), "request", payload("klarschiff", "request-object.json"))
    assert (found.service_request_id, found.description) == ("90018", "Ampel aus.")
    assert (found.status, found.stage) == (Status.CLOSED, Stage.REJECTED)


def test_a_definition_without_questions_is_one():
    (found,) = replay(family("klarschiff"), "service_definition", payload("klarschiff", "service_definition.xml"))
    assert (found.service_code, found.attributes) == ("11", ())


def test_an_error_inside_500_is_what_its_code_says():
    with canned((500, payload("klarschiff", "error-500-key.xml"))), pytest.raises(KeyRejected) as caught:
        family("klarschiff").post_service_request(FILING)
    assert "API-Key" in caught.value.messages[0]


def test_comments_come_in_order_and_without_their_writers():
    with canned(payload("klarschiff", "comments.xml")) as city:
        notes = family("klarschiff").comments("90017")
    assert [(note.id, note.text, note.by_body) for note in notes] == [
        ("7", "Das ist am Spielplatz.", False),
        ("8", "Immer noch da.", False),
    ]
    assert notes[0].datetime == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert "example.org" not in str(notes)
    assert city.calls[0].path.endswith("/requests/comments/90017.json")
    assert city.calls[0].query["api_key"] == KEY


@pytest.mark.parametrize(
    ("answer", "count"),
    [
        (payload("klarschiff", "comments-one.json"), 1),
        (b'<comments type="array"><comment><id>7</id><comment>One.</comment></comment></comments>', 1),
        (
            (
                b'<comments type="array"><comment><id>7</id><comment>One.</comment></comment>'
                b"<comment><id>8</id><comment>Two.</comment></comment></comments>"
            ),
            2,
        ),
        (b'{"comments": [{"id": 7, "comment": "One."}]}', 1),
        (b'{"comments": {"comment": {"id": 7, "comment": "One."}}}', 1),
        (b'{"comment": "One."}', 1),
        (b'<comments type="array"/>', 0),
        (b"[]", 0),
    ],
)
def test_one_comment_and_none(answer, count):
    found = replay(family("klarschiff"), "comments", answer)
    assert len(found) == count
    assert {note.type for note in found} <= {"comment"}


def test_an_answer_that_holds_no_comments_is_unreadable():
    with pytest.raises(Unreadable) as caught:
        replay(family("klarschiff"), "comments", b'{"hello": "world"}')
    assert caught.value.operation == "comments"


def test_a_comment_is_sent_with_its_writer_s_address():
    comment = dataclasses.replace(COMMENT, email="resident@example.org")
    with canned((201, b"<comments><comment><id>9</id><comment>It is.</comment></comment></comments>")) as city:
        receipt = family("klarschiff").comment("90017", comment)
    assert receipt.id == "9"
    assert city.calls[0].fields == [
        ("api_key", KEY),
        ("jurisdiction_id", "example.org"),
        ("author", "resident@example.org"),
        ("comment", "It is still there."),
    ]
    assert city.calls[0].path.endswith("/requests/comments/90017.json")


def test_a_comment_without_an_address_is_not_sent():
    with canned((201, b"[]")) as city, pytest.raises(BadRequest) as caught:
        family("klarschiff").comment("90017", COMMENT)
    assert (city.calls, caught.value.operation) == ([], "comment")


def test_the_endpoint_s_address_stands_in_for_the_writer_s():
    with canned((201, b'[{"id": 9, "comment": "It is still there."}]')) as city:
        family("klarschiff", comment_author="desk@example.org").comment("90017", COMMENT)
    assert city.calls[0].query["author"] == "desk@example.org"


@pytest.mark.parametrize("bad", ["desk", "a@b c", 7, "<a@b.example>"])
def test_an_address_that_is_none_is_named(bad):
    (sentence,) = family("klarschiff").check_options({"comment_author": bad})
    assert "e-mail address" in sentence
    assert family("klarschiff").check_options({"comment_author": ""}) == []


def test_several_services_are_picked_out_here():
    with canned(body(row(1), row(2, service_code="X"))) as city:
        answer = family("klarschiff").service_requests_by_query(WINDOW, ["POTH", "GRAF"])
    assert "service_code" not in city.calls[0].query
    assert [each.service_request_id for each in answer.rows] == ["1"]


class TestSandbox(SandboxContract):
    """Unseen until the link in a mail has been followed."""

    key = "klarschiff"
    base = "rostock/citysdk/"
    listed = False
    lists_at_once = False
    place = Place(54.0887, 12.1405)
    time_zone = ZoneInfo("Europe/Berlin")

    def test_a_filing_is_taken_once_and_read_back(self, dialect, seen):
        """As in the contract, but for the text, which is kept back until somebody has looked at it."""
        filing = self.filing(dialect, "Ünïcode & <tags> 100 % “sure”\nline two [RF-2K7Q]")
        receipt = dialect.post_service_request(filing)
        assert [each.method for each in seen].count("POST") == 1
        assert "Link in der E-Mail" in receipt.service_notice
        row = dialect.service_request(receipt.service_request_id)
        assert (row.service_code, row.lat, row.long) == (filing.service_code, filing.lat, filing.long)
        assert row.description == ""
        assert row.status is Status.OPEN
        assert row.service_request_id not in {
            each.service_request_id for each in dialect.service_requests_by_query(self.around_now()).rows
        }

    def test_a_comment_is_sent_and_read(self, dialect):
        receipt = dialect.post_service_request(self.filing(dialect, "A bench is broken [RF-2K7Q]"))
        sent = dialect.comment(receipt.service_request_id, dataclasses.replace(COMMENT, email="resident@example.org"))
        (note,) = dialect.comments(receipt.service_request_id)
        assert (note.text, note.id, note.by_body) == (COMMENT.text, sent.id, False)
