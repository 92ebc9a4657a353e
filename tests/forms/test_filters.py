"""The filters in addresses: what is understood, what is named and left out, and how it is said."""

from datetime import date
from typing import Any

import pytest

from reports.browsing import index
from reports.browsing.filters import Box, Filter, matching
from reports.forms.filters import FilterForm
from tests.factories import make_endpoint, make_jurisdiction, make_service, make_service_request

pytestmark = pytest.mark.django_db


def form(**given: str) -> FilterForm:
    return FilterForm(given)


def test_nothing_asked_lets_everything_through() -> None:
    empty = form()
    assert empty.wanted() == Filter(zone=empty.wanted().zone)
    assert empty.asked() == {}
    assert empty.words() == ""


def test_each_filter_is_understood_and_stands_in_the_address_again() -> None:
    body = make_jurisdiction("Evanston", slug="evanston", time_zone="America/Chicago")
    given = {
        "q": "lantern elm", "body": "evanston", "service": "Pothole", "group": "Streets", "status": "closed",
        "since": "2026-05-01", "until": "2026-05-31", "bbox": "-89.7,39.7,-89.6,39.8123456789",
    }  # fmt: skip
    asked = form(**given)
    assert asked.wanted() == Filter(
        q="lantern elm",
        body=body.pk,
        services=("Pothole",),
        group="Streets",
        status="closed",
        since=date(2026, 5, 1),
        until=date(2026, 5, 31),
        zone=body.zone,
        box=Box(-89.7, 39.7, -89.6, 39.8123456789),
    )
    assert asked.asked() == given
    assert form(**asked.asked()).wanted() == asked.wanted()


@pytest.mark.parametrize("state", ["open", "ended"])
def test_open_and_ended_are_states_and_no_status(state: str) -> None:
    wanted = form(status=state).wanted()
    assert (wanted.state, wanted.status) == (state, "")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"service": "Pothole", "body": "evanston", "status": "open"}, "Pothole in Evanston, open"),
        ({"body": "evanston"}, "Evanston"),
        ({"group": "Streets", "status": "closed"}, "Streets, Done, says the city"),
        ({"q": "elm", "since": "2026-05-01", "until": "2026-05-02"}, "from May 1, 2026, until May 2, 2026, “elm”"),
        ({"bbox": "0,0,1,1"}, "in one part of the map"),
    ],
)
def test_the_filters_in_words(given: dict[str, str], words: str) -> None:
    make_jurisdiction("Evanston", slug="evanston")
    assert form(**given).words() == words


@pytest.mark.parametrize(
    ("field", "text", "says"),
    [
        ("body", "atlantis", "No body of that name"),
        ("body", "a\0b", "No body of that name"),
        ("status", "nonsense", "no such status"),
        ("status", "open\0", "no such status"),
        ("since", "31.5.2026", "Write the day as in"),
        ("until", "2026-02-30", "Write the day as in"),
        ("until", "1" * 10_000, "Write the day as in"),
        ("bbox", "1,2,3", "four numbers"),
        ("bbox", "0,5,1,1", "south before north"),
        ("bbox", "0,0,nan,1", "four numbers"),
        ("q", "a" * 10_000, "at most 100 characters"),
        ("q", "a\0b", "Null characters"),
        ("service", "a" * 10_000, "at most 300 characters"),
        ("group", "\0", "Null characters"),
    ],
)
def test_what_cannot_be_understood_is_named_and_left_out(field: str, text: str, says: str) -> None:
    make_service_request(description="lamp")
    asked = form(**{field: text, "group" if field == "q" else "q": "kept"})
    assert says in str(asked.errors[field])
    assert field not in asked.asked()
    assert asked.words() in ("“kept”", "kept")
    assert matching(asked.wanted()).keys() == []


def test_days_the_wrong_way_round_are_said_and_both_left_out() -> None:
    asked = form(since="2026-06-01", until="2026-05-01", status="open")
    assert "first day is after the last" in str(asked.errors["since"])
    assert asked.asked() == {"status": "open"}
    assert (asked.wanted().since, asked.wanted().until) == (None, None)
    assert form(since="2026-05-01", until="2026-05-01").errors == {}


@pytest.mark.parametrize("days", [("0001-01-01", "9999-12-31")])
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/Chicago"])
def test_the_first_and_the_last_day_of_all(days: tuple[str, str], zone: str) -> None:
    body = make_jurisdiction(slug="here", time_zone=zone)
    request = make_service_request(make_service(make_endpoint(body)))
    asked = form(since=days[0], until=days[1], body="here")
    assert matching(asked.wanted()).keys() == [request.pk]


def test_marks_that_turn_the_direction_do_not_reach_titles() -> None:
    asked = form(q="\u202egnirts\u202c", service="\u2066x")
    assert asked.errors == {}
    assert asked.words() == "x, “gnirts”"


def test_a_body_that_takes_no_reports_any_more_is_not_offered() -> None:
    make_jurisdiction("Gone", slug="gone", active=False)
    assert "body" in form(body="gone").errors


class TestOffer:
    def options(self, field: str, **given: str) -> list[str]:
        asked = form(**given)
        asked.offer(index.current())
        widget: Any = asked.fields[field].widget
        return [str(label) for _value, label in widget.choices]

    def test_what_occurs_comes_with_the_most_frequent_first(self) -> None:
        hole, lamp = make_service(group="Streets"), make_service(service_name="Lamp")
        make_service_request(hole)
        for _number in range(2):
            make_service_request(lamp)
        make_service_request(make_service(service_name="Secret", group="Hidden"), hidden=True)
        assert self.options("service") == ["Everything", "Lamp", "Pothole"]
        assert self.options("group") == ["Every group", "Streets"]

    def test_of_the_body_that_is_chosen_and_what_is_asked_in_any_case(self) -> None:
        body = make_jurisdiction("Evanston", slug="evanston")
        make_service_request(make_service(make_endpoint(body), service_name="Lamp"))
        make_service_request()
        assert self.options("service", body="evanston") == ["Everything", "Lamp"]
        assert self.options("service", body="evanston", service="<b>") == ["Everything", "<b>", "Lamp"]

    def test_at_most_a_hundred(self) -> None:
        service = make_service()
        for number in range(105):
            make_service_request(service, service_name=f"Kind {number:03}")
        assert len(self.options("service")) == 101

    def test_what_is_asked_stays_chosen(self) -> None:
        make_service_request()
        asked = form(service="Pothole")
        asked.offer(index.current())
        assert '<option value="Pothole" selected>' in str(asked["service"])
