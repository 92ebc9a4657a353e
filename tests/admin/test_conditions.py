"""Conditions, seasons and words to call at once for, as volunteers write them."""

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from reports.admin.conditions_form import judge
from reports.models import CallNowRule, Service, ServiceOverride
from tests.admin.conftest import volunteer
from tests.factories import make_jurisdiction, make_service
from tests.forms.definitions import row, values

pytestmark = pytest.mark.django_db
DEFINITION = [
    row("KIND", "singlevaluelist", values=values("hole", "crack")),
    row("SIZE", "number"),
    row("NOTE", variable=False),
]
GOOD = {"SIZE": {"all": [{"code": "KIND", "is": ["hole"]}]}}


@pytest.fixture
def service() -> Service:
    return make_service(definition=DEFINITION, definition_hash="one", metadata=True)


def save(staff: Client, service: Service, **fields: Any) -> Any:
    empty = dict.fromkeys(
        ("service_name", "group", "description", "notice", "notice_from", "notice_until", "stop_message", "call_now",
         "duplicate_metres", "conditions"), "",
    )  # fmt: skip
    inline = {f"override-0-{name}": value for name, value in (empty | {"keywords": "[]", "order": 0} | fields).items()}
    counts = {"override-TOTAL_FORMS": 1, "override-INITIAL_FORMS": 0}
    return staff.post(
        f"/admin/reports/service/{service.pk}/change/", inline | counts | {"override-0-service": service.pk}
    )


def test_conditions_are_written_over_the_citys(staff: Client, service: Service) -> None:
    response = save(staff, service, conditions=json.dumps(GOOD), call_now="Call first.", notice_from="2026-11-01")
    assert response.status_code == 302, response.content.decode()
    override = ServiceOverride.objects.get()
    assert (override.conditions, override.call_now) == (GOOD, "Call first.")
    assert Service.objects.get().definition == DEFINITION
    assert Service.objects.get().questions[1]["shown_if"] == GOOD["SIZE"]


def test_a_fault_is_said_on_the_page(staff: Client, service: Service) -> None:
    page = save(staff, service, conditions='{"GONE": {"all": [{"code": "KIND", "is": []}]}}').content.decode()
    assert "the service has no question with this code" in page
    page = save(staff, service, notice_from="2026-11-02", notice_until="2026-11-01").content.decode()
    assert "This is before the first day." in page
    assert not ServiceOverride.objects.exists()


@pytest.mark.parametrize(
    ("conditions", "words"),
    [
        ("{", "not JSON"),
        ("[" * 5000, "not JSON"),
        ("[]", "are an object"),
        ("3", "are an object"),
        ({"SIZE": []}, "an object with one list"),
        ({"SIZE": {"all": [], "any": []}}, "an object with one list"),
        ({"SIZE": {"all": {}}}, "a list of conditions"),
        ({"SIZE": {"any": []}}, "a list of conditions"),
        ({"SIZE": {"all": [3]}}, "an object in { }"),
        ({"SIZE": {"all": [{"code": "KIND", "equals": ["hole"]}]}}, "“equals” is not one of"),
        ({"SIZE": {"all": [{"code": "KIND"}]}}, "needs a code, and one of"),
        ({"SIZE": {"all": [{"code": "KIND", "is": "hole"}]}}, "needs a code, and one of"),
        ({"SIZE": {"all": [{"code": "GONE", "is": []}]}}, "“GONE” is not a question"),
        ({"SIZE": {"all": [{"code": "NOTE", "is": []}]}}, "“NOTE” is not a question"),
        ({"SIZE": {"all": [{"code": "KIND", "is": ["dent"]}]}}, "“dent” is not an answer"),
        ({"SIZE": {"all": [{"code": "SIZE", "is": []}]}}, "wait for itself"),
        (GOOD | {"KIND": {"all": [{"code": "SIZE", "is": []}]}}, "wait for itself"),
        ({"SIZE": {"all": [{"code": "KIND", "is": ["x" * 30_000]}]}}, "20000 characters"),
    ],
)
def test_each_fault_has_a_sentence(staff: Client, service: Service, conditions: Any, words: str) -> None:
    text = conditions if isinstance(conditions, str) else json.dumps(conditions)
    page = save(staff, service, conditions=text).content.decode()
    assert words in page.replace("20,000", "20000")
    assert not ServiceOverride.objects.exists()


def test_a_condition_may_be_taken_away() -> None:
    judge({"SIZE": {}}, DEFINITION)
    with pytest.raises(ValidationError):
        judge({"SIZE": None, "GONE": {}}, DEFINITION)


def test_words_to_call_at_once_for(staff: Client) -> None:
    body = make_jurisdiction("Springfield")
    page = "/admin/reports/callnowrule/add/"
    fields = {"words": "gas leak", "message": "Call.", "phone": "911", "locale": "es", "active": "on"}
    assert staff.post(page, fields | {"jurisdiction": body.pk}).status_code == 302
    assert CallNowRule.objects.get().jurisdiction == body
    assert "Springfield" in staff.get("/admin/reports/callnowrule/").content.decode()
    for words in ("", ", ,", "a", "gas leak, b", "\0"):
        assert staff.post(page, fields | {"words": words}).status_code == 200
    assert staff.post(page, fields | {"locale": "xx"}).status_code == 200
    assert CallNowRule.objects.count() == 1
    assert volunteer("view_comment").get(page).status_code == 403
