"""SeeClickFix API v2: what is sent, and what the answers to it mean."""

import dataclasses
from functools import partial

import pytest

from reports.dialects.errors import BadRequest, KeyRejected, NoAnswer, PerhapsSent, Unreadable
from reports.dialects.messages import Answer, CommentReceipt, Datatype, Photo
from tests.dialects.canned import canned
from tests.dialects.filing import COMMENT, FILING, PLACE, WINDOW
from tests.dialects.plain import assert_plain
from tests.dialects.seeclickfix_city import city, payload, replayed

NAME = "seeclickfix_v2"
open_city = partial(city, NAME)
TAKEN = (201, payload(NAME, "post-issue.json"))
JPEG = b"\xff\xd8\xff\xe0 not really"
PHOTOS = (Photo("a.jpg", "image/jpeg", JPEG), Photo("b.jpg", "image/jpeg", b"second"))


def sent(filing=FILING, **options):
    with canned(TAKEN) as there:
        open_city(**options).post_service_request(filing)
    assert there.calls[0].path == "/api/v2/issues"
    return there.calls[0]


def test_the_form():
    answers = (
        Answer("8801", Datatype.MULTIVALUELIST, ("brick", "metal")),
        Answer("8802", Datatype.SINGLEVALUELIST, ("S",)),
        Answer("offensive", Datatype.SINGLEVALUELIST, ("false",)),
    )
    filing = dataclasses.replace(
        FILING, answers=answers, service_code="5121", service_name="Graffiti", device_id="d-1", lat=0.00001
    )
    assert sent(filing).fields == [
        ("lat", "0.00001"),
        ("lng", "-87.632"),
        ("address", "121 N La Salle St"),
        ("request_type_id", "5121"),
        ("answers[summary]", "Graffiti"),
        ("answers[description]", FILING.description),
        ("answers[8801][]", "brick"),
        ("answers[8801][]", "metal"),
        ("answers[8802]", "S"),
        ("answers[offensive]", "false"),
        ("anonymize_reporter", "true"),
        ("device_id", "d-1"),
    ]


def test_the_resident_s_name_and_address_are_not_sent():
    filing = dataclasses.replace(FILING, first_name="Jane", last_name="Doe", phone="555 0100")
    assert not [value for _name, value in sent(filing).fields if value in {"Jane", "Doe", "555 0100", FILING.email}]


def test_the_account_may_be_named():
    assert "anonymize_reporter" not in sent(anonymize_reporter=False).query


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("A hole.\n\n[RF-2K7Q]", "A hole."),
        ("\n" + "word " * 30, ("word " * 16).strip()),
        ("x" * 90, "x" * 80),
        ("", "RF-2K7Q"),
    ],
)
def test_without_a_service_s_name_the_first_words_are_the_title(text, title):
    assert sent(dataclasses.replace(FILING, description=text)).query["answers[summary]"] == title


def test_one_photo_is_uploaded():
    call = sent(dataclasses.replace(FILING, photos=PHOTOS))
    assert call.headers["Content-Type"].startswith("multipart/form-data")
    assert 'name="answers[issue_image]"; filename="a.jpg"' in call.body
    assert 'name="request_type_id"' in call.body
    assert "b.jpg" not in call.body


@pytest.mark.parametrize(
    "changes", [{"lat": None, "long": None}, {"description": "x" * 31}], ids=["no point", "long text"]
)
def test_what_is_known_to_be_refused_is_not_sent(changes):
    with canned(TAKEN) as there, pytest.raises(BadRequest) as caught:
        open_city(description_max=30).post_service_request(dataclasses.replace(FILING, **changes))
    assert not there.calls
    assert caught.value.messages


# --- receipts ---


def test_the_issue_is_the_receipt():
    (receipt,) = replayed(open_city(), "post", NAME, "post-issue.json", 201)
    assert_plain(receipt)
    assert (receipt.service_request_id, receipt.token, receipt.held) == ("90450", None, False)
    assert "Robin" not in repr(receipt)


@pytest.mark.parametrize("location", ["https://fix.example/issues/987", "/issues/987-pothole", "/api/v2/issues/987"])
def test_the_number_may_stand_in_the_header_alone(location):
    (receipt,) = replayed(open_city(), "post", NAME, "post-number-in-header.json", 201, {"Location": location})
    assert receipt.service_request_id == "987"


@pytest.mark.parametrize("location", ["", "https://fix.example/thanks", "https://[broken/issues/9", "/issues/new"])
def test_an_answer_without_a_number_is_no_receipt(location):
    with pytest.raises(Unreadable):
        replayed(open_city(), "post", NAME, "post-number-in-header.json", 201, {"Location": location})


