"""Philadelphia: a few numbers at a time, and no lists."""

import pytest

from reports.dialects.errors import Unsupported
from reports.dialects.messages import Completeness
from tests.dialects.canned import canned
from tests.dialects.contract import DialectContract
from tests.dialects.family import family, payload, replay
from tests.dialects.filing import WINDOW
from tests.dialects.georeport_v2_city import body, row
from tests.dialects.sandbox_contract import SandboxContract


class TestContract(DialectContract):
    key = "philadelphia"
    taken = b'[{"service_request_id": "19000018"}]'


def test_a_known_number_may_come_without_an_address():
    (found,) = replay(family("philadelphia"), "request", payload("philadelphia", "request-without-address.json"))
    assert (found.service_request_id, found.address) == ("19000017", "")
    assert found.agency_responsible == "Streets Department"


def test_a_round_is_three_calls_and_says_that_it_was_cut():
    ids = [str(number) for number in range(5)]
    with canned(by_path={f"/{each}.json": body(row(each)) for each in ids}) as city:
        answer = family("philadelphia").service_requests(ids)
    assert len(city.calls) == 3
    assert [each.service_request_id for each in answer.rows] == ids[:3]
    assert answer.completeness is Completeness.UNKNOWN


def test_more_may_be_allowed():
    ids = [str(number) for number in range(5)]
    with canned(by_path={f"/{each}.json": body(row(each)) for each in ids}) as city:
        answer = family("philadelphia", single_calls=5).service_requests(ids)
    assert len(city.calls) == 5
    assert answer.completeness is Completeness.COMPLETE


def test_no_list_is_asked_for():
    with canned(b"[]") as city, pytest.raises(Unsupported):
        family("philadelphia").service_requests_by_query(WINDOW)
    assert city.calls == []


class TestSandbox(SandboxContract):
    """One by one."""

    key = "philadelphia"
    base = "philadelphia/open311/v2/"
