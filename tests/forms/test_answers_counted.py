"""What counts as an answer: to conditions, to the field and to the draft it is the same text."""

from typing import Any

import pytest
from django.http import QueryDict

from reports.forms.attributes import AttributesForm
from reports.models import Service, ServiceOverride
from tests.factories import make_endpoint, make_jurisdiction, make_service
from tests.forms.definitions import row, values

pytestmark = pytest.mark.django_db
DEEP = row("DEEP", order=2, required=True, shown_if={"all": [{"code": "SIZE", "below": [0]}]})
SIZES = [row("SIZE", "number", order=1), DEEP]


def make(definition: list[dict[str, Any]]) -> Service:
    endpoint = make_endpoint(make_jurisdiction(time_zone="America/Chicago"))
    return make_service(endpoint, definition=definition, definition_hash="one")


def form(service: Service, page: AttributesForm | None = None, **answers: Any) -> AttributesForm:
    page = page or AttributesForm(service=service)
    data = QueryDict(mutable=True)
    data.update({"asked": page.asked, "seen": page.seen, "description": "Deep."})
    data["definition_hash"] = "one"
    for code, value in answers.items():
        data.setlist(f"attribute_{code}", value if isinstance(value, list) else [value])
    return AttributesForm(data, service=service)


@pytest.mark.parametrize("typed", ["-2", " - 2", "\u22122", "\u2212 2", "-2,5", "-\u0662", "-2\u00a0", "-2\u202f"])
def test_a_number_is_compared_as_it_is_kept(typed: str) -> None:
    page = form(make(SIZES), SIZE=typed)
    assert page.further == {"attribute_DEEP"}
    page.is_valid()
    assert float(page.cleaned_data["attribute_SIZE"]) < 0
    assert page.cleaned_data["attribute_SIZE"].isascii()


@pytest.mark.parametrize("typed", ["-1_0", "-inf", "nan", "-0x10"])
def test_what_is_no_number_meets_no_bound(typed: str) -> None:
    page = form(make(SIZES), SIZE=typed)
    assert not page.further
    assert "attribute_SIZE" in page.errors


def test_of_several_answers_to_one_question_the_kept_one_counts() -> None:
    hole = {"all": [{"code": "KIND", "is": ["hole"]}]}
    kind = row("KIND", "singlevaluelist", order=1, values=values("hole", "crack"))
    page = form(make([kind, row("SIZE", order=2, shown_if=hole)]), KIND=["hole", "crack"], SIZE="12")
    assert page.is_valid(), page.errors
    assert [each["code"] for each in page.answer()["attributes"]] == ["KIND"]


def test_a_list_without_choices_keeps_its_text_as_text() -> None:
    service = make([row("SIGNS", "multivaluelist", values=[])])
    page = form(service, SIGNS="two, at the corner")
    assert page.is_valid()
    again = AttributesForm(service=service, kept=page.answer())
    assert again["attribute_SIGNS"].value() == "two, at the corner"


def test_an_answer_that_a_new_condition_hides_is_shown_before_it_is_left_out() -> None:
    service = make([row("KIND", order=1), row("PLATE", order=2), row("SIGNS", "singlevaluelist", values=values("a"))])
    page = AttributesForm(service=service)
    ServiceOverride.objects.create(
        service=service, conditions={code: {"all": [{"code": "KIND", "is": ["car"]}]} for code in ("PLATE", "SIGNS")}
    )
    service = Service.objects.select_related("override").get(pk=service.pk)
    held_up = form(service, page, KIND="bike", PLATE="AB 12", SIGNS="a")
    assert not held_up.is_valid()
    assert sorted(held_up.gone) == [("About PLATE?", "AB 12"), ("About SIGNS?", "A")]
    assert "Your answers are kept" in held_up.non_field_errors()[0]
    kept = form(service, page, KIND="car", PLATE="AB 12", SIGNS="a")
    assert not kept.gone
