"""uReport: one id at a time, photos that are dropped without a word, a fake service list."""

import dataclasses
import json

import pytest

from reports.dialects.errors import KeyRejected, Unreadable
from reports.dialects.messages import Completeness
from tests.dialects.canned import canned
from tests.dialects.contract import DialectContract
from tests.dialects.family import PHOTO, family, parts, payload, replay
from tests.dialects.filing import FILING, WINDOW
from tests.dialects.georeport_v2_city import body, row
from tests.dialects.sandbox_contract import SandboxContract

WITH_PHOTO = dataclasses.replace(FILING, photos=(PHOTO, PHOTO), media_urls=("https://us.example/1.jpg",))


class TestContract(DialectContract):
    key = "ureport"
    taken = payload("ureport", "post-row.json")


def test_a_photo_is_uploaded_and_one_that_is_lost_is_told():
    with canned((200, payload("ureport", "post-row.json"))) as city:
        receipt = family("ureport").post_service_request(WITH_PHOTO)
    assert parts(city.calls[0])["media"] == "JPEG bytes"
    assert city.calls[0].body.count("JPEG bytes") == 1
    assert "media_url" not in city.calls[0].body
    assert receipt.service_request_id == "190017"
    assert receipt.service_notice == "The photo was not taken over by this body."


def test_what_is_said_of_a_lost_photo_stands_after_the_city_s_notice():
    lost = json.loads(payload("ureport", "post-row.json"))
    lost[0] |= {"media_url": "", "service_notice": "Two days."}
    with canned((200, json.dumps(lost).encode())):
        receipt = family("ureport").post_service_request(WITH_PHOTO)
    assert receipt.service_notice == "Two days. The photo was not taken over by this body."


def test_of_a_photo_that_was_stored_nothing_is_said():
    stored = json.loads(payload("ureport", "post-row.json"))
    stored[0] |= {"media_url": "https://city.example/media/1.jpg", "service_notice": "Two days."}
    with canned((200, json.dumps(stored).encode())):
        receipt = family("ureport").post_service_request(WITH_PHOTO)
    assert receipt.service_notice == "Two days."


def test_without_a_photo_nothing_is_missed():
    with canned((200, payload("ureport", "post-row.json"))) as city:
        assert family("ureport").post_service_request(FILING).service_notice == ""
    assert city.calls[0].headers["Content-Type"].startswith("application/x-www-form-urlencoded")


def test_the_unknown_place_is_none():
    (found,) = replay(family("ureport"), "requests", payload("ureport", "post-row.json"))
    assert (found.lat, found.long) == (None, None)
    assert found.service_code == "27"


def test_ids_are_asked_for_one_by_one():
    with canned(by_path={"/1.json": body(row(1)), "/2.json": body(row(2))}) as city:
        answer = family("ureport").service_requests(["1", "2"])
    assert [call.path.rpartition("/")[2] for call in city.calls] == ["1.json", "2.json"]
    assert answer.completeness is Completeness.COMPLETE


def test_the_status_is_asked_of_the_rows_and_not_of_the_city():
    rows = body(row(1, status="closed"), row(2))
    with canned(rows, b"[]") as city:
        answer = family("ureport").service_requests_by_query(WINDOW, ["POTH", "GRAF"], ["open"])
    assert [each.service_request_id for each in answer.rows] == ["2"]
    assert answer.completeness is Completeness.COMPLETE  # what was not asked for was not asked of the city either
    assert "status" not in city.calls[0].query
    assert "service_code" not in city.calls[0].query  # it knows one, not a list
    assert (city.calls[0].query["page"], city.calls[0].query["page_size"]) == ("1", "1000")


def test_one_service_is_asked_for_by_its_code():
    with canned(body(row(1)), b"[]") as city:
        family("ureport").service_requests_by_query(WINDOW, ["POTH"])
    assert city.calls[0].query["service_code"] == "POTH"


def test_a_service_that_takes_no_posts_is_not_active():
    with canned((403, b'[{"code": 403, "description": "noAccessAllowed"}]')):
        definition = family("ureport").service_definition("7")
    assert (definition.service_code, definition.active, definition.attributes) == ("7", False, ())


def test_a_wrong_client_key_is_said():
    with canned((403, b'[{"code": 403, "description": "clients/unknownClient"}]')), pytest.raises(KeyRejected):
        family("ureport").post_service_request(FILING)


def test_the_notice_in_the_shape_of_a_service_list_is_none():
    with pytest.raises(Unreadable):
        replay(family("ureport"), "services", payload("ureport", "services-obsolete-key.json"))


class TestBloomington(SandboxContract):
    """Ids as numbers, one at a time."""

    key = "ureport"
    base = "bloomington/crm/open311/v2/"
    lists_at_once = False


class TestPeoria(SandboxContract):
    """The same system, another city."""

    key = "ureport"
    base = "peoria/crm/open311/v2/"
    lists_at_once = False
