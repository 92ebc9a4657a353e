"""Doing one thing from several threads at the same moment, each with its own database connection."""

import threading
from collections.abc import Callable

from django.db import connection


def at_once(work: Callable[[], object], times: int) -> None:
    """Start `times` threads that wait for each other and then all do `work`; come back when the last has ended."""
    start = threading.Barrier(times)

    def run() -> None:
        start.wait()
        try:
            work()
        finally:
            connection.close()

    workers = [threading.Thread(target=run) for _number in range(times)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
