"""SeeClickFix against the sandbox's cities: what the contract does not ask of every dialect."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from reports import http
from reports.dialects import registry
from reports.dialects.base import Connection, Dialect
from reports.dialects.errors import BadRequest, KeyRejected, Unsupported
from reports.dialects.messages import Answer, Attribute, Completeness, Datatype, Filing, Photo, Place, Status, Window
from reports.sandbox.transport import SandboxAdapter
from tests.dialects.canned import canned
from tests.dialects.filing import COMMENT, FILING
from tests.dialects.plain import assert_plain
from tests.pictures import picture

CITIES = {
    "cambridge": ("seeclickfix_v2", "scf/api/v2/", Place(42.375, -71.11)),
    "miami-beach": ("seeclickfix_organizations", "scf-org/api/v2/organizations/77/", Place(25.80, -80.13)),
    "daly-city": ("seeclickfix_v01", "scf01/api/0.1/", Place(37.68, -122.47)),
    "new-haven": ("seeclickfix_open311", "seeclickfix/open311/v2/29/", Place(41.308, -72.93)),
}
COMMENTING = ("cambridge", "miami-beach", "daly-city")
OPTIONS: dict[str, dict[str, Any]] = {
    "cambridge": {"place_url": "cambridge", "bbox": [-71.17, 42.35, -71.06, 42.41]},
    "daly-city": {"bbox": [-122.6, 37.6, -122.4, 37.8], "comment_email": "desk@example.org"},
}
pytestmark = pytest.mark.usefixtures("sandbox")


def open_city(name: str, seen: list[http.Exchange] | None = None, key: str = "sandbox-key", **options: Any) -> Dialect:
    dialect, base, _place = CITIES[name]
    client = http.Client(name, secrets=(key,), on_exchange=seen.append if seen is not None else None)
    given = OPTIONS.get(name, {}) | options
    return registry.open_dialect(dialect, Connection(f"http://sandbox.test/{base}", client, api_key=key, options=given))


def filing(name: str, text: str = "At the corner of the yard. [RF-2K7Q]", **changes: Any) -> Filing:
    place = CITIES[name][2]
    dialect = open_city(name)
    code = next(
        each.service_code
        for each in dialect.services(place)
        if not each.metadata
        or not any(asked.required for asked in dialect.service_definition(each.service_code).attributes)
    )
    now = datetime.now(UTC)
    return dataclasses.replace(
        FILING, service_code=code, description=text, lat=place.lat, long=place.long, requested_datetime=now, **changes
    )


def lately() -> Window:
    return Window(datetime.now(UTC) - timedelta(hours=1), datetime.now(UTC) + timedelta(hours=2))


def control(sandbox: Any, call: str, **params: Any) -> None:
    session = requests.Session()
    session.mount("http://sandbox.test", SandboxAdapter(sandbox))
    answer = session.post(f"http://sandbox.test/_control/{call}", params=params, timeout=5)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("name", CITIES)
def test_what_was_filed_comes_with_the_changes(name):
    dialect = open_city(name)
    number = dialect.post_service_request(filing(name)).service_request_id
    answer = dialect.service_requests_updated(lately())
    assert number in {row.service_request_id for row in answer.rows}
    made = dialect.service_requests_by_query(lately())
    assert number in {row.service_request_id for row in made.rows}
    assert made.completeness is Completeness.COMPLETE


@pytest.mark.parametrize("name", CITIES)
def test_a_closed_request_is_closed_and_still_listed_when_archived(name, sandbox):
    dialect = open_city(name)
    number = dialect.post_service_request(filing(name)).service_request_id
    control(sandbox, "set_status", city=name, service_request_id=number, status="closed", status_notes="Filled.")
    assert dialect.service_request(number).status is Status.CLOSED
    sandbox.clock.advance(8 * 86_400)
    row = dialect.service_request(number)
    assert row.status is Status.CLOSED
    month = Window(datetime.now(UTC) - timedelta(days=10), datetime.now(UTC) + timedelta(days=20))
    assert number in {each.service_request_id for each in dialect.service_requests_by_query(month).rows}


@pytest.mark.parametrize("name", COMMENTING)
def test_a_comment_goes_out_and_comes_back_as_somebody_else_s(name, sandbox):
    seen: list[http.Exchange] = []
    dialect = open_city(name, seen)
    number = dialect.post_service_request(filing(name)).service_request_id
    receipt = dialect.comment(number, COMMENT)
    assert not receipt.held
    control(sandbox, "comment", city=name, service_request_id=number, text="A crew is on its way.")
    notes = dialect.comments(number)
    assert_plain(notes)
    found = {note.text: note for note in notes}
    assert found[COMMENT.text].by_body is False
    assert "A crew is on its way." in found
    assert "desk@example.org" not in json.dumps([each.as_dict() for each in seen if each.method == "POST"])


@pytest.mark.parametrize("name", ["cambridge", "miami-beach"])
def test_a_closed_request_is_opened_again_and_an_archived_one_is_not(name, sandbox):
    dialect = open_city(name)
    number = dialect.post_service_request(filing(name)).service_request_id
    with pytest.raises(Unsupported):  # it is open
        dialect.reopen(number, COMMENT)
    control(sandbox, "set_status", city=name, service_request_id=number, status="closed", status_notes="Filled.")
    dialect.reopen(number, COMMENT)
    assert dialect.service_request(number).status is Status.OPEN
    assert COMMENT.text in {note.text for note in dialect.comments(number)}
    control(sandbox, "set_status", city=name, service_request_id=number, status="closed", status_notes="Filled.")
    sandbox.clock.advance(8 * 86_400)
    with pytest.raises(Unsupported):
        dialect.reopen(number, COMMENT)


@pytest.mark.parametrize(
    "answer",
    [
        b'{"id": 7, "status": "Closed", "transitions": {"open_url": "http://elsewhere.test/open"}}',
        b'{"id": 7, "status": "Closed", "transitions": {"open_url": "http://[broken"}}',
        b'{"id": 7, "status": "Closed", "transitions": [1]}',
        b"[]",
    ],
)
def test_the_key_goes_to_no_other_host(answer):
    client = http.Client("canned")
    dialect = registry.open_dialect("seeclickfix_v2", Connection("http://canned.test/api/v2/", client, api_key="k"))
    with canned((200, answer)) as city, pytest.raises(Unsupported):
        dialect.reopen("7", COMMENT)
    assert [call.method for call in city.calls] == ["GET"]


@pytest.mark.parametrize("name", ["cambridge", "miami-beach"])
def test_what_an_official_says_is_the_body_s(name, sandbox):
    dialect = open_city(name)
    number = dialect.post_service_request(filing(name)).service_request_id
    control(sandbox, "set_status", city=name, service_request_id=number, status="closed", status_notes="Filled today.")
    said = [note for note in dialect.comments(number) if note.text == "Filled today."]
    assert [note.by_body for note in said] == [True]
    assert set(dialect.service_request(number).notes) >= set(said)


def test_moderation_holds_a_filing_and_a_comment():
    dialect = open_city("cambridge")
    held = filing("cambridge", "SANDBOX-MODERATED at the yard [RF-2K7Q]")
    receipt = dialect.post_service_request(held)
    assert (receipt.service_request_id, receipt.held) == (None, True)
    found = dialect.find(held, lately())
    assert (found.candidates, found.absence_certain) == ((), False)
    number = dialect.post_service_request(filing("cambridge")).service_request_id
    assert dialect.comment(number, dataclasses.replace(COMMENT, text="SANDBOX-MODERATED words")).held


@pytest.mark.parametrize("name", ["cambridge", "miami-beach", "daly-city"])
def test_a_photo_is_uploaded(name, sandbox):
    photo = Photo("hole.jpg", "image/jpeg", picture())
    number = open_city(name).post_service_request(filing(name, photos=(photo,))).service_request_id
    stored = next(each for each in received(sandbox, name) if str(each["service_request_id"]) == number)
    assert stored["photos"], stored


def received(sandbox: Any, name: str) -> list[dict[str, Any]]:
    session = requests.Session()
    session.mount("http://sandbox.test", SandboxAdapter(sandbox))
    answer = session.get("http://sandbox.test/_control/received.json", timeout=5).json()
    rows: list[dict[str, Any]] = answer["cities"][name]["requests"]
    return rows


@pytest.mark.parametrize("name", CITIES)
def test_a_wrong_key_is_rejected(name):
    sent = filing(name)
    with pytest.raises(KeyRejected):
        open_city(name, key="wrong-key").post_service_request(sent)


@pytest.mark.parametrize("name", ["cambridge", "miami-beach", "new-haven"])
def test_a_point_outside_is_refused_in_words(name):
    with pytest.raises(BadRequest) as caught:
        open_city(name).post_service_request(dataclasses.replace(filing(name), lat=10.0, long=10.0))
    assert caught.value.messages


def test_the_organisation_s_discovery_proves_the_key():
    with pytest.raises(KeyRejected):
        open_city("miami-beach", key="wrong-key").discovery()


def test_private_requests_are_marked_and_nobody_is_in_them():
    dialect = open_city("miami-beach")
    sent = filing("miami-beach", email="resident@example.org")
    rows = []
    for service in dialect.services(CITIES["miami-beach"][2]):
        asked = dialect.service_definition(service.service_code).attributes
        answers = tuple(answered(each) for each in asked if each.required)
        receipt = dialect.post_service_request(
            dataclasses.replace(sent, service_code=service.service_code, answers=answers)
        )
        rows.append(dialect.service_request(receipt.service_request_id or ""))
    assert {row.private for row in rows} == {True, False}
    assert "resident@example.org" not in repr(rows) + json.dumps([dict(row.raw) for row in rows])


def answered(asked: Attribute) -> Answer:
    kinds = {Datatype.NUMBER: "3", Datatype.DATETIME: "2026-03-01T12:00:00Z"}
    value = asked.values[0].key if asked.values else kinds.get(asked.datatype, "Here")
    return Answer(asked.code, asked.datatype, (value,))


def test_a_language_s_host_is_the_same_city(sandbox):
    http.mount("http://es.sandbox.test", SandboxAdapter(sandbox))
    try:
        seen: list[http.Exchange] = []
        dialect = open_city("daly-city", seen, locale_hosts=True)
        receipt = dialect.post_service_request(dataclasses.replace(filing("daly-city"), locale="es"))
    finally:
        http.unmount("http://es.sandbox.test")
    assert seen[-1].url.startswith("http://es.sandbox.test/")
    assert dialect.service_request(receipt.service_request_id or "").service_request_id == receipt.service_request_id
