"""Each data type as a field: what it takes, what it refuses, and how an answer comes back."""

from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django import forms

from reports.forms.questions import Question, field_for, initial_for, normalise, questions_of, values_of
from tests.forms.definitions import row, values

CHICAGO = ZoneInfo("America/Chicago")


def question(datatype: str, **fields: Any) -> Question:
    return questions_of([row("code", datatype, **fields)])[0]


def ask(asked: Question, data: dict[str, Any]) -> forms.Form:
    form = forms.Form(data)
    form.fields["a"] = field_for(asked, CHICAGO)
    return form


def keys(asked: Question, data: dict[str, Any]) -> list[str]:
    form = ask(asked, data)
    assert form.is_valid(), form.errors
    return [value["key"] for value in values_of(asked, form.cleaned_data["a"])]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0", ["0"]),
        ("3", ["3"]),
        ("2,5", ["2.5"]),
        ("-1.5", ["-1.5"]),
        ("−4", ["-4"]),
        (".5", [".5"]),
        ("0,125", ["0.125"]),
        (" 7 ", ["7"]),
        ("10 000", ["10000"]),
        ("", []),
    ],
)
def test_numbers(typed: str, kept: list[str]) -> None:
    assert keys(question("number"), {"a": typed}) == kept


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("1,000", "thousands"),
        ("1,000,000", "thousands"),
        ("1.000.000", "thousands"),
        ("two", "number"),
        ("NaN", "number"),
        ("inf", "number"),
        ("1e5", "number"),
        ("1.2.3", "number"),
        ("0x10", "number"),
    ],
)
def test_what_is_no_number(typed: str, words: str) -> None:
    form = ask(question("number"), {"a": typed})
    assert words in str(form.errors["a"])


@pytest.mark.parametrize(
    "datatype", ["string", "text", "colourwheel", "number", "datetime", "singlevaluelist", "multivaluelist"]
)
def test_required_means_required_and_names_the_question(datatype: str) -> None:
    asked = question(datatype, required=True, values=values("yes", "no"))
    for blank in ({}, {"a": "  ", "a_date": "", "a_time": ""}):
        form = ask(asked, blank)
        if datatype in ("singlevaluelist", "multivaluelist") and blank:
            continue  # white space is no choice there: the next test
        assert "Answer “About code?”" in str(form.errors["a"])


@pytest.mark.parametrize("datatype", ["singlevaluelist", "multivaluelist"])
def test_a_value_that_is_not_in_the_list_is_refused(datatype: str) -> None:
    form = ask(question(datatype, values=values("yes", "no")), {"a": ["maybe"] if datatype[0] == "m" else "maybe"})
    assert "the list" in str(form.errors["a"])


def test_long_lists_are_a_select_and_short_ones_radios() -> None:
    short, long = (question("singlevaluelist", values=values(*letters)) for letters in ("abcdefg", "abcdefgh"))
    assert isinstance(field_for(short, UTC).widget, forms.RadioSelect)
    assert not isinstance(field_for(long, UTC).widget, forms.RadioSelect)


def test_a_list_without_choices_is_a_free_answer() -> None:
    assert keys(question("singlevaluelist"), {"a": "anything"}) == ["anything"]


def test_several_values_and_nought_among_them() -> None:
    asked = question("multivaluelist", values=values("0", "1", "2"))
    assert keys(asked, {"a": ["0", "2"]}) == ["0", "2"]
    assert keys(asked, {"a": []}) == []


def test_a_moment_is_kept_with_the_bodys_offset() -> None:
    asked = question("datetime")
    assert keys(asked, {"a_date": "2026-07-01", "a_time": "14:30"}) == ["2026-07-01T14:30:00-05:00"]
    assert keys(asked, {"a_date": "2026-01-01", "a_time": "14:30"}) == ["2026-01-01T14:30:00-06:00"]
    assert keys(asked, {"a_date": "", "a_time": ""}) == []


def test_an_hour_that_comes_twice_is_the_first_of_the_two() -> None:
    assert keys(question("datetime"), {"a_date": "2026-11-01", "a_time": "01:30"}) == ["2026-11-01T01:30:00-05:00"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"a_date": "2026-03-08", "a_time": "02:30"}, "clocks went forward"),
        ({"a_date": "2026-07-01", "a_time": ""}, "both"),
        ({"a_date": "", "a_time": "10:00"}, "both"),
        ({"a_date": "yesterday", "a_time": "10:00"}, "year-month-day"),
        ({"a_date": "2026-02-30", "a_time": "10:00"}, "year-month-day"),
        ({"a_date": "2026-07-01", "a_time": "25:00"}, "hours:minutes"),
        ({"a_date": "9999-12-31", "a_time": "23:59"}, "too far"),
    ],
)
def test_what_is_no_moment(data: dict[str, str], words: str) -> None:
    assert words in str(ask(question("datetime"), data).errors["a"])


