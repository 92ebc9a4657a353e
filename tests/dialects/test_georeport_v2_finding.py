"""GeoReport v2, finding: whether a filing whose answer was lost is in the city's list."""

import dataclasses
from datetime import timedelta
from typing import Any

import pytest

from reports.dialects.georeport_v2.matching import match, metres
from reports.dialects.messages import RequestStatus, Status, Window
from tests.dialects.canned import canned
from tests.dialects.filing import FILING, NOW
from tests.dialects.georeport_v2_city import body, city, row

AROUND = Window(NOW - timedelta(minutes=10), NOW + timedelta(minutes=10))


def mine(**fields: Any) -> dict[str, Any]:
    here = {"lat": 41.8838, "long": -87.632, "requested_datetime": "2026-03-02T15:01:00Z"}
    return row(11, **here) | {"description": "A hole as deep as a hand."} | fields


@pytest.mark.parametrize(
    "listed",
    [
        mine(description="Deep hole [RF-2K7Q]", lat=None, long=None, service_code="ELSE"),
        mine(description="A HOLE as  deep as a hand. [rf-2k7q] Depth: [No]"),
        mine(description="A hole as deep as a hand."),
        mine(service_request_id=None, token="t-11"),
        mine(lat=None, long=None, address="121 n la salle st"),
        mine(lat=None, long=None),
        mine(service_code=None),
    ],
)
def test_a_lost_filing_is_recognised(listed):
    with canned(body(row(10, requested_datetime="2026-03-02T15:00:30Z"), listed)):
        found = city().find(FILING, AROUND)
    assert [each.raw for each in found.candidates] == [listed]
    assert not found.absence_certain


@pytest.mark.parametrize(
    ("listed", "certain"),
    [
        (mine(lat=41.9), True),
        (mine(service_code="ELSE"), True),
        (mine(description="The lamp at the corner does not burn at night."), True),
        (mine(description="A hole as deep as a hand. [RF-9X9X]"), True),
        (mine(description=""), False),
        (mine(description="A hole as deep as an arm!"), False),
        (mine(service_request_id=None), False),
        (mine(requested_datetime="2026-03-02T12:00:00Z"), False),
    ],
    ids=[
        "elsewhere",
        "other service",
        "other text",
        "other reference",
        "no text",
        "like text",
        "no number",
        "other time",
    ],
)
def test_what_is_not_the_filing(listed, certain):
    with canned(body(listed)):
        found = city().find(FILING, AROUND)
    assert (found.candidates, found.absence_certain) == ((), certain)


def test_absence_is_certain_only_in_a_whole_list():
    with canned(body()):
        assert city().find(FILING, AROUND).absence_certain
        assert not city(lists_at_once=False).find(FILING, AROUND).absence_certain
    full = body(*(row(number, requested_datetime="2026-03-02T15:00:00Z") for number in range(100)))
    with canned(full):
        assert not city().find(FILING, AROUND).absence_certain


def test_metres():
    assert metres(41.88, -87.63, 41.88, -87.63) == 0
    assert 110 < metres(41.88, -87.63, 41.881, -87.63) < 112
    assert metres(0, 179.9999, 0, -179.9999) < 25
    assert 55 < metres(60, 24, 60, 24.001) < 56  # half as far as at the equator


@pytest.mark.parametrize(("north", "same"), [(0.00026, True), (-0.00026, True), (0.00028, False), (-0.00028, False)])
def test_the_same_place_is_within_thirty_metres(north, same):
    listed = mine(lat=FILING.lat + north)  # 28.9 and 31.1 metres
    with canned(body(listed)):
        found = city().find(FILING, AROUND)
    assert [each.raw for each in found.candidates] == ([listed] if same else [])
    assert found.absence_certain is not same


@pytest.mark.parametrize(("length", "same"), [(19, False), (20, True), (21, True)])
def test_a_text_that_was_cut_is_the_same_from_twenty_characters(length, same):
    filing = dataclasses.replace(FILING, description="Water covers the wide road after every rain")
    words = filing.description[:length]
    assert len(words.strip()) == length
    row = RequestStatus(service_request_id="1", status=Status.OPEN, description=words, lat=41.8837, long=-87.632)
    assert bool(match(filing, [row]).same) is same


@pytest.mark.parametrize(("length", "same"), [(19, False), (20, True)])
def test_without_a_place_the_text_has_to_say_enough(length, same):
    filing = dataclasses.replace(FILING, description="x" * length)
    row = RequestStatus(service_request_id="1", status=Status.OPEN, description="x" * length)
    assert bool(match(filing, [row]).same) is same
    here = dataclasses.replace(row, lat=FILING.lat, long=FILING.long)
    assert match(filing, [here]).same == (here,)


def test_a_filing_without_a_reference_is_named_by_no_row():
    filing = dataclasses.replace(FILING, reference="")
    with canned(body(mine(lat=41.9), mine(service_code="ELSE"))):
        found = city().find(filing, AROUND)
    assert (found.candidates, found.absence_certain) == ((), True)
