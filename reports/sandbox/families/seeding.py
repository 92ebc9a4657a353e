"""Requests that a city holds from the start (data/<key>_requests.json): where nobody can file, there is still
something to follow and to mirror."""

import json
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from reports.sandbox.cities import City
from reports.sandbox.filing import Filing
from reports.sandbox.state import Store
from reports.sandbox.storing import store_filing


def seed(city: City, store: Store) -> None:
    """Give the city its older requests, counted back from the clock's present, unless it has requests already."""
    store.begin(city.key, lambda: _fill(city, store))


def _fill(city: City, store: Store) -> None:
    now = store.clock.now()
    for entry in _rows(city.key):
        service = city.services[entry["service_code"]]
        words = [f"SANDBOX-PLAN-{entry['plan'].upper()}"]
        received = now - timedelta(days=entry["days_ago"])
        store_filing(city, store, _filing(entry), service, words, received=received)


def _filing(entry: dict[str, Any]) -> Filing:
    given = {name: str(entry.get(name, "")) for name in Filing.__dataclass_fields__ if name != "attributes"}
    return Filing(attributes={}, **given)


@cache
def _rows(key: str) -> list[dict[str, Any]]:
    text = files("reports.sandbox").joinpath(f"data/{key}_requests.json").read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = json.loads(text)
    return rows
