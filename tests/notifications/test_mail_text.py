"""Other people's words in a mail: harmless, and still theirs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.templatetags.mail_text import one_line, plain, quoted, said_in_html, said_in_text


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("Fixed.\r\nThank you.", "Fixed.\nThank you."),
        ("<p>Fixed.</p><p>Thank you &amp; goodbye.</p>", "Fixed.\nThank you & goodbye."),
        ("One<br>two<br/>three", "One\ntwo\nthree"),
        ("The hole is <5 cm deep & wide", "The hole is <5 cm deep & wide"),
        ("a < b > c", "a < b > c"),
        ('<a href="https://city.example/">the page</a>', "the page"),
        ("<p>x</p><script>alert(1)</script>", "x"),
        ("one\n\n\n\n\ntwo", "one\n\ntwo"),
        ("ring\x07 \u202egnirts", "ring gnirts"),
        ("👩\u200d👧 زمین\u200cلرزه", "👩\u200d👧 زمین\u200cلرزه"),
        ("", ""),
    ],
)
def test_words_as_text(said: str, text: str) -> None:
    assert said_in_text(said) == text


@pytest.mark.parametrize(
    ("said", "html"),
    [
        ("one\ntwo", "one<br>two"),
        ("The hole is <5 cm & wide", "The hole is &lt;5 cm &amp; wide"),
        ("<p>Fixed <b>now</b></p>", "<p>Fixed <b>now</b></p>"),
        ('<p onclick="x()">Hi<img src=x onerror=y></p>', "<p>Hi</p>"),
        ('<img src="https://evil.example/">', "&lt;img src=&quot;https://evil.example/&quot;&gt;"),
    ],
)
def test_words_as_html(said: str, html: str) -> None:
    assert said_in_html(said) == html


def test_a_link_keeps_its_address_where_it_is_one() -> None:
    assert 'href="https://city.example/"' in said_in_html('<a href="https://city.example/">page</a>')
    assert "javascript" not in said_in_html('<a href="javascript:alert(1)">page</a>')


def test_every_line_is_quoted() -> None:
    assert quoted("one\n\ntwo") == "> one\n>\n> two"
    assert quoted("") == ""


@given(st.text())
def test_nothing_that_controls_is_left(said: str) -> None:
    left = plain(said)
    assert not [char for char in left if ord(char) < 32 and char not in "\n\t"]
    assert "\n" not in one_line(said)


@given(st.text())
def test_no_words_open_a_tag_that_is_not_allowed(said: str) -> None:
    html = said_in_html(f"<p>{said}</p>").lower()
    assert not [tag for tag in ("<img", "<script", "<style", "<iframe", "<svg", "<form") if tag in html]
