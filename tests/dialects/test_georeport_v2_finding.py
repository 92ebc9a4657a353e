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
        (mine(service_code="ELSE"), False),
        (mine(service_code="ELSE", description="The lamp at the corner does not burn at night."), True),
        (mine(description="The lamp at the corner does not burn at night."), False),
        (mine(description="A hole as deep as a hand. [RF-9X9X]"), True),
        (mine(description=""), False),
        (mine(description="A hole as deep as an arm!"), False),
        (mine(service_request_id=None), False),
        (mine(requested_datetime="2026-03-02T12:00:00Z"), False),
    ],
    ids=[
        "elsewhere",
        "other service",
        "other service and text",
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
    assert not found.absence_certain  # a city may have moved it to the nearest address


@pytest.mark.parametrize(("north", "certain"), [(0.0026, False), (0.0028, True)])
def test_a_text_like_it_within_three_hundred_metres_makes_nobody_sure(north, certain):
    for words in ("A hole as deep as a hand.", "A hole as deep as an arm!", "A hole as deep as a h"):
        with canned(body(mine(lat=FILING.lat + north, service_code="ELSE", description=words))):
            found = city().find(FILING, AROUND)
        assert (found.candidates, found.absence_certain) == ((), certain)


def test_a_text_that_was_replaced_makes_nobody_sure_unless_it_is_older():
    """As by the service's name, where texts are not published."""
    filing = dataclasses.replace(FILING, requested_datetime=NOW + timedelta(minutes=60))
    for minutes, certain in ((-4, False), (-6, True)):
        dated = (NOW + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")
        with canned(body(mine(description="Pothole", requested_datetime=dated))):
            assert city().find(filing, AROUND).absence_certain is certain


def test_a_reference_that_our_own_words_quote_is_no_other_ones_signature():
    """What is left of a text that was cut within the reference, or before it."""
    words = "Again the hole as deep as a hand, see [RF-9X9X]."
    filing = dataclasses.replace(FILING, description=f"{words}\n\n[{FILING.reference}]")
    for shown in (words, f"{words} [RF-2"):
        listed = mine(description=shown)
        with canned(body(listed)):
            found = city().find(filing, AROUND)
        assert [each.raw for each in found.candidates] == [listed]
    for changed in (mine(description=words, service_code="ELSE"), mine(description=words, lat=FILING.lat + 0.0005)):
        with canned(body(changed)):
            assert not city().find(filing, AROUND).absence_certain


def test_who_signs_with_our_reference_far_away_and_says_other_things_is_not_us():
    listed = mine(description="My street has the same trouble! [RF-2K7Q]", lat=41.95)
    with canned(body(listed)):
        found = city().find(FILING, AROUND)
    assert (found.candidates, found.absence_certain) == ((), False)
    with canned(body(mine(description="A hole as deep as a hand. [RF-2K7Q]", lat=41.95))):
        assert city().find(FILING, AROUND).by_reference


def test_what_the_city_appends_in_brackets_takes_no_reference_away():
    listed = mine(description="A hole as deep as a hand. [RF-2K7Q] Ext.: [55-0101]", service_code="ELSE", lat=41.9)
    with canned(body(listed)):
        assert city().find(FILING, AROUND).by_reference


def test_a_row_without_a_reference_is_not_ours_where_the_city_shows_references():
    """The same words by another resident who asked the city itself."""
    theirs = mine()
    with canned(body(theirs, mine(service_request_id="12", description="A lamp is out. [RF-9X9X]"))):
        found = city().find(FILING, AROUND)
    assert (found.candidates, found.absence_certain) == ((), False)


def open_unless(closed: bytes | tuple[int, bytes]) -> Any:
    return lambda call: closed if call.query.get("status") == "closed" else body()


def test_one_that_was_closed_at_once_is_found_where_lists_show_open_ones_alone():
    shut = mine(status="closed")
    with canned(open_unless(body(shut))) as calls:
        found = city().find(FILING, AROUND)
    assert [each.raw for each in found.candidates] == [shut]
    assert [call.query.get("status") for call in calls.calls] == [None, "closed"]
    with canned(open_unless((400, body({"code": 400, "description": "Unknown status."})))):
        assert not city().find(FILING, AROUND).absence_certain
    with canned(open_unless(body())) as calls:
        assert city(ignored_filters=["status"]).find(FILING, AROUND).absence_certain
    assert len(calls.calls) == 1


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


def test_who_quotes_our_reference_is_not_us():
    elsewhere = mine(description="The same as RF-2K7Q, see there.", lat=41.95)
    signed = mine(description="As I wrote in [RF-2K7Q], it is deep.\n\n[RF-9X9X]")
    for listed in (elsewhere, signed):
        with canned(body(listed)):
            found = city().find(FILING, AROUND)
        assert found.candidates == ()
        assert not found.by_reference
        assert found.absence_certain is (listed is signed)  # what only quotes it makes nobody sure
    with canned(
        body(elsewhere | {"service_request_id": "12"}, mine(description="A hole as deep as a hand. [RF-2K7Q]"))
    ):
        found = city().find(FILING, AROUND)
    assert [each.description for each in found.candidates] == ["A hole as deep as a hand. [RF-2K7Q]"]
    assert found.by_reference


def test_a_reference_that_lost_its_brackets_counts_at_its_place():
    with canned(body(mine(description="Deep hole (rf-2k7q)"))):
        assert city().find(FILING, AROUND).by_reference


@pytest.mark.parametrize("words", ["Hole.\n\n[RF-2K7Q]", "A hole as deep as a hand.\n\n[RF-2K7Q]"])
def test_a_reference_that_moderators_took_out_is_not_missed(words):
    filing = dataclasses.replace(FILING, description=words)
    listed = mine(description=words.partition("\n")[0])
    with canned(body(listed)):
        found = city().find(filing, AROUND)
    assert [each.raw for each in found.candidates] == [listed]
    assert not found.by_reference


@pytest.mark.parametrize(
    "shown",
    [
        {"account_id": "rf-2k7q"},
        {"attributes": [{"code": "EXT", "value": " RF-2K7Q "}]},
        {"extended_attributes": {"attributes": {"EXT": ["RF-2K7Q"]}}},
    ],
)
def test_a_reference_beside_the_description_is_found(shown):
    listed = mine(description="withheld", lat=None, long=None, service_code="ELSE") | shown
    with canned(body(listed)):
        found = city(reference_in="attribute[EXT]").find(FILING, AROUND)
    assert [each.raw for each in found.candidates] == [listed]
    assert found.by_reference


def test_another_one_s_text_with_its_own_reference_is_not_ours():
    """Two residents, or one twice, with the same words at the same place."""
    with canned(body(mine(description="A hole as deep as a hand.\n\n[RF-9X9X]"))):
        found = city().find(FILING, AROUND)
    assert (found.candidates, found.absence_certain) == ((), True)
