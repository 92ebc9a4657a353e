"""Ten thousand open requests of one city looked at, beside one look-up for each with the clients on PyPI.

`georeport` asks for one id at a time and opens a connection for each; `three` (2012) keeps its connection. It was
written for Python 2 and imports `itertools.ifilter`, which is `filter` now: that name alone is given to it.
Both are timed over the first SAMPLE ids against the same sandbox, in the same minute, and their time is multiplied: the
city takes as long for each id.
"""

import itertools
import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from reports.delivery import refresh
from reports.models import Endpoint, Submission
from tests.benchmarks.figures import say
from tests.benchmarks.rows import CITY, known_cities, make_open, write_city
from tests.benchmarks.running import Cities, cities
from tests.cities import make_city

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]
COUNT, SAMPLE = 10_000, 300
TIMES_FEWER, TIMES_FASTER = 40.0, 10.0


class _Calls(logging.Handler):
    """Counts the calls on the wire: there is one line of log for each."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += 1


@pytest.fixture
def calls() -> Iterator[_Calls]:
    log, handler = logging.getLogger("reports.http"), _Calls()
    level = log.level
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    yield handler
    log.removeHandler(handler)
    log.setLevel(level)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _look_at_all(endpoint: Endpoint) -> None:
    due = Submission.objects.filter(endpoint=endpoint, looks=0)
    while left := due.count():
        refresh.refresh(endpoint)
        assert due.count() < left


def _georeport(sandbox: Cities, base: str) -> Callable[[str], Any]:
    from georeport import GeoReport

    return GeoReport(f"{sandbox.url}/{base}").get_service_request


def _three(sandbox: Cities, base: str) -> Callable[[str], Any]:
    itertools.ifilter = filter  # type: ignore[attr-defined]  # Python 2's name
    from three import Three

    return Three(f"{sandbox.url}/{base}/").request


@pytest.mark.filterwarnings("default")
def test_ten_thousand_open_requests_in_lists(
    calls: _Calls, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DELIVERY_TURN = 600
    numbers = write_city(tmp_path / "state.json", COUNT)
    with cities("--state", str(tmp_path / "state.json")) as sandbox:
        known = known_cities()
        endpoint = make_city(known, CITY, at=sandbox.url)
        make_open(endpoint, numbers)
        base = known.cities[CITY].base
        single = {}
        for name, client in (("georeport", _georeport(sandbox, base)), ("three", _three(sandbox, base))):
            assert numbers[0] in str(client(numbers[0]))
            single[name] = _seconds(lambda client=client: [client(each) for each in numbers[:SAMPLE]]) * COUNT / SAMPLE
        calls.count = 0
        first = _seconds(lambda: _look_at_all(endpoint))
        fewer = COUNT / calls.count
        Submission.objects.filter(endpoint=endpoint).update(looks=0, due_at="2026-01-01T00:00:00Z")
        again = _seconds(lambda: _look_at_all(endpoint))
    assert not Submission.objects.filter(endpoint=endpoint, looked_at=None).exists()
    facts = f"{COUNT} look-ups in {calls.count // 2} calls"
    file, test = "test_refresh.py", "ten_thousand"
    say("refresh: calls, beside one for each id", fewer, f"at least {TIMES_FEWER:.0f}", facts, file, test)
    fastest = min(single.values())
    for name, span, mark in (("the first look", first, "said only"), ("a look", again, f"at least {TIMES_FASTER:.0f}")):
        ratios = ", ".join(f"{other} {took:.0f} s, {took / span:.1f} times" for other, took in single.items())
        say(f"refresh: {name}, beside the faster client", fastest / span, mark,
            f"{span:.1f} s; {ratios}", file, test, connection.vendor)  # fmt: skip
    assert fewer >= TIMES_FEWER
    assert fastest / again >= TIMES_FASTER
