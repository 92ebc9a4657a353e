"""The sandbox's control panel, as the demo uses it."""

import json
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from reports.http import Client, HttpError


class SandboxControl:
    """Calls below /_control/ of a sandbox on a socket."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._client = Client("sandbox-control", read_timeout=10)

    def wait(self, seconds: float) -> bool:
        """Whether it answers within so many seconds."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                self.received()
            except HttpError:
                time.sleep(0.1)
            else:
                return True
        return False

    def received(self) -> dict[str, Any]:
        """What the cities hold."""
        answer = self._client.get(f"{self.url}/_control/received.json")
        held: dict[str, Any] = json.loads(answer.body)
        return held

    def set_clock(self, moment: datetime) -> None:
        """Put the cities' clock to this moment."""
        self._act("clock", {"at": moment.isoformat()})

    def set_pace(self, seconds: float) -> None:
        """How long an ordinary request takes from filing to close, from now on."""
        self._act("pace", {"seconds": str(seconds)})

    def fault(self, **words: str) -> None:
        """Let a city misbehave; see the sandbox's README for the words."""
        self._act("fault", words)

    def set_plan(self, city: str, service_request_id: str, plan: str) -> None:
        """Choose what a city does with a request that it holds; a token names it too."""
        self._act("set_plan", {"city": city, "service_request_id": service_request_id, "plan": plan})

    def _act(self, name: str, words: Mapping[str, str]) -> None:
        answer = self._client.post(f"{self.url}/_control/{name}?{urlencode(words)}")
        if answer.status != 200:
            raise RuntimeError(f"the sandbox did not take {name}: {answer.body.decode(errors='replace')[:200]}")
