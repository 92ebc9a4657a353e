"""Words of the question pages."""

import pytest

from reports.templatetags.report import callable_words


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Call 911.", 'Call <a href="tel:911">911</a>.'),
        ("112 or 311", '<a href="tel:112">112</a> or <a href="tel:311">311</a>'),
        ("<b>911</b>", '&lt;b&gt;<a href="tel:911">911</a>&lt;/b&gt;'),
        ("1-911-555, 9112, x911, 911/311, a911", "1-911-555, 9112, x911, 911/311, a911"),
        ("https://311.example/911", '<a href="https://311.example/911" rel="nofollow">https://311.example/911</a>'),
        ("desk@911.example", '<a href="mailto:desk@911.example">desk@911.example</a>'),
        ("", ""),
    ],
)
def test_short_numbers_are_dialled_by_a_tap_and_nothing_else_is(written: str, shown: str) -> None:
    assert callable_words(written) == shown
