"""What the Celery application does beside running tasks."""

import gc
import logging
from collections.abc import Iterator

import pytest

from civic import celery, celery_app
from reports import log_context, tasks
from reports.delivery import drain

log = logging.getLogger("tests.civic")


@pytest.fixture(autouse=True)
def _go_on() -> Iterator[None]:
    yield
    drain.go_on()


@pytest.mark.django_db
@pytest.mark.parametrize("fails", [False, True])
def test_a_task_is_named_in_its_lines_and_forgotten_after(monkeypatch: pytest.MonkeyPatch, fails: bool) -> None:
    seen: list[dict[str, object]] = []

    def look(*_args: object) -> None:
        seen.append(dict(log_context.bound()))
        if fails:
            raise RuntimeError("not foreseen")

    monkeypatch.setattr(tasks.duplicates, "resolve", look)
    tasks.resolve_duplicate.apply((1,), task_id="an-id")
    assert seen == [{"task": "resolve_duplicate", "task_id": "an-id"}]
    assert log_context.bound() == {}


def test_a_worker_that_is_told_to_end_begins_nothing_more() -> None:
    from celery.signals import worker_shutting_down

    worker_shutting_down.send(sender="worker", sig="SIGTERM", how="Warm", exitcode=0)
    assert drain.ending()
    assert drain.deliver(1) == 0


def test_celery_leaves_the_handlers_alone() -> None:
    before = list(logging.getLogger().handlers)
    celery_app.log.setup_logging_subsystem(loglevel="INFO")
    assert logging.getLogger().handlers == before
    assert not [each for each in logging.getLogger("celery").handlers if isinstance(each, logging.StreamHandler)]


def test_what_a_worker_has_loaded_is_not_looked_through_for_garbage_again() -> None:
    before = gc.get_threshold()
    try:
        celery._settle()
        assert gc.get_freeze_count() > 10_000
        assert gc.get_threshold()[0] > before[0]
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
