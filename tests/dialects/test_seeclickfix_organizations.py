"""SeeClickFix APIv2 for organisations: the contract, alone and against the sandbox's city."""

import dataclasses
import json
from datetime import timedelta
from functools import partial

import pytest

from reports.dialects.errors import KeyRejected, NotFound, Unavailable, Unreadable
from reports.dialects.messages import Completeness, Place, Stage, Status, Window
from tests.dialects.canned import canned
from tests.dialects.contract import DialectContract
from tests.dialects.filing import FILING, KEY, NOW, WINDOW
from tests.dialects.plain import assert_plain
from tests.dialects.sandbox_contract import SandboxContract
from tests.dialects.seeclickfix_city import city, payload, replayed


class TestContract(DialectContract):
    key = "seeclickfix_organizations"
    base_url = "http://canned.test/api/v2/organizations/77/"
    taken = b'{"id": 90441, "status": "Open", "summary": "Pothole", "lat": 41.8837, "lng": -87.632, "address": null}'


class TestMiamiBeach(SandboxContract):
    key = "seeclickfix_organizations"
    base = "scf-org/api/v2/organizations/77/"
    place = Place(25.80, -80.13)
    every_definition_asks = False
    says_what_is_unknown = False
    options = {"lists_at_once": True}


NAME = "seeclickfix_organizations"
open_city = partial(city, NAME)


def read(operation, file):
    return replayed(open_city(), operation, NAME, file)


def test_private_requests_and_duplicates_are_marked():
    private, duplicate, hidden = read("requests", "issues.json")
    assert (private.private, duplicate.private, hidden.private) == (True, False, True)
    assert (duplicate.duplicate_of, duplicate.stage) == ("90501", Stage.DUPLICATE)


def test_internal_comments_are_private_notes_and_a_closing_one_says_so():
    row = read("requests", "issues.json")[0]
    notes = {note.id: note for note in row.notes}
    assert (notes["700"].private, notes["700"].by_body) == (True, True)
    assert (notes["701"].private, notes["701"].status) == (False, Status.CLOSED)


def test_nobody_is_kept_not_even_in_the_raw_row():
    for row in read("requests", "issues.json"):
        assert_plain(row)
        kept = repr(row) + json.dumps(row.raw)
        for word in ("Robin", "robin@example.org", "555", "reporter", "assignee", "avatar"):
            assert word not in kept
        assert "known to us" not in json.dumps(row.raw)


def test_the_key_is_on_every_call():
    with canned(payload(NAME, "issues.json")) as there:
        open_city().service_requests_updated(WINDOW)
    with canned(payload(NAME, "issues.json")) as basic:
        open_city(auth="basic").service_requests_updated(WINDOW)
    assert there.calls[0].path == "/api/v2/organizations/77/issues"
    assert there.calls[0].headers["Authorization"] == f"Bearer {KEY}"
    assert basic.calls[0].headers["Authorization"].startswith("Basic ")


def test_a_list_needs_no_area_and_keeps_to_one_that_is_given():
    with canned(payload(NAME, "issues.json")) as there:
        window = Window(NOW - timedelta(days=60), NOW)
        everywhere = open_city().service_requests_by_query(window)
        elsewhere = open_city(bbox=[0, 0, 1, 1]).service_requests_by_query(window)
    assert "min_lat" not in there.calls[0].query
    assert (len(everywhere.rows), everywhere.completeness) == (3, Completeness.COMPLETE)
    assert (elsewhere.rows, elsewhere.completeness) == ((), Completeness.UNKNOWN)


@pytest.mark.parametrize(
    ("options", "email", "sent"),
    [
        ({}, FILING.email, ("reporter_email", FILING.email)),
        ({"on_behalf_field": "on_behalf_of"}, FILING.email, ("on_behalf_of", FILING.email)),
        ({"on_behalf_field": ""}, FILING.email, None),
        ({}, "", None),
    ],
    ids=["as 0.1 called it", "another name", "never", "not passed on"],
)
def test_the_resident_is_named_only_where_that_was_agreed_to(options, email, sent):
    seen = []
    with canned((201, TestContract.taken)) as there:
        open_city(seen=seen, **options).post_service_request(dataclasses.replace(FILING, email=email))
    fields = there.calls[0].fields
    assert [pair for pair in fields if FILING.email in pair] == ([sent] if sent else [])
    if sent and sent[0] == "reporter_email":
        assert FILING.email not in json.dumps(seen[0].as_dict())


def test_the_organisations_of_the_key_are_the_discovery():
    with canned(payload(NAME, "organizations.json")) as there:
        found = open_city().discovery()
    assert there.calls[0].path == "/api/v2/organizations"
    assert there.calls[0].headers["Authorization"] == f"Bearer {KEY}"
    assert [each.url for each in found.endpoints] == [
        "http://canned.test/api/v2/organizations/77",
        "http://canned.test/api/v2/organizations/78",
    ]
    assert_plain(found)


def test_a_recorded_list_of_organisations_is_read():
    (found,) = replayed(open_city(), "discovery", NAME, "organizations.json")
    assert [each.url.rpartition("/")[2] for each in found.endpoints] == ["77", "78"]


@pytest.mark.parametrize("body", [b'{"id": null}', b'[{"name": "x"}]', b"[7]", b"{}"])
def test_a_profile_of_nobody_proves_no_key(body):
    with canned(body), pytest.raises(Unreadable):
        open_city().discovery()


def test_a_role_that_may_not_is_a_rejected_key():
    with canned((403, b'{"message": "You are not a member of this organization."}')), pytest.raises(KeyRejected) as no:
        open_city().service_requests(["1"])
    assert "not a member" in no.value.messages[0]


def test_questions_are_asked_for_below_the_organisation_and_then_above_it():
    body = payload("seeclickfix_v2", "request-type-other.json")
    with canned((404, b""), body) as there:
        assert open_city().service_definition("5120").service_code == "5120"
    assert [call.path for call in there.calls] == [
        "/api/v2/organizations/77/request_types/5120",
        "/api/v2/request_types/5120",
    ]
    with canned((404, b"")), pytest.raises(NotFound):
        open_city().service_definition("5120")
    with canned((500, b"")) as there, pytest.raises(Unavailable):
        open_city().service_definition("5120")
    assert len(there.calls) == 1
