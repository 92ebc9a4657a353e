"""Zaragoza: read only, in rows from a start, with dates that lost the offset twice."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from reports.dialects.errors import Unsupported
from reports.dialects.messages import Completeness, Window
from tests.dialects.canned import canned
from tests.dialects.contract import DialectContract
from tests.dialects.family import family, payload, replay
from tests.dialects.filing import FILING, NOW, WINDOW
from tests.dialects.georeport_v2_city import body, row
from tests.dialects.sandbox_contract import SandboxContract


class TestContract(DialectContract):
    key = "zaragoza"


def test_nothing_is_filed():
    with canned(b"[]") as city, pytest.raises(Unsupported, match="signed"):
        family("zaragoza").post_service_request(FILING)
    assert city.calls == []


def dated(written, **options):
    answer = body(row(1, requested_datetime=written))
    (found,) = replay(family("zaragoza", time_zone="Europe/Madrid", **options), "requests", answer)
    return found.requested_datetime


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-01-15T08:00:00Z", datetime(2026, 1, 15, 9, tzinfo=UTC)),  # winter: an hour early
        ("2026-07-01T08:00:00Z", datetime(2026, 7, 1, 10, tzinfo=UTC)),  # summer: two
        ("2026-03-28T23:30:00Z", datetime(2026, 3, 29, 0, 30, tzinfo=UTC)),  # before the clocks go forward at 01:00
        ("2026-03-29T00:30:00Z", datetime(2026, 3, 29, 2, 30, tzinfo=UTC)),  # and after
        ("2026-07-01T08:00:00+02:00", datetime(2026, 7, 1, 6, tzinfo=UTC)),  # an offset that is written is believed
    ],
)
def test_dates_are_given_their_offset_back(written, meant):
    assert dated(written) == meant


def test_the_correction_can_be_taken_off():
    assert dated("2026-07-01T08:00:00Z", zone_correction="none") == datetime(2026, 7, 1, 8, tzinfo=UTC)


def test_one_request_is_a_bare_object():
    (found,) = replay(family("zaragoza"), "request", payload("zaragoza", "request-object.json"))
    assert (found.service_request_id, found.service_code, found.address) == ("990147", "101", "Calle Olmo 4")
    assert (found.lat, found.long) == (None, None)


def test_an_empty_list_is_an_object():
    with canned(payload("zaragoza", "requests-empty-object.json")):
        answer = family("zaragoza").service_requests_by_query(WINDOW)
    assert (answer.rows, answer.completeness) == ((), Completeness.COMPLETE)


def test_another_object_is_no_list():
    with canned(b'{"hello": "world"}'):
        assert family("zaragoza").service_requests_by_query(WINDOW).completeness is Completeness.UNKNOWN


def test_codes_are_equal_whatever_their_type():
    services = replay(family("zaragoza"), "services", payload("zaragoza", "services.json"))
    (found,) = replay(family("zaragoza"), "request", payload("zaragoza", "request-object.json"))
    assert found.service_code in {each.service_code for each in services}
    assert len(services) == 2  # of one name


def test_rows_from_a_start_in_windows_that_are_not_cut():
    with canned(body(*(row(number) for number in range(3)), row(9)), body(row(4)), b"[]") as city:
        answer = family("zaragoza").service_requests_by_query(Window(NOW - timedelta(days=170), NOW))
    assert [(call.query["start"], call.query["rows"]) for call in city.calls][:2] == [("0", "1000"), ("4", "1000")]
    spans = [
        datetime.fromisoformat(call.query["end_date"]) - datetime.fromisoformat(call.query["start_date"])
        for call in city.calls
    ]
    assert max(spans) <= timedelta(days=85)
    assert len(answer.rows) == 5
    assert answer.completeness is Completeness.COMPLETE


@pytest.mark.parametrize("hours", [0, 2])
def test_a_list_is_whole_whether_its_filter_goes_by_true_times_or_by_shown_ones(hours):
    """The city's filter, by times that are `hours` early, over rows at both ends of the window."""
    true = [WINDOW.start - timedelta(minutes=1), WINDOW.start, WINDOW.end, WINDOW.end + timedelta(minutes=1)]

    def city(call):
        start, end = (datetime.fromisoformat(call.query[name]) for name in ("start_date", "end_date"))
        shown = [moment - timedelta(hours=1) for moment in true]  # winter
        listed = [
            row(number, requested_datetime=shown[number].strftime("%Y-%m-%dT%H:%M:%SZ"))
            for number, moment in enumerate(true)
            if start <= moment - timedelta(hours=hours) <= end
        ]
        return body(*listed) if call.query["start"] == "0" else body()

    with canned(city):
        answer = family("zaragoza", time_zone="Europe/Madrid").service_requests_by_query(WINDOW)
    assert [each.service_request_id for each in answer.rows] == ["1", "2"]
    assert answer.completeness is Completeness.COMPLETE


class TestSandbox(SandboxContract):
    key = "zaragoza"
    base = "zaragoza/api/recurso/open311/"
    jurisdiction_id = "zaragoza.es"
    time_zone = ZoneInfo("Europe/Madrid")

    def test_its_requests_are_listed_and_read(self, dialect):
        now = datetime.now(UTC)
        answer = dialect.service_requests_by_query(Window(now - timedelta(days=80), now))
        assert answer.rows
        assert answer.completeness is Completeness.COMPLETE
        first = answer.rows[0]
        assert dialect.service_request(first.service_request_id) == first
        assert any(each.lat is None for each in answer.rows)
