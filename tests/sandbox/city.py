"""One fake city on the wire: its base, what every call to it carries, and a filing that it takes."""

from dataclasses import dataclass, field
from typing import Any

import requests

from reports.sandbox.filing import Filing
from reports.sandbox.storing import store_filing
from tests.sandbox.conftest import Caller

KEY = {"api_key": "sandbox-key"}


def fill(cities: Caller, key: str, code: str, count: int) -> None:
    """Put `count` requests into a city's records without the wire, which is what lets a test have hundreds."""
    city = cities.sandbox.cities[key]
    names = [name for name in Filing.__dataclass_fields__ if name != "attributes"]
    for number in range(count):
        filing = Filing(attributes={}, **dict.fromkeys(names, "") | {"description": f"number {number}"})
        store_filing(city, cities.sandbox.state, filing, city.services[code], [])


@dataclass(frozen=True)
class City:
    base: str
    filing: dict[str, str]
    always: dict[str, str] = field(default_factory=dict)
    format: str = "json"

    def get(self, cities: Caller, path: str, **query: Any) -> requests.Response:
        return cities.session.get(cities.host + self.base + path, params=self.always | query, timeout=5)

    def post(self, cities: Caller, description: str = "", /, *, files: Any = None, **fields: Any) -> requests.Response:
        """File; a field of None is left out. `format_` and `query` are not fields."""
        format_, query = fields.pop("format_", self.format), fields.pop("query", None)
        form = KEY | self.always | self.filing | ({"description": description} if description else {}) | fields
        form = {name: value for name, value in form.items() if value is not None}
        url = f"{cities.host}{self.base}requests.{format_}"
        return cities.session.post(url, data=form, files=files, params=query, timeout=5)
