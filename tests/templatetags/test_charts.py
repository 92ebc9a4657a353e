"""Bars, columns, and how long things took in words."""

import re
from dataclasses import dataclass
from datetime import date

import pytest
from django.template import Context, Template
from django.utils import translation

from reports.templatetags.charts import DAY, HOUR, bar, duration


@dataclass
class Month:
    first: date
    filed: int
    ended: int = 0


def columns(*values: int, most: int, begin: int = 1) -> str:
    months = [Month(date(2026 + at // 12, at % 12 + 1, 1), value) for at, value in enumerate(values, begin - 1)]
    template = Template('{% load charts %}{% columns months "filed" "Filed" most %}')
    return template.render(Context({"months": months, "most": most}))


@pytest.mark.parametrize(
    ("number", "most", "width"),
    [(0, 10, "0.00"), (5, 10, "50.00"), (10, 10, "100.00"), (1, 0, "0.00"), (-3, 10, "0.00"), (11, 10, "100.00")],
)
def test_a_bar_is_as_long_as_its_share(number: int, most: int, width: str) -> None:
    assert f'<rect width="{width}" height="10"/>' in bar(number, most)


def test_a_drawing_is_the_same_in_every_language() -> None:
    with translation.override("es"):  # which writes 33,33
        assert '"33.33"' in bar(1, 3)
        assert 'y="50.00"' in columns(1, 2, most=2)


def test_a_bar_s_tone_is_escaped() -> None:
    assert '"><script>' not in bar(1, 2, '"><script>')


def test_columns_have_a_name_a_description_and_their_heights() -> None:
    html = columns(4, 0, 2, most=4)
    assert re.findall(r'<rect [^>]*height="([\d.]+)"', html) == ["100.00", "0.00", "50.00"]
    assert '<title id="chart-filed-title">Filed</title>' in html
    assert "from January 2026 to March 2026, 6 in all" in html
    assert "most: 4 in January 2026" in html


def test_a_year_is_named_at_the_first_column_and_where_it_begins() -> None:
    labels = columns(1, 2, 3, most=3, begin=11).partition("columns__labels")[2]
    assert re.findall(r"20\d\d", labels) == ["2026", "2027"]
    assert "columns__year" not in labels


def test_the_year_of_a_december_gives_way_to_the_next() -> None:
    labels = columns(1, 2, most=2, begin=12).partition("columns__labels")[2]
    assert re.findall(r'(?:"columns__year"> )?20\d\d', labels) == ['"columns__year"> 2026', "2027"]


def test_the_smallest_number_can_still_be_seen_and_nothing_cannot() -> None:
    assert 'height="1.50"' in columns(1, 9_999_999, most=9_999_999)
    assert "most:" not in columns(0, 0, most=0)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, ""), (0, "1 hour"), (HOUR, "1 hour"), (HOUR + 1, "2 hours"), (47 * HOUR, "47 hours"),
     (47 * HOUR + 1, "2 days"), (2 * DAY + 1, "3 days"), (90 * DAY, "90 days"),
     (90 * DAY + 1, "3 months"), (365 * DAY, "12 months")],
)  # fmt: skip
def test_how_long_rounded_up(seconds: int | None, words: str) -> None:
    assert duration(seconds) == words
