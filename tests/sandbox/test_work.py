from dataclasses import replace
from datetime import timedelta

import pytest

from reports.sandbox import work
from reports.sandbox.state import StoredRequest
from reports.sandbox.systems import CITIES

REQUEST = StoredRequest(
    serial=7,
    service_request_id="107",
    token="",
    received_at="2026-06-01T12:00:00+00:00",
    pace=1000.0,
    plan="ordinary",
    token_delay=0.0,
    fingerprint="f",
    service_code="001",
)


def at(fraction, request=REQUEST, kind="street"):
    now = work.received(request) + timedelta(seconds=fraction * request.pace)
    return work.progress("evanston", kind, request, now)


@pytest.mark.parametrize(
    ("plan", "timeline"),
    [
        ("ordinary", [(0, "open"), (0.99, "open"), (1, "closed"), (50, "closed")]),
        ("delayed", [(1.1, "open"), (2.49, "open"), (2.5, "closed")]),
        ("lingering", [(0.7, "open"), (14.9, "open"), (15, "closed")]),
        ("duplicate", [(0.2, "open"), (0.25, "closed")]),
        ("cancelled", [(0.59, "open"), (0.6, "closed")]),
        ("reopened", [(0.8, "closed"), (1.19, "closed"), (1.2, "open"), (1.99, "open"), (2, "closed")]),
    ],
)
def test_status_by_plan(plan, timeline):
    request = replace(REQUEST, plan=plan)
    assert [(fraction, at(fraction, request).status) for fraction, _ in timeline] == timeline


def test_an_ordinary_request_has_its_words():
    assert at(0).notes == ""
    assert "Street Maintenance" in at(0.2).notes
    assert "rew" in at(0.5).notes
    assert at(1).notes
    assert len({at(f).notes for f in (0, 0.2, 0.5, 1)}) == 4
    assert at(1).updated == work.received(REQUEST) + timedelta(seconds=1000)
    assert [step.event for step in at(1).history] == ["opened", "assigned", "scheduled", "closed"]


def test_a_duplicate_names_the_other():
    request = replace(REQUEST, plan="duplicate", duplicate_of="106")
    assert "request 106" in at(1, request).notes


def test_the_shares_are_what_the_cities_do():
    assert sum(share for _, share in work.SHARES) == 100
    plans = [work.choose_plan("chicago", serial, []) for serial in range(1, 1001)]
    for plan, share in work.SHARES:
        assert plans.count(plan) / 10 == pytest.approx(share, abs=5)
    assert plans == [work.choose_plan("chicago", serial, []) for serial in range(1, 1001)]


@pytest.mark.parametrize("city", [city.key for city in CITIES])
def test_the_first_request_is_ordinary_unless_told_otherwise(city):
    assert work.choose_plan(city, 1, []) == "ordinary"
    assert work.choose_plan(city, 1, ["SANDBOX-PLAN-REOPENED"]) == "reopened"


def test_about_half_expect_a_date():
    expected = [at(0, replace(REQUEST, serial=serial)).expected for serial in range(200)]
    given = [moment for moment in expected if moment]
    assert 60 < len(given) < 140
    assert given[0] == work.received(REQUEST) + timedelta(seconds=1250)


def test_a_token_takes_seconds_less_at_a_quick_pace_and_a_day_when_late():
    delays = [work.choose_token_delay("chicago", serial, 518400, []) for serial in range(50)]
    assert min(delays) >= 15
    assert max(delays) <= 25
    assert len(set(delays)) > 5
    assert work.choose_token_delay("chicago", 3, 10, []) == 0.5
    assert work.choose_token_delay("chicago", 3, 10, ["SANDBOX-TOKEN-LATE"]) == 86400


def test_a_clerk_ends_the_plan():
    entry = {"at": "2026-06-01T12:05:00+00:00", "status": "closed", "status_notes": "Done by hand"}
    request = replace(REQUEST, clerk=[entry])
    assert at(0.2, request).status == "open"
    assert (at(0.4, request).status, at(0.4, request).notes) == ("closed", "Done by hand")
    assert at(3, request) == at(0.4, request)


def test_a_clock_set_back_before_the_filing_shows_it_opened():
    assert at(-5).status == "open"


@pytest.mark.parametrize("plan", work.TIMELINES)
def test_every_kind_of_service_has_words_for_every_step(plan):
    kinds = {service.kind for city in CITIES for service in city.services.values()}
    for kind in kinds:
        for serial in range(6):
            history = at(20, replace(REQUEST, plan=plan, serial=serial), kind).history
            assert all(step.note or step.event == "opened" for step in history)
            assert not any("{" in step.note for step in history)
