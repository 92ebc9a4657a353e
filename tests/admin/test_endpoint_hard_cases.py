"""An endpoint's form against what no browser sends, and what those may see who may only look."""

import itertools
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from reports.admin import option_fields
from reports.dialects import registry
from reports.models import Endpoint
from tests.admin.conftest import volunteer
from tests.admin.test_endpoints import answers, change
from tests.factories import make_endpoint

pytestmark = pytest.mark.django_db


def first(kind: str) -> tuple[str, str]:
    """A dialect with an option of that kind, and the option's name."""
    pairs = ((key, each) for key in registry.TABLE for each in option_fields.options_of(key))
    return next((key, each.name) for key, each in pairs if each.check.kind == kind)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("json", "[" * 100_000),
        ("json", "NaN"),
        ("json", '{"a": NaN}'),
        ("json", '"\\u0000"'),
        ("json", '{"\\u0000": "\\u0000"}'),
        ("json", '{"a": "\\ud800"}'),
        ("text", "a\x00b"),
        ("texts", "a\x00b"),
        ("headers", "X-A: a\x00b"),
        ("number", "--5"),
        ("number", "9" * 5000),
        ("number", "NaN"),
        ("choice", "\x00"),
    ],
)
def test_what_no_database_keeps_is_refused_beside_its_field(staff: Client, kind: str, value: str) -> None:
    dialect, name = first(kind)
    endpoint = make_endpoint(dialect=dialect)
    field = option_fields.PREFIX + name
    response = staff.post(change(endpoint), answers(endpoint, dialect=dialect) | {field: value})
    assert response.status_code == 200
    (said,) = response.context["adminform"].form.errors[field]
    assert "invalid literal" not in said
    endpoint.refresh_from_db()
    assert endpoint.options == {}


def test_header_values_are_for_those_who_may_change_them() -> None:
    endpoint = make_endpoint(options={"headers": {"X-Pass": "let-me-in"}, "page_size": 7})
    page = volunteer("view_endpoint").get(change(endpoint)).content.decode()
    assert "X-Pass" in page
    assert "page_size" in page
    assert "let-me-in" not in page
    assert "let-me-in" in volunteer("view_endpoint", "change_endpoint").get(change(endpoint)).content.decode()
    endpoint.refresh_from_db()
    assert endpoint.options["headers"] == {"X-Pass": "let-me-in"}


def test_half_a_character_is_refused(db: None) -> None:
    dialect, name = first("texts")
    with pytest.raises(ValidationError):
        option_fields.fields_for(dialect)[option_fields.PREFIX + name].clean("\ud800")


KEYS = list(registry.TABLE)
NEXT_AND_FAR = (1, len(KEYS) // 2)  # steps round the ring of them
ALL_OF_THEM = tuple(range(len(KEYS)))


@pytest.mark.parametrize("steps", [NEXT_AND_FAR, pytest.param(ALL_OF_THEM, marks=pytest.mark.variant)], ids=len)
@pytest.mark.parametrize("before", KEYS)
def test_any_dialect_may_be_changed_to_any_other(staff: Client, before: str, steps: tuple[int, ...]) -> None:
    """Round the ring once, each from and to two others; all pairs take a minute."""
    endpoint = make_endpoint(dialect=before)
    for after in (KEYS[(KEYS.index(before) + step) % len(KEYS)] for step in steps):
        response = staff.post(change(endpoint), answers(endpoint, dialect=after))
        assert response.status_code in {200, 302}, after


def test_an_option_that_the_new_dialect_takes_otherwise_is_said_and_not_a_crash(staff: Client) -> None:
    tried = 0
    for before, after in itertools.permutations(registry.TABLE, 2):
        for name, value in shared(before, after).items():
            endpoint = make_endpoint(dialect=before, options={name: value})
            response = staff.post(change(endpoint), answers(endpoint, dialect=after))
            assert response.status_code in {200, 302}, (before, after, name)
            tried += 1
        if tried > 20:
            break


def shared(before: str, after: str) -> dict[str, Any]:
    """Options of `before`, not its defaults, that `after` knows by name and refuses."""
    known = {each.name for each in option_fields.options_of(after)}
    found = {}
    for each in option_fields.options_of(before):
        if each.name not in known or each.check.kind not in {"choice", "choices"}:
            continue
        for word in each.check.words:
            value = word if each.check.kind == "choice" else [word]
            if value not in (each.default, list(each.default)) and registry.get(after).check_options(
                {each.name: value}
            ):
                found[each.name] = value
    return found


def test_a_post_without_its_fields_is_no_crash(staff: Client) -> None:
    endpoint = make_endpoint(options={"page_size": 7})
    assert staff.post(change(endpoint), {}).status_code == 200
    assert Endpoint.objects.get().options == {"page_size": 7}


def test_who_may_only_look_changes_nothing() -> None:
    endpoint = make_endpoint()
    assert volunteer("view_endpoint").post(change(endpoint), answers(endpoint, label="mine")).status_code == 403
    assert Endpoint.objects.get().label == ""


@pytest.mark.parametrize("stored", [["X-Pass"], "X-Pass: a", 7, {"X-Pass": ["a"]}, None])
def test_headers_that_were_stored_otherwise_can_be_opened_and_mended(staff: Client, stored: object) -> None:
    endpoint = make_endpoint(options={"headers": stored})
    assert staff.get(change(endpoint)).status_code == 200
    assert volunteer("view_endpoint").get(change(endpoint)).status_code == 200
    staff.post(change(endpoint), answers(endpoint, option_headers="X-Pass: b"))
    endpoint.refresh_from_db()
    assert endpoint.options == {"headers": {"X-Pass": "b"}}