def test_text_is_counted_with_line_breaks_as_one() -> None:
    asked = question("text")
    assert keys(asked, {"a": "a\r\nb\rc "}) == ["a\nb\nc"]
    assert keys(asked, {"a": "x\r\n" * 1999 + "xx"}) == ["x\n" * 1999 + "xx"]
    assert "4001" in str(ask(asked, {"a": "x\r\n" * 2000 + "x"}).errors["a"])


@pytest.mark.parametrize(
    ("datatype", "data"),
    [
        ("string", {"a": "ABC 123"}),
        ("number", {"a": "0"}),
        ("text", {"a": "two\nlines"}),
        ("singlevaluelist", {"a": "no"}),
        ("multivaluelist", {"a": ["yes", "no"]}),
        ("datetime", {"a_date": "2026-07-01", "a_time": "14:30"}),
    ],
)
def test_an_answer_comes_back_into_its_field(datatype: str, data: dict[str, Any]) -> None:
    asked = question(datatype, values=values("yes", "no"))
    form = ask(asked, data)
    assert form.is_valid()
    initial = initial_for(asked, values_of(asked, form.cleaned_data["a"]), CHICAGO)
    again = ask(asked, {})
    again.initial["a"] = initial
    again.is_bound = False
    page = str(again["a"])
    assert all(f'value="{part}"' in page or f">\n{part}</textarea>" in page for part in _parts(data))


def _parts(data: dict[str, Any]) -> list[str]:
    return [part for value in data.values() for part in (value if isinstance(value, list) else [value])]


def test_an_answer_that_no_longer_reads_as_a_moment_is_left_blank() -> None:
    assert initial_for(question("datetime"), [{"key": "soon", "name": "soon"}], CHICAGO) is None
    assert initial_for(question("string"), [], CHICAGO) is None


def test_questions_come_in_order_and_a_code_only_once() -> None:
    rows = [
        row("b", order="2"),
        row("a", order=1),
        row("a", order=3, description="again"),
        row("c", order=None),
        row("d", order="?"),
    ]
    assert [asked.code for asked in questions_of(rows)] == ["c", "d", "a", "b"]


@pytest.mark.parametrize("code", ["plain", "with space", "ä/ö", "a_b", "a[]", "-", "0", "x\"y'<>"])
def test_codes_make_names_that_html_can_carry_and_that_do_not_collide(code: str) -> None:
    name = questions_of([row(code)])[0].field_name
    assert name.replace("_", "").isascii()
    assert name.replace("_", "").isalnum()
    assert name != questions_of([row(f"{code}_")])[0].field_name


def test_a_question_in_html_is_asked_in_plain_words() -> None:
    field = field_for(question("string", description="<b>Plate</b>", datatype_description="<i>as seen</i>"), UTC)
    assert (field.label, field.help_text) == ("Plate", "as seen")


def test_normalise() -> None:
    assert normalise("  a\r\n\r\nb\r ") == "a\n\nb"


@pytest.mark.parametrize("private", [True, False])
def test_a_private_question_says_so(private: bool) -> None:
    row = {"code": "PHONE", "datatype": "string", "description": "Your number", "private": private}
    [question] = questions_of([row])
    said = "not shown in public" in str(field_for(question, UTC).help_text)
    assert (question.private, said) == (private, private)


@pytest.mark.parametrize("hint", ["Enter it as 999-999-9999", "Enter it as 999-999-9999.", "Which one?"])
def test_what_the_city_says_of_a_private_question_ends_before_ours_begins(hint: str) -> None:
    [asked] = questions_of([{"code": "PHONE", "datatype": "string", "datatype_description": hint, "private": True}])
    theirs, stop, ours = str(field_for(asked, UTC).help_text).rpartition("This is")
    assert (theirs[-2], stop + ours) == (hint[-1] if hint[-1] in ".?" else ".", "This is not shown in public.")


@pytest.mark.parametrize("automated", ["server_set", "hidden_field"])
def test_what_is_automated_is_asked_of_nobody(automated: str) -> None:
    rows = [row("easting", required=True, automated=automated), row("size"), row("note", variable=False, automated="x")]
    assert [question.code for question in questions_of(rows)] == ["size"]
