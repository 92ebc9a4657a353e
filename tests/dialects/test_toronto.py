"""Toronto: wrapped rows, short windows, the state in the first words of the notes, addresses with free words."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from reports.dialects.messages import Place, Stage, Status, Window
from tests.dialects.canned import canned
from tests.dialects.contract import DialectContract
from tests.dialects.family import by_id, family, payload, replay
from tests.dialects.filing import NOW
from tests.dialects.georeport_v2_city import body as listed
from tests.dialects.georeport_v2_city import row as row_of
from tests.dialects.sandbox_contract import SandboxContract

EMPTY = b'{"service_requests": []}'


class TestContract(DialectContract):
    key = "toronto"
    taken = b'{"service_requests": [{"token": "t-1"}]}'


def rows():
    return by_id(replay(family("toronto"), "requests", payload("toronto", "requests-wrapped.json")))


def test_ids_and_codes_are_text_whatever_they_were():
    assert {number: row.service_code for number, row in rows().items()} == {
        "101900000001": "CSXRW-12",
        "101900000002": "30902",
        "101900000003": "",
    }


def test_the_first_words_of_the_notes_are_the_state():
    found = rows()
    assert (found["101900000001"].status, found["101900000001"].stage) == (Status.OPEN, Stage.IN_PROGRESS)
    assert (found["101900000002"].status, found["101900000002"].stage) == (Status.CLOSED, Stage.NONE)
    assert found["101900000002"].status_notes.startswith("Cancelled - ")


def test_where_the_status_is_null_the_notes_say_it():
    row = rows()["101900000003"]
    assert (row.status, row.status_word, row.status_known) == (Status.CLOSED, "Completed", True)
    (silent,) = replay(family("toronto"), "requests", listed(row_of(1, status=None, status_notes=None)))
    assert not silent.status_known


@pytest.mark.parametrize(
    "address",
    ["12 King St W, Toronto", "Warden Ave / Freeman St, Scarborough", "100-102 Elm Park Cres", "7 O'Hara Ave, York"],
)
def test_an_address_is_shown(address):
    body = payload("toronto", "requests-wrapped.json").replace(b"Elm Ave / Oak St, Scarborough", address.encode())
    (row, *_others) = replay(family("toronto"), "requests", body)
    assert row.address == address


KINDS = [
    "St",
    "Ave",
    "Rd",
    "Blvd",
    "Dr",
    "Cres",
    "Ct",
    "Crt",
    "Ln",
    "Lane",
    "Pl",
    "Way",
    "Trl",
    "Pkwy",
    "Sq",
    "Ter",
    "Terr",
    "Gdn",
    "Gdns",
    "Grv",
    "Gt",
    "Hts",
    "Hwy",
    "Mews",
    "Path",
    "Pk",
    "Cir",
    "Gate",
    "Wood",
    "Street",
    "Avenue",
    "Road",
    "Boulevard",
    "Drive",
    "Crescent",
    "Court",
    "Place",
    "Trail",
    "Parkway",
    "Square",
    "Terrace",
    "Gardens",
    "Circle",
    "Grove",
]
TOWNS = ["Toronto", "Old Toronto", "North York", "East York", "York", "Scarborough", "Etobicoke"]


@pytest.mark.parametrize(
    "address",
    [f"12 Elm {kind}" for kind in KINDS]
    + [f"12 Elm {KINDS[0]}, {town}" for town in TOWNS]
    + [f"12A Elm St. {side}" for side in "NSEW"]
    + ["Elm Ave & Oak St", "Elm Ave/Oak St", "1-3 Elm St", "12345 Old Mill Park Hill Rd"],
)
def test_each_kind_of_street_and_each_town_is_known(address):
    assert replay(family("toronto"), "requests", listed(row_of(1, address=address)))[0].address == address


@pytest.mark.parametrize(
    "address",
    ["12 Elm", "12 Elm Stalag", "12 elm St", "123456 Elm St", "12 Elm St, Jo", "12 Elm St, Toronto, Jo", "Elm St & Jo",
     "12 A B C D Elm St"],
)  # fmt: skip
def test_what_has_not_the_form_of_an_address_is_none(address):
    assert replay(family("toronto"), "requests", listed(row_of(1, address=address)))[0].address == ""


@pytest.mark.parametrize(
    "address",
    [
        "behind the yellow house, ask for J., police file 12-3456",
        "12 King St W, call 416 555 0100",
        "12 King St W, ask for Jo",
        "3 thugs live at Elm St",
        "Police occurrence 12-3456, 12 King St W",
        "King St",
        "me",
    ],
)
def test_free_words_in_an_address_are_not_shown(address):
    body = payload("toronto", "requests-wrapped.json").replace(b"Elm Ave / Oak St, Scarborough", address.encode())
    (row, *_others) = replay(family("toronto"), "requests", body)
    assert row.address == ""
    assert row.raw["address"] == address
    assert (row.lat, row.long) == (43.69, -79.27)


def test_windows_are_of_25_days_and_name_the_jurisdiction():
    with canned(EMPTY) as city:
        found = family("toronto", jurisdiction_id="").service_requests_by_query(Window(NOW - timedelta(days=50), NOW))
    assert found.rows == ()
    asked = [[datetime.fromisoformat(call.query[name]) for name in ("start_date", "end_date")] for call in city.calls]
    assert all(timedelta(days=24) < end - start <= timedelta(days=25) for start, end in asked[:2])
    assert (asked[0][1], asked[-1][0]) == (NOW, NOW - timedelta(days=50))
    assert {call.query["jurisdiction_id"] for call in city.calls} == {"toronto.ca"}


class TestSandbox(SandboxContract):
    """Batch, and listed late."""

    key = "toronto"
    base = "toronto/webwizard/ws/"
    jurisdiction_id = "toronto.ca"
    answers_with = "token"
    lists_at_once = False
    place = Place(43.6511, -79.3832)
    time_zone = ZoneInfo("America/Toronto")
