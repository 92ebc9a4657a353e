"""Libre311: read and followed, in pages from 0 whose total stands in a header; nothing is filed."""

from datetime import UTC, datetime, timedelta

import pytest

from reports.dialects.errors import BadRequest, Unsupported
from reports.dialects.messages import Completeness, Datatype, Stage, Status, Window
from tests.dialects.canned import canned
from tests.dialects.contract import DialectContract
from tests.dialects.family import family, payload, replay
from tests.dialects.filing import FILING, WINDOW
from tests.dialects.georeport_v2_city import body, row
from tests.dialects.sandbox_contract import SandboxContract


class TestContract(DialectContract):
    key = "libre311"


def test_nothing_is_filed():
    with canned(b"[]") as city, pytest.raises(Unsupported):
        family("libre311").post_service_request(FILING)
    assert city.calls == []


def test_its_xml_is_escaped_twice_and_its_json_once():
    (twice,) = replay(family("libre311"), "requests", payload("libre311", "requests.xml"))
    assert (twice.description, twice.service_name) == ("Deep <30 cm> hole", "Pothole & sidewalk")
    assert twice.status_notes == "Crew <2> is on its way & will fix it."
    (once,) = replay(family("libre311"), "requests", payload("libre311", "requests.json"))
    assert once.description == "Deep &lt; wide"


def test_choices_in_its_xml_are_named_as_their_list():
    (found,) = replay(family("libre311"), "service_definition", payload("libre311", "service_definition.xml"))
    (asked,) = found.attributes
    assert (found.service_code, asked.code, asked.datatype) == ("204", "31", Datatype.SINGLEVALUELIST)
    assert [(each.key, each.name) for each in asked.values] == [("7", "Road"), ("8", "Path")]


def test_the_descriptions_of_services_are_escaped_twice_too():
    (twice,) = replay(family("libre311"), "services", payload("libre311", "services.xml"))
    assert twice.description == "Holes < 30 cm & deeper"
    (once,) = replay(family("libre311"), "services", b'[{"service_code": 1, "description": "a &lt; b"}]')
    assert once.description == "a &lt; b"


def test_numbers_are_text_and_its_statuses_are_known():
    (found,) = replay(family("libre311"), "requests", payload("libre311", "requests.json"))
    assert (found.service_request_id, found.service_code, found.lat) == ("17", "204", 41.88)
    assert (found.status, found.status_word) == (Status.OPEN, "assigned")
    (other,) = replay(family("libre311"), "requests", payload("libre311", "requests.xml"))
    assert (other.status, other.stage) == (Status.OPEN, Stage.IN_PROGRESS)
    services = replay(family("libre311"), "services", payload("libre311", "services.json"))
    assert [(each.service_code, each.metadata, each.group) for each in services] == [
        ("204", True, ""),
        ("205", False, ""),
    ]


def test_pages_begin_at_0_and_end_at_the_header_s_total():
    total = {"page-TotalSize": "3", "page-TotalPages": "2"}
    with canned((200, body(row(1), row(2)), total), (200, body(row(3)), total)) as city:
        answer = family("libre311").service_requests_by_query(WINDOW)
    assert [(call.query["page"], call.query["size"]) for call in city.calls] == [("0", "100"), ("1", "100")]
    assert answer.completeness is Completeness.COMPLETE


def test_pages_that_end_before_the_total_are_truncated():
    with canned((200, body(row(1)), {"page-TotalSize": "3"}), (200, b"[]", {"page-TotalSize": "3"})):
        answer = family("libre311").service_requests_by_query(WINDOW)
    assert answer.completeness is Completeness.TRUNCATED


def test_hal_errors_are_read():
    with canned((400, payload("libre311", "error-hal.json"))), pytest.raises(BadRequest) as caught:
        family("libre311").services()
    assert caught.value.messages == ("Unsupported jurisdiction",)


class TestSandbox(SandboxContract):
    """Read only."""

    key = "libre311"
    base = "libre/api/"
    jurisdiction_id = "stlma"

    def test_its_requests_are_listed_and_read(self, dialect):
        now = datetime.now(UTC)
        answer = dialect.service_requests_by_query(Window(now - timedelta(days=80), now))
        assert answer.rows
        assert answer.completeness is Completeness.COMPLETE
        first = answer.rows[0]
        assert dialect.service_request(first.service_request_id) == first
