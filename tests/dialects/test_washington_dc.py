"""Washington, DC: XML alone, its jurisdiction on every call, definitions out of order."""

from zoneinfo import ZoneInfo

import pytest

from tests.dialects.canned import canned
from tests.dialects.contract import DialectContract
from tests.dialects.family import family, payload, replay
from tests.dialects.filing import FILING, WINDOW
from tests.dialects.sandbox_contract import SandboxContract

TAKEN = b"<service_requests><request><service_request_id>26-1</service_request_id></request></service_requests>"


class TestContract(DialectContract):
    key = "washington_dc"
    taken = TAKEN
    options = {"feed_url": "http://canned.test/feed.kml"}


def test_everything_is_xml_and_names_the_jurisdiction():
    dialect = family("washington_dc", jurisdiction_id="")
    with canned(b"<services/>") as city:
        dialect.services()
        dialect.service_requests_by_query(WINDOW)
    with canned((201, TAKEN)) as post:
        dialect.post_service_request(FILING)
    calls = [*city.calls, *post.calls]
    assert {call.query["jurisdiction_id"] for call in calls} == {"dc.gov"}
    assert all(call.path.endswith(".xml") for call in calls)


def test_another_jurisdiction_may_be_set():
    with canned(b"<services/>") as city:
        family("washington_dc", jurisdiction_id="test.dc.gov").services()
    assert city.calls[0].query["jurisdiction_id"] == "test.dc.gov"


def test_a_definition_is_sorted_and_its_empty_words_go():
    body = payload("washington_dc", "service_definition-pothole.xml")
    (definition,) = replay(family("washington_dc"), "service_definition", body)
    assert [(each.code, each.variable) for each in definition.attributes] == [
        ("WHEREIS", True),
        ("HAZARD", True),
        ("NOTE9", False),
    ]
    assert [each.datatype_description for each in definition.attributes] == ["", "", ""]
    assert definition.attributes[0].required
    assert definition.attributes[2].values == ()


@pytest.mark.parametrize("words", ["Optional list of values", "List of values", "CHARACTER", "Boolean type Yes/No"])
def test_words_that_say_only_what_the_datatype_says_go(words):
    body = payload("washington_dc", "service_definition-pothole.xml").replace(b"Character", words.encode())
    (definition,) = replay(family("washington_dc"), "service_definition", body)
    assert definition.attributes[2].datatype_description == ""


def test_words_of_its_own_on_a_datatype_stay():
    body = payload("washington_dc", "service_definition-pothole.xml").replace(b"Character", b"In whole inches")
    (definition,) = replay(family("washington_dc"), "service_definition", body)
    assert definition.attributes[2].datatype_description == "In whole inches"


class TestSandbox(SandboxContract):
    """XML only."""

    key = "washington_dc"
    base = "washington/CWI/Open311/v2/"
    jurisdiction_id = "dc.gov"
    time_zone = ZoneInfo("America/New_York")