@pytest.mark.parametrize("status", [201, 202])
def test_a_moderated_filing_is_held(status):
    (receipt,) = replayed(open_city(), "post", NAME, "post-moderated.json", status)
    assert (receipt.service_request_id, receipt.held) == (None, True)


def test_a_202_without_a_word_is_held_too():
    with canned((202, b"")):
        assert open_city().post_service_request(FILING).held


def test_a_profile_is_no_receipt():
    with pytest.raises(Unreadable):
        replayed(open_city(), "post", NAME, "profile-nobody.json", 200)


# --- comments ---


def test_a_comment_is_sent_once_and_without_its_writer():
    comment = dataclasses.replace(COMMENT, email="jane@example.org", first_name="Jane")
    with canned((201, payload(NAME, "comment-created.json"))) as there:
        receipt = open_city().comment("904/41", comment)
    (call,) = there.calls
    assert (call.method, call.path) == ("POST", "/api/v2/issues/904%2F41/comments")
    assert call.fields == [("comment", "It is still there.")]
    assert_plain(receipt)
    assert (receipt.id, receipt.held) == ("", False)


def test_a_comment_with_a_photo():
    with canned((201, payload(NAME, "comment-created.json"))) as there:
        open_city().comment("1", dataclasses.replace(COMMENT, photos=PHOTOS))
    assert 'name="image"; filename="a.jpg"' in there.calls[0].body
    assert "b.jpg" not in there.calls[0].body


@pytest.mark.parametrize(
    "reply", [(202, payload(NAME, "post-moderated.json")), (202, b""), (201, b'{"moderated": true, "created_at": "x"}')]
)
def test_a_moderated_comment_is_held(reply):
    with canned(reply):
        assert open_city().comment("1", COMMENT).held


def test_a_comment_s_number_is_kept():
    with canned((201, b'{"id": 602, "comment": "x", "commenter": {"name": "Robin"}}')):
        assert open_city().comment("1", COMMENT) == CommentReceipt(id="602", raw={"id": 602})


@pytest.mark.parametrize("body", [b"", b'{"hello": "world"}', b"<html></html>"])
def test_an_unclear_answer_to_a_comment_is_none(body):
    with canned((201, body)), pytest.raises(Unreadable):
        open_city().comment("1", COMMENT)


def test_a_lost_answer_to_a_comment():
    with canned(ConnectionError("cut")) as there, pytest.raises(NoAnswer):
        open_city().comment("1", COMMENT)
    assert len(there.calls) == 1


def test_pages_of_comments_are_read_to_the_end():
    def answer(call):
        number = int(call.query["page"])
        more = number + 1 if number < 3 else "null"
        return (
            b'{"comments": [{"id": %d, "comment": "c", "created_at": "2026-02-0%dT00:00:00Z"}],'
            b' "metadata": {"pagination": {"page": %d, "next_page": %s}}}'
        ) % (number, number, number, b'"null"' if more == "null" else str(more).encode())

    with canned(answer) as there:
        notes = open_city().comments("1")
    assert [note.id for note in notes] == ["1", "2", "3"]
    assert len(there.calls) == 3


@pytest.mark.parametrize("status", [500, 501, 502, 504])
def test_a_server_s_failure_leaves_it_open_whether_something_was_taken(status):
    for call in (lambda: open_city().post_service_request(FILING), lambda: open_city().comment("1", COMMENT)):
        with canned((status, b"")) as there, pytest.raises(PerhapsSent):
            call()
        assert len(there.calls) == 1


@pytest.mark.parametrize(
    ("call", "operation", "path"),
    [
        (lambda: open_city().services(PLACE), "services", "/api/v2/issues/new"),
        (lambda: open_city().service_definition("5"), "service_definition", "/api/v2/request_types/5"),
        (lambda: open_city().post_service_request(FILING), "post_service_request", "/api/v2/issues"),
        (lambda: open_city().service_requests(["7"]), "service_requests", "/api/v2/issues/7"),
        (lambda: open_city(place_url="x").service_requests_by_query(WINDOW), "service_requests", "/api/v2/issues"),
        (lambda: open_city().comment("7", COMMENT), "comment", "/api/v2/issues/7/comments"),
        (lambda: open_city().comments("7"), "comments", "/api/v2/issues/7/comments"),
    ],
)
def test_an_error_names_what_was_asked_for_and_where(call, operation, path):
    with canned((403, b'{"error": "Words"}')) as there, pytest.raises(KeyRejected) as caught:
        call()
    assert (caught.value.operation, there.calls[0].path) == (operation, path)
