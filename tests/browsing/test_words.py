"""Words are found by their beginnings, and the shortest of them only as they are: else every report would have them."""

from datetime import timedelta

import pytest
from django.db import connection

from reports import clock
from reports.browsing import weeks, words
from reports.browsing.filters import Circle, Filter, matching
from tests.factories import LAT, LONG, make_service_request

pytestmark = pytest.mark.django_db


def found(text: str) -> list[int]:
    return matching(Filter(q=text)).keys()


@pytest.mark.parametrize("text", ["p", "po", "P", "12 p"])
def test_a_short_word_is_no_beginning(text: str) -> None:
    make_service_request(service_name="Pothole", address_string="12 Main Street")
    assert found(text) == []


@pytest.mark.parametrize("text", ["pot", "12", "Main St 12", "a hole", "MAIN"])
def test_a_short_word_is_found_as_it_is(text: str) -> None:
    row = make_service_request(service_name="Pothole", address_string="12 Main St", description="a hole")
    assert found(text) == [row.pk]


def test_a_sign_that_is_a_word_begins_one() -> None:
    row = make_service_request(description="路灯坏了")
    assert found("路") == [row.pk]


TYPED = (
    "Nguyễn", "Đường Láng", "Straße", "Bjørn Łódź", "улица Майская", "길에 구멍이", "ガス漏れ", "路灯坏了",
    "Pen\u0303a", "ﬁre", "１２３", "m²", "İstanbul", "ısı", "सड़क", "ที่", "O'Brien’s", "a_b_c under_score", "123-45-678",
    "naïve coöp", "x" * 200, "1e5", "v1.2.3", "e\u0301cole", "foo\u00adbar", "Ⅻ", "😀 emoji",
)  # fmt: skip


@pytest.mark.parametrize("text", TYPED)
def test_a_text_is_found_by_itself_on_every_database(text: str) -> None:
    row = make_service_request(description=text, service_name="Z", address_string="")
    make_service_request(description="nothing of it", service_name="Metres", address_string="")
    assert found(text) == [row.pk]
    known = frozenset(words.asked(text))
    assert all(words.has(known, word) for word in words.asked(text))


@pytest.mark.parametrize("text", ["½", "²", "①", "m²"])
def test_a_sign_that_no_text_has_finds_nothing(text: str) -> None:
    row = make_service_request(description="Metres of it", service_name="Z", address_string="")
    assert found(text) == []
    assert matching(Filter(q=text, body=row.jurisdiction_id)).keys() == []


@pytest.mark.parametrize(
    ("text", "asked"), [("Peña", "PENA"), ("Pena", "peña"), ("Ngõ Huyện", "ngo huyen"), ("МАЙ", "май")]
)
def test_accents_of_latin_letters_and_capitals_make_no_difference(text: str, asked: str) -> None:
    row = make_service_request(description=text)
    assert found(asked) == [row.pk]


def test_marks_that_make_another_letter_do() -> None:
    make_service_request(description="かき")
    assert found("がき") == []


@pytest.mark.parametrize("text", ["body", "bod", "b1", "body1", "1"])
def test_the_word_that_names_the_body_is_nobodys_to_look_for(text: str) -> None:
    row = make_service_request(description="a hole", address_string="Main St")
    assert found(text) == []
    assert matching(Filter(q="hole", body=row.jurisdiction_id)).keys() == [row.pk]
    assert matching(Filter(q="hole", body=row.jurisdiction_id + 1)).keys() == []


def test_as_watched_areas_see_them() -> None:
    known = frozenset({"pothole", "12", "路灯"})
    assert [word for word in ("pot", "po", "12", "1", "路") if words.has(known, word)] == ["pot", "12", "路"]


HERE = Circle(LAT, LONG, 500)


@pytest.fixture
def two_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a word the database's index gives the newest two reports."""
    monkeypatch.setitem(words.MOST, connection.vendor, 2)  # type: ignore[arg-type]


@pytest.mark.usefixtures("two_at_most")
def test_a_place_has_all_its_reports_with_a_word_that_very_many_have() -> None:
    here = [make_service_request(description="A deep hole at José’s") for _each in range(3)]
    make_service_request(description="A lamp in shadow")
    for _each in range(5):
        make_service_request(lat=LAT + 1)
    for text in ("hole", "deep hol", "jose", "12 DEEP"):
        found = matching(Filter(q=text, circle=HERE))
        assert sorted(found.keys()) == [row.pk for row in here], text
        assert not found.capped


@pytest.mark.usefixtures("two_at_most")
def test_where_more_are_left_only_the_newest_are_looked_at_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "FEW", 2)
    rows = [make_service_request() for _each in range(3)]
    found = matching(Filter(q="hole", circle=HERE))
    assert found.capped
    assert found.keys() == [row.pk for row in rows[:0:-1]]
    this, before = weeks.two_weeks(Filter(q="hole", circle=HERE), clock.now() + timedelta(minutes=1))
    assert this.filed == 2
    assert (this.capped, before.capped) == (True, True)


@pytest.mark.parametrize("text", TYPED)
@pytest.mark.usefixtures("two_at_most")
def test_by_their_texts_reports_are_found_as_by_the_index(text: str) -> None:
    rows = [make_service_request(description=text, service_name="Z", address_string="") for _each in range(3)]
    other = make_service_request(description="nothing of it", service_name="Metres", address_string="")
    assert sorted(found(text)) == [row.pk for row in rows]
    assert sorted(words.among([*(row.pk for row in rows), other.pk], text)) == [row.pk for row in rows]
