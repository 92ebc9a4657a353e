"""The questions page where what is asked depends on the answers."""

from typing import Any

import pytest
from django.http import QueryDict

from reports.forms.attributes import AttributesForm
from reports.models import Service, ServiceOverride
from tests.factories import make_endpoint, make_jurisdiction, make_service
from tests.forms.definitions import row, values

pytestmark = pytest.mark.django_db

HOLE = {"all": [{"code": "KIND", "is": ["hole"]}]}
WHERE = [*values("street"), {"key": "alley", "name": "Alley", "shown_if": HOLE}]
DEFINITION = [
    row("KIND", "singlevaluelist", order=1, required=True, values=values("hole", "crack")),
    row("SIZE", "number", order=2, required=True, shown_if=HOLE),
    row("OWNER", order=3, private=True, shown_if={"all": [{"code": "SIZE", "from": [10]}]}),
    row("NOTE", order=4, variable=False, description="Cones are out.", shown_if=HOLE),
    row("WHERE", "singlevaluelist", order=5, values=WHERE),
]


@pytest.fixture
def service() -> Service:
    endpoint = make_endpoint(make_jurisdiction(time_zone="America/Chicago"))
    return make_service(endpoint, definition=DEFINITION, definition_hash="one")


def form(service: Service, seen: str | None = None, kept: Any = None, **answers: Any) -> AttributesForm:
    opened = AttributesForm(service=service, kept=kept)
    data = QueryDict(mutable=True)
    given = {f"attribute_{code}": value for code, value in answers.items() if code != "description"}
    fields = {"definition_hash": service.questions_hash, "asked": opened.asked, "description": "", **given}
    fields["seen"] = opened.seen if seen is None else seen
    for name, value in fields.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return AttributesForm(data, service=service, kept=kept)


def codes(form: AttributesForm) -> list[str]:
    return [entry.question.code for entry in form.entries() if entry.shown]


def kept_by(form: AttributesForm) -> dict[str, Any]:
    assert form.is_valid(), form.errors
    return form.answer()


def answered(form: AttributesForm) -> dict[str, list[str]]:
    assert form.is_valid(), form.errors
    return {given["code"]: [value["key"] for value in given["values"]] for given in form.answer()["attributes"]}


def test_only_what_is_asked_is_shown_required_and_kept(service: Service) -> None:
    assert codes(AttributesForm(service=service)) == ["KIND", "WHERE"]
    assert answered(form(service, KIND="crack")) == {"KIND": ["crack"]}
    assert answered(form(service, KIND="crack", SIZE="12", OWNER="Ann")) == {"KIND": ["crack"]}
    assert answered(form(service, seen="live", KIND="hole", SIZE="12", OWNER="Ann")) == {
        "KIND": ["hole"],
        "SIZE": ["12"],
        "OWNER": ["Ann"],
    }


def test_further_questions_come_back_marked_and_without_an_error(service: Service) -> None:
    page = form(service, KIND="hole")
    assert page.is_valid()
    assert page.further == {"attribute_SIZE", "attribute_WHERE"}  # another choice is offered too
    assert codes(page) == ["KIND", "SIZE", "NOTE", "WHERE"]
    again = form(service, seen=page.seen, KIND="hole")
    assert not again.further
    assert again.errors["attribute_SIZE"] == ["Answer “About SIZE?”."]
    assert form(service, seen=page.seen, KIND="hole", SIZE="9").is_valid()
    third = form(service, seen=page.seen, KIND="hole", SIZE="11")
    assert third.is_valid()
    assert third.further == {"attribute_OWNER"}


def test_with_a_script_nothing_comes_back(service: Service) -> None:
    page = form(service, seen="live", KIND="hole")
    assert not page.further
    assert list(page.errors) == ["attribute_SIZE"]


def test_an_error_elsewhere_and_further_questions_come_together(service: Service) -> None:
    service.endpoint.options = {"description_min": 5}
    page = form(service, KIND="hole")
    assert list(page.errors) == ["description"]
    assert page.further == {"attribute_SIZE", "attribute_WHERE"}


def test_a_choice_that_these_answers_do_not_offer_is_refused(service: Service) -> None:
    assert answered(form(service, seen="live", KIND="hole", SIZE="1", WHERE="alley"))["WHERE"] == ["alley"]
    page = form(service, KIND="crack", WHERE="alley")
    assert page.errors["attribute_WHERE"] == ["Choose among the answers in the list."]
    html = str(page["attribute_WHERE"])
    assert html.count("disabled") == 1
    assert "data-shown-if" in html


def test_what_is_not_asked_stands_there_out_of_use(service: Service) -> None:
    page = AttributesForm(service=service)
    assert "disabled" in str(page["attribute_SIZE"])
    assert "disabled" not in str(page["attribute_KIND"])
    entry = {entry.question.code: entry for entry in page.entries()}["SIZE"]
    assert entry.shown_if == '{"all": [{"code": "KIND", "is": ["hole"]}]}'
    assert not entry.shown


def test_kept_answers_bring_their_questions_back(service: Service) -> None:
    kept = kept_by(form(service, seen="live", KIND="hole", SIZE="12", OWNER="Ann"))
    page = AttributesForm(service=service, kept=kept)
    assert codes(page) == ["KIND", "SIZE", "OWNER", "NOTE", "WHERE"]
    assert not page.gone


def test_a_condition_of_ours_changes_the_questions_and_loses_no_answer(service: Service) -> None:
    kept = kept_by(form(service, seen="live", KIND="crack", WHERE="street"))
    before = service.questions_hash
    override = ServiceOverride.objects.create(service=service, conditions={"WHERE": HOLE, "SIZE": {}})
    service = Service.objects.get(pk=service.pk)
    assert service.questions_hash != before == service.definition_hash
    page = AttributesForm(service=service, kept=kept)
    assert codes(page) == ["KIND", "SIZE"]
    assert page.to_review == {"attribute_SIZE"}
    assert page.gone == [("About WHERE?", "Street")]
    override.conditions = ["nonsense"]
    assert codes(AttributesForm(service=service)) == ["KIND", "SIZE"]


@pytest.mark.parametrize("seen", ["", "\0", "x" * 10_240, ",,,", "attribute_SIZE.999"])
def test_odd_lists_of_what_was_seen(service: Service, seen: str) -> None:
    assert "attribute_WHERE" in form(service, seen=seen, KIND="hole").further
    assert answered(form(service, seen=seen, KIND="hole", SIZE="3", WHERE="alley")) == {
        "KIND": ["hole"],
        "SIZE": ["3"],
        "WHERE": ["alley"],
    }


def test_nul_bytes_and_a_number_that_is_none_open_nothing(service: Service) -> None:
    page = form(service, seen="live", KIND="hole\0", SIZE="12")
    assert "attribute_KIND" in page.errors
    assert codes(page) == ["KIND", "WHERE"]
    assert "OWNER" not in codes(form(service, seen="live", KIND="hole", SIZE="a lot"))
