"""GeoReport v2, finding: whether a filing whose answer was lost is in the city's list."""

from datetime import timedelta
from typing import Any

import pytest

from reports.dialects.georeport_v2.matching import metres
from reports.dialects.messages import Window
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
