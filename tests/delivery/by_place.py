"""A dialect whose services depend on the place, over a can, and a city that honours conditions."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from requests import PreparedRequest, Response

from reports.dialects import registry
from reports.dialects.georeport_v2 import GeoReportV2, read
from reports.dialects.messages import Place, Service
from reports.models import Endpoint
from tests.dialects.canned import BASE, Canned
from tests.factories import make_endpoint

KEY = "by_place"


class ByPlace(GeoReportV2):
    """GeoReport v2 with the list asked for at a point."""

    services_depend_on_place = True

    def services(self, place: Place | None = None) -> tuple[Service, ...]:
        assert place is not None
        params = [("lat", str(place.lat)), ("long", str(place.long))]
        return self.line.get("services", "services", params, read.read_services)


def make_by_place(monkeypatch: pytest.MonkeyPatch, **fields: Any) -> Endpoint:
    """An endpoint that speaks it, over the can."""
    monkeypatch.setitem(registry.TABLE, KEY, ("By place", f"{__name__}.ByPlace"))
    return make_endpoint(dialect=KEY, base_url=BASE, options={"formats": ["json"]}, **fields)


def listed(*names: str, **fields: Any) -> bytes:
    """A service list; each name is the code too."""
    rows = [{"service_code": name, "service_name": name.capitalize(), "metadata": False, "group": ""} for name in names]
    return json.dumps([row | {"type": "realtime", "keywords": "", "description": ""} | fields for row in rows]).encode()


def definition(code: str, *questions: str, **fields: Any) -> bytes:
    """A definition of questions that want a line of text each."""
    attributes = [
        {"code": each, "variable": True, "datatype": "string", "required": False, "order": 1, "description": each}
        for each in questions
    ]
    return json.dumps({"service_code": code, "attributes": attributes, **fields}).encode()


@dataclass
class Tagging(Canned):
    """Puts an ETag on every answer and honours If-None-Match; `answers` by the end of the path, and may be changed."""

    answers: dict[str, bytes] = field(default_factory=dict)

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        path = (request.url or "").partition("?")[0]
        content = next((body for end, body in self.answers.items() if path.endswith(end)), None)
        if content is None:
            self.by_path = {"": (404, b"")}
        else:
            tag = f'"{hash(content)}"'
            fresh = request.headers.get("If-None-Match") == tag
            self.by_path = {"": (304, b"", {"ETag": tag}) if fresh else (200, content, {"ETag": tag})}
        return super().send(request, *args, **kwargs)

    def asked(self) -> list[str]:
        """The last parts of the paths since the last time, each with a star where it was asked on condition."""
        calls, self.calls = self.calls, []
        return [call.path.rpartition("/")[2] + ("*" if "If-None-Match" in call.headers else "") for call in calls]
