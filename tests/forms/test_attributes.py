"""The questions page: what is kept, what is asked again, and that a change of questions loses nothing."""

from typing import Any

import pytest
from django.http import QueryDict

from reports.forms.attributes import AttributesForm
from reports.forms.check import Line, summary
from reports.models import Service
from tests.factories import make_endpoint, make_jurisdiction, make_service
from tests.forms.definitions import EVERY_TYPE, row, values

pytestmark = pytest.mark.django_db


@pytest.fixture
def service() -> Service:
    endpoint = make_endpoint(make_jurisdiction(time_zone="America/Chicago"))
    return make_service(endpoint, definition=EVERY_TYPE, definition_hash="one")


def post(service: Service, kept: Any = None, **fields: Any) -> AttributesForm:
    opened = AttributesForm(service=service)
    data = QueryDict(mutable=True)
    for name, value in ({"definition_hash": service.definition_hash, "asked": opened.asked} | fields).items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return AttributesForm(data, service=service, kept=kept)


FULL = {
    "attribute_plate": "ABC 1",
    "attribute_days": "0",
    "attribute_since_date": "2026-07-01",
    "attribute_since_time": "14:30",
    "attribute_where": "lane",
    "attribute_signs": ["0", "2"],
    "description": "Rust.\r\nNo wheels.",
}


def test_every_answer_is_kept_and_nothing_else(service: Service) -> None:
    form = post(service, **FULL)
    assert form.is_valid(), form.errors
    answer = form.answer()
    assert answer["description"] == "Rust.\nNo wheels."
    assert [(given["code"], [value["key"] for value in given["values"]]) for given in answer["attributes"]] == [
        ("plate", ["ABC 1"]),
        ("days", ["0"]),
        ("since", ["2026-07-01T14:30:00-05:00"]),
        ("where", ["lane"]),
        ("signs", ["0", "2"]),
    ]
    where = answer["attributes"][3]
    assert where == {
        "code": "where",
        "datatype": "singlevaluelist",
        "description": "About where?",
        "values": [{"key": "lane", "name": "Lane"}],
    }


def test_kept_answers_come_back(service: Service) -> None:
    form = post(service, **FULL)
    assert form.is_valid()
    page = AttributesForm(service=service, kept=form.answer())
    assert page.initial["attribute_plate"] == "ABC 1"
    assert page.initial["attribute_signs"] == ["0", "2"]
    assert page.initial["description"] == "Rust.\nNo wheels."
    assert not page.to_review
    assert not page.gone


def test_a_shortest_description_cannot_be_gone_round_by_writing_none(service: Service) -> None:
    service.endpoint.options = {"description_min": 12}
    assert "description" in post(service, **FULL | {"description": ""}).errors
    assert "description" in post(service, **FULL | {"description": "Rust."}).errors
    assert "description" not in post(service, **FULL).errors
    service.endpoint.options = {"description_min": 0}
    assert "description" not in post(service, **FULL | {"description": ""}).errors


def test_a_notice_is_no_question(service: Service) -> None:
    entries = {entry.question.code: entry.field for entry in AttributesForm(service=service).entries()}
    assert entries["note"] is None
    assert entries["odd"] is not None
    assert list(entries)[-2:] == ["note", "odd"]


def test_a_required_one_left_out_is_an_error_at_it(service: Service) -> None:
    form = post(service, description="Rust.")
    assert list(form.errors) == ["attribute_plate"]


@pytest.mark.parametrize("name", ["attribute_invented", "attribute_note", "attribute_plate_date"])
def test_an_answer_that_nobody_asked_for_is_refused_and_not_stored(service: Service, name: str) -> None:
    form = post(service, **(FULL | {name: "smuggled"}))
    assert not form.is_valid()
    assert "not asked here" in str(form.non_field_errors())
    assert "smuggled" in str(form.gone)


