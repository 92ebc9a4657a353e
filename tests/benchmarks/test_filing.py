"""The last POST of the flow with the city hanging, beside the same with the city healthy: server time, p95.

Nothing of the city's system is asked while a resident files, so its state must not be felt. Rounds are taken by turns;
beside them a worker's thread sends what was filed to the city, as it would on a server.
"""

import statistics
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.urls import reverse

from reports import links
from reports.delivery import drain
from reports.models import Draft, Endpoint, Service
from tests.benchmarks.figures import say
from tests.benchmarks.rows import known_cities
from tests.benchmarks.running import Cities, cities
from tests.cities import PLACES, PLAIN, make_city
from tests.resident import Resident

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]
CITY, ROUNDS, EACH = "evanston", 6, 40
TIMES = 1.2


@pytest.fixture
def sandbox() -> Iterator[Cities]:
    with cities() as found:
        yield found


def _draft(endpoint: Endpoint, number: int) -> Draft:
    lat, long = PLACES[CITY]
    service = Service.objects.get(endpoint=endpoint, service_name=PLAIN[CITY])
    return Draft.objects.create(
        answers={
            "location": {"lat": lat, "long": long, "address_string": "1 Main Street", "place_meant": "point",
                         "place_detail": ""},
            "service": {"service": service.pk, "definition_hash": service.definition_hash},
            "attributes": {"description": f"A deep hole, number {number}.", "attributes": []},
            "media": {"endpoint": endpoint.pk},
            "contact": {"endpoint": endpoint.pk, "email": "", "pass_on": False},
        }
    )  # fmt: skip


def _file(endpoint: Endpoint, number: int) -> float:
    """The milliseconds of the last POST, which files."""
    draft = _draft(endpoint, number)
    resident = Resident().open(reverse("report:check", args=[links.draft_key(draft)]))
    address, form = resident.url, resident.form_data()
    start = time.perf_counter()
    answer = resident.client.post(address, form)
    took = (time.perf_counter() - start) * 1e3
    assert answer.headers.get("Location", "").endswith("done/"), answer.content[:2000]
    draft.refresh_from_db()
    assert draft.service_request_id is not None
    return took


def _p95(spans: list[float]) -> float:
    return statistics.quantiles(spans, n=20)[-1]


def test_a_hanging_city_is_not_felt_by_who_files(sandbox: Cities, tmp_path: Path) -> None:
    endpoint = make_city(known_cities(), CITY, at=sandbox.url)
    sandbox.control("timing", slow=0.2, hold=20)
    ending = threading.Event()

    def send() -> None:
        while not ending.is_set():
            drain.deliver(endpoint.pk)
            ending.wait(0.05)
        connection.close()

    worker = threading.Thread(target=send)
    worker.start()
    spans: dict[bool, list[float]] = {False: [], True: []}
    try:
        for turn in range(ROUNDS * 2):
            hanging = bool(turn % 2)
            sandbox.control("fault", clear=1)
            if hanging:
                sandbox.control("fault", kind="hang", city=CITY)
            cache.clear()
            spans[hanging] += [_file(endpoint, turn * EACH + number) for number in range(EACH)]
    finally:
        sandbox.control("fault", clear=1)
        drain.end_soon()
        ending.set()
        sandbox.process.terminate()  # lets go of what hangs
        worker.join(60)
        drain.go_on()
    healthy, hung = _p95(spans[False]), _p95(spans[True])
    say(
        "filing with the city hanging, p95, beside it healthy",
        hung / healthy,
        f"at most {TIMES}",
        f"{hung:.1f} and {healthy:.1f} ms; medians {statistics.median(spans[True]):.1f} and "
        f"{statistics.median(spans[False]):.1f} ms over {len(spans[True])} filings each",
        "test_filing.py",
        "hanging_city",
        connection.vendor,
    )
    assert hung <= TIMES * healthy
