"""SeeClickFix Open311: the contract, alone and against the sandbox's two addresses."""

import dataclasses
from datetime import timedelta
from functools import partial

import pytest

from reports.dialects.errors import Unsupported
from reports.dialects.messages import Completeness, Found, Place, Stage, Status, Window
from tests.dialects.canned import canned
from tests.dialects.contract import DialectContract
from tests.dialects.filing import FILING, NOW, PLACE, WINDOW
from tests.dialects.sandbox_contract import SandboxContract
from tests.dialects.seeclickfix_city import city, payload, replayed


class TestContract(DialectContract):
    key = "seeclickfix_open311"
    base_url = "http://canned.test/open311/v2/29/"
    taken = b'[{"service_request_id": 14239727, "service_notice": null, "account_id": null}]'


class TestNewHaven(SandboxContract):
    key = "seeclickfix_open311"
    base = "seeclickfix/open311/v2/29/"
    place = Place(41.308, -72.93)
    options = {"lists_at_once": True}


class TestEverybody(SandboxContract):
    """The aggregate, by place: what is around a point proves nothing about what is not there."""

    key = "seeclickfix_open311"
    base = "seeclickfix/open311/v2/"
    place = Place(41.308, -72.93)
    lists_at_once = False


class TestNewHavenAmongEverybody(SandboxContract):
    key = "seeclickfix_open311"
    base = "seeclickfix/open311/v2/"
    place = Place(41.308, -72.93)
    options = {"lists_at_once": True, "organization_id": 29}


NAME = "seeclickfix_open311"
open_city = partial(city, NAME)
AGGREGATE = "http://canned.test/open311/v2"
MONTHS = Window(NOW - timedelta(days=80), NOW)


def test_its_numbers_and_places_are_read():
    first, second, third = replayed(open_city(), "requests", NAME, "requests.json")
    assert (first.service_request_id, first.service_code) == ("30112233", "116")
    assert (first.lat, first.long) == (41.7011, -72.7102)
    assert first.agency_responsible == "City of Elmford"
    assert first.media_urls == ("https://fix.example/media/30112233?signature=ab%2Bcd",)
    assert (second.service_code, second.lat, second.status_notes) == ("372", None, "")
    assert (second.status, second.stage) == (Status.OPEN, Stage.ACKNOWLEDGED)
    assert (third.status, third.status_word) == (Status.CLOSED, "Archived")


@pytest.mark.parametrize(
    ("base_url", "options", "place", "asked"),
    [
        ("", {}, None, {}),
        ("", {}, PLACE, {"lat": "41.8837", "long": "-87.632"}),
        (AGGREGATE, {}, PLACE, {"lat": "41.8837", "long": "-87.632"}),
        (AGGREGATE, {"organization_id": 29}, None, {"organization_id": "29"}),
    ],
    ids=["an organisation's", "an organisation's at a point", "everybody's at a point", "one of everybody's"],
)
def test_services_are_asked_for_where_the_place_says_so(base_url, options, place, asked):
    with canned(payload(NAME, "services.json")) as there:
        services = open_city(base_url, **options).services(place)
    assert there.calls[0].query == asked
    assert [(each.service_code, each.metadata) for each in services] == [("116", True), ("372", False)]


def test_everybody_s_services_need_a_point_and_everybody_s_requests_are_not_listed():
    dialect = open_city(AGGREGATE)
    with canned(b"[]") as there:
        for call in (
            dialect.services,
            lambda: dialect.service_requests_by_query(WINDOW),
            lambda: dialect.service_requests_updated(WINDOW),
        ):
            with pytest.raises(Unsupported):
                call()
    assert not there.calls


def test_a_list_is_in_pages_of_100_from_page_one_and_has_no_jurisdiction():
    with canned(payload(NAME, "requests.json"), b"[]") as there:
        answer = open_city(AGGREGATE, organization_id=29).service_requests_by_query(MONTHS)
    asked = there.calls[0].query
    assert {name: asked[name] for name in ("page", "page_size", "per_page", "organization_id")} == {
        "page": "1", "page_size": "100", "per_page": "100", "organization_id": "29",
    }  # fmt: skip
    assert "jurisdiction_id" not in asked
    assert there.calls[0].path.endswith("/requests.json")
    assert (len(answer.rows), answer.completeness) == (3, Completeness.COMPLETE)


def test_rows_that_were_not_asked_for_are_dropped():
    with canned(payload(NAME, "requests.json"), b"[]"):
        answer = open_city().service_requests_by_query(MONTHS, ["116"], ["open"])
    assert (answer.rows, answer.completeness) == ((), Completeness.UNKNOWN)


def test_a_lost_filing_is_looked_for_around_its_point_among_everybody_s():
    with canned(payload(NAME, "requests.json"), b"[]") as there:
        found = open_city(AGGREGATE, lists_at_once=True).find(FILING, MONTHS)
        nowhere = open_city(AGGREGATE).find(dataclasses.replace(FILING, lat=None, long=None), MONTHS)
    assert (there.calls[0].query["lat"], there.calls[0].query["long"]) == ("41.8837", "-87.632")
    assert found == nowhere == Found()
    assert len(there.calls) == 2


@pytest.mark.parametrize(("options", "certain"), [({}, False), ({"lists_at_once": True}, True)])
def test_a_filing_may_be_held_back_before_it_is_listed(options, certain):
    with canned(b"[]"):
        assert open_city(**options).find(FILING, WINDOW).absence_certain is certain


def test_a_bad_number_of_an_organisation_is_named():
    (sentence,) = type(open_city()).check_options({"organization_id": "29"})
    assert "whole number" in sentence
