from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from lxml import etree

from reports.sandbox import Sandbox, make_app
from reports.sandbox.server import SandboxServer
from reports.sandbox.transport import SandboxAdapter

HOST = "http://sandbox.test"
BASES = {
    "chicago": "/chicago/open311/v2/",
    "cook": "/cook/open311/v2/",
    "evanston": "/evanston/open311/v2/",
    "bloomington": "/bloomington/crm/open311/v2/",
    "oak-park": "/oak-park/open311/v2/",
}
JURISDICTIONS = {"cook": "cookcountyil.gov", "oak-park": "oak-park.us"}
# A service of each city that asks no questions.
PLAIN = {
    "chicago": "4fd3bbf8e750846c53000070",
    "cook": "HWY 04",
    "evanston": "061",
    "bloomington": "61",
    "oak-park": "PW:SIGN",
}


@dataclass
class Caller:
    """A session and a host; speaks to the cities and to the control panel."""

    session: requests.Session
    host: str
    sandbox: Sandbox

    def get(self, city: str, path: str, **params: Any) -> requests.Response:
        params = self.jurisdiction(city) | params
        return self.session.get(self.host + BASES[city] + path, params=params, timeout=5)

    def post(self, city: str, description: str = "A sign is down", format_: str = "", **fields: Any) -> Any:
        form = {
            "api_key": "sandbox-key",
            "service_code": PLAIN[city],
            "lat": "41.88370",
            "long": "-87.63200",
            "address_string": "121 N LaSalle St, Chicago, IL 60602",
            "description": description,
            **self.jurisdiction(city),
            **fields,
        }
        format_ = format_ or ("xml" if city == "oak-park" else "json")
        url = f"{self.host}{BASES[city]}requests.{format_}"
        return self.session.post(url, data={k: v for k, v in form.items() if v is not None}, timeout=5)

    def control(self, call: str, **params: Any) -> requests.Response:
        return self.session.post(f"{self.host}/_control/{call}", params=params, timeout=5)

    def received(self, city: str) -> list[dict[str, Any]]:
        answer = self.session.get(f"{self.host}/_control/received.json", timeout=5).json()
        return answer["cities"][city]["requests"]

    def jurisdiction(self, city: str) -> dict[str, str]:
        return {"jurisdiction_id": JURISDICTIONS[city]} if city in JURISDICTIONS else {}


@pytest.fixture
def sandbox() -> Sandbox:
    sandbox = make_app(slow_seconds=0.1, hold_seconds=0.2)
    sandbox.clock.freeze()
    sandbox.clock.set("2026-06-01T15:00:00Z")
    return sandbox


@pytest.fixture
def cities(sandbox: Sandbox) -> Iterator[Caller]:
    """The cities in process."""
    with requests.Session() as session:
        session.mount(HOST, SandboxAdapter(sandbox))
        yield Caller(session, HOST, sandbox)


@pytest.fixture
def socket_cities(sandbox: Sandbox) -> Iterator[Caller]:
    """The same on a real socket."""
    with SandboxServer("127.0.0.1", 0, sandbox) as server, requests.Session() as session:
        yield Caller(session, server.url, sandbox)


def texts(answer: requests.Response, path: str) -> list[str | None]:
    """The texts of the elements at `path` in an XML answer."""
    return [element.text for element in etree.fromstring(answer.content).findall(path)]
