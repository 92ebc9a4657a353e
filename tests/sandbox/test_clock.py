from datetime import UTC, datetime, timedelta

import pytest

from reports.sandbox import SandboxClock


def test_runs_with_real_time():
    assert abs(SandboxClock().now() - datetime.now(UTC)) < timedelta(seconds=1)


def test_advances_and_goes_on():
    clock = SandboxClock()
    clock.advance(3600)
    assert timedelta(minutes=59) < clock.now() - datetime.now(UTC) < timedelta(minutes=61)


def test_set_goes_back_and_takes_any_zone():
    clock = SandboxClock()
    clock.set("2020-01-01T06:00:00-06:00")
    assert clock.now().isoformat(timespec="minutes") == "2020-01-01T12:00+00:00"


def test_frozen_it_stands_until_moved():
    clock = SandboxClock()
    stood = clock.freeze()
    assert clock.now() == stood == clock.freeze()
    clock.advance(5)
    assert clock.now() == stood + timedelta(seconds=5)
    clock.set(stood)
    assert clock.now() == stood


def test_runs_on_from_where_it_stood():
    clock = SandboxClock()
    clock.set("2030-01-01T00:00:00Z")
    clock.freeze()
    clock.run()
    first = clock.now()
    assert first.year == 2030
    assert clock.now() > first


@pytest.mark.parametrize("moment", ["", "soon", "2026-06-01T10:00:00", "2026-13-01T00:00:00Z"])
def test_set_wants_a_moment_with_a_zone(moment):
    with pytest.raises(ValueError, match=r"moment"):
        SandboxClock().set(moment)


@pytest.mark.parametrize("seconds", [-1, 1e15])
def test_advance_refuses_what_is_out_of_range(seconds):
    clock = SandboxClock()
    with pytest.raises(ValueError, match=r"clock only advances|too far"):
        clock.advance(seconds)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=1)


@pytest.mark.parametrize("frozen", [True, False])
def test_a_copy_shows_the_same_time(frozen):
    clock, copy = SandboxClock(), SandboxClock()
    clock.set("2027-05-05T05:05:05Z")
    if frozen:
        clock.freeze()
    copy.load(clock.dump())
    assert abs(copy.now() - clock.now()) < timedelta(seconds=1)
    clock.reset()
    assert clock.now().year == datetime.now(UTC).year