def test_questions_that_changed_while_the_page_was_open_keep_the_answers_and_mark_what_is_new(service: Service) -> None:
    fields = FULL | {"definition_hash": "one", "asked": AttributesForm(service=service).asked}
    service.definition = [
        *[old for old in EVERY_TYPE if old["code"] not in ("days", "where")],
        row("where", "singlevaluelist", order=5, values=values("bridge", "lane")),
        row("depth", "number", required=True, order=10),
    ]
    service.definition_hash = "two"
    form = post(service, **fields)
    assert not form.is_valid()
    assert "changed while you were answering" in str(form.non_field_errors())
    assert form.to_review == {"attribute_where", "attribute_depth"}
    assert form.gone == [("days", "0")]
    assert form["attribute_plate"].value() == "ABC 1"
    again = post(service, **{name: value for name, value in FULL.items() if "days" not in name}, attribute_depth="3")
    assert again.is_valid(), again.errors
    assert again.answer()["definition_hash"] == "two"


def test_a_change_that_touches_no_question_holds_nobody_up(service: Service) -> None:
    asked = AttributesForm(service=service).asked
    service.definition = [
        row("note", variable=False, order=0, description="New words."),
        *EVERY_TYPE[:-2],
        EVERY_TYPE[-1],
    ]
    service.definition_hash = "two"
    assert post(service, **FULL, definition_hash="one", asked=asked).is_valid()


def test_questions_that_changed_after_they_were_answered_are_marked_on_opening(service: Service) -> None:
    first = post(service, **FULL)
    assert first.is_valid()
    kept = first.answer()
    service.definition = [*EVERY_TYPE[1:], row("depth", order=11)]
    service.definition_hash = "two"
    page = AttributesForm(service=service, kept=kept)
    assert page.to_review == {"attribute_depth"}
    assert page.gone == [("About plate?", "ABC 1")]
    assert page.initial["attribute_where"] == "lane"


def test_answers_to_another_service_do_not_fill_questions_of_the_same_code(service: Service) -> None:
    first = post(service, **FULL)
    assert first.is_valid()
    other = make_service(definition=[row("plate")], definition_hash="other")
    page = AttributesForm(service=other, kept=first.answer())
    assert "attribute_plate" not in page.initial
    assert page.initial["description"] == "Rust.\nNo wheels."


@pytest.mark.parametrize(
    ("definition", "options", "required"),
    [
        ([], {}, True),
        ([row("note", variable=False)], {}, True),
        ([row("plate")], {}, False),
        ([row("plate")], {"required": ["description"]}, True),
        ([row("plate")], {"required": "description"}, False),
    ],
)
def test_a_description_is_asked_for_where_nothing_else_is(definition: Any, options: Any, required: bool) -> None:
    service = make_service(make_endpoint(options=options), definition=definition)
    assert ("description" in post(service, description=" ").errors) is required


def test_the_bodys_own_limits_of_a_description_hold() -> None:
    service = make_service(make_endpoint(options={"description_min": 10, "description_max": 20}))
    assert "at least 10" in str(post(service, description="Too short").errors)
    assert "20 characters" in str(post(service, description="x" * 21).errors)
    assert post(service, description="x" * 20).is_valid()


def test_four_thousand_characters_as_the_standard_counts_them() -> None:
    service = make_service()
    assert post(service, description="é\r\n" * 1999 + "xy").is_valid()
    assert "4001" in str(post(service, description="é\r\n" * 2000 + "x").errors["description"])


def test_what_is_automated_is_neither_asked_nor_required_nor_taken(service: Service) -> None:
    service.definition = [row("size"), row("easting", required=True, automated="server_set")]
    form = post(service, description="Deep.", attribute_size="A foot")
    assert "attribute_easting" not in form.fields
    assert [entry.question.code for entry in form.entries()] == ["size"]
    assert form.is_valid(), form.errors
    assert [each["code"] for each in form.answer()["attributes"]] == ["size"]
    assert [line.label for line in summary_of(form)] == ["About size?", "Description"]
    forged = post(service, description="Deep.", attribute_easting="1")
    assert not forged.is_valid()


def summary_of(form: AttributesForm) -> list[Line]:
    """What the check page says of the answers."""
    answers = {"location": {"lat": 1.0, "long": 2.0}, "attributes": form.answer(), "contact": {}}
    return [line for line in summary(answers, form.service, 0) if line.page == "attributes"]
