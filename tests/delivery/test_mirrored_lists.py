"""Lists mirrored: only where it is switched on, bit by bit, within the days asked for, and nothing of ours twice."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client

from reports import clock, tasks
from reports.delivery import endpoints, mirror
from reports.dialects.errors import Unavailable
from reports.dialects.messages import Completeness, RequestStatus, RequestStatuses, Status, Window
from reports.geo.around import box
from reports.http import Client as Http
from reports.models import Endpoint, MirroredRequest, Submission, SubmissionState
from reports.sandbox import Sandbox
from tests.cities import PLACES, do_what_is_due, file_report, make_city
from tests.factories import LAT, LONG, make_endpoint, make_service_request, make_submission

pytestmark = pytest.mark.django_db
NOON = datetime.fromisoformat("2026-03-02T12:00:00+00:00")
DAY = timedelta(days=1)


@dataclass
class Lister:
    """A city that lists requests by when they were made, and on demand by when they changed."""

    rows: list[RequestStatus] = field(default_factory=list)
    finds_changes: bool = False
    completeness: Completeness = Completeness.COMPLETE
    asked: list[tuple[str, Window]] = field(default_factory=list)

    def service_requests_by_query(self, window: Window) -> RequestStatuses:
        return self._answer("made", window, lambda row: row.requested_datetime)

    def service_requests_updated(self, window: Window) -> RequestStatuses:
        return self._answer("changed", window, lambda row: row.updated_datetime)

    def _answer(self, what: str, window: Window, date: Callable[[RequestStatus], datetime | None]) -> RequestStatuses:
        self.asked.append((what, window))
        dated = [(row, date(row)) for row in self.rows]
        found = tuple(row for row, when in dated if when and window.start <= when <= window.end)
        return RequestStatuses(found, self.completeness)


@pytest.fixture
def city(monkeypatch: pytest.MonkeyPatch) -> Lister:
    city = Lister()
    monkeypatch.setattr(endpoints, "dialect_for", lambda endpoint, **options: city)
    return city


@pytest.fixture
def endpoint() -> Endpoint:
    return make_endpoint(mirror_requests=True, licence="CC BY 4.0")


def row(number: str, made: datetime = NOON - DAY, **fields: object) -> RequestStatus:
    known = {"status": Status.OPEN, "requested_datetime": made, "updated_datetime": made, "lat": LAT, "long": LONG}
    return RequestStatus(service_request_id=number, **(known | fields))  # type: ignore[arg-type]  # by name


def at(moment: datetime, endpoint: Endpoint) -> int:
    with clock.at(moment):
        endpoint.refresh_from_db()
        return mirror.mirror(endpoint)


def kept() -> list[str]:
    return sorted(MirroredRequest.objects.values_list("service_request_id", flat=True))


def shown() -> list[str]:
    return sorted(mirror.shown().values_list("service_request_id", flat=True))


def test_only_what_is_switched_on_and_can_be_listed_is_mirrored(endpoint: Endpoint) -> None:
    make_endpoint()
    make_endpoint(dialect="email", base_url="mailto:a@b.example", mirror_requests=True)
    make_endpoint(dialect="esperanto", mirror_requests=True)
    assert mirror.with_feeds() == [endpoint]
    assert mirror.can_be_listed(endpoint)
    assert not mirror.can_be_listed(Endpoint(dialect="email"))
    assert not mirror.can_be_listed(Endpoint(dialect="esperanto"))


@pytest.mark.parametrize("licence", ["", "   "])
def test_without_a_licence_nothing_is_mirrored(endpoint: Endpoint, licence: str) -> None:
    endpoint.full_clean(exclude=["validators"])
    endpoint.licence = licence
    with pytest.raises(ValidationError, match="licence"):
        endpoint.full_clean()


@pytest.mark.parametrize("days", [0, 91])
def test_days_within_reason(endpoint: Endpoint, days: int) -> None:
    endpoint.mirror_days = days
    with pytest.raises(ValidationError, match="mirror_days"):
        endpoint.full_clean()


def test_the_whole_span_once_a_day_and_what_is_new_in_between(city: Lister, endpoint: Endpoint) -> None:
    at(NOON, endpoint)
    at(NOON + timedelta(hours=1), endpoint)
    at(NOON + timedelta(hours=2), endpoint)
    at(NOON + DAY, endpoint)
    spans = [(what, window.end - window.start) for what, window in city.asked]
    hour = timedelta(hours=1)
    assert spans == [("made", 30 * DAY), ("made", hour + mirror.OVERLAP), ("made", hour + mirror.OVERLAP),
                     ("made", 30 * DAY)]  # fmt: skip


def test_what_changed_is_asked_for_where_the_city_can_say_it(city: Lister, endpoint: Endpoint) -> None:
    city.finds_changes = True
    city.rows = [row("1")]
    at(NOON, endpoint)
    later = NOON + timedelta(hours=1)
    city.rows = [row("1", status=Status.CLOSED, updated_datetime=later), row("2", later)]
    at(later, endpoint)
    assert [what for what, _window in city.asked] == ["made", "made", "changed"]
    assert kept() == ["1", "2"]
    assert MirroredRequest.objects.get(service_request_id="1").status == "closed"


def test_a_round_that_failed_is_made_up_for(monkeypatch: pytest.MonkeyPatch, city: Lister, endpoint: Endpoint) -> None:
    at(NOON, endpoint)
    with monkeypatch.context() as patch:
        patch.setattr(city, "service_requests_by_query", _raise)
        with pytest.raises(Unavailable):
            at(NOON + timedelta(hours=5), endpoint)
    city.rows = [row("1", NOON + timedelta(minutes=30))]
    at(NOON + timedelta(hours=6), endpoint)
    assert kept() == ["1"]


def _raise(window: Window) -> RequestStatuses:
    raise Unavailable("away")


def test_days_that_are_over_go(city: Lister, endpoint: Endpoint) -> None:
    city.rows = [row("old", NOON - 29 * DAY), row("new")]
    at(NOON, endpoint)
    assert kept() == ["new", "old"]
    at(NOON + 2 * DAY, endpoint)
    assert kept() == ["new"]


@pytest.mark.parametrize(
    ("completeness", "left"), [(Completeness.COMPLETE, ["2"]), (Completeness.UNKNOWN, ["1", "2"]),
                               (Completeness.TRUNCATED, ["1", "2"])],
)  # fmt: skip
def test_what_a_whole_list_lacks_is_public_no_more(
    city: Lister, endpoint: Endpoint, completeness: Completeness, left: list[str]
) -> None:
    city.rows = [row("1"), row("2")]
    at(NOON, endpoint)
    city.rows, city.completeness = [row("2")], completeness
    at(NOON + timedelta(hours=1), endpoint)  # asks for the new ones alone, which proves nothing of the others
    assert kept() == ["1", "2"]
    at(NOON + DAY, endpoint)
    assert kept() == left


def test_ours_by_number_is_not_theirs(city: Lister, endpoint: Endpoint) -> None:
    city.rows = [row("1"), row("2")]
    at(NOON, endpoint)
    make_submission(make_service_request(endpoint=endpoint, hidden=True), endpoint=endpoint, service_request_id="1")
    assert shown() == ["2"]  # at once
    at(NOON + timedelta(minutes=5), endpoint)
    assert "1" in kept()  # still a row that nobody sees, until the list is asked for it again
    at(NOON + DAY, endpoint)
    assert kept() == ["2"]


def test_ours_by_token_is_not_theirs_while_its_number_is_awaited(city: Lister, endpoint: Endpoint) -> None:
    city.rows = [row("1", token="t1"), row("2", token="t2"), row("3")]
    at(NOON, endpoint)
    make_submission(make_service_request(), endpoint=endpoint, token="t1", state=SubmissionState.ACCEPTED)
    make_submission(endpoint=make_endpoint(), token="t2", state=SubmissionState.ACCEPTED)  # another city's token
    assert shown() == ["2", "3"]
    at(NOON + DAY, endpoint)
    assert kept() == ["2", "3"]


@pytest.mark.parametrize("where", ["description", "raw"])
def test_ours_by_reference_is_not_theirs_while_its_answer_is_lost(city: Lister, endpoint: Endpoint, where: str) -> None:
    ours = make_submission(make_service_request(), endpoint=endpoint, state=SubmissionState.UNCERTAIN)
    elsewhere = make_submission(make_service_request(), endpoint=make_endpoint(), state=SubmissionState.UNCERTAIN)
    words = [f"A hole.\n\n[{each.request.reference.lower()}]" for each in (ours, elsewhere)]
    texts = [{where: text if where == "description" else {"attributes": [{"value": text}]}} for text in words]
    city.rows = [row("1", **texts[0]), row("2", **texts[1]), row("3", description="[7KQ-4MX-9GHW] and XYZ-XYZ-XYZZ")]
    assert at(NOON, endpoint) == 2
    assert kept() == ["2", "3"]


def test_what_is_switched_off_goes_at_once(city: Lister, endpoint: Endpoint) -> None:
    city.rows = [row("1")]
    at(NOON, endpoint)
    mirror.forget(endpoint)
    assert kept() == []
    at(NOON + timedelta(hours=1), endpoint)
    assert kept() == ["1"]  # from the whole span again


def test_a_standard_city_is_mirrored_beside_our_own_report(sandbox: Sandbox, client: Client) -> None:
    endpoint = make_city(sandbox, "evanston", mirror_requests=True, licence="CC0", attribution="City of Evanston")
    with clock.at(sandbox.clock.now()):
        file_report(endpoint, "Ours")
        do_what_is_due(endpoint)
    lat, long = PLACES["evanston"]
    form = {
        "api_key": "sandbox-key", "service_code": _code(sandbox), "lat": str(lat), "long": str(long),
        "description": "Theirs. Call 555-0100", "email": "rosa@example.org", "jurisdiction_id": "cityofevanston.org",
    }  # fmt: skip
    assert Http("other").post(f"{endpoint.base_url}requests.json", list(form.items())).status < 300
    sandbox.clock.advance(3600)
    with clock.at(sandbox.clock.now()):
        tasks.mirror_feed(endpoint.pk)
        ours = Submission.objects.get().service_request_id
        numbers = [each.service_request_id for each in sandbox.state.requests("evanston")]
        (theirs,) = [number for number in numbers if number != ours][-1:]
        assert theirs in kept()
        assert ours not in kept()
        assert not [word for word in ("rosa", "555-0100") if word in str(list(MirroredRequest.objects.values()))]
        page = client.get("/requests/mirrored/").content.decode()
        assert theirs in page
        assert "City of Evanston, CC0" in page
        assert theirs in [each.mirrored.service_request_id for each in mirror.near(lat, long, 50)]


def _code(sandbox: Sandbox) -> str:
    services = sandbox.cities["evanston"].services.values()
    return next(each.code for each in services if each.name == "Graffiti")


# Places about LAT, LONG: 0.001 degrees are 111 metres to the north.


def place(number: str, lat: float | None, long: float | None, **fields: object) -> MirroredRequest:
    endpoint = Endpoint.objects.first() or make_endpoint()
    known = {"status": "open", "service_code": "A"} | fields
    return MirroredRequest.objects.create(endpoint=endpoint, service_request_id=number, lat=lat, long=long, **known)


def found(lat: float, long: float, metres: float, service_code: str = "", **options: bool) -> list[str]:
    return [each.mirrored.service_request_id for each in mirror.near(lat, long, metres, service_code, **options)]


def test_neighbours_come_nearest_first_and_no_further_than_asked() -> None:
    place("far", LAT + 0.002, LONG)
    place("near", LAT + 0.0005, LONG)
    place("corner", LAT + 0.00085, LONG + 0.0011)  # inside of the box of 111 metres, outside of the circle
    place("nowhere", None, None)
    assert found(LAT, LONG, 111) == ["near"]
    assert found(LAT, LONG, 250) == ["near", "corner", "far"]
    metres = mirror.near(LAT, LONG, 250)[0].metres
    assert 55 < metres < 56


def test_neighbours_by_service_and_status() -> None:
    place("A", LAT, LONG)
    place("B", LAT, LONG, service_code="B")
    place("closed", LAT, LONG, status="closed")
    assert sorted(found(LAT, LONG, 10)) == ["A", "B"]
    assert found(LAT, LONG, 10, "B") == ["B"]
    assert sorted(found(LAT, LONG, 10, "A", only_open=False)) == ["A", "closed"]


def test_neighbours_across_the_180th_meridian_and_at_the_pole() -> None:
    place("fiji", -17.0, -179.9999)
    place("west", -17.0, 179.9999)
    place("pole", 89.9999, 10.0)
    assert found(-17.0, 179.9999, 50) == ["west", "fiji"]
    assert found(-17.0, -179.9999, 50) == ["fiji", "west"]
    assert found(89.9999, -170.0, 50) == ["pole"]
    assert found(90.0, 0.0, 50) == ["pole"]
    place("line", 3.0, 180.0)
    assert found(3.0, -180.0, 0) == ["line"]


def test_neighbours_are_none_of_ours() -> None:
    ours = place("1", LAT, LONG)
    assert found(LAT, LONG, 10) == ["1"]
    make_submission(make_service_request(), endpoint=ours.endpoint, service_request_id="1")
    assert found(LAT, LONG, 10) == []


@pytest.mark.parametrize(
    ("lat", "long", "metres"),
    [(91, 0, 10), (0, 181, 10), (float("nan"), 0, 10), (0, 0, -1), (0, 0, 5_001), (0, 0, float("nan"))],
)
def test_no_place_and_no_distance(lat: float, long: float, metres: float) -> None:
    with pytest.raises(ValueError, match="is no"):
        mirror.near(lat, long, metres)


def test_the_search_by_place_goes_by_its_index() -> None:
    if connection.vendor == "postgresql":  # which reads a table as small as this one whole
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    plan = mirror.shown().filter(box(LAT, LONG, 250)).order_by().explain()
    assert "mirrored_by_place" in plan


def test_ours_that_was_filed_in_another_system_of_the_body_is_not_theirs(city: Lister, endpoint: Endpoint) -> None:
    filed_by = make_endpoint(endpoint.jurisdiction)
    ours = make_submission(make_service_request(hidden=True), endpoint=filed_by, service_request_id="7")
    city.rows = [row("1", description=f"A hole. [{ours.request.reference}]"), row("7")]
    at(NOON, endpoint)
    assert shown() == ["7"]  # two systems may give the same number


def test_numbers_in_a_system_that_can_only_be_read_are_those_of_the_body(city: Lister, endpoint: Endpoint) -> None:
    Endpoint.objects.update(dialect="zaragoza")
    filed_by = make_endpoint(endpoint.jurisdiction)
    make_submission(make_service_request(hidden=True), endpoint=filed_by, service_request_id="7")
    make_submission(make_service_request(), endpoint=make_endpoint(), service_request_id="8")
    city.rows = [row("7"), row("8")]
    at(NOON, endpoint)
    assert shown() == ["8"]
