"""A thousand rows into messages, beside what only takes them apart: `xmltodict` for XML, `json` for JSON.

The rows are of the shapes that cities publish (tests/payloads: Chicago's in JSON, Toronto's in XML), each with its own
numbers, dates, words and place. Both sides start from the bytes of the answer, and run by turns.
"""

import json
import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import xmltodict

from reports.dialects.formats.sniff import parse
from reports.dialects.georeport_v2.read import RequestRows, read_requests
from tests.benchmarks.figures import say

ROWS, ROUNDS = 1000, 15
TIMES_XMLTODICT, TIMES_JSON = 2.0, 4.0
ZONE = ZoneInfo("America/Chicago")
SERVICES = [("4ffa9cad6018277d4000007b", "Alley Light Out"), ("4fd3bd72e750846c530000cd", "Building Violation"),
            ("4fd3b656e750846c53000004", "Pot Hole in Street"), ("4fd3b9bce750846c5300004a", "Rodent Baiting"),
            ("4ffa971e6018277d4000000b", "Pavement Cave-In Survey")]  # fmt: skip
AGENCIES = ["Division of Electrical Operations CDOT", "DOB - Conservation", "Bureau of Rodent Control - S/S",
            "CDOT Street Cut Complaints"]  # fmt: skip
NOTES = ["", "Locked", "Completed", "In progress - The request has been scheduled.", "No Action Taken"]
STREETS = ["S NORMAL AVE", "W 17TH ST", "N CLARK ST", "E 63RD ST"]


def _rows() -> list[dict[str, Any]]:
    chosen, start = random.Random(311), datetime(2026, 5, 1, tzinfo=UTC)
    rows = []
    for number in range(ROWS):
        code, name = chosen.choice(SERVICES)
        filed = start + timedelta(seconds=number * 611)
        changed = filed + timedelta(seconds=chosen.randrange(100, 900_000))
        rows.append(
            {
                "service_request_id": f"26-{1100000 + number:08}",
                "status": chosen.choice(["open", "closed"]),
                "status_notes": chosen.choice(NOTES),
                "service_name": name,
                "service_code": code,
                "description": f"Number {number}: it has been so for {chosen.randrange(2, 90)} days, come & look.",
                "agency_responsible": chosen.choice(AGENCIES),
                "service_notice": "",
                "requested_datetime": filed.astimezone(ZONE).isoformat(),
                "updated_datetime": changed.astimezone(ZONE).isoformat(),
                "expected_datetime": (filed + timedelta(days=5)).astimezone(ZONE).isoformat(),
                "address": f"{chosen.randrange(1, 9000)} {chosen.choice(STREETS)}, CHICAGO, IL, 60621",
                "address_id": str(13459430 + number),
                "zipcode": "60621",
                "lat": round(chosen.uniform(41.6, 42.0), 12),
                "long": round(chosen.uniform(-87.9, -87.5), 12),
                "media_url": f"http://city.example.org/media/{number}.jpg" if number % 3 == 0 else "",
            }
        )
    return rows


def _as_json(rows: list[dict[str, Any]]) -> bytes:
    """As Chicago writes: what is empty is left out."""
    return json.dumps([{name: value for name, value in row.items() if value != ""} for row in rows], indent=2).encode()


def _as_xml(rows: list[dict[str, Any]]) -> bytes:
    """As Toronto writes: what is empty is an empty element."""
    whole = xmltodict.unparse({"service_requests": {"request": rows}}, pretty=True, indent="  ")
    return whole.encode()


def _messages(body: bytes) -> RequestRows:
    return read_requests(parse(body), ZONE)


def _by_turns(ours: Callable[[], object], bare: Callable[[], object]) -> tuple[float, float]:
    """The median milliseconds of each, measured by turns."""
    spans: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for span, work in zip(spans, (ours, bare), strict=True):
            start = time.process_time()
            work()
            span.append((time.process_time() - start) * 1e3)
    return statistics.median(spans[0]), statistics.median(spans[1])


def _assert_all_is_there(body: bytes, rows: list[dict[str, Any]]) -> None:
    read = _messages(body)
    assert [each.service_request_id for each in read.rows] == [row["service_request_id"] for row in rows]
    assert [each.description for each in read.rows] == [row["description"] for row in rows]
    assert [(each.lat, each.long) for each in read.rows] == [(row["lat"], row["long"]) for row in rows]
    assert [each.requested_datetime for each in read.rows] == [
        datetime.fromisoformat(row["requested_datetime"]) for row in rows
    ]


def test_a_thousand_rows_of_xml() -> None:
    rows = _rows()
    body = _as_xml(rows)
    _assert_all_is_there(body, rows)
    ours, bare = _by_turns(lambda: _messages(body), lambda: xmltodict.parse(body))
    facts = f"{ROWS} rows of XML, {len(body) // 1024} KiB: {ours:.1f} ms into messages, xmltodict alone {bare:.1f} ms"
    say("parsing requests.xml", ours / bare, f"at most {TIMES_XMLTODICT}", facts, "test_parsing.py", "xml")
    assert ours <= TIMES_XMLTODICT * bare


def test_a_thousand_rows_of_json() -> None:
    rows = _rows()
    body = _as_json(rows)
    _assert_all_is_there(body, rows)
    ours, bare = _by_turns(lambda: _messages(body), lambda: json.loads(body))
    facts = f"{ROWS} rows of JSON, {len(body) // 1024} KiB: {ours:.1f} ms into messages, json alone {bare:.1f} ms"
    say("parsing requests.json", ours / bare, f"at most {TIMES_JSON}", facts, "test_parsing.py", "json")
    assert ours <= TIMES_JSON * bare
