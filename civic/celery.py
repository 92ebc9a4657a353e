"""The Celery application: settings from Django under CELERY_, tasks from `reports.tasks`."""

import gc
import os
from contextlib import ExitStack
from typing import Any

from celery import Celery, Task
from celery.signals import setup_logging, task_postrun, task_prerun, worker_ready, worker_shutting_down

from civic import broker
from reports import log_context

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "civic.settings")


broker.install()
app = Celery("civic")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["reports"])


@setup_logging.connect
def _leave_logging_alone(**_facts: Any) -> None:
    """Celery adds handlers of its own, which clean nothing, unless somebody answers to this signal."""


_bound: dict[str, ExitStack] = {}  # by the id of the task


@task_prerun.connect
def _begin(sender: Task[Any, Any], task_id: str, **_facts: Any) -> None:
    """The lines of a task carry its name and id, those too in which Celery says how it ended."""
    stack = _bound[task_id] = ExitStack()
    stack.enter_context(log_context.bind(task=sender.name.rpartition(".")[2], task_id=task_id))


@task_postrun.connect
def _end(task_id: str, **_facts: Any) -> None:
    if stack := _bound.pop(task_id, None):
        stack.close()


@worker_ready.connect
def _show_life(**_facts: Any) -> None:
    """Once a worker takes messages, say so to `/healthz`, and answer Prometheus where that is wished."""
    from reports.operations import heartbeats, worker_metrics

    heartbeats.start()
    worker_metrics.start()


@worker_shutting_down.connect
def _end_soon(**_facts: Any) -> None:
    """A worker that is told to end finishes the calls under way and claims nothing more."""
    from reports.delivery import drain

    drain.end_soon()


@worker_ready.connect
def _settle(**_facts: Any) -> None:
    """What is loaded by now stays, and need not be looked through for garbage again and again: that was a sixth of what
    a sending costs (`tests/benchmarks/test_delivery.py`: 12.8 and 10.8 ms)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 50)
