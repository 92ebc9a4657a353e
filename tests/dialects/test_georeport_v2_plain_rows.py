"""The short way through a row gives what the long way gives, or nothing; and so it is with JSON left as it is."""

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import clock
from reports.dialects.formats.shapes import is_normal, normalise
from reports.dialects.georeport_v2.plain_rows import FIELDS, read_plain_row
from reports.dialects.georeport_v2.request_rows import RowRules, _read_row

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
RULES = RowRules(ZoneInfo("America/Chicago"), "https://city.example.org/v2/")
ROW: dict[str, Any] = {
    "service_request_id": "14-01100669",
    "status": "open",
    "status_notes": " Locked ",
    "service_name": "Alley Light Out",
    "service_code": "4ffa9cad6018277d4000007b",
    "description": "Dark.",
    "agency_responsible": "CDOT",
    "service_notice": "",
    "requested_datetime": "2026-06-12T10:58:43-05:00",
    "updated_datetime": "2026-06-13T10:58:43Z",
    "expected_datetime": None,
    "address": "1540 W 17TH ST",
    "address_id": "1",
    "zipcode": "60608",
    "lat": 41.858724777757864,
    "long": -87.66475146237676,
    "media_url": "http://city.example.org/a.jpg",
}

odd = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-200, 200),
    st.floats(-200, 200),
    st.sampled_from([
        "", " ", "0", "0, Springfield", "null", "None", "NaN", "closed", "in progress", "Duplicate", "-0.0", "41.85",
        "91.5", "41,85", "1e5", "2026-06-12", "2026-06-12T10:58:43", "2026-06-12T10:58:43+02:00",
        "2026-06-12T10:58-05:00:00", "2026-W24-5T10:58:43-05:00",
        "2026-06-12T24:00:00Z", "2026-06-12T10:58:60Z", "1899-12-31T23:00:00-05:00",
        "2200-06-12T10:58:43Z", "0001-01-01T00:00:00Z", "2027-01-01T00:00:00Z", "2025-01-01T00:00:00Z", "1781258323",
        "http://a.example.org/b c.jpg", "https://a.example.org:8080/x?y=1&z=2", "/photo.jpg", "javascript:alert(1)",
        "http://a.example.org/1.jpg,http://a.example.org/2.jpg", "data:image/png;base64,AA", " http://a.example.org/x ",
        "http://a.example.org/1.jpg#spot=2", "http://a.example.org/1.jpg,",
    ]),
    st.text(max_size=12),
    st.lists(st.text(max_size=3), max_size=2),
    st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2),
)  # fmt: skip
names = st.sampled_from([*sorted(FIELDS), "notes", "extended_attributes", "duplicate", "non_public", "latitude"])


@given(st.dictionaries(names, odd, max_size=4), st.sets(st.sampled_from(sorted(ROW)), max_size=2))
def test_both_ways_lead_to_the_same_message(changes: dict[str, Any], missing: set[str]) -> None:
    row = {name: value for name, value in (ROW | changes).items() if name not in missing}
    with clock.at(NOW):
        short, long = read_plain_row(row, NOW), _read_row(row, RULES)
    assert short is None or short == long


def test_an_ordinary_row_goes_the_short_way() -> None:
    with clock.at(NOW):
        assert read_plain_row(ROW, NOW) == _read_row(ROW, RULES)
    assert read_plain_row({name: str(value or "") for name, value in ROW.items()}, NOW) is not None  # as XML has it


def test_its_message_is_as_frozen_as_any() -> None:
    message = read_plain_row(ROW, NOW)
    assert message is not None
    with pytest.raises(AttributeError):
        message.description = "Another."  # type: ignore[misc]  # that is what is tried


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("zipcode", 0), ("description", False), ("service_request_id", "null"), ("service_code", "None"),
        ("requested_datetime", "2026-06-12 10:58:43"), ("media_url", "/photo.jpg"), ("lat", 0.0), ("notes", []),
        ("zipcode", "0"), ("lat", 91.0), ("status", None), ("token", "nil"),
    ],
)  # fmt: skip
def test_what_is_out_of_the_ordinary_goes_the_long_way(name: str, value: Any) -> None:
    assert read_plain_row(ROW | {name: value}, NOW) is None


texts = st.text(st.characters(codec="utf-8"), max_size=6)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts | st.sampled_from(["\x00", "\x08", "\x7f", "\ufffe", "\ud800"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
)  # fmt: skip


@given(values, st.booleans())
def test_what_is_left_as_it_is_would_not_have_been_changed(value: Any, ascii_only: bool) -> None:
    text = json.dumps([{"a": value}], ensure_ascii=ascii_only)
    parsed = json.loads(text)
    assert not is_normal(parsed, text) or normalise(parsed) == parsed


def test_what_is_nested_too_deeply_is_not_left_as_it_is() -> None:
    deep = "[" * 61 + "]" * 61
    assert is_normal([{"a": "b"}], '[{"a": "b"}]')
    assert not is_normal([{"a": json.loads(deep)}], f'[{{"a": {deep}}}]')
    deep = '{"a": ' * 61 + "1" + "}" * 61
    assert not is_normal([json.loads(deep)], f"[{deep}]")
