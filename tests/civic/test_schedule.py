"""Beat's schedule when the clock is put back."""

import pickle
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from civic.celery import app
from civic.schedule import Every, Scheduler

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def every(seconds: float) -> Every:
    return Every(seconds, nowfun=lambda: NOW, app=app)


@pytest.mark.parametrize(
    ("ago", "due"), [(29.0, False), (30.0, True), (3600.0, True), (0.0, False), (-0.5, True), (-3600.0, True)]
)
def test_due_after_its_seconds_and_when_the_last_run_lies_ahead(ago: float, due: bool) -> None:
    assert every(30).is_due(NOW - timedelta(seconds=ago)).is_due is due


def test_looked_at_again_after_its_seconds() -> None:
    assert every(30).is_due(NOW + timedelta(hours=1)).next == 30
    assert every(30).is_due(NOW - timedelta(seconds=10)).next == 20


def test_survives_the_file_that_beat_keeps() -> None:
    kept = pickle.loads(pickle.dumps(Every(30)))
    assert isinstance(kept, Every)
    assert kept.seconds == 30


def test_everything_that_beat_does_is_scheduled_so() -> None:
    assert {type(entry["schedule"]) for entry in settings.CELERY_BEAT_SCHEDULE.values()} == {Every}


class Beat(Scheduler):
    """Notes what it would send."""

    sent: list[str]

    def apply_entry(self, entry: Any, producer: Any = None) -> None:
        self.sent.append(entry.name)


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    moment = [NOW]
    monkeypatch.setattr(app, "now", lambda: moment[0])
    return moment


@pytest.fixture
def beat(tmp_path: Path, moment: list[datetime]) -> Iterator[Beat]:
    beat = Beat(app, schedule_filename=str(tmp_path / "schedule"))
    beat.sent = []
    yield beat
    beat.close()


def turn(beat: Beat, steps: int = 20) -> list[str]:
    """What it sends within so many steps, all at one moment."""
    beat.sent = []
    for _step in range(steps):
        beat.tick()
    return beat.sent


@pytest.mark.parametrize("ahead", [timedelta(seconds=40), timedelta(hours=1), timedelta(days=15)])
def test_beat_goes_on_when_the_clock_was_ahead(beat: Beat, moment: list[datetime], ahead: timedelta) -> None:
    turn(beat)
    moment[0] += ahead
    assert "sweep" in turn(beat)
    moment[0] -= ahead
    assert "sweep" in turn(beat)
    assert turn(beat) == []
    moment[0] += timedelta(seconds=settings.SWEEP_SECONDS)
    assert turn(beat) == ["sweep"]


def test_a_new_beat_goes_on_with_the_file_of_one_whose_clock_was_ahead(
    tmp_path: Path, beat: Beat, moment: list[datetime]
) -> None:
    moment[0] += timedelta(days=15)
    assert "sweep" in turn(beat)
    beat.close()
    moment[0] -= timedelta(days=15)
    successor = Beat(app, schedule_filename=str(tmp_path / "schedule"))
    assert "sweep" in turn(successor)
    successor.close()


def test_it_is_the_scheduler_in_use() -> None:
    assert app.conf.beat_scheduler == "civic.schedule:Scheduler"
